"""Signing in by password and code: nothing is learnt by guessing, and every value is good once."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from time import perf_counter
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import people, tables
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import Method
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Browser, Doorway, doorway, next_code, this_code


async def test_an_invited_person_sets_up_and_signs_in_by_password_and_code(door: Doorway) -> None:
    async with door.browser() as browser:
        secret, codes = await door.sets_up(browser)
        assert await browser.signed_in()
        assert len(codes) == 10
        await browser.form("/logga-ut")
        assert not await browser.signed_in()
        halfway = await browser.form("/logga-in", user=f" {CHIEF.upper()} ", password=PASSWORD, next="/arenden?mine=1")
        assert halfway.headers["location"] == "/logga-in/kod"
        assert not browser.session
        done = await browser.form("/logga-in/kod", code=next_code(secret))
        assert (done.status_code, done.headers["location"]) == (303, "/arenden?mine=1")
        assert await browser.signed_in()
    assert [one.method for one in await door.open_sessions()] == [Method.PASSWORD]


async def test_looking_at_a_link_uses_nothing_up_and_pressing_the_button_does(own_door: Doorway) -> None:
    link = await own_door.link()
    async with own_door.browser() as scanner, own_door.browser() as browser, own_door.browser() as thief:
        for _ in range(3):
            assert (await scanner.get(link)).status_code == 200
        assert (await browser.form(link)).headers["location"] == "/logga-in/losenord"
        for late in (await thief.get(link), await thief.form(link)):
            assert late.status_code == 410
        # What was begun belongs to the browser that began it.
        for path in ("/logga-in/losenord", "/logga-in/tvasteg", "/logga-in/qr.svg"):
            assert (await thief.get(path)).status_code in {404, 410}
        assert (await thief.form("/logga-in/losenord", password=PASSWORD)).status_code == 410


async def test_nothing_counts_before_there_is_a_second_factor(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        secret, _ = await own_door.sets_up(browser)
        await own_door.begins(other, password="helt andra ord nu")
        wrong = await other.form("/logga-in/tvasteg", code="000000")
        assert wrong.status_code == 403
        assert not other.session
        assert (await other.get("/konto")).status_code == 303
        # The old password still holds, the new one does not yet.
        assert (await own_door.signs_in(browser, secret)).status_code == 303
        refused = await other.form("/logga-in", user=CHIEF, password="helt andra ord nu")
        assert refused.status_code == 403


async def test_a_new_link_followed_to_its_end_ends_everything_that_was(door: Doorway) -> None:
    async with door.browser() as lost, door.browser() as fresh:
        old_secret, old_codes = await door.sets_up(lost)
        secret, _ = await door.sets_up(fresh, password="helt andra ord nu")
        assert not await lost.signed_in()
        assert (await lost.form("/logga-in", user=CHIEF, password=PASSWORD)).status_code == 403
        await fresh.form("/logga-ut")
        await fresh.form("/logga-in", user=CHIEF, password="helt andra ord nu")
        for old in (next_code(old_secret), old_codes[0]):
            assert (await fresh.form("/logga-in/kod", code=old)).status_code == 403
        assert (await fresh.form("/logga-in/kod", code=next_code(secret))).status_code == 303


@pytest.mark.parametrize("password", ["", "elva tecken", "aaaaaaaaaaaaaaaa", f"hej {CHIEF}", "x" * 201])
async def test_a_password_that_is_guessed_first_is_refused(own_door: Doorway, password: str) -> None:
    async with own_door.browser() as browser:
        await browser.form(await own_door.link())
        refused = await browser.form("/logga-in/losenord", password=password)
        assert refused.status_code == 400
        assert 'id="password-trouble"' in refused.text
        assert password == "" or password not in refused.text
        assert (await browser.get("/logga-in/tvasteg")).headers["location"] == "/logga-in/losenord"


async def test_a_password_is_the_same_however_a_keyboard_composes_it(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.sets_up(browser, password="a\u030angstro\u0308m vid havet")
        await browser.form("/logga-ut")
        halfway = await browser.form("/logga-in", user=CHIEF, password="ångström vid havet")
        assert halfway.headers["location"] == "/logga-in/kod"


async def test_whoever_is_wrong_learns_nothing_of_what_was_wrong(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.sets_up(browser)
    answers = set()
    for user, password in (
        (CHIEF, "fel lösenord här"),
        (DUTY, PASSWORD),  # has no account
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("å\x00'--", PASSWORD),
    ):
        async with own_door.browser(f"192.0.2.{len(user)}") as guesser:
            said = await guesser.form("/logga-in", user=user, password=password)
            answers.add((said.status_code, re.sub(r'id="user"[^>]*', "", said.text)))
            assert not guesser.cookies
    assert len(answers) == 1


async def test_whoever_does_not_exist_takes_as_long(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.sets_up(browser)
    took: dict[str, list[float]] = {CHIEF: [], DUTY: [], "nobody": []}
    for turn in range(4):
        for user, times in took.items():
            async with own_door.browser(f"192.0.2.{turn}") as guesser:
                begun = perf_counter()
                await guesser.form("/logga-in", user=user, password="fel lösenord här")
                times.append(perf_counter() - begun)
    fastest = [min(times) for times in took.values()]
    assert max(fastest) < 2 * min(fastest), took


async def test_a_code_is_good_once_and_a_recovery_code_too(door: Doorway) -> None:
    async with door.browser() as browser, door.browser() as other:
        secret, codes = await door.sets_up(browser)
        used = next_code(secret)
        for code, status in ((used, 303), (used, 403), (this_code(secret), 403)):
            await other.form("/logga-in", user=CHIEF, password=PASSWORD)
            assert (await other.form("/logga-in/kod", code=code)).status_code == status
        for code, status in ((codes[0], 303), (codes[0], 403), (codes[1].lower().replace("-", " "), 303)):
            await other.form("/logga-in", user=CHIEF, password=PASSWORD)
            assert (await other.form("/logga-in/kod", code=code)).status_code == status
        assert "8 kvar" in (await other.get("/konto")).text


async def test_the_second_step_belongs_to_the_first_and_is_taken_once(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        secret, _ = await own_door.sets_up(browser)
        assert (await other.get("/logga-in/kod")).headers["location"] == "/logga-in"
        assert (await other.form("/logga-in/kod", code=next_code(secret))).status_code == 410
        await other.form("/logga-in", user=CHIEF, password=PASSWORD)
        held = other.cookies["varna-step"]
        assert (await other.form("/logga-in/kod", code=next_code(secret))).status_code == 303
        other.plant("varna-step", held)
        assert (await other.form("/logga-in/kod", code=next_code(secret))).status_code == 410


async def test_a_session_brought_along_is_left_behind(own_door: Doorway) -> None:
    """Fixation: what an attacker planted in a browser before its owner signs in is worth nothing after."""
    async with own_door.browser() as attacker, own_door.browser() as browser:
        await own_door.sets_up(attacker, DUTY)
        secret, _ = await own_door.sets_up(browser)
        await browser.form("/logga-ut")
        for planted in (attacker.session, "chosen-by-somebody", "x" * 4000):
            browser.cookies.clear()
            browser.plant("varna-session", planted)
            async with own_door.database.writing() as session:
                await session.execute(tables.accounts.update().values(totp_step=None))
            assert (await own_door.signs_in(browser, secret)).status_code == 303
            assert browser.session not in {planted, ""}
        assert not await attacker.signed_in()


async def test_cookies_are_out_of_reach_of_scripts_of_other_sites_and_of_plain_connections(
    sqlite_url: str, ring: KeyRing
) -> None:
    database = Database(sqlite_url)
    for scheme, prefix in (("http", "varna-"), ("https", "__Host-varna-")):
        async with doorway(database, ring, scheme=scheme) as door:
            said = {}
            async with door.browser() as plain:  # keeps what is for https only
                held: dict[str, str] = {}
                answer = await plain.post(await door.link())
                for _ in range(3):
                    for header in answer.headers.get_list("set-cookie"):
                        name, _, rest = header.partition("=")
                        value, _, attributes = rest.partition(";")
                        said[name], held[name] = attributes.lower(), value
                    cookies = "; ".join(f"{name}={value}" for name, value in held.items())
                    if answer.headers["location"] == "/logga-in/reservkoder":
                        break
                    path, fields = answer.headers["location"], {"password": PASSWORD}
                    if path == "/logga-in/tvasteg":
                        page = await plain.get(path, headers={"cookie": cookies})
                        shown = re.search(r'class="secret">(.*?)<', page.text)
                        assert shown
                        fields = {"code": this_code(shown[1].replace(" ", ""))}
                    answer = await plain.post(path, data=fields, headers={"cookie": cookies})
        assert {f"{prefix}session", f"{prefix}device", f"{prefix}step"} <= set(said)
        for name, attributes in said.items():
            assert "httponly" in attributes, name
            assert "path=/" in attributes, name
            assert "domain" not in attributes, name
            assert ("secure" in attributes) is (scheme == "https"), name
            assert f"samesite={'strict' if name.endswith('step') else 'lax'}" in attributes or "max-age=0" in attributes
        assert "max-age" not in said[f"{prefix}session"]
    await database.close()


PLACES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["//", "/\\", "https://", "javascript:", "/%0d%0a", "\\/", "/\t/"]).flatmap(
        lambda start: st.text(max_size=20).map(lambda rest: start + rest)
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(next=PLACES)
@example(next="//evil.example")
@example(next="/\\evil.example")
@example(next="https://evil.example")
@example(next="/x\r\nSet-Cookie: varna-session=planted")
@example(next="/konto")
async def test_nobody_is_led_elsewhere_and_no_header_is_made_up(city_door: Doorway, next: str) -> None:
    async with city_door.browser() as browser:
        page = await browser.get(f"/logga-in?next={quote(next, safe='')}")
        assert page.status_code == 200
        kept = set(re.findall(r'name="next" value="(.*?)"', page.text))
        assert all(re.fullmatch(r"(/(?![/\\])[!-~]*)?", html.unescape(one)) for one in kept), kept
        done = await browser.form("/logga-in/prova", user="nordmyra-tib", next=next)
        assert done.status_code == 303
        place = urlsplit(done.headers["location"])
        assert (place.scheme, place.netloc) == ("", "")
        assert re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", done.headers["location"])
        assert browser.session != "planted"


@pytest.fixture(scope="session")
async def city_door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doorway]:
    """Where everybody is invented."""
    from operate.fictitious import load_fictitious
    from operate.house import House
    from operate.up import prepare
    from settings import Settings
    from tests.web.serving import serving
    from web.site import Offer, Site

    chosen = Settings(home=tmp_path_factory.mktemp("demo"))
    await prepare(chosen, fictitious=False)
    house = House.open(chosen)
    await load_fictitious(house)
    async with serving(lambda url: Site(house, Offer(public_url=url, fictitious=True))) as url:
        yield Doorway(house.database, house.ring, url)
    await house.database.close()


async def test_where_everybody_is_invented_one_signs_in_as_any_of_them(city_door: Doorway) -> None:
    async with city_door.browser() as browser:
        page = await browser.get("/logga-in")
        assert "Logga in som Alva Myrstrand, säkerhetschef i Nordmyra kommun" in page.text
        done = await browser.form("/logga-in/prova", user="nordmyra-sakerhetschef")
        assert (done.status_code, done.headers["location"]) == (303, "/arenden")
        assert await browser.signed_in()
        for path in ("/konto/losenord", "/konto/bekrafta"):  # changes nothing that lasts
            assert "bestäms inte här" in (await browser.get(path, follow_redirects=True)).text
        for path in ("/konto/tvasteg", "/konto/reservkoder", "/konto/losenord"):
            assert (await browser.form(path, password=PASSWORD)).headers["location"] == "/konto/bekrafta"
        assert (await browser.form("/logga-in/prova", user="granvik-x")).status_code == 403


async def test_real_people_in_the_same_database_are_never_among_the_invented(sqlite_url: str, ring: KeyRing) -> None:
    database = Database(sqlite_url)
    async with doorway(database, ring, fictitious=True) as door, door.browser() as browser:
        # The town's head of security has the code of somebody invented; the other people of the town have not.
        async with database.writing() as session:
            real = {
                "code": "90",
                "name": "Region",
                "kind": "region",
                "people": [{"code": "real", "name": "R", "roles": []}],
            }
            await people.load(session, ring, {"organisations": [real]})
        assert 'value="real"' not in (await browser.get("/logga-in")).text
        assert (await browser.form("/logga-in/prova", user="real")).status_code == 403
        assert not browser.session
    await database.close()


async def test_elsewhere_there_is_no_such_door(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        assert "prova" not in (await browser.get("/logga-in")).text.lower()
        assert (await browser.form("/logga-in/prova", user=CHIEF)).status_code == 404
        assert not browser.session


async def test_a_form_from_elsewhere_changes_nothing(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        secret, _ = await own_door.sets_up(browser)
        await own_door.sets_up(other, DUTY)
        own = ("avsluta", "sprak", "tvasteg", "reservkoder", "losenord", "bekrafta", "nycklar/bort")
        forms = ("/logga-ut", *(f"/konto/{one}" for one in own))
        for path in forms:
            for token in ("", "x", other.session, await token_of(other)):
                answer = await browser.post(path, data={"csrf": token, "password": "nya ord på plats"})
                assert answer.status_code == 403, path
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        for path in (*forms, "/logga-in", "/logga-in/kod", "/logga-in/nyckel", await own_door.link(DUTY)):
            answer = await browser.post(path, data={"csrf": await token_of(browser)}, headers=foreign)
            assert answer.status_code == 403, path
        assert await browser.signed_in()
        await browser.form("/logga-ut")
        assert (await own_door.signs_in(browser, secret)).status_code == 303  # the password is the old one


async def token_of(browser: Browser) -> str:
    page = (await browser.get("/konto")).text
    found = re.search(r'name="csrf" value="(.+?)"', page)
    assert found
    return found[1]
