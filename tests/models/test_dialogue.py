"""Messages both ways with whoever holds a receipt code; they see nothing, and are never left without an answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from models.commands import COMMANDS
from models.message import Actor
from models.outside import AFFECTED, INFORMANT, OUTSIDE, RESERVED, Holder, PersonCode
from models.possible import possible
from models.refusal import Refusal
from models.sight import Sight, sight
from models.vocabulary.case import CaseKind
from models.vocabulary.people import Role
from tests.models.cases import DIGEST, answer, closed, command, opened, person, proposal, refusal, registered, reported
from tests.models.life import COORDINATOR, DEPUTY, Life
from tests.reports import a_report
from workflows.proposal import NOBODY

HER = Holder("r1", Role.AFFECTED).actor("9001")
FOR_HER = Holder("r1", Role.REPORTER).actor("9001")


def does(life: Life, who: Actor, what: str, **fields: object) -> list[str]:
    """Let somebody outside act; the types of what happened."""
    events = proposal(life, who, command(what, **fields))
    life.case = life._live(events, life.case)
    return [event.type for event in events]


def writes(life: Life, who: Actor = HER, report: str = "r1") -> Life:
    does(life, who, "write_message", report=report, text="Vad händer nu?")
    return life


def refused(life: Life, who: Actor, what: str, **fields: object) -> str:
    return refusal(lambda: proposal(life, who, command(what, **fields)))


def may(life: Life, who: Actor) -> set[str]:
    return {kind.name() for kind in possible(life.case, who, life.routine, life.now)}


def test_the_affected_person_may_write_ask_for_help_consent_and_bring_evidence() -> None:
    assert may(opened(), HER) == {"write_message", "ask_help", "give_consent", "add_evidence"}
    assert "withdraw_consent" in may(opened().does("give_consent", purpose="relatives"), HER)


def test_who_reported_for_somebody_else_may_write_and_bring_evidence_alone() -> None:
    assert may(opened(), FOR_HER) == {"write_message", "add_evidence"}


@pytest.mark.parametrize("who", [HER, FOR_HER])
def test_nothing_else_is_ever_allowed(who: Actor) -> None:
    every = {kind.name() for kind in COMMANDS}
    shown = set().union(*(may(life, who) for life in (reported(), opened("acute"), registered(), closed())))
    assert shown < every
    assert shown & {"add_note", "triage", "close", "reopen", "acknowledge", "break_glass", "answer_message"} == set()


@pytest.mark.parametrize("who", [HER, FOR_HER])
def test_they_see_nothing_of_the_case_itself(who: Actor) -> None:
    for life in (reported(), opened("acute"), closed(), reported(kind="prevention")):
        assert sight(who, life.case, life.now) is Sight.NOTHING


def test_in_another_organisation_there_is_no_such_case_for_them() -> None:
    stranger = Holder("r1", Role.AFFECTED).actor("9002")
    assert refused(opened(), stranger, "write_message", report="r1", text="x") == "unknown_case case"


@pytest.mark.parametrize("code", OUTSIDE)
def test_it_takes_code_and_role_together(code: str) -> None:
    impostor = Actor(id=code, organisation="9001", roles=frozenset({Role.REGISTRAR}))
    assert refused(opened(), impostor, "write_message", report="r1", text="x") == "not_allowed actor"
    other = person("eva", OUTSIDE[code])
    assert refused(opened(), other, "write_message", report="r1", text="x") == "unknown_case case"


def test_they_are_somebody_else_than_the_engines_own_and_their_clicks_are_remembered() -> None:
    assert NOBODY.isdisjoint(OUTSIDE)
    assert NOBODY | OUTSIDE.keys() == RESERVED


@pytest.mark.parametrize("code", sorted(RESERVED))
def test_nobody_in_the_directory_has_such_a_code(code: str) -> None:
    with pytest.raises(ValidationError, match="means somebody else"):
        TypeAdapter(PersonCode).validate_python(code)


def test_a_protected_identity_and_jav_do_not_shut_out_the_person_themselves() -> None:
    life = reported(protected_identity="yes").does("assign", "security_chief", handler="anna")
    life.does("block_role", "security_chief", people=["bo"], roles=["deputy"], text="Är inblandad.")
    assert does(life, HER, "write_message", report="r1", text="x") == ["message_received"]


def test_one_writes_about_ones_own_report_alone() -> None:
    assert refused(opened(), HER, "write_message", report="r9", text="x") == "unknown_report report"
    assert refused(opened(), HER, "ask_help", report="r9", wishes=["support"]) == "unknown_report report"


def test_that_there_is_nothing_to_secure_is_for_us_to_say() -> None:
    life = opened()
    assert refused(life, HER, "add_evidence", text="Inget.") == "evidence_required evidence"
    assert does(life, HER, "add_evidence", evidence="b1", digest=DIGEST) == ["evidence_added"]


def test_the_handler_hears_at_once_or_who_has_the_case_until_there_is_one() -> None:
    assert writes(opened()).told() == {COORDINATOR: "now"}
    life = opened().does("assign", handler="anna")
    assert writes(life).told() == {"handler": "now"}
    does(life, HER, "ask_help", report="r1", wishes=["support", "police"])
    assert life.told() == {"handler": "now"}


@pytest.mark.parametrize(
    "level,due",
    [("acute", "2026-03-02 11:00"), ("high", "2026-03-02 14:00"), ("raised", "2026-03-03 10:00")],
)
def test_an_answer_is_owed_by_the_level(level: str, due: str) -> None:
    assert writes(opened(level)).due("answer_message") == due


@pytest.mark.parametrize(
    "what,fields",
    [
        ("answer_message", {"text": "Vi ringer i eftermiddag."}),
        ("contact_affected", {"outcome": "reached"}),
        ("log_follow_up", {"outcome": "reached"}),
    ],
)
def test_writing_back_or_talking_is_an_answer(what: str, fields: dict[str, str]) -> None:
    life = writes(opened()).at(timedelta(minutes=5)).does(what, **fields)
    assert "answer_message" not in life.owing()
    assert life.case.unanswered == {}


def test_a_call_that_nobody_took_is_none() -> None:
    life = writes(opened()).at(timedelta(minutes=5)).does("contact_affected", outcome="not_reached")
    assert "answer_message" in life.owing()


def test_two_who_have_written_are_both_answered() -> None:
    life = writes(opened().does("merge_report", report="r2"))
    writes(life.at(timedelta(minutes=5)), Holder("r2", Role.REPORTER).actor("9001"), "r2")
    life.at(timedelta(minutes=5)).does("answer_message", text="Till den som väntat längst.")
    assert life.case.unanswered.keys() == {"r2"}
    assert "answer_message" in life.owing()
    life.at(timedelta(minutes=5)).does("answer_message", report="r2", text="Tack.")
    assert "answer_message" not in life.owing()


def test_whose_report_left_the_case_is_answered_all_the_same() -> None:
    life = writes(opened().does("merge_report", report="r2"), Holder("r2", Role.REPORTER).actor("9001"), "r2")
    life.does("merge_report", report="r2", unmerge=True).at(timedelta(minutes=5)).does("answer_message", text="Tack.")
    assert life.case.unanswered == {}


def test_we_may_write_unasked() -> None:
    life = opened().does("answer_message", text="Vi söker dig.")
    assert life.events[-1].data.model_dump()["report"] == "r1"
    assert answer(opened(), "answer_message", report="r9", text="x") == "unknown_report report"


def test_after_closing_one_may_still_write_and_is_answered_in_time() -> None:
    life = writes(closed())
    assert may(life, HER) >= {"write_message", "ask_help"}
    assert life.owing() == {"answer_message"}
    life.at(timedelta(days=3)).tick()
    assert life.events[-1].type == "escalated"
    life.does("answer_message", text="Vi öppnar ärendet igen.")
    assert life.owing() == set()


def test_a_message_that_waits_survives_a_reopening() -> None:
    life = writes(closed()).at(timedelta(minutes=5)).does("reopen", reason="affected_asks", level="low")
    assert "answer_message/2" in life.owing()
    assert life.named("answer_message/2").started == life.now - timedelta(minutes=5)


def test_a_case_is_not_closed_over_a_message_that_waits() -> None:
    life = writes(closed().does("reopen", reason="affected_asks", level="low"))
    life.does("propose_closure", reason="quiet_period", affected_informed=True, lesson="Inget.")
    with pytest.raises(Refusal, match="obligations_met"):
        life.does("close", reason="quiet_period")


def test_the_deputy_may_answer_and_the_registrar_may_not() -> None:
    assert answer(writes(opened()), "answer_message", "registrar", text="x") == "not_allowed actor"
    assert writes(opened()).does("answer_message", DEPUTY, text="Hej.").case.unanswered == {}


@pytest.mark.parametrize(
    "fields,role",
    [
        ({}, Role.AFFECTED),
        ({"for_another": True}, Role.REPORTER),
        ({"affected_known": False}, Role.REPORTER),
        ({"kind": CaseKind.PREVENTION, "meeting_day": date(2026, 4, 20)}, Role.REPORTER),
    ],
)
def test_only_who_reported_for_themselves_is_the_affected_person(fields: dict[str, object], role: Role) -> None:
    holder = Holder.of("r1", a_report(**fields))
    assert holder == ("r1", role)
    assert holder.actor("9001").id == {Role.AFFECTED: AFFECTED, Role.REPORTER: INFORMANT}[role]
