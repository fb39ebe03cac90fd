"""Every file of a package, and every way to tamper with it: all are found, and the file is named."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.package.make import sealed
from audit.package.verifier import MANIFEST, SIGNATURE, Package, canonical, packed
from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.signing import SigningKeys
from tests.audit.packaged import Office, at_work, unpacked

Files = dict[str, bytes]
HEADER = 30
"""Bytes that stand before a file's name in a ZIP."""
Finding = tuple[str, str, str]


@pytest.fixture(scope="module")
async def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    home = tmp_path_factory.mktemp("packaged")
    shutil.copy(sqlite_template, home / "varna.db")
    database = Database(f"sqlite+aiosqlite:///{home / 'varna.db'}")
    return await at_work(database, KeyRing(MasterKeys.create(home / "master.key")), home)


@pytest.fixture(scope="module")
async def made(office: Office) -> Files:
    """A package with people by name: every line in it can be computed anew."""
    whole = await office.made(office.cases[0].ref, identified=True, decision="KS 2026/12")
    return unpacked(whole.content)


def wrong(content: bytes, folder: Path) -> list[Finding]:
    path = folder / "revisionspaket.zip"
    path.write_bytes(content)
    its = Package(path, None, None)
    try:
        its.check()
    except Exception as error:  # noqa: BLE001 - as `verify.py` does
        its.wrong.append((MANIFEST, "unreadable", type(error).__name__))
    return its.wrong


