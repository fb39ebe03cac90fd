"""The parts of a mail, taken as they are: nothing here minds what is broken."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from html.parser import HTMLParser
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

_FIELD = re.compile(
    r"^[> \t]{0,20}([A-Za-z][A-Za-z-]{1,40}):[ \t]{0,20}(?:\r?\n[ \t]{1,20})?(\S.{0,998})$", re.MULTILINE
)
_LONGEST_PAGE = 100_000
_NEW_LINE = frozenset(("br", "div", "h1", "h2", "h3", "li", "p", "table", "td", "tr"))
_UNSEEN = frozenset(("head", "script", "style", "title"))


def header(mail: Message, name: str) -> str | None:
    """A header's first value, decoded as far as it can be; None if there is no such header."""
    value = next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), None)
    if value is None:
        return None
    try:
        value = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):  # an unknown charset, or none at all
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(value.split())


def text(part: Message) -> str:
    """The text of one part, whatever charset it claims."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def readable(mail: Message) -> str:
    """The text a person wrote, plain if there is one, else out of HTML; without what is attached."""
    html = ""
    for part in outer(mail):
        if part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            return text(part)
        if part.get_content_type() == "text/html":
            html = html or text(part)
    page = _Page()
    page.feed(html[:_LONGEST_PAGE])
    return "".join(page.seen)


def fields(mail: Message) -> Iterator[tuple[str, str]]:
    """Headers and what looks like one, in all parts: reports name the original mail in many places."""
    for part in mail.walk():
        yield from ((name.lower(), str(value)) for name, value in part.raw_items())
        if not part.is_multipart():
            yield from ((name.lower(), value) for name, value in _FIELD.findall(text(part)))


def outer(mail: Message) -> Iterator[Message]:
    """A mail and its parts, but nothing of the mails in it."""
    yield mail
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in mail.get_payload():
            yield from outer(cast("Message", part))


class _Page(HTMLParser):
    """What is seen of a page, up to its first quotation."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.unseen: str | None = None
        self.quoted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in {"class", "id"}).lower()
        self.quoted |= tag in {"blockquote", "hr"} or any(word in marks for word in ("quote", "divrplyfwdmsg"))
        if tag in _UNSEEN:
            self.unseen = tag
        if tag in _NEW_LINE:
            self.seen.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.unseen:
            self.unseen = None

    def handle_data(self, data: str) -> None:
        if not self.quoted and self.unseen is None:
            self.seen.append(data)
