"""People who do not give up: they send the same command with the same id until it is answered. And who then checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from desk.intake import accept
from desk.intake import start as start_case
from models.commands import read_command
from models.evolve import evolve_all
from models.message import Actor
from models.refusal import Refusal
from models.vocabulary.people import Role
from storage import cases, ledger
from storage.notices import of_case
from tests.engine import Installation, until
from tests.reports import GRANVIK, a_report
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.case import Case
    from models.events import Event
    from models.message import Command
    from models.report import Report
    from storage.notices import Delivery
    from workflows.client import Cases
    from workflows.messages import Receipt

OFFICER = Actor(id="granvik-samordnare", organisation=GRANVIK, roles=frozenset({Role.SECURITY_COORDINATOR}))
SHORT = timedelta(seconds=3)


def command(what: str, identity: str, **fields: Any) -> Command:
    """A command as it comes in."""
    return read_command(json.dumps({"type": what, "id": identity, **fields}))


def note(identity: str) -> Command:
    """The simplest action: it leads to one event, always."""
    return command("add_note", identity, text="Ringde igen.")


async def report(running: Installation, told: Report | None = None) -> str:
    """Report, engine or no engine; the number of the case."""
    accepted = await accept(running.house, told or a_report(), datetime.now(UTC))
    return accepted.case


async def begin(running: Installation, told: Report | None = None) -> str:
    """Report and have the case started now; its number."""
    accepted = await accept(running.house, told or a_report(), datetime.now(UTC))
    await start_case(running.house, await running.cases(), accepted)
    return accepted.case


async def insist(at: Cases, ref: str, action: Command) -> Receipt:
    """Send it until it is answered."""
    while True:
        try:
            return await at.act(ref, action, OFFICER, SHORT)
        except EngineOutOfReach:
            continue


async def alive(running: Installation, *refs: str) -> None:
    """Wait until these cases are there for people to work on."""
    at = await running.cases()

    async def there(ref: str) -> bool:
        try:
            await at.view(ref)
        except (EngineOutOfReach, Refusal):
            return False
        return True

    for ref in refs:
        await until(lambda ref=ref: there(ref))  # type: ignore[misc]


async def events_of(running: Installation, ref: str) -> list[Event]:
    """The ledger of a case."""
    async with running.house.database.reading() as session:
        return await ledger.read(session, await running.house.ring.key(session, ref), ref)


async def told_of(running: Installation, ref: str) -> list[Delivery]:
    """Who was told of a case."""
    async with running.house.database.reading() as session:
        return await of_case(session, ref)


async def assert_nothing_lost_or_doubled(running: Installation, ref: str, acted: Collection[str]) -> list[Event]:
    """Every action stands once, the numbers are unbroken, the chain holds, and all three views agree; the ledger."""
    at, ring = await running.cases(), running.house.ring
    looked: tuple[list[Event], Case, Case] | None = None

    async def settled() -> bool:
        nonlocal looked
        try:
            view = await at.view(ref)
        except EngineOutOfReach:
            return False
        async with running.house.database.reading() as session:
            events = await ledger.read(session, await ring.key(session, ref), ref)
            looked = events, view, await cases.load(session, ring, ref)
        return view.seq == events[-1].seq

    await until(settled)
    assert looked is not None
    events, view, shown = looked
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    causes = [event.cause for event in events]
    assert {identity: causes.count(identity) for identity in acted} == dict.fromkeys(acted, 1)
    assert evolve_all(events) == view == shown
    async with running.house.database.reading() as session:
        assert await ledger.verify(session, ref) == []
    return events
