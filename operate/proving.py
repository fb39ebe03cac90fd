"""Checkpoints and verification from the command line: of one organisation, or of all there are."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from audit.verify import Given, verify
from models.refusal import BadInput, Problem
from operate import exchange, terminal
from operate.hands import checkpoints_for
from storage import anchors, people
from storage.checkpoint import LIMIT, BadCheckpoint, Note, from_mail
from storage.reports import UnknownOrganisation
from storage.signing import BadSigningKey, SigningKeys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from activities.checkpoints import Checkpointed
    from operate.house import House
    from storage.anchors import Stored
    from storage.proof import Proof


class Verified(NamedTuple):
    """What was found in one organisation, and its last checkpoint."""

    proof: Proof
    checkpoints: int
    last: Stored | None

    def document(self) -> dict[str, object]:
        """For programs."""
        its, last = self.proof, self.last
        return {
            "organisation": its.organisation,
            "well": not its.number,
            "cases": its.cases,
            "entries": its.entries,
            "waiting": its.waiting,
            "leaves": its.leaves,
            "checkpoints": self.checkpoints,
            "last": {"number": last.number, "size": last.size, "at": last.at} if last else None,
            "flaws": [flaw.document() for flaw in its.flaws],
            "number": its.number,
        }


async def checkpoint_all(house: House, organisation: str | None, now: datetime) -> dict[str, Checkpointed]:
    """Take a checkpoint of each organisation, or of one, and mail it to those who review.

    :raises storage.anchors.DoesNotExtend: if a tree does not begin as its last checkpoint says.
    """
    takes = checkpoints_for(house, exchange.channels(house.settings).keys())
    return {one: await takes.take(one, now) for one in await _organisations(house, organisation)}


async def verify_all(
    house: House,
    organisation: str | None,
    ref: str | None,
    given: Sequence[Given],
    public: Path | None,
) -> list[Verified]:
    """Verify each organisation, or one, or one case.

    :param given: checkpoints from outside; each is held against the organisation it names.
    :param public: a file of public keys to check signatures with, instead of what lies here.
    :raises storage.cases.UnknownCase: if there is no trace of the case.
    """
    keys = _keys(public or house.settings.checkpoint_key, given=public is not None)
    organisation = organisation or (ref.partition("-")[0] if ref else None)
    of = await _organisations(house, organisation)
    found = []
    for one in of:
        theirs = [each for each in given if _whose(each, of) == one]
        proof = await verify(house.database, keys, one, ref=ref, given=theirs, ring=house.ring)
        async with house.database.reading() as session:
            kept = await anchors.checkpoints(session, one)
        found.append(Verified(proof, len(kept), kept[-1] if kept else None))
    return found


def given_from(source: str) -> Given:
    """A checkpoint in a file, or on standard input for `-`, also in a mail as mail programs keep it (.eml).

    :raises BadInput: if it cannot be read.
    """
    raw = terminal.read_input(source)[: 16 * LIMIT]
    mail = message_from_bytes(raw, policy=default)
    body = mail.get_body(("plain",)) if "mime-version" in mail else None
    text = body.get_content() if body else raw.decode("utf-8", errors="replace")
    return Given(Path(source).name, str(text))


def public_keys(house: House, organisation: str | None) -> tuple[str, list[str]]:
    """The public keys as PEM, and as C2SP's tools take them for an organisation; makes the key if there is none."""
    keys = SigningKeys.open(house.settings.checkpoint_key)
    return keys.pem(), keys.verifier_keys(f"varna/{organisation}") if organisation else []


async def _organisations(house: House, organisation: str | None) -> list[str]:
    async with house.database.reading() as session:
        known = await people.organisations(session)
    if organisation is not None and organisation not in known:
        raise UnknownOrganisation(organisation)
    return [organisation] if organisation else known


def _keys(path: Path, *, given: bool) -> SigningKeys | None:
    """The keys that check; none where nothing was ever signed, or somebody took them away."""
    try:
        return SigningKeys.read(path)
    except FileNotFoundError:
        if not given:
            return None
        raise
    except BadSigningKey:
        if not given:
            raise
        raise BadInput(Problem(field="key", code="unreadable_file", reason="no Ed25519 key in PEM")) from None


def _whose(given: Given, organisations: Sequence[str]) -> str:
    """The organisation a checkpoint names; what names none here is told of at the first."""
    try:
        named = Note.parse(from_mail(given.text)).checkpoint.organisation
    except BadCheckpoint:
        named = ""
    return named if named in organisations else organisations[0]
