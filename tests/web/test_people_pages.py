"""Contacts, duty and routine as people see them: who would be called, what is missing, what the routine says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from i18n.times import ZONE
from models.areas import Area, may_visit
from models.vocabulary.case import Level
from storage import people, routines
from storage.routine_file import ROUTINES, load
from tests.web.browser import DESKTOP, Chromium, each_look
from tests.web.city import City
from tests.web.markup import valid
from tests.web.stories import ALICE, BOB, CHARLIE, DAG, REV, RUT, SAM

PAGES = ("/kontakter", "/jour", "/rutin")


def local(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("path", PAGES)
async def test_the_pages_are_valid_and_name_nobody_of_another_organisation(each_city: City, path: str) -> None:
    async with each_city.visitor(ALICE) as alice, each_city.visitor(CHARLIE) as charlie:
        ours, theirs = await alice.get(path), await charlie.get(path)
    assert ours.status_code == theirs.status_code == 200
    valid(ours.text)
    assert "Granvik" in ours.text
    assert "granvik" not in theirs.text.lower()


async def test_who_has_no_business_there_is_told_so_and_who_is_not_signed_in_is_led_to_sign_in(city: City) -> None:
    async with city.visitor(REV) as auditor, city.visitor() as stranger:
        for path in ("/kontakter", "/jour"):
            assert (await auditor.get(path)).status_code == 403
            led = await stranger.get(path)
            assert (led.status_code, led.headers["Location"]) == (303, f"/logga-in?next={path}")
        assert (await auditor.get("/rutin")).status_code == 200


async def test_everybody_in_granvik_stands_there_with_role_and_channels(city: City) -> None:
    async with city.visitor(RUT) as rut:
        shown = (await rut.get("/kontakter")).text
    async with city.house.database.reading() as session:
        here = await people.directory(session, city.house.ring, "9001")
    for one in here.people:
        assert one.name in shown


async def test_dag_notes_that_he_is_away_and_is_skipped(own_city: City) -> None:
    now = datetime.now(UTC)
    async with own_city.visitor(DAG) as dag:
        done = await dag.send_form(
            "/kontakter/franvaro", starts=local(now - timedelta(hours=1)), ends=local(now + timedelta(days=2))
        )
        assert (done.status_code, done.headers["Location"]) == (303, "/kontakter?klart=franvaro")
        contacts = (await dag.get(done.headers["Location"])).text
        duty = (await dag.get("/jour")).text
    assert "Frånvaron är antecknad." in contacts
    assert "Alla med rollen är frånvarande" in duty or "Ingen" in duty
    async with own_city.house.database.reading() as session:
        here = await people.directory(session, own_city.house.ring, "9001")
    assert [len(one.absences) for one in here.people if one.code == DAG] == [1]


async def test_only_who_staffs_notes_absence_for_others_and_never_for_strangers(own_city: City) -> None:
    now = datetime.now(UTC)
    when = {"starts": local(now), "ends": local(now + timedelta(days=1))}
    for who, person, status in ((DAG, BOB, 422), (ALICE, BOB, 303), (ALICE, CHARLIE, 422), (SAM, BOB, 303)):
        async with own_city.visitor(who) as visitor:
            answer = await visitor.send_form("/kontakter/franvaro", person=person, **when)
        assert answer.status_code == status, (who, person)


async def test_an_absence_that_ends_before_it_starts_is_shown_at_its_field(city: City) -> None:
    now = datetime.now(UTC)
    async with city.visitor(BOB) as bob:
        answer = await bob.send_form("/kontakter/franvaro", starts=local(now), ends=local(now - timedelta(days=1)))
        nonsense = await bob.send_form("/kontakter/franvaro", starts="i morgon", ends=local(now))
    assert (answer.status_code, nonsense.status_code) == (422, 422)
    assert 'href="#ends"' in answer.text
    assert 'href="#starts"' in nonsense.text
    valid(answer.text)


async def test_the_ladder_of_another_moment(city: City) -> None:
    async with city.visitor(ALICE) as alice:
        page = (await alice.get("/jour", params={"vid": "2026-12-24T23:00"})).text
        nonsense = await alice.get("/jour", params={"vid": "jul"})
    assert "tors 24 dec. 2026 kl. 23:00" in page
    assert nonsense.status_code == 200


async def test_a_swap_puts_somebody_on_duty_and_a_second_one_says_whom_it_meets(own_city: City) -> None:
    starts, ends = datetime(2027, 3, 1, 17, tzinfo=ZONE), datetime(2027, 3, 2, 8, tzinfo=ZONE)
    fields = {"starts": local(starts), "ends": local(ends)}
    async with own_city.visitor("sjoliden-sakerhetschef") as chief, own_city.visitor(ALICE) as alice:
        page = (await chief.get("/jour")).text
        found = re.search(r'<option value="([a-z-]+)"', page)
        assert found, "Sjöliden shares a duty pool with Björkäng"
        pool = found[1]
        done = await chief.send_form("/jour/byte", pool=pool, person="sjoliden-tib", **fields)
        assert (done.status_code, done.headers["Location"]) == (303, "/jour?klart=byte")
        again = await chief.send_form("/jour/byte", pool=pool, person="bjorkang-tib", **fields)
        assert again.status_code == 422
        assert "sjoliden-tib" in again.text
        other = await alice.send_form("/jour/byte", pool=pool, person="sjoliden-tib", **fields)
        assert other.status_code == 422


async def test_whoever_only_reads_the_rota_cannot_swap(city: City) -> None:
    async with city.visitor(RUT) as rut:
        assert (await rut.send_form("/jour/byte", pool="x")).status_code == 403


async def test_the_routine_can_be_read_and_compared_with_the_one_before(own_city: City) -> None:
    own = load(ROUTINES / "granvik.toml")
    first = own.obligations["first_contact"]
    assert first.due
    changed = first.model_copy(update={"due": {**first.due, Level.HIGH: first.due[Level.ACUTE]}})
    newer = own.model_copy(
        update={
            "version": "2027.1",
            "decision": "KS 2026/900 § 3",
            "obligations": {**own.obligations, "first_contact": changed},
        }
    )
    async with own_city.house.database.writing() as session:
        await routines.adopt(session, newer)
        versions = await routines.adopted(session, "9001")
    async with own_city.visitor(BOB) as bob:
        page = (await bob.get("/rutin")).text
        compared = await bob.get("/rutin/skillnad", params={"fran": versions[1].digest, "till": versions[0].digest})
        unknown = await bob.get("/rutin", params={"version": "0" * 64})
    assert "2027.1" in page
    valid(page)
    valid(compared.text)
    assert "4 timmar" in compared.text
    assert "30 minuter" in compared.text
    assert compared.text.count("<tr>") == 2, "one thing changed, below the headings"
    assert unknown.status_code == 404


async def test_nobody_reads_the_routine_of_another_organisation_by_its_digest(city: City) -> None:
    async with city.house.database.reading() as session:
        theirs = (await routines.adopted(session, "9002"))[0].digest
    async with city.visitor(ALICE) as alice:
        assert (await alice.get("/rutin", params={"version": theirs})).status_code == 404
        assert (await alice.get("/rutin/skillnad", params={"fran": theirs})).status_code == 404


@pytest.mark.parametrize("path", PAGES)
async def test_each_look_of_a_page_is_accessible(city: City, chromium: Chromium, path: str) -> None:
    await each_look(chromium, city.url, path, cookies=await city.cookies(ALICE))


async def test_the_picture_of_the_routine_shows_another_level_at_a_click(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, ALICE, DESKTOP) as page:
        await page.goto("/rutin")
        acute = await page.locator("svg.lanes .mark").count()
        await page.locator(".tabs a").last.click()
        assert await page.locator("svg.lanes .mark").count() < acute


def test_every_area_has_somebody_who_may_visit_it() -> None:
    from models.areas import MAY_VISIT
    from models.message import Actor

    for area in Area:
        assert MAY_VISIT[area], area
        for role in MAY_VISIT[area]:
            assert may_visit(Actor(id="somebody", organisation="9001", roles=frozenset({role})), area)
