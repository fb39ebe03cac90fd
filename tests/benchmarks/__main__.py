"""Measure everything: `python -m tests.benchmarks`. One JSON document on standard output, progress on standard error.

Ends with 1 if a limit is broken. Ratios compare with bare workflows on the same server in the same run, in turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
from itertools import chain
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from tests import postgres
from tests.benchmarks import (
    asked,
    casepages,
    lists,
    live,
    looking_back,
    packages,
    proving,
    pure,
    replaying,
    reporting,
    startup,
    telling,
)
from tests.benchmarks.figure import Figure
from tests.benchmarks.history import Growth, summary

ROUNDS = 3


def progress(text: str) -> None:
    """Say what goes on."""
    print(text, file=sys.stderr, flush=True)


def rules() -> list[Figure]:
    """The pure functions."""
    progress("rules: decide and evolve, obligations")
    return [
        Figure("decide_and_evolve", pure.decided_per_second(), "commands/s", 20_000, "higher"),
        Figure("obligations", pure.owed_microseconds(), "microseconds per case", 200),
    ]


def looked_back() -> list[Figure]:
    """The fold of a ledger, and ten thousand cases under another routine."""
    progress(f"folding a ledger; {looking_back.CASES} cases of {looking_back.DEEDS} deeds under another routine")
    lived = looking_back.relived()
    details = {"processes": looking_back.PROCESSES, "events_per_case": lived.events, "faithful": lived.faithful}
    return [
        Figure("ledger_fold", looking_back.folded_per_second(), "events/s", 50_000, "higher"),
        Figure("what_if", lived.seconds, f"s for {lived.cases} cases of {lived.deeds} deeds", 60, details=details),
    ]


async def handed_over(home: Path) -> list[Figure]:
    """An audit package."""
    progress(f"an audit package of {packages.EVENTS} events, in a tree of {packages.OTHERS}")
    seconds, size = await packages.seconds(home)
    return [Figure("export_of_a_case", seconds, "s for an audit package", 2, details={"bytes": size})]


async def cases(home: Path) -> list[Figure]:
    """The engine, against bare workflows."""
    progress("setting up an engine and two workers")
    async with live.stage(home) as on:
        actions, lived, opponents = [], [], []
        for number in range(1, ROUNDS + 1):
            progress(f"officer actions and bare updates, round {number} of {ROUNDS}")
            actions.append(await live.action_milliseconds(on))
            progress(f"whole cases and bare workflows, round {number} of {ROUNDS}")
            before = await on.notices_sent()
            lived.append(await live.per_second(on, on.live_through))
            sent = await on.notices_sent() - before
            opponents.append(await live.per_second(on, on.live_bare))
        grown = [Growth.of(await on.history(ref)) for ref in lived[-1].done]
        progress(f"memory of {live.CACHED} open cases")
        memory = await live.kilobytes_per_case(on)
    counted = summary(grown)
    rates = [(mine.rate, theirs.rate) for mine, theirs in zip(lived, opponents, strict=True)]
    ours, bare = (median(column) for column in zip(*actions, strict=True))
    return [
        Figure(
            "officer_action",
            median(mine / theirs for mine, theirs in actions),
            "times a bare update",
            1.5,
            details={"milliseconds": round(ours, 2), "bare_milliseconds": round(bare, 2), "rounds": _ratios(actions)},
        ),
        Figure(
            "whole_cases",
            median(mine / theirs for mine, theirs in rates),
            "times the rate of bare workflows",
            0.6,
            "higher",
            {
                "cases_per_second": round(median(mine for mine, _ in rates), 2),
                "bare_per_second": round(median(theirs for _, theirs in rates), 2),
                "at_once": live.AT_ONCE,
                "notices_sent_per_case": round(sent / live.PER_ROUND, 2),
                "processor_milliseconds_per_case": lived[-1].milliseconds,
                "bare_processor_milliseconds": opponents[-1].milliseconds,
                "rounds": _ratios(rates),
            },
        ),
        Figure(
            "history_growth",
            counted["with_notices_and_clock_mean"],
            "events per officer action, with the notices' and the clock's",
            8,
            details=counted,
        ),
        Figure("open_timers", counted["most_timers_open"], "timers at once in one case", 1, margin=1),
        Figure("memory", memory, "kB per open cached case"),
    ]


async def proofs(home: Path) -> list[Figure]:
    """A case replayed and held against its ledger."""
    progress(f"a case of {replaying.EVENTS} events of history, replayed")
    case, longer = await replaying.proved(home)
    unit = "ms to replay {} events of history and compare with the ledger"
    figures = []
    for name, its, limit in (("replay", case, 150), ("replay_of_a_long_case", longer, None)):
        details = {"ledger_events": its.recorded, "rounds": its.rounds}
        figures.append(Figure(name, its.milliseconds, unit.format(its.history), limit, details=details))
    return figures


async def first_case(home: Path) -> list[Figure]:
    """The whole command."""
    progress("varna up on an empty folder")
    return [Figure("start_up", await startup.seconds_to_first_case(home), "s to the first living case", 10)]


async def people_told(home: Path) -> list[Figure]:
    """Events, alarms, and a mail server that hangs."""
    progress("setting up an installation with a mail server")
    async with telling.stage(home) as on:
        progress("alarms one by one")
        told = await telling.single(on)
        silences = []
        for number in range(1, telling.ROUNDS + 1):
            progress(f"officer actions while the mail server says nothing, round {number} of {telling.ROUNDS}")
            silences.append(await telling.silence(on))
        progress(f"{telling.AT_ONCE} alarms at once")
        flood = await telling.flood(on, {one.recipient for one in told if one.rings})
    one_by_one = [one.seconds for one in told]
    return [
        Figure(
            "told",
            median(one_by_one),
            "s from an event to its message with the mail server, median",
            1,
            details={
                "alarms_median": round(median(one.seconds for one in told if one.rings), 3),
                "longest": round(max(one_by_one), 3),
                "messages": len(told),
            },
        ),
        Figure(
            "alarms_at_once",
            flood.seconds,
            f"s until {telling.AT_ONCE} alarms at once are with the mail server",
            60,
            details={
                "mails_that_ring": flood.alarms,
                "reports_in_after": round(flood.reporting_seconds, 1),
                "all_mails": flood.messages,
                "all_mails_after": round(flood.all_seconds, 1),
            },
        ),
        Figure("alarms_lost_or_doubled", flood.lost + flood.doubled, "mails missing or sent twice", 0, margin=1),
        Figure(
            "action_while_a_channel_hangs",
            median(one.ratio for one in silences),
            "times an action while it answers",
            1.2,
            details={
                "milliseconds": [round(median(chain.from_iterable(one.silent)), 1) for one in silences],
                "answering_milliseconds": [round(median(one.answering), 1) for one in silences],
                "after_seconds": list(telling.SILENT_FOR),
                "milliseconds_then": [[round(median(each), 1) for each in one.silent] for one in silences],
                "messages_waiting": [one.waiting for one in silences],
                "rounds": [round(one.ratio, 2) for one in silences],
            },
        ),
    ]


async def reports_handed_in(home: Path) -> list[Figure]:
    """Reports through the front door."""
    progress(f"reports one by one, then {reporting.FLOOD} in a minute")
    came = await reporting.measure(home)
    flood = {"p95_in_the_flood": round(came.flooded), "all_cases_after_seconds": round(came.seconds, 1)}
    return [
        Figure("report_accepted", came.calm, "ms until a report is accepted, 95th percentile", 150, details=flood),
        Figure("reports_refused_or_lost", came.refused + came.lost, f"of {reporting.FLOOD} in a minute", 0, margin=1),
    ]


async def ledgers_proved(home: Path) -> list[Figure]:
    """A filled ledger, verified on both kinds of database."""
    figures = []
    with postgres.server() as server:
        for kind in ("sqlite", "postgresql"):
            progress(f"verifying {proving.CASES} cases of {proving.EVENTS} entries on {kind}")
            folder = home / kind
            folder.mkdir(parents=True)
            url = f"sqlite+aiosqlite:///{folder / 'varna.db'}" if kind == "sqlite" else server.address(server.create())
            rates = await proving.proved(url, folder)
            details = {
                "with_every_body_read": round(rates.read),
                "rows": rates.rows,
                "signed_in_s": round(rates.signing, 2),
            }
            figures.append(Figure(f"verify_{kind}", rates.chained, "ledger rows/s", 20_000, "higher", details))
    return figures


async def pages_of_many_cases(home: Path) -> list[Figure]:
    """The worklist over a crowd, on both kinds of database."""
    figures, weights = [], []
    with postgres.server() as server:
        for kind, url in (("sqlite", ""), ("postgresql", server.address(server.create()))):
            progress(f"{lists.CASES} cases, and the pages officers live in, on {kind}")
            async with lists.crowded(home / kind, url) as house:
                pages = await lists.measure(house)
                case = await casepages.measure(house)
                questions = await asked.measure(house)
            weights.append(pages.heaviest)
            unit = f"ms of server time, 95th percentile, {lists.CASES} cases"
            figures.append(Figure(f"worklist_page_{kind}", pages.slowest, unit, 60, details=dict(pages.milliseconds)))
            figures.append(Figure(f"case_page_{kind}", case.slowest, unit, 60, details=dict(case.milliseconds)))
            slowest = max(questions["worklist"], questions["case"])
            figures.append(Figure(f"questions_{kind}", slowest, unit, 60, details=dict(questions)))
            figures.append(Figure(f"case_page_size_{kind}", case.heaviest, "bytes of the heaviest page", 60_000))
    return [*figures, Figure("worklist_page_size", max(weights), "bytes of the heaviest page", 60_000)]


async def measure() -> list[Figure]:
    """Everything, the quiet things first."""
    figures = [*rules(), *looked_back()]
    with tempfile.TemporaryDirectory(prefix="varna-bench-") as folder:
        figures += await handed_over(Path(folder))
        figures += await proofs(Path(folder) / "replay")
        figures += await first_case(Path(folder) / "up")
        figures += await cases(Path(folder) / "live")
        figures += await people_told(Path(folder) / "told")
        figures += await reports_handed_in(Path(folder) / "reports")
        figures += await ledgers_proved(Path(folder) / "proved")
        figures += await pages_of_many_cases(Path(folder) / "lists")
    return figures


def main() -> int:
    """Print the figures; 1 if a limit is broken."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the engine greets whoever reads standard output
    began = perf_counter()
    figures = asyncio.run(measure())
    document = {
        "figures": {figure.name: figure.document() for figure in figures},
        "broken": [figure.name for figure in figures if figure.verdict == "broken"],
        "close": [figure.name for figure in figures if figure.verdict == "close"],
        "seconds": round(perf_counter() - began, 1),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": psutil.getloadavg()[0]},
    }
    with answer:
        json.dump(document, answer, indent=2)
        answer.write("\n")
    return int(bool(document["broken"]))


def _ratios(pairs: list[tuple[float, float]]) -> list[float]:
    return [round(mine / theirs, 2) for mine, theirs in pairs]


if __name__ == "__main__":
    sys.exit(main())
