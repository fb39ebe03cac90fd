"""How fast people are told, by e-mail: one alarm, five hundred at once, and what a silent mail server costs a case."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from desk.intake import accept, start
from models.vocabulary.case import Urgency
from storage import tables
from storage.messages import WAITING
from storage.tables import MessageState
from tests.benchmarks.mailserver import post_office
from tests.benchmarks.script import CHIEF, commands, read, report
from tests.engine import Installation, installation, until
from tests.reports import a_report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from models.report import Report
    from tests.benchmarks.mailserver import PostOffice
    from workflows.client import Cases

SINGLE = 20
"""Alarms one by one."""
AT_ONCE = 500
TOGETHER = 24
"""Reports on their way in at the same time."""
LONGEST = 120
"""Seconds until we stop waiting for what should have taken half as long."""
STUCK = 36
"""Alarms that wait for a silent server."""
ROUNDS = 2
SILENT_FOR = (1.0, 19.0, 33.0)
"""Seconds after which actions are timed: attempts hang, attempts are given up, other ways are looked for."""
TIMED = 60
PACE = 0.08
"""Seconds from one action to the next, so that they see more than one instant of the silence."""


@dataclass
class Stage:
    """An installation whose people are told by e-mail."""

    installation: Installation
    cases: Cases
    post: PostOffice

    async def begin(self, what: Report) -> str:
        """Report, and have the case started; its number."""
        accepted = await accept(self.installation.house, what, datetime.now(UTC))
        await start(self.installation.house, self.cases, accepted)
        return accepted.case

    async def alarms(self, number: int) -> list[str]:
        """So many reports of somebody in danger, at once; the numbers of their cases."""
        places = asyncio.Semaphore(TOGETHER)

        async def one() -> str:
            async with places:
                return await self.begin(a_report(danger_now=True))

        return await asyncio.gather(*(one() for _ in range(number)))

    async def told(self, refs: Collection[str]) -> list[Told]:
        """All messages of these cases."""
        carried, ledger, sent = tables.notices.c, tables.ledger.c, tables.message_changes.alias().c
        messages = tables.messages
        query = (
            select(
                messages.c.id,
                messages.c.case,
                messages.c.recipient,
                messages.c.urgency,
                func.min(ledger.recorded),
                func.min(sent.at),
            )
            .join(tables.notices, carried.message == messages.c.id)
            .join(tables.ledger, (ledger.case == carried.case) & (ledger.seq == carried.seq))
            .outerjoin(sent.at.table, (sent.message == messages.c.id) & (sent.state == MessageState.SENT))
            .where(messages.c.case.is_not(None), messages.c.channel == "email")
            .group_by(messages.c.id, messages.c.case, messages.c.recipient, messages.c.urgency)
        )
        wanted = set(refs)
        async with self.installation.house.database.reading() as session:
            return [told for row in await session.execute(query) if (told := Told(*row)).case in wanted]

    async def waiting(self) -> int:
        """Messages not yet handed over."""
        query = select(func.count()).select_from(tables.messages).where(tables.messages.c.state.in_(WAITING))
        async with self.installation.house.database.reading() as session:
            return int((await session.execute(query)).scalar_one())

    async def all_told(self, refs: Collection[str]) -> None:
        """Wait until each of these cases has heard what became of its notices, and nothing waits."""

        async def nothing_more() -> bool:
            carried = tables.notices.c
            heard = select(func.count(carried.case.distinct())).where(carried.case.in_(refs), carried.told.is_not(None))
            async with self.installation.house.database.reading() as session:
                known = (await session.execute(heard)).scalar_one()
            return known == len(refs) and not await self.waiting()

        await until(nothing_more, LONGEST)


@dataclass(frozen=True)
class Told:
    """A message: for what it is about, and when it was handed over."""

    id: str
    case: str
    recipient: str
    urgency: Urgency
    recorded: datetime
    sent: datetime | None

    @property
    def rings(self) -> bool:
        """An alarm."""
        return self.urgency is Urgency.PAGE

    @property
    def seconds(self) -> float:
        """From event to handed over."""
        return (self.sent - self.recorded).total_seconds() if self.sent else float("inf")


@asynccontextmanager
async def stage(home: Path) -> AsyncIterator[Stage]:
    """Set it up, with everything warm."""
    async with (
        post_office() as post,
        installation(
            home,
            smtp_host="127.0.0.1",
            smtp_port=post.port,
            smtp_security="none",
            mail_from="varna@nordmyra.example",
        ) as running,
    ):
        set_up = Stage(running, await running.cases(), post)
        await set_up.all_told(await set_up.alarms(2))
        yield set_up


async def single(on: Stage) -> list[Told]:
    """Alarms one by one: everything that was said, and how fast."""
    refs = []
    for _ in range(SINGLE):
        refs += await on.alarms(1)
        await on.all_told(refs[-1:])
    return await on.told(refs)


@dataclass(frozen=True)
class Flood:
    """Many alarms at once."""

    seconds: float
    """From the first report to the last alarm handed over."""
    all_seconds: float
    """The same, to the last of all messages."""
    alarms: int
    messages: int
    reporting_seconds: float
    lost: int
    doubled: int


async def flood(on: Stage, alarmed: Collection[str]) -> Flood:
    """Five hundred at once.

    :param alarmed: who is rung in each such case, as a single one showed.
    """
    began, clock = datetime.now(UTC), perf_counter()
    refs = await on.alarms(AT_ONCE)
    reported = perf_counter() - clock
    await on.all_told(refs)
    told, arrived = await on.told(refs), Counter(await on.post.arrived())
    rung = [one for one in told if one.rings]
    reached = {(one.case, one.recipient) for one in rung if arrived[one.id]}
    demanded = {(ref, who) for ref in refs for who in alarmed}
    return Flood(
        seconds=max(((one.sent or datetime.now(UTC)) - began).total_seconds() for one in rung),
        all_seconds=max(((one.sent or datetime.now(UTC)) - began).total_seconds() for one in told),
        alarms=len(rung),
        messages=len(told),
        reporting_seconds=reported,
        lost=len(demanded - reached) + sum(not arrived[one.id] for one in told),
        doubled=sum(arrived[one.id] - 1 for one in told if arrived[one.id]) + max(0, len(rung) - len(demanded)),
    )


@dataclass(frozen=True)
class Silence:
    """Milliseconds of officers' actions with a mail server that answers, and at several moments of its silence."""

    answering: list[float]
    silent: list[list[float]]
    waiting: int
    """Messages that waited for the server in the end."""

    @property
    def ratio(self) -> float:
        """Of the medians: silent against answering."""
        return median(chain.from_iterable(self.silent)) / median(self.answering)


