"""Why somebody read something of a case, and what about a reading is out of the ordinary."""

from enum import StrEnum


class ReadGround(StrEnum):
    """What let them read."""

    ROLE = "role"
    """Their role in this case."""
    GLASS = "glass"
    """They had broken the glass; the event that tells of it has the reason."""
    RECEIPT = "receipt"
    """They had the receipt code of a report."""
    OPERATOR = "operator"
    """They ran a command on the machine itself, in nobody's name."""
    REVIEW = "review"
    """They reviewed, in codes and times."""
    DECISION = "decision"
    """It was decided that they might know who is who; the reference says where."""


class UnusualReading(StrEnum):
    """What somebody should look at who answers for the data (domain §8.3)."""

    MANY = "many"
    """Many cases in a short time."""
    ODD_HOURS = "odd_hours"
    """Outside office hours, by somebody who was not on duty and has no part in the case."""
    NO_PART = "no_part"
    """By somebody who does not handle it, has done nothing in it and was not on duty."""
    OWN_AFFAIR = "own_affair"
    """By somebody who is kept out of it now."""
    AFTER_CLOSURE = "after_closure"
    """Long after it was closed."""


class Via(StrEnum):
    """By which door a case was read."""

    PAGE = "page"
    API = "api"
    CLI = "cli"
    EVIDENCE = "evidence"
    REPORT = "report"
    EXPORT = "export"
    AUDIT = "audit"
    """By a page or command for those who review."""


class ReadWhat(StrEnum):
    """What of a case was read; a piece of evidence is known by its own id instead."""

    CASE = "case"
    HISTORY = "history"
    READERS = "readers"
    REPORT = "report"
    OBLIGATIONS = "obligations"
    NOTICES = "notices"
    POLICE_REPORT = "police_report"
    POLICE_PACKAGE = "police_package"
    """The draft with all files, for the police."""
    CUSTODY = "custody"
    """Who held a piece of evidence."""
    ACCESS_REQUEST = "access_request"
    """What is told to the person concerned (GDPR article 15)."""
    PACKAGE = "package"
    """Everything, in an audit package."""
    EVIDENCE = "evidence"
    EXPORT = "export"
    """What happened, in codes, for other tools."""


class PackageReason(StrEnum):
    """Why somebody wants an audit package (domain §8.6)."""

    AUDIT = "audit"
    """The municipality's auditors (KL 12:1)."""
    INTERNAL_CONTROL = "internal_control"
    SUPERVISION = "supervision"
    """IMY, JO or another authority asks."""
    COURT = "court"
    """Police, prosecutor or court."""
