"""The vault: what is put there comes back as it was, or is said to be damaged; nothing lies there in clear."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import vault as vaults
from storage.keys import DataKey
from storage.vault import SEALED, Damaged, Vault, VaultOutOfReach
from tests.storage.town import MARKED

MEGABYTE = 1024 * 1024
CASE = DataKey(b"c" * 32)
ONE, OTHER = "0" * 32, "1" * 32


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence", 25 * MEGABYTE)


async def coming(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def whole(vault: Vault, evidence: str = ONE, case: DataKey = CASE) -> bytes:
    return b"".join([piece async for piece in vault.read(case, evidence)])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 7 * MEGABYTE + 5])
async def test_what_is_kept_comes_back_as_it_was_with_its_hash(vault: Vault, size: int) -> None:
    given_bytes = os.urandom(size)
    sealed = await vault.keep(CASE, ONE, coming(given_bytes[:3], given_bytes[3:]))
    assert (sealed.size, sealed.digest) == (size, hashlib.sha256(given_bytes).hexdigest())
    assert given_bytes.startswith(sealed.head)
    assert await whole(vault) == given_bytes


@given(st.lists(st.binary(max_size=60), max_size=20), st.integers(1, 50))
@settings(max_examples=60)
async def test_however_bytes_come_they_are_cut_into_full_pieces_and_one_last(chunks: list[bytes], size: int) -> None:
    cut = [one async for one in vaults._pieces(coming(*chunks), size)]
    assert b"".join(piece for piece, _ in cut) == b"".join(chunks)
    assert [last for _, last in cut] == [False] * (len(cut) - 1) + [True]
    assert all(len(piece) == size for piece, _ in cut[:-1])
    assert len(cut[-1][0]) <= size


async def test_nothing_of_it_lies_in_clear(vault: Vault, tmp_path: Path) -> None:
    await vault.keep(CASE, ONE, coming(MARKED.encode() * 100_000))
    assert files(tmp_path) == [ONE]
    assert MARKED.encode() not in (tmp_path / "evidence" / ONE).read_bytes()


def _cut(sealed: bytes) -> bytes:
    return sealed[: 2 * SEALED]


def _reordered(sealed: bytes) -> bytes:
    return sealed[SEALED : 2 * SEALED] + sealed[:SEALED] + sealed[2 * SEALED :]


def _longer(sealed: bytes) -> bytes:
    return sealed + sealed[-100:]


def _changed(sealed: bytes) -> bytes:
    return sealed[:50] + bytes([sealed[50] ^ 1]) + sealed[51:]


def _without_one(sealed: bytes) -> bytes:
    return sealed[:SEALED] + sealed[2 * SEALED :]


@pytest.mark.parametrize("harm", [_cut, _reordered, _longer, _changed, _without_one, lambda _: b""])
async def test_what_was_changed_is_never_given_out_as_whole(
    vault: Vault, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    await vault.keep(CASE, ONE, coming(os.urandom(2 * MEGABYTE + 100)))
    path = tmp_path / "evidence" / ONE
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(Damaged):
        await whole(vault)


async def test_a_piece_of_one_file_does_not_pass_for_a_piece_of_another(vault: Vault, tmp_path: Path) -> None:
    await vault.keep(CASE, ONE, coming(b"one"))
    await vault.keep(CASE, OTHER, coming(b"other"))
    folder = tmp_path / "evidence"
    (folder / OTHER).write_bytes((folder / ONE).read_bytes())
    with pytest.raises(Damaged):
        await whole(vault, OTHER)


async def test_only_the_key_of_the_case_opens_it(vault: Vault) -> None:
    await vault.keep(CASE, ONE, coming(b"one"))
    with pytest.raises(Damaged):
        await whole(vault, case=DataKey(b"d" * 32))


async def test_what_is_gone_is_said_to_be(vault: Vault) -> None:
    await vault.keep(CASE, ONE, coming(b"one"))
    await vault.remove(ONE)
    await vault.remove(ONE)
    with pytest.raises(Damaged, match="gone"):
        await whole(vault)


async def test_a_file_that_breaks_off_leaves_nothing_behind(vault: Vault, tmp_path: Path) -> None:
    async def breaks_off() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield os.urandom(MEGABYTE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await vault.keep(CASE, ONE, breaks_off())
    assert files(tmp_path) == []
    assert await vault.older(datetime.now(UTC) + timedelta(days=1)) == []


async def test_reading_may_stop_in_the_middle(vault: Vault) -> None:
    await vault.keep(CASE, ONE, coming(os.urandom(3 * MEGABYTE)))
    async with aclosing(vault.read(CASE, ONE)) as pieces:  # type: ignore[type-var]
        assert len(await anext(pieces)) == MEGABYTE


async def test_what_a_dying_process_left_half_written_goes_with_time(vault: Vault, tmp_path: Path) -> None:
    await vault.keep(CASE, ONE, coming(b"one"))
    half = tmp_path / "evidence" / f"{OTHER}#1"
    half.write_bytes(b"half")
    now = datetime.now(UTC)
    assert await vault.older(now - timedelta(days=1)) == []
    assert half.exists()
    assert await vault.older(now + timedelta(days=1)) == [ONE]
    assert not half.exists()


async def test_a_store_that_takes_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / ONE).mkdir()
    with pytest.raises(VaultOutOfReach):
        await Vault(tmp_path / "evidence", MEGABYTE).keep(CASE, ONE, coming(b"one"))
