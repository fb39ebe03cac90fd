"""Organisations and the people in them. Everywhere else stands a code; who it is stands here, encrypted."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, insert, select

from i18n.times import ZONE
from models.contact import Contact
from models.message import Actor, Frozen, OrganisationCode, Sorted
from models.outside import PersonCode
from models.refusal import BadInput, Problem
from models.report import Line
from models.vocabulary.people import Role
from storage import duty, tables
from storage.database import upsert
from storage.duty import Absence, Pool
from storage.keys import UnknownKey, Unreadable
from storage.tables import OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing


_DOCUMENT = TypeAdapter(dict[str, object])


class UnknownUser(LookupError):
    """Nobody active has this code."""


class ContactUnreadable(Unreadable):
    """What is kept of somebody's name and addresses cannot be read."""


class Person(Contact):
    """Somebody with a part in the process."""

    code: PersonCode
    roles: Sorted[Role]
    language: Literal["sv", "en"] = "sv"
    active: bool = True
    absences: tuple[Absence, ...] = ()


class Organisation(Frozen):
    """A municipality or region with its people."""

    code: OrganisationCode
    name: Line
    kind: OrganisationKind
    people: tuple[Person, ...] = ()


class Directory(Frozen):
    """The document that `load` takes.

    TOML with `[[organisations]]`, in each `[[organisations.people]]`, and the `[[pools]]` of their duty officers.
    """

    organisations: tuple[Organisation, ...] = ()
    pools: tuple[Pool, ...] = ()

    @classmethod
    def parse(cls, document: Mapping[str, object]) -> Directory:
        """Read the parsed file; times without a zone are Swedish. Raises `BadInput` naming each key that is wrong."""
        try:
            read = cls.model_validate_json(json.dumps(document, default=_written))
        except ValidationError as error:
            raise BadInput.from_validation(error) from None
        known = Counter(one.code for organisation in read.organisations for one in organisation.people)
        if twice := [code for code, times in known.items() if times > 1]:
            raise BadInput(*(Problem(field=code, code="code_twice", reason="stands there twice") for code in twice))
        return read


async def load(session: AsyncSession, ring: KeyRing, document: Mapping[str, object]) -> None:
    """Put the organisations, people and duty pools of a document in place; others stay as they are.

    :param document: the shape of `Directory`.
    :raises BadInput: naming each key that is wrong.
    :raises Refusal: if a duty pool contradicts itself or another (`storage.duty.put`).
    """
    directory = Directory.parse(document)
    await _refuse_others(session, directory)
    for organisation in directory.organisations:
        row = organisation.model_dump(exclude={"people"})
        await session.execute(upsert(session, tables.organisations), row)
        key = await _key(session, ring, organisation.code)
        for person in organisation.people:
            await _put_person(session, key, organisation.code, person)
    for pool in directory.pools:
        await duty.put(session, ring, pool)


async def actor(
    session: AsyncSession, code: str, organisation: str | None = None, now: datetime | None = None
) -> Actor:
    """Who acts under this code, with all roles held at home; raises `UnknownUser`.

    :param organisation: in whose case, if that is known: whoever takes part in a duty pool that serves it acts there
        too, in the pool's role alone.
    :param now: when they act, if not at this moment.
    """
    table = tables.users.c
    query = select(table.organisation).where(table.code == code, table.active)
    home = (await session.execute(query)).scalar_one_or_none()
    if home is None:
        raise UnknownUser(code)
    if organisation is not None and organisation != home:
        roles = await duty.roles_in(session, organisation, code, now or datetime.now(UTC))
        if roles:
            return Actor(id=code, organisation=organisation, roles=roles)
    held = (await session.execute(select(tables.roles.c.role).where(tables.roles.c.user == code))).scalars()
    return Actor(id=code, organisation=home, roles=frozenset(held))


async def roles_held(session: AsyncSession) -> dict[str, frozenset[Role]]:
    """The roles that everybody holds at home, by code; nobody's name or address."""
    found: dict[str, frozenset[Role]] = {}
    for code, role in await session.execute(select(tables.roles.c.user, tables.roles.c.role)):
        found[code] = found.get(code, frozenset()) | {role}
    return found


async def holders(session: AsyncSession, organisation: str, role: Role) -> list[str]:
    """Codes of the active people who hold the role there, in order of code."""
    users, roles = tables.users.c, tables.roles.c
    query = (
        select(users.code)
        .join(tables.roles, roles.user == users.code)
        .where(roles.organisation == organisation, roles.role == role, users.active)
        .order_by(users.code)
    )
    return list((await session.execute(query)).scalars())


async def contact(session: AsyncSession, ring: KeyRing, code: str) -> Contact:
    """Name and addresses of somebody; raises `UnknownUser`, `ContactUnreadable`."""
    found = await contacts(session, ring, [code])
    if code not in found:
        raise UnknownUser(code)
    if (its := found[code]) is None:
        raise ContactUnreadable(code)
    return its


async def contacts(session: AsyncSession, ring: KeyRing, codes: Iterable[str]) -> dict[str, Contact | None]:
    """Names and addresses of several people, None where they cannot be read; whoever is unknown is left out."""
    table = tables.users.c
    query = select(table.code, table.organisation, table.body).where(table.code.in_(list(codes)))
    rows = (await session.execute(query)).all()
    found: dict[str, Contact | None] = dict.fromkeys(row.code for row in rows)
    for row in rows:
        key = await ring.key(session, _scope(row.organisation))
        with suppress(ContactUnreadable):
            found[row.code] = _contact(key, row.code, row.body)
    return found


