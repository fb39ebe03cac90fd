"""Sentences, as a security officer reads them."""

from datetime import UTC, date, datetime

import pytest

from i18n import (
    LANGUAGES,
    explanation_text,
    problem_text,
    refusal_text,
    words,
)
from models.commands import read_command
from models.refusal import BadInput, Problem, Refusal
from models.report import read_report
from models.suspension import Suspension
from models.term import Term
from models.vocabulary.case import Level, Stage
from models.workcalendar import WorkCalendar
from models.worktime import advance, explain
from tests.i18n import codes

SV, EN = (words(language, strict=True) for language in LANGUAGES)
NOON = datetime(2026, 6, 18, 10, 0, tzinfo=UTC)
MARK = "Ellinor Fiktiv"
KNOWN = {"obligation": "first_contact.P7D/2", "kind": "first_contact", "failure": "channel_refused"}
OFFICE = WorkCalendar.model_validate(
    {
        "office_hours": dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], "08:00-17:00"),
        "days_off": {date(2026, 6, 19): "Midsommarafton"},
        "covers": (2026, 2027),
    }
)


@pytest.mark.parametrize(
    "refusal,swedish,english",
    [
        (
            Refusal("criteria_not_met", "type", criteria="quiet_period, obligations_met"),
            "Ärendet kan inte avslutas än: den lugna perioden har inte gått ut; något som ska göras är inte gjort.",
            "The case cannot be closed yet: the quiet period is not over; something that is owed has not been done.",
        ),
        (
            Refusal("stage_not_open", "type", stage=Stage.POLICE),
            "Fasen poliskontakt är inte öppen än. Gör klart fasen före.",
            "The stage police contact is not open. Finish the stage before it.",
        ),
        (
            Refusal("suspension_budget_spent", "until", budget="P30D"),
            "Ärendet får pausas högst 30 dygn sammanlagt. Välj ett tidigare datum.",
            "The case may be suspended 30 days in all. Choose an earlier date.",
        ),
        (
            Refusal("unknown_obligation", "obligation", obligation="follow_up.P7D/2"),
            "Det finns inget öppet åtagande som heter uppföljning med den utsatta. Se listan över vad som ska göras.",
            "Nothing called follow-up with the affected person is owed. See the list of what is to be done.",
        ),
        (
            Refusal("not_allowed", "actor", command="assess_risk"),
            "Din roll i det här ärendet räcker inte för att bedöma risken. Be handläggaren eller säkerhetschefen.",
            "Your role in this case does not allow you to assess the risk. Ask the handler or the head of security.",
        ),
        (Refusal("reason_required", "text", floor=Level.HIGH), "Skriv varför.", "Say why."),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_what_to_do(refusal: Refusal, swedish: str, english: str) -> None:
    assert (refusal_text(refusal, SV), refusal_text(refusal, EN)) == (swedish, english)


def test_every_refusal_in_the_code_can_be_told_with_the_details_it_carries() -> None:
    samples = {"level": "high", "floor": "low", "stage": "risk", "purpose": "relatives", "command": "close"}
    samples |= {"budget": "P30D", "window": "P365D", "obligation": "triage", "criteria": "lesson", "obstacles": "open"}
    for call in codes.calls("Refusal"):
        for code in codes.strings(*call.args[:1]):
            details = {word.arg: samples.get(word.arg, "x-1") for word in call.keywords if word.arg}
            for catalogue in (SV, EN):
                assert "{" not in refusal_text(Refusal(code, "", **details), catalogue)


@pytest.mark.parametrize(
    "command",
    [
        "{",
        "[]",
        '{"type": "sing", "id": "c"}',
        '{"id": "c"}',
        '{"type": "assign", "id": "c"}',
        '{"type": "assign", "id": "c", "handler": "Ej en kod"}',
        '{"type": "assign", "id": "c", "handler": "a", "mood": "good"}',
        '{"type": "assign", "id": "c", "handler": 7}',
        '{"type": "escalate", "id": "c", "rung": 0, "text": "x"}',
        '{"type": "escalate", "id": "c", "rung": "one", "text": ""}',
        '{"type": "add_note", "id": "c", "text": "x", "at": "yesterday"}',
        '{"type": "add_note", "id": "c", "text": "x", "at": "2026-03-03T12:00:00"}',
        '{"type": "approve", "id": "c", "approved": "maybe"}',
        '{"type": "reopen", "id": "c", "reason": "boredom", "level": "extreme"}',
        '{"type": "waive_stage", "id": "c", "stage": "intake", "reason": "r", "text": "x"}',
        '{"type": "assess_risk", "id": "c", "factors": [], "level": "low"}',
        '{"type": "agree_support", "id": "c", "measures": [1]}',
        '{"type": "move_routine", "id": "c", "routine": "new", "text": "x"}',
        '{"type": "update_police", "id": "c", "restraining_order_until": "soon"}',
        '{"type": "update_police", "id": "c", "restraining_order_until": "2026-03-03T12:00:00Z"}',
        '{"type": "block_role", "id": "c", "roles": "hr", "people": ["a"], "text": "x"}',
        '{"type": "add_note", "id": "c", "text": "%s"}' % ("x" * 20_001),
    ],
)
def test_bad_input_has_words_of_our_own_and_never_repeats_what_was_written(command: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_command(command)
    for problem in bad.value.problems:
        assert f"problem.{problem.code}" in SV, problem.code
        assert problem_text(problem, SV).startswith(f"{problem.field}: ")
        assert "Ej en kod" not in problem_text(problem, SV)


def test_a_report_without_a_way_to_reach_the_person_is_answered_in_plain_words() -> None:
    with pytest.raises(BadInput) as bad:
        read_report('{"organisation": "9001", "what": "Ett brev"}', NOON)
    assert [problem_text(p, SV) for p in bad.value.problems] == [
        "input: ange hur vi når dig, eller att rapporten är anonym"
    ]


def test_a_problem_nobody_foresaw_still_has_words() -> None:
    problem = Problem(field="at", code="brand_new", reason="English")
    assert problem_text(problem, SV) == "at: värdet godtas inte"


def test_a_due_time_is_explained_line_by_line() -> None:
    start = datetime(2026, 6, 18, 19, 30, tzinfo=UTC)
    term = Term.parse("2 working days")
    pause = Suspension(
        start=datetime(2026, 6, 22, 6, 0, tzinfo=UTC),
        end=datetime(2026, 6, 22, 15, 0, tzinfo=UTC),
        reason_code="away",
        by="a",
    )
    due = advance(start, term, OFFICE, [pause])
    assert explanation_text(explain(start, term, due, OFFICE, [pause]), SV, extended=True) == [
        "Räknas från tors 18 juni 2026 kl. 21:30",
        "Tid: 2 arbetsdagar",
        "Helg räknas inte: lör 20 juni, sön 21 juni",
        "Utanför kontorstid räknas inte: tors 18 juni 2026 kl. 21:30 – mån 22 juni 2026 kl. 08:00",
        "Helgdag räknas inte: Midsommarafton, fredag 19 juni 2026",
        "Pausad tid räknas inte: mån 22 juni 2026 kl. 08:00 – mån 22 juni 2026 kl. 17:00",
        "Tiden är förlängd genom ett beslut",
        "Ska vara klart ons 24 juni 2026 kl. 17:00",
    ]  # fmt: skip


def test_a_due_time_counted_from_the_meeting_says_so() -> None:
    term = Term.parse("-P14D")
    lines = explanation_text(explain(NOON, term, NOON, OFFICE), EN, relative_to="meeting_day")
    assert lines[0].startswith("Counted from the end of the day of the meeting.")
    assert lines[1] == "Time: 14 days before, day and night"
