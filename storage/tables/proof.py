"""What proves the ledger: the leaves of each organisation's tree, and its signed checkpoints. All append-only."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from storage.tables.columns import Instant, metadata

tree_leaves = Table(
    "tree_leaves",
    metadata,
    Column("organisation", String(4), primary_key=True),
    # From 0, as RFC 6962 counts.
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("case", String(32), nullable=False),
    Column("seq", Integer, nullable=False),
    # Of the entry, noted apart: a chain that is computed anew does not fit.
    Column("hash", String(64), nullable=False),
    Index("ix_tree_leaves_case_seq", "case", "seq", unique=True),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("organisation", String(4), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
)

checkpoint_stamps = Table(
    "checkpoint_stamps",
    metadata,
    Column("organisation", String(4), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # A time-stamp token of RFC 3161 over the note, as the authority gave it (DER).
    Column("token", LargeBinary, nullable=False),
)
