"""My account: where I am signed in, and what I sign in with, which I change only after proving once more who I am."""

from __future__ import annotations

import re

import pytest

from storage import people
from tests.web.authenticator import Authenticator
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Doorway, next_code

DELICATE = ("/konto/losenord", "/konto/tvasteg", "/konto/reservkoder", "/konto/nycklar/bort")
OTHER = "helt andra ord nu"


async def test_somebody_sees_where_they_are_signed_in_and_signs_out_elsewhere(door: Doorway) -> None:
    async with door.browser() as browser, door.browser(agent="Mozilla/5.0 (iPhone) Safari/605") as phone:
        secret, _ = await door.sets_up(browser)
        assert (await door.signs_in(phone, secret)).status_code == 303
        async with door.browser() as neighbour:
            await door.sets_up(neighbour, DUTY)
            page = (await browser.get("/konto")).text
            assert ("Firefox, Linux" in page, "Safari, iPhone" in page) == (True, True)
            assert "Mozilla" not in page
            ends = re.findall(r'name="session" value="(.*?)"', page)
            theirs = await door.open_sessions(DUTY)
            assert len(ends) == 1
            await browser.form("/konto/avsluta", session=theirs[0].id_hash)  # is not theirs to end
            assert await neighbour.signed_in()
            await browser.form("/konto/avsluta", session=ends[0])
            assert (await phone.signed_in(), await browser.signed_in()) == (False, True)
            await browser.form("/konto/avsluta")
            assert (await browser.signed_in(), await neighbour.signed_in()) == (True, True)


