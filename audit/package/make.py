"""Make an audit package: gather, write, sign, and keep that it was made."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.access import note_export
from audit.package.contents import Asked, Contents
from audit.package.engine import histories
from audit.package.gathered import gather, in_period
from audit.package.verifier import MANIFEST, SIGNATURE, canonical, packed
from models.areas import Area, may_visit
from models.refusal import BadInput, Problem, Refusal
from models.vocabulary.reading import PackageReason, ReadGround, ReadWhat
from storage import access, ledger
from storage.reads import OPERATOR
from storage.signing import BadSigningKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from desk.desk import Desk
    from i18n import Words
    from models.message import Actor
    from storage.signing import SigningKeys

LONGEST_DECISION = 100
MOST_CASES = 500
"""In one package: a year of a large municipality."""
_DECISION = re.compile(r"[^\W_][\w ./:§,-]*")


@dataclass(frozen=True)
class Wanted:
    """Which package: one case, or the cases of a period; and why."""

    organisation: str
    reason: PackageReason
    case: str = ""
    period: tuple[datetime, datetime] | None = None
    identified: bool = False
    named_apart: bool = False
    """Who is who is wanted as well, but in a file of its own."""
    decision: str = ""


@dataclass(frozen=True)
class Made:
    """A package that is ready to be handed over."""

    name: str
    content: bytes
    cases: tuple[str, ...]
    people: dict[str, str] = field(repr=False, default_factory=dict)
    """Who is who: pseudonym and code, if that was wanted apart. With it each hash can be computed anew."""

    @property
    def digest(self) -> str:
        """SHA-256 of the whole file."""
        return hashlib.sha256(self.content).hexdigest()


async def make(
    desk: Desk, keys: SigningKeys, wanted: Wanted, words: Words, now: datetime, by: Actor | None = None
) -> Made:
    """Make a package. That it was made stands in the access log of each of its cases, and so in the package itself.

    :param by: who wants it; without, whoever runs commands on the machine itself.
    :raises BadInput: people by name without a decision, or too many cases.
    :raises Refusal: `not_your_role`; `unknown_case` or `nothing_in_period`: there is none that this person may know of.
    :raises DoesNotExtend, BadSigningKey: if nothing can be signed.
    """
    if by is not None and not may_visit(by, Area.AUDIT):
        raise Refusal("not_your_role", "user")
    _refuse_without_decision(wanted)
    refs = [wanted.case] if wanted.case else await in_period(desk, wanted.organisation, *_period(wanted))
    if len(refs) > MOST_CASES:
        raise BadInput(Problem(field="period", code="too_large", reason=f"at most {MOST_CASES} cases"))
    if wanted.case and not wanted.case.startswith(f"{wanted.organisation}-"):
        raise Refusal("unknown_case", "case")
    async with desk.database.reading(of={wanted.organisation}) as session:
        hidden = await access.hidden_from(session, by, refs) if by else set()
        known = [ref for ref in refs if ref not in hidden and await ledger.head(session, ref) is not None]
    if not known:
        raise Refusal("unknown_case", "case") if wanted.case else Refusal("nothing_in_period", "period")
    ground = ReadGround.DECISION if wanted.decision else ReadGround.REVIEW
    # Before anything is read: what comes after may fail, and they have asked for it all the same.
    await note_export(desk, known, now, by, ReadWhat.PACKAGE, ground, wanted.decision or f"reason:{wanted.reason}")
    gathered = await gather(desk, keys, wanted.organisation, known, now, named=wanted.identified)
    asked = Asked(by.id if by else OPERATOR, wanted.reason.value, wanted.identified, wanted.decision, wanted.period)
    remembered, lacking = await histories(desk, known, whole=wanted.identified)
    its = Contents(gathered, asked, words, remembered, lacking)
    content = await asyncio.to_thread(lambda: sealed({**its.files, "key.pem": keys.pem().encode()}, keys))
    what = wanted.case or f"{wanted.organisation}-{now:%Y-%m-%d}"
    people = {shown: code for code, shown in its.names.items()} if wanted.named_apart else {}
    return Made(f"revisionspaket-{what}.zip", content, tuple(case.ref for case in gathered.cases), people)


def sealed(files: Mapping[str, bytes], keys: SigningKeys) -> bytes:
    """The files as one ZIP, with a signed list of them; raises `BadSigningKey`."""
    if keys.private is None:
        raise BadSigningKey("no private key")
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = canonical({"files": listed})
    return packed({**files, MANIFEST: manifest, SIGNATURE: keys.private.sign(manifest)})


def _refuse_without_decision(wanted: Wanted) -> None:
    fits = len(wanted.decision) <= LONGEST_DECISION and _DECISION.fullmatch(wanted.decision)
    known = wanted.identified or wanted.named_apart
    if known and not fits:
        raise BadInput(Problem(field="decision", code="missing", reason="where the decision stands"))
    if wanted.decision and not known:
        raise BadInput(Problem(field="decision", code="decision_for_nothing", reason="only with people by name"))
    if bool(wanted.case) == (wanted.period is not None):
        raise BadInput(Problem(field="case", code="case_or_period", reason="a case or a period"))


def _period(wanted: Wanted) -> tuple[datetime, datetime]:
    if wanted.period is None or wanted.period[0] >= wanted.period[1]:
        raise BadInput(Problem(field="period", code="ends_before_start", reason="it ends before it starts"))
    return wanted.period
