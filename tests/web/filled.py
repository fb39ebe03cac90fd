"""What a browser would post of a form that nobody touches."""

from __future__ import annotations

from html.parser import HTMLParser


class Filled(HTMLParser):
    """The fields of all forms in a text, as they stand."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._area, self._select = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: text or "" for name, text in attrs}
        if tag == "input" and "name" in its:
            chosen = its["type"] not in {"radio", "checkbox"} or "checked" in its
            self.pairs += [(its["name"], its["value"])] if chosen else []
        elif tag == "select":
            self._select = its["name"]
        elif tag == "option" and "selected" in its:
            self.pairs.append((self._select, its["value"]))
        elif tag == "textarea":
            self._area = its["name"]
            self.pairs.append((self._area, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.pairs.pop()
            self.pairs.append((name, text + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name, text = self.pairs.pop()
            self.pairs.append((name, text.removeprefix("\n")))
            self._area = ""
