"""Templates: they arrange what pages say; the words come from the catalogues."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from i18n import LANGUAGES

if TYPE_CHECKING:
    from fastapi import Request

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


def language_of(request: Request) -> str:
    """The language a browser asks for, while nobody knows who is reading."""
    asked = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((language for language in asked if language in LANGUAGES), LANGUAGES[0])
