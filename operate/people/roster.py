"""Contacts and duty: taken in from files, tables and calendars, given out again, and who would be called."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import select

from desk import duty as its
from desk.staffing import Lack, lacks
from models.refusal import BadInput, Problem
from models.rota import Override
from operate import exchange, terminal
from operate.people import sheets
from storage import calendars, duty, people, routines, tables
from storage.duty import Absence
from storage.reports import UnknownOrganisation

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.duty import PoolGap, Step
    from models.vocabulary.people import Role
    from operate.house import House
    from storage.duty import Pool


async def only(session: AsyncSession, organisation: str | None) -> str:
    """The organisation that is meant: the one named, or the only one there is.

    :raises UnknownOrganisation: if it is not known here.
    :raises BadInput: if there are several and none is named.
    """
    known = await people.organisations(session)
    if organisation is None and len(known) == 1:
        return known[0]
    if organisation is None:
        raise BadInput(Problem(field="organisation", code="missing", reason="there are several here"))
    if organisation not in known:
        raise UnknownOrganisation(organisation)
    return organisation


async def take(house: House, path: Path) -> people.Directory:
    """Put the organisations, people and duty pools of a file in place, all or nothing: CSV by its ending, else TOML.

    :raises BadInput: naming line and field of all that is wrong.
    :raises Refusal: if a duty pool contradicts itself or another.
    """
    if path.suffix.lower() == ".csv":
        document, text = await _from_table(house, path), ""
    else:
        document, text = sheets.document(path)
    try:
        async with house.database.writing() as session:
            await people.load(session, house.ring, document)
    except BadInput as error:
        raise BadInput(*(sheets.placed(problem, path.name, text) for problem in error.problems)) from None
    return people.Directory.parse(document)


async def directory(house: House, organisation: str | None) -> people.Organisation:
    """An organisation with its people."""
    async with house.database.reading() as session:
        return await people.directory(session, house.ring, await only(session, organisation))


def span(starts: str, until: str) -> Absence:
    """A time from and until, as people write them; raises `BadInput`."""
    begins, ends = terminal.read_time(starts, "from"), terminal.read_time(until, "until")
    try:
        return Absence.model_validate({"starts": begins, "ends": ends})
    except ValidationError:
        raise BadInput(Problem(field="until", code="ends_before_start", reason="it ends before it starts")) from None


async def absent(house: House, person: str, away: Absence) -> None:
    """Note that somebody is away; raises `BadInput` if nobody has this code."""
    try:
        async with house.database.writing() as session:
            await people.absent(session, person, away)
    except people.UnknownUser:
        raise BadInput(Problem(field="code", code="unknown_user", reason="nobody has this code")) from None


async def put_on_duty(house: House, pool: str | None, person: str, time: Absence) -> str:
    """Put somebody on duty for a time; the pool's code. Raises as `storage.duty.override` does."""
    async with house.database.writing() as session:
        code = (await pool_for(session, house, pool)).code
        agreed = Override.model_validate({"person": person, **dict(time)})
        await duty.override(session, house.ring, code, agreed)
    return code


async def exported(house: House, pool: str | None, now: datetime, days: int | None) -> str:
    """Duty pools as TOML, or the next days of one as a calendar; with the office hours of the first it serves."""
    async with house.database.reading() as session:
        if days is None:
            chosen = [await pool_for(session, house, pool)] if pool else await duty.pools(session, house.ring)
            return sheets.pools_as_toml(chosen)
        one = await pool_for(session, house, pool)
        office = (await routines.current(session, one.organisations[0], now.date())).calendar
    return calendars.write(one.code, one.shifts(now, now + timedelta(days), office), now).decode()


async def lacking(house: House, organisation: str | None, now: datetime) -> list[Lack]:
    """Who could not be called when it matters."""
    async with house.database.reading() as session:
        code = await only(session, organisation)
        routine = await routines.current(session, code, now.date())
        return await lacks(session, house.ring, code, routine, now, exchange.channels(house.settings).keys())


async def pool_for(session: AsyncSession, house: House, pool: str | None) -> Pool:
    """The pool that is meant: the one named, or the only one there is. Raises `BadInput`."""
    if pool is not None:
        try:
            return await duty.get(session, house.ring, pool)
        except duty.UnknownPool:
            raise BadInput(Problem(field="pool", code="unknown_pool", reason="there is no such pool")) from None
    found = await duty.pools(session, house.ring)
    if len(found) != 1:
        raise BadInput(Problem(field="pool", code="missing", reason="there is none, or several"))
    return found[0]


async def gaps(house: House, organisation: str | None, now: datetime, days: int) -> list[PoolGap]:
    """When nobody is on duty, in all pools that serve an organisation."""
    async with house.database.reading() as session:
        return await its.gaps(session, house.ring, await only(session, organisation), now, days)


async def who(house: House, organisation: str | None, at: datetime, role: Role | None = None) -> list[Step]:
    """Who would be called for an acute alarm, rung by rung; raises as `desk.duty.who` does."""
    available = exchange.channels(house.settings).keys()
    async with house.database.reading() as session:
        return await its.who(session, house.ring, available, await only(session, organisation), at, role)


async def _from_table(house: House, path: Path) -> dict[str, object]:
    """The document in a table of people, whose organisations are known already."""
    found: list[dict[str, object]] = []
    async with house.database.reading() as session:
        for code, persons in sheets.rows(path).items():
            query = select(tables.organisations).where(tables.organisations.c.code == code)
            its = (await session.execute(query)).one_or_none()
            if its is None:
                raise UnknownOrganisation(code)
            found.append({"code": its.code, "name": its.name, "kind": its.kind, "people": persons})
    return {"organisations": found}
