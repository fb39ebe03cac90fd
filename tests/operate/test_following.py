"""What the watchdog has read of the ledgers, and what it misses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from models.evolve import evolve_all
from models.notices import notices as demanded
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from models.watch import GRACE, Finding
from operate.scenarios import SCENARIOS
from operate.together import Together
from operate.town import a_town
from operate.watchdog.following import Following
from storage import notices, tables
from storage.tables import MessageState
from tests.audit.intruder import breaks_in
from tests.erasing import erase
from tests.operate.queued import house, mark, queue, sending
from tests.storage.town import NOON, Town, note, triage

SOON = timedelta(seconds=1)


async def test_a_notice_without_a_message_is_found_until_somebody_has_it(little_town: Town, tmp_path: Path) -> None:
    town = little_town
    case, (event,) = await town.opens()
    following = Following(house(town, tmp_path))
    late = NOON + timedelta(minutes=5)
    assert await following.findings(case.updated + GRACE) == []
    missing = Finding(code="untold", case=case.ref, detail=f"{case.ref}.1.security_chief")
    assert await following.findings(late) == [missing]

    (told,) = (notice for notice in demanded(event, case, town.routine) if notice.role is Role.SECURITY_CHIEF)
    await queue(town, sending("m1", late, case=case.ref))
    async with town.database.writing() as session:
        await notices.put(session, [notices.row_of(told, "granvik-sakerhetschef", "outbox", late, "m1")])
    assert await following.findings(late) == [], "it is on its way"
    await mark(town, "m1", MessageState.SENT, late + SOON)
    assert await following.findings(late + SOON) == []
    await mark(town, "m1", MessageState.BOUNCED, late + SOON)
    assert await following.findings(late + SOON + GRACE) == []
    assert await following.findings(late + SOON + GRACE + SOON) == [missing]


async def test_only_what_is_new_is_read_and_the_fold_is_the_case(little_town: Town, tmp_path: Path) -> None:
    town = little_town
    case, events = await town.opens()
    following = Following(house(town, tmp_path))
    await following.findings(NOON + SOON)
    kept = following.cases[case.ref]
    case, more = await town.acts(case, triage())
    case, rest = await town.acts(case, note(2))
    await following.findings(NOON + SOON)
    assert following.cases[case.ref] is kept
    assert kept.case == case == evolve_all([*events, *more, *rest])


async def test_a_ledger_that_cannot_be_read_is_found_and_hides_no_other(little_town: Town, tmp_path: Path) -> None:
    town = little_town
    broken, _ = await town.opens()
    whole, _ = await town.opens()
    async with town.database.writing() as session:
        ledger = tables.ledger
        await breaks_in(session)
        await session.execute(update(ledger).where(ledger.c.case == broken.ref).values(body=b"scratched"))
    following = Following(house(town, tmp_path))
    for _ in range(2):
        findings = await following.findings(NOON + timedelta(seconds=30))
        assert findings == [Finding(code="unreadable", case=broken.ref, detail="Unreadable")]
    assert [*following.cases] == [whole.ref]


async def test_of_an_erased_case_nothing_is_remembered(little_town: Town, tmp_path: Path) -> None:
    town = little_town
    case, _ = await town.opens()
    following = Following(house(town, tmp_path))
    await following.findings(NOON)
    await erase(town.database, town.ring, case.ref, NOON)
    async with town.database.writing() as session:
        heads = tables.heads
        await session.execute(update(heads).where(heads.c.case == case.ref).values(seq=heads.c.seq + 1))
    assert await following.findings(NOON + timedelta(days=3)) == []
    assert following.cases == {}


@pytest.mark.slow
async def test_in_thirteen_invented_cases_played_to_their_end_there_is_no_false_alarm() -> None:
    found: set[Finding] = set()

    class Checked(Together):
        """A town in which the watchdog looks whenever the clock has run."""

        async def post(self) -> None:
            await super().post()
            found.update(await following.findings(await self.now()))

    async with a_town() as place:
        town = Checked(place.house, place.environment, place.cases, place.postman, playing=len(SCENARIOS))
        following = Following(place.house)
        await asyncio.gather(*(town.play(scenario) for scenario in SCENARIOS))
        async with place.house.database.reading() as session:
            # A town has no schedule: its digests never leave, and that is found.
            digest = await notices.select_where(session, tables.notices.c.urgency == Urgency.DIGEST)
    left = {Finding(code="untold", case=one.case, detail=one.notice) for one in digest}
    assert {one for one in found if one.code != "unaccepted"} - left == set()
    assert found & left
