"""A file is what is in it, whatever it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.media import lies, sniff
from tests.desk.files import FILES, HTML, PNG, PROGRAM


@pytest.mark.parametrize("media,content", FILES.items())
def test_a_file_is_known_by_how_it_begins(media: str, content: bytes) -> None:
    assert sniff(content) == media


@given(st.binary(max_size=300))
def test_whatever_it_is_it_is_called_something(head: bytes) -> None:
    assert "/" in sniff(head)
    assert not lies("", sniff(head))


@pytest.mark.parametrize(
    "name,content,lie",
    [
        ("foto.png", PNG, False),
        ("foto.jpg", PNG, False),
        ("FOTO.PNG", HTML, True),
        ("foto.png", PROGRAM, True),
        ("brev.pdf", HTML, True),
        ("brev.pdf", FILES["application/pdf"], False),
        ("sida.html", HTML, False),
        ("film.mp4", PNG, True),
        ("anteckning.txt", HTML, True),
        ("anteckning.txt", FILES["text/plain"], False),
        ("utan ändelse", HTML, False),
        ("foto.png", FILES["application/octet-stream"], False),
    ],
)
def test_a_name_that_says_another_kind_is_a_lie_and_one_that_says_nothing_is_not(
    name: str, content: bytes, *, lie: bool
) -> None:
    assert lies(name, sniff(content)) is lie
