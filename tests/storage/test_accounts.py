"""Local accounts, one-time links and what is remembered meanwhile: good once, kept as hashes or sealed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.vocabulary.people import Role
from storage import accounts, challenges, identities, openings, passkeys, people, tables
from storage.accounts import RECOVERY_CODES, Account
from storage.keys import KeyRing, Unreadable
from storage.passkeys import Passkey
from storage.tables import OpeningKind
from tests.storage.town import MARKED, NOON, Town

CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"
ISSUER = "https://id.granvik.example"
HOUR = timedelta(hours=1)


async def account(town: Town, user: str = CHIEF) -> Account:
    async with town.database.writing() as session:
        return await accounts.ensure(session, user)


async def everything(town: Town) -> str:
    """All that stands in the tables of this subject."""
    names = ("accounts", "passkeys", "recovery_codes", "identities", "challenges", "openings")
    async with town.database.reading() as session:
        rows = [(await session.execute(select(tables.metadata.tables[name]))).all() for name in names]
    return str(rows)


async def test_an_account_is_made_once_and_only_for_somebody_who_is_here(town: Town) -> None:
    first = await account(town)
    assert await account(town) == first
    assert (first.organisation, first.password, first.totp) == ("9001", None, None)
    with pytest.raises(people.UnknownUser):
        await account(town, "nobody")
    async with town.database.writing() as session:
        assert not await accounts.any_usable(session)
        await accounts.put_password(session, CHIEF, "$argon2id$…", NOON)
        assert await accounts.any_usable(session)
        assert await accounts.by_handle(session, first.handle) == await accounts.find(session, CHIEF)
        assert await accounts.by_handle(session, "x") is None


async def test_the_secret_of_one_time_codes_is_sealed_and_of_its_owner_alone(town: Town) -> None:
    its, other = await account(town), await account(town, DUTY)
    async with town.database.writing() as session:
        await accounts.put_totp(session, town.ring, its, "JBSWY3DPEHPK3PXP")
        kept = await accounts.find(session, CHIEF)
        assert kept
        assert await accounts.totp(session, town.ring, kept) == "JBSWY3DPEHPK3PXP"
        assert await accounts.totp(session, town.ring, other) is None
        with pytest.raises(Unreadable):  # moved to somebody else's row by whoever may write there
            await accounts.totp(session, town.ring, Account(DUTY, "9001", None, kept.totp, other.handle))
    assert "JBSWY3DP" not in await everything(town)


async def test_a_one_time_code_is_good_once_and_none_before_it_after_that(town: Town) -> None:
    await account(town)

    async def take(step: int) -> bool:
        async with town.database.writing() as session:
            return await accounts.use_step(session, CHIEF, step)

    assert [await take(step) for step in (7, 7, 6, 8)] == [True, False, False, True]
    assert sorted(await asyncio.gather(*(take(9) for _ in range(5)))) == [False] * 4 + [True]


async def test_a_recovery_code_is_good_once_however_it_is_written_and_for_its_owner_alone(town: Town) -> None:
    its, other = await account(town), await account(town, DUTY)
    async with town.database.writing() as session:
        old = await accounts.new_recovery_codes(session, town.ring, its)
        codes = await accounts.new_recovery_codes(session, town.ring, its)
        await accounts.new_recovery_codes(session, town.ring, other)
    assert len({*codes, *old}) == 2 * RECOVERY_CODES
    kept = await everything(town)
    assert not any(code in kept for code in codes)
    async with town.database.writing() as session:
        assert not await accounts.use_recovery_code(session, town.ring, its, old[0])
        assert not await accounts.use_recovery_code(session, town.ring, other, codes[0])
        assert await accounts.use_recovery_code(session, town.ring, its, codes[0])
        assert not await accounts.use_recovery_code(session, town.ring, its, codes[0])
        assert await accounts.use_recovery_code(session, town.ring, its, f" {codes[1][:5].lower()}-{codes[1][5:]} ")
        for nonsense in ("", "-", "å" * 10_000):
            assert not await accounts.use_recovery_code(session, town.ring, its, nonsense)
        assert await accounts.recovery_codes_left(session, CHIEF) == RECOVERY_CODES - 2


async def test_a_browser_is_known_to_those_who_used_it_and_to_no_other(town: Town) -> None:
    async with town.database.writing() as session:
        for at in (NOON, NOON + HOUR):
            await accounts.know_device(session, CHIEF, "9001", "device", at)
        assert await accounts.knows_device(session, CHIEF, "device")
        assert not await accounts.knows_device(session, DUTY, "device")
        assert not await accounts.knows_device(session, CHIEF, "other")
        await accounts.know_device(session, CHIEF, "9001", "other", NOON + HOUR + accounts.DEVICE_LIFE * 1.001)
        assert not await accounts.knows_device(session, CHIEF, "device")


async def test_clearing_an_account_leaves_nothing_to_sign_in_with(town: Town) -> None:
    its = await account(town)
    async with town.database.writing() as session:
        await accounts.put_password(session, CHIEF, "$argon2id$…", NOON)
        await accounts.put_totp(session, town.ring, its, "JBSWY3DPEHPK3PXP")
        await accounts.new_recovery_codes(session, town.ring, its)
        await accounts.know_device(session, CHIEF, "9001", "device", NOON)
        await passkeys.put(session, town.ring, passkey(), "Nyckel")
        await accounts.clear(session, CHIEF)
        left = await accounts.find(session, CHIEF)
        assert left
        assert (left.password, left.totp, left.handle) == (None, None, its.handle)
        assert await accounts.recovery_codes_left(session, CHIEF) == 0
        assert not await accounts.knows_device(session, CHIEF, "device")
        assert not await accounts.any_usable(session)


async def test_a_link_is_good_once_for_a_day_and_the_newest_alone(town: Town) -> None:
    async with town.database.writing() as session:
        older, _ = await openings.make(session, CHIEF, OpeningKind.FIRST, NOON)
        token, opening = await openings.make(session, CHIEF, OpeningKind.RESET, NOON, maker=DUTY)
        assert token not in await everything(town)
        assert await openings.look(session, older, NOON) is None
        for _ in range(3):  # looking uses nothing up: mail scanners look too
            assert await openings.look(session, token, NOON) == opening
        assert await openings.look(session, token, NOON + 24 * HOUR) is None
        assert await openings.use(session, token, NOON + 24 * HOUR) is None
    assert (opening.user, opening.kind, opening.expires) == (CHIEF, OpeningKind.RESET, NOON + 24 * HOUR)

    async def use() -> object:
        async with town.database.writing() as session:
            return await openings.use(session, token, NOON + HOUR)

    assert [one for one in await asyncio.gather(*(use() for _ in range(5))) if one] == [opening]
    async with town.database.writing() as session:
        assert await openings.look(session, token, NOON + HOUR) is None
        with pytest.raises(people.UnknownUser):
            await openings.make(session, "nobody", OpeningKind.FIRST, NOON)


async def test_what_is_remembered_belongs_to_one_browser_and_one_purpose_and_ends(town: Town) -> None:
    async with town.database.writing() as session:
        cookie = await challenges.put(session, "second", {"user": MARKED}, NOON)
        other = await challenges.put(session, "second", {}, NOON)
        assert await challenges.read(session, "second", cookie, NOON) == {"user": MARKED}
        assert await challenges.read(session, "oidc", cookie, NOON) is None
        assert await challenges.read(session, "second", "x", NOON) is None
        assert await challenges.read(session, "second", cookie, NOON + challenges.LIFE) is None
        await challenges.change(session, "second", cookie, {"user": MARKED, "step": 2})
        assert await challenges.take(session, "second", cookie, NOON + challenges.LIFE) is None
        assert await challenges.take(session, "oidc", cookie, NOON) is None
        assert await challenges.take(session, "second", cookie, NOON) == {"user": MARKED, "step": 2}
        assert await challenges.take(session, "second", cookie, NOON) is None
        assert await challenges.read(session, "second", other, NOON) == {}
        await challenges.put(session, "second", {}, NOON + challenges.LIFE)
        rows = (await session.execute(select(tables.challenges.c.hash))).all()
    assert len(rows) == 1  # what was over is gone


async def test_what_is_remembered_cannot_be_read_in_the_table(town: Town) -> None:
    async with town.database.writing() as session:
        await challenges.put(session, "second", {"user": MARKED}, NOON)
    assert MARKED not in await everything(town)


def passkey(identity: str = "key", user: str = CHIEF, sign_count: int = 1) -> Passkey:
    return Passkey(identity, user, "9001", b"public", sign_count, synced=False, created=NOON)


async def test_a_passkey_has_one_owner_and_a_sealed_name(town: Town) -> None:
    its = await account(town)
    async with town.database.writing() as session:
        assert await passkeys.put(session, town.ring, passkey(), f"Sivs {MARKED}")
        assert not await passkeys.put(session, town.ring, passkey(user=DUTY), "Min")
        assert await passkeys.put(session, town.ring, passkey("other"), "x" * 100)
        assert await passkeys.find(session, "key") == passkey()
        assert await passkeys.find(session, "unknown") is None
        found = await passkeys.of(session, town.ring, its)
        assert [name for _, name in found] == [f"Sivs {MARKED}", "x" * passkeys.NAME]
        assert not await passkeys.remove(session, DUTY, "key")
        assert await passkeys.remove(session, CHIEF, "key")
        assert await passkeys.find(session, "key") is None
    assert MARKED not in await everything(town)


async def test_two_uses_of_a_passkey_with_one_count_are_one(town: Town) -> None:
    await account(town)
    async with town.database.writing() as session:
        await passkeys.put(session, town.ring, passkey(), "Nyckel")
        assert await passkeys.use(session, passkey(), 2, NOON)
        assert not await passkeys.use(session, passkey(), 2, NOON)
        assert await passkeys.use(session, passkey(sign_count=2), 3, NOON)


async def test_somebody_is_known_by_issuer_and_subject_whatever_they_are_called_later(town: Town) -> None:
    async with town.database.writing() as session:
        assert await identities.find(session, town.ring, ISSUER, MARKED) is None
        await identities.bind(session, town.ring, CHIEF, ISSUER, MARKED, NOON)
        await identities.bind(session, town.ring, CHIEF, ISSUER, MARKED, NOON + HOUR)
        assert await identities.find(session, town.ring, ISSUER, MARKED) == CHIEF
        assert await identities.find(session, town.ring, ISSUER[:-1], f"e:{MARKED}") is None
        assert await identities.find(session, town.ring, "https://other.example", MARKED) is None
        with pytest.raises(identities.TakenAlready):  # another employee got the code
            await identities.bind(session, town.ring, CHIEF, ISSUER, "other", NOON)
        with pytest.raises(people.UnknownUser):
            await identities.bind(session, town.ring, "nobody", ISSUER, "other", NOON)
    assert MARKED not in await everything(town)
    async with town.database.writing() as session:
        await identities.forget(session, CHIEF)
        await identities.bind(session, town.ring, CHIEF, ISSUER, "other", NOON)


async def test_the_provider_decides_about_the_roles_it_is_asked_about_and_no_others(town: Town, ring: KeyRing) -> None:
    async with town.database.writing() as session:
        decided = {Role.DUTY_OFFICER, Role.HR}
        assert not await identities.put_roles(session, DUTY, {Role.DUTY_OFFICER, Role.SECURITY_CHIEF}, decided)
        assert await identities.put_roles(session, DUTY, {Role.HR}, decided)
        assert (await people.actor(session, DUTY)).roles == {Role.HR, Role.DEPUTY}
        assert await identities.put_roles(session, DUTY, set(), set(Role))
        assert (await people.actor(session, DUTY)).roles == frozenset()
        # A list of contacts is taken in: it stands until the next sign-in.
        await people.load(session, ring, people_again())
        assert (await people.actor(session, DUTY)).roles == {Role.DUTY_OFFICER, Role.DEPUTY}


def people_again() -> dict[str, object]:
    from tests.storage.town import DIRECTORY

    return DIRECTORY
