"""One case among a crowd of them: how long the server takes for its page and its forms, and how heavy they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING

import httpx2

from models.context import Context
from models.decide import decide
from models.evolve import evolve
from models.stages.casework import AddNote
from storage import cases, people, routines, sessions
from storage.record import record
from storage.tables import Method
from tests.benchmarks.lists import ROUNDS, WARM, WHO, Pages, Timed
from tests.web.chronicle import Chronicle
from tests.web.stories import STORIES
from web.app import create_app
from web.site import Offer, Site

if TYPE_CHECKING:
    from operate.house import House

LIVED = ("police", "support", "closing", "alarm")
"""Stories as long as most are: up to some sixty events."""
NOTES = 600
"""Events of the longest one."""
FORMS = ("assess_risk", "triage", "log_follow_up", "record_police")
"""The largest of the forms."""


async def measure(house: House) -> Pages:
    """Ask for each page in turn, again and again."""
    now = datetime.now(UTC)
    async with house.database.writing() as session:
        cookie, _ = await sessions.open(session, WHO, Method.PASSKEY, now)
    refs = {}
    for name in LIVED:
        chronicle = Chronicle(house, now - STORIES[name].began, now)
        refs[name] = (await chronicle.tell(STORIES[name].tell))[0]
    await _write(house, refs["support"], now)
    addresses = {f"/arenden/{ref}": name for name, ref in refs.items()}
    addresses |= {f"/arenden/{refs['police']}/{form}": form for form in FORMS}
    timed = Timed(create_app(Site(house, Offer())))
    spent: dict[str, list[float]] = {}
    weights: dict[str, int] = {}
    transport, cookies = httpx2.ASGITransport(app=timed), {"varna-session": cookie}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as visitor:
        for number in range(WARM + ROUNDS):
            for address, name in addresses.items():
                answer = (await visitor.get(address)).raise_for_status()
                weights[name] = len(answer.content)
                if number >= WARM:
                    spent.setdefault(name, []).append(timed.seconds * 1000)
    found = {name: round(quantiles(times, n=20)[-1], 1) for name, times in spent.items()}
    return Pages(found, max(weights.values()), max(found.values()))


async def _write(house: House, ref: str, now: datetime) -> None:
    """Somebody writes many notes."""
    async with house.database.writing() as session:
        case = await cases.load(session, house.ring, ref)
        routine = await routines.by_digest(session, case.routine.digest)
        actor = await people.actor(session, WHO)
        events = []
        for number in range(NOTES):
            context = Context(now + timedelta(microseconds=number), actor, routine)
            note = AddNote(id=f"note-{number}", text="Ett samtal till om samma sak, utan något nytt.")
            for event in decide(case, note, context):
                events.append(event)
                case = evolve(case, event)
        await record(session, house.ring, case, events, routine)
