"""Contacts and duty pools as files: TOML for whole documents, CSV for whoever keeps people in a table."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from i18n.times import ZONE
from models.refusal import BadInput, Problem
from models.vocabulary.case import Urgency
from storage.people import Person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from storage.duty import Pool
    from storage.people import Organisation

FIELDS = ("code", "name", "roles", "language", "active", "email", "telephone", "webhook", "chat", "feed", "absences")
COLUMNS = ("organisation", *FIELDS, *Urgency)
"""Of a table of people. Several roles, channels (under each urgency) or absences stand in one cell, a space between."""
_ACTIVE = {"yes": True, "no": False}
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_ASSIGNMENT = re.compile(r"""\s*["']?([\w-]+)["']?[^=]*=""")


def raw(path: Path) -> bytes:
    """A file as it is; raises `BadInput`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(Problem(field="file", code="unreadable_file", reason=error.strerror or "unreadable")) from None


def document(path: Path) -> tuple[dict[str, Any], str]:
    """A TOML file, parsed and as text; raises `BadInput` naming file and line."""
    text = _text(path)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path.name}:{line[1]}" if line else path.name
        raise BadInput(Problem(field=place, code="toml", reason=str(error))) from None


def placed(problem: Problem, name: str, text: str) -> Problem:
    """The problem with the line of a TOML file where the deepest part of its field stands."""
    wanted = tuple(problem.field.split("."))
    depth, line = 0, 0
    for at, keys in _places(text):
        if len(keys) > depth and keys == wanted[: len(keys)]:
            depth, line = len(keys), at
    return problem.model_copy(update={"field": f"{name}:{line} {problem.field}" if depth else problem.field})


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """A CSV file of people, by organisation; raises `BadInput` naming line and column of all that is wrong."""
    text = _text(path).removeprefix("\ufeff")
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    columns = list(reader.fieldnames or ())
    if strange := [*({"organisation", "code", "name", "roles"} - set(columns)), *(set(columns) - set(COLUMNS))]:
        problems = (
            Problem(field=f"{path.name}:1 {one}", code="column", reason="missing or unknown") for one in strange
        )
        raise BadInput(*sorted(problems, key=lambda one: one.field))
    found: dict[str, list[dict[str, Any]]] = {}
    problems_found: list[Problem] = []
    for row in reader:
        place = f"{path.name}:{reader.line_num}"
        if None in row or None in row.values():
            problems_found.append(Problem(field=place, code="column", reason="more or fewer cells than columns"))
            continue
        person = _person({name: cell.strip() for name, cell in row.items() if cell.strip()})
        found.setdefault(row["organisation"].strip(), []).append(person)
        try:
            Person.model_validate_json(json.dumps(person))
        except ValidationError as error:
            wrong = BadInput.from_validation(error).problems
            problems_found += [one.model_copy(update={"field": f"{place} {one.field}"}) for one in wrong]
    if problems_found:
        raise BadInput(*problems_found)
    return found


def as_csv(organisation: Organisation) -> str:
    """The people of an organisation as a table: what `rows` reads."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for one in organisation.people:
        cells = {name: str(getattr(one, name) or "") for name in FIELDS}
        cells |= {urgency: " ".join(kinds) for urgency, kinds in one.channels.items()}
        away = (f"{each.starts.isoformat()}/{each.ends.isoformat()}" for each in one.absences)
        cells |= {"roles": " ".join(sorted(one.roles)), "absences": " ".join(away)}
        writer.writerow({"organisation": organisation.code, **cells, "active": "yes" if one.active else "no"})
    return out.getvalue()


def as_toml(organisation: Organisation) -> str:
    """An organisation and its people: what `storage.people.Directory` reads."""
    its = {"code": organisation.code, "name": organisation.name, "kind": organisation.kind}
    people = (("organisations.people", one.model_dump(exclude_defaults=True)) for one in organisation.people)
    return _tables((("organisations", its), *people))


def pools_as_toml(pools: Sequence[Pool]) -> str:
    """Duty pools: what `storage.people.Directory` reads."""
    return _tables(("pools", one.model_dump(exclude_defaults=True)) for one in pools)


def _person(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells that are not empty, as a document has them."""
    person: dict[str, Any] = {name: cell for name, cell in cells.items() if name in FIELDS}
    person["roles"] = cells.get("roles", "").split()
    if "active" in person:
        person["active"] = _ACTIVE.get(person["active"].lower(), person["active"])
    if "absences" in person:
        spans = (span.partition("/") for span in person["absences"].split())
        person["absences"] = [{"starts": _moment(starts), "ends": _moment(ends)} for starts, _, ends in spans]
    if channels := {urgency.value: cells[urgency].split() for urgency in Urgency if urgency in cells}:
        person["channels"] = channels
    return person


def _moment(text: str) -> str:
    """A time that names no zone is Swedish, as in TOML; what is no time at all is left to the strict reader."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).isoformat()


def _tables(tables: Any) -> str:
    return "\n".join(
        f"[[{name}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in fields.items())
        for name, fields in tables
    )


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case date() | time():
            return value.isoformat()
        case dict():
            return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:  # what JSON escapes TOML reads, but for one character more
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _places(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and full key of each table and assignment, places in lists counted from 0."""
    count: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for at, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = ()
            *above, last = header[2].split(".")
            for part in above:
                table = (*table, part)
                table = (*table, str(count[table] - 1)) if table in count else table
            table = (*table, last)
            if header[1] == "[[":
                count[table] = count.get(table, 0) + 1
                table = (*table, str(count[table] - 1))
            yield at, table
        elif assignment := _ASSIGNMENT.match(line):
            yield at, (*table, assignment[1])


def _text(path: Path) -> str:
    try:
        return raw(path).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(Problem(field="file", code="unreadable_file", reason="not a text file")) from None
