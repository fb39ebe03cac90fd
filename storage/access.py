"""The access log of an organisation, to be searched: who read which case, when, why and from where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround
from storage import tables
from storage.database import portions
from storage.reads import OPERATOR, RECEIPT
from storage.tables import Relation, Via

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.message import Actor

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody has read something of a case. `at` is the first time in that quarter of an hour (UTC)."""

    seq: int
    """Its place in the organisation's chain."""
    case: str
    user: str
    role: Role | None
    via: Via
    what: str
    at: datetime
    ground: ReadGround
    reference: str
    source: str
    """A mark of the session or program it came by."""

    @property
    def by_receipt(self) -> bool:
        """By the receipt code of a report, without an account."""
        return self.user.startswith(RECEIPT)

    @property
    def by_operator(self) -> bool:
        """On the machine itself, in nobody's name."""
        return self.user == OPERATOR

    def document(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class Asked:
    """What is looked for in the log; what is not said leaves nothing out."""

    user: str = ""
    case: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    via: Via | None = None
    ground: ReadGround | None = None


_ROW = tuple(tables.reads.c[field.name] for field in fields(Access))


async def search(
    session: AsyncSession,
    organisation: str,
    asked: Asked,
    *,
    reader: Actor | None = None,
    before: int | None = None,
    limit: int = LIMIT,
) -> tuple[list[Access], int | None]:
    """A page of the log, the last read first, and where it goes on (None at its end).

    :param reader: who looks: a case they are kept out of does not exist for them here either.
    :param before: only what stands before this place in the chain.
    """
    its = tables.reads.c
    wanted: list[ColumnElement[bool]] = [its.organisation == organisation]
    wanted += [its[name] == value for name in ("user", "case", "via", "ground") if (value := getattr(asked, name))]
    if asked.since is not None:
        wanted.append(its.at >= asked.since)
    if asked.until is not None:
        wanted.append(its.at < asked.until)
    if before is not None:
        wanted.append(its.seq < before)
    if reader is not None:
        wanted.append(~kept_out(reader, its.case))
    query = select(*_ROW).where(*wanted).order_by(its.seq.desc()).limit(limit + 1)
    found = [Access(*row) for row in await session.execute(query)]
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


async def of_case(session: AsyncSession, case: str) -> list[Access]:
    """All that was read of a case, in order."""
    query = select(*_ROW).where(tables.reads.c.case == case).order_by(tables.reads.c.seq)
    return [Access(*row) for row in await session.execute(query)]


async def hidden_from(session: AsyncSession, reader: Actor, cases: Sequence[str]) -> set[str]:
    """Those of these cases that somebody is kept out of."""
    its, found = tables.case_relations.c, set[str]()
    for some in portions(set(cases)):
        found.update((await session.execute(select(its.case).where(its.case.in_(some), _blocks(reader)))).scalars())
    return found


def kept_out(reader: Actor, case: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether somebody is kept out of a case (jäv), by person or by a role they hold."""
    return exists().where(tables.case_relations.c.case == case, _blocks(reader))


def _blocks(reader: Actor) -> ColumnElement[bool]:
    its = tables.case_relations.c
    person = (its.relation == Relation.BLOCKED) & (its.subject == reader.id)
    return person | ((its.relation == Relation.BLOCKED_ROLE) & its.subject.in_(sorted(reader.roles)))
