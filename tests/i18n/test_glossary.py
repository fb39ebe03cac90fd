"""The glossary says what the catalogues say."""

import re

from i18n import LANGUAGES, words
from i18n.sentences import family
from tests.house import text
from tests.i18n import codes

SV, EN = (words(language, strict=True) for language in LANGUAGES)
PAGE = text("docs/glossary.md")
SECTIONS = dict(re.findall(r"^### [^\n]* · `(\w+)`$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def rows(section: str) -> list[tuple[str, str, str]]:
    return re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|", section, re.MULTILINE)


def test_each_label_in_the_glossary_is_the_one_people_see() -> None:
    for name, section in SECTIONS.items():
        assert rows(section) == [(code, SV.code(name, code), EN.code(name, code)) for code, _, _ in rows(section)], name


def test_each_section_of_the_glossary_lists_all_its_codes() -> None:
    listed = {f"{name}.{code}" for name, section in SECTIONS.items() for code, _, _ in rows(section)}
    known = {key for key in codes.labels() | codes.routine_names() | codes.criteria() if key.split(".")[0] in SECTIONS}
    assert known - listed == set()


def test_the_glossary_covers_every_vocabulary() -> None:
    vocabularies = {family(next(iter(vocabulary))) for vocabulary in codes.VOCABULARIES}
    assert vocabularies - set(SECTIONS) == set()
