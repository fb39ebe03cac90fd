"""What may be searched for: words and case numbers, never a trait that picks out people (domain §0.11)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from models.message import Narrative
from models.refusal import Refusal
from models.sensitive import is_sensitive

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 200
"""Characters of a question that are read."""
MOST = 8
"""Words of a question that are asked for."""
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(
    r"(?:(?:(?P<organisation>\d{2,4})-)?(?P<prefix>FV|FB|OV)-)?(?:(?P<year>20\d\d)-)?(?P<number>\d{1,7})", re.IGNORECASE
)

_EVERYWHERE = """
alla allt att av blev bli blir de dem den denna deras dess det detta dig din ditt du där efter ej eller en er ett från
för ha hade han hans har hon honom hos hur här i icke in ingen inte jag ju kan kunde man med mellan men mig min mitt
mot mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitt ska skulle som så till under upp ut
utan var vara varit vi vid vill är även över a about after an and are as at be been but by for from had has have he
her him his how if in into is it its me my no not of on or our out same she so that the their them then there they
this to up was we were what when which who will with would you your
"""
STOP = frozenset(_EVERYWHERE.split())
"""Words that stand in everything."""


@dataclass(frozen=True)
class Number:
    """A case number, or the part of one that somebody remembers."""

    number: int
    organisation: str | None = None
    prefix: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Question:
    """What somebody searches for: each of the words, in a case with one of the numbers."""

    numbers: tuple[Number, ...] = ()
    words: tuple[str, ...] = ()


def read_question(text: str) -> Question:
    """What somebody asks for; raises `Refusal` (`sensitive_search`) if it picks out people by a trait of theirs.

    Political opinion, belief, origin, orientation and health (domain §0.11; `models.sensitive`): never indexed either.
    """
    numbers, asked = [], []
    for part in unicodedata.normalize("NFKC", text[:LONGEST]).split():
        if found := _NUMBER.fullmatch(part.strip("«»\"'.,;:!?()")):
            year, prefix = found["year"], found["prefix"]
            number = Number(
                int(found["number"]), found["organisation"], prefix and prefix.upper(), int(year) if year else None
            )
            numbers.append(number)
        else:
            found_words = _split(part)
            # A party's letter stands alone; in «SVT:s» it is an ending.
            asked += [word for word in found_words if len(word) > 1 or len(found_words) == 1]
    if any(map(is_sensitive, asked)):
        raise Refusal("sensitive_search", "q")
    return Question(tuple(numbers), tuple(dict.fromkeys(filter(_tells, asked)))[:MOST])


def words_of(text: str) -> set[str]:
    """The words of a text that may be searched for, in small letters. Numbers are none: they may be somebody's."""
    return {word for word in _split(unicodedata.normalize("NFKC", text)) if _tells(word) and not is_sensitive(word)}


def narratives(value: BaseModel) -> Iterator[str]:
    """All that people wrote in free text in a fact or command, however deep."""
    for name, field in type(value).model_fields.items():
        held = getattr(value, name)
        if isinstance(held, str) and any(
            isinstance(mark, Narrative) for mark in _marks(field.annotation, field.metadata)
        ):
            yield held
        for inner in held if isinstance(held, tuple) else (held,):
            if isinstance(inner, BaseModel):
                yield from narratives(inner)


def _marks(annotation: object, metadata: list[object]) -> list[object]:
    inner = [mark for part in getattr(annotation, "__args__", ()) for mark in getattr(part, "__metadata__", ())]
    return [*metadata, *inner]


def _split(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in STOP
