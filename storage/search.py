"""Search: case numbers, what happened in the words of either language, and stems of what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

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

    Rule = ColumnElement[bool]

LIMIT = 50
MANY = 1000
"""A word that so many cases have narrows nothing: whether a case has it is asked case by case, the newest first."""
PREFIXES = ("FV", "FB", DRILL)
SPAN = 20
"""Years back that a number without a year may be of."""
_INDEXED: tuple[type[StrEnum], ...] = (IncidentKind, IncidentChannel, Place, Matter)
_COLUMNS: tuple[type[StrEnum], ...] = (CaseKind, Stage, Level)


@dataclass(frozen=True)
class Asked:
    """A word as the database is asked for it: in the index, or where a case has such a level, stage or kind."""

    hashes: tuple[str, ...]
    elsewhere: tuple[Rule, ...]


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
    asked = [_asked(word, keys) for word in question.words]
    few = await _few(session, [one for one in asked if not one.elsewhere])
    rules: list[Rule] = [or_(ROW.protected.is_(False), named(actors))]
    if few is not None:
        rules.append(ROW.ref.in_(sorted(few)))
    if question.numbers:
        rules.append(or_(*(ROW.ref.in_(_refs(one, actors, now)) for one in question.numbers)))
    found: list[tuple[datetime, str]] = []
    # Also where no case has the words: else whoever waits a moment longer hears that one they may not see has them.
    for way in ways_to_see(actors, now):
        query = select(ROW.opened, ROW.ref).where(way.sees, *rules, *(_has(one, way.whole) for one in asked))
        if any(not one.elsewhere for one in asked):
            query = query.where(way.whole)
            narrow = few is not None or not way.broad
        else:
            narrow = False
        if not narrow and not question.numbers:
            # So many that they are looked through from the newest on, until there are enough.
            query = query.order_by(ROW.opened.desc(), ROW.ref.desc()).limit(limit)
        found += [(opened, ref) for opened, ref in await session.execute(query)]
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


def _asked(word: str, keys: Sequence[DataKey]) -> Asked:
    one = terms.stem(word)
    means = meanings().get(one, Meaning())
    elsewhere: list[Rule] = []
    for column, vocabulary in ((ROW.kind, CaseKind), (ROW.stage, Stage), (ROW.pace, Level)):
        if meant := sorted(code for code in means.columns if isinstance(code, vocabulary)):
            elsewhere.append(column.in_(meant))
    if means.drill:
        elsewhere.append(ROW.drill.is_(True))
    hashes = {terms.hash_of(key, text) for key in keys for text in (one, *means.codes)}
    return Asked(tuple(sorted(hashes)), tuple(elsewhere))


async def _few(session: AsyncSession, asked: Sequence[Asked]) -> set[str] | None:
    """The cases that have all the words that few have; None if each word is in many, and is asked case by case."""
    few: set[str] | None = None
    its = tables.search_terms.c
    for one in asked:
        query = select(its.case).where(its.term.in_(one.hashes)).limit(MANY)
        refs = (await session.execute(query)).scalars().all()
        if len(refs) < MANY:
            few = set(refs) if few is None else few.intersection(refs)
    return few


def _has(asked: Asked, whole: Rule) -> Rule:
    its = tables.search_terms.c
    written = exists().where(its.case == ROW.ref, its.term.in_(asked.hashes))
    return or_(and_(whole, written), *asked.elsewhere)


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
