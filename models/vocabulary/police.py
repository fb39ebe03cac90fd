"""Police contact: decisions, reasons, statuses (domain §5)."""

from enum import StrEnum


class PoliceDecision(StrEnum):
    """Whether and by whom the police report is made (domain §5.3)."""

    REPORTED_BY_AFFECTED = "reported_by_affected"
    REPORTED_BY_ORGANISATION = "reported_by_organisation"
    REPORTED_BY_OTHER = "reported_by_other"
    ALREADY_REPORTED = "already_reported"
    CONSULTED = "consulted"
    TIP = "tip"
    DECLINED_BY_AFFECTED = "declined_by_affected"
    NOT_A_CRIME = "not_a_crime"
    DEFERRED = "deferred"


class DeclineReason(StrEnum):
    """Why no police report was made (the PTU survey's categories, domain §5.3)."""

    PART_OF_THE_JOB = "part_of_the_job"
    LEADS_NOWHERE = "leads_nowhere"
    UNSURE_IF_CRIME = "unsure_if_crime"
    FEAR = "fear"
    WANTS_CALM = "wants_calm"
    OTHER = "other"


class PoliceStatus(StrEnum):
    """Where the police report stands (domain §5.4)."""

    FILED = "filed"
    REFERENCE_RECEIVED = "reference_received"
    NOT_OPENED = "not_opened"
    OPENED = "opened"
    INTERVIEW = "interview"
    SUSPECT_NOTIFIED = "suspect_notified"
    DETAINED = "detained"
    RELEASED = "released"
    DISCONTINUED = "discontinued"
    SUMMARY_PENALTY = "summary_penalty"
    PROSECUTION_WAIVED = "prosecution_waived"
    PROSECUTED = "prosecuted"
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    APPEALED = "appealed"
    FINAL_JUDGMENT = "final_judgment"
    RESUMED = "resumed"


class RestrainingOrderState(StrEnum):
    """Restraining order, law 1988:688 (domain §5.6)."""

    APPLIED = "applied"
    GRANTED = "granted"
    REFUSED = "refused"
    BREACHED = "breached"
    ENDED = "ended"


class RestrainingOrderKind(StrEnum):
    """Kind of restraining order (domain §5.6)."""

    ORDINARY = "ordinary"
    SHARED_HOME = "shared_home"
    EXTENDED = "extended"
    SPECIALLY_EXTENDED = "specially_extended"
