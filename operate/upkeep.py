"""Setting up and keeping up: migrations, search attributes, master keys."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from temporalio.converter import DataConverter

from operate.house import House
from operate.up import prepare, renew
from storage import schema
from storage.database import Database
from storage.keys import KEY, BadKeyFile, KeyRing, MasterKeys, rewrap
from workflows.client import EngineOutOfReach, connect, register_attributes

if TYPE_CHECKING:
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

    The old key stays in the file: backups need it, and workers read the file again when they meet the new one.

    :return: the id of the new key, and how many data keys were wrapped anew.
    :raises OSError: if the file of master keys cannot be replaced; nothing is changed then.
    """
    path = settings.master_key
    name = _free(MasterKeys.read(path))
    held = path.read_text(encoding="ascii").rstrip("\n")
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{held}\n{name} {secrets.token_hex(KEY)}\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    opened = Database(settings.database)
    try:
        async with opened.writing() as session:
            return name, await rewrap(session, KeyRing(MasterKeys.read(path)))
    finally:
        await opened.close()


def _free(masters: MasterKeys) -> str:
    number = len(masters.keys) + 1
    while str(number) in masters.keys:
        number += 1
    return str(number)
