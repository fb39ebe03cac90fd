"""Search: case numbers, what happened in the words of either language, and stems of what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from i18n import LANGUAGES, label, words
from models.message import DRILL
from models.search import narratives, read_question, words_of
from models.stages.casework import ReportMerged
from models.stages.intake import Reported
from models.vocabulary.case import CaseKind, Level, Stage
from models.vocabulary.incident import IncidentChannel, IncidentKind, Matter, Place
from storage import reports, tables, terms, worklist
from storage.keys import KeyDestroyed
from storage.reading import ROW, named, ways_to_see

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from enum import StrEnum

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.events import Event
    from models.message import Actor
    from models.search import Number
    from storage.cases import WorkItem
    from storage.keys import DataKey, KeyRing

LIMIT = 50
PREFIXES = ("FV", "FB", DRILL)
SPAN = 20
"""Years back that a number without a year may be of."""
_INDEXED: tuple[type[StrEnum], ...] = (IncidentKind, IncidentChannel, Place, Matter)
_COLUMNS: tuple[type[StrEnum], ...] = (CaseKind, Stage, Level)


@dataclass(frozen=True)
class Meaning:
    """What a word may stand for beside itself: codes that are indexed, and codes that have columns."""

    codes: frozenset[str] = frozenset()
    columns: frozenset[StrEnum] = frozenset()
    drill: bool = False


async def find(
    session: AsyncSession, ring: KeyRing, actors: Sequence[Actor], text: str, now: datetime, *, limit: int = LIMIT
) -> list[WorkItem]:
    """The cases somebody may see that have all these words and one of these numbers, the newest first.

    Words of narratives and what happened are found only in cases they see the whole of; a case with protected identity
    only by those who are named in it.

    :param actors: somebody in each organisation they act in, home first.
    :raises Refusal: `sensitive_search`, if it picks out people by a trait of theirs.
    """
    question = read_question(text)
    if not question.numbers and not question.words:
        return []
    keys = [key for actor in actors if (key := await terms.key_of(session, ring, actor.organisation)) is not None]
    rules: list[ColumnElement[bool]] = [or_(ROW.protected.is_(False), named(actors))]
    if question.numbers:
        rules.append(or_(*(ROW.ref.in_(_refs(one, actors, now)) for one in question.numbers)))
    found: list[tuple[datetime, str]] = []
    for way in ways_to_see(actors, now):
        query = select(ROW.opened, ROW.ref).where(way.sees, *rules)
        for word in question.words:
            query = query.where(_has(word, keys, way.whole))
        rows = await session.execute(query.order_by(ROW.opened.desc(), ROW.ref.desc()).limit(limit))
        found += [(opened, ref) for opened, ref in rows]
    refs = [ref for _, ref in sorted(found, reverse=True)[:limit]]
    items = await worklist.of_refs(session, ring, actors, refs, now)
    return [items[ref] for ref in refs if ref in items]


async def index_events(session: AsyncSession, ring: KeyRing, organisation: str, events: Sequence[Event]) -> None:
    """Make a case be found by what was written in these events, and in the reports that they speak of."""
    texts = [text for event in events for text in narratives(event.data)]
    for event in events:
        if isinstance(event.data, Reported | ReportMerged):
            try:
                texts.append((await reports.read(session, ring, event.data.report)).what)
            except (reports.UnknownReport, KeyDestroyed):
                continue
    if texts:
        await terms.index_text(session, ring, organisation, events[0].case, texts)


@lru_cache
def meanings() -> dict[str, Meaning]:
    """Per stem: the codes that have it in their label, in any language."""
    codes: dict[str, set[str]] = {}
    columns: dict[str, set[StrEnum]] = {}
    drills: set[str] = set()
    for language in LANGUAGES:
        its = words(language)
        for vocabulary in (*_INDEXED, *_COLUMNS):
            for code in vocabulary:
                for word in words_of(label(code, its)):
                    if vocabulary in _COLUMNS:
                        columns.setdefault(terms.stem(word), set()).add(code)
                    else:
                        codes.setdefault(terms.stem(word), set()).add(terms.name_of(code))
        codes.setdefault(terms.stem(its("search.anonymous").casefold()), set()).add(terms.ANONYMOUS)
        drills.add(terms.stem(its("search.exercise").casefold()))
    return {
        one: Meaning(frozenset(codes.get(one, ())), frozenset(columns.get(one, ())), one in drills)
        for one in codes.keys() | columns.keys() | drills
    }


def _has(word: str, keys: Sequence[DataKey], whole: ColumnElement[bool]) -> ColumnElement[bool]:
    its, one = tables.search_terms.c, terms.stem(word)
    means = meanings().get(one, Meaning())
    hashes = {terms.hash_of(key, text) for key in keys for text in (one, *means.codes)}
    ways: list[ColumnElement[bool]] = [and_(ROW.ref.in_(select(its.case).where(its.term.in_(sorted(hashes)))), whole)]
    for column, vocabulary in ((ROW.kind, CaseKind), (ROW.stage, Stage), (ROW.pace, Level)):
        if meant := sorted(code for code in means.columns if isinstance(code, vocabulary)):
            ways.append(column.in_(meant))
    if means.drill:
        ways.append(ROW.drill.is_(True))
    return or_(*ways)


def _refs(asked: Number, actors: Sequence[Actor], now: datetime) -> list[str]:
    """Every reference that this may be a part of."""
    organisations = [asked.organisation] if asked.organisation else [actor.organisation for actor in actors]
    years = [asked.year] if asked.year else range(now.year + 1, now.year - SPAN, -1)
    prefixes = [asked.prefix] if asked.prefix else PREFIXES
    return [
        f"{organisation}-{prefix}-{year}-{asked.number:05}"
        for organisation in organisations
        for prefix in prefixes
        for year in years
    ]
