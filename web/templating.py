"""Templates: they arrange what pages say; the words come from the catalogues."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from i18n import LANGUAGES, day, label, obligation, time_left, when
from models.vocabulary.case import Level, StageState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fastapi import Request

    from i18n import Words

STATIC = Path(__file__).parent / "static"
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page from a template."""
    return HTMLResponse(_templates.get_template(template).render(values), status)


def fragment(template: str, **values: object) -> str:
    """A part of a page from a template."""
    return _templates.get_template(template).render(values)


def helpers(words: Words, now: datetime) -> dict[str, Any]:
    """What every template can call: times, labels and what is left, in the reader's language."""
    return {
        "when": partial(_flipped, when, words),
        "day": partial(_flipped, day, words),
        "label": partial(_flipped, label, words),
        "duty": partial(_flipped, obligation, words),
        "left": lambda due: time_left(due - now, words),
        "over": lambda due: due <= now,
        "now": now,
    }


@cache
def static(name: str) -> str:
    """The address of a file of ours, which changes when the file does: browsers may keep it for good."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def language_of(request: Request) -> str:
    """The language a browser asks for, while nobody knows who is reading."""
    asked = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((language for language in asked if language in LANGUAGES), LANGUAGES[0])


def _flipped(said: Callable[[Any, Words], str], words: Words, it: Any) -> str:
    return said(it, words)


_templates.globals |= {"static": static, "Level": Level, "StageState": StageState}
