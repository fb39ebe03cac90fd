"""The ledger: append-only, encrypted, chained (architecture §6)."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, insert, select

from models.events import Event
from storage import tables
from storage.chain import START, Entry, Finding, Head, findings, hash_of
from storage.database import upsert

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey

_ENTRY = tuple(tables.ledger.c[field.name] for field in fields(Entry))
_HEAD = tuple(tables.heads.c[field.name] for field in fields(Head))
_ANCHOR = select(*_HEAD).where(tables.heads.c.case == bindparam("of"))
_INSERT = insert(tables.ledger)


class LedgerConflict(Exception):
    """Something else already stands there, or something is missing before it. Nothing was written."""


class Mark(NamedTuple):
    """That there is an event, of which type, and when it was recorded."""

    seq: int
    type: str
    recorded: datetime


async def append(session: AsyncSession, key: DataKey, events: Sequence[Event], organisation: str) -> bool:
    """Append events of one case. Events that already stand there, the same, are passed over.

    :param key: the data key of the case.
    :return: True if anything was new.
    :raises LedgerConflict: if other events stand there, or if the first of these does not follow the last there.
    """
    if not events:
        return False
    case, first = events[0].case, events[0].seq
    if [(event.case, event.seq) for event in events] != [(case, first + n) for n in range(len(events))]:
        raise LedgerConflict(f"{case}/{first}: not one unbroken row of events")
    end = await head(session, case, lock=True)
    last, previous = (end.seq, end.hash) if end else (0, START)
    if first > last + 1:
        raise LedgerConflict(f"{case}/{first}: the last event is {last}")
    if first <= last:
        standing = await read(session, key, case, from_seq=first, up_to_seq=events[-1].seq)
        if standing != list(events[: len(standing)]):
            raise LedgerConflict(f"{case}/{first}: other events stand there")
    rows = []
    for event in events[last + 1 - first :]:
        entry = _entry(event, key, organisation, previous)
        previous = hash_of(entry)
        rows.append(vars(replace(entry, hash=previous)))
    if not rows:
        return False
    await session.execute(_INSERT, rows)
    head_row = {"case": case, "organisation": organisation, "seq": events[-1].seq, "hash": previous}
    await session.execute(upsert(session, tables.heads), head_row)
    return True


async def read(
    session: AsyncSession,
    key: DataKey,
    case: str,
    up_to_seq: int | None = None,
    from_seq: int = 1,
    types: Collection[str] = (),
) -> list[Event]:
    """The events of a case in order, or those of some types; empty if there are none.

    :raises storage.keys.Unreadable: if the key does not fit.
    """
    ledger = tables.ledger.c
    query = select(ledger.seq, ledger.body).where(ledger.case == case, ledger.seq >= from_seq).order_by(ledger.seq)
    if up_to_seq is not None:
        query = query.where(ledger.seq <= up_to_seq)
    if types:
        query = query.where(ledger.type.in_(sorted(types)))
    return [
        Event.model_validate_json(key.decrypt(body or b"", context_of(case, seq)))
        for seq, body in await session.execute(query)
    ]


async def outline(session: AsyncSession, case: str, before: int) -> list[Mark]:
    """What stands before an event, the newest first, by number, type and time alone: nothing needs to be decrypted."""
    ledger = tables.ledger.c
    query = select(ledger.seq, ledger.type, ledger.recorded).where(ledger.case == case, ledger.seq < before)
    return [Mark(*row) for row in await session.execute(query.order_by(ledger.seq.desc()))]


async def verify(session: AsyncSession, case: str) -> list[Finding]:
    """Everything wrong with the chain of a case. Needs no key: an erased case is verified like any other."""
    return findings(case, await entries(session, case), await head(session, case))


async def lock(session: AsyncSession, case: str) -> None:
    """Nobody else appends to a case until this transaction ends."""
    await head(session, case, lock=True)


async def entries(session: AsyncSession, case: str) -> list[Entry]:
    """The rows of a case as stored, in order."""
    query = select(*_ENTRY).where(tables.ledger.c.case == case).order_by(tables.ledger.c.seq)
    return [Entry(*row) for row in await session.execute(query)]


async def rows(session: AsyncSession, key: DataKey, case: str) -> list[tuple[Entry, Event | None]]:
    """The rows of a case as stored, in order, each with the event sealed in it; None where that cannot be read."""
    return [(entry, _opened(entry, key)) for entry in await entries(session, case)]


async def head(session: AsyncSession, case: str, *, lock: bool = False) -> Head | None:
    """The last entry of a case, as it is noted apart; None if there is no such case.

    :param lock: nobody else appends to it until this transaction ends.
    """
    row = (await session.execute(_ANCHOR.with_for_update() if lock else _ANCHOR, {"of": case})).one_or_none()
    return Head(*row) if row else None


async def known(session: AsyncSession) -> list[str]:
    """The cases that must have a ledger, from every place that tells of one."""
    reports = tables.reports.c
    places: tuple[Select[tuple[str]], ...] = (
        select(tables.heads.c.case),
        select(tables.cases.c.ref),
        select(reports.case).where(reports.started),
    )
    query = select(tables.ledger.c.case).union(*places)
    return sorted((await session.execute(query)).scalars())


def _opened(entry: Entry, key: DataKey) -> Event | None:
    try:
        return Event.model_validate_json(key.decrypt(entry.body or b"", context_of(entry.case, entry.seq)))
    except ValueError:  # not of this key, or changed since, or no event at all
        return None


def _entry(event: Event, key: DataKey, organisation: str, previous: str) -> Entry:
    canonical = json.dumps(event.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Entry(
        case=event.case,
        seq=event.seq,
        organisation=organisation,
        at=event.at,
        recorded=event.recorded,
        actor=event.actor,
        cause=event.cause,
        type=event.type,
        body=key.encrypt(canonical.encode(), context_of(event.case, event.seq)),
        previous=previous,
    )


def context_of(case: str, seq: int) -> str:
    """What the body of an event is encrypted for."""
    return f"{case}/event/{seq}"
