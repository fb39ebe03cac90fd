"""What looking back costs: folding a ledger, and living ten thousand cases once more under another routine."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.histories import Sealed
from audit.simulate import relive_all
from desk.intake import opening_of
from models.commands import read_command
from models.context import Context
from models.decide import decide, open_case
from models.events import Event
from models.evolve import evolve_all
from models.obligations import obligations, wake_up
from models.routine import Routine
from models.stages.clock import Tick
from models.term import Term
from models.vocabulary.case import Level
from tests.benchmarks.script import CHIEF, commands, hurried, report
from tests.models.cases import person

if TYPE_CHECKING:
    from models.case import Case
    from models.message import Command

ROUNDS = 5
FOLDS = 1500
CASES = 10_000
DEEDS = 30
PROCESSES = 2
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Relived(NamedTuple):
    """How long it took, and over how much."""

    seconds: float
    cases: int
    faithful: int
    deeds: int
    events: int


def folded_per_second() -> float:
    """Events folded into a case per second, once they are read; the best of several rounds, processor time."""
    events, rates = _history(), []
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        for _ in range(FOLDS):
            evolve_all(events)
        rates.append(FOLDS * len(events) / (process_time() - began))
    return max(rates)


def relived() -> Relived:
    """Cases of thirty deeds each, under the routine they followed and under a stricter one, on two processors."""
    events, own = _history(), hurried()
    bodies = [event.model_dump_json() for event in events]
    cases = [_sealed(bodies, number) for number in range(1, CASES + 1)]
    began = perf_counter()
    changes = relive_all(cases, {own.ref.digest: own}, stricter(own), events[-1].recorded, PROCESSES)
    seconds = perf_counter() - began
    return Relived(seconds, len(changes), sum(one.faithful for one in changes), changes[0].deeds, len(events))


def stricter(own: Routine) -> Routine:
    """The same routine, with half the time for a first contact."""
    rule = own.obligations["first_contact"]
    contact = rule.model_copy(update={"due": dict.fromkeys(Level, Term.parse("PT2H"))})
    return own.model_copy(update={"version": "strict", "obligations": own.obligations | {"first_contact": contact}})


def _sealed(bodies: list[str], number: int) -> Sealed:
    ref = f"9001-FV-2026-{number:05}"
    return Sealed(ref, tuple(body.replace("9001-FV-2026-00001", ref).encode() for body in bodies))


def _history() -> list[Event]:
    """One case of thirty deeds over some weeks, with all that the clock proposed between them."""
    own = hurried()
    opening = open_case("9001-FV-2026-00001", opening_of(report(), "0a", own), Context(START, CHIEF, own), START)
    events, case, now = [opening], evolve_all([opening]), START
    for command in _deeds():
        now += timedelta(hours=9)
        while (wake := wake_up(obligations(case, own))) is not None and wake < now:
            case = _lived(events, case, Tick(id="clock:1"), Context(wake, person("clock"), own))
        case = _lived(events, case, command, Context(now, CHIEF, own))
    return events


def _deeds() -> list[Command]:
    script = commands("c")
    *work, closing = script
    fill: tuple[dict[str, Any], ...] = (
        {"type": "log_follow_up", "outcome": "reached"},
        {"type": "add_note", "text": "Lugnt."},
        {"type": "assess_risk", "factors": {}, "level": "low", "text": "Lugnt."},
    )
    more = islice(cycle(fill), DEEDS - len(script))
    return [*work, *(read_command(json.dumps(one | {"id": f"n{n}"})) for n, one in enumerate(more)), closing]


def _lived(events: list[Event], case: Case, command: Command, context: Context) -> Case:
    new = decide(case, command, context)
    events += new
    return evolve_all(new, case) if new else case
