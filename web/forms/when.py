"""Which fields matter only if another holds something: a small script folds them away, without it a hint says so."""

from __future__ import annotations

from models.stages.police import DECLINED
from models.vocabulary.police import PoliceDecision, RestrainingOrderState
from models.vocabulary.support import ContactOutcome

_REPORTED = [
    PoliceDecision.REPORTED_BY_AFFECTED,
    PoliceDecision.REPORTED_BY_ORGANISATION,
    PoliceDecision.REPORTED_BY_OTHER,
    PoliceDecision.ALREADY_REPORTED,
]
_TOLD = [*_REPORTED, PoliceDecision.CONSULTED, PoliceDecision.TIP]

WHEN: dict[tuple[str, str], tuple[str, str]] = {
    ("record_police", "decline_reason"): ("decision", " ".join(sorted(DECLINED))),
    ("record_police", "affected_informed"): ("decision", " ".join(sorted(DECLINED))),
    ("record_police", "deferred_until"): ("decision", PoliceDecision.DEFERRED),
    ("record_police", "access_protection_requested"): ("decision", " ".join(_REPORTED)),
    ("record_police", "reference"): ("decision", " ".join(_TOLD)),
    ("record_police", "crimes"): ("decision", " ".join(_TOLD)),
    ("update_police", "restraining_order_kind"): ("restraining_order", " ".join(RestrainingOrderState)),
    ("update_police", "restraining_order_until"): ("restraining_order", " ".join(RestrainingOrderState)),
    ("log_follow_up", "new_incident"): ("outcome", ContactOutcome.REACHED),
    ("log_follow_up", "protection_works"): ("outcome", ContactOutcome.REACHED),
    ("log_follow_up", "wants_more_support"): ("outcome", ContactOutcome.REACHED),
    ("log_follow_up", "police_offered_again"): ("outcome", ContactOutcome.REACHED),
    ("log_follow_up", "consequences"): ("outcome", ContactOutcome.REACHED),
    ("contact_affected", "consequences"): ("outcome", ContactOutcome.REACHED),
}
"""By command and field: the other field, and what it holds."""
