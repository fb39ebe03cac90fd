"""What the engine will forget: where each run of a case is archived. And what became of replaying a case."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Index, Integer, String, Table

from storage.tables.columns import Instant, code, metadata, recorded_tenant, word


class Verdict(StrEnum):
    """What became of replaying a case."""

    IDENTICAL = "identical"
    DIFFERS = "differs"
    """Ledger and history part at an event."""
    AHEAD = "ahead"
    """They agree as far as the history goes; the ledger has more, which nobody has answered for (decision 0007)."""
    NOT_REPLAYED = "not_replayed"
    """The code does not go the way the history went: one of the two was changed."""
    RUN_MISSING = "run_missing"
    """A run is missing, in the engine and in the archive."""
    DAMAGED = "damaged"
    """An archive is not what was archived, or a payload in a history not what was sealed."""
    ERASED = "erased"
    """The key of the case is destroyed: nothing of it can be read any more."""


archives = Table(
    "archives",
    metadata,
    Column("case", String(32), primary_key=True),
    code("run", key=True),
    recorded_tenant(),
    # Of all runs of the case, oldest first, from 1.
    Column("number", Integer, nullable=False),
    code("previous", optional=True),
    # How the run ended. None is a copy of one that ran on: what it has is true, and there may be more.
    code("end", optional=True),
    Column("events", Integer, nullable=False),
    # Its name in the vault, and what lies there in clear.
    code("object"),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("archived", Instant, nullable=False),
    # When it was read back, whole; only then is it an archive.
    Column("proved", Instant),
    Index("ix_archives_object", "object"),
)

replays = Table(
    "replays",
    metadata,
    Column("case", String(32), primary_key=True),
    recorded_tenant(),
    Column("at", Instant, nullable=False),
    word("verdict", Verdict),
    # The code it was replayed with, and the ledger it was held against: of the same two the verdict still holds.
    Column("code", String(64), nullable=False),
    Column("ledger", String(64), nullable=False),
    Column("events", Integer, nullable=False),
    Column("runs", Integer, nullable=False),
    # The event at which they part, if they do.
    Column("seq", Integer),
    # The case after the last event that both have.
    Column("state", String(64)),
)
