"""Destruction lists and what became of them: proposed by one, approved by another, and what remains: certificates."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from storage import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.vocabulary.records import RetentionClass, SparingReason


class UnknownList(LookupError):
    """There is no such destruction list."""


class UnknownCertificate(LookupError):
    """No certificate says that this case was destroyed."""


@dataclass(frozen=True, slots=True)
class Item:
    """One case on a list. Times in UTC."""

    case: str
    kind: RetentionClass
    closed: datetime
    ends: datetime
    spared_by: str | None = None
    spared: datetime | None = None
    reason: SparingReason | None = None
    destroyed: datetime | None = None
    """Since when it is gone, if it is."""

    @property
    def waits(self) -> bool:
        """It was not taken off, and is not gone yet."""
        return self.spared is None and self.destroyed is None


@dataclass(frozen=True, slots=True)
class DestructionList:
    """What is to be destroyed, who says so, and by which decision. Times in UTC."""

    id: str
    organisation: str
    proposed_by: str
    proposed: datetime
    approved_by: str | None
    approved: datetime | None
    decision: str | None
    withdrawn: datetime | None
    executed: datetime | None
    items: tuple[Item, ...] = ()

    @property
    def state(self) -> str:
        """A code: withdrawn, executed, approved or proposed."""
        for name in ("withdrawn", "executed", "approved"):
            if getattr(self, name) is not None:
                return name
        return "proposed"

    @property
    def waiting(self) -> tuple[Item, ...]:
        """What it would destroy."""
        return tuple(item for item in self.items if item.waits)


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a case was destroyed, and what of it is still to be cleared away. Nothing in it is personal but codes."""

    case: str
    organisation: str
    list: str
    destroyed: datetime
    body: str
    """Canonical JSON."""
    digest: str
    """SHA-256 of the body, in hexadecimal."""
    evidence_gone: datetime | None
    engine_gone: datetime | None
    master: str
    backups_gone: datetime | None

    @property
    def facts(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def whole(self) -> bool:
        """Nothing is left anywhere: files, engine, and what backups could be read with."""
        return None not in (self.evidence_gone, self.engine_gone, self.backups_gone)

    def document(self) -> dict[str, object]:
        """For programs."""
        rest = ("digest", "evidence_gone", "engine_gone", "backups_gone")
        return {"certificate": self.facts} | {name: getattr(self, name) for name in rest}


_LISTS, _ITEMS, _CERTIFICATES = tables.destruction_lists, tables.destruction_items, tables.certificates
_LIST = tuple(_LISTS.c[field.name] for field in fields(DestructionList) if field.name != "items")
_ITEM = tuple(_ITEMS.c[field.name] for field in fields(Item) if field.name != "destroyed")
_CERTIFICATE = tuple(_CERTIFICATES.c[field.name] for field in fields(Certificate))


async def propose(
    session: AsyncSession, organisation: str, items: Sequence[Item], by: str, now: datetime
) -> DestructionList:
    """A new list that nobody has approved yet."""
    identity = secrets.token_hex(6)
    row = {"id": identity, "organisation": organisation, "proposed_by": by, "proposed": now}
    await session.execute(insert(_LISTS), row)
    rows = [{column.name: getattr(item, column.name) for column in _ITEM} for item in items]
    await session.execute(insert(_ITEMS), [one | {"list": identity, "organisation": organisation} for one in rows])
    return await get(session, identity)


async def get(session: AsyncSession, identity: str, *, lock: bool = False) -> DestructionList:
    """A list with its cases; raises `UnknownList`."""
    query = select(*_LIST).where(_LISTS.c.id == identity)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise UnknownList(identity)
    gone = _ITEMS.outerjoin(_CERTIFICATES, _CERTIFICATES.c.case == _ITEMS.c.case)
    items = select(*_ITEM, _CERTIFICATES.c.destroyed).select_from(gone).where(_ITEMS.c.list == identity)
    found = await session.execute(items.order_by(_ITEMS.c.case))
    return replace(DestructionList(*row), items=tuple(Item(*tuple(one)) for one in found))


async def listed(session: AsyncSession, organisation: str) -> list[DestructionList]:
    """All lists of an organisation, the newest first, without their cases."""
    query = select(*_LIST).where(_LISTS.c.organisation == organisation).order_by(_LISTS.c.proposed.desc(), _LISTS.c.id)
    return [DestructionList(*row) for row in await session.execute(query)]


async def listed_cases(session: AsyncSession, organisation: str) -> set[str]:
    """The cases that stand on a list which is not yet at its end."""
    open_ones = (_LISTS.c.organisation == organisation, _LISTS.c.withdrawn.is_(None), _LISTS.c.executed.is_(None))
    query = select(_ITEMS.c.case).join(_LISTS, _LISTS.c.id == _ITEMS.c.list).where(*open_ones)
    return set((await session.execute(query.where(_ITEMS.c.spared.is_(None)))).scalars())


async def approve(session: AsyncSession, identity: str, by: str, decision: str, now: datetime) -> None:
    """Somebody else agrees, by a decision."""
    await _change(session, identity, approved_by=by, approved=now, decision=decision)


async def withdraw(session: AsyncSession, identity: str, now: datetime) -> None:
    """Nothing comes of it."""
    await _change(session, identity, withdrawn=now)


async def executed(session: AsyncSession, identity: str, now: datetime) -> None:
    """Everything on it is gone, or was taken off."""
    await _change(session, identity, executed=now)


async def spare(session: AsyncSession, identity: str, case: str, by: str, reason: SparingReason, now: datetime) -> None:
    """Take a case off a list."""
    this = update(_ITEMS).where(_ITEMS.c.list == identity, _ITEMS.c.case == case)
    await session.execute(this.values(spared_by=by, spared=now, reason=reason))


async def certify(session: AsyncSession, facts: Mapping[str, object], master: str, now: datetime) -> None:
    """Write down that a case was destroyed: `case`, `organisation` and `list` among the facts."""
    body = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row = {name: facts[name] for name in ("case", "organisation", "list")}
    row |= {"destroyed": now, "body": body, "digest": hashlib.sha256(body.encode()).hexdigest(), "master": master}
    await session.execute(insert(_CERTIFICATES), row)


async def certificate(session: AsyncSession, case: str) -> Certificate:
    """The certificate of a case; raises `UnknownCertificate`."""
    row = (await session.execute(select(*_CERTIFICATE).where(_CERTIFICATES.c.case == case))).one_or_none()
    if row is None:
        raise UnknownCertificate(case)
    return Certificate(*row)


async def certificates(session: AsyncSession, organisation: str) -> list[Certificate]:
    """All certificates of an organisation, the newest first."""
    return await _certificates(session, _CERTIFICATES.c.organisation == organisation)


async def unfinished(session: AsyncSession) -> list[Certificate]:
    """Of what was destroyed, that of which files or histories are still to be cleared away."""
    gone = _CERTIFICATES.c
    return await _certificates(session, gone.evidence_gone.is_(None) | gone.engine_gone.is_(None))


async def mark(session: AsyncSession, case: str, **gone: object) -> None:
    """Something more of it is gone: `evidence_gone`, `engine_gone`, `backups_gone`."""
    await session.execute(update(_CERTIFICATES).where(_CERTIFICATES.c.case == case).values(**gone))


async def clear(session: AsyncSession, case: str) -> dict[str, int]:
    """Take away what the lists and the messages say of a case; how much there was of what is counted.

    Its ledger stays, for it is a chain; its report stays as a number without a word; what lies in the vault is noted
    until it is gone; who has read it stays for as long as such a log is kept.
    """
    its = select(tables.messages.c.id).where(tables.messages.c.case == case)
    reports = select(tables.reports.c.report).where(tables.reports.c.case == case)
    await session.execute(delete(tables.message_changes).where(tables.message_changes.c.message.in_(its)))
    await session.execute(delete(tables.receipt_sessions).where(tables.receipt_sessions.c.report.in_(reports)))
    counted = {"messages": tables.messages, "notices": tables.notices}
    found = {name: await _amount(session, table.c.case == case) for name, table in counted.items()}
    for table in (tables.messages, tables.notices, tables.obligations, tables.case_relations, tables.search_terms):
        await session.execute(delete(table).where(table.c.case == case))
    await session.execute(delete(tables.cases).where(tables.cases.c.ref == case))
    blank = update(tables.reports).where(tables.reports.c.case == case).values(body=b"", key=None)
    await session.execute(blank)
    sealed = update(tables.evidence).where(tables.evidence.c.case == case)
    await session.execute(sealed.values(body=b"", digest="0" * 64, type="", by="", found=None))
    return found


async def kept_of(session: AsyncSession, case: str) -> dict[str, object]:
    """How much there is of a case: reports, files and their bytes, and archived runs."""
    table = tables.evidence.c
    sizes = select(func.count(), func.coalesce(func.sum(table.size), 0)).where(table.case == case)
    pieces, size = (await session.execute(sizes)).one()
    reports = await _amount(session, tables.reports.c.case == case)
    runs = await _amount(session, tables.archives.c.case == case)
    return {"reports": reports, "archived_runs": runs, "evidence": {"pieces": pieces, "bytes": int(size)}}


async def closed_cases(session: AsyncSession, organisation: str) -> list[str]:
    """The closed cases of an organisation, the one closed first first."""
    row = tables.cases.c
    query = select(row.ref).where(row.organisation == organisation, row.closed.is_not(None))
    return list((await session.execute(query.order_by(row.closed, row.ref))).scalars())


async def files(session: AsyncSession, case: str) -> list[str]:
    """Names of what of a case lies in the vault: what was handed in, and its archived history."""
    handed_in = select(tables.evidence.c.id).where(tables.evidence.c.case == case)
    archived = select(tables.archives.c.object).where(tables.archives.c.case == case)
    return sorted((await session.execute(handed_in.union(archived))).scalars())


async def forget_file(session: AsyncSession, name: str) -> None:
    """It is gone from the vault."""
    await session.execute(delete(tables.evidence).where(tables.evidence.c.id == name))
    await session.execute(delete(tables.archives).where(tables.archives.c.object == name))


async def _amount(session: AsyncSession, condition: ColumnElement[bool]) -> int:
    return int((await session.execute(select(func.count()).where(condition))).scalar_one())


async def _certificates(session: AsyncSession, condition: ColumnElement[bool]) -> list[Certificate]:
    order = (_CERTIFICATES.c.destroyed.desc(), _CERTIFICATES.c.case)
    query = select(*_CERTIFICATE).where(condition).order_by(*order)
    return [Certificate(*row) for row in await session.execute(query)]


async def _change(session: AsyncSession, identity: str, **values: object) -> None:
    await session.execute(update(_LISTS).where(_LISTS.c.id == identity).values(**values))
