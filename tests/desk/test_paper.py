"""Papers: accessible, made to last, set with fonts that typst brings; what people wrote is printed and never run."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from desk import paper as papers
from desk.paper import Paper, Quote, Row, Section, pdf, printable
from i18n import words

SV = words("sv", strict=True)
MADE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NUMBER = {"#1": "1", "#2": "1"}


def a_paper(said: str = "Åsa såg en bil på ön.") -> Paper:
    rows = (Row("Namn", "Åke Ödmård"), Row("Telefon"), Row("Summa", "ab" * 32, mono=True))
    section = Section("Händelsen", ("Så här.",), (Quote("Rapport", said),), (rows,), ("Ett", "Två"))
    return Paper("Ett papper", "Granviks kommun", "Ärende", "Sida #1 av #2", "(tomt)", (section,), ("Läs.",))


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document), strict=True)


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(document).pages)


def tags(element: object) -> set[str]:
    """Kinds of structure elements, all the way down."""
    if isinstance(element, list):
        return set().union(*map(tags, element))
    if not isinstance(element, DictionaryObject):
        return set()
    below = element.get("/K")
    found = tags(below.get_object() if below is not None else None)
    if isinstance(below, list):
        found = set().union(*(tags(one.get_object()) for one in below))
    return found | ({str(element["/S"])} if "/S" in element else set())


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_pdf_a_2a_and_pdf_ua_1_with_language_title_tags_and_outline(language: str) -> None:
    reader = read(pdf(a_paper(), words(language), MADE))
    root: Any = reader.trailer["/Root"]
    said = root["/Metadata"].get_data().decode()
    assert re.findall(r"<pdfaid:(part|conformance)>(\w)<", said) == [("part", "2"), ("conformance", "A")]
    assert re.findall(r"<pdfuaid:part>(\d)<", said) == ["1"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"].value) == (language, True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert (reader.metadata and reader.metadata.title, reader.metadata and reader.metadata.author) == (
        "Ett papper",
        "Granviks kommun",
    )
    assert {"/Document", "/H1", "/P", "/BlockQuote", "/L", "/LI", "/Lbl", "/LBody"} <= tags(root["/StructTreeRoot"])
    assert [one.title for one in reader.outline if not isinstance(one, list)] == ["Händelsen"]
    assert not {"/AA", "/OpenAction", "/AcroForm"} & root.keys()


def test_its_fonts_are_those_that_come_with_typst_and_stand_in_it() -> None:
    fonts: dict[str, Any] = {}
    for page in read(pdf(a_paper(), SV, MADE)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            fonts[font.get_object()["/BaseFont"]] = font.get_object()
    assert {name.partition("+")[2].partition("-")[0] for name in fonts} == {"LibertinusSerif", "DejaVuSansMono"}
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys()


def test_the_same_paper_is_the_same_to_the_byte() -> None:
    assert pdf(a_paper(), SV, MADE) == pdf(a_paper(), SV, MADE)


def test_what_is_not_known_is_a_blank_and_pages_are_numbered() -> None:
    text = text_of(pdf(a_paper(), SV, MADE))
    assert "Telefon: (tomt)" in text
    assert "Namn: Åke Ödmård" in text
    assert "Sida 1 av 1" in text


@pytest.mark.parametrize(
    "said,printed",
    [
        ("#emph[x] *fet* _kursiv_ $x$ = = <a> @b \\ // `c`", "#emph[x] *fet* _kursiv_ $x$ = = <a> @b \\ // `c`"),
        ('#read("/etc/passwd") #import "x"', '#read("/etc/passwd") #import "x"'),
        ("räksmörgås ÅÄÖ é ß – «citat» “x” €", "räksmörgås ÅÄÖ é ß – «citat» “x” €"),
        ("a\u030angest", "ångest"),
        ("Dö 🔪😡!", "Dö [hocho][pouting face]!"),
        ("سوف نجدك nu", "[7 tecken i en annan skrift, se originalet] nu"),
        ("osyn\u202elig\u200b \x00\x07t\x85ext", "osynlig text"),
        ("en\r\ntvå\rtre\tfyra", "en\ntvå\ntre fyra"),
        ("Привет, γειά", "Привет, γειά"),
    ],
)
def test_what_people_wrote_stands_there_as_they_wrote_it_or_is_named(said: str, printed: str) -> None:
    text = text_of(pdf(a_paper(said), SV, MADE))
    assert printable(said, SV) == printed
    assert re.sub(r"\s+", "", printed) in re.sub(r"\s+", "", text)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_whatever_people_wrote_it_can_be_printed(said: str) -> None:
    assert pdf(a_paper(said), SV, MADE).startswith(b"%PDF-1.7")


def test_every_character_that_counts_as_printable_is() -> None:
    every = [one for one in map(chr, range(32, 0x2600)) if printable(one, SV) == one]
    assert len(every) > 1800
    pdf(a_paper(" ".join(every)), SV, MADE)


def test_why_a_paper_could_not_be_set_quotes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "printable", lambda text, _: text)
    with pytest.raises(papers.NotSet) as failed:
        pdf(a_paper("Dö 🔪"), SV, MADE)
    assert "Dö" not in str(failed.value)
    assert failed.value.__suppress_context__
