"""What the page of a receipt code says: what is on its lists, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.case import IncidentFacts
from models.events import moments
from models.outside import Holder
from models.own_view import ENDINGS, PROMISES, STEPS, OwnView, advice, own_view
from models.refusal import Refusal
from models.vocabulary.incident import IncidentChannel, Wish
from models.vocabulary.own import OwnAdvice, OwnEnding, OwnPromise, OwnStep
from models.vocabulary.people import ConsentPurpose, Role
from tests.models.cases import DIGEST, assessed, closed, opened, reported
from tests.models.life import CHIEF, Life, local
from tests.models.test_dialogue import does, writes

HER = Holder("r1", Role.AFFECTED)
FOR_HER = Holder("r1", Role.REPORTER)
SECRET = "Ellinor Fiktiv"


def seen(life: Life, holder: Holder = HER) -> OwnView:
    return own_view(life.case, life.events, life.routine, life.now, holder)


def done(life: Life, holder: Holder = HER) -> list[str]:
    return [one.code.value for one in seen(life, holder).done]


def a_long_life() -> Life:
    """Everything that officers can write, they write her name in."""
    life = opened("high").does("assign", CHIEF, handler="anna")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("contact_affected", {"outcome": "reached"}),
        ("add_note", {}),
        ("add_evidence", {"evidence": "b1", "digest": DIGEST}),
        ("ask_information", {"task": "t1"}),
        ("assess_risk", {"factors": {"A05": "yes"}, "level": "high"}),
        ("decide_protection", {"measures": ["personal_alarm"]}),
        ("record_police", {"decision": "reported_by_organisation", "reference": "5000-K1-26"}),
        ("update_police", {"status": "discontinued"}),
        ("agree_support", {"measures": [{"id": "samtal", "kind": "counselling", "owner": "occupational_health"}]}),
        ("log_follow_up", {"outcome": "reached"}),
        ("block_role", {"people": ["bo"]}),
        ("propose_closure", {"reason": "quiet_period", "affected_informed": True, "lesson": SECRET}),
    ]
    for what, fields in steps:
        life.at(timedelta(hours=1)).does(what, text=SECRET, **fields)
    return life.does("approve", CHIEF, approved=True, text=SECRET)


def test_it_tells_in_order_what_has_been_done() -> None:
    assert done(a_long_life()) == [
        "received",
        "read",
        "handler",
        "contacted",
        "evidence",
        "assessed",
        "protection",
        "police_reported",
        "police_checked",
        "support_agreed",
        "followed_up",
        "closing_told",
    ]


def test_not_a_word_that_officers_wrote_is_in_it_but_for_what_they_wrote_to_the_person() -> None:
    life = a_long_life()
    assert SECRET in str([event.model_dump() for event in life.events])
    assert SECRET not in str(seen(life))
    life.does("answer_message", text="Vi ringer i morgon.")
    assert [(one.ours, one.text) for one in seen(life).messages] == [(True, "Vi ringer i morgon.")]


@pytest.mark.parametrize("hidden", ["level", "factors", "floor", "anna", "bo", "b1", "t1", "5000-K1-26", "high"])
def test_neither_level_nor_names_nor_numbers_are_in_it(hidden: str) -> None:
    shown = seen(a_long_life())
    told = [str(one.code) for one in shown.done] + [str(shown.promised), str(shown.messages), str(shown.ended)]
    assert hidden not in " ".join(told).split()


def test_who_reported_for_another_is_told_that_it_came_in_and_nothing_more() -> None:
    life = a_long_life()
    shown = seen(life, FOR_HER)
    assert [one.code for one in shown.done] == [OwnStep.RECEIVED]
    assert (shown.promised, shown.consents, shown.ended, shown.advice) == (None, frozenset(), None, ())
    assert shown.may == {"write_message", "add_evidence"}
    assert seen(closed(), FOR_HER).ended is None


def test_each_sees_their_own_messages_alone() -> None:
    life = writes(opened().does("merge_report", report="r2"))
    life.does("answer_message", report="r2", text="Tack för rapporten.")
    assert [one.text for one in seen(life).messages] == ["Vad händer nu?"]
    assert [one.text for one in seen(life, Holder("r2", Role.REPORTER)).messages] == ["Tack för rapporten."]


def test_a_report_that_was_merged_came_in_when_it_was() -> None:
    life = opened().at("2026-03-05 12:00").does("merge_report", report="r2")
    assert [one.at for one in seen(life, Holder("r2", Role.REPORTER)).done] == [local("2026-03-05 12:00")]


def test_whose_report_left_the_case_sees_it_no_more() -> None:
    life = opened().does("merge_report", report="r2").does("merge_report", report="r2", unmerge=True)
    with pytest.raises(Refusal, match="unknown_case"):
        seen(life, Holder("r2", Role.AFFECTED))


def promised(life: Life, holder: Holder = HER) -> tuple[str, str, bool] | None:
    found = seen(life, holder).promised
    return (found.code.value, f"{found.due:%d %H:%M}", found.late) if found else None


def test_the_next_promise_is_the_earliest_that_is_owed_to_the_person() -> None:
    life = opened("high")
    assert promised(life) == ("contact", "02 13:00", False)
    life.does("contact_affected", outcome="reached")
    assert promised(life) == ("support", "04 09:00", False)
    life.does("agree_support", declined=True)
    assert promised(life) == ("follow_up", "05 09:00", False)
    assert promised(writes(life.at("2026-03-02 10:01"))) == ("answer", "02 13:01", False)
    assert promised(life.at("2026-03-02 14:30")) == ("answer", "02 13:01", True)


def test_what_the_organisation_owes_itself_is_no_promise() -> None:
    life = opened("high")
    named = {one.kind for one in life.owed() if set(one.rule.met_by) <= PROMISES.keys()}
    assert named == {"first_contact", "support_plan", "follow_up"}


def test_whoever_reported_for_another_is_promised_an_answer_and_no_more() -> None:
    life = opened("high")
    assert promised(life, FOR_HER) is None
    assert promised(writes(life), FOR_HER) == ("answer", "02 13:00", False)


def test_an_answer_owed_to_another_is_no_promise_to_this_one() -> None:
    life = opened().does("merge_report", report="r2").does("contact_affected", outcome="reached")
    life.at(timedelta(minutes=1))
    does(life, Holder("r2", Role.REPORTER).actor("9001"), "write_message", report="r2", text="Hej.")
    assert promised(life) == ("support", "09 09:00", False)


def test_consents_and_the_help_that_was_asked_for_last() -> None:
    life = opened().does("give_consent", purpose="relatives")
    does(life, HER.actor("9001"), "ask_help", report="r1", wishes=["support"])
    does(life, HER.actor("9001"), "ask_help", report="r1", wishes=["police", "protection"], text="Och hem.")
    shown = seen(life)
    assert shown.consents == {ConsentPurpose.RELATIVES}
    assert shown.wishes == (Wish.POLICE, Wish.PROTECTION)
    assert [one.text for one in shown.messages] == ["", "Och hem."]
    assert "withdraw_consent" in shown.may


def test_a_closed_case_says_so_and_why_in_words_of_its_own() -> None:
    shown = seen(closed())
    assert shown.ended is not None
    assert shown.ended.code is OwnEnding.QUIET
    assert done(closed())[-1] == "closed"
    assert shown.may == {"write_message", "ask_help"}
    again = closed().does("reopen", reason="affected_asks", level="low")
    assert (seen(again).ended, done(again)[-1]) == (None, "reopened")


@pytest.mark.parametrize("reason", ["false_alarm", "duplicate", "misregistered", "deceased"])
def test_how_we_judged_is_not_told_when_a_case_is_closed_at_once(reason: str) -> None:
    life = opened("low").does("propose_closure", reason=reason).does("close", CHIEF, reason=reason)
    ended = seen(life).ended
    assert ended is not None
    assert ended.code is OwnEnding.OTHER


def test_that_nothing_was_there_to_secure_is_not_called_evidence() -> None:
    assert "evidence" not in done(opened().does("add_evidence", text="Inget."))


def test_a_broken_glass_a_correction_and_a_second_opinion_are_not_told() -> None:
    life = assessed("high", "A05").does("correct", corrects=1, text="Fel kod.")
    life.does("break_glass", "chief_executive", text="Brådskande.")
    assert done(life) == ["received", "read", "assessed"]


def test_in_a_preventive_case_there_is_nobody_to_tell_more_than_that_it_came_in() -> None:
    life = reported(kind="prevention")
    assert done(life, Holder("r1", Role.REPORTER)) == ["received"]


@pytest.mark.parametrize(
    "channels,left_out",
    [
        ((), set()),
        (("unknown",), set()),
        (("email",), {OwnAdvice.BAG_LETTERS, OwnAdvice.FINGERPRINTS}),
        (("letter",), {OwnAdvice.KEEP_DIGITAL}),
        (("letter", "social_media"), set()),
        (("in_person",), {OwnAdvice.BAG_LETTERS, OwnAdvice.FINGERPRINTS, OwnAdvice.KEEP_DIGITAL}),
    ],
)
def test_advice_fits_the_way_it_came(channels: tuple[str, ...], left_out: set[OwnAdvice]) -> None:
    given = advice(IncidentFacts(channels=tuple(map(IncidentChannel, channels))))
    assert set(OwnAdvice) - set(given) == left_out


def test_every_code_of_the_page_can_come_about() -> None:
    assert set(STEPS.values()) == set(OwnStep)
    assert set(PROMISES.values()) == set(OwnPromise)
    assert {*ENDINGS.values(), OwnEnding.OTHER} == set(OwnEnding)
    assert STEPS.keys() | PROMISES.keys() <= moments()
