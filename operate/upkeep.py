"""Setting up and keeping up: migrations, search attributes, master keys."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from operate.up import prepare
from storage import database
from storage.database import Database
from storage.keys import KEY, KeyRing, MasterKeys, rewrap
from workflows.attributes import ALL
from workflows.client import EngineOutOfReach, connect

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
        await asyncio.to_thread(database.migrate, settings.database)
    else:
        await prepare(settings, fictitious=False)
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            await register(settings)
        except EngineOutOfReach:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(PAUSE)
        else:
            return True


async def register(settings: Settings) -> None:
    """Make the engine know the search attributes; a second time changes nothing. Raises `EngineOutOfReach`."""
    client = await connect(settings.temporal_address, settings.temporal_namespace, DataConverter.default)
    for name in await unregistered(client):
        wanted = {name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise EngineOutOfReach("the search attributes are not registered") from error


async def unregistered(client: Client) -> list[str]:
    """Our search attributes that the engine does not know; raises `EngineOutOfReach`."""
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        raise EngineOutOfReach("the engine does not tell its search attributes") from error
    return [key.name for key in ALL if key.name not in known.custom_attributes]


async def rotate(settings: Settings) -> tuple[str, int]:
    """Make a new master key, active from now on, and wrap every data key by it.

    The old key stays in the file: running workers know only that one, and backups need it.

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
