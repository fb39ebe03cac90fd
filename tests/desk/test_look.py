"""One way to each case, whatever the door: whoever may not see it learns nothing, and whoever does is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from desk import look, reader
from desk.desk import Desk
from models.case import Case
from models.message import Actor
from models.refusal import Refusal
from models.sight import Sight
from models.stages.casework import BlockRole
from models.stages.handover import HandOverCase
from models.vocabulary.people import Role, SharingGround
from storage import cases, people, tables
from storage.cases import UnknownCase
from storage.reads import OPERATOR
from storage.tables import Via
from storage.vault import Vault
from storage.worklist import Wanted
from tests.storage.town import Town, found, triage

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from storage.keys import KeyRing

CHIEF, DUTY, LEADER, NEIGHBOUR, POOLED = (
    "granvik-sakerhetschef",
    "granvik-tib",
    "granvik-gruppledare",
    "vasterlund-samordnare",
    "vasterlund-tib",
)
MORE = {
    "organisations": [
        {
            "code": "9001",
            "name": "Granviks kommun",
            "kind": "municipality",
            "people": [{"code": LEADER, "name": "Ylva", "roles": ["group_leader"]}],
        },
        {
            "code": "90",
            "name": "Region Västerlund",
            "kind": "region",
            "people": [
                {"code": NEIGHBOUR, "name": "Nils", "roles": ["security_coordinator"]},
                {"code": POOLED, "name": "Tove", "roles": []},
            ],
        },
    ],
    "pools": [
        {
            "code": "tib",
            "role": "duty_officer",
            "organisations": ["9001"],
            "turns": [{"people": [POOLED], "starts": "2026-01-05"}],
        }
    ],
}
NOWHERE = "9001-FV-2026-99999"


@dataclass
class Room:
    town: Town
    desk: Desk
    case: Case
    asked: list[str] = field(default_factory=list)

    async def refused(self, ref: str, user: str) -> tuple[object, list[str]]:
        """What somebody is told who may not see it, and what the database was asked for that."""
        self.asked.clear()
        with pytest.raises(Refusal) as told:
            await look.case(self.desk, ref, user)
        return (told.value.code, told.value.field, told.value.details, str(told.value)), list(self.asked)

    async def reads(self) -> list[tuple[str, Via, str, Role]]:
        its = tables.reads.c
        async with self.desk.database.reading() as session:
            rows = await session.execute(select(its.user, its.via, its.what, its.role).order_by(its.user, its.what))
            return [tuple(row) for row in rows]


@pytest.fixture
async def room(database: Database, ring: KeyRing, tmp_path: Path) -> Room:
    town = await found(database, ring)
    async with database.writing() as session:
        await people.load(session, ring, MORE)
    case, _ = await town.opens()
    case, _ = await town.acts(case, triage())
    made = Room(town, Desk(database, ring, "127.0.0.1:1", "default", "nobody", Vault(tmp_path, 1)), case)
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda _c, _u, sql, *_: made.asked.append(str(sql))
    )
    return made


async def test_a_case_one_may_not_see_is_answered_as_one_that_does_not_exist_after_the_same_questions(
    room: Room,
) -> None:
    for user in (LEADER, NEIGHBOUR):
        hidden, asked_for_hidden = await room.refused(room.case.ref, user)
        absent, asked_for_absent = await room.refused(NOWHERE, user)
        assert hidden == absent == ("unknown_case", "case", {}, "unknown_case: case")
        assert asked_for_hidden == asked_for_absent
    assert await room.reads() == []


async def test_whoever_is_kept_out_today_does_not_see_yesterday_either(room: Room) -> None:
    await look.case(room.desk, room.case.ref, DUTY, seq=1)
    block = BlockRole(id="b", people=frozenset({DUTY}), text="Granne.")
    await room.town.acts(room.case, block)
    for ask in ({}, {"seq": 1}, {"at": room.case.updated}):
        with pytest.raises(Refusal, match="unknown_case"):
            await look.case(room.desk, room.case.ref, DUTY, **ask)


async def test_a_reading_is_kept_with_person_role_and_door_and_the_operators_as_well(room: Room) -> None:
    ref = room.case.ref
    await look.case(room.desk, ref, None)
    await look.case(room.desk, ref, CHIEF, via=Via.PAGE)
    await look.case(room.desk, ref, CHIEF, via=Via.PAGE)
    await look.history(room.desk, ref, DUTY, via=Via.API)
    assert await room.reads() == [
        (CHIEF, Via.PAGE, "case", Role.SECURITY_CHIEF),
        (DUTY, Via.API, "history", Role.DEPUTY),
        (OPERATOR, Via.CLI, "case", None),
    ]
    known = await look.readers(room.desk, ref, CHIEF, via=Via.PAGE)
    assert {one.user for one in known} == {CHIEF, DUTY, OPERATOR}


async def test_the_neighbour_to_whom_a_case_is_offered_sees_its_headline_and_no_reader(room: Room) -> None:
    offer = HandOverCase(id="h", to="90", ground=SharingGround.OWN_TASK, text="Bor hos er.")
    await room.town.acts(room.case, offer)
    view = await look.case(room.desk, room.case.ref, NEIGHBOUR)
    assert view.sight is Sight.HEADLINE
    assert len((await look.history(room.desk, room.case.ref, NEIGHBOUR)).events) == 4
    assert await look.readers(room.desk, room.case.ref, NEIGHBOUR) == []
    (item,) = await look.open_cases(room.desk, NEIGHBOUR, Wanted())
    assert (item.ref, item.sight, item.handler) == (room.case.ref, Sight.HEADLINE, None)


async def test_the_duty_officer_of_a_pool_sees_the_cases_it_serves(room: Room) -> None:
    now = datetime.now(UTC)
    async with reader.everywhere(room.desk, POOLED, now) as (_, actors):
        assert actors == (
            Actor(id=POOLED, organisation="90"),
            Actor(id=POOLED, organisation="9001", roles=frozenset({Role.DUTY_OFFICER})),
        )
    view = await look.case(room.desk, room.case.ref, POOLED)
    assert view.sight is Sight.HEADLINE
    assert [item.ref for item in await look.open_cases(room.desk, POOLED, Wanted())] == [room.case.ref]
    assert await room.reads() == [(POOLED, Via.CLI, "case", Role.DUTY_OFFICER)]


async def test_search_is_the_persons_own(room: Room) -> None:
    ref = room.case.ref
    assert [item.ref for item in await look.search(room.desk, CHIEF, "00001 hög")] == [ref]
    assert [item.sight for item in await look.search(room.desk, POOLED, "00001")] == [Sight.HEADLINE]
    assert await look.search(room.desk, NEIGHBOUR, "9001-FV-2026-00001") == []
    with pytest.raises(Refusal, match="sensitive_search"):
        await look.search(room.desk, CHIEF, "moderaterna")


async def test_the_operator_is_told_what_waits_and_what_is_unknown(room: Room) -> None:
    accepted = await room.town.accepts()
    with pytest.raises(cases.CaseWaits):
        await look.case(room.desk, accepted.case, None)
    with pytest.raises(UnknownCase):
        await look.case(room.desk, NOWHERE, None)
    assert [item.ref for item in await look.open_cases(room.desk, None, Wanted())] == [room.case.ref]
