"""The catalogues are whole, hold nothing else, and keep the tone (domain §12)."""

import re
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core.core_schema import ErrorType

from i18n import LANGUAGES, Words, words
from i18n.catalogue import Text
from models.events import FACTS
from tests import house
from tests.i18n import codes

SV, EN = (words(language, strict=True) for language in LANGUAGES)


def texts(catalogue: Words) -> dict[str, Text]:
    return dict(catalogue._texts)


def placeholders(text: Text) -> set[str]:
    forms = (text,) if isinstance(text, str) else text
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    assert {key: placeholders(text) for key, text in texts(SV).items()} == {
        key: placeholders(text) for key, text in texts(EN).items()
    }


@pytest.mark.parametrize(
    "found",
    [
        codes.labels,
        codes.routine_names,
        codes.refusals,
        codes.own_problems,
        codes.criteria,
        codes.failures,
        codes.findings,
        codes.sentences,
        codes.asked,
    ],
)
def test_every_code_somebody_may_have_to_read_has_a_text(found: Any) -> None:
    assert found(), "the search found nothing: it no longer understands the code"
    assert found() - set(texts(SV)) == set()


def test_no_text_stands_in_two_files() -> None:
    for language in LANGUAGES:
        files = (house.text(path) for path in house.tracked(f"i18n/{language}/*.po"))
        keys = re.findall(r'^msgid "(.+)"', "\n".join(files), re.MULTILINE)
        assert sorted(keys) == sorted(set(keys))


def test_no_text_is_left_over() -> None:
    used = (
        codes.labels()
        | codes.routine_names()
        | codes.refusals()
        | codes.own_problems()
        | codes.criteria()
        | codes.failures()
        | codes.findings()
        | codes.sentences()
        | {f"problem.{error}" for error in get_args(ErrorType)}
        | codes.literals()
        | codes.mentioned()
        | codes.pages()
        | codes.forms()
    )
    # The command line chooses among its own by what follows the dot.
    left = {
        key
        for key in texts(SV)
        if not ({key} | set(key.split(".")[-1:] if key[:4] == "cli." else [])) & used and key[:6] != "event."
    }
    assert left == set()


def test_every_kind_of_event_has_a_line_and_no_line_is_left_over() -> None:
    keys = [key.split(".") for key in texts(SV) if key.startswith("event.")]
    assert {key[1] for key in keys} == codes.event_types()
    variants = {key[2] for key in keys if len(key) > 2}
    assert variants - codes.literals() == set()


def test_no_line_of_the_timeline_asks_for_what_people_wrote() -> None:
    for fact in FACTS:
        known = {*fact.model_fields, "version"} - codes.narrative(fact)
        for key, text in texts(SV).items():
            if key.split(".")[:2] == ["event", fact.name()]:
                assert placeholders(text) <= known, key


def test_no_other_text_has_a_place_for_what_people_wrote() -> None:
    models = {thing for module in codes.MODULES for thing in vars(module).values() if isinstance(thing, type)}
    written = {name for model in models if issubclass(model, BaseModel) for name in codes.narrative(model)}
    assert {"text", "lesson", "reference", "what", "name", "telephone"} <= written
    found = {key: placeholders(text) & (written | {"reach"}) for key, text in texts(SV).items() if key[:6] != "event."}
    assert {key: names for key, names in found.items() if names} == {}


def test_a_report_to_us_and_a_police_report_are_never_both_called_anmalan() -> None:
    spoken = [word for text in texts(SV).values() for word in re.findall(r"\w*anmäl\w*", "".join(text).lower())]
    assert {word for word in spoken if not word.startswith("polisanmäl")} == set()


def test_nobody_is_called_a_victim() -> None:
    assert [key for key, text in texts(SV).items() if re.search(r"\b(brotts)?offret\b|\boffer\b", "".join(text))] == []
    assert [key for key, text in texts(EN).items() if "victim" in "".join(text) and key != "role.victim_support"] == []


def test_no_text_promises_secrecy() -> None:
    assert [key for key, text in texts(SV).items() if re.search(r"garanter|lovar|helt hemlig", "".join(text))] == []


def test_a_missing_text_is_an_error_in_tests_and_the_code_itself_on_the_screen() -> None:
    with pytest.raises(KeyError, match=r"level\.unheard_of"):
        SV.code("level", "unheard_of")
    assert words("sv").code("level", "unheard_of") == "unheard_of"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(KeyError, match="fi"):
        words("fi")


def test_an_organisation_may_have_its_own_names_of_codes() -> None:
    local = SV.local({"sv": {"obligation.alarm": "Ring jouren"}})
    assert local.code("obligation", "alarm") == "Ring jouren"
    assert local.code("level", "high") == "Hög"
    assert EN.local({"sv": {"obligation.alarm": "Ring jouren"}}).code("obligation", "alarm") != "Ring jouren"
