"""A term is read from the text of a routine, once, and keeps its own clock."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from models.term import Term


class Duty(BaseModel):
    due: Term


ACCEPTED = [
    ("PT30M", "wall", timedelta(minutes=30)),
    ("PT3S", "wall", timedelta(seconds=3)),
    ("PT0.25S", "wall", timedelta(milliseconds=250)),
    ("PT4H", "wall", timedelta(hours=4)),
    ("P3D", "wall", timedelta(days=3)),
    ("P2W", "wall", timedelta(weeks=2)),
    ("P1DT12H", "wall", timedelta(hours=36)),
    ("-P14D", "wall", timedelta(days=-14)),
    ("1 working day", "working_days", 1),
    ("3 working days", "working_days", 3),
    ("-3 working days", "working_days", -3),
    ("8 working hours", "working_hours", timedelta(hours=8)),
]
REFUSED = [
    *("", "P", "-P", "PT", "P1DT", "P1Y", "P12M", "P1Y2M", "P1W2D", "P0.5D", "PT1.5H", "PT0.1234567S"),
    *("3", "3 days", "3 Working days", "three working days", "3  working days", "1.5 working days", "None"),
    *("P3D ", " P3D", "P3D\n", "+P3D", "--P3D", "P99999999D", "99999 working days", "P٣D", "forever"),
]


@pytest.mark.parametrize("text, clock, amount", ACCEPTED)
def test_a_term_is_read_and_written_back_as_it_stood(text: str, clock: str, amount: timedelta | int) -> None:
    duty = Duty.model_validate({"due": text})
    assert (duty.due.clock, duty.due.amount, duty.due.is_none) == (clock, amount, False)
    assert duty.model_dump() == {"due": text}
    assert Duty.model_validate_json(duty.model_dump_json()) == duty


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_and_the_forms_are_shown(text: str) -> None:
    with pytest.raises(ValidationError, match='write "PT30M"'):
        Duty.model_validate({"due": text})


@pytest.mark.parametrize("value", [3, None, 1.5, timedelta(days=1), b"P3D", ["P3D"]])
def test_only_text_is_read(value: object) -> None:
    with pytest.raises(ValidationError):
        Duty.model_validate({"due": value})


def test_none_means_no_such_duty_and_is_not_a_duty_at_once() -> None:
    assert Term.parse("none").is_none
    assert Term.parse("none") != Term.parse("PT0S")


def test_terms_are_equal_by_clock_and_amount_and_can_be_keys() -> None:
    assert {Term.parse("PT60M"), Term.parse("PT1H")} == {Term.parse("PT3600S")}
    assert Term.parse("1 working day") == Term.parse("1 working days")
    assert Term.parse("P1D") != Term.parse("1 working day")


def test_a_term_in_code_is_accepted_as_it_is() -> None:
    assert Duty(due=Term.parse("P3D")).due == Term.parse("P3D")


def test_the_schema_draws_the_same_line_as_the_reader() -> None:
    schema = TypeAdapter(Term).json_schema()
    assert schema["type"] == "string"
    for text in (*schema["examples"], *(text for text, _, _ in ACCEPTED)):
        assert re.search(schema["pattern"], text), text
    for text in REFUSED:
        assert text.endswith("\n") or not re.search(schema["pattern"], text), text


@given(st.text(alphabet="-PTWDHMS0123456789. workingdayshours", max_size=18))
def test_reading_succeeds_where_the_schema_does_and_else_says_why(text: str) -> None:
    schema = TypeAdapter(Term).json_schema()
    if re.search(schema["pattern"], text):
        assert str(Term.parse(text)) == text
    else:
        with pytest.raises(ValueError, match="not a term"):
            Term.parse(text)
