"""An identity provider is checked, then believed: forged, stale, replayed and mixed-up answers sign nobody in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from desk.sign_in.claims import values_of
from desk.sign_in.door import Grant, Reading
from models.vocabulary.people import Role
from storage import people
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import Method
from tests.web.doorway import CHIEF, DUTY, Browser, Doorway, doorway
from tests.web.oidc.forger import CLIENT, Forger

READING = Reading(
    user_claim="preferred_username",
    roles_claim="groups",
    grants=(
        Grant("chiefs", "9001", Role.SECURITY_CHIEF),
        Grant("duty", "9001", Role.DUTY_OFFICER),
        Grant("elsewhere", "90", Role.AUDITOR),
    ),
)


@asynccontextmanager
async def opened(database: Database, ring: KeyRing, forger: Forger) -> AsyncIterator[Doorway]:
    """Pages that know the provider. It is told their address as they have it."""
    offer: dict[str, Any] = {"reading": READING, "registration": forger.registration()}
    async with doorway(database, ring, **offer) as door:
        yield door


@pytest.fixture
async def work_door(sqlite_url: str, ring: KeyRing, forger: Forger) -> AsyncIterator[Doorway]:
    database = Database(sqlite_url)
    async with opened(database, ring, forger) as door:
        yield door
    await database.close()


async def leaves(browser: Browser, next: str = "") -> str:
    """Where somebody who signs in is sent."""
    answer = await browser.get("/logga-in/oidc", params={"next": next} if next else {})
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def comes_back(browser: Browser, said: dict[str, str]) -> httpx2.Response:
    return await browser.get("/logga-in/oidc/svar", params=said)


async def signs_in(
    browser: Browser, forger: Forger, subject: str = "subject-1", user: str = CHIEF, **claims: Any
) -> httpx2.Response:
    given = forger.grant(await leaves(browser), subject, preferred_username=user, **claims)
    return await comes_back(browser, given)


async def test_somebody_signs_in_at_work_and_goes_on_where_they_were(
    database: Database, ring: KeyRing, forger: Forger
) -> None:
    async with opened(database, ring, forger) as door, door.browser() as browser:
        assert "/logga-in/oidc" in (await browser.get("/logga-in")).text
        given = forger.grant(await leaves(browser, "/jour?vecka=3"), preferred_username=CHIEF, groups=["chiefs"])
        done = await comes_back(browser, given)
        assert (done.status_code, done.headers["location"]) == (303, "/jour?vecka=3")
        assert await browser.signed_in()
        assert [one.method for one in await door.open_sessions()] == [Method.OIDC]
        # Known by issuer and subject from now on, whatever they are called.
        async with door.browser() as other:
            assert (await signs_in(other, forger, user="renamed", groups=["chiefs"])).status_code == 303
            assert await other.signed_in()
        # Somebody else who gets the code is not them.
        async with door.browser() as heir:
            assert (await signs_in(heir, forger, "subject-2", CHIEF)).status_code == 403
            assert not heir.session


@pytest.mark.parametrize("user", ["nobody", "", "Åsa", "-", "a" * 100])
async def test_whoever_is_nobody_here_is_told_so(work_door: Doorway, forger: Forger, user: str) -> None:
    async with work_door.browser() as browser:
        refused = await signs_in(browser, forger, user=user)
        assert refused.status_code == 403
        assert "inte kopplat till någon" in refused.text
        assert not browser.session


async def test_roles_follow_the_claims_at_each_sign_in_where_the_provider_decides(
    work_door: Doorway, forger: Forger
) -> None:
    async def roles_after(*groups: str) -> set[Role]:
        async with work_door.browser() as browser:
            assert (await signs_in(browser, forger, user=DUTY, groups=list(groups))).status_code == 303
        async with work_door.database.reading() as session:
            return set((await people.actor(session, DUTY)).roles)

    # The town's list says duty officer and deputy; about deputies the provider is not asked.
    assert await roles_after("duty", "unheard-of") == {Role.DUTY_OFFICER, Role.DEPUTY}
    assert await roles_after("chiefs", "elsewhere") == {Role.SECURITY_CHIEF, Role.DEPUTY}
    assert await roles_after() == {Role.DEPUTY}


async def test_a_forged_or_forgotten_state_signs_nobody_in(work_door: Doorway, forger: Forger) -> None:
    async with work_door.browser() as victim, work_door.browser() as attacker:
        theirs = forger.grant(await leaves(attacker), "subject-2", preferred_username=DUTY)
        # Login CSRF: the attacker's answer, brought to somebody who never asked, or asked for something else.
        assert (await comes_back(victim, theirs)).status_code == 410
        await leaves(victim)
        assert (await comes_back(victim, theirs)).status_code == 502
        for state in ("", "x", theirs["state"][:-1]):
            given = forger.grant(await leaves(victim), preferred_username=CHIEF)
            assert (await comes_back(victim, given | {"state": state})).status_code == 502
        assert not victim.session
        assert "token" not in forger.asked


async def test_an_answer_is_good_once(work_door: Doorway, forger: Forger) -> None:
    async with work_door.browser() as browser:
        given = forger.grant(await leaves(browser), preferred_username=CHIEF)
        held = browser.cookies["varna-oidc"]
        assert (await comes_back(browser, given)).status_code == 303
        browser.cookies.clear()
        browser.plant("varna-oidc", held)
        assert (await comes_back(browser, given)).status_code == 410
        # A code that was redeemed, with a fresh state.
        fresh = forger.grant(await leaves(browser), preferred_username=CHIEF)
        assert (await comes_back(browser, fresh | {"code": given["code"]})).status_code == 502
        assert not browser.session


async def test_whoever_turns_back_at_the_provider_is_told_so_kindly(work_door: Doorway, forger: Forger) -> None:
    async with work_door.browser() as browser:
        given = forger.grant(await leaves(browser))
        said = {"error": "access_denied", "error_description": "<script>", "state": given["state"], "iss": forger.url}
        refused = await comes_back(browser, said)
        assert refused.status_code == 403
        assert "avbröts" in refused.text
        assert "script>" not in refused.text.replace("<script src", "").replace("></script>", "")


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/x\r\nSet-Cookie: a=b", "\\\\evil"])
async def test_the_way_back_leads_to_pages_of_ours_alone(work_door: Doorway, forger: Forger, next: str) -> None:
    async with work_door.browser() as browser:
        given = forger.grant(await leaves(browser, next), preferred_username=CHIEF, groups=["chiefs"])
        done = await comes_back(browser, given)
        assert (done.status_code, done.headers["location"]) == (303, "/arenden")


async def test_signing_out_leads_on_to_the_provider(work_door: Doorway, forger: Forger) -> None:
    async with work_door.browser() as browser:
        await signs_in(browser, forger)
        out = await browser.form("/logga-ut")
        assert (out.status_code, out.headers["location"]) == (303, "/utloggad")
        assert not await browser.signed_in()
        assert "/utloggad/leverantor" in (await browser.get("/utloggad")).text
        away = urlsplit((await browser.get("/utloggad/leverantor")).headers["location"])
        asked = parse_qs(away.query)
        assert f"{away.scheme}://{away.netloc}{away.path}" == f"{forger.url}/end"
        assert asked["client_id"] == [CLIENT]
        assert asked["post_logout_redirect_uri"] == [f"{work_door.url}/utloggad"]
        assert asked["id_token_hint"][0].count(".") == 2
        assert (await browser.get("/utloggad/leverantor")).headers["location"] == "/utloggad"


async def test_whoever_came_by_the_provider_changes_no_password_here(work_door: Doorway, forger: Forger) -> None:
    async with work_door.browser() as browser:
        await signs_in(browser, forger)
        assert "bestäms inte här" in (await browser.get("/konto")).text
        for path in ("/konto/tvasteg", "/konto/losenord", "/konto/reservkoder"):
            assert (await browser.form(path)).headers["location"] == "/konto/bekrafta"


async def test_when_the_provider_is_down_the_other_ways_in_are_there(work_door: Doorway, forger: Forger) -> None:
    forger.down = True
    async with work_door.browser() as browser:
        trouble = await browser.get("/logga-in/oidc")
        assert trouble.status_code == 502
        assert "/logga-in" in trouble.text
        assert (await browser.get("/logga-in")).status_code == 200


async def test_without_a_provider_there_is_no_such_door(own_door: Doorway) -> None:
    async with own_door.browser() as browser:
        assert "oidc" not in (await browser.get("/logga-in")).text
        for path in ("/logga-in/oidc", "/logga-in/oidc/svar", "/utloggad/leverantor"):
            assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    "claims, values",
    [
        ({"groups": ["a", "b", 7]}, ["a", "b"]),
        ({"groups": "a"}, ["a"]),
        ({"realm": {"groups": ["a"]}}, []),
        ({}, []),
        ({"groups": {"a": 1}}, []),
    ],
)
def test_a_claim_may_be_one_value_or_several(claims: dict[str, Any], values: list[str]) -> None:
    assert values_of(claims, "groups") == values


def test_a_claim_may_stand_within_another_or_be_named_by_an_address() -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://granvik.example/roles": ["b"]}
    assert values_of(claims, "realm_access.roles") == ["a"]
    assert values_of(claims, "https://granvik.example/roles") == ["b"]
    assert values_of(claims, "realm_access.roles.deep") == []


async def test_whoever_takes_too_long_at_the_provider_begins_again(work_door: Doorway, forger: Forger) -> None:
    from storage import tables

    async with work_door.browser() as browser:
        given = forger.grant(await leaves(browser), preferred_username=CHIEF)
        async with work_door.database.writing() as session:
            over = datetime.now(UTC) - timedelta(seconds=1)
            await session.execute(tables.challenges.update().values(expires=over))
        assert (await comes_back(browser, given)).status_code == 410
