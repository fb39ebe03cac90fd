"""Signing in by password and code: nothing is learnt by guessing, and every value is good once."""

from __future__ import annotations

import re
from time import perf_counter

import pytest

from storage.tables import Method
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Doorway, next_code, this_code


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
