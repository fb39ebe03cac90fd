"""What somebody has begun in another's account ends when its owner changes it, signs out, or is let in anew."""

from __future__ import annotations

import pytest

from tests.web.doorway import CHIEF, PASSWORD, Browser, Doorway, next_code, this_code

OTHER = "hund sten moln nio"


async def thief_begins(door: Doorway, owner: Browser, thief: Browser) -> str:
    """Somebody has got hold of a session, and begins to add a second factor of their own; its key."""
    secret, _ = await door.sets_up(owner)
    await door.signs_in(thief, secret)
    await thief.form("/konto/tvasteg")
    return await thief.secret()


@pytest.mark.parametrize(
    "path, fields", [("/konto/losenord", {"password": OTHER}), ("/konto/avsluta", {})], ids=["password", "everywhere"]
)
async def test_a_second_factor_is_not_added_by_whoever_was_signed_out_meanwhile(
    own_door: Doorway, path: str, fields: dict[str, str]
) -> None:
    async with own_door.browser() as owner, own_door.browser() as thief:
        secret = await thief_begins(own_door, owner, thief)
        assert (await owner.form(path, **fields)).headers["location"] == "/konto"
        assert (await thief.form("/logga-in/tvasteg", code=this_code(secret))).status_code == 410
        assert (await thief.signed_in(), await owner.signed_in()) == (False, True)


async def test_whoever_followed_a_link_first_is_shut_out_once_its_owner_has_set_the_account_up(
    own_door: Doorway,
) -> None:
    async with own_door.browser() as thief, own_door.browser() as owner:
        secret = await own_door.begins(thief, CHIEF, OTHER)
        await own_door.sets_up(owner, CHIEF, PASSWORD)
        assert (await thief.form("/logga-in/tvasteg", code=next_code(secret))).status_code == 410
        assert (await thief.signed_in(), await owner.signed_in()) == (False, True)
