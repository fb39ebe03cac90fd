"""Forms as a browser reads them: what it would post if nobody touched them, and what they offer to choose."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from models.commands import read_command
from web.forms.values import values

if TYPE_CHECKING:
    import httpx2

    from tests.web.city import Visitor

FREE = {"text", "hidden", "datetime-local", "date"}
"""Fields in which anything can be written."""


class Filled(HTMLParser):
    """The fields of all forms in a text, or of the one that is sent to an address.

    `pairs`: what would be posted. `offered`: by name, what can be chosen; nothing where anything can be written.
    """

    def __init__(self, text: str, action: str = "") -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.offered: dict[str, set[str]] = {}
        self._action, self._inside = action, not action
        self._area, self._select, self._first = "", "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: text or "" for name, text in attrs}
        if tag == "form" and self._action:
            self._inside = its.get("action") == self._action
        if not self._inside:
            return
        if tag == "input" and "name" in its:
            self._input(its)
        elif tag == "select":
            self._select, self._first = its["name"], True
            self.offered[self._select] = set()
        elif tag == "option":
            self.offered[self._select].add(its["value"])
            # A browser posts the first unless another is chosen.
            if "selected" in its and not self._first:
                self.pairs.pop()
            if self._first or "selected" in its:
                self.pairs.append((self._select, its["value"]))
            self._first = False
        elif tag == "textarea":
            self._area = its["name"]
            self.offered[self._area] = set()
            self.pairs.append((self._area, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.pairs.pop()
            self.pairs.append((name, text + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._action:
            self._inside = False
        if tag == "textarea" and self._area:
            name, text = self.pairs.pop()
            self.pairs.append((name, text.removeprefix("\n")))
            self._area = ""

    def _input(self, its: dict[str, str]) -> None:
        choice = its["type"] in {"radio", "checkbox"}
        offered = self.offered.setdefault(its["name"], set())
        if choice:
            offered.add(its["value"])
        if not choice or "checked" in its:
            self.pairs.append((its["name"], its.get("value", "")))

    def one(self, name: str) -> str:
        """What stands in a field."""
        return next(value for key, value in self.pairs if key == name)


async def form_of(visitor: Visitor, ref: str, command: str, **asked: str) -> Filled:
    """The form of a command, as somebody finds it; fails if they are given none."""
    path = f"/arenden/{ref}/{command}"
    page = await visitor.get(path, params=asked)
    assert page.status_code == 200, (command, page.status_code)
    form = Filled(page.text, path)
    assert form.pairs, f"there is no form for {command}"
    return form


async def fill(visitor: Visitor, ref: str, command: str, /, **told: Any) -> httpx2.Response:
    """Somebody opens a form, fills it in as a command says, and sends it."""
    return await send(visitor, ref, await form_of(visitor, ref, command), command, **told)


async def send(visitor: Visitor, ref: str, form: Filled, command: str, /, **told: Any) -> httpx2.Response:
    """Fill in a form that was opened before, and send it. Only what it offers can be filled in."""
    meant = values(read_command(to_json({"type": command, "id": "x", **told})))
    for name, texts in meant.items():
        assert name in form.offered or name.endswith(".id"), f"{command} does not ask for {name}"
        assert set(texts) <= (form.offered.get(name) or set(texts)), f"{command} does not offer {texts} for {name}"
    kept = [(name, text) for name, text in form.pairs if name not in meant]
    kept += [(name, text) for name, texts in meant.items() for text in texts]
    fields: dict[str, list[str]] = {}
    for name, text in kept:
        fields.setdefault(name, []).append(text)
    return await visitor.post(f"/arenden/{ref}/{command}", data=fields)
