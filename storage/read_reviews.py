"""What was out of the ordinary in what was read: found, looked at by a person, and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, insert, select, update

from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, UnusualReading
from storage import tables
from storage.database import portions
from storage.tables import Relation, Via

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.unusual import Finding
    from storage.keys import KeyRing


class UnknownReview(LookupError):
    """There is no such finding in this organisation, or somebody has looked at it already."""


@dataclass(frozen=True)
class Review:
    """One finding, and what whoever looked at it said. Times in UTC."""

    number: int
    rule: UnusualReading
    user: str
    first: datetime
    last: datetime
    cases: tuple[str, ...]
    found: datetime
    reviewed: datetime | None = None
    by: str | None = None
    note: str = ""

    def document(self) -> dict[str, object]:
        """For programs."""
        return vars(self)


@dataclass(frozen=True)
class Read:
    """What a rule needs to know of one read."""

    user: str
    case: str
    at: datetime
    role: Role | None
    ground: ReadGround
    handler: str | None
    closed: datetime | None


async def read_since(session: AsyncSession, organisation: str, since: datetime) -> list[Read]:
    """What was read by people with an account, with what the lists know of the cases."""
    its, row = tables.reads.c, tables.cases.c
    what = (its.user, its.case, its.at, its.role, its.ground, row.handler, row.closed)
    query = select(*what).join(tables.cases, row.ref == its.case, isouter=True)
    wanted = its.organisation == organisation, its.at >= since, its.via != Via.REPORT
    return [Read(*one) for one in await session.execute(query.where(*wanted))]


async def who_acted(session: AsyncSession, cases: Collection[str]) -> set[tuple[str, str]]:
    """Case and person, for everybody who has done something in one of these cases."""
    its, found = tables.ledger.c, set[tuple[str, str]]()
    for some in portions(cases):
        query = select(its.case, its.actor).where(its.case.in_(some)).distinct()
        found.update((case, actor) for case, actor in await session.execute(query))
    return found


async def who_is_kept_out(session: AsyncSession, cases: Collection[str]) -> set[tuple[str, str]]:
    """Case and person, for everybody who is kept out of one of these cases: by name, or by a role they hold."""
    its, held = tables.case_relations.c, tables.roles.c
    by_name = select(its.case, its.subject).where(its.relation == Relation.BLOCKED)
    holds = (held.organisation == its.organisation) & (held.role == its.subject)
    by_role = select(its.case, held.user).join(tables.roles, holds).where(its.relation == Relation.BLOCKED_ROLE)
    found = set[tuple[str, str]]()
    for some in portions(cases):
        query = by_name.where(its.case.in_(some)).union(by_role.where(its.case.in_(some)))
        found.update((case, person) for case, person in await session.execute(query))
    return found


async def reviewed_until(session: AsyncSession, organisation: str) -> dict[tuple[UnusualReading, str], datetime]:
    """Until when somebody has looked at what a person did against a rule."""
    its = tables.read_reviews.c
    query = select(its.rule, its.user, func.max(its.last)).where(
        its.organisation == organisation, its.reviewed.is_not(None)
    )
    return {(rule, user): until for rule, user, until in await session.execute(query.group_by(its.rule, its.user))}


async def keep(session: AsyncSession, organisation: str, found: Sequence[Finding], now: datetime) -> int:
    """Keep what was found; what waits already grows by it. How many are new."""
    its = tables.read_reviews.c
    heads = select(tables.read_heads).where(tables.read_heads.c.organisation == organisation)
    await session.execute(heads.with_for_update())  # one at a time: two sweeps would find the same twice
    waiting = {(one.rule, one.user, one.first): one for one in await _rows(session, organisation, reviewed=False)}
    last = await session.scalar(select(func.max(its.number)).where(its.organisation == organisation)) or 0
    new = 0
    for one in found:
        values: dict[str, Any] = {"last": one.last, "cases": json.dumps(one.cases)}
        if known := waiting.get((one.rule, one.user, one.first)):
            if (known.last, known.cases) != (one.last, one.cases):
                same = its.organisation == organisation, its.number == known.number
                await session.execute(update(tables.read_reviews).where(*same).values(values))
            continue
        new += 1
        row = {"organisation": organisation, "number": last + new, "rule": one.rule, "user": one.user}
        await session.execute(insert(tables.read_reviews), row | {"first": one.first, "found": now} | values)
    return new


async def listed(session: AsyncSession, ring: KeyRing, organisation: str, *, reviewed: bool) -> list[Review]:
    """What waits to be looked at, the oldest first; or what somebody has looked at, the latest first."""
    rows = await _rows(session, organisation, reviewed=reviewed)
    if not reviewed:
        return [_review(row) for row in rows]
    key = await ring.key(session, f"org:{organisation}")
    context = f"{organisation}/read-review"
    return [
        replace(_review(row), note=key.decrypt(row.note, f"{context}/{row.number}").decode()) for row in reversed(rows)
    ]


async def settle(
    session: AsyncSession, ring: KeyRing, organisation: str, number: int, by: str, note: str, now: datetime
) -> None:
    """Somebody has looked at it, and says what they found. Raises `UnknownReview`."""
    key = await ring.key(session, f"org:{organisation}")
    sealed = key.encrypt(note.encode(), f"{organisation}/read-review/{number}")
    its = tables.read_reviews.c
    waits = its.organisation == organisation, its.number == number, its.reviewed.is_(None), its.user != by
    done = update(tables.read_reviews).where(*waits).values(reviewed=now, by=by, note=sealed)
    if not (await session.execute(done.returning(its.number))).all():
        raise UnknownReview(str(number))


async def _rows(session: AsyncSession, organisation: str, *, reviewed: bool) -> Sequence[Row[Any]]:
    its = tables.read_reviews.c
    state = its.reviewed.is_not(None) if reviewed else its.reviewed.is_(None)
    query = select(tables.read_reviews).where(its.organisation == organisation, state)
    return (await session.execute(query.order_by(its.number))).all()


def _review(row: Row[Any]) -> Review:
    cases = tuple(json.loads(row.cases))
    return Review(row.number, row.rule, row.user, row.first, row.last, cases, row.found, row.reviewed, row.by)
