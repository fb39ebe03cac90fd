"""Evidence: what was handed in, by its hash. The bytes lie in the vault, sealed."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from storage.tables.columns import Instant, code, metadata, recorded_tenant, word


class EvidenceState(StrEnum):
    """What became of a piece of evidence."""

    KEPT = "kept"
    REFUSED = "refused"
    """The bytes are kept, but the case did not take them up."""


class ScanState(StrEnum):
    """What the virus scanner said of a piece of evidence."""

    WAITING = "waiting"
    """It has not been looked at: there is no scanner, or it was away."""
    CLEAN = "clean"
    INFECTED = "infected"
    """In quarantine: kept, and given to nobody but in a police package."""
    TOO_LARGE = "too_large"
    """The scanner refuses to look at so much."""


evidence = Table(
    "evidence",
    metadata,
    code("id", key=True),
    recorded_tenant(),
    Column("case", String(32), nullable=False),
    code("report", optional=True),
    Column("received", Instant, nullable=False),
    code("by"),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("type", String(128), nullable=False),
    # What the file was called and what was said about it, sealed with the key of the case.
    Column("body", LargeBinary, nullable=False),
    word("state", EvidenceState),
    # The case has been told.
    Column("recorded", Boolean, nullable=False),
    word("scan", ScanState),
    Column("scanned", Instant),
    # What was recognised, in the scanner's words.
    code("found", optional=True),
    Index("ix_evidence_scan_received", "scan", "received"),
    Index("ix_evidence_case_received", "case", "received"),
    Index("ix_evidence_recorded_state", "recorded", "state"),
)
