"""Passkeys: two factors in one, for this site alone, each answer good once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.sign_in.passkey import Party, party
from storage.tables import Method
from tests.web.authenticator import PRESENT, VERIFIED, Authenticator
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Browser, Doorway, next_code

ASK, ANSWER = "/logga-in/nyckel/fraga", "/logga-in/nyckel"
MAKE_ASK, MAKE = "/logga-in/tvasteg/fraga", "/logga-in/tvasteg/nyckel"


async def makes(door: Doorway, browser: Browser, user: str = CHIEF, **its: object) -> Authenticator:
    """Somebody sets up with a passkey as their second factor."""
    await door.begins(browser, user)
    key = Authenticator(door.url, **its)  # type: ignore[arg-type]
    answer = key.make((await browser.form(MAKE_ASK)).text)
    done = await browser.form(MAKE, credential=answer, name="Tjänstetelefon")
    assert done.headers["location"] == "/logga-in/reservkoder", done.text
    await browser.form("/logga-in/reservkoder")
    return key


async def shows(browser: Browser, key: Authenticator, **changes: str) -> int:
    """The answer's status when the passkey is shown at the sign-in page."""
    answer = key.show((await browser.form(ASK)).text, **changes)
    return (await browser.form(ANSWER, credential=answer)).status_code


async def test_a_passkey_alone_is_both_factors(door: Doorway) -> None:
    async with door.browser() as browser, door.browser() as other:
        key = await makes(door, browser)
        page = (await browser.get("/konto")).text
        assert "Tjänstetelefon" in page
        answer = key.show((await other.form(ASK, next="/jour")).text)
        done = await other.form(ANSWER, credential=answer)
        assert (done.status_code, done.headers["location"]) == (303, "/jour")
        assert await other.signed_in()
        assert [one.method for one in await door.open_sessions()] == [Method.PASSKEY] * 2
        # After the password, too, it is the second factor; a recovery code is another.
        await browser.form("/logga-ut")
        halfway = await browser.form("/logga-in", user=CHIEF, password=PASSWORD)
        assert halfway.headers["location"] == "/logga-in/kod"
        assert await shows(browser, key) == 303


