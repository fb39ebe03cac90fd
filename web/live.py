"""Live pages: one look a second at what moved, for all who listen; each of them then looks at what is theirs."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from storage import changes
from storage.changes import LATE
from storage.database import OutOfReach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from storage.changes import Marks
    from storage.database import Database

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)
PACE = 1.0
"""Seconds between two looks."""
MOST = 6
"""Pages at once that tell one person by themselves; one more, and the oldest is told no longer."""
LOOKING = 2
"""Listeners at once that ask the database what is theirs: whoever waits for a page comes first."""


@dataclass(eq=False)
class Listener:
    """Somebody's open page."""

    user: str
    organisations: frozenset[str]
    open: bool = True
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def stirs(self, patience: float) -> None:
        """Wait until something happened that may be theirs, but no longer than this many seconds."""
        await _within(patience, self._stirred)
        self._stirred.clear()

    async def rests(self, seconds: float) -> None:
        """Wait, whatever happens; but not past the end."""
        await _within(seconds, self._ended)

    def stir(self) -> None:
        """Something happened."""
        self._stirred.set()

    def end(self) -> None:
        """Nothing more is told."""
        self.open = False
        self._ended.set()
        self._stirred.set()


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Watch:
    """The one who looks, while there is somebody to tell."""

    def __init__(self, database: Database, pace: float = PACE) -> None:
        self.looking = asyncio.Semaphore(LOOKING)
        self._database = database
        self._pace = pace
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @contextmanager
    def listening(self, user: str, organisations: Collection[str]) -> Iterator[Listener]:
        """Somebody listens until they leave, or too many pages of theirs do."""
        listener = Listener(user, frozenset(organisations), open=not self._closed)
        theirs = [one for one in self._listeners if one.user == user]
        for one in theirs[: max(0, len(theirs) + 1 - MOST)]:
            one.end()
            self._listeners.remove(one)
        self._listeners.append(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield listener
        finally:
            if listener in self._listeners:
                self._listeners.remove(listener)
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    def close(self) -> None:
        """Let everybody go: the pages are closing."""
        self._closed = True
        for one in self._listeners:
            one.end()

    async def _watch(self) -> None:
        before: Marks | None = None
        since = datetime.now(UTC) - LATE
        while True:
            try:
                before, since = await self._look(before, since)
            except OutOfReach:
                before = None  # whatever happened meanwhile, they look for themselves
            except Exception as error:  # noqa: BLE001 - one bad look must not blind everybody
                log.error("look failed", error=type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(self._pace)

    async def _look(self, before: Marks | None, since: datetime) -> tuple[Marks, datetime]:
        """Look, and stir those whom it may concern; what to compare the next look with."""
        now = datetime.now(UTC)
        onward = now - LATE if now - since > LATE + MINUTE else since
        async with self._database.reading() as session:
            # Before the comparison: what comes in between is told twice rather than never.
            ahead = await changes.marks(session, onward)
            found = ahead if onward == since else await changes.marks(session, since)
        moved = None if before is None else changes.differ(before, found)
        for one in self._listeners:
            if moved is None or one.organisations & moved:
                one.stir()
        return ahead, onward
