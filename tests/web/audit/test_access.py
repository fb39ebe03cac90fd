"""The reading log: who sees it, what is found in it, and how what is unusual is reviewed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from models.vocabulary.people import Role
from storage import access, reads, routines
from storage.reads import Read
from storage.tables import Via
from tests.storage.reading_log import amiss
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import ALICE, BOB, CHARLIE, DISA, INES, KAJ, REV, RUT, SAM

if TYPE_CHECKING:
    from tests.web.browser import Chromium
    from tests.web.city import City

PATH = "/revision/atkomst"


async def read(city: City, *several: Read) -> None:
    for one in several:
        async with city.house.database.writing() as session:
            await reads.put(session, one)


async def at_work(city: City) -> datetime:
    """The last time when the office had been open for an hour."""
    now = datetime.now(UTC)
    async with city.house.database.reading() as session:
        office = (await routines.current(session, "9001", now.date())).calendar
    opened = (office.hours(office.local_date(now) - timedelta(days=back)) for back in range(10))
    return next(hours[0] for hours in opened if hours and hours[0] + timedelta(hours=1) < now) + timedelta(hours=1)


def rows(page: str) -> list[str]:
    return re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)


async def test_whoever_answers_for_the_data_sees_who_read_what_and_nobody_else_does(own_city: City) -> None:
    ref = own_city.ref("police")
    async with own_city.visitor(BOB) as bob:
        (await bob.get(f"/arenden/{ref}")).raise_for_status()
    for who, status in ((DISA, 200), (INES, 200), (ALICE, 200), (REV, 403), (SAM, 403), (BOB, 403), (CHARLIE, 200)):
        async with own_city.visitor(who) as visitor:
            answer = await visitor.get(PATH)
        assert answer.status_code == status, who
        assert (ref in answer.text) is (status == 200 and who != CHARLIE), who
    async with own_city.visitor(DISA) as disa:
        page = (await disa.get(PATH, params={"person": BOB, "case": ref, "via": "page"})).text
        markup.valid(page)
        (row,) = rows(page)
        assert "session:" in row
        assert "Roll: Handläggare" in row
        assert rows((await disa.get(PATH, params={"person": KAJ, "case": ref})).text) == []
        assert rows((await disa.get(PATH, params={"case": ref, "until": "2020-01-01"})).text) == []
        assert len(rows((await disa.get(PATH, params={"since": "nonsense", "via": "nothing"})).text)) == 1


async def test_a_case_somebody_is_kept_out_of_is_not_in_their_log_either(own_city: City) -> None:
    ref, now = own_city.ref("blocked"), datetime.now(UTC)
    await read(own_city, Read(ref, "9001", "granvik-ersattare", Role.DEPUTY, Via.PAGE, now))
    async with own_city.visitor(ALICE) as alice, own_city.visitor(DISA) as disa:
        assert ref not in (await alice.get(PATH)).text
        assert ref in (await disa.get(PATH)).text


async def test_the_log_goes_on_page_by_page_with_the_same_choice(own_city: City) -> None:
    now = datetime.now(UTC)
    one = Read(own_city.ref("police"), "9001", BOB, Role.SECURITY_COORDINATOR, Via.PAGE, now)
    await read(own_city, *(replace(one, at=now - n * timedelta(minutes=15)) for n in range(60)))
    await read(own_city, replace(one, user=KAJ))
    async with own_city.visitor(DISA) as disa:
        first = (await disa.get(PATH, params={"person": BOB})).text
        older = re.search(rf'href="({PATH}\?[^"]*before=\d+)"', first)
        assert older
        second = (await disa.get(older[1].replace("&amp;", "&"))).text
    assert (len(rows(first)), len(rows(second))) == (50, 10)
    assert not any(KAJ in row for row in rows(first) + rows(second))
    markup.valid(second)


async def test_what_is_unusual_is_found_reviewed_by_another_and_kept(own_city: City) -> None:
    now = await at_work(own_city)
    seen = [own_city.ref("police"), own_city.ref("support")]
    await read(own_city, *(Read(ref, "9001", RUT, Role.REGISTRAR, Via.PAGE, now) for ref in seen))
    async with own_city.visitor(DISA) as disa:
        page = (await disa.get(PATH)).text
        markup.valid(page)
        (number,) = {int(one) for one in re.findall(rf'action="{PATH}/(\d+)"', page)}
        assert all(ref in page for ref in seen)
        assert "Ärende som personen inte arbetar med" in page
        empty = await disa.send_form(f"{PATH}/{number}", note=" ")
        assert empty.status_code == 422
        markup.valid(empty.text)
        done = await disa.send_form(f"{PATH}/{number}", note="Rut diarieförde båda den dagen.")
        assert done.status_code == 303
        after = (await disa.get(PATH)).text
        assert f'action="{PATH}/{number}"' not in after
        assert "Rut diarieförde båda den dagen." in after
        assert (await disa.send_form(f"{PATH}/{number}", note="En gång till")).status_code == 404
    async with own_city.house.database.reading() as session:
        assert await amiss(session, "9001") == []


async def test_nobody_reviews_what_they_read_themselves(own_city: City) -> None:
    one = Read(own_city.ref("police"), "9001", INES, Role.INFORMATION_SECURITY, Via.PAGE, datetime.now(UTC))
    await read(own_city, one)
    async with own_city.visitor(INES) as ines, own_city.visitor(DISA) as disa:
        assert f'action="{PATH}/' not in (await ines.get(PATH)).text
        assert (await ines.send_form(f"{PATH}/1", note="Det var bara jag.")).status_code == 422
        assert (await disa.send_form(f"{PATH}/1", note="Ines hade en fråga från Alice.")).status_code == 303


async def test_everybody_can_use_it(own_city: City, chromium: Chromium) -> None:
    now = datetime.now(UTC)
    await read(own_city, Read(own_city.ref("police"), "9001", RUT, Role.REGISTRAR, Via.PAGE, now))
    await each_look(chromium, own_city.url, PATH, cookies=await own_city.cookies(DISA))


async def test_each_door_says_which_it_is_and_which_program_or_session_came_by_it(own_city: City) -> None:
    ref = own_city.ref("police")
    async with own_city.visitor(BOB) as bob, own_city.program(BOB) as program:
        (await bob.get(f"/arenden/{ref}")).raise_for_status()
        for part in ("", "/events", "/evidence"):
            (await program.get(f"/cases/{ref}{part}")).raise_for_status()
    async with own_city.house.database.reading() as session:
        found = await access.of_case(session, ref)
    assert [(one.via, one.what, one.source.partition(":")[0]) for one in found] == [
        (Via.PAGE, "case", "session"),
        (Via.API, "case", "program"),
        (Via.API, "history", "program"),
        (Via.API, "evidence", "program"),
    ]
