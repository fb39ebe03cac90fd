"""What a browser posted: fields of a form, each perhaps several times."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from web import csrf
from web.visit import Anyone

MOST_FIELDS = 1000


class Form:
    """The fields of a form, as they were filled in."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            # Browsers send CR LF; what people wrote has plain line ends, and no sign that a database cannot hold.
            self._values.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\0", ""))

    def one(self, name: str, default: str = "") -> str:
        """What stands in a field, without space around it; the last, if it came several times."""
        return self._values.get(name, [default])[-1].strip()

    def exact(self, name: str) -> str:
        """What stands in a field, to the last space: a password."""
        return self._values.get(name, [""])[-1]

    def every(self, name: str) -> list[str]:
        """All that is chosen or filled in under a name."""
        return [value for value in self._values.get(name, []) if value]

    def has(self, name: str) -> bool:
        """Whether there is anything in a field, or a box is ticked."""
        return bool(self.one(name))

    @property
    def names(self) -> list[str]:
        """The fields that came."""
        return list(self._values)


async def read(request: Request) -> Form:
    """The posted form; raises 400 if it is none. The body's limit is the route's."""
    try:
        text = (await request.body()).decode()
        return Form(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None


async def _posted(request: Request, visit: Anyone) -> Form:
    form = await read(request)
    if visit.cookie and not csrf.is_ours(visit.cookie, form.one(csrf.FIELD)):
        raise HTTPException(403)
    return form


Posted = Annotated[Form, Depends(_posted)]
"""The form of a POST; refused (403) unless it comes from a page that was made for this very session."""
