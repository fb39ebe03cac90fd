"""What a gateway wants to be asked, and how its answer is read: a table, from a TOML file or from `gateways.py`."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from channels.contract import ChannelError
from channels.http import is_private
from channels.sms.filling import LONGEST, at, filled, placeholders

if TYPE_CHECKING:
    from pathlib import Path

PLACEHOLDERS = ("to", "text", "id", "from")
IN_HEADERS = ("to", "id")  # neither line breaks nor Swedish letters


class BadTemplate(Exception):
    """The file is no request; the text names each field and what is wrong with it."""


class Template(BaseModel):
    """One gateway. In `url`, `headers`, `form` and `json` stand `{to}`, `{text}`, `{id}` and `{from}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    method: Literal["GET", "POST", "PUT"] = "POST"
    url: str
    headers: dict[str, str] = {}
    form: dict[str, str] | None = None
    content: dict[str, Any] | None = Field(default=None, alias="json")
    success: tuple[int, ...] = ()
    """Statuses that say it was taken; none for all from 200 to 299."""
    permanent: tuple[int, ...] | None = None
    """Statuses that will be the same next time; left out for what `channels.http.judge` takes for such."""
    mark: str = Field(default="", alias="id")
    """Where in a JSON answer the gateway's own id stands: `id`, `messages.0.id`."""
    refused: dict[str, tuple[str, ...]] = {}
    """Where a JSON answer says in words that it was not taken after all, and which words those are."""

    @classmethod
    def read(cls, path: Path) -> Template:
        """Read a file; raises `BadTemplate`, `OSError`."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            raise BadTemplate("; ".join(told).replace(": Value error, ", "").removeprefix(": ")) from None
        except ValueError as error:
            raise BadTemplate(f"no TOML: {error}") from None

    @model_validator(mode="after")
    def _whole(self) -> Template:
        found = dict(placeholders(self.model_dump(by_alias=True, include={"url", "headers", "form", "content"})))
        for where, names in found.items():
            known = IN_HEADERS if where.startswith("headers.") else PLACEHOLDERS
            if unknown := sorted(names.difference(known)):
                raise ValueError(f"{where}: unknown placeholder {{{unknown[0]}}}; there are {{{'}, {'.join(known)}}}")
        for name in ("to", "text"):
            if not any(name in names for names in found.values()):
                raise ValueError(f"{{{name}}} stands nowhere in url, form or json")
        if self.form is not None and self.content is not None:
            raise ValueError("form, json: a request has one body")
        try:
            if is_private(self.request(dict.fromkeys(PLACEHOLDERS, "0")).url):
                return self
        except (UnicodeEncodeError, httpx2.InvalidURL):
            pass
        raise ValueError("url, headers: the address is neither https nor on this machine, or a header is no ASCII")

    def request(self, said: dict[str, str]) -> httpx2.Request:
        """The request for one message; `said` has a value for each placeholder."""
        return httpx2.Request(
            self.method,
            filled(self.url, {name: quote(value, safe="") for name, value in said.items()}),
            headers=filled(self.headers, said),
            data=filled(self.form, said),
            json=filled(self.content, said),
        )

    def reference(self, body: bytes) -> str | None:
        """The gateway's id in its answer, if it has one; raises `ChannelError` if it did not take the message."""
        if not (self.mark or self.refused):
            return None
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise ChannelError("sms_nonsense", permanent=False) from None
        if any(at(answer, where) in words for where, words in self.refused.items()):
            raise ChannelError("sms_not_sent", permanent=False)
        mark = at(answer, self.mark)
        if self.mark and not (mark and len(mark) <= LONGEST):
            raise ChannelError("sms_nonsense", permanent=False)
        return mark or None
