"""A case brought to its end by the only way there is: closed, on a list that two persons agreed on, and destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from models.vocabulary.case import CaseKind, Level
from models.vocabulary.records import RetentionClass
from storage import archives, tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.keys import KeyRing


async def erase(database: Database, ring: KeyRing, ref: str, at: datetime) -> None:
    """Close a case whatever its criteria say, have its list approved, and destroy its key."""
    async with database.writing() as session:
        await closed(session, ref, at)
        await approved(session, ref, at)
        await ring.destroy(session, ref, at)


async def closed(session: AsyncSession, ref: str, at: datetime) -> None:
    """The lists say that it is closed."""
    table = tables.cases
    changed = await session.execute(update(table).where(table.c.ref == ref).values(closed=at).returning(table.c.ref))
    if changed.all():
        return
    row: dict[str, object] = {
        "ref": ref,
        "organisation": ref.partition("-")[0],
        "kind": CaseKind.INCIDENT,
        "pace": Level.LOW,
    }
    row |= {"opened": at, "updated": at, "closed": at, "seq": 1, "state": b"", "form": 0, "place": 0, "reopenings": 0}
    flags: dict[str, object] = dict.fromkeys(("protected", "drill", "restricted", "deputised"), False)
    await session.execute(insert(table), row | flags)


async def approved(session: AsyncSession, ref: str, at: datetime, *, by: str | None = "chef") -> str:
    """A list with this case alone, approved by somebody, or by nobody yet; its id."""
    organisation, name = ref.partition("-")[0], f"list-{ref}".lower()
    lists, items = tables.destruction_lists, tables.destruction_items
    assert (await session.execute(select(lists.c.id).where(lists.c.id == name))).first() is None
    row: dict[str, object] = {"id": name, "organisation": organisation, "proposed_by": "arkivarie", "proposed": at}
    await session.execute(insert(lists), row)
    item: dict[str, object] = {"list": name, "case": ref, "organisation": organisation, "kind": RetentionClass.OTHER}
    await session.execute(insert(items), item | {"closed": at, "ends": at})
    if by is not None:
        agreed = {"approved_by": by, "approved": at, "decision": "KS 2026-1 § 9"}
        await session.execute(update(lists).where(lists.c.id == name).values(agreed))
    return name


async def archived(session: AsyncSession, ref: str, at: datetime) -> None:
    """Its history is in the vault, and was read back."""
    row = {"case": ref, "run": "r1", "organisation": ref.partition("-")[0], "number": 1, "end": archives.COMPLETED}
    more = {"events": 9, "object": f"history-{ref}", "size": 1, "digest": "0" * 64, "archived": at, "proved": at}
    await session.execute(insert(tables.archives), row | more)