async def test_signing_out_everywhere_leaves_this_browser_alone(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        secret, codes = await own_door.sets_up(browser)
        await own_door.signs_in(other, secret)
        await other.form("/konto/avsluta")
        assert (await browser.signed_in(), await other.signed_in()) == (False, True)
        assert codes


async def test_nobody_signed_in_is_led_to_the_door_and_back(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        asked = await browser.get("/konto")
        assert (asked.status_code, asked.headers["location"]) == (303, "/logga-in?next=/konto")
        for path in ("/konto/bekrafta", "/konto/losenord"):
            assert (await browser.get(path)).headers["location"].startswith("/logga-in")
        for path in (*DELICATE, "/konto/avsluta", "/konto/sprak", "/konto/bekrafta"):
            assert (await browser.form(path)).headers["location"] == "/logga-in"


async def test_what_is_delicate_asks_for_proof_and_the_session_gets_another_value(door: Doorway) -> None:
    async with door.browser() as browser:
        secret, codes = await door.sets_up(browser)
        await door.time_passes(minutes=11)
        for path in DELICATE:
            asked = await browser.form(path, password=OTHER)
            assert (asked.status_code, asked.headers["location"]) == (303, "/konto/bekrafta")
        before = browser.session
        for password, code in (("fel lösenord här", next_code(secret)), (PASSWORD, "000000"), (PASSWORD, "")):
            assert (await browser.form("/konto/bekrafta", password=password, code=code)).status_code == 403
        assert browser.session == before
        proved = await browser.form("/konto/bekrafta", password=PASSWORD, code=next_code(secret))
        assert (proved.status_code, proved.headers["location"]) == (303, "/konto")
        assert browser.session not in {before, ""}
        assert (await browser.get("/konto/losenord")).status_code == 200
        # What was stolen before is worth nothing now.
        async with door.browser() as thief:
            thief.plant("varna-session", before)
            assert not await thief.signed_in()
        assert codes


async def test_a_new_password_signs_everybody_out_but_whoever_chose_it(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as thief:
        secret, codes = await own_door.sets_up(browser)
        await own_door.signs_in(thief, secret)
        assert (await browser.form("/konto/losenord", password="kort")).status_code == 400
        assert (await browser.form("/konto/losenord", password=OTHER)).headers["location"] == "/konto"
        assert (await browser.signed_in(), await thief.signed_in()) == (True, False)
        await browser.form("/logga-ut")
        assert (await browser.form("/logga-in", user=CHIEF, password=PASSWORD)).status_code == 403
        await browser.form("/logga-in", user=CHIEF, password=OTHER)
        assert (await browser.form("/logga-in/kod", code=codes[0])).status_code == 303


async def test_passkeys_come_and_go_but_never_the_last_second_factor(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.begins(browser)
        for turn in range(2):
            key = Authenticator(own_door.url)
            answer = key.make((await browser.form("/logga-in/tvasteg/fraga")).text)
            await browser.form("/logga-in/tvasteg/nyckel", credential=answer, name=f"Nyckel {turn}")
            await browser.form("/logga-in/reservkoder")
            await browser.form("/konto/tvasteg")
        keys = re.findall(r'name="passkey" value="(.*?)"', (await browser.get("/konto")).text)
        assert len(keys) == 2
        await browser.form("/konto/nycklar/bort", passkey=keys[0])
        page = (await browser.get("/konto")).text
        assert ("Nyckel 0" in page, "Nyckel 1" in page) == (False, True)
        assert 'name="passkey"' not in page
        await browser.form("/konto/nycklar/bort", passkey=keys[1])
        assert "Nyckel 1" in (await browser.get("/konto")).text


async def test_a_second_factor_added_later_keeps_password_and_recovery_codes(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        _, codes = await own_door.sets_up(browser)
        await browser.form("/konto/tvasteg")
        done = await browser.form("/logga-in/tvasteg", code=next_code(await browser.secret()))
        assert done.headers["location"] == "/konto"
        await browser.form("/logga-ut")
        await browser.form("/logga-in", user=CHIEF, password=PASSWORD)
        assert (await browser.form("/logga-in/kod", code=codes[0])).status_code == 303
        await browser.form("/konto/reservkoder")
        fresh = re.findall(r"<code>(.*?)</code>", (await browser.get("/logga-in/reservkoder")).text)
        assert set(fresh) & set(codes) == set()
        await browser.form("/logga-in/reservkoder")
        assert (await browser.get("/logga-in/reservkoder")).headers["location"] == "/"


async def test_the_language_chosen_is_that_of_pages_and_of_messages(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.sets_up(browser)
        for language, word in (("en", "My account"), ("sv", "Mitt konto")):
            await browser.form("/konto/sprak", language=language)
            assert word in (await browser.get("/konto")).text
            async with own_door.database.reading() as session:
                assert (await people.active(session, own_door.ring, CHIEF))[0] == language
        await browser.form("/konto/sprak", language="xx")
        assert "Mitt konto" in (await browser.get("/konto")).text


@pytest.mark.parametrize("minutes, inside", [(29, True), (31, False)])
async def test_whoever_leaves_their_desk_is_signed_out(own_door: Doorway, minutes: int, inside: bool) -> None:  # noqa: FBT001
    async with own_door.browser() as browser:
        await own_door.sets_up(browser)
        await own_door.time_passes(minutes=minutes)
        assert await browser.signed_in() is inside


async def test_pages_are_kept_by_nobody_and_nothing_of_it_stands_in_the_log(
    own_door: Doorway, capsys: pytest.CaptureFixture[str]
) -> None:
    async with own_door.browser("192.0.2.77") as browser:
        link = await own_door.link()
        secret, codes = await own_door.sets_up(browser)
        await browser.form("/logga-ut")
        await browser.form("/logga-in", user=CHIEF, password="fel lösenord här")
        await own_door.signs_in(browser, secret)
        for path in ("/konto", "/logga-in", "/logga-in/qr.svg", "/konto/losenord", link):
            assert (await browser.get(path)).headers["cache-control"] == "no-store"
        said = "".join(capsys.readouterr())
        assert "signed in" in said
        for kept in (CHIEF, PASSWORD, "fel lösenord", secret, codes[0], browser.session, link[8:], "192.0.2.77"):
            assert kept not in said
