"""Reports, the ledger, and the lists built from it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.vocabulary.case import CaseKind, Level, Stage
from storage.tables.columns import Instant, code, metadata, recorded_tenant, tenant, word


def _open(name: str, *columns: str) -> Index:
    """An index over the open cases alone: they are few among all that ever were."""
    return Index(name, *columns, sqlite_where=text("closed IS NULL"), postgresql_where=text("closed IS NULL"))


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

master_keys = Table(
    "master_keys",
    metadata,
    Column("name", String(32), primary_key=True),
    # Since when nothing may be wrapped by it any more, and it is in no file.
    Column("retired", Instant),
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
    # What lists ask, so that they need not open the state. The form says by which version of `storage.cases` it was
    # written: of an older row it is not known who may see it, so nobody does until it is rebuilt.
    Column("form", Integer, nullable=False),
    # Where it stands among what is due next: `storage.cases.place_of`.
    Column("place", BigInteger, nullable=False),
    Column("drill", Boolean, nullable=False),
    # Somebody is kept out: there are rows in `case_relations` to ask.
    Column("restricted", Boolean, nullable=False),
    Column("deputised", Boolean, nullable=False),
    Column("handed_to", String(4)),
    Column("meeting_day", Date),
    # What happened, in codes: encrypted like the state, but short.
    Column("brief", LargeBinary),
    _open("ix_cases_open_place", "organisation", "place", "ref"),
    _open("ix_cases_open_pace", "organisation", "pace", "place", "ref"),
    _open("ix_cases_open_stage", "organisation", "stage", "place", "ref"),
    _open("ix_cases_open_kind", "organisation", "kind", "place", "ref"),
    _open("ix_cases_open_handler", "organisation", "handler", "place", "ref"),
    _open("ix_cases_open_meeting_day", "organisation", "kind", "meeting_day", "ref"),
    # Exercises are few; SQLite takes a partial index only for the very words of its condition.
    Index(
        "ix_cases_open_drill",
        "organisation",
        "place",
        "ref",
        sqlite_where=text("closed IS NULL AND drill IS 1"),
        postgresql_where=text("closed IS NULL AND drill IS true"),
    ),
    Index("ix_cases_handed_to", "handed_to", "place", "ref"),
    Index(
        "ix_cases_closed",
        "organisation",
        "closed",
        "ref",
        sqlite_where=text("closed IS NOT NULL"),
        postgresql_where=text("closed IS NOT NULL"),
    ),
    Index("ix_cases_opened", "organisation", "opened", "ref"),
    Index("ix_cases_handler", "handler"),
    # What moved lately is asked once a second (`storage.changes`).
    Index("ix_cases_updated", "updated"),
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
