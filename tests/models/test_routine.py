"""A routine with a hole is refused when it is adopted, not found wanting at night."""

from typing import Any

import pytest

from models.events import moments
from models.refusal import BadInput
from models.routine import Routine, read_routine
from models.vocabulary.case import CaseKind, Level
from models.vocabulary.people import Role
from tests.routine import standard


@pytest.fixture
def document() -> dict[str, Any]:
    return standard().model_dump(mode="json")


def holes(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(BadInput) as refused:
        read_routine(document, moments())
    return {problem.field: problem.code for problem in refused.value.problems}


def test_the_standard_routine_has_no_hole(document: dict[str, Any]) -> None:
    assert read_routine(document, moments()).obligations


def test_a_routine_read_back_from_what_is_stored_is_the_same(document: dict[str, Any]) -> None:
    again = Routine.model_validate_json(standard().model_dump_json())
    assert again.ref == standard().ref == read_routine(document, moments()).ref


def test_one_changed_deadline_is_another_routine(document: dict[str, Any]) -> None:
    document["obligations"]["triage"]["due"]["low"] = "2 working days"
    assert read_routine(document, moments()).ref != standard().ref


def test_what_a_routine_does_not_ask_for_is_no_part_of_its_reference(document: dict[str, Any]) -> None:
    asked = {name for name, rule in document["obligations"].items() if "invite" in rule}
    assert asked == {"follow_up"}
    document["obligations"]["triage"]["invite"] = False
    assert read_routine(document, moments()).ref == standard().ref


def test_a_level_without_a_time_is_refused(document: dict[str, Any]) -> None:
    del document["obligations"]["triage"]["due"]["high"]
    del document["obligations"]["follow_up"]["schedule"]["low"]
    assert holes(document) == {"obligations.triage": "level_missing", "obligations.follow_up": "level_missing"}


def test_a_level_without_a_notice_row_or_quiet_period_is_refused(document: dict[str, Any]) -> None:
    for table in (document["notices"]["level"], document["notices"]["prevention"], document["closure"]["quiet"]):
        del table["high"]
    assert holes(document) == {
        "notices.level.high": "nobody_told",
        "notices.prevention.high": "level_missing",
        "closure.quiet.high": "level_missing",
    }


def test_a_level_of_which_nobody_is_told_for_certain_is_refused(document: dict[str, Any]) -> None:
    document["notices"]["level"]["low"] = {"handler": "none", "group_leader": "now if consent"}
    assert holes(document) == {"notices.level.low": "nobody_told"}


def test_roles_that_nobody_holds_are_refused_wherever_they_are_named(document: dict[str, Any]) -> None:
    document["roles"].remove("duty_officer")
    found = holes(document)
    assert set(found.values()) == {"role_not_held"}
    assert {"escalation.ladder.1", "obligations.alarm.owner", "notices.level.acute.duty_officer"} <= found.keys()


def test_nobody_is_a_deputy_for_themselves_and_the_chief_has_one(document: dict[str, Any]) -> None:
    document["notices"]["deputies"] |= {"security_chief": "security_chief"}
    del document["notices"]["deputies"]["security_coordinator"]
    assert holes(document) == {
        "notices.deputies.security_chief": "no_deputy",
        "notices.deputies.security_coordinator": "no_deputy",
    }


def test_moments_that_do_not_exist_are_refused(document: dict[str, Any]) -> None:
    document["obligations"]["triage"] |= {"starts": ["reportd"], "met_by": ["triagd"], "ends_by": ["closd"]}
    document["notices"]["on"]["reportd"] = {"handler": "now"}
    assert set(holes(document).values()) == {"unknown_moment"}
    assert len(holes(document)) == 4


def test_an_obligation_that_nothing_starts_or_meets_is_refused(document: dict[str, Any]) -> None:
    document["obligations"]["triage"] |= {"starts": [], "met_by": []}
    assert holes(document) == {"obligations.triage.starts": "never", "obligations.triage.met_by": "never"}


def test_office_time_at_a_level_that_runs_day_and_night_is_refused(document: dict[str, Any]) -> None:
    document["obligations"]["triage"]["due"]["acute"] = "1 working hour"
    document["obligations"]["follow_up"]["schedule"]["high"] = ["1 working day"]
    assert holes(document) == {
        "obligations.triage.due.acute": "office_time",
        "obligations.follow_up.schedule.high": "office_time",
    }


@pytest.mark.parametrize(
    "change, field",
    [
        ({"due": {"acute": "P1M"}}, "obligations.triage.due.acute"),
        ({"due": None}, "obligations.triage"),
        ({"schedule": {"low": []}}, "obligations.triage"),
        ({"colour": "red"}, "obligations.triage.colour"),
        ({"owner": "king"}, "obligations.triage.owner"),
        ({"stage": "later"}, "obligations.triage.stage"),
        ({"escalation": {"ladder": []}}, "obligations.triage.escalation.ladder"),
        ({"escalation": {"ladder": [["handler"]], "escalate_at": [2.0, 1.0]}}, "obligations.triage.escalation"),
        ({"escalation": {"ladder": [["handler"]], "escalate_at": [0.5]}}, "obligations.triage.escalation"),
        ({"escalation": {"ladder": [["handler"]], "remind_at": [1.0]}}, "obligations.triage.escalation"),
        ({"escalation": {"ladder": [["handler"]], "repeat": "1 working day"}}, "obligations.triage.escalation"),
    ],
)
def test_a_malformed_obligation_is_refused_by_its_key(
    document: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    document["obligations"]["triage"] |= change
    assert field in holes(document)


def test_a_time_of_nothing_is_refused(document: dict[str, Any]) -> None:
    document["obligations"]["triage"]["due"]["low"] = "PT0S"
    assert holes(document) == {"obligations.triage": "not_positive"}


def test_a_cell_of_the_matrix_is_one_of_the_known_forms(document: dict[str, Any]) -> None:
    document["notices"]["level"]["low"]["handler"] = "now if raining"
    assert list(holes(document)) == ["notices.level.low.handler"]


def test_levels_that_suspend_nothing_are_the_standards_upper_two() -> None:
    assert standard().wall_clock_levels == {Level.HIGH, Level.ACUTE}


def test_each_kind_of_case_has_obligations_of_its_own() -> None:
    names = {kind: {name for name, *_ in standard().rules[kind]} for kind in CaseKind}
    assert names[CaseKind.INCIDENT] & names[CaseKind.PREVENTION] == {
        "alarm",
        "information",
        "closing",
        "handover",
        "glass_review",
        "answer_message",
    }


def test_an_alarm_has_a_ladder_of_its_own() -> None:
    assert standard().ladder("alarm")[0] == (Role.DUTY_OFFICER,)
    assert standard().ladder("triage") == standard().escalation.ladder


def test_a_time_for_closing_that_never_ends_is_refused(document: dict[str, Any]) -> None:
    document["closure"]["quiet"]["low"] = "none"
    document["closure"]["notice"] = "none"
    document["suspension_budget"] = "20 working days"
    assert holes(document) == {
        "closure.quiet.low": "endless",
        "closure.notice": "endless",
        "suspension_budget": "not_wall_clock",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Ärende {name}",
        "Ärende {narrative}",
        "Ärende {case.__class__}",
        "Ärende {case[0]}",
        "Ärende {0}",
        "Ärende {}",
        "Ärende {case:>99}",
        "Ärende {case!r}",
        "Ärende {case",
        "Ärende case}",
        "Ärende {{case}}",
        "Ärende {ca{case}se}",
        "Ärende {CASE}",
        "Ärende {due}",
    ],
)
def test_a_text_of_ones_own_that_could_leak_is_refused(document: dict[str, Any], text: str) -> None:
    document["texts"] = {"sv": {"notice.subject.page": text, "obligation.triage": text}}
    assert holes(document) == {
        "texts.sv.notice.subject.page": "leaking_text",
        "texts.sv.obligation.triage": "leaking_text",
    }


@pytest.mark.parametrize("text", ["", "  ", "Ärende\nBcc: x", "Ärende\u2028x", "Ärende\u202ex", "x" * 301])
def test_a_text_of_ones_own_is_one_readable_line(document: dict[str, Any], text: str) -> None:
    document["texts"] = {"sv": {"notice.subject.page": text}}
    assert holes(document) == {"texts.sv.notice.subject.page": "one_line"}


@pytest.mark.parametrize(
    "language,key",
    [
        ("sv", "notice.subject.pager"),
        ("sv", "letter.drill"),
        ("sv", "obligation.tirage"),
        ("sv", "event.reported"),
        ("fi", "notice.subject.page"),
    ],
)
def test_a_text_that_nobody_would_read_is_refused(document: dict[str, Any], language: str, key: str) -> None:
    document["texts"] = {language: {key: "Ring jouren"}}
    assert holes(document) == {f"texts.{language}.{key}": "unknown_text"}


def test_a_text_of_ones_own_keeps_what_the_reader_needs(document: dict[str, Any]) -> None:
    document["texts"] = {"sv": {"letter.link": "Se här", "letter.code.page": "Svara", "notice.owed.due": "Gör {about}"}}
    assert set(holes(document).values()) == {"text_lacks"}
    assert len(holes(document)) == 3


def test_a_municipality_may_word_its_messages_itself(document: dict[str, Any]) -> None:
    own = {"notice.subject.page": "Larm från jouren ({case})", "obligation.triage": "Titta", "role.deputy": "Vikarie"}
    document["texts"] = {"sv": own, "en": {"letter.link": "Go to {link}"}}
    assert read_routine(document, moments()).texts["sv"] == own


def test_a_changed_copy_of_a_routine_is_known_by_a_reference_of_its_own() -> None:
    routine = standard()
    before = routine.ref
    changed = routine.model_copy(update={"version": "annan"})
    assert (changed.ref.version, changed.ref == before) == ("annan", False)
    assert changed.ref == Routine.model_validate_json(changed.model_dump_json()).ref
    assert routine.ref == before
