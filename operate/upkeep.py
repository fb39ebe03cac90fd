"""Setting up and keeping up: migrations, search attributes, master keys."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from temporalio.converter import DataConverter

from operate import terminal
from operate.house import House
from operate.up import prepare, renew
from storage import masters as masters_of
from storage import schema
from storage.database import Database
from storage.keys import KEY, BadKeyFile, KeyRing, MasterKeys, rewrap
from workflows.client import EngineOutOfReach, connect, register_attributes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from settings import Settings

PAUSE = 0.5
"""Seconds between two attempts to reach the engine."""


async def migrate(settings: Settings, patience: float) -> bool:
    """Bring the installation to this version: folder and master key if it is embedded, database, search attributes.

    :param patience: seconds to wait for the engine.
    :return: False if the engine did not answer; the database is migrated all the same.
    :raises OutOfReach: if the database does not answer.
    """
    if settings.database_url:
        await asyncio.to_thread(schema.migrate, settings.database)
        with suppress(OSError, BadKeyFile):  # a migration may run where no keys are; the doctor says what remains
            house = House.open(settings)
            try:
                await renew(house)
            finally:
                await house.database.close()
    else:
        await prepare(settings, fictitious=False)
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            address, namespace = settings.temporal_address, settings.temporal_namespace
            await register_attributes(await connect(address, namespace, DataConverter.default))
        except EngineOutOfReach:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(PAUSE)
        else:
            return True


async def rotate(settings: Settings) -> tuple[str, int]:
    """Make a new master key, active from now on, and wrap every data key by it.

    The old key stays in the file until it is retired: workers read the file again when they meet the new one.

    :return: the id of the new key, and how many data keys were wrapped anew.
    :raises OSError: if the file of master keys cannot be replaced; nothing is changed then.
    """
    path = settings.master_key
    name = _free(MasterKeys.read(path))
    held = path.read_text(encoding="ascii").rstrip("\n")
    _replace(path, f"{held}\n{name} {secrets.token_hex(KEY)}\n")
    opened = Database(settings.database)
    try:
        async with opened.writing() as session:
            return name, await rewrap(session, KeyRing(MasterKeys.read(path)))
    finally:
        await opened.close()


async def retire(settings: Settings, now: datetime) -> tuple[list[str], int]:
    """Forget all master keys but the active one: no backup from before can be read by what is left.

    :return: the ids of those that are gone, and of how many destroyed cases that was the last thing left.
    :raises OSError: if the file of master keys cannot be replaced; begun again, it goes on.
    """
    path = settings.master_key
    masters = MasterKeys.read(path)
    opened = Database(settings.database)
    try:
        async with opened.writing() as session:
            names = await masters_of.retire(session, KeyRing(masters), now)
        kept = [line for line in path.read_text(encoding="ascii").splitlines() if line.split()[:1] == [masters.active]]
        if names and kept:  # a file with one line may have no id in it, and has nothing to lose
            _replace(path, f"{kept[0]}\n", wipe=True)
        async with opened.writing() as session:
            return names, await masters_of.gone(session, names, now)
    finally:
        await opened.close()


async def save_keys(settings: Settings, path: Path) -> None:
    """Keep a copy of the table of keys, as they are wrapped now; raises `BadInput` rather than replace a file."""
    opened = Database(settings.database)
    try:
        async with opened.reading() as session:
            copy = await masters_of.copied(session)
    finally:
        await opened.close()
    with terminal.new_file(path, "file") as file:
        file.write(copy)


async def load_keys(settings: Settings, copy: bytes) -> int:
    """After an older backup was put back: wrap its keys as a newer copy of the table has them; how many."""
    masters = MasterKeys.read(settings.master_key)
    opened = Database(settings.database)
    try:
        async with opened.writing() as session:
            return await masters_of.restored(session, copy, masters)
    finally:
        await opened.close()


def _replace(path: Path, text: str, *, wipe: bool = False) -> None:
    """Put another file in its place, whole or not at all.

    :param wipe: write over what stood there. A disk may keep it all the same: `docs/backups.md`.
    """
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with path.open("r+b") as before:
        beside.replace(path)
        if wipe:
            before.write(bytes(os.fstat(before.fileno()).st_size))
            before.flush()
            os.fsync(before.fileno())


def _free(masters: MasterKeys) -> str:
    number = len(masters.keys) + 1
    while str(number) in masters.keys:
        number += 1
    return str(number)
