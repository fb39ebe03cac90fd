"""Reports, the ledger, and the lists built from it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from models.vocabulary.case import CaseKind, Level, Stage
from storage.tables.columns import Instant, code, metadata, recorded_tenant, tenant, word

sequences = Table(
    "sequences",
    metadata,
    tenant(key=True),
    Column("prefix", String(2), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    code("report", key=True),
    tenant(),
    Column("case", String(32), nullable=False, unique=True),
    Column("received", Instant, nullable=False),
    Column("started", Boolean, nullable=False),
    Column("key", String(64)),
    Column("receipt", String(64), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("organisation", "key"),
    Index("ix_reports_started_received", "started", "received"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("scope", String(32), primary_key=True),
    tenant(),
    Column("master", String(32), nullable=False),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", Instant),
)

ledger = Table(
    "ledger",
    metadata,
    Column("case", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    recorded_tenant(),
    Column("at", Instant, nullable=False),
    Column("recorded", Instant, nullable=False),
    code("actor"),
    code("cause"),
    code("type"),
    # Nullable, so that what an intruder takes away is a finding of `verify` and not a crash of the reader.
    Column("body", LargeBinary),
    Column("previous", String(64)),
    Column("hash", String(64)),
    Column("algorithm", String(16)),
)

heads = Table(
    "heads",
    metadata,
    Column("case", String(32), primary_key=True),
    recorded_tenant(),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", String(32), primary_key=True),
    recorded_tenant(),
    word("kind", CaseKind),
    word("stage", Stage, optional=True),
    word("level", Level, optional=True),
    word("pace", Level),
    code("handler", optional=True),
    Column("opened", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("closed", Instant),
    Column("next_due", Instant),
    code("next_obligation", optional=True),
    Column("protected", Boolean, nullable=False),
    Column("reopenings", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("ix_cases_organisation_closed_next_due", "organisation", "closed", "next_due"),
)

obligations = Table(
    "obligations",
    metadata,
    Column("case", String(32), primary_key=True),
    code("key", key=True),
    recorded_tenant(),
    code("kind"),
    word("stage", Stage),
    word("level", Level),
    Column("started", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("met", Instant),
    Column("lapsed", Boolean, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("extended", Boolean, nullable=False),
)
