"""The chain over what was read: one for each organisation, made in the very transaction that keeps a read.

Pure but for the queries at the end: anybody can check a chain without this installation (`audit.package`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from storage import tables
from storage.chain import START, Finding, Head, broken
from storage.database import insert_into, portions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

FORM = "reads-v1"
KEY = tuple(column.name for column in tables.reads.primary_key)
"""By which a row is known: the same read in the same quarter of an hour is one."""


@dataclass(frozen=True)
class Link:
    """One row as stored. What may be missing is what an intruder may have taken away."""

    organisation: str
    seq: int
    case: str
    user: str
    role: str | None
    via: str
    what: str
    at: datetime
    source: str
    ground: str
    reference: str
    previous: str | None
    hash: str | None = None


_LINK = tuple(tables.reads.c[field.name] for field in fields(Link))


def hash_of(link: Link) -> str:
    """SHA-256 over a JSON array of strings and integers in pure ASCII, which can be read in one way only."""
    its = asdict(link) | {"at": link.at.astimezone(UTC).isoformat(timespec="microseconds")}
    parts = [FORM, *(its[field.name] for field in fields(Link) if field.name != "hash")]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def findings(links: Sequence[Link], head: Head | None) -> list[Finding]:
    """Everything wrong with the chain of one organisation, which stands in a finding where a case does otherwise.

    :param links: in order of `seq`.
    :param head: the anchor.
    """
    if not links and head is None:
        return []
    return broken(head.case if head else links[0].organisation, links, head, _amiss)


def _amiss(link: Link) -> str | None:
    return "changed" if hash_of(link) != link.hash else None


async def append(session: AsyncSession, organisation: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Keep reads at the end of an organisation's chain; how many of them did not stand there already.

    Whoever appends is alone with the chain until the transaction ends: no two rows follow the same one.

    :param rows: all columns but those that make the chain.
    """
    last, reads = await _locked(session, organisation), tables.reads
    seq, previous, known, new = last.seq, last.hash, await _known(session, rows), []
    for row in rows:
        if (key := tuple(row[name] for name in KEY)) in known:
            continue
        known.add(key)
        seq += 1
        its = {**row, "organisation": organisation, "seq": seq, "previous": previous}
        link = Link(**{field.name: its[field.name] for field in fields(Link) if field.name != "hash"})  # type: ignore[arg-type]
        previous = hash_of(link)
        new.append(its | {"hash": previous})
    if new:
        await session.execute(insert(reads), new)
        heads = tables.read_heads
        moved = update(heads).where(heads.c.organisation == organisation)
        await session.execute(moved.values(seq=seq, hash=previous))
    return len(new)


async def _known(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> set[tuple[object, ...]]:
    """Which of these stand there already."""
    its, found = tables.reads.c, set()
    for some in portions(rows):
        same = (its[name].in_({row[name] for row in some}) for name in KEY)
        found |= {tuple(row) for row in await session.execute(select(*(its[name] for name in KEY)).where(*same))}
    return found


async def links(session: AsyncSession, organisation: str) -> list[Link]:
    """The chain of an organisation as stored, in order."""
    query = select(*_LINK).where(tables.reads.c.organisation == organisation).order_by(tables.reads.c.seq)
    return [Link(*row) for row in await session.execute(query)]


async def links_of(session: AsyncSession, organisation: str, cases: Collection[str]) -> list[Link]:
    """What of a chain is about some cases, as stored, in order."""
    its = tables.reads.c
    query = select(*_LINK).where(its.organisation == organisation, its.case.in_(sorted(cases))).order_by(its.seq)
    return [Link(*row) for row in await session.execute(query)]


async def head(session: AsyncSession, organisation: str) -> Head | None:
    """Where a chain ends, noted apart. `Head.case` is the organisation."""
    query = select(tables.read_heads).where(tables.read_heads.c.organisation == organisation)
    row = (await session.execute(query)).one_or_none()
    return Head(row.organisation, row.seq, row.hash) if row else None


async def _locked(session: AsyncSession, organisation: str) -> Head:
    heads = tables.read_heads
    query = select(heads).where(heads.c.organisation == organisation).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        first = {"organisation": organisation, "seq": 0, "hash": START}
        await session.execute(insert_into(session, heads).values(first).on_conflict_do_nothing())
        row = (await session.execute(query)).one()
    return Head(row.organisation, row.seq, row.hash)
