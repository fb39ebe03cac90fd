"""What happens in stories of escalation: an alarm in Nordmyra, who takes it, who is away, and what was heard of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from temporalio.testing import ActivityEnvironment

from activities.digest import DigestActivities
from models.events import moments
from models.message import Frozen
from models.routine import read_routine
from models.stages.clock import Escalated, NoticeFailed
from operate.town import STOCKHOLM
from storage import answers, messages, people, routines, tables, tokens
from storage.duty import Absence
from tests.reports import a_report

if TYPE_CHECKING:
    from activities.digest import Digested
    from operate.town import Town, TownCase
    from storage.messages import Sending
    from tests.channels.phone import Phone

TIB, CHIEF, DEPUTY, HEAD = (f"nordmyra-{who}" for who in ("tib", "sakerhetschef", "ersattare", "direktor"))
COORDINATOR, OFFICER = "nordmyra-samordnare", "nordmyra-handlaggare"


async def a_quiet_monday(town: Town, clock: str = "09:00") -> datetime:
    """A Monday in February: no holiday, no change of clocks."""
    year = (await town.now()).astimezone(STOCKHOLM).year + 1
    await town.until(datetime(year, 2, 1, tzinfo=STOCKHOLM))
    return await town.until_next("monday", clock)


async def an_alarm(town: Town, organisation: str = "9002") -> TownCase:
    """Somebody is in danger, on a quiet Monday morning."""
    await a_quiet_monday(town)
    return await town.report(a_report(organisation=organisation, danger_now=True))


async def latest(town: Town, case: TownCase, who: str) -> Sending:
    """The latest message somebody was sent about this case."""
    sent = [one for one in await case.told() if one.recipient == who and one.message]
    async with town.house.database.reading() as session:
        return await messages.get(session, max(sent, key=lambda one: (one.seq, one.queued)).message or "")


async def takes(town: Town, case: TownCase, who: str) -> None:
    """Somebody follows the link in their latest message about this case. Raises `NotTheirs` if it is no longer."""
    now, sending = await town.now(), await latest(town, case, who)
    async with town.house.database.writing() as session:
        link = await tokens.token(session, town.house.ring, sending)
        opened = await tokens.opened(session, town.house.ring, link, now)
        await answers.take(session, town.house.ring, opened, now, "link")
    await town.post()


async def rungs(case: TownCase, kind: str = "alarm") -> list[int]:
    """How far up its ladder an alarm has climbed."""
    return [e.data.rung for e in await case.events() if isinstance(e.data, Escalated) and e.data.kind == kind]


async def unreached(case: TownCase) -> list[tuple[str, str]]:
    """Which roles could not be told, and why, in order."""
    found = [event.data for event in await case.events() if isinstance(event.data, NoticeFailed)]
    return [(str(fact.role), fact.failure) for fact in found]


async def takers(case: TownCase) -> list[str]:
    """Who took the alarm, in order."""
    return [event.actor for event in await case.events() if event.type == "acknowledged"]


def pages(phone: Phone) -> list[str]:
    """Who was rung, in order, with the day's other messages left out."""
    return [said.recipient for said in phone.said if said.urgency == "page"]


async def leaves(town: Town, who: str, *, active: bool = False) -> None:
    """Somebody is no longer in the organisation; or is again, if `active`."""
    async with town.house.database.writing() as session:
        await session.execute(update(tables.users).where(tables.users.c.code == who).values(active=active))


async def is_away(town: Town, who: str, **duration: float) -> None:
    """Somebody is away from now on, for so long."""
    now = await town.now()
    async with town.house.database.writing() as session:
        await people.absent(session, who, Absence(starts=now, ends=now + timedelta(**duration)))


async def prefers(town: Town, who: str, **contact: Any) -> None:
    """Somebody's contact is otherwise than in the directory: `channels`, `telephone` and so on."""
    async with town.house.database.writing() as session:
        home = await people.directory(session, town.house.ring, (await people.actor(session, who)).organisation)
        theirs = [one.model_copy(update=contact) for one in home.people if one.code == who]
        changed = home.model_copy(update={"people": tuple(theirs)})
        await people.load(session, town.house.ring, _document(organisations=changed))


async def follows(town: Town, organisation: str = "9002", **alarm: Any) -> None:
    """The organisation adopts its routine anew, with another alarm."""
    async with town.house.database.writing() as session:
        current = await routines.current(session, organisation, (await town.now()).date())
        document = current.model_dump(mode="json") | {"version": "2025.9"}
        document["obligations"]["alarm"] |= alarm
        await routines.adopt(session, read_routine(document, moments()))


async def digest(town: Town, organisation: str = "9002") -> Digested:
    """The morning's digest goes out."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=await town.now())
    made = await environment.run(DigestActivities(town.house.database, town.house.ring).digest, organisation)
    await town.post()
    return made


async def queue(town: Town) -> list[Sending]:
    """Every message there ever was, in order."""
    async with town.house.database.reading() as session:
        return await messages.select_where(session)


def _document(**parts: Frozen) -> dict[str, object]:
    """The shape of a directory file."""
    return {name: [part.model_dump(mode="json", exclude_none=True)] for name, part in parts.items()}
