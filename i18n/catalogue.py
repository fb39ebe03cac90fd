"""The catalogues: a folder a language, a file a subject. A dotted code goes in, a sentence comes out."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("sv", "en")
"""Swedish first."""

Text = str | tuple[str, ...]
"""A text, or its singular and plural."""


class Words:
    """The words of one language. `strict`, as in tests, raises KeyError where a text is missing."""

    def __init__(self, language: str, texts: Mapping[str, Text], *, strict: bool = False) -> None:
        self.language = language
        self._texts = texts
        self._strict = strict

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key with its placeholders filled; `number` chooses between singular and plural.

        A missing text becomes the code itself: better a word of ours on the screen than no screen.
        """
        text = self._texts.get(key)
        if text is None:
            if self._strict:
                raise KeyError(key)
            return key.partition(".")[2] or key
        if isinstance(text, tuple):
            text = text[values["number"] != 1]
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def code(self, family: str, code: str) -> str:
        """The label of a code; a family is its vocabulary's name in snake case, as in `code("level", Level.HIGH)`."""
        return self(f"{family}.{code}")

    def local(self, *several: Mapping[str, Mapping[str, str]]) -> "Words":
        """The same words with an organisation's own names of codes (`Routine.texts`) before ours, the last first."""
        own = {code: text for names in several for code, text in names.get(self.language, {}).items()}
        return Words(self.language, {**self._texts, **own}, strict=self._strict)


@lru_cache
def words(language: str, *, strict: bool = False) -> Words:
    """The words of a language, read once; KeyError for a language there is no catalogue for."""
    if language not in LANGUAGES:
        raise KeyError(language)
    texts: dict[str, Text] = {}
    for path in sorted((Path(__file__).parent / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        for message in catalogue:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key:
                texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return Words(language, texts, strict=strict)
