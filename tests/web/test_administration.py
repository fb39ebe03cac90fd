"""Administration: an administrator looks after people, routine, programs and health, and never helps themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from models.scopes import Scope
from models.vocabulary.people import Role
from storage import messages, openings, people, programs, routines, sessions, tables
from storage.duty import Absence
from storage.routine_file import ROUTINES
from storage.tables import Method
from tests.web.browser import Chromium, each_look
from tests.web.city import City
from tests.web.markup import valid
from tests.web.stories import ALICE, BOB, CHARLIE, DISA, INES, KAJ, SAM

HOME = "/administration"
PERSON = {
    "name": "Vera Ängsberg",
    "email": "ny@granvik.example",
    "telephone": "070-174 06 55",
    "language": "sv",
    "roles": ["security_coordinator", "deputy"],
    "channels.page": ["sms", "email", ""],
    "active": "yes",
}


async def known(city: City, code: str) -> people.Person:
    async with city.house.database.reading() as session:
        here = await people.directory(session, city.house.ring, "9001")
    return next(one for one in here.people if one.code == code)


async def test_only_those_who_run_the_system_come_here(city: City) -> None:
    for who, whole, its_people in ((SAM, 200, 200), (INES, 200, 403), (ALICE, 403, 403), (BOB, 403, 403)):
        async with city.visitor(who) as visitor:
            assert (await visitor.get(HOME)).status_code == whole, who
            assert (await visitor.get(f"{HOME}/personer")).status_code == its_people, who


@pytest.mark.parametrize("path", [HOME, f"{HOME}/personer", f"{HOME}/personer/ny", f"{HOME}/personer/{BOB}"])
async def test_the_pages_are_valid_and_accessible(city: City, chromium: Chromium, path: str) -> None:
    async with city.visitor(SAM) as sam:
        valid((await sam.get(path)).text)
    await each_look(chromium, city.url, path, cookies=await city.cookies(SAM))


async def test_somebody_new_is_taken_in_and_invited_by_a_link_that_is_shown_once(own_city: City) -> None:
    async with own_city.visitor(SAM) as sam:
        done = await sam.send_form(f"{HOME}/personer/ny", code="granvik-ny", **PERSON)
        assert (done.status_code, done.headers["Location"]) == (303, f"{HOME}/personer/granvik-ny")
        page = await sam.send_form(f"{HOME}/personer/granvik-ny/lank", deed="invite")
    person = await known(own_city, "granvik-ny")
    assert person.roles == {Role.SECURITY_COORDINATOR, Role.DEPUTY}
    assert [kind.value for kinds in person.channels.values() for kind in kinds] == ["sms", "email"]
    link = re.search(r'value="(http[^"]+/oppna/([^"]+))"', page.text)
    assert link
    async with own_city.house.database.reading() as session:
        opening = await openings.look(session, link[2], datetime.now(UTC))
    assert opening is not None
    assert opening.user == "granvik-ny"


async def test_whoever_s_account_can_be_taken_over_hears_of_it_and_so_does_who_answers_for_the_data(
    own_city: City,
) -> None:
    async def told() -> list[tuple[str, str]]:
        async with own_city.house.database.reading() as session:
            found = await messages.select_where(session, tables.messages.c.case.is_(None))
        return sorted((one.kind.value, one.recipient) for one in found)

    before = await told()
    async with own_city.visitor(SAM) as sam:
        for deed in ("reset", "invite"):
            assert (await sam.send_form(f"{HOME}/personer/{KAJ}/lank", deed=deed)).status_code == 200
        linked = await told()
        assert (await sam.send_form(f"{HOME}/personer/{KAJ}", **PERSON)).status_code == 303
        given = await told()
        assert (await sam.send_form(f"{HOME}/personer/{KAJ}", **PERSON)).status_code == 303
    warned = [*[("access_given", DISA)] * 2, *[("account_opened", KAJ)] * 2]
    assert linked == sorted([*before, *warned])
    assert given == sorted([*linked, ("access_given", DISA)])
    assert await told() == given
    async with own_city.visitor(SAM) as sam:
        moved = {**PERSON, "email": "nagon-annanstans@granvik.example"}
        assert (await sam.send_form(f"{HOME}/personer/{KAJ}", **moved)).status_code == 303
    assert await told() == sorted([*given, ("access_given", DISA)])


async def test_what_is_wrong_is_shown_at_its_field_and_nothing_is_lost(city: City) -> None:
    async with city.visitor(SAM) as sam:
        wrong = await sam.send_form(f"{HOME}/personer/ny", **{**PERSON, "email": "nej"}, code="granvik-fel")
        taken = await sam.send_form(f"{HOME}/personer/ny", **PERSON, code=BOB)
        theirs = await sam.send_form(f"{HOME}/personer/ny", **PERSON, code=CHARLIE)
    for answer, field in ((wrong, "email"), (taken, "code"), (theirs, "")):
        assert answer.status_code == 422
        assert "Vera Ängsberg" in answer.text
        assert not field or f'href="#{field}"' in answer.text
        valid(answer.text)


async def test_changing_somebody_keeps_their_absences_and_leaving_signs_them_out(own_city: City) -> None:
    away = Absence(starts=datetime.now(UTC), ends=datetime.now(UTC) + timedelta(days=9))
    async with own_city.house.database.writing() as session:
        await people.absent(session, BOB, away)
        cookie, _ = await sessions.open(session, BOB, Method.PASSKEY, datetime.now(UTC))
    async with own_city.visitor(SAM) as sam:
        await sam.send_form(f"{HOME}/personer/{BOB}", **PERSON)
        assert len((await known(own_city, BOB)).absences) == 1
        await sam.send_form(f"{HOME}/personer/{BOB}", **{**PERSON, "active": ""})
    assert not (await known(own_city, BOB)).active
    async with own_city.house.database.reading() as session:
        assert await sessions.resolve(session, cookie, datetime.now(UTC)) is None


async def test_nobody_gives_themselves_roles_or_lets_themselves_in(own_city: City) -> None:
    async with own_city.visitor(SAM) as sam:
        more = {**PERSON, "roles": ["system_administrator", "security_chief"]}
        refused = await sam.send_form(f"{HOME}/personer/{SAM}", **more)
        reset = await sam.send_form(f"{HOME}/personer/{SAM}/lank", deed="reset")
    assert refused.status_code == reset.status_code == 422
    assert (await known(own_city, SAM)).roles == {Role.SYSTEM_ADMINISTRATOR}


async def test_people_of_other_organisations_do_not_exist_here(city: City) -> None:
    async with city.visitor(SAM) as sam:
        for path in (CHARLIE, "nobody"):
            assert (await sam.get(f"{HOME}/personer/{path}")).status_code == 404
            for deed in ("", "/lank", "/logga-ut"):
                assert (await sam.send_form(f"{HOME}/personer/{path}{deed}", **PERSON)).status_code == 404


async def test_a_routine_is_tried_and_adopted_and_its_holes_are_told_by_line(own_city: City) -> None:
    text = (ROUTINES / "granvik.toml").read_text(encoding="utf-8").replace("2025", "2027")
    async with own_city.visitor(SAM) as sam:
        before = await _versions(own_city)
        tried = await sam.send_form(f"{HOME}/rutin", routine=text, deed="try")
        assert tried.status_code == 200, tried.text
        assert await _versions(own_city) == before
        broken = await sam.send_form(f"{HOME}/rutin", routine=f'{text}\nfirst_handler = "nobody"', deed="adopt")
        assert broken.status_code == 422
        assert "routine.toml:" in broken.text
        adopted = await sam.send_form(f"{HOME}/rutin", routine=text, deed="adopt")
        assert adopted.headers["Location"] == f"{HOME}?klart=rutin"
    assert len(await _versions(own_city)) == len(before) + 1


async def _versions(city: City) -> list[str]:
    async with city.house.database.reading() as session:
        return [one.digest for one in await routines.adopted(session, "9001")]


async def test_a_program_of_ones_own_organisation_is_shut_out_and_no_other(own_city: City) -> None:
    now = datetime.now(UTC)
    async with own_city.house.database.writing() as session:
        ours, _ = await programs.create(session, "ours", BOB, [Scope.READ], now, now + timedelta(days=1))
        theirs, _ = await programs.create(session, "theirs", CHARLIE, [Scope.READ], now, now + timedelta(days=1))
    async with own_city.visitor(SAM) as sam:
        page = (await sam.get(HOME)).text
        assert "theirs" not in page
        assert (await sam.send_form(f"{HOME}/program/theirs/aterta")).status_code == 404
        assert (await sam.send_form(f"{HOME}/program/ours/aterta")).status_code == 303
    async with own_city.house.database.reading() as session:
        assert await programs.resolve(session, ours, now) is None
        assert await programs.resolve(session, theirs, now) is not None


async def test_signing_somebody_out_everywhere(own_city: City) -> None:
    async with own_city.visitor(BOB, fresh=True) as bob, own_city.visitor(SAM) as sam:
        assert (await bob.get("/kontakter")).status_code == 200
        await sam.send_form(f"{HOME}/personer/{BOB}/logga-ut")
        assert (await bob.get("/kontakter")).status_code == 303
