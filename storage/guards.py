"""Whether the guards stand that `storage.migrations.guards` raised: what is append-only is still held so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

GUARDED = ("ledger", "tree_leaves", "checkpoints", "checkpoint_stamps", "reads")
"""Tables whose rows come and stay; those of `heads` move forward."""
_POSTGRESQL = {f"{table}_append_only" for table in (*GUARDED, "heads")} | {"heads_forward_only"}
_SQLITE = {f"{table}_append_only_{what}" for table in GUARDED for what in ("update", "delete")}
_SQLITE |= {"heads_append_only_delete", "heads_forward_only"}
# One that is switched off, or that calls something else by now, does not stand.
_STANDING = text(
    """
    SELECT t.tgname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgenabled IN ('O', 'A') AND p.proname = 'varna_append_only' AND p.prosrc LIKE '%RAISE EXCEPTION%'
    """
)
_THERE = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'")


async def down(session: AsyncSession) -> list[str]:
    """The guards that do not stand, by name."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    found = set((await session.execute(_STANDING if postgresql else _THERE)).scalars())
    return sorted((_POSTGRESQL if postgresql else _SQLITE) - found)
