"""The proof that two records of a case agree: replay its history, and hold what comes of it against the ledger."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit import runs
from audit.code import code_version
from audit.comparison import Comparison, compare, not_decided
from audit.replay import DoesNotReplay
from audit.replay import replay as replayed
from storage import ledger, replays
from storage.cases import UnknownCase
from storage.keys import KeyDestroyed, UnknownKey
from storage.tables import Verdict
from storage.vault import Damaged
from workflows.case import CaseWorkflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.comparison import Decided, Difference, Row
    from audit.runs import Runs
    from desk.desk import Desk
    from storage.chain import Entry

LOOKS = 3
"""How often a history is fetched while the ledger is ahead of it: somebody may be in the middle of an action."""
PAUSE = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True)
class PlayedRun:
    """One run of the history that was replayed."""

    id: str
    events: int
    end: str | None
    archived: bool


@dataclass(frozen=True)
class Proof:
    """What became of replaying a case. Codes, times and digests alone."""

    case: str
    at: datetime
    verdict: Verdict
    code: str
    """SHA-256 of the code it was replayed with."""
    ledger: str
    """SHA-256 over the rows of the ledger as they stand."""
    states: tuple[str, ...] = ()
    """SHA-256 of the case after each event that both records have."""
    runs: tuple[PlayedRun, ...] = ()
    difference: Difference | None = None
    ahead: int = 0
    taken_over: tuple[int, ...] = ()
    """Events that the workflow took over from the ledger instead of deciding them itself (decision 0007)."""
    run: str | None = None
    """The run that is missing, or that does not replay."""
    reason: str = ""
    """Why it does not replay: a code, and what the replayer says."""
    detail: str = ""

    @property
    def proved(self) -> bool:
        """Both records say the same; or nothing can be said any more because the case was erased, as it had to be."""
        return self.verdict in {Verdict.IDENTICAL, Verdict.ERASED}

    @property
    def seq(self) -> int | None:
        """The event at which the records part."""
        return self.difference.seq if self.difference else None

    def document(self) -> dict[str, object]:
        """For programs."""
        return {**vars(self), "events": len(self.states), "seq": self.seq}


async def prove(desk: Desk, ref: str, kind: type = CaseWorkflow) -> Proof:
    """Replay a case and compare it with the ledger.

    :param kind: the workflow code to replay it with.
    :raises UnknownCase: if there is no such case.
    :raises EngineOutOfReach: if its history is nowhere to be had.
    :raises OutOfReach: if database or vault does not answer.
    """
    proof, looks = await _look(desk, ref, kind), 1
    while proof.verdict is Verdict.AHEAD and looks < LOOKS:
        await asyncio.sleep(PAUSE)
        proof, looks = await _look(desk, ref, kind), looks + 1
    return proof


async def keep(desk: Desk, proof: Proof) -> None:
    """Write down what became of it."""
    kept = replays.Replay(
        case=proof.case,
        organisation=proof.case.partition("-")[0],
        at=proof.at,
        verdict=proof.verdict,
        code=proof.code,
        ledger=proof.ledger,
        events=len(proof.states),
        runs=len(proof.runs),
        seq=proof.seq,
        state=proof.states[-1] if proof.states else None,
    )
    async with desk.database.writing() as session:
        await replays.put(session, kept)


def ledger_digest(entries: Sequence[Entry]) -> str:
    """SHA-256 over all that stands in the rows of a case, whatever their own hashes say."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(repr(tuple(vars(entry).values())).encode())
    return digest.hexdigest()


async def _look(desk: Desk, ref: str, kind: type) -> Proof:
    start = Proof(ref, datetime.now(UTC), Verdict.ERASED, code_version(), "")
    async with desk.database.reading() as session:
        try:
            key = await desk.ring.key(session, ref)
        except KeyDestroyed:
            return replace(start, ledger=ledger_digest(await ledger.entries(session, ref)))
        except UnknownKey:
            raise UnknownCase(ref) from None
    try:
        found: Runs | None = await runs.of_case(desk, key, ref)
    except Damaged:
        found = None
    # The ledger after the history: what the history has recorded must stand there by now.
    async with desk.database.reading() as session:
        rows = await ledger.rows(session, key, ref)
    start = replace(start, ledger=ledger_digest([entry for entry, _ in rows]))
    if found is None:
        return replace(start, verdict=Verdict.DAMAGED)
    start = replace(start, runs=_runs(found))
    if found.missing is not None:
        return replace(start, verdict=Verdict.RUN_MISSING, run=found.missing)
    try:
        decided = await replayed(found.runs, key, kind)
    except DoesNotReplay as apart:
        agreed = compare(apart.decided, rows)
        verdict = Verdict.DAMAGED if apart.code == "unreadable" else Verdict.NOT_REPLAYED
        return replace(
            start, verdict=verdict, states=agreed.states, run=apart.run, reason=apart.code, detail=apart.reason
        )
    return _judged(start, found, decided, rows)


def _judged(start: Proof, found: Runs, decided: Sequence[Decided], rows: Sequence[Row]) -> Proof:
    compared: Comparison = compare(decided, rows)
    if compared.ahead and found.ended:
        compared = not_decided(compared, rows)
    verdict = Verdict.DIFFERS if compared.difference else Verdict.AHEAD if compared.ahead else Verdict.IDENTICAL
    return replace(
        start,
        verdict=verdict,
        states=compared.states,
        difference=compared.difference,
        ahead=compared.ahead,
        taken_over=tuple(one.event.seq for one in decided if one.taken_over),
    )


def _runs(found: Runs) -> tuple[PlayedRun, ...]:
    return tuple(PlayedRun(run.id, len(run.events), run.end, run.id in found.archived) for run in found.runs)
