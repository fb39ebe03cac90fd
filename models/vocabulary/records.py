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


class ExtractPart(StrEnum):
    """A part of what a person is told of the data about them (GDPR article 15)."""

    REPORT = "report"
    REACH = "reach"
    INCIDENT = "incident"
    COURSE = "course"
    NOTES = "notes"
    RISK = "risk"
    POLICE = "police"
    SUPPORT = "support"
    MESSAGES = "messages"
    FILES = "files"
    READERS = "readers"


class WithholdingGround(StrEnum):
    """Why something is not told: a paragraph that the officer tested it against, and stands for (domain §8.2)."""

    OSL_18_1 = "osl_18_1"
    OSL_18_8 = "osl_18_8"
    OSL_21_1 = "osl_21_1"
    OSL_21_3 = "osl_21_3"
    OSL_25_1 = "osl_25_1"
    OSL_26_1 = "osl_26_1"
    OSL_35_1 = "osl_35_1"
    OSL_39_1 = "osl_39_1"
    GDPR_15_4 = "gdpr_15_4"
