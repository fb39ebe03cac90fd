"""Papers to be handed over: accessible and made to last (PDF/UA-1, PDF/A-2a), set with no font of this machine."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from i18n import Words

TEMPLATE = Path(__file__).with_name("paper.typ")
PAGE, PAGES = "#1", "#2"
"""Where the number of the page stands, and how many there are."""
_PRINTABLE = (
    *("\n ", " -~", "\xa0-\xac", "\xae-\u02ff", "\u0300-\u036f", "\u0370-\u0482", "\u048a-\u04ff"),
    *("\u2010-\u2027", "\u2030-\u2040", "\u2070-\u20cf", "\u2100-\u211e", "\u2122", "\u2190-\u22ff", "\u2500-\u25ff"),
)
"""What the fonts that come with typst have: another character would stop the whole paper."""
_OTHER = re.compile("[^{0}]+(?: +[^{0}]+)*".format("".join(_PRINTABLE)))


class NotSet(RuntimeError):
    """The paper could not be set; why is not repeated, it may quote what people wrote."""


@dataclass(frozen=True)
class Row:
    """A term and what there is to say of it; without that, it is left to be filled in by hand."""

    term: str
    value: str = ""
    mono: bool = False


@dataclass(frozen=True)
class Quote:
    """What somebody said, word by word, and where it comes from."""

    source: str
    said: str


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it, in this order."""

    heading: str
    says: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    rows: tuple[tuple[Row, ...], ...] = ()
    """Groups of rows."""
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """One paper. `mark` stands at the head of each page, `page` at its foot, `lead` before everything else."""

    title: str
    author: str
    mark: str
    page: str
    blank: str
    """Said of what is to be filled in by hand."""
    sections: tuple[Section, ...]
    lead: tuple[str, ...] = ()


def pdf(paper: Paper, words: Words, made: datetime) -> bytes:
    """The paper as PDF, the same for the same paper and time; raises `NotSet`."""
    import typst  # noqa: PLC0415 - most who read a case never ask for one

    content = {"language": words.language, **_printable(asdict(paper), words)}
    try:
        document = typst.compile(
            TEMPLATE,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(content)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=made.replace(microsecond=0),  # a moment of PDF has none
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - what typst calls a panic is no Exception
        raise NotSet(type(error).__name__) from None
    return document


def printable(text: str, words: Words) -> str:
    """The text with only what can be printed: a sign becomes its name, other scripts how many characters they are.

    What cannot be seen, and only steers how others look, is left out.
    """
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    seen = "".join(one for one in normal if one == "\n" or unicodedata.category(one)[0] != "C")
    return _OTHER.sub(lambda found: _named(found[0], words), seen)


def _named(others: str, words: Words) -> str:
    """What stands for characters that no font of ours has."""
    kinds = [(one, unicodedata.category(one)[0]) for one in others if not unicodedata.combining(one)]
    letters = sum(kind == "L" for _, kind in kinds)
    signs = (unicodedata.name(one, "sign").lower() for one, kind in kinds if kind not in "LZ")
    script = [words("paper.other_script", number=letters)] if letters else []
    return "".join(f"[{one}]" for one in (*script, *signs))


def _printable(value: Any, words: Words) -> Any:
    if isinstance(value, str):
        return printable(value, words)
    if isinstance(value, dict):
        return {key: _printable(one, words) for key, one in value.items()}
    return [_printable(one, words) for one in value] if isinstance(value, list | tuple) else value
