"""Somebody who reports by the pages, as a browser without script does: what is on one screen goes along to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from html5lib import HTMLParser  # type: ignore[import-untyped]
from sqlalchemy import select

from storage import reports, tables
from tests.web.markup import valid

if TYPE_CHECKING:
    import httpx2

    from models.report import Report
    from tests.web.office import Office

WHAT = "Någon ringde på dörren och skrek.\nSedan gick han."
SHORT = {"what": WHAT, "telephone": "070-174 06 05"}
"""As little as a report can be."""
CODE = re.compile(r'id="code"[^>]*>([0-9A-Z-]{19})<')
CASE = re.compile(r"\b[0-9]{2,4}-F[VB]-[0-9]{4}-[0-9]{5}\b")


@dataclass
class Reporter:
    """A browser on the pages of one organisation."""

    client: httpx2.AsyncClient
    organisation: str = "9001"
    answer: httpx2.Response | None = None
    filled: dict[str, list[str]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/rapportera/{self.organisation}"

    @property
    def text(self) -> str:
        assert self.answer is not None
        return self.answer.text

    @property
    def step(self) -> str:
        return self.filled["step"][0]

    @property
    def code(self) -> str:
        found = CODE.search(self.text)
        assert found, self.text
        return found[1]

    @property
    def case(self) -> str:
        found = CASE.search(self.text)
        assert found, self.text
        return found[0]

    async def begin(self) -> Reporter:
        return self._saw(await self.client.get(self.path))

    async def press(self, go: str, **fields: str | list[str]) -> Reporter:
        """Fill in fields of this screen and press a button."""
        unknown = fields.keys() - self.filled.keys()
        assert not unknown, f"not on this screen: {unknown}"
        given = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
        return self._saw(await self.client.post(self.path, data={**self.filled, **given, "go": go}))

    async def again(self, **fields: str) -> Reporter:
        """Send what was sent last once more, as a second click or a reload does."""
        data = {**self.filled, **{name: [value] for name, value in fields.items()}, "go": "send"}
        answer = await self.client.post(self.path, data=data)
        return Reporter(self.client, self.organisation, answer, self.filled)

    def _saw(self, answer: httpx2.Response) -> Reporter:
        self.answer = answer
        valid(answer.text)
        if filled := fields_of(answer.text):
            self.filled = filled
        return self


async def told(office: Office) -> list[tuple[str, Report]]:
    """Case and content of every report the pages took, in order of their numbers."""
    async with office.database.reading() as session:
        table = tables.reports.c
        query = select(table.case, table.report).where(table.key.is_not(None)).order_by(table.case)
        rows = (await session.execute(query)).all()
        return [(row.case, await reports.read(session, office.ring, row.report)) for row in rows]


def fields_of(text: str) -> dict[str, list[str]]:
    """What a browser would send of the form of a report: each field with what is in it, if anything is."""
    page = HTMLParser(namespaceHTMLElements=False).parse(text)
    form = next((one for one in page.iter("form") if one.get("id") == "report"), None)
    found: dict[str, list[str]] = {}
    for one in form.iter() if form is not None else ():
        if one.tag not in {"input", "textarea"} or (name := one.get("name")) is None:
            continue
        values = found.setdefault(name, [])
        if one.get("type") not in {"checkbox", "radio"} or one.get("checked") is not None:
            values.append(_value(one))
    return found


def _value(one: Element) -> str:
    # The parser has left out the line feed after <textarea>, as browsers do.
    return (one.text or "") if one.tag == "textarea" else one.get("value") or ""
