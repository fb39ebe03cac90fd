"""Ends of records: how long they are kept, why they may not end yet, why somebody holds them (domain §8.4)."""

from enum import StrEnum


class RetentionClass(StrEnum):
    """How long a closed case is kept; each class is a field of `models.routine.RetentionRule`."""

    HIGH_OR_POLICE = "high_or_police"
    OTHER = "other"
    FALSE_ALARM = "false_alarm"


class Obstacle(StrEnum):
    """Why a case may not be destroyed now."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    MAY_REOPEN = "may_reopen"
    RETAINED = "retained"
    PRESERVED = "preserved"
    NOT_ARCHIVED = "not_archived"
    ERASED = "erased"


class HoldGround(StrEnum):
    """Why a case must be kept for now, whatever its time is."""

    LEGAL_PROCEEDINGS = "legal_proceedings"
    POLICE_INVESTIGATION = "police_investigation"
    RECORD_REQUEST = "record_request"
    AUDIT_REVIEW = "audit_review"
    DATA_SUBJECT_REQUEST = "data_subject_request"
    ARCHIVE_DECISION = "archive_decision"


class SparingReason(StrEnum):
    """Why a case was taken off a destruction list."""

    STILL_NEEDED = "still_needed"
    RESEARCH_SAMPLE = "research_sample"
    HELD = "held"
    WRONG_CLASS = "wrong_class"
