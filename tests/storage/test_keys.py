from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage import keys, ledger, people, tables
from storage.keys import BadKeyFile, DataKey, KeyDestroyed, KeyRing, MasterKeys, UnknownKey, Unreadable, rewrap
from tests.erasing import erase
from tests.storage.town import MARKED, NOON, Town

HEX = "ab" * 32
BODIES = (tables.ledger, tables.cases, tables.reports, tables.users)


@given(st.binary(max_size=200), st.text(max_size=30))
def test_what_is_encrypted_is_read_back_with_the_same_key_and_context_alone(plain: bytes, context: str) -> None:
    key = DataKey(bytes(32))
    sealed = key.encrypt(plain, context)
    assert key.decrypt(sealed, context) == plain
    assert key.encrypt(plain, context) != sealed
    for wrong, where in ((DataKey(b"1" * 32), context), (key, context + "x")):
        with pytest.raises(Unreadable):
            wrong.decrypt(sealed, where)


@pytest.mark.parametrize("change", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40), bytes(40)])
def test_what_was_never_encrypted_is_unreadable(change: bytes) -> None:
    with pytest.raises(Unreadable):
        DataKey(bytes(32)).decrypt(change, "x")


def test_a_new_file_of_master_keys_is_for_its_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = MasterKeys.create(path)
    assert (made.active, made.exposed, path.stat().st_mode & 0o777) == ("1", False, 0o600)
    with pytest.raises(FileExistsError):
        MasterKeys.create(path)
    path.chmod(0o640)
    assert MasterKeys.read(path).exposed


@pytest.mark.parametrize(
    "text,active",
    [(HEX, "1"), (f"{HEX}\n", "1"), (f"2026 {HEX}\n", "2026"), (f"1 {HEX}\n\n2 {'cd' * 32}\n", "2")],
)
def test_the_last_line_of_master_keys_is_the_active_one(tmp_path: Path, text: str, active: str) -> None:
    (tmp_path / "k").write_text(text)
    assert MasterKeys.read(tmp_path / "k").active == active


@pytest.mark.parametrize(
    "text,line",
    [
        ("", 1),
        ("\n", 1),
        ("abc", 1),
        (f"1 {HEX}\n2 {HEX[:-2]}", 2),
        (f"{HEX}\n{HEX}", 2),
        (f"a b {HEX}", 1),
        (f"{'n' * 33} {HEX}", 1),
        ("å" * 64, 1),
    ],
)
def test_a_malformed_file_of_master_keys_is_refused_with_its_line_but_not_its_content(
    tmp_path: Path, text: str, line: int
) -> None:
    (tmp_path / "k").write_text(text)
    with pytest.raises(BadKeyFile, match=f"^line {line}: ") as refused:
        MasterKeys.read(tmp_path / "k")
    assert "ab" * 8 not in str(refused.value)


async def test_a_key_is_found_again_by_another_ring_with_the_same_masters(town: Town) -> None:
    accepted = await town.accepts()
    other = KeyRing(town.ring.masters)
    async with town.database.reading() as session:
        sealed = (await town.ring.key(session, accepted.case)).encrypt(b"x", "c")
        assert (await other.key(session, accepted.case)).decrypt(sealed, "c") == b"x"
        with pytest.raises(UnknownKey):
            await other.key(session, "9001-FV-2026-99999")


async def test_a_destroyed_key_is_gone_from_memory_too(town: Town) -> None:
    case = (await town.accepts()).case
    async with town.database.reading() as session:
        await town.ring.key(session, case)
    assert town.ring.remembered(case) is not None
    await erase(town.database, town.ring, case, NOON)
    assert town.ring.remembered(case) is None
    async with town.database.reading() as session:
        with pytest.raises(KeyDestroyed):
            await town.ring.key(session, case)
        row = (await session.execute(select(tables.case_keys).where(tables.case_keys.c.scope == case))).one()
    assert (row.wrapped, row.destroyed_at) == (None, NOON)


async def test_memory_of_keys_is_bounded_and_fades(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "REMEMBERED", 2)
    made = [(await town.accepts()).case for _ in range(3)]
    async with town.database.reading() as session:
        for case in made:
            await town.ring.key(session, case)
    assert [town.ring.remembered(case) is not None for case in made] == [False, True, True]
    monkeypatch.setattr(keys, "monotonic", lambda: float("inf"))
    assert town.ring.remembered(made[2]) is None


async def test_a_new_master_key_leaves_all_bodies_untouched(town: Town, tmp_path: Path) -> None:
    case, events = await town.opens()
    async with town.database.reading() as session:
        before = [(await session.execute(select(table))).all() for table in BODIES]
    path = tmp_path / "master.key"
    path.write_text(path.read_text() + f"2 {HEX}\n")
    async with town.database.writing() as session:
        assert await rewrap(session, KeyRing(MasterKeys.read(path))) == 3  # the case and two organisations
    path.write_text(f"2 {HEX}\n")
    alone = KeyRing(MasterKeys.read(path))
    async with town.database.reading() as session:
        assert [(await session.execute(select(table))).all() for table in BODIES] == before
        assert await ledger.read(session, await alone.key(session, case.ref), case.ref) == events
        assert MARKED in (await people.contact(session, alone, "granvik-tib")).name
        with pytest.raises(UnknownKey, match="master key 2"):
            await KeyRing(town.ring.masters).key(session, case.ref)
    async with town.database.writing() as session:
        assert await rewrap(session, alone) == 0