async def test_what_is_asked_names_nobody(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await makes(own_door, browser)
    async with own_door.browser() as stranger:
        asked = json.loads((await stranger.form(ASK)).text)
        assert asked["rpId"] == "localhost"
        assert asked["userVerification"] == "required"
        assert not asked.get("allowCredentials")


LIES: dict[str, Callable[[Authenticator, Browser], object]] = {
    "another origin": lambda key, _: setattr(key, "origin", "https://evil.example"),
    "another site": lambda key, _: setattr(key, "rp_id", "evil.example"),
    "nobody verified": lambda key, _: setattr(key, "flags", PRESENT),
    "nobody there": lambda key, _: setattr(key, "flags", VERIFIED),
    "another key": lambda key, _: setattr(key, "key", Authenticator(key.origin).key),
    "an unknown passkey": lambda key, _: setattr(key, "identity", b"x" * 32),
    "a copy that counts from the start": lambda key, _: setattr(key, "count", 0),
    "another browser's question": lambda _, browser: browser.plant("varna-key", "x" * 43),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_signs_nobody_in(own_door: Doorway, lie: str) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        key = await makes(own_door, browser)
        for _ in range(2):
            assert await shows(other, key) == 303
        other.cookies.clear()
        options = (await other.form(ASK)).text
        LIES[lie](key, other)
        refused = await other.form(ANSWER, credential=key.show(options))
        assert refused.status_code in {403, 410}
        assert not other.session
        assert 'role="alert"' in refused.text


@pytest.mark.parametrize("lie", [{"challenge": "AAAA"}, {"type": "webauthn.create"}, {"type": "payment.get"}])
async def test_what_the_browser_saw_must_be_what_was_asked(own_door: Doorway, lie: dict[str, str]) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        key = await makes(own_door, browser)
        kind = lie.pop("type", "webauthn.get")
        answer = key.show((await other.form(ASK)).text, **({"type": kind} | lie))
        assert (await other.form(ANSWER, credential=answer)).status_code == 403


async def test_an_answer_is_good_once_and_for_its_owner_alone(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        key = await makes(own_door, browser)
        theirs = await makes(own_door, other, DUTY)
        other.cookies.clear()
        answer = key.show((await other.form(ASK)).text)
        held = other.cookies["varna-key"]
        assert (await other.form(ANSWER, credential=answer)).status_code == 303
        other.cookies.clear()
        other.plant("varna-key", held)
        assert (await other.form(ANSWER, credential=answer)).status_code == 410
        assert await shows(other, key, handle=theirs.handle) == 403
        assert not other.session


async def test_synchronised_passkeys_do_not_count(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        key = await makes(own_door, browser, steps=0)
        for _ in range(2):
            assert await shows(other, key) == 303


@pytest.mark.parametrize("flags", [PRESENT, VERIFIED])
async def test_an_authenticator_that_asks_nobody_makes_no_passkey(own_door: Doorway, flags: int) -> None:
    async with own_door.browser() as browser:
        await own_door.begins(browser)
        key = Authenticator(own_door.url, flags=flags)
        refused = await browser.form(MAKE, credential=key.make((await browser.form(MAKE_ASK)).text), name="x")
        assert refused.status_code == 403
        assert not browser.session


async def test_a_passkey_is_made_once_and_belongs_to_one_person(own_door: Doorway) -> None:
    async with own_door.browser() as browser, own_door.browser() as other:
        key = await makes(own_door, browser)
        await own_door.begins(other, DUTY)
        answer = key.make((await other.form(MAKE_ASK)).text)
        assert (await other.form(MAKE, credential=answer, name="x")).status_code == 403
        assert (await other.form("/logga-in/tvasteg", code=next_code(await other.secret()))).status_code == 303
        await browser.form("/konto/tvasteg")
        asked = json.loads((await browser.form(MAKE_ASK)).text)
        assert [one["id"] for one in asked["excludeCredentials"]]


async def test_a_passkey_that_nobody_asked_for_is_none(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        await own_door.begins(browser)
        answer = Authenticator(own_door.url).make('{"user": {"id": "AAAA"}, "challenge": ""}')
        assert (await browser.form(MAKE, credential=answer, name="x")).status_code == 410
        assert not browser.session


GARBAGE = st.one_of(
    st.text(max_size=50),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ).map(json.dumps),
    st.fixed_dictionaries(
        {
            "id": st.text(max_size=8),
            "rawId": st.text(max_size=8) | st.none(),
            "type": st.sampled_from(["public-key", "x"]),
            "response": st.dictionaries(
                st.sampled_from(
                    ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]
                ),
                st.text(max_size=20) | st.integers(),
            ),
        }
    ).map(json.dumps),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=GARBAGE)
async def test_whatever_a_browser_says_it_is_never_a_fault_of_ours(own_door: Doorway, given: str) -> None:
    async with own_door.browser() as browser:
        await browser.form(ASK)
        assert (await browser.form(ANSWER, credential=given)).status_code == 403


async def test_where_browsers_let_us_have_no_passkeys_there_are_none(own_door: Doorway) -> None:
    from desk.desk import Desk
    from storage.vault import Vault
    from tests.web.serving import serving
    from web.site import Offer, Site

    desk = Desk(own_door.database, own_door.ring, "127.0.0.1:1", "default", "nobody", Vault(Path("nowhere"), 1))
    async with serving(lambda url: Site(desk, Offer(public_url=url))) as url, Browser(base_url=url) as browser:
        assert "passkey" not in (await browser.get("/logga-in")).text.lower()
        for path in (ASK, ANSWER):
            assert (await browser.form(path)).status_code == 404


@pytest.mark.parametrize(
    "url, known",
    [
        ("https://varna.granvik.example", Party("varna.granvik.example", "https://varna.granvik.example")),
        ("https://varna.granvik.example:8443", Party("varna.granvik.example", "https://varna.granvik.example:8443")),
        ("http://localhost:7280", Party("localhost", "http://localhost:7280")),
        ("http://varna.granvik.example", None),
        ("http://127.0.0.1:7280", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("", None),
    ],
)
def test_a_site_is_known_by_its_name_and_by_https(url: str, known: Party | None) -> None:
    assert party(url) == known
