"""The rules alone, in one process: how fast commands are decided, and what is owed reckoned.

Processor time, and the best of several rounds: what the rules cost, not what else the machine was doing.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import TYPE_CHECKING

from desk.intake import opening_of
from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve
from models.obligations import obligations
from tests.benchmarks.script import CHIEF, commands, hurried, report

if TYPE_CHECKING:
    from models.case import Case
    from models.message import Command
    from models.routine import Routine

ROUNDS = 5
CASES = 400
LOOKS = 2000
MIDDLE = 8
"""Actions after which a case is in the middle of its life."""
START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


def decided_per_second() -> float:
    """Commands decided and evolved per second: whole cases of twelve actions each, the closing with them."""
    routine, script = hurried(), commands("c")
    contexts = [Context(START + timedelta(minutes=number), CHIEF, routine) for number in range(1, len(script) + 1)]
    opened, rates = _opened(routine), []
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        for _ in range(CASES):
            _lived(opened, script, contexts)
        rates.append(CASES * len(script) / (process_time() - began))
    return max(rates)


def owed_microseconds() -> float:
    """Microseconds for everything owed in one case in the middle of its life, under Granvik's whole routine."""
    routine, script = hurried(), commands("c")[:MIDDLE]
    context = Context(START + timedelta(minutes=1), CHIEF, routine)
    contexts = [replace(context, now=START + timedelta(minutes=number)) for number in range(1, MIDDLE + 1)]
    case, times = _lived(_opened(routine), script, contexts), []
    for _ in range(ROUNDS):
        gc.collect()
        began = process_time()
        for _ in range(LOOKS):
            obligations(case, routine)
        times.append((process_time() - began) / LOOKS * 1e6)
    return min(times)


def _opened(routine: Routine) -> Case:
    context = Context(START, CHIEF, routine)
    return evolve(None, open_case("9001-FV-2026-00001", opening_of(report(), "0a", routine), context, START))


def _lived(case: Case, script: list[Command], contexts: list[Context]) -> Case:
    for command, context in zip(script, contexts, strict=True):
        for event in decide(case, command, context):
            case = evolve(case, event)
    return case
