"""Ends of master keys: what was wrapped by one that is gone, in this database or in any copy of it, nobody reads again.

The table of keys without its wrapping is worth nothing, so a copy of it may be kept beside backups: an older backup is
read by the keys as they are wrapped now, and of what was destroyed there is none (decision 0018).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, bindparam, func, select, update

from storage.database import upsert
from storage.keys import MasterKeys, UnknownKey, rewrap
from storage.tables import case_keys, certificates, master_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import KeyRing

FORM = "varna-keys-1"


class BadKeyCopy(ValueError):
    """Not a copy of the table of keys; never says what is in it."""


async def retire(session: AsyncSession, ring: KeyRing, now: datetime) -> list[str]:
    """Let nothing be wrapped any more by any master key but the active one; their names, oldest first.

    Whoever is wrapping by one of them is waited for; whoever comes later reads the file again. Once this is committed
    they may be taken out of the file, and not before.
    """
    old = sorted(name for name in ring.masters.keys if name != ring.masters.active)
    used = select(case_keys.c.master).where(case_keys.c.master != ring.masters.active).distinct()
    old += sorted(set((await session.execute(used)).scalars()) - set(old))
    for name in old:
        await session.execute(upsert(session, master_keys), {"name": name, "retired": now})
    await rewrap(session, ring)
    return old


async def gone(session: AsyncSession, names: Sequence[str], now: datetime) -> int:
    """These master keys are in no file any more: of how many destroyed cases no backup can be read from now on."""
    unread = (certificates.c.master.in_(names), certificates.c.backups_gone.is_(None))
    done = update(certificates).where(*unread).values(backups_gone=now).returning(certificates.c.case)
    return len((await session.execute(done)).all())


async def waiting(session: AsyncSession) -> int:
    """Of how many destroyed cases an older backup can still be read, by a master key that is not retired."""
    query = select(func.count()).where(certificates.c.backups_gone.is_(None))
    return int((await session.execute(query)).scalar_one())


async def copied(session: AsyncSession) -> bytes:
    """The keys as they are wrapped now; of what was destroyed, that it was."""
    rows = (await session.execute(select(case_keys).order_by(case_keys.c.scope))).all()
    found = [[row.scope, row.organisation, row.master, row.wrapped.hex() if row.wrapped else None] for row in rows]
    return json.dumps({"form": FORM, "keys": found}, separators=(",", ":")).encode()


async def restored(session: AsyncSession, copy: bytes, masters: MasterKeys) -> int:
    """Wrap the keys of an older database as a newer copy of the table has them; how many.

    :raises BadKeyCopy: if it is none.
    :raises UnknownKey: if it was wrapped by a master key that is not in the file.
    """
    try:
        document = json.loads(copy)
        if document["form"] != FORM:
            raise BadKeyCopy
        newer: dict[str, tuple[str, bytes]] = {
            scope: (master, bytes.fromhex(key)) for scope, _, master, key in document["keys"] if key is not None
        }
    except (ValueError, KeyError, TypeError):
        raise BadKeyCopy("not a copy of the table of keys") from None
    for name in {master for master, _ in newer.values()} - masters.keys.keys():
        raise UnknownKey(f"master key {name}: not in the file of master keys")
    known = await session.execute(select(case_keys.c.scope, case_keys.c.master).where(case_keys.c.wrapped.is_not(None)))
    changed = [
        {"s": row.scope, "w": newer[row.scope][1], "m": newer[row.scope][0]}
        for row in known
        if row.scope in newer and newer[row.scope][0] != row.master
    ]
    if changed:
        new: dict[str, BindParameter[object]] = {"master": bindparam("m"), "wrapped": bindparam("w")}
        await session.execute(update(case_keys).where(case_keys.c.scope == bindparam("s")).values(new), changed)
    return len(changed)
