"""What the people of a random life may do: mostly sensible, sometimes not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from models.commands import COMMANDS
from models.outside import Holder
from models.vocabulary.case import ClosureReason, GlassOutcome, Level, ReopenReason, TriageOutcome
from models.vocabulary.people import Role
from models.vocabulary.police import PoliceDecision, PoliceStatus, RestrainingOrderState
from models.vocabulary.support import ContactOutcome, MeasureState
from tests.models.cases import person

STAFF = [
    person("anna", "security_coordinator"),
    person("bo", "security_coordinator", "duty_officer"),
    person("chief", "security_chief"),
    person("deputy", "deputy"),
    person("duty", "duty_officer"),
    person("director", "chief_executive"),
    person("clerk", "municipal_clerk", "chancellery_chief"),
    person("registrar", "registrar"),
    person("region", "security_coordinator", organisation="90"),
    Holder("r1", Role.AFFECTED).actor("9001"),
    Holder("r2", Role.REPORTER).actor("9001"),
    person("officer", "data_protection_officer"),
    person("secure", "information_security"),
]
HANDLERS = ["anna", "bo", "chief", "deputy"]
FACTORS = ["A04", "A07", "A02", "C04", "D03", "B06", "M01"]
TEXT = st.sampled_from([{}, {"text": "x"}, {"text": "x"}])


def one(values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(values))


def some(**fields: st.SearchStrategy[Any] | object) -> st.SearchStrategy[dict[str, Any]]:
    drawn = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in fields.items()}
    return st.fixed_dictionaries(drawn)


LEVELS = one(level.value for level in Level)
DAYS = st.integers(-3, 40)
INCIDENT = some(
    kinds=one([["worry"], ["stalking"], ["pile_on"], ["threat_death"]]),
    protected_identity=one(["yes", "no", "unknown", "unknown"]),
    affected_known=st.booleans(),
)
WHAT: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "triage": st.one_of(
        some(outcome="open", level=LEVELS, grade="low"),
        some(outcome=one(TriageOutcome), level=LEVELS, grade="low", text="x"),
        some(outcome="open", level=LEVELS, incident=INCIDENT),
    ),
    "contact_affected": some(outcome=one(ContactOutcome)),
    "identify_affected": some(),
    "ask_information": some(task=one(["t1", "t2", "t3"]), text="x"),
    "answer_information": some(task=one(["t1", "t2", "t3"]), text="x"),
    "assess_risk": some(
        factors=st.dictionaries(one(FACTORS), one(["yes", "yes", "no", "unknown"]), max_size=4),
        level=LEVELS,
        grade="low",
    ),
    "approve": some(approved=st.booleans()),
    "decide_protection": some(),
    "add_incident": some(),
    "record_police": some(decision=one(PoliceDecision), decline_reason=one(["fear", "other"]), deferred_until=DAYS),
    "update_police": some(
        status=one([None, *PoliceStatus]),
        restraining_order=one([None, None, *RestrainingOrderState]),
        restraining_order_until=DAYS,
    ),
    "agree_support": some(
        measures=one([[], [{"id": "m1", "kind": "guard", "owner": "duty_officer"}]]), declined=st.booleans()
    ),
    "update_measure": some(measure="m1", state=one(MeasureState)),
    "log_follow_up": some(outcome=one(ContactOutcome), new_incident=one(["no", "no", "no", "yes"])),
    "propose_closure": some(reason="quiet_period", affected_informed=st.booleans(), lesson="x"),
    "close": some(reason=one(ClosureReason)),
    "reopen": some(reason=one(ReopenReason), level=LEVELS),
    "add_note": some(text="x"),
    "add_evidence": some(),
    "assign": some(handler=one(HANDLERS)),
    "give_consent": some(purpose=one(["hand_over", "group_leader"])),
    "withdraw_consent": some(purpose=one(["hand_over", "group_leader"])),
    "link": some(case="9001-FV-2026-00077", reason="same_actor", unlink=st.booleans()),
    "merge_report": some(report=one(["r1", "r2"]), unmerge=st.booleans(), new_incident=st.booleans()),
    "block_role": some(
        roles=st.lists(one(["security_chief", "deputy", "duty_officer", "chief_executive"]), max_size=2),
        people=st.lists(one([*HANDLERS, "registrar"]), max_size=1),
        text="x",
    ),
    "correct": some(corrects=st.integers(1, 20), incident=st.one_of(st.none(), INCIDENT), text="x"),
    "hand_over": some(to="90", ground=one(["consent", "law_enforcement"]), text="x"),
    "accept_handover": some(accepted=st.booleans()),
    "extend_deadline": some(obligation=st.integers(0, 30), until=DAYS, text="x"),
    "suspend": some(until=st.one_of(st.none(), DAYS), reason="travels"),
    "waive_stage": some(stage=one(["police", "support"]), reason="wishes_so", undo=st.booleans(), text="x"),
    "acknowledge": some(),
    "escalate": some(rung=st.integers(1, 5), text="x"),
    "end_drill": some(),
    "break_glass": some(text="x"),
    "write_message": some(report=one(["r1", "r1", "r2"]), text="x"),
    "ask_help": some(report=one(["r1", "r2"]), wishes=one([["support"], ["police", "protection"]])),
    "answer_message": some(report=one([None, None, "r1", "r2"]), text="x"),
    "review_glass": some(glass=one([None, None, 3, 9]), outcome=one(GlassOutcome), text="x"),
}
KINDS = {str(kind.model_fields["type"].default): kind for kind in COMMANDS}
DELICATE = [
    "record_police",
    "assess_risk",
    "approve",
    "add_incident",
    "waive_stage",
    "suspend",
    "extend_deadline",
    "correct",
    "update_police",
]
DATES = {"deferred_until", "until", "restraining_order_until"}


def settling(level: str) -> dict[str, dict[str, Any]]:
    """All that is done before a case is closed, at the level it has."""
    return {
        "contact_affected": {"outcome": "reached"},
        "assess_risk": {"factors": {}, "level": level, "grade": "low"},
        "approve": {"approved": True},
        "add_evidence": {"text": "x"},
        "decide_protection": {"text": "x"},
        "record_police": {"decision": "not_a_crime", "decline_reason": "other"},
        "agree_support": {"declined": True},
        "update_measure": {"measure": "m1", "state": "ended"},
        "log_follow_up": {"outcome": "reached"},
    }