async def active(session: AsyncSession, ring: KeyRing, code: str) -> tuple[str, Contact]:
    """The language of somebody who is still active, and how to tell them; raises `UnknownUser`, `ContactUnreadable`."""
    table = tables.users.c
    query = select(table.organisation, table.language, table.body).where(table.code == code, table.active)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise UnknownUser(code)
    return row.language, _contact(await ring.key(session, _scope(row.organisation)), code, row.body)


async def directory(session: AsyncSession, ring: KeyRing, organisation: str) -> Organisation:
    """An organisation with all its people and their absences noted by hand: what `load` takes. Raises `KeyError`."""
    table, users, roles = tables.organisations, tables.users.c, tables.roles.c
    its = (await session.execute(select(table).where(table.c.code == organisation))).one_or_none()
    if its is None:
        raise KeyError(organisation)
    key = await ring.key(session, _scope(organisation))
    held: dict[str, set[Role]] = {}
    for user, role in await session.execute(select(roles.user, roles.role).where(roles.organisation == organisation)):
        held.setdefault(user, set()).add(role)
    rows = (await session.execute(select(tables.users).where(users.organisation == organisation))).all()
    away = await duty.absences(session, [row.code for row in rows], source=duty.BY_HAND)
    people = [
        Person(
            **dict(_contact(key, row.code, row.body)),
            code=row.code,
            roles=frozenset(held.get(row.code, ())),
            language=row.language,
            active=row.active,
            absences=tuple(away.get(row.code, ())),
        )
        for row in sorted(rows, key=lambda row: str(row.code))
    ]
    return Organisation(code=its.code, name=its.name, kind=its.kind, people=tuple(people))


async def organisations(session: AsyncSession) -> list[str]:
    """Codes of all organisations, in order."""
    table = tables.organisations.c
    return list((await session.execute(select(table.code).order_by(table.code))).scalars())


async def absent(session: AsyncSession, code: str, away: Absence) -> None:
    """Note that somebody is away; raises `UnknownUser`."""
    await duty.add_absence(session, await _home(session, code), code, away)


async def put_absences(session: AsyncSession, code: str, away: Iterable[Absence], source: str) -> None:
    """Put somebody's absences in place of those that were known from this source; raises `UnknownUser`."""
    await duty.put_absences(session, await _home(session, code), code, away, source)


async def _refuse_others(session: AsyncSession, directory: Directory) -> None:
    """Nobody is taken from another organisation, which would miss them when it calls."""
    homes = {one.code: organisation.code for organisation in directory.organisations for one in organisation.people}
    table = tables.users.c
    found = await session.execute(select(table.code, table.organisation).where(table.code.in_(list(homes))))
    if taken := sorted(row.code for row in found if row.organisation != homes[row.code]):
        reason = "somebody in another organisation has it"
        raise BadInput(*(Problem(field=code, code="code_taken", reason=reason) for code in taken))


async def _home(session: AsyncSession, code: str) -> str:
    table = tables.users.c
    organisation = (await session.execute(select(table.organisation).where(table.code == code))).scalar_one_or_none()
    if organisation is None:
        raise UnknownUser(code)
    return str(organisation)


async def _put_person(session: AsyncSession, key: DataKey, organisation: str, person: Person) -> None:
    told = Contact(**{field: getattr(person, field) for field in Contact.model_fields})
    row = {
        "code": person.code,
        "organisation": organisation,
        "language": person.language,
        "active": person.active,
        "body": key.encrypt(told.model_dump_json(exclude_defaults=True).encode(), _context(person.code)),
    }
    await session.execute(upsert(session, tables.users), row)
    await session.execute(delete(tables.roles).where(tables.roles.c.user == person.code))
    held = [{"organisation": organisation, "role": role, "user": person.code} for role in sorted(person.roles)]
    if held:
        await session.execute(insert(tables.roles), held)
    if "absences" in person.model_fields_set:
        await duty.put_absences(session, organisation, person.code, person.absences, duty.BY_HAND)


def _contact(key: DataKey, code: str, body: bytes) -> Contact:
    try:
        document: dict[str, object] = _DOCUMENT.validate_json(key.decrypt(body, _context(code)))
        try:
            return Contact.model_validate_json(json.dumps(document))
        except ValidationError as error:
            # Once any line was taken for an address: one that is none is left out, and the staffing checks then say so.
            wrong = {problem["loc"][0] for problem in error.errors()}
            return Contact.model_validate_json(json.dumps({name: document[name] for name in document.keys() - wrong}))
    except ValueError:  # not even decrypted, perhaps; what the errors quote is nobody's business
        raise ContactUnreadable(code) from None


def _written(value: object) -> str:
    """What TOML has and JSON has not: days and times."""
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=ZONE)
    return value.isoformat() if isinstance(value, date | time) else str(value)


async def _key(session: AsyncSession, ring: KeyRing, organisation: str) -> DataKey:
    try:
        return await ring.key(session, _scope(organisation))
    except UnknownKey:
        return await ring.create(session, _scope(organisation), organisation)


def _scope(organisation: str) -> str:
    return f"org:{organisation}"


def _context(code: str) -> str:
    return f"user/{code}"
