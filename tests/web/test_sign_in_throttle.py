"""Guessing is slow, and nobody can lock somebody else out (decision 0013)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Address
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sign_in.denied import Denied
from desk.sign_in.throttle import ACCOUNT, ADDRESS, ASKS, CODE, DAY, DEVICE, PAIR, PASSWORD, Client, Throttle
from tests.web.authenticator import Authenticator
from tests.web.doorway import CHIEF, Browser, Doorway
from tests.web.doorway import PASSWORD as RIGHT

WRONG = "fel lösenord här"


@pytest.fixture
def addresses() -> Iterator[str]:
    """Addresses of as many machines as somebody can rent."""
    return (f"198.51.{number // 250}.{number % 250 + 1}" for number in count())


def tries(throttle: Throttle, what: str, account: str, client: Client, *, known: bool = False) -> bool:
    """Whether another attempt is let through."""
    try:
        throttle.admit(what, account, client, known=known)
    except Denied as denied:
        return (denied.code, denied.wait > 0) != ("too_many", True)
    return True


def how_many(throttle: Throttle, what: str, account: str, client: Client, *, known: bool = False) -> int:
    """How many attempts are let through in a row."""
    return next(number for number in count() if not tries(throttle, what, account, client, known=known))


def test_each_limit_is_what_it_says(addresses: Iterator[str]) -> None:
    throttle = Throttle()
    assert how_many(throttle, PASSWORD, "a", Client("192.0.2.1")) == PAIR.amount
    # From everywhere together; then it is the account's own turn to wait.
    others = sum(tries(throttle, PASSWORD, "a", Client(next(addresses))) for _ in range(ACCOUNT.amount + 10))
    assert others == ACCOUNT.amount - PAIR.amount
    # Other accounts are not touched, until the address has tried too many.
    spray = sum(tries(throttle, PASSWORD, f"b{number}", Client("192.0.2.1")) for number in range(2 * ADDRESS.amount))
    assert spray == ADDRESS.amount - PAIR.amount


def test_whoever_may_try_codes_knows_the_password_and_has_a_day_limit(addresses: Iterator[str]) -> None:
    throttle = Throttle()
    assert sum(tries(throttle, CODE, "a", Client(next(addresses))) for _ in range(100)) == ACCOUNT.amount < DAY.amount


def test_a_browser_that_was_used_before_is_counted_by_itself(addresses: Iterator[str]) -> None:
    throttle = Throttle()
    for _ in range(200):
        tries(throttle, PASSWORD, "a", Client(next(addresses)))
        tries(throttle, PASSWORD, "a", Client("192.0.2.1"))
    known = Client("192.0.2.1", device="known")
    assert how_many(throttle, PASSWORD, "a", known, known=True) == DEVICE.amount
    assert how_many(throttle, PASSWORD, "a", Client("192.0.2.1", device="other"), known=True) == DEVICE.amount
    throttle.succeeded(PASSWORD, "a", known, known=True)
    assert how_many(throttle, PASSWORD, "a", known, known=True) == DEVICE.amount


def test_whoever_is_right_starts_anew_but_what_others_tried_is_counted_on() -> None:
    throttle, client = Throttle(), Client("192.0.2.1")
    rounds = 0
    while tries(throttle, PASSWORD, "a", client):
        throttle.succeeded(PASSWORD, "a", client, known=False)
        rounds += 1
    assert rounds == ACCOUNT.amount


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_network_of_one_household_is_one_address(one: int, other: int) -> None:
    network = 0x20010DB8 << 96
    assert Client(str(IPv6Address(network + one))).network == Client(str(IPv6Address(network + other))).network


def test_neighbours_in_one_network_share_their_attempts() -> None:
    throttle = Throttle()
    tried = sum(tries(throttle, PASSWORD, "a", Client(f"2001:db8::{number:x}")) for number in range(1, 20))
    assert tried == PAIR.amount
    assert Client("::ffff:192.0.2.1").network == Client("192.0.2.1").network
    assert Client("not an address").network == "not an address"


async def guess(door: Doorway, address: str, user: str = CHIEF) -> int:
    async with door.browser(address) as guesser:
        return (await guesser.form("/logga-in", user=user, password=WRONG)).status_code


async def test_a_guesser_is_stopped_and_told_how_long_and_its_victim_is_not(own_door: Doorway) -> None:
    async with own_door.browser("192.0.2.1") as browser, own_door.browser("192.0.2.9") as guesser:
        secret, _ = await own_door.sets_up(browser)
        await browser.form("/logga-ut")
        statuses = [
            (await guesser.form("/logga-in", user=CHIEF, password=WRONG)).status_code for _ in range(PAIR.amount)
        ]
        assert statuses == [403] * PAIR.amount
        stopped = await guesser.form("/logga-in", user=CHIEF, password=RIGHT)  # even if it is right by now
        assert stopped.status_code == 429
        assert 0 < int(stopped.headers["retry-after"]) <= 15 * 60
        assert "minut" in stopped.text
        # Nobody who does not exist is treated otherwise.
        assert [await guess(own_door, "192.0.2.10", "nobody") for _ in range(6)] == [403] * 5 + [429]
        assert (await own_door.signs_in(browser, secret)).status_code == 303


async def test_a_flood_from_everywhere_locks_out_neither_a_known_browser_nor_a_passkey(
    own_door: Doorway, addresses: Iterator[str]
) -> None:
    async with own_door.browser("192.0.2.1") as known, own_door.browser("192.0.2.2") as strange:
        await own_door.begins(known)
        key = Authenticator(own_door.url)
        answer = key.make((await known.form("/logga-in/tvasteg/fraga")).text)
        await known.form("/logga-in/tvasteg/nyckel", credential=answer, name="x")
        await known.form("/logga-ut")
        statuses = [await guess(own_door, next(addresses)) for _ in range(ACCOUNT.amount + 1)]
        assert statuses[-1] == 429
        refused = await strange.form("/logga-in", user=CHIEF, password=RIGHT)
        assert refused.status_code == 429
        assert "passkey" in refused.text
        halfway = await known.form("/logga-in", user=CHIEF, password=RIGHT)
        assert halfway.headers["location"] == "/logga-in/kod"
        assert await shows(strange, key) == 303


async def shows(browser: Browser, key: Authenticator) -> int:
    answer = key.show((await browser.form("/logga-in/nyckel/fraga")).text)
    return (await browser.form("/logga-in/nyckel", credential=answer)).status_code


async def test_codes_are_not_guessed_either(own_door: Doorway) -> None:
    async with own_door.browser("192.0.2.1") as browser, own_door.browser("192.0.2.9") as thief:
        secret, _ = await own_door.sets_up(browser)
        await browser.form("/logga-ut")
        await thief.form("/logga-in", user=CHIEF, password=RIGHT)
        statuses = [(await thief.form("/logga-in/kod", code=f"{number:06}")).status_code for number in range(6)]
        assert statuses == [403] * PAIR.amount + [429]
        assert (await own_door.signs_in(browser, secret)).status_code == 303


def test_whoever_sets_out_again_and_again_waits(addresses: Iterator[str]) -> None:
    throttle = Throttle()
    for _ in range(ASKS.amount):
        throttle.ask(Client("192.0.2.1"))
    with pytest.raises(Denied, match="too_many"):
        throttle.ask(Client("192.0.2.1"))
    throttle.ask(Client(next(addresses)))


async def test_questions_nobody_answers_are_not_written_down_without_end(own_door: Doorway) -> None:
    async with own_door.browser("192.0.2.1") as browser:
        statuses = [(await browser.form("/logga-in/nyckel/fraga")).status_code for _ in range(ASKS.amount + 1)]
        assert statuses == [200] * ASKS.amount + [429]
