"""Who works here and by which routine: what an administrator does, never to themselves alone."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from activities.queueing import Warned, queue_warning
from models.contact import ADDRESSES
from models.refusal import BadInput, Problem, Refusal
from models.vocabulary.people import Role
from storage import accounts, openings, people, programs, routines, sessions
from storage.tables import MessageKind, OpeningKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.message import Actor
    from models.routine import Routine
    from storage.people import Organisation, Person

LARGEST = 256 * 1024
"""Bytes of a routine file."""


async def colleague(session: AsyncSession, desk: Desk, actor: Actor, code: str) -> tuple[Organisation, Person]:
    """Somebody of the administrator's own organisation; raises `UnknownUser` for everybody else."""
    here = await people.directory(session, desk.ring, actor.organisation)
    found = next((one for one in here.people if one.code == code), None)
    if found is None:
        raise people.UnknownUser(code)
    return here, found


async def put(
    desk: Desk, actor: Actor, document: Mapping[str, object], now: datetime, channels: Collection[str]
) -> Person:
    """Take somebody in, or change what is known of them. Absences stay as they are.

    Whoever answers for the data is told of roles that somebody is given, and of an address that becomes another:
    who changes it first could make a link afterwards that warns only themselves.

    :param document: as `storage.people.Person`.
    :raises BadInput: naming each field that is wrong.
    :raises Refusal: `own_roles`: nobody gives themselves roles.
    """
    async with desk.database.writing() as session:
        here = await people.directory(session, desk.ring, actor.organisation)
        whole = {"code": here.code, "name": here.name, "kind": here.kind, "people": [document]}
        try:
            (taken,) = people.Directory.parse({"organisations": [whole]}).organisations[0].people
        except BadInput as error:
            raise BadInput(*map(_own_field, error.problems)) from None
        before = next((one for one in here.people if one.code == taken.code), None)
        if (
            taken.code == actor.id
            and before is not None
            and (taken.roles, taken.active) != (before.roles, before.active)
        ):
            raise Refusal("own_roles", "roles")
        try:
            await people.load(session, desk.ring, {"organisations": [whole]})
        except BadInput as error:
            raise BadInput(*map(_own_field, error.problems)) from None
        if not taken.active:
            await sessions.end_all(session, taken.code)
        if set(taken.roles) - set(before.roles if before else ()) or (before and _moved(before, taken)):
            await _tell(session, desk, actor, taken.code, now, channels)
    return taken


async def invite(
    desk: Desk, actor: Actor, code: str, now: datetime, kind: OpeningKind, channels: Collection[str]
) -> str:
    """The secret part of a one-time link by which somebody chooses how they sign in. Earlier links open nothing more.

    Whoever holds the link can become that person, so they are told of it, and whoever answers for the data too.

    A reset takes away password, second factor and passkeys, and signs them out everywhere.

    :raises UnknownUser: if nobody active here has this code.
    :raises Refusal: `own_reset`: whoever is locked out is let in by another.
    """
    async with desk.database.writing() as session:
        _, person = await colleague(session, desk, actor, code)
        if not person.active:
            raise people.UnknownUser(code)
        if kind is OpeningKind.RESET:
            if code == actor.id:
                raise Refusal("own_reset", "code")
            await accounts.clear(session, code)
            await sessions.end_all(session, code)
        token, _ = await openings.make(session, code, kind, now, maker=actor.id)
        own = Warned(MessageKind.ACCOUNT_OPENED, actor.organisation, code, now.isoformat())
        await queue_warning(session, desk.ring, own, channels, now)
        await _tell(session, desk, actor, code, now, channels)
    return token


async def adopt(desk: Desk, actor: Actor, text: str) -> Routine:
    """Let new cases follow a routine from its first valid day; running ones keep theirs. It may extend `standard`.

    :raises BadInput: with line and reason of each hole; nothing is adopted then.
    """
    routine = await tried(actor, text)
    async with desk.database.writing() as session:
        await routines.adopt(session, routine)
    return routine


async def tried(actor: Actor, text: str) -> Routine:
    """Read a routine as `adopt` would, and adopt nothing; raises `BadInput`."""
    return await asyncio.to_thread(_read, text, actor.organisation)


async def revoke(desk: Desk, actor: Actor, code: str, now: datetime) -> None:
    """Take back a program's token; raises `UnknownProgram` for those of other organisations too."""
    async with desk.database.writing() as session:
        if code not in {one.code for one in await programs.listed(session, actor.organisation)}:
            raise programs.UnknownProgram(code)
        await programs.revoke(session, code, now)


async def _tell(
    session: AsyncSession, desk: Desk, actor: Actor, code: str, now: datetime, channels: Collection[str]
) -> None:
    """Tell the data-protection officer of access given; if none but these two can be told, the head of security."""
    occasion = f"{code} {now.isoformat()}"
    for role in (Role.DATA_PROTECTION_OFFICER, Role.SECURITY_CHIEF, Role.DEPUTY):
        others = set(await people.holders(session, actor.organisation, role)) - {code, actor.id}
        warned = [Warned(MessageKind.ACCESS_GIVEN, actor.organisation, one, occasion) for one in sorted(others)]
        if any([await queue_warning(session, desk.ring, one, channels, now) for one in warned]):
            return


def _moved(before: Person, after: Person) -> bool:
    """Whether somebody is told at another address than before."""
    return any(getattr(before, field) not in {None, getattr(after, field)} for field in ADDRESSES.values())


def _read(text: str, organisation: str) -> Routine:
    from storage.routine_file import ROUTINES, load  # noqa: PLC0415 - the holidays are slow to import

    if len(text.encode()) > LARGEST:
        raise BadInput(Problem(field="routine", code="too_large", reason=f"at most {LARGEST} bytes"))
    with tempfile.TemporaryDirectory() as folder:
        for file in ROUTINES.glob("*.toml"):  # what it may extend stands beside it
            shutil.copy(file, folder)
        path = Path(folder) / "routine.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, organisation)


def _own_field(problem: Problem) -> Problem:
    """The field of the one person, without the way to it through the document."""
    return problem.model_copy(update={"field": problem.field.rpartition("people.0.")[2]})
