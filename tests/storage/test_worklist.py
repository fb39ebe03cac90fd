"""Lists, page by page, against the rule applied to every case one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from models.case import Case, HandOver
from models.message import Actor
from models.obligations import obligations
from models.refusal import BadInput
from models.sight import Sight, sight
from models.stages.casework import LinkCase
from models.vocabulary.case import CaseKind, Level, LinkReason, Stage
from models.vocabulary.people import Role
from storage import cases, cursor, tables, worklist
from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.schema import migrate
from storage.worklist import PAGE, Counts, Page, Wanted, Whose
from tests import postgres
from tests.benchmarks.crowd import fill
from tests.conftest import BOTH
from tests.routine import standard
from tests.storage.town import NOON, Town, found, report

HANDLERS = ("anna", "bo")
CAST = {
    "chief": Actor(id="siv", organisation="9001", roles=frozenset({Role.SECURITY_CHIEF})),
    "handler": Actor(id="anna", organisation="9001", roles=frozenset({Role.HANDLER})),
    "director": Actor(id="kim", organisation="9001", roles=frozenset({Role.CHIEF_EXECUTIVE})),
    "duty": Actor(id="bo", organisation="9001", roles=frozenset({Role.DUTY_OFFICER})),
    "neighbour": Actor(id="nils", organisation="9999", roles=frozenset({Role.SECURITY_COORDINATOR})),
    "stranger": Actor(id="alba", organisation="9001", roles=frozenset({Role.GROUP_LEADER})),
}


@dataclass
class Square:
    """A town with a crowd in it, and every case of it as the rule sees it."""

    town: Town
    every: list[Case]
    _due: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def due(self, case: Case) -> tuple[object, ...]:
        if case.ref not in self._due:
            self._due[case.ref] = self._judged(case)
        return self._due[case.ref]

    @staticmethod
    def _judged(case: Case) -> tuple[object, ...]:
        owed = min((one.due for one in obligations(case, standard()) if one.open), default=None)
        overdue = owed is not None and owed < NOON and case.pace is Level.ACUTE
        return not overdue, owed is None, owed, -case.pace.rank, case.ref

    def expected(self, actor: Actor, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008
        def fits(case: Case) -> bool:
            seen = sight(actor, case, NOON)
            owed = self.due(case)[2]
            return (
                seen is not Sight.NOTHING
                and not case.closed
                and wanted.stage in {None, case.headline}
                and wanted.level in {None, case.pace}
                and wanted.kind in {None, case.kind}
                and (wanted.due_before is None or (owed is not None and owed < wanted.due_before))  # type: ignore[operator]
                and wanted.drill is not True
                and (wanted.whose is Whose.ALL or seen is Sight.WHOLE)
                and (wanted.whose is not Whose.MINE or case.handler == actor.id)
                and (wanted.whose is not Whose.UNASSIGNED or case.handler is None)
            )

        return [case.ref for case in sorted(filter(fits, self.every), key=self.due)]

    async def page(self, actor: Actor, wanted: Wanted, after: str | None, limit: int) -> Page[cases.WorkItem]:
        async with self.town.database.reading() as session:
            return await worklist.worklist(session, self.town.ring, [actor], wanted, NOON, after=after, limit=limit)

    async def all_pages(self, actor: Actor, wanted: Wanted, limit: int) -> list[str]:
        refs: list[str] = []
        after = None
        while True:
            page = await self.page(actor, wanted, after, limit)
            refs += [item.ref for item in page.items]
            if page.after is None:
                return refs
            assert len(page.items) == limit
            after = page.after


@pytest.fixture(scope="module", params=BOTH)
async def square(
    request: pytest.FixtureRequest, postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Square]:
    """One for all tests of this file: a crowd takes a second to come together."""
    home = tmp_path_factory.mktemp("square")
    url = f"sqlite+aiosqlite:///{home / 'varna.db'}"
    if request.param == "postgresql":
        url = postgres_server.address(postgres_server.create())
    migrate(url)
    database, ring = Database(url), KeyRing(MasterKeys.create(home / "master.key"))
    town = await found(database, ring)
    crowd = await fill(database, ring, standard(), 240, handlers=HANDLERS, now=NOON, rare=5)
    async with database.reading() as session:
        every = [await cases.load(session, ring, ref) for ref in crowd.refs]
    yield Square(town, every)
    await database.close()


@pytest.mark.parametrize("who", CAST)
async def test_each_person_is_listed_their_cases_in_order_and_none_twice(square: Square, who: str) -> None:
    actor = CAST[who]
    for wanted in (
        Wanted(),
        Wanted(whose=Whose.MINE),
        Wanted(whose=Whose.UNASSIGNED),
        Wanted(stage=Stage.RISK),
        Wanted(level=Level.ACUTE),
        Wanted(level=Level.HIGH, stage=Stage.INTAKE),
        Wanted(kind=CaseKind.PREVENTION),
        Wanted(due_before=NOON - timedelta(days=5)),
        Wanted(drill=True),
        Wanted(drill=False),
    ):
        expected = square.expected(actor, wanted)
        assert await square.all_pages(actor, wanted, max(7, len(expected) // 4)) == expected, wanted


async def test_the_crowd_shows_everybody_something_else(square: Square) -> None:
    lengths = {who: len(square.expected(actor)) for who, actor in CAST.items()}
    assert lengths["chief"] > lengths["director"] > lengths["handler"] > lengths["neighbour"] > 0
    assert lengths["stranger"] == 0
    assert len({sight(CAST["duty"], case, NOON) for case in square.every}) == 3


async def test_the_tabs_count_what_they_would_list_up_to_a_limit(square: Square) -> None:
    async def counted(actor: Actor, wanted: Wanted, most: int = worklist.MOST) -> Counts:
        async with square.town.database.reading() as session:
            return await worklist.counts(session, [actor], wanted, NOON, most=most)

    for actor in CAST.values():
        for wanted in (Wanted(), Wanted(level=Level.RAISED)):
            each = {whose: len(square.expected(actor, replace(wanted, whose=whose))) for whose in Whose}
            assert await counted(actor, wanted) == Counts(**each)
    assert (await counted(CAST["chief"], Wanted(), most=10)).all == 10


async def test_a_headline_tells_no_handler_and_no_kind(square: Square) -> None:
    for who, actor in CAST.items():
        page = await square.page(actor, Wanted(), None, 300)
        known = {case.ref: case for case in square.every}
        for item in page.items:
            case = known[item.ref]
            assert item.sight is sight(actor, case, NOON), who
            assert item.handler == (case.handler if item.whole else None)
            assert item.brief.kinds == (case.incident.kinds if item.whole else ())
            assert item.meeting_day == case.incident.meeting_day


async def test_whoever_acts_in_several_organisations_sees_the_cases_of_all(square: Square) -> None:
    town = square.town
    elsewhere = Actor(id="siv", organisation="90", roles=frozenset({Role.DUTY_OFFICER}))
    there = [case.model_copy(update={"organisation": "90", "ref": f"90{case.ref[4:]}"}) for case in square.every[:40]]
    async with town.database.writing() as session:
        for case in there:
            key = await town.ring.create(session, case.ref, "90")
            await cases.put(session, key, case, obligations(case, standard()))
    square.every += there
    async with town.database.reading() as session:
        page = await worklist.worklist(session, town.ring, [CAST["chief"], elsewhere], Wanted(), NOON, limit=500)
    both = {*square.expected(CAST["chief"]), *square.expected(elsewhere)}
    assert {item.ref for item in page.items} == both
    assert {item.organisation for item in page.items} == {"9001", "90"}
    assert [item.ref for item in page.items] == sorted(both, key=lambda ref: square.due(known(square, ref)))


def known(square: Square, ref: str) -> Case:
    return next(case for case in square.every if case.ref == ref)


async def test_the_pages_keep_to_the_time_of_the_first(square: Square) -> None:
    actor, later = CAST["chief"], NOON + timedelta(days=30)
    first = await square.page(actor, Wanted(), None, 5)
    async with square.town.database.reading() as session:
        rest = await worklist.worklist(
            session, square.town.ring, [actor], Wanted(), later, after=first.after, limit=400
        )
    assert [item.ref for item in (*first.items, *rest.items)] == square.expected(actor)


@pytest.mark.parametrize(
    "mark",
    ["", "x", "å", "W10", cursor.pack(1, 2), cursor.pack("a", 0, 0, "b"), cursor.pack(10**30, 0, 0, "b"), "A" * 300],
)
async def test_a_mark_of_no_page_is_refused(square: Square, mark: str) -> None:
    with pytest.raises(BadInput, match="after"):
        await square.page(CAST["chief"], Wanted(), mark, 5)


async def test_the_preventive_board_stands_by_the_day_of_the_meeting(square: Square) -> None:
    for actor in CAST.values():
        async with square.town.database.reading() as session:
            items = await worklist.board(session, square.town.ring, [actor], NOON)
        expected = square.expected(actor, Wanted(kind=CaseKind.PREVENTION))
        assert {item.ref for item in items} == set(expected)
        assert [item.meeting_day for item in items] == sorted(item.meeting_day for item in items if item.meeting_day)


async def test_a_link_to_a_case_one_may_not_see_is_not_there(town: Town) -> None:
    here, _ = await town.opens()
    seen, _ = await town.opens()
    barred, _ = await town.opens(report(what="En annan."))
    for number, other in enumerate((seen, barred)):
        link = LinkCase(id=f"l{number}", case=other.ref, reason=LinkReason.SAME_ACTOR)
        here, _ = await town.acts(here, link)
    actor = CAST["chief"]
    async with town.database.writing() as session:
        keeps_out = barred.model_copy(update={"blocked_people": frozenset({actor.id})})
        await cases.put(session, await town.ring.key(session, barred.ref), keeps_out, [])
    async with town.database.reading() as session:
        (only,) = await worklist.related(session, town.ring, [actor], here, NOON)
    assert (only.reason, only.item.ref) == (LinkReason.SAME_ACTOR, seen.ref)


async def test_a_row_that_an_older_version_wrote_is_nobodys_until_it_is_rebuilt(town: Town) -> None:
    case, _ = await town.opens()
    async with town.database.writing() as session:
        await session.execute(update(tables.cases).values(form=0))
    async with town.database.reading() as session:
        page = await worklist.worklist(session, town.ring, [CAST["chief"]], Wanted(), NOON, limit=PAGE)
    assert page.items == ()
    offered = case.model_copy(update={"hand_over": HandOver(to="9999", offered=NOON)})
    async with town.database.reading() as session:
        assert await worklist.of_refs(session, town.ring, [CAST["neighbour"]], [offered.ref], NOON) == {}