async def silence(on: Stage) -> Silence:
    """Time officers' actions with a server that answers, with alarms waiting for one that says nothing, and after."""
    answering = await action_milliseconds(on)
    await on.post.hang()
    try:
        began = perf_counter()
        stuck = await on.alarms(STUCK)
        silent = []
        for after in SILENT_FOR:
            await asyncio.sleep(max(0.0, began + after - perf_counter()))
            silent.append(await action_milliseconds(on))
        waiting = await on.waiting()
    finally:
        await on.post.answer()
    await on.all_told(stuck)
    answering += await action_milliseconds(on)
    return Silence(answering, silent, waiting)


async def action_milliseconds(on: Stage) -> list[float]:
    """Notes and calls in a new case where nobody is in danger."""
    ref = await on.begin(report())
    triage, *_ = commands(ref)
    await on.cases.act(ref, triage, CHIEF)
    taken = []
    for number in range(TIMED):
        called = read("contact_affected", f"{ref}.{number}", {"outcome": "reached"})
        noted = read("add_note", f"{ref}.{number}", {"text": "Ringde igen."})
        began = perf_counter()
        await on.cases.act(ref, noted if number % 2 else called, CHIEF)
        taken.append((perf_counter() - began) * 1e3)
        await asyncio.sleep(max(0.0, PACE - (perf_counter() - began)))
    return taken
