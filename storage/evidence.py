"""Evidence: who handed in what, and when. A file's name and what was said of it are sealed with the key of the case."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Row, func, insert, select, update

from storage import tables
from storage.tables import EvidenceState, ScanState

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing


class UnknownEvidence(LookupError):
    """There is no evidence with this id."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as it was handed in. Times in UTC."""

    id: str
    organisation: str
    case: str
    report: str | None
    received: datetime
    by: str
    """The code of a user, or of whoever holds a receipt code (`models.outside`)."""
    size: int
    digest: str
    """SHA-256 of the bytes as received, in hexadecimal."""
    type: str
    """Media type, by what is in it."""
    state: EvidenceState = EvidenceState.KEPT
    recorded: bool = False
    """The case has been told."""
    scan: ScanState = ScanState.WAITING
    scanned: datetime | None = None
    found: str | None = None
    """What the virus scanner recognised."""
    name: str = ""
    """What whoever handed it in called it: never a path, and never to be trusted."""
    note: str = ""


class Amount(NamedTuple):
    """So much has been handed in."""

    files: int
    size: int


class _Body(BaseModel):
    """What is personal of it."""

    name: str = ""
    note: str = ""


_PLAIN = tuple(tables.evidence.c[field.name] for field in fields(Piece) if field.name not in _Body.model_fields)
_ALL = select(*_PLAIN, tables.evidence.c.body)


async def put(session: AsyncSession, ring: KeyRing, piece: Piece) -> None:
    """Write down what lies in the vault: from now on it is there. Raises `storage.keys.KeyDestroyed`."""
    key = await ring.key(session, piece.case)
    body = _Body(name=piece.name, note=piece.note).model_dump_json().encode()
    row = {column.name: getattr(piece, column.name) for column in _PLAIN}
    sealed = key.encrypt(body, _context(piece.case, piece.id))
    await session.execute(insert(tables.evidence), row | {"body": sealed})


async def get(session: AsyncSession, ring: KeyRing, identity: str) -> Piece:
    """One piece of evidence; raises `UnknownEvidence`, or `storage.keys.KeyDestroyed` if its case was erased."""
    row = (await session.execute(_ALL.where(tables.evidence.c.id == identity))).one_or_none()
    if row is None:
        raise UnknownEvidence(identity)
    return _opened(row, await ring.key(session, row.case))


async def of_case(session: AsyncSession, ring: KeyRing, case: str) -> list[Piece]:
    """All evidence of a case, oldest first."""
    table = tables.evidence.c
    query = _ALL.where(table.case == case).order_by(table.received, table.id)
    rows = (await session.execute(query)).all()
    return [_opened(row, await ring.key(session, case)) for row in rows]


async def amount(session: AsyncSession, case: str, by: Collection[str]) -> Amount:
    """How much these have handed in to a case. Whoever asks in a writing transaction is alone with the case."""
    key = tables.case_keys.c
    await session.execute(select(key.scope).where(key.scope == case).with_for_update())
    table = tables.evidence.c
    query = select(func.count(), func.coalesce(func.sum(table.size), 0)).where(table.case == case, table.by.in_(by))
    files, size = (await session.execute(query)).one()
    return Amount(files, int(size))


async def unrecorded(session: AsyncSession, limit: int) -> list[Piece]:
    """What cases that have begun were not told of yet, oldest first; without name and note."""
    table = tables.evidence.c
    begun = table.case.in_(select(tables.cases.c.ref))
    waits = (table.recorded.is_(False), table.state == EvidenceState.KEPT, begun)
    query = select(*_PLAIN).where(*waits).order_by(table.received, table.id).limit(limit)
    return [Piece(*row) for row in await session.execute(query)]


async def mark_recorded(session: AsyncSession, identity: str) -> None:
    """The case has taken it up; a second time changes nothing."""
    await _settle(session, identity, recorded=True)


async def mark_refused(session: AsyncSession, identity: str) -> None:
    """The case did not take it up, and will not be asked again."""
    await _settle(session, identity, state=EvidenceState.REFUSED)


async def unscanned(session: AsyncSession, limit: int) -> list[Piece]:
    """What no scanner has looked at yet, oldest first; without name and note, and without what was destroyed."""
    table, key = tables.evidence.c, tables.case_keys.c
    there = table.case.in_(select(key.scope).where(key.wrapped.is_not(None)))
    query = select(*_PLAIN).where(table.scan == ScanState.WAITING, there).order_by(table.received, table.id)
    return [Piece(*row) for row in await session.execute(query.limit(limit))]


async def mark_scanned(session: AsyncSession, identity: str, said: ScanState, found: str, at: datetime) -> None:
    """The scanner has looked at it."""
    await _settle(session, identity, scan=said, found=found or None, scanned=at)


async def known(session: AsyncSession, identities: Collection[str]) -> set[str]:
    """Which of these ids somebody has written down."""
    column = tables.evidence.c.id
    return set((await session.execute(select(column).where(column.in_(list(identities))))).scalars())


async def _settle(session: AsyncSession, identity: str, **values: object) -> None:
    await session.execute(update(tables.evidence).where(tables.evidence.c.id == identity).values(**values))


def _opened(row: Row[*tuple[Any, ...]], key: DataKey) -> Piece:
    *plain, body = row
    sealed = _Body.model_validate_json(key.decrypt(body, _context(row.case, row.id)))
    return replace(Piece(*plain), name=sealed.name, note=sealed.note)


def _context(case: str, identity: str) -> str:
    return f"{case}/evidence/{identity}"
