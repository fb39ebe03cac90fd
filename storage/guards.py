"""Whether the guards stand that migrations raised: what is append-only, and what destroys a case, is still held so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from storage.migrations import last_wall

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

GUARDED = ("ledger", "tree_leaves", "checkpoints", "checkpoint_stamps", "reads")
"""Tables whose rows come and stay; those of `heads` move forward."""
_WALL = {f"wall_{table}_{deed.lower()}_{code}" for table, deed, _, code in last_wall.RULES}
_WALL |= {"wall_case_keys_insert_retired", "wall_case_keys_update_retired"}
_BEHIND = {table for table, *_ in last_wall.RULES}
_POSTGRESQL = {f"{table}_append_only" for table in (*GUARDED, "heads")} | {"heads_forward_only"}
_POSTGRESQL |= _WALL | {f"wall_{table}_truncate" for table in _BEHIND}
_SQLITE = {f"{table}_append_only_{what}" for table in GUARDED for what in ("update", "delete", "replace")}
_SQLITE |= {"heads_append_only_delete", "heads_append_only_replace", "heads_forward_only"}
_SQLITE |= _WALL | {f"wall_{table}_replace" for table in _BEHIND}
# One that is switched off, or that calls something else by now, does not stand.
_STANDING = text(
    """
    SELECT t.tgname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgenabled IN ('O', 'A') AND p.prosrc LIKE '%RAISE EXCEPTION%'
      AND (p.proname = 'varna_append_only' OR p.proname LIKE 'wall_%')
    """
)
_THERE = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'")


async def down(session: AsyncSession) -> list[str]:
    """The guards that do not stand, by name."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    found = set((await session.execute(_STANDING if postgresql else _THERE)).scalars())
    return sorted((_POSTGRESQL if postgresql else _SQLITE) - found)
