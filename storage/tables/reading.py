"""What lists ask beside the cases: who is tied to one or kept out, who has read it, and what can be searched for."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, UnusualReading, Via
from storage.tables.columns import Instant, code, metadata, recorded_tenant, word


class Relation(StrEnum):
    """What ties somebody to a case, or keeps them out of it."""

    NAMED = "named"
    BLOCKED = "blocked"
    BLOCKED_ROLE = "blocked_role"
    GLASS = "glass"
    """They broke the glass, and may look for a while."""
    REVIEWER = "reviewer"
    """A role that must look at a broken glass."""


class TermKind(StrEnum):
    """A word of a narrative, which stays; or a code the case has now."""

    TEXT = "text"
    CODE = "code"


case_relations = Table(
    "case_relations",
    metadata,
    Column("case", String(32), primary_key=True),
    word("relation", Relation, key=True),
    # A person's code, or a role's.
    code("subject", key=True),
    recorded_tenant(),
    # When it ends by itself.
    Column("until", Instant),
    Index("ix_case_relations_subject_relation", "subject", "relation"),
)

reads = Table(
    "reads",
    metadata,
    Column("case", String(32), primary_key=True),
    # Whoever reads by a receipt code has no account: `receipt:` and the report's id.
    code("user", key=True),
    word("via", Via, key=True),
    code("what", key=True),
    # The quarter of an hour; `at` is the first time in it.
    Column("quarter", Instant, primary_key=True),
    # The session or program it came by: a mark, never an address.
    code("source", key=True),
    recorded_tenant(),
    word("role", Role, optional=True),
    Column("at", Instant, nullable=False),
    word("ground", ReadGround),
    # What the ground rests on: the event that tells why a glass was broken, or the reference of a decision.
    code("reference"),
    # One chain for each organisation (`storage.access_chain`).
    Column("seq", Integer, nullable=False),
    Column("previous", String(64)),
    Column("hash", String(64)),
    Index("ix_reads_organisation_at", "organisation", "at"),
    Index("ix_reads_organisation_seq", "organisation", "seq", unique=True),
    Index("ix_reads_organisation_user", "organisation", "user", "seq"),
)

read_heads = Table(
    "read_heads",
    metadata,
    Column("organisation", String(4), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

read_reviews = Table(
    "read_reviews",
    metadata,
    Column("organisation", String(4), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    word("rule", UnusualReading),
    code("user"),
    Column("first", Instant, nullable=False),
    Column("last", Instant, nullable=False),
    # Their numbers, as a JSON list.
    Column("cases", Text, nullable=False),
    Column("found", Instant, nullable=False),
    Column("reviewed", Instant),
    code("by", optional=True),
    # What whoever reviewed it found, sealed with the key of the organisation.
    Column("note", LargeBinary),
    Index("ix_read_reviews_organisation_reviewed", "organisation", "reviewed"),
)

search_terms = Table(
    "search_terms",
    metadata,
    # A keyed hash under the organisation's key: without the key it says nothing.
    Column("term", String(32), primary_key=True),
    Column("case", String(32), primary_key=True),
    word("kind", TermKind, key=True),
    recorded_tenant(),
    Index("ix_search_terms_case_kind", "case", "kind"),
)
