"""Forms made from commands: every command can be filled in, in words, and what comes back is what was meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pydantic_core import to_json

from i18n import LANGUAGES, words
from models.commands import COMMANDS, read_command
from models.message import Command
from models.refusal import BadInput
from tests.i18n import codes
from tests.web.anything import KNOWN, anything, needs_one
from tests.web.filled import Filled
from tests.web.markup import faults
from web import templating
from web.form import Form
from web.forms.kinds import Kind, shape
from web.forms.sheet import Maker, Option
from web.forms.troubles import troubles
from web.forms.values import document, instant, local, values

HEAD = (
    '<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8"><title>x</title>'
    '<meta name="viewport" content="width=device-width"></head>'
)
WORDS = {language: words(language, strict=True) for language in LANGUAGES}


def rendered(command: Command, language: str = "sv", wrong: dict[str, str] | None = None) -> str:
    maker = Maker(type(command), WORDS[language])
    held = maker.blank(KNOWN) | {name: [] for name in maker.blank(KNOWN)} | values(command)
    if getattr(command, "incident", None) is None:
        held |= {name: text for name, text in maker.blank(KNOWN).items() if name.startswith("incident.")}
    sheet = maker.sheet(held, wrong, KNOWN)
    shown = templating.fragment(
        "case/all_fields.html",
        sheet=sheet,
        t=WORDS[language],
        language=language,
        **templating.helpers(WORDS[language], datetime.now(UTC)),
    )
    return f'{shown}<input type="hidden" name="id" value="{command.id}">'


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name())
def test_what_is_shown_and_sent_back_is_the_same_command(kind: type[Command]) -> None:
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(anything(kind))
    def holds(told: dict[str, Any]) -> None:
        given_fields = {name: one for name, one in told.items() if one is not None} | {"type": kind.name(), "id": "c-1"}
        meant = read_command(to_json(given_fields))
        form = Form(Filled(rendered(meant)).pairs)
        assert read_command(to_json(document(kind, form))) == meant

    holds()


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name())
def test_an_empty_form_names_what_is_missing_and_keeps_what_is_there(kind: type[Command]) -> None:
    maker = Maker(kind, WORDS["sv"])
    form = Form([(name, one) for name, texts in maker.blank(KNOWN).items() for one in texts] + [("id", "c-1")])
    needed = {name for name, field in kind.model_fields.items() if field.is_required()} - {"id", "factors"}
    several = {name for name in needed if shape(kind.model_fields[name]).kind in {Kind.TICKS, Kind.ROWS}}
    needed -= {name for name in several if not needs_one(kind.model_fields[name])}
    try:
        read_command(to_json(document(kind, form)))
    except BadInput as error:
        told = troubles(error, kind, WORDS["sv"])
        assert set(told) == needed
        sheet = maker.sheet(maker.blank(KNOWN), told, KNOWN)
        assert {name for name in needed if name in sheet and sheet[name].trouble} == needed
    else:
        assert needed == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_every_command_has_its_words(language: str) -> None:
    makers = {kind.name(): Maker(kind, WORDS[language]) for kind in COMMANDS}
    assert [f"{command}.{name}" for command, name in codes.fields() if not makers[command].text(name)] == []
    assert [name for name in makers if f"deed.{name}" not in WORDS[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name())
def test_every_form_is_valid_with_and_without_troubles(kind: type[Command], language: str) -> None:
    maker = Maker(kind, WORDS[language], {"factors": [Option("A01", "Våld")]})
    for wrong in ({}, dict.fromkeys(kind.model_fields, "Fel")):
        text = templating.fragment(
            "case/all_fields.html",
            sheet=maker.sheet(maker.blank(KNOWN), wrong, KNOWN),
            t=WORDS[language],
            **templating.helpers(WORDS[language], datetime.now(UTC)),
        )
        assert faults(f"{HEAD}<body><form>{text}</form></body></html>") == []


def test_a_trouble_stands_at_the_nearest_field_there_is() -> None:
    kind = {one.name(): one for one in COMMANDS}["agree_support"]
    maker = Maker(kind, WORDS["sv"])
    held = {"measures.0.kind": ["guard"], "measures.0.owner": ["hr"]}
    sheet = maker.sheet(held, {"measures.0.kind": "Samtycke behövs", "measures.7.x.y": "Konstigt", "type": "Inte nu"})
    assert [field.trouble for row in sheet["measures"].rows for field in row if field.trouble] == ["Samtycke behövs"]
    assert [where for where, _ in sheet.wrong] == ["f-measures-0-kind", "f-measures", ""]


def test_a_row_without_a_name_is_named_after_what_it_is_and_an_empty_one_is_none() -> None:
    kind = {one.name(): one for one in COMMANDS}["agree_support"]
    pairs = [("measures.0.kind", "guard"), ("measures.0.owner", "hr"), ("measures.0.state", "offered")]
    pairs += [
        ("measures.1.kind", "guard"),
        ("measures.1.owner", "hr"),
        ("measures.2.kind", ""),
        ("measures.2.state", "offered"),
    ]
    found = document(kind, Form([*pairs, ("id", "c")]), {"guard"})
    assert [row["id"] for row in found["measures"]] == ["guard-2", "guard-3"]


@pytest.mark.parametrize("written", ["2026-07-01T14:05", "2026-12-01T14:05:30"])
def test_times_are_swedish(written: str) -> None:
    assert local(datetime.fromisoformat(instant(written))) == written


@pytest.mark.parametrize("nonsense", ["igår", "2026-13-45T99:99", "", "0000-00-00T00:00"])
def test_what_is_no_time_stays_so_that_it_can_be_named(nonsense: str) -> None:
    assert instant(nonsense) == nonsense


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    assert instant("2026-10-25T02:30") == "2026-10-25T00:30:00+00:00"


def test_a_field_that_is_not_for_this_case_is_shown_only_where_something_stands_in_it() -> None:
    kind = {one.name(): one for one in COMMANDS}["triage"]
    maker = Maker(kind, WORDS["sv"], hidden=frozenset({"grade"}))
    assert "grade" not in maker.sheet(maker.blank())
    assert "grade" in maker.sheet({"grade": ["low"]})
    assert not re.search(r"\bgrade\b", " ".join(maker.sheet(maker.blank()).fields))


def test_a_group_that_nobody_changed_is_not_sent_and_a_changed_one_is() -> None:
    kind = {one.name(): one for one in COMMANDS}["triage"]
    meant = read_command(to_json({"type": "triage", "id": "c", "outcome": "open", "level": "low"}))
    pairs = Filled(rendered(meant)).pairs
    assert "incident" not in document(kind, Form(pairs))
    changed = document(kind, Form([*pairs, ("incident.kinds", "stalking")]))
    assert changed["incident"]["kinds"] == ["stalking"]


def test_half_an_hour_ago_is_half_an_hour_ago() -> None:
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert datetime.fromisoformat(instant(local(now - timedelta(minutes=30)))) == now - timedelta(minutes=30)
