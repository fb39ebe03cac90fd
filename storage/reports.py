"""Reports first: taken before the engine is asked, so that nothing reported is ever lost (architecture §6)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.message import DRILL
from models.report import Report
from models.vocabulary.case import CaseKind
from storage import tables, terms
from storage.database import insert_into
from storage.keys import KeyDestroyed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing

PREFIX = {CaseKind.INCIDENT: "FV", CaseKind.PREVENTION: "FB"}
ZONE = ZoneInfo("Europe/Stockholm")
_MISREAD = str.maketrans("OIL", "011")
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


class UnknownReport(LookupError):
    """There is no report with this id."""


class UnknownOrganisation(LookupError):
    """No organisation has this code."""


class IdempotencyConflict(Exception):
    """The key was used before, for another report."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a report. The receipt code is for the reporter alone; it is stored only as a hash."""

    report: str
    case: str
    receipt_code: str
    received: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report whose case has not been started."""

    report: str
    case: str
    received: datetime
    organisation: str


@dataclass(frozen=True, slots=True)
class Held:
    """A report of which somebody has shown the receipt code."""

    report: str
    case: str
    received: datetime
    organisation: str
    started: bool


async def accept(
    session: AsyncSession,
    ring: KeyRing,
    report: Report,
    received: datetime,
    key: str | None = None,
    *,
    drill: bool = False,
) -> Accepted:
    """Take a report: give it a case number that no other case ever has, a key of its own, and a receipt code.

    :param received: when it came in, UTC.
    :param key: of the sender's choosing; the same key with the same report gives the same answer again.
    :param drill: an exercise, numbered in a series of its own. No report can say so of itself.
    :raises UnknownOrganisation: if no organisation has the code.
    :raises IdempotencyConflict: if the key was used for another report.
    """
    code = report.organisation
    known = select(tables.organisations.c.code).where(tables.organisations.c.code == code)
    if (await session.execute(known)).one_or_none() is None:
        raise UnknownOrganisation(code)
    if key is None:
        return await _take(session, ring, report, received, None, drill=drill)
    # A sender's key may be anything, a name too: only its hash is kept.
    hashed = hashlib.sha256(key.encode()).hexdigest()
    if before := await _answered(session, ring, report, hashed):
        return before
    try:
        async with session.begin_nested():
            return await _take(session, ring, report, received, hashed, drill=drill)
    except IntegrityError:  # the same report came twice at once, and the other was first
        if before := await _answered(session, ring, report, hashed):
            return before
        raise


async def read(session: AsyncSession, ring: KeyRing, report: str) -> Report:
    """The report as it was told; raises `UnknownReport`, or `storage.keys.KeyDestroyed` if its case was erased."""
    row = (await session.execute(select(tables.reports).where(tables.reports.c.report == report))).one_or_none()
    if row is None:
        raise UnknownReport(report)
    return _opened(row, await ring.key(session, row.case))


async def several(session: AsyncSession, ring: KeyRing, asked: Iterable[str]) -> dict[str, Report]:
    """Several reports, by their ids; those that are not there, or were erased, are left out."""
    found: dict[str, Report] = {}
    for one in asked:
        with suppress(UnknownReport, KeyDestroyed):
            found[one] = await read(session, ring, one)
    return found


async def by_receipt(session: AsyncSession, code: str) -> Held:
    """The report a receipt code is for, however it was typed; raises `UnknownReport`."""
    return await _held(session, tables.reports.c.receipt == hashlib.sha256(tidy(code).encode()).hexdigest())


async def held(session: AsyncSession, report: str) -> Held:
    """A report by its id, as its receipt code finds it; raises `UnknownReport`."""
    return await _held(session, tables.reports.c.report == report)


def tidy(code: str) -> str:
    """A receipt code as it was given: in fours, in capitals, with no letter in it that looks like another."""
    kept = "".join(letter for letter in code.upper() if letter.isalnum()).translate(_MISREAD)
    return "-".join(kept[at : at + 4] for at in range(0, len(kept), 4))


async def waiting(session: AsyncSession, limit: int) -> list[Waiting]:
    """Reports whose cases have not been started, oldest first, at most `limit`."""
    table = tables.reports.c
    columns = (table.report, table.case, table.received, table.organisation)
    query = select(*columns).where(table.started.is_(False)).order_by(table.received, table.report).limit(limit)
    return [Waiting(*row) for row in await session.execute(query)]


async def mark_started(session: AsyncSession, report: str) -> None:
    """The case of this report has been started; a second time changes nothing."""
    await session.execute(update(tables.reports).where(tables.reports.c.report == report).values(started=True))


async def _held(session: AsyncSession, condition: ColumnElement[bool]) -> Held:
    table = tables.reports.c
    columns = (table.report, table.case, table.received, table.organisation, table.started)
    row = (await session.execute(select(*columns).where(condition))).one_or_none()
    if row is None:
        raise UnknownReport
    return Held(*row)


async def _take(
    session: AsyncSession, ring: KeyRing, report: Report, received: datetime, hashed: str | None, *, drill: bool
) -> Accepted:
    case = await _number(session, report.organisation, DRILL if drill else PREFIX[report.kind], received)
    secret = await ring.create(session, case, report.organisation)
    identity = secrets.token_hex(16)
    receipt = _receipt(secret, identity)
    row = {
        "report": identity,
        "organisation": report.organisation,
        "case": case,
        "received": received,
        "started": False,
        "key": hashed,
        "receipt": hashlib.sha256(receipt.encode()).hexdigest(),
        "body": secret.encrypt(report.model_dump_json().encode(), _context(case, identity)),
    }
    await session.execute(insert(tables.reports), row)
    await terms.index_text(session, ring, report.organisation, case, [report.what])
    return Accepted(identity, case, receipt, received, repeated=False)


async def _answered(session: AsyncSession, ring: KeyRing, report: Report, hashed: str) -> Accepted | None:
    """The answer already given for this key; raises `IdempotencyConflict` if it was for another report."""
    table = tables.reports.c
    query = select(tables.reports).where(table.organisation == report.organisation, table.key == hashed)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    secret = await ring.key(session, row.case)
    if _opened(row, secret) != report:
        raise IdempotencyConflict("the key was used before, for another report")
    return Accepted(row.report, row.case, _receipt(secret, row.report), row.received, repeated=True)


async def _number(session: AsyncSession, organisation: str, prefix: str, received: datetime) -> str:
    """The next number of the organisation, kind and Swedish year; the row lock makes others wait for the commit."""
    year = received.astimezone(ZONE).year
    this = {"organisation": organisation, "prefix": prefix, "year": year}
    sequence = tables.sequences
    counted = insert_into(session, sequence).values(**this, last=1)
    counted = counted.on_conflict_do_update(index_elements=list(this), set_={"last": sequence.c.last + 1})
    last = (await session.execute(counted.returning(sequence.c.last))).scalar_one()
    return f"{organisation}-{prefix}-{year}-{last:05}"


def _receipt(secret: DataKey, report: str) -> str:
    """16 characters in fours: derived, so that a repeated report is answered with the same code."""
    code = b32encode(secret.derive(f"receipt:{report}")[:10]).translate(_CROCKFORD).decode()
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _opened(row: Row[*tuple[object, ...]], secret: DataKey) -> Report:
    return Report.model_validate_json(secret.decrypt(row.body, _context(row.case, row.report)))


def _context(case: str, report: str) -> str:
    return f"{case}/report/{report}"
