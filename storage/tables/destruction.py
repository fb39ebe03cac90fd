"""Ends of records: who has a case kept, destruction lists with two persons, and the certificates that remain."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text

from models.vocabulary.records import HoldGround, RetentionClass, SparingReason
from storage.tables.columns import Instant, code, metadata, recorded_tenant, word

holds = Table(
    "holds",
    metadata,
    code("id", key=True),
    recorded_tenant(),
    Column("case", String(32), nullable=False),
    word("ground", HoldGround),
    # A diary number or paragraph: never a name.
    code("reference"),
    code("by"),
    Column("since", Instant, nullable=False),
    code("released_by", optional=True),
    Column("released", Instant),
    code("release_reference", optional=True),
    Index("ix_holds_case", "case"),
)

destruction_lists = Table(
    "destruction_lists",
    metadata,
    code("id", key=True),
    recorded_tenant(),
    code("proposed_by"),
    Column("proposed", Instant, nullable=False),
    code("approved_by", optional=True),
    Column("approved", Instant),
    code("decision", optional=True),
    Column("withdrawn", Instant),
    Column("executed", Instant),
    # Two persons, whoever asks and whatever they ask with.
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
    CheckConstraint("(approved_by IS NULL) = (decision IS NULL)", name="decision"),
    Index("ix_destruction_lists_organisation_proposed", "organisation", "proposed"),
)

destruction_items = Table(
    "destruction_items",
    metadata,
    code("list", key=True),
    Column("case", String(32), primary_key=True),
    recorded_tenant(),
    word("kind", RetentionClass),
    Column("closed", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    code("spared_by", optional=True),
    Column("spared", Instant),
    word("reason", SparingReason, optional=True),
    Index("ix_destruction_items_case", "case"),
)

certificates = Table(
    "certificates",
    metadata,
    Column("case", String(32), primary_key=True),
    recorded_tenant(),
    code("list"),
    Column("destroyed", Instant, nullable=False),
    # What remains to be known: codes, counts, hashes, times; as canonical JSON.
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("evidence_gone", Instant),
    Column("engine_gone", Instant),
    # The master key that had wrapped its key, and since when that is gone too: no backup from before can be read then.
    Column("master", String(32), nullable=False),
    Column("backups_gone", Instant),
    Index("ix_certificates_organisation_destroyed", "organisation", "destroyed"),
)
