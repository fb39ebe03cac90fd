"""Where a reply code stands in what a person wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.acceptance import CODE_ALPHABET, CODE_LENGTH, codes_in

CODE = "K7W3PX"


@given(st.text(CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH), st.text(max_size=40), st.text(max_size=40))
def test_a_code_that_stands_as_a_word_is_found(code: str, before: str, after: str) -> None:
    assert code in codes_in(f"{before}\n{code}\n{after}")


@given(st.text(max_size=200))
def test_no_code_is_found_that_is_not_one(text: str) -> None:
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in codes_in(text))


def test_a_code_is_likelier_than_an_ordinary_word() -> None:
    assert codes_in(f"Tackar, {CODE.lower()}")[0] == CODE
    assert codes_in("Tackar, KWKWKW")[0] == "KWKWKW"
    assert codes_in("Jag tar det.") == ()
