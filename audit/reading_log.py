"""Verify the reading log of an organisation: its chain, and where it stood each time that somebody signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import access_chain
from storage.checkpoint import BadCheckpoint, Note, from_mail, origin_of
from storage.proof import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.proof import Proof
    from storage.signing import SigningKeys


async def verify_reads(session: AsyncSession, proof: Proof, notes: Iterable[str], keys: SigningKeys | None) -> None:
    """Everything wrong with the reading log; what is not there counts as wrong.

    :param notes: checkpoints, from here and from outside: those that nobody has signed promise nothing.
    """
    links = await access_chain.links(session, proof.organisation)
    for one in access_chain.findings(links, await access_chain.head(session, proof.organisation)):
        proof.found(_flaw(proof, f"reads_{one.code}", one.seq))
    hashes = {link.seq: link.hash for link in links}
    for seq, signed in dict.fromkeys(_promised(proof.organisation, notes, keys)):
        if hashes.get(seq) != signed:
            proof.found(_flaw(proof, "reads_not_as_signed", seq))


def _promised(organisation: str, notes: Iterable[str], keys: SigningKeys | None) -> Iterator[tuple[int, str]]:
    for text in notes:
        try:
            note = Note.parse(from_mail(text))
        except BadCheckpoint:
            continue
        its = note.checkpoint
        if its.reads is not None and its.origin == origin_of(organisation) and keys is not None and keys.signed(note):
            yield its.reads


def _flaw(proof: Proof, code: str, seq: int) -> Flaw:
    return Flaw(code, proof.organisation, what=f"reads/{seq}")
