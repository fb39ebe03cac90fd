"""What a case is found by: keyed hashes of stems and codes, which say nothing without the organisation's key.

Who did it, why, and whom it says anything of is never among them (domain §0.11).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from snowballstemmer import stemmer
from sqlalchemy import delete, select

from models.search import words_of
from storage import tables
from storage.database import insert_into
from storage.keys import KeyDestroyed, UnknownKey
from storage.tables import TermKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from storage.keys import DataKey, KeyRing

REMEMBERED = 20_000
"""Stems of words that are kept in memory."""
ANONYMOUS = "=anonymous"
SHORTEST = 6
"""Letters of a word from which an ending may be taken that the stemmer does not know."""
_BENT = re.compile(r"(?:ans?|(?<=[^aeiouyåäö])t)$")


async def index_text(session: AsyncSession, ring: KeyRing, organisation: str, case: str, texts: Iterable[str]) -> None:
    """Make a case be found by the words of these texts."""
    stems = {stem(word) for text in texts for word in words_of(text)}
    if stems and (key := await key_of(session, ring, organisation)) is not None:
        await _put(session, organisation, case, TermKind.TEXT, {hash_of(key, one) for one in stems})


async def index_codes(session: AsyncSession, ring: KeyRing, case: Case) -> None:
    """Make a case be found by what it is now, and by what it no longer is not."""
    key = await key_of(session, ring, case.organisation)
    if key is None:
        return
    wanted = {hash_of(key, code) for code in _codes(case)}
    its = tables.search_terms.c
    mine = (its.case == case.ref, its.kind == TermKind.CODE)
    standing = set((await session.execute(select(its.term).where(*mine))).scalars())
    if gone := standing - wanted:
        await session.execute(delete(tables.search_terms).where(*mine, its.term.in_(gone)))
    await _put(session, case.organisation, case.ref, TermKind.CODE, wanted - standing)


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """A word without its ending, as Swedish bends it.

    The stemmer leaves «brevlådan» and «anonymt» as they are, although it knows «brevlåda» and «anonym».
    """
    known = _BENT.sub("", word) if len(word) >= SHORTEST else word
    return str(_swedish().stemWord(known))


def name_of(code: StrEnum) -> str:
    """A code as it is indexed. No word of a text can be one: words have no sign in them."""
    return f"={type(code).__name__}:{code.value}"


def hash_of(key: DataKey, text: str) -> str:
    """A stem or code as it stands in the index."""
    return key.derive(f"search:{text}")[:16].hex()


async def key_of(session: AsyncSession, ring: KeyRing, organisation: str) -> DataKey | None:
    """The organisation's key; without one, nothing is indexed and nothing found."""
    try:
        return await ring.key(session, f"org:{organisation}")
    except (UnknownKey, KeyDestroyed):
        return None


def _codes(case: Case) -> Iterator[str]:
    incident = case.incident
    known = (*incident.kinds, *incident.channels, *incident.places, incident.matter)
    yield from (name_of(code) for code in known if code.value != "unknown")
    if incident.anonymous:
        yield ANONYMOUS


async def _put(session: AsyncSession, organisation: str, case: str, kind: TermKind, terms: Iterable[str]) -> None:
    rows = [{"term": term, "case": case, "kind": kind, "organisation": organisation} for term in sorted(terms)]
    if rows:
        # A word that comes again is known already.
        await session.execute(insert_into(session, tables.search_terms).on_conflict_do_nothing(), rows)


@lru_cache
def _swedish() -> Any:
    return stemmer("swedish")
