"""A report as it comes in: what is missing is said by field, and nothing that was written is ever repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.commands import COMMAND_LIMIT, read_command
from models.refusal import BadInput
from models.report import REPORT_LIMIT, Report, read_report, report_schema
from models.vocabulary.case import CaseKind
from models.vocabulary.incident import IncidentKind
from tests.models.cases import MEETING

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = "Majgatan-17"
WHOLE: dict[str, Any] = {"organisation": "9001", "what": "Någon ringde.", "reach": {"telephone": "070-174 06 05"}}


def problems(document: Any) -> dict[str, str]:
    """Field and code of each problem."""
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    with pytest.raises(BadInput) as bad:
        read_report(text, NOW)
    return {problem.field: problem.code for problem in bad.value.problems}


def said(document: Any) -> str:
    """All that is said of it; nothing if it is a report."""
    try:
        read_report(json.dumps(document), NOW)
    except BadInput as bad:
        return f"{bad} {bad.problems!r}"
    return ""


def test_what_happened_and_a_way_to_reach_the_person_are_enough() -> None:
    report = read_report(json.dumps(WHOLE), NOW)
    assert report.what == "Någon ringde."
    assert report.incident().protected_identity == "unknown"
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_nobody_needs_to_be_reached_if_the_report_is_anonymous() -> None:
    assert read_report(json.dumps({"organisation": "9001", "what": "x", "anonymous": True}), NOW).anonymous


@pytest.mark.parametrize("way", ["telephone", "email", "secure_inbox", "other"])
def test_one_way_to_reach_the_person_is_enough(way: str) -> None:
    assert read_report(json.dumps(WHOLE | {"reach": {way: "x"}}), NOW).reach.possible


@pytest.mark.parametrize(
    "wrong, field, code",
    [
        ({"what": None}, "what", "string_type"),
        ({"what": "  "}, "what", "string_too_short"),
        ({"what": "x" * 20_001}, "what", "string_too_long"),
        ({"organisation": "Granvik"}, "organisation", "string_pattern_mismatch"),
        ({"organisation": 9001}, "organisation", "string_type"),
        ({"kind": "rumour"}, "kind", "enum"),
        ({"kinds": ["abuse", "rumour"]}, "kinds.1", "enum"),
        ({"kinds": "abuse"}, "kinds", "tuple_type"),
        ({"danger_now": "yes"}, "danger_now", "bool_type"),
        ({"danger_now": 1}, "danger_now", "bool_type"),
        ({"occurred_from": 0}, "occurred_from", "datetime_type"),
        ({"occurred_from": "yesterday"}, "occurred_from", "datetime_parsing"),
        ({"occurred_from": "2026-03-02T09:00:00"}, "occurred_from", "timezone_aware"),
        ({"occurred_from": "2026-03-02T09:06:00Z"}, "occurred_from", "in_the_future"),
        ({"occurred_to": "2026-03-03T09:00:00Z"}, "occurred_to", "in_the_future"),
        ({"occurred_from": "0001-01-01T00:00:00+12:00"}, "occurred_from", "no_such_time"),
        ({"occurred_from": "9999-12-31T23:59:59-12:00"}, "occurred_from", "no_such_time"),
        ({"meeting_day": 0}, "meeting_day", "date_type"),
        ({"meeting_day": "2026-02-30"}, "meeting_day", "date_parsing"),
        ({"meeting_day": "9999-12-31"}, "meeting_day", "no_such_time"),
        ({"meeting_day": "0001-01-01"}, "meeting_day", "no_such_time"),
        ({"reach": {"telephone": "x" * 301}}, "reach.telephone", "string_too_long"),
        ({"reach": {"fax": "1"}}, "reach.fax", "extra_forbidden"),
        ({"party": "x"}, "party", "extra_forbidden"),
        ({"reach": {}}, "input", "unreachable"),
        ({"reach": {"name": "Anna", "safe_time": "kl. 9"}}, "input", "unreachable"),
        ({"kind": "prevention"}, "input", "no_meeting_day"),
        (
            {"occurred_from": "2026-03-02T08:00:00Z", "occurred_to": "2026-03-02T07:00:00Z"},
            "input",
            "ends_before_start",
        ),
    ],
)
def test_each_thing_wrong_is_named_by_its_field(wrong: dict[str, Any], field: str, code: str) -> None:
    assert problems(WHOLE | wrong) == {field: code}


@pytest.mark.parametrize("document", ["", "{", "[]", "null", "17", '"x"', "{'what': 1}", b"\xff\xfe", "\ud800", "NaN"])
def test_what_is_no_report_at_all_is_said_to_be_none(document: str | bytes) -> None:
    assert list(problems(document)) == ["input"]


def test_a_report_is_refused_by_its_size_before_it_is_read() -> None:
    assert problems(b"x" * (REPORT_LIMIT + 1)) == {"report": "too_large"}
    assert problems("å" * (REPORT_LIMIT // 2 + 1)) == {"report": "too_large"}


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert set(problems({"organisation": 1, "what": "", "reach": 2, "kinds": ["x"], "more": 1})) == {
        "organisation",
        "what",
        "reach",
        "kinds.0",
        "more",
    }


def test_what_just_happened_by_a_clock_that_runs_fast_is_no_future() -> None:
    soon = (NOW + timedelta(minutes=4)).isoformat()
    assert read_report(json.dumps(WHOLE | {"occurred_from": soon}), NOW).occurred_from


@pytest.mark.parametrize("field", sorted(Report.model_fields))
@pytest.mark.parametrize(
    "value", [SECRET, [SECRET], {"a": SECRET}, SECRET * 20_000], ids=["text", "list", "map", "long"]
)
def test_what_somebody_wrote_is_never_repeated_in_an_error(field: str, value: Any) -> None:
    assert SECRET not in said(WHOLE | {field: value})


@pytest.mark.parametrize(
    "document",
    [
        {"type": SECRET, "id": "c"},
        {"type": "triage", "id": SECRET * 9, "outcome": SECRET, "level": SECRET},
        {"type": "assess_risk", "id": "c", "factors": {"A01": SECRET}, "level": "low"},
        {"type": "suspend", "id": "c", "until": SECRET, "reason": SECRET},
        {"type": "waive_stage", "id": "c", "stage": SECRET, "reason": "x", "text": "x"},
    ],
)
def test_what_somebody_wrote_in_a_command_is_never_repeated_in_an_error(document: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        read_command(json.dumps(document))
    assert SECRET not in str(bad.value)
    assert SECRET not in repr(bad.value.problems)


@pytest.mark.parametrize("document", ["", "[]", "{}", b"\xff", "\ud800", '{"type": "tick", "id": "t"}'])
def test_what_is_no_command_is_said_to_be_none(document: str | bytes) -> None:
    with pytest.raises(BadInput):
        read_command(document)


def test_a_command_is_refused_by_its_size_before_it_is_read() -> None:
    with pytest.raises(BadInput) as bad:
        read_command(b" " * (COMMAND_LIMIT + 1))
    assert [(it.field, it.code) for it in bad.value.problems] == [("command", "too_large")]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda it: st.lists(it) | st.dictionaries(st.sampled_from([*Report.model_fields, "x"]), it),
    )
)
def test_whatever_comes_in_is_a_report_or_bad_input(document: Any) -> None:
    said(document)


def test_a_preventive_report_carries_its_meeting_and_its_kind() -> None:
    report = read_report(json.dumps(WHOLE | {"kind": "prevention", "meeting_day": MEETING}), NOW)
    assert report.kind is CaseKind.PREVENTION
    assert report.incident().kinds == (IncidentKind.PREVENTION,)
    assert str(report.incident().meeting_day) == MEETING


def test_the_codes_of_a_report_carry_none_of_its_words() -> None:
    report = read_report(json.dumps(WHOLE | {"what": SECRET, "reach": {"email": SECRET}}), NOW)
    assert SECRET not in report.incident().model_dump_json()


def test_the_schema_is_published_as_json() -> None:
    assert json.loads(report_schema())["title"] == "Report"
