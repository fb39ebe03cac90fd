"""What a message says: which case, how urgent, what is wanted, until when. What has happened is read in the case alone.

Content-free by rule (architecture §8): nothing goes in but codes, times and our own links, so nothing else comes out.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, NamedTuple, Protocol

from i18n import gsm7
from i18n.sentences import inside, label, obligation
from i18n.times import when
from models.vocabulary.case import Level, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from i18n.catalogue import Words


class Item(Protocol):
    """One thing to tell, as codes; `models.notices.Notice` and `storage.notices.Delivery` are such."""

    @property
    def case(self) -> str:
        """The case number."""

    @property
    def urgency(self) -> Urgency:
        """How urgent it is."""

    @property
    def about(self) -> str:
        """The moment or obligation."""

    @property
    def level(self) -> Level:
        """The level of the case."""

    @property
    def due(self) -> datetime | None:
        """Until when."""

    @property
    def fallback(self) -> int:
        """How many others it did not reach before."""


class Letter(NamedTuple):
    """One message in words. `short` is the whole in one text message, `html` a page of its own."""

    subject: str
    body: str
    short: str
    html: str


class _Said(NamedTuple):
    subject: str
    lines: list[str]
    gist: str = ""
    """What a text message has room for beside subject, link and code."""


def letter(
    kind: str,
    items: Sequence[Item],
    words: Words,
    *,
    drill: bool = False,
    link: str = "",
    code: str = "",
    enclosed: str = "",
) -> Letter:
    """Say it in the reader's words.

    :param kind: a `storage.tables.MessageKind`. A notice is about one case, a digest about any number, an invitation
        holds one item: with a due time it asks for that time, without one it takes the invitation back.
    :param items: empty only for what is about no case.
    :param drill: an exercise: subject, body and short message begin with the word.
    :param link: where to go on; whoever is only told how many gets none.
    :param code: what to answer with to accept; empty if nothing is to be accepted.
    :param enclosed: what is given to keep, to the letter; a text message has no room for it.
    """
    # Whoever is told what it is about need not be told how many as well.
    named = sorted((item for item in items if item.urgency is not Urgency.COUNT), key=_rank)
    if items and not named:
        said, link, code = _Said(words("notice.subject.count"), [words("notice.count")]), "", ""
    elif kind == "notice":
        said = _notice(named, words)
    elif kind == "digest":
        said = _digest(named, words)
    elif kind == "invitation":
        said = _invitation(named[0], words)
    else:
        said = _Said(words(f"letter.{kind}.subject"), [words(f"letter.{kind}")])
    mark = words("letter.drill") if drill else ""
    subject = f"{mark}: {said.subject}" if mark else said.subject
    lines = [words("letter.drill.body"), *said.lines] if mark else said.lines
    if code:
        alarm = named and named[0].urgency is Urgency.PAGE
        lines = [*lines, words("letter.code.page" if alarm else "letter.code.now", code=code)]
    spelled = [words("letter.link", link=link)] if link else []
    return Letter(
        subject=subject,
        body="\n".join([*lines, *spelled, *(("", enclosed) if enclosed else ())]),
        short=_short(subject, said.gist, link, code, words),
        html=_page(subject, lines, link, enclosed, words),
    )


def _notice(items: Sequence[Item], words: Words) -> _Said:
    first, wanted = items[0], _unlike(_wanted(item, words) for item in items)
    lines = list(wanted)
    if first.urgency is Urgency.HEADLINE:
        lines.append(words("notice.level", level=label(first.level, words)))
    if any(item.fallback for item in items):
        lines.append(words("notice.fallback"))
    lines.append(words(f"notice.then.{first.urgency}"))
    return _Said(words(f"notice.subject.{first.urgency}", case=first.case), lines, _gist(first, words))


def _digest(items: Sequence[Item], words: Words) -> _Said:
    wanted = _unlike(_wanted(item, words) for item in items)
    number = len({item.case for item in items})
    lines = [words("letter.digest", number=number), *wanted, words("letter.digest.then")]
    return _Said(words("letter.digest.subject", number=number), lines)


def _invitation(item: Item, words: Words) -> _Said:
    about = inside(_name(item, words))
    subject = words("letter.invitation.subject", case=item.case, about=about)
    if item.due is None:
        return _Said(subject, [words("letter.invitation.over", case=item.case, about=about)])
    asked = words("letter.invitation", case=item.case, about=about, due=when(item.due, words))
    return _Said(subject, [asked], _gist(item, words))


def _wanted(item: Item, words: Words) -> str:
    about, wanted = inside(_name(item, words)), "notice.owed" if _owed(item, words) else "notice.happened"
    if item.due is None:
        return words(wanted, case=item.case, about=about)
    return words(f"{wanted}.due", case=item.case, about=about, due=when(item.due, words))


def _gist(item: Item, words: Words) -> str:
    name = _name(item, words)
    return words("letter.short.due", about=name, due=when(item.due, words)) if item.due else name


def _name(item: Item, words: Words) -> str:
    return obligation(item.about, words) if _owed(item, words) else words.code("moment", item.about)


def _owed(item: Item, words: Words) -> bool:
    return f"obligation.{item.about}" in words


def _rank(item: Item) -> tuple[int, bool, float, str]:
    due = item.due.timestamp() if item.due else 0.0
    return item.urgency.rank, item.due is None, due, item.case


def _unlike(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def _short(subject: str, gist: str, link: str, code: str, words: Words) -> str:
    """The most that one text message has room for; the code outlasts the link: it is the shorter way to accept."""
    answer = words("letter.short.code", code=code) if code else ""
    for parts in ((subject, gist, answer, link), (subject, answer, link), (subject, answer)):
        # A link is never respelled: it would lead elsewhere.
        text = " ".join(part if part is link else _sentence(part) for part in parts if part)
        if gsm7.room(text) <= gsm7.MOST:
            return text
    tail = f" {code}" if code else ""
    head = gsm7.spelled(subject)
    while head and gsm7.room(head + tail) > gsm7.MOST:
        head = head[:-1]
    return head + tail


def _sentence(text: str) -> str:
    return gsm7.spelled(text).rstrip(".") + "."


_STYLE = """\
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem; font: 1rem/1.5 sans-serif; color: #1b1b1b; background: #ffffff; }
main { max-width: 36rem; margin: 0 auto; }
h1 { font-size: 1.25rem; }
.open { display: inline-block; padding: 0.75rem 1.25rem; color: #ffffff; background: #0b4f8a; }
.spelled { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { color: #f2f2f2; background: #1b1b1b; }
  .spelled { color: #9ecbff; }
}"""


def _page(subject: str, lines: Sequence[str], link: str, enclosed: str, words: Words) -> str:
    told = [f"<p>{escape(line)}</p>" for line in lines]
    if link:
        there, spelled = escape(link), escape(words("letter.link", link=link))
        told += [
            f'<p><a class="open" href="{there}">{escape(words("letter.open"))}</a></p>',
            f'<p class="spelled">{spelled}</p>',
        ]
    if enclosed:
        told.append(f'<pre class="spelled">{escape(enclosed)}</pre>')
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{words.language}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(subject)}</title>",
            f"<style>\n{_STYLE}\n</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{escape(subject)}</h1>",
            *told,
            "</main>",
            "</body>",
            "</html>\n",
        ]
    )
