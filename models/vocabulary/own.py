"""What whoever holds a receipt code is told of their own case: a few plain things, in the person's own terms."""

from enum import StrEnum


class OwnStep(StrEnum):
    """Something that has been done."""

    RECEIVED = "received"
    READ = "read"
    HANDLER = "handler"
    TRIED = "tried"
    CONTACTED = "contacted"
    ASSESSED = "assessed"
    PROTECTION = "protection"
    EVIDENCE = "evidence"
    POLICE_REPORTED = "police_reported"
    POLICE_CONSULTED = "police_consulted"
    POLICE_DECLINED = "police_declined"
    POLICE_CHECKED = "police_checked"
    SUPPORT_AGREED = "support_agreed"
    SUPPORT_DECLINED = "support_declined"
    MEASURE = "measure"
    FOLLOWED_UP = "followed_up"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    HANDED_OVER = "handed_over"
    CLOSING_TOLD = "closing_told"
    CLOSED = "closed"
    REOPENED = "reopened"


class OwnPromise(StrEnum):
    """What comes next from us."""

    ANSWER = "answer"
    CONTACT = "contact"
    FOLLOW_UP = "follow_up"
    SUPPORT = "support"


class OwnEnding(StrEnum):
    """Why we have stopped, without a word of how we judged."""

    QUIET = "quiet"
    POLICE = "police"
    REGISTERED = "registered"
    HANDED_OVER = "handed_over"
    DECLINED = "declined"
    OTHER = "other"


class OwnAdvice(StrEnum):
    """How to look after evidence (domain §4.3)."""

    KEEP_DIGITAL = "keep_digital"
    BAG_LETTERS = "bag_letters"
    FINGERPRINTS = "fingerprints"
    WITNESSES = "witnesses"
    DIARY = "diary"
    WORK_TELEPHONE = "work_telephone"
