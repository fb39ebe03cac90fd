"""The case itself: kinds, stages, levels, outcomes, closure (domain §3.5, §4; architecture §3)."""

from enum import StrEnum


class CaseKind(StrEnum):
    """`incident`: one affected person. `prevention`: a political matter, no personal data."""

    INCIDENT = "incident"
    PREVENTION = "prevention"


class Stage(StrEnum):
    """Stages of a case, in order; risk, police and support run in parallel once opened."""

    INTAKE = "intake"
    RISK = "risk"
    POLICE = "police"
    SUPPORT = "support"
    CLOSURE = "closure"


class StageState(StrEnum):
    """State of one stage."""

    PENDING = "pending"
    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


class Level(StrEnum):
    """Risk level, lowest first. Compare with `rank`, never as text."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"
    ACUTE = "acute"

    @property
    def rank(self) -> int:
        """0 for low … 3 for acute."""
        return _RANK[self]


_RANK = {level: rank for rank, level in enumerate(Level)}


class Confidence(StrEnum):
    """How sure the assessor is (domain §3.3 rule 4)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Answer(StrEnum):
    """Answer to an observable statement; unknown is first-class (domain §3.3 rule 1)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class TriageOutcome(StrEnum):
    """Decision at intake (domain §4.2 row 1)."""

    OPEN = "open"
    REGISTER_ONLY = "register_only"
    NEEDS_INFORMATION = "needs_information"
    REFER = "refer"
    FALSE_ALARM = "false_alarm"


class ClosureReason(StrEnum):
    """Why a case is closed (domain §4.4)."""

    QUIET_PERIOD = "quiet_period"
    ACTOR_PROSECUTED = "actor_prosecuted"
    HANDLED_BY_POLICE = "handled_by_police"
    REGISTERED_ONLY = "registered_only"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    HANDED_OVER = "handed_over"
    AFFECTED_DECLINES = "affected_declines"
    LEFT_ASSIGNMENT = "left_assignment"
    DECEASED = "deceased"
    MISREGISTERED = "misregistered"
    MATTER_DECIDED = "matter_decided"
    DRILL = "drill"


class ReopenReason(StrEnum):
    """Why a closed case is opened again (domain §4.5)."""

    NEW_INCIDENT = "new_incident"
    POLICE_RESUMED = "police_resumed"
    ACTOR_RELEASED = "actor_released"
    RESTRAINING_ORDER_BREACH = "restraining_order_breach"
    AFFECTED_ASKS = "affected_asks"


class LinkReason(StrEnum):
    """Why two cases are linked, never merged (domain §4.5)."""

    SAME_ACTOR = "same_actor"
    SAME_INCIDENT = "same_incident"
    SAME_MATTER = "same_matter"
    SHARED_CASE = "shared_case"
    SOURCE = "source"


class GlassOutcome(StrEnum):
    """What became of the review of a break-glass (nödöppning)."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class Grade(StrEnum):
    """Quick sort of a political matter, step 1-2 (domain §7.2)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class ConflictLevel(StrEnum):
    """How far a conflict about a matter has come, step 3 (domain §7.2)."""

    DISAGREEMENT = "disagreement"
    TENSION = "tension"
    OPEN_CONFLICT = "open_conflict"
    HOSTILITY = "hostility"


class Urgency(StrEnum):
    """How a notice is to reach somebody (domain §1.4: page, N, D, T, H, count only)."""

    PAGE = "page"
    NOW = "now"
    DIGEST = "digest"
    TASK = "task"
    HEADLINE = "headline"
    COUNT = "count"

    @property
    def rank(self) -> int:
        """From 0, the most pressing, to the least."""
        return list(type(self)).index(self)
