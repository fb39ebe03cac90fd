"""Who is looking at a report of their own: by its receipt code, without an account."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from storage.tables.accounts import secret_hash
from storage.tables.columns import Instant, code, metadata, recorded_tenant

receipt_sessions = Table(
    "receipt_sessions",
    metadata,
    secret_hash("hash", key=True),
    code("report"),
    recorded_tenant(),
    Column("created", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Index("ix_receipt_sessions_expires", "expires"),
)
