"""What every page of the console stands on: doors, language, strangers' forms, too much at once, what is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.browser import Chromium, each_look
from tests.web.city import City
from tests.web.markup import valid
from tests.web.stories import ALICE, REV, RUT, SAM
from web import csrf
from web.visit import local

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_stranger_finds_three_doors_and_whoever_is_signed_in_goes_on_to_work(city: City) -> None:
    async with city.visitor() as stranger:
        page = (await stranger.get("/")).text
        valid(page)
        assert [f'href="{path}"' in page for path in ("/rapportera", "/min-rapport", "/logga-in")] == [True] * 3
    for who, path in ((ALICE, "/arenden"), (RUT, "/arenden"), (SAM, "/kontakter"), (REV, "/arenden")):
        async with city.visitor(who) as visitor:
            assert (await visitor.get("/")).headers["Location"] == path, who


@pytest.mark.parametrize("path", ["/", "/tillganglighet"])
async def test_the_first_pages_are_accessible_in_every_look(city: City, chromium: Chromium, path: str) -> None:
    await each_look(chromium, city.url, path)


async def test_the_language_is_chosen_in_this_browser_and_one_stays_where_one_was(city: City) -> None:
    async with city.visitor() as stranger:
        answer = await stranger.send_form("/sprak", language="en", next="/tillganglighet")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/tillganglighet")
        assert '<html lang="en">' in (await stranger.get("/tillganglighet")).text
        nonsense = await stranger.send_form("/sprak", language="fi", next="//elsewhere.example")
        assert nonsense.headers["Location"] == "/"
        assert '<html lang="en">' in (await stranger.get("/")).text


@given(st.text(st.characters(codec="latin-1"), max_size=40).map(lambda rest: f"/{rest}") | st.text(max_size=40))
def test_nobody_is_led_elsewhere_whatever_stands_in_an_address(path: str) -> None:
    led = local(path)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert not set(led) & set("\r\n\t ")


async def test_a_form_from_elsewhere_is_refused_however_it_comes(city: City) -> None:
    body = "language=en&next=/"
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://phishing.example"},
        {"Origin": "https://phishing.example", "Sec-Fetch-Site": "cross-site"},
    ):
        async with city.visitor(ALICE) as alice:
            answer = await alice.post("/sprak", content=body, headers=FORM | headers)
        assert answer.status_code == 403, headers
        assert "set-cookie" not in answer.headers


async def test_a_form_without_the_token_of_this_very_session_is_refused(city: City) -> None:
    other = csrf.token("somebody else's cookie")
    async with city.visitor(ALICE) as alice:
        for token in ({}, {csrf.FIELD: ""}, {csrf.FIELD: other}, {csrf.FIELD: "å"}):
            for path in ("/sprak", "/logga-ut", "/kontakter/franvaro"):
                answer = await alice.post(path, data={"language": "en", **token}, headers={"Origin": city.url})
                assert answer.status_code == 403, (path, token)
        assert (await alice.get("/arenden")).status_code == 200, "nobody was signed out"


async def test_too_much_at_once_is_told_in_words(city: City) -> None:
    async with city.visitor(ALICE, headers={"Accept-Language": "en"}) as alice:
        answer = await alice.post("/sprak", content=b"x" * 100_000, headers=FORM)
        many = await alice.post("/sprak", content=b"&".join([b"a=1"] * 1500), headers=FORM)
    assert (answer.status_code, many.status_code) == (413, 400)
    assert "Nothing was kept" in answer.text
    valid(answer.text)


async def test_only_files_of_ours_are_kept_by_browsers_and_their_address_changes_with_them(city: City) -> None:
    async with city.visitor(ALICE) as alice:
        page = (await alice.get("/arenden")).text
        addresses = [part.split('"')[0] for part in page.split('"/static/')[1:]]
        assert len(addresses) >= 4
        for address in addresses:
            kept = await alice.get(f"/static/{address}")
            assert (kept.status_code, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        assert (await alice.get("/static/varna.css")).headers["Cache-Control"] == "no-store"
        for path in ("/arenden", "/kontakter", "/nowhere"):
            assert (await alice.get(path)).headers["Cache-Control"] == "no-store"


async def test_with_https_cookies_are_bound_to_this_host_and_browsers_keep_to_it(own_city: City) -> None:
    from fastapi.testclient import TestClient

    from web.app import create_app
    from web.site import Offer, Site

    app = create_app(Site(own_city.house, Offer(public_url="https://varna.granvik.example")))
    client = TestClient(app, base_url="https://varna.granvik.example", follow_redirects=False)
    answer = client.post("/sprak", data={"language": "en", "next": "/"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-varna-language=en")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