def halves(content: bytes) -> list[bytes]:
    lines = content.splitlines(keepends=True)
    return lines if len(lines) > 1 else [content[: len(content) // 2], content[len(content) // 2 :]]


def swapped(content: bytes) -> bytes:
    first, second, *rest = halves(content)
    return b"".join([second, first, *rest])


WAYS: dict[str, Callable[[bytes], bytes | None]] = {
    "a changed byte": lambda content: content[:-2] + bytes([content[-2] ^ 1]) + content[-1:],
    "the first byte": lambda content: bytes([content[0] ^ 128]) + content[1:],
    "a byte more": lambda content: content + b"\n",
    "a byte less": lambda content: content[:-1],
    "cut off": lambda content: content[: len(content) // 2],
    "emptied": lambda _: b"",
    "removed": lambda _: None,
    "a part twice": lambda content: content + halves(content)[-1],
    "a part less": lambda content: b"".join(halves(content)[:-1]),
    "in another order": swapped,
    "in place of another": lambda content: content[::-1],
}


async def test_as_it_was_made_nothing_is_wrong(made: Files, tmp_path: Path) -> None:
    assert wrong(packed(made), tmp_path) == []
    assert len(made) >= 13


@pytest.mark.parametrize("way", WAYS)
async def test_each_file_and_each_way(made: Files, tmp_path: Path, way: str) -> None:
    unnoticed = []
    for name, content in made.items():
        changed = WAYS[way](content)
        assert changed != content
        others = {one: its for one, its in made.items() if one != name}
        found = wrong(packed(others if changed is None else others | {name: changed}), tmp_path)
        named = {file for file, _, _ in found}
        # What is signed is the list: one that was changed shows by its signature.
        if not named & ({name} | ({SIGNATURE} if name in {MANIFEST, "key.pem"} else set())):
            unnoticed.append((name, sorted(named)))
    assert unnoticed == []


async def test_a_file_more_is_found_wherever_it_stands(made: Files, tmp_path: Path) -> None:
    for name in ("extra.txt", "cases/9001-FV-2026-09999/ledger.jsonl", "verify.pyc", "manifest.json.bak"):
        assert (name, "added", "") in wrong(packed(made | {name: b"{}\n"}), tmp_path)


async def test_two_files_in_each_others_place_are_both_named(made: Files, tmp_path: Path) -> None:
    first, second = "access.jsonl", next(name for name in made if name.endswith("ledger.jsonl"))
    found = wrong(packed(made | {first: made[second], second: made[first]}), tmp_path)
    assert {first, second} <= {name for name, _, _ in found}


async def test_a_signature_of_another_package_or_another_key_does_not_fit(
    office: Office, made: Files, tmp_path: Path
) -> None:
    other = unpacked((await office.made(office.cases[1].ref)).content)
    assert (SIGNATURE, "not_signed", "") in wrong(packed(made | {SIGNATURE: other[SIGNATURE]}), tmp_path)
    stranger = SigningKeys.create(tmp_path / "stranger.pem")
    assert stranger.private is not None
    forged = made | {SIGNATURE: stranger.private.sign(made[MANIFEST])}
    assert (SIGNATURE, "not_signed", "") in wrong(packed(forged), tmp_path)
    found = wrong(packed(forged | {"key.pem": stranger.pem().encode()}), tmp_path)
    assert {"key.pem", "tree.json"} <= {name for name, _, _ in found}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_byte_changed_anywhere_in_the_archive_is_found_and_named(
    made: Files, tmp_path: Path, place: float, flip: int
) -> None:
    content = bytearray(packed(made))
    at = int(place * len(content))
    content[at] ^= flip
    named = {name for name, _, _ in wrong(bytes(content), tmp_path)}
    assert named
    assert file_at(made, at) in {*named, ""}


def file_at(made: Files, at: int) -> str:
    """The file in whose content a byte of the archive stands; empty if it is the archive's own."""
    with zipfile.ZipFile(io.BytesIO(packed(made))) as archive:
        for one in archive.infolist():
            begins = one.header_offset + HEADER + len(one.filename)
            if begins <= at < begins + one.file_size:
                return one.filename
    return ""


async def test_what_stands_around_or_behind_the_files_is_found(made: Files, tmp_path: Path) -> None:
    content = packed(made)
    for changed in (content + b"more", content[:-1], b"#!" + content, b"", content[: len(content) // 2]):
        assert wrong(changed, tmp_path)


def ledger(made: Files) -> tuple[str, list[dict[str, Any]]]:
    name = next(name for name in made if name.endswith("ledger.jsonl"))
    return name, [json.loads(line) for line in made[name].splitlines()]


def forgeries(lines: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What somebody could write into a ledger who can sign, and the code by which it is found all the same."""
    yield "hash_differs", [*lines[:2], lines[2] | {"recorded": "2026-03-02T11:00:00.000000+00:00"}, *lines[3:]]
    yield "hash_differs", [*lines[:2], lines[2] | {"actor": "somebody"}, *lines[3:]]
    yield "hash_differs", [*lines[:2], lines[2] | {"type": "closed"}, *lines[3:]]
    yield "hash_differs", [*lines[:2], lines[2] | {"sealed": "0" * 64}, *lines[3:]]
    yield "gap", [*lines[:2], *lines[3:]]
    yield "gap", [lines[0], lines[2], lines[1], *lines[3:]]
    yield "gap", [*lines[:3], lines[2], *lines[3:]]
    yield "unlinked", [*lines[:2], lines[2] | {"previous": "0" * 64}, *lines[3:]]
    yield "truncated", lines[:-1]
    yield "truncated", []


async def test_even_signed_anew_a_ledger_does_not_fit_its_chain_and_tree(
    office: Office, made: Files, tmp_path: Path
) -> None:
    name, lines = ledger(made)
    rest = {one: content for one, content in made.items() if one not in {MANIFEST, SIGNATURE}}
    for code, changed in forgeries(lines):
        forged = sealed(rest | {name: b"".join(map(canonical, changed))}, office.keys)
        assert (name, code) in {found[:2] for found in wrong(forged, tmp_path)}, code


async def test_even_signed_anew_a_tree_does_not_fit_its_checkpoints(
    office: Office, made: Files, tmp_path: Path
) -> None:
    rest = {one: content for one, content in made.items() if one not in {MANIFEST, SIGNATURE}}
    its = json.loads(made["tree.json"])
    (case, leaves), (_, *notes) = next(iter(its["leaves"].items())), its["checkpoints"]
    moved = [[(at + 1) % len(leaves), proof] for at, proof in leaves]
    size = its["checkpoints"][0][0].replace("\n3\n", "\n2\n")
    for code, changed in {
        "not_in_tree": its | {"leaves": {case: moved}},
        "does_not_extend": its | {"checkpoints": [its["checkpoints"][0], [notes[0][0], notes[0][1][:-1]], *notes[1:]]},
        "not_signed": its | {"checkpoints": [[size, []], *notes]},
    }.items():
        forged = sealed(rest | {"tree.json": canonical(changed)}, office.keys)
        assert ("tree.json", code) in {found[:2] for found in wrong(forged, tmp_path)}, code


async def test_even_signed_anew_an_access_log_does_not_fit_its_hashes(
    office: Office, made: Files, tmp_path: Path
) -> None:
    rest = {one: content for one, content in made.items() if one not in {MANIFEST, SIGNATURE}}
    lines = [json.loads(line) for line in made["access.jsonl"].splitlines()]
    for code, changed in (
        ("hash_differs", [lines[0] | {"user": "somebody-else"}, *lines[1:]]),
        ("gap", [*lines[1:], lines[0]]),
    ):
        forged = sealed(rest | {"access.jsonl": b"".join(map(canonical, changed))}, office.keys)
        assert ("access.jsonl", code) in {found[:2] for found in wrong(forged, tmp_path)}
