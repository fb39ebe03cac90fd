"""Whoever has the rights of the database's administrator: takes the guards down, and then changes what they want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

GUARDED = ("ledger", "heads", "tree_leaves", "checkpoints", "checkpoint_stamps", "reads")


async def breaks_in(session: AsyncSession) -> None:
    """From here on, nothing is append-only."""
    if session.get_bind().dialect.name == "postgresql":
        for table in (*GUARDED, "case_keys"):
            await session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
            await session.execute(text(f'GRANT UPDATE, DELETE, TRUNCATE ON "{table}" TO CURRENT_USER'))
        return
    triggers = await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in triggers.scalars().all():
        await session.execute(text(f"DROP TRIGGER {name}"))
