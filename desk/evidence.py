"""Evidence: taken as it comes and kept sealed, told to its case now or later, given only to those who see the case."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desk import look
from desk.custody import actor_of, tell
from desk.media import lies, sniff
from models.context import Context
from models.decide import decide
from models.outside import OUTSIDE, Holder
from models.refusal import BadInput, Problem, Refusal
from models.stages.casework import AddEvidence
from storage import cases, evidence, people, routines
from storage.evidence import Piece, UnknownEvidence
from storage.keys import KeyDestroyed
from storage.tables import ScanState, Via
from storage.vault import Damaged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desk.desk import Desk

MOST_FILES = 20
MOST_BYTES = 200 * 1024 * 1024
"""What all who come by a code may hand in to one case."""
LONGEST_NAME, LONGEST_NOTE = 200, 2000


@dataclass(frozen=True)
class Label:
    """What is said of a file by whoever hands it in; nothing of it need be true."""

    name: str = ""
    note: str = ""


NOTHING_SAID = Label()


@dataclass(frozen=True)
class Received:
    """A file that is kept. `lies`: its name says it is something else; `trouble`: why its case does not know of it."""

    piece: Piece
    lies: bool
    trouble: Exception | None

    def document(self) -> dict[str, object]:
        """For programs."""
        it = self.piece
        return {
            "evidence": it.id,
            "case": it.case,
            "received": it.received,
            "size": it.size,
            "sha256": it.digest,
            "type": it.type,
            "lies": self.lies,
            "recorded": self.trouble is None,
        }


async def receive(
    desk: Desk, ref: str, by: str | Holder, chunks: AsyncIterator[bytes], now: datetime, label: Label = NOTHING_SAID
) -> Received:
    """Keep a file and tell its case. Once it is kept, whoever handed it in is told so, whatever goes wrong.

    :param by: the code of a user; or whoever holds a receipt code, which is proof enough.
    :param chunks: the bytes as they come. If they break off, or are too many, nothing is kept.
    :param now: when they came (UTC); not before the report itself did.
    :raises BadInput: too large, too many, or nothing at all.
    :raises Refusal: if this person may not see the case, or nothing may be added to it.
    :raises OutOfReach: if vault or database do not answer.
    """
    await _refuse_unless_welcome(desk, ref, by, now)
    identity = secrets.token_hex(16)
    async with desk.database.reading() as session:
        key = await desk.ring.key(session, ref)
    sealed = await desk.vault.keep(key, identity, _limited(chunks, desk.vault.largest))
    piece = Piece(
        id=identity,
        organisation=ref.partition("-")[0],
        case=ref,
        report=by.report if isinstance(by, Holder) else None,
        received=now,
        by=_code(ref, by),
        size=sealed.size,
        digest=sealed.digest,
        type=sniff(sealed.head),
        name=plain_name(label.name),
        note=label.note.strip()[:LONGEST_NOTE],
    )
    try:
        async with desk.database.writing() as session:
            if isinstance(by, Holder):
                _refuse_too_much(await evidence.amount(session, ref, OUTSIDE), piece.size)
            await evidence.put(session, desk.ring, piece)
    except BaseException:
        await desk.vault.remove(identity)
        raise
    return Received(piece, lies(piece.name, piece.type), await tell(desk, piece))


async def send(desk: Desk, user: str, identity: str) -> tuple[Piece, AsyncIterator[bytes]]:
    """A piece of evidence, and its bytes, each tried before it is given.

    :raises Refusal: `unknown_case`, if there is none or this person may not see the whole of its case; `quarantined`.
    :raises Damaged: at once, or when the bytes have come so far, if they are not those that were received.
    """
    try:
        async with desk.database.reading() as session:
            piece = await evidence.get(session, desk.ring, identity)
        view = await look.case(desk, piece.case, user, via=Via.EVIDENCE, what=identity)
    except (UnknownEvidence, KeyDestroyed, cases.UnknownCase, people.UnknownUser):
        raise Refusal("unknown_case", "case") from None
    if not view.whole:
        raise Refusal("unknown_case", "case")
    if piece.scan is ScanState.INFECTED:
        raise Refusal("quarantined", "evidence")
    async with desk.database.reading() as session:
        key = await desk.ring.key(session, piece.case)
    tried = _tried(piece, desk.vault.read(key, identity))
    # Whatever is wrong from the first is told as an answer, not as one that breaks off.
    first = await anext(tried)
    return piece, _chained(first, tried)


async def of_case(desk: Desk, ref: str, user: str, via: Via) -> list[Piece]:
    """What was handed in to a case, oldest first; nothing for those who see only a headline. Raises as `look.case`."""
    view = await look.case(desk, ref, user, via=via, what="evidence")
    return await handed_in(desk, ref) if view.whole else []


async def handed_in(desk: Desk, ref: str, holder: Holder | None = None) -> list[Piece]:
    """What was handed in to a case, by one holder of a receipt code or by all; for callers who know it may be seen."""
    async with desk.database.reading() as session:
        found = await evidence.of_case(session, desk.ring, ref)
    return [piece for piece in found if holder is None or piece.report == holder.report]


def plain_name(name: str) -> str:
    """A file's own name: no folder, nothing that cannot be printed, not too long; the ending is kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    if len(kept) <= LONGEST_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return stem[: LONGEST_NAME - 20] + (dot + ending[:16]) if stem else kept[:LONGEST_NAME]


async def _refuse_unless_welcome(desk: Desk, ref: str, by: str | Holder, now: datetime) -> None:
    """Say before the first byte what the case would say after the last."""
    command = AddEvidence(id="evidence", evidence="evidence", digest="0" * 64)
    async with desk.database.reading() as session:
        if isinstance(by, Holder):
            _refuse_too_much(await evidence.amount(session, ref, OUTSIDE), 0)
        try:
            case = await cases.load(session, desk.ring, ref)
        except cases.UnknownCase as unknown:
            if isinstance(unknown, cases.CaseWaits) and isinstance(by, Holder):
                return
            raise Refusal("unknown_case", "case") from None
        actor = await actor_of(desk, ref, _code(ref, by))
        decide(case, command, Context(now, actor, await routines.by_digest(session, case.routine.digest)))


def _code(ref: str, by: str | Holder) -> str:
    return by.actor(ref.partition("-")[0]).id if isinstance(by, Holder) else by


def _refuse_too_much(had: evidence.Amount, more: int) -> None:
    if had.files >= MOST_FILES:
        raise BadInput(Problem(field="file", code="too_many_files", reason=f"at most {MOST_FILES}"))
    if had.size + more > MOST_BYTES:
        raise BadInput(Problem(field="file", code="files_too_large", reason=f"at most {MOST_BYTES} bytes together"))


async def _limited(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise BadInput(Problem(field="file", code="file_too_large", reason=f"at most {most} bytes"))
        yield chunk
    if not size:
        raise BadInput(Problem(field="file", code="file_empty", reason="there is nothing in it"))


async def _tried(piece: Piece, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    digest = hashlib.sha256()
    async for one in pieces:
        digest.update(one)
        yield one
    if digest.hexdigest() != piece.digest:
        raise Damaged(f"{piece.id}: not what was received")


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for one in rest:
        yield one
