"""What may be asked for, and what picks out people and is refused (domain §0.11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusal import Refusal
from models.search import MOST, Number, Question, narratives, read_question, words_of
from models.sensitive import EXACT, ROOTS, is_sensitive
from models.stages.casework import AddNote
from models.stages.police import RecordPolice
from models.vocabulary.police import PoliceDecision


@pytest.mark.parametrize(
    "text, number",
    [
        ("9001-FV-2026-00012", Number(12, "9001", "FV", 2026)),
        ("90-fb-2026-00012", Number(12, "90", "FB", 2026)),
        ("FV-2026-12", Number(12, None, "FV", 2026)),
        ("2026-12", Number(12, None, None, 2026)),
        ("00012", Number(12)),
        ("«OV-3».", Number(3, None, "OV")),
    ],
)
def test_a_part_of_a_case_number_is_enough(text: str, number: Number) -> None:
    assert read_question(text) == Question((number,))
    assert read_question(f"brevet {text}") == Question((number,), ("brevet",))


@pytest.mark.parametrize(
    "text",
    [
        "M",
        "(S)",
        "sd kommunalråd",
        "Moderaterna",
        "socialdemokraten",
        "Miljöpartiet",
        "Granvikspartiets ordförande partister Granvikspartister",
        "muslimer",
        "judehat",
        "frikyrkan",
        "romer",
        "kurdisk",
        "HBTQ",
        "homosexuell",
        "sexuell läggning",
        "cancer",
        "Sjukskriven",
        "gravid",
        "funktionsnedsättning",
        "hot mot muslimsk ledamot",
        "\N{FULLWIDTH LATIN CAPITAL LETTER S}\N{FULLWIDTH LATIN CAPITAL LETTER D}",
    ],
)
def test_a_trait_of_people_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="sensitive_search") as told:
        read_question(text)
    assert text not in str(told.value)


@pytest.mark.parametrize(
    "text", ["nätdrev", "moderator", "partiet", "parti", "sjukhus", "SVT:s", "judo", "romanen", "transport", "kritisk"]
)
def test_a_harmless_word_that_looks_like_one_is_not(text: str) -> None:
    assert not read_question(text).numbers


def test_words_that_stand_in_everything_numbers_of_people_and_signs_are_not_asked_for() -> None:
    assert read_question("och i the, 070-123 45 67 !?") == Question((Number(45), Number(67)))
    assert read_question("19700101-1234").words == ()
    assert words_of("Han ringde från 070-1234567 och skrek: «Jag vet var du bor!» 19700101-1234") == {
        "ringde",
        "skrek",
        "vet",
        "bor",
    }
    assert len(read_question(" ".join(f"ord{chr(97 + n)}x" for n in range(20))).words) == MOST


@given(st.text())
def test_whatever_is_asked_is_answered_or_refused(text: str) -> None:
    try:
        question = read_question(text)
    except Refusal:
        return
    assert not any(map(is_sensitive, question.words))


@given(st.sampled_from(sorted(EXACT | set(ROOTS))))
def test_what_is_refused_is_never_indexed(word: str) -> None:
    assert words_of(f"Hotet gällde {word.upper()} personer") == {"hotet", "gällde", "personer"}


def test_all_that_people_wrote_is_found_in_a_command_and_no_code() -> None:
    assert list(narratives(AddNote(id="n1", text="Ett brev kom."))) == ["Ett brev kom."]
    told = RecordPolice(id="p1", decision=PoliceDecision.CONSULTED, text="Anmält i dag.", reference="5000-K1-26")
    assert set(narratives(told)) == {"Anmält i dag.", "5000-K1-26"}
