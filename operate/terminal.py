"""What a command does around the real work: settings, the open house, and reading what it was given."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from i18n.times import ZONE
from models.commands import read_command
from models.refusal import BadInput, Problem
from models.report import REPORT_LIMIT, read_report
from operate.house import House
from operate.logs import configure
from settings import FILE, Settings
from storage import people, routines
from storage.reports import UnknownOrganisation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import BinaryIO

    from models.message import Actor, Command
    from models.report import Report
    from models.routine import Routine

T = TypeVar("T")
MOST_DIGITS = 10
"""A number of so many digits is no event's."""


def settings() -> Settings:
    """The settings, and logs as they want them; raises `BadInput` naming the variable that makes no sense."""
    try:
        read = Settings()
    except ValidationError as error:
        raise BadInput(*map(_named, BadInput.from_validation(error).problems)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(Problem(field=FILE, code="toml", reason=str(error))) from None
    configure(read.log_level, read.log_format)
    return read


def _named(problem: Problem) -> Problem:
    """By the variable; what no variable is called can only stand in the file."""
    name = FILE if problem.code == "unknown_setting" else f"VARNA_{problem.field.upper()}"
    return problem.model_copy(update={"field": name})


def run(work: Callable[[House], Awaitable[T]]) -> T:
    """Do something in the open house, and close it again."""

    async def inside() -> T:
        house = House.open(read)
        try:
            return await work(house)
        finally:
            await house.database.close()

    read = settings()
    return asyncio.run(inside())


async def acting(house: House, user: str) -> Actor:
    """Whoever does something in their own name; raises `UnknownUser`."""
    async with house.database.reading() as session:
        return await people.actor(session, user)


def new_file(path: Path, field: str = "out") -> BinaryIO:
    """A file to write to that is not there yet, for its owner alone; raises `BadInput` rather than replace one."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise BadInput(Problem(field=field, code="unwritable_file", reason=error.strerror or "unwritable")) from None


def read_input(source: str) -> bytes:
    """A file, or standard input for `-`; no more than can be of use. Raises `BadInput`."""
    if source == "-":
        return sys.stdin.buffer.read(REPORT_LIMIT + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(REPORT_LIMIT + 1)
    except OSError as error:
        raise BadInput(Problem(field="file", code="unreadable_file", reason=error.strerror or "unreadable")) from None


def read_time(text: str | None, field: str) -> datetime | None:
    """A moment as people write it, Swedish time if they name no zone; raises `BadInput`."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(Problem(field=field, code="datetime_parsing", reason="not a time")) from None


def read_instant(text: str, field: str) -> datetime | int | None:
    """A moment as people write it, or the number of an event; raises `BadInput`."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else read_time(text, field)


def report_from(source: str, organisation: str | None, received: datetime) -> Report:
    """Read a report; the organisation may be said beside it, but not another one. Raises `BadInput`."""
    raw = read_input(source)
    document = _object(raw) if organisation and len(raw) <= REPORT_LIMIT else None
    if document is not None:
        if document.setdefault("organisation", organisation) != organisation:
            raise BadInput(Problem(field="organisation", code="organisation_differs", reason="the report says another"))
        raw = json.dumps(document).encode()
    return read_report(raw, received)


def command_from(source: str) -> Command:
    """Read a command, and give it an id if it has none. Raises `BadInput`."""
    raw = read_input(source)
    if len(raw) > REPORT_LIMIT:
        raise BadInput(Problem(field="command", code="too_large", reason=f"at most {REPORT_LIMIT} bytes"))
    document = _object(raw)
    return read_command(raw if document is None else json.dumps({"id": str(uuid4()), **document}))


def routine_from(file: Path, organisation: str | None = None) -> Routine:
    """Read a routine file; raises `BadInput` with file and line of each hole."""
    from storage.routine_file import load  # noqa: PLC0415 - the holidays are slow to import, and needed here alone

    try:
        return load(file, organisation)
    except (OSError, UnicodeDecodeError):
        raise BadInput(Problem(field="file", code="unreadable_file", reason="not a readable text file")) from None


def _object(raw: bytes) -> dict[str, object] | None:
    """A JSON object; None if it is none, which the strict reader then names."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


async def adopt(house: House, routine: Routine) -> None:
    """Let an organisation's new cases follow a routine from its first valid day; raises `UnknownOrganisation`."""
    try:
        async with house.database.writing() as session:
            await routines.adopt(session, routine)
    except IntegrityError:
        raise UnknownOrganisation(routine.organisation) from None
