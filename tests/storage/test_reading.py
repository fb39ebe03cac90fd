"""Who may see is asked of the database, and the database answers as the rule does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from models.case import Case, HandOver, IncidentFacts, Pace, RoutineRef, StageRecord
from models.glass import Glass
from models.message import Actor
from models.sight import Sight, sight
from models.vocabulary.case import Answer, CaseKind, Level, Stage
from models.vocabulary.people import Role
from storage import cases, reading, tables
from storage.database import Database
from storage.keys import DataKey
from tests.storage.town import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = ["anna", "bo", "cia"]
TOWNS = ["9001", "9002"]
KEY = DataKey(bytes(32))
SEEING = [
    Role.HANDLER,
    Role.DEPUTY,
    Role.SECURITY_COORDINATOR,
    Role.SECURITY_CHIEF,
    Role.DUTY_OFFICER,
    Role.CHANCELLERY_CHIEF,
    Role.CHIEF_EXECUTIVE,
    Role.REGISTRAR,
    Role.GROUP_LEADER,
    Role.DATA_PROTECTION_OFFICER,
    Role.INFORMATION_SECURITY,
]
roles = st.frozensets(st.sampled_from(SEEING), max_size=3)
some = st.frozensets(st.sampled_from(PEOPLE), max_size=2)
numbers = count(1)

glasses = st.builds(
    Glass,
    number=st.just(2),
    by=st.sampled_from(PEOPLE),
    broken=st.just(NOON - timedelta(hours=2)),
    until=st.sampled_from([NOON - timedelta(hours=1), NOON, NOON + timedelta(hours=1)]),
    reviewed=st.booleans(),
)

states = st.fixed_dictionaries(
    {
        "organisation": st.sampled_from(TOWNS),
        "kind": st.sampled_from(CaseKind),
        "paces": st.sampled_from(Level).map(lambda level: (Pace(level=level, at=NOON),)),
        "handler": st.none() | st.sampled_from(PEOPLE),
        "incident": st.sampled_from(Answer).map(lambda answer: IncidentFacts(protected_identity=answer)),
        "named": some,
        "blocked_people": st.just(frozenset[str]()) | some,
        "blocked_roles": st.just(frozenset[Role]()) | roles,
        "deputised": st.booleans(),
        "glasses": st.lists(glasses, max_size=2).map(tuple),
        "hand_over": st.none() | st.sampled_from(TOWNS).map(lambda to: HandOver(to=to, offered=NOON)),
    }
)
actors = st.builds(Actor, id=st.sampled_from(PEOPLE), organisation=st.sampled_from(TOWNS), roles=roles)


def a_case(changes: dict[str, Any]) -> Case:
    return Case(
        ref=f"{changes['organisation']}-FV-2026-{next(numbers):05}",
        routine=RoutineRef(version="1", digest="0" * 64),
        reported=NOON,
        updated=NOON,
        last_incident=NOON,
        stages={stage: StageRecord() for stage in Stage},
        **changes,
    )


class Probe:
    """A database to ask again and again."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = Database(url)

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()

    async def seen(self, kept: list[Case], who: list[Actor]) -> list[tuple[set[str], set[str]]]:
        """What each of them sees at all, and sees the whole of, of these cases alone."""
        async with self.database.writing() as session:
            await session.execute(delete(tables.cases))
            await session.execute(delete(tables.case_relations))
            for one in kept:
                await cases.put(session, KEY, one, [])
        asked = []
        async with self.database.reading() as session:
            for actor in who:
                rules = reading.visible_to(actor, NOON), reading.whole_to(actor, NOON)
                rows = (await session.execute(select(tables.cases.c.ref, *rules))).all()
                asked.append(({row[0] for row in rows if row[1]}, {row[0] for row in rows if row[2]}))
        return asked


@pytest.fixture
def probe(database_url: str) -> Iterator[Probe]:
    made = Probe(database_url)
    yield made
    made.close()


@settings(max_examples=40, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(states.map(a_case), min_size=4, max_size=12), who=st.lists(actors, min_size=3, max_size=6))
def test_the_database_shows_each_person_exactly_the_cases_that_the_rule_does(
    probe: Probe, kept: list[Case], who: list[Actor]
) -> None:
    for actor, (seen, whole) in zip(who, probe.runner.run(probe.seen(kept, who)), strict=True):
        judged = {case.ref: sight(actor, case, NOON) for case in kept}
        assert seen == {ref for ref, how in judged.items() if how is not Sight.NOTHING}
        assert whole == {ref for ref, how in judged.items() if how is Sight.WHOLE}
