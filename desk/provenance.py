"""Chain of custody: who handed a piece of evidence in, held it, saw it, took it out; from the ledger and the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from desk import look
from models.refusal import Refusal
from models.stages.casework import EvidenceAdded
from models.vocabulary.reading import ReadWhat
from storage import access, cases, evidence, ledger, people
from storage.evidence import Piece, UnknownEvidence
from storage.keys import KeyDestroyed
from storage.tables import Via

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desk.desk import Desk
    from models.events import Event
    from storage.access import Access

TAKEN_OUT = frozenset({ReadWhat.POLICE_PACKAGE, ReadWhat.PACKAGE})
"""What takes all files of a case along."""


class Custody(StrEnum):
    """What happened to a piece of evidence."""

    RECEIVED = "received"
    TAKEN_UP = "taken_up"
    """Its case noted it, with its hash, in the chain."""
    SCANNED = "scanned"
    SEEN = "seen"
    TAKEN_OUT = "taken_out"
    """With a package for the police or for an audit."""


@dataclass(frozen=True)
class Link:
    """One link of the chain. `who`: the code of a user, or of whoever holds a receipt code; empty for a machine."""

    at: datetime
    what: Custody
    who: str
    detail: str = ""
    """The event's number, what the scanner found, or by which door."""

    def document(self) -> dict[str, object]:
        """For programs."""
        return {"at": self.at.isoformat(), "what": self.what, "who": self.who, "detail": self.detail}


async def of_piece(desk: Desk, identity: str, user: str) -> tuple[Piece, list[Link]]:
    """A piece of evidence and its chain, in order of time. That it was looked at is kept.

    :raises Refusal: `unknown_case`, if there is none or this person may not see the whole of its case.
    """
    try:
        async with desk.database.reading() as session:
            piece = await evidence.get(session, desk.ring, identity)
        view = await look.case(desk, piece.case, user, via=Via.PAGE, what=ReadWhat.CUSTODY)
    except (UnknownEvidence, KeyDestroyed, cases.UnknownCase, people.UnknownUser):
        raise Refusal("unknown_case", "case") from None
    if not view.whole:
        raise Refusal("unknown_case", "case")
    return piece, (await chains(desk, piece.case, [piece]))[identity]


async def chains(desk: Desk, ref: str, pieces: Sequence[Piece]) -> dict[str, list[Link]]:
    """The chains of several pieces of one case; for callers who know that they may be seen."""
    async with desk.database.reading(of={ref.partition("-")[0]}) as session:
        key = await desk.ring.key(session, ref)
        events = await ledger.read(session, key, ref, types=("evidence_added",))
        reads = await access.of_case(session, ref)
    return {
        piece.id: sorted(_links(piece, events, reads), key=lambda link: (link.at, list(Custody).index(link.what)))
        for piece in pieces
    }


def _links(piece: Piece, events: Sequence[Event], reads: Sequence[Access]) -> Iterator[Link]:
    yield Link(piece.received, Custody.RECEIVED, piece.by, piece.digest)
    for event in events:
        if isinstance(event.data, EvidenceAdded) and event.data.evidence == piece.id:
            yield Link(event.recorded, Custody.TAKEN_UP, event.actor, str(event.seq))
    if piece.scanned is not None:
        yield Link(piece.scanned, Custody.SCANNED, "", piece.found or "")
    for read in reads:
        if read.what == piece.id:
            yield Link(read.at, Custody.SEEN, read.user, read.via)
        elif read.what in TAKEN_OUT and read.at >= piece.received:
            yield Link(read.at, Custody.TAKEN_OUT, read.user, read.what)
