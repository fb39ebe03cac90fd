"""Organisations and the people in them. Everywhere else stands a code; who it is stands here, encrypted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError
from sqlalchemy import delete, insert, select

from models.message import Actor, Code, Frozen, OrganisationCode
from models.refusal import BadInput
from models.report import Line
from models.vocabulary.people import Role
from storage import tables
from storage.database import upsert
from storage.keys import UnknownKey
from storage.tables import OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing


class UnknownUser(LookupError):
    """Nobody active has this code."""


class Contact(Frozen):
    """Who somebody is and how to tell them."""

    name: Line
    email: Line | None = None
    telephone: Line | None = None


class Person(Contact):
    """Somebody with a part in the process."""

    code: Code
    roles: frozenset[Role]
    language: Literal["sv", "en"] = "sv"
    active: bool = True


class Organisation(Frozen):
    """A municipality or region with its people."""

    code: OrganisationCode
    name: Line
    kind: OrganisationKind
    people: tuple[Person, ...] = ()


class Directory(Frozen):
    """The document that `load` takes: TOML with `[[organisations]]` and in each `[[organisations.people]]`."""

    organisations: tuple[Organisation, ...]

    @classmethod
    def parse(cls, document: Mapping[str, object]) -> Directory:
        """Read the parsed file; raises `BadInput` naming each key that is wrong."""
        try:
            return cls.model_validate_json(json.dumps(document, default=str))
        except ValidationError as error:
            raise BadInput.from_validation(error) from None


async def load(session: AsyncSession, ring: KeyRing, document: Mapping[str, object]) -> None:
    """Put the organisations and people of a document in place; others stay as they are.

    :param document: the shape of `Directory`.
    :raises BadInput: naming each key that is wrong.
    """
    for organisation in Directory.parse(document).organisations:
        row = organisation.model_dump(exclude={"people"})
        await session.execute(upsert(session, tables.organisations), row)
        key = await _key(session, ring, organisation.code)
        for person in organisation.people:
            await _put_person(session, key, organisation.code, person)


async def actor(session: AsyncSession, code: str) -> Actor:
    """Who acts under this code, with all roles held; raises `UnknownUser`."""
    table = tables.users.c
    query = select(table.organisation).where(table.code == code, table.active)
    organisation = (await session.execute(query)).scalar_one_or_none()
    if organisation is None:
        raise UnknownUser(code)
    held = (await session.execute(select(tables.roles.c.role).where(tables.roles.c.user == code))).scalars()
    return Actor(id=code, organisation=organisation, roles=frozenset(held))


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
    """Name and addresses of somebody; raises `UnknownUser`."""
    table = tables.users.c
    row = (await session.execute(select(table.organisation, table.body).where(table.code == code))).one_or_none()
    if row is None:
        raise UnknownUser(code)
    key = await ring.key(session, _scope(row.organisation))
    return Contact.model_validate_json(key.decrypt(row.body, _context(code)))


async def _put_person(session: AsyncSession, key: DataKey, organisation: str, person: Person) -> None:
    told = Contact(name=person.name, email=person.email, telephone=person.telephone)
    row = {
        "code": person.code,
        "organisation": organisation,
        "language": person.language,
        "active": person.active,
        "body": key.encrypt(told.model_dump_json().encode(), _context(person.code)),
    }
    await session.execute(upsert(session, tables.users), row)
    await session.execute(delete(tables.roles).where(tables.roles.c.user == person.code))
    held = [{"organisation": organisation, "role": role, "user": person.code} for role in sorted(person.roles)]
    if held:
        await session.execute(insert(tables.roles), held)


async def _key(session: AsyncSession, ring: KeyRing, organisation: str) -> DataKey:
    try:
        return await ring.key(session, _scope(organisation))
    except UnknownKey:
        return await ring.create(session, _scope(organisation), organisation)


def _scope(organisation: str) -> str:
    return f"org:{organisation}"


def _context(code: str) -> str:
    return f"user/{code}"
