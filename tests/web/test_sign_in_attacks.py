"""Planted sessions, forms from elsewhere, addresses that lead away have no effect; the cast, where all is invented."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import people, tables
from storage.database import Database
from storage.keys import KeyRing
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Browser, Doorway, doorway, this_code


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
