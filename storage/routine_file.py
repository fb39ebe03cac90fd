"""Routine files: a municipality's decisions as TOML, expanded to a whole routine, every hole told by file and line."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from holidays.countries.sweden import Sweden
from pydantic import ConfigDict, Field, ValidationError

from models.events import moments
from models.message import Frozen
from models.refusal import BadInput, Problem
from models.routine import Routine, read_routine
from models.workcalendar import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = dict[str, Any]
Year = Annotated[int, Field(ge=1970, le=2200)]

ROUTINES = Path(str(files("routines")))
"""Where the routine files of this installation lie; `standard.toml` among them."""


class Eve(Frozen):
    """A half-day: the day before a holiday, unless the office is closed then anyway."""

    before: str
    """Name of the holiday."""
    name: str
    closes: time


class CalendarFile(Frozen):
    """What a file may say of its calendar, and the routine's own calendar may not: rules instead of dates."""

    model_config = ConfigDict(extra="allow")  # the rest is the calendar's own business

    covers: Annotated[tuple[Year, Year], Field(description="first and last year")]
    office_hours: dict[str, object] = Field(default_factory=dict)
    holidays: Literal["SE"] | None = None
    """Swedish holidays and the eves that are days off in practice."""
    days_off: dict[date, str] = Field(default_factory=dict)
    half_days: tuple[Eve, ...] | dict[date, object] = ()


_NAME = re.compile(r"[\w.-]{1,100}")
_TABLE = re.compile(r"\[\[?(?P<keys>[^\]]+)\]")
_ASSIGNMENT = re.compile(r"""\s*(?P<keys>[\w."'-]+)\s*=""")


def load(path: Path, organisation: str | None = None) -> Routine:
    """Read a routine file: `extends` names a file beside it whose keys hold where it is silent.

    :param organisation: code of the organisation it is read for, if not the file's own.
    :raises BadInput: every problem, its field as `file:line key` where the key can be found.
    :raises OSError: if the file cannot be read.
    """
    return _routine(path, path.read_text(encoding="utf-8"), organisation)


def parse(text: str, organisation: str) -> Routine:
    """Read a routine from the text of a file that lies nowhere; it may extend those of this installation.

    :raises BadInput: every problem, by line.
    """
    return _routine(ROUTINES / "rutin.toml", text, organisation)


def _routine(path: Path, text: str, organisation: str | None) -> Routine:
    document, texts = _merged(path, text, ())
    if organisation is not None:
        document["organisation"] = organisation
    try:
        if "calendar" in document:
            document["calendar"] = _expanded(document["calendar"])
        return read_routine(document, moments())
    except BadInput as error:
        raise BadInput(*(_placed(problem, texts) for problem in error.problems)) from None


def schema() -> str:
    """The JSON Schema of a routine file, for editors. It knows words and forms; only `load` knows what is missing."""
    whole = Routine.model_json_schema()
    calendar = CalendarFile.model_json_schema()
    definitions: Document = whole["$defs"] | calendar["$defs"]
    own = definitions["WorkCalendar"]["properties"]
    written = calendar["properties"]
    dated = {"type": "object", "additionalProperties": {"$ref": "#/$defs/HalfDay"}}
    own |= {"holidays": written["holidays"], "half_days": {"anyOf": [written["half_days"]["anyOf"][0], dated]}}
    whole["properties"]["extends"] = {"type": "string", "description": "the file beside this one that it builds on"}
    whole["$defs"] = definitions
    for half_day in ("Eve", "HalfDay"):  # the schema's own `time` wants seconds and a time zone
        definitions[half_day]["properties"]["closes"] = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
    for part in (whole, *definitions.values()):
        part.pop("required", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Routine file"}
    return json.dumps({**whole, **head}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _merged(path: Path, text: str, above: tuple[Path, ...]) -> tuple[Document, dict[str, str]]:
    """The document over those it extends, and the texts of all of them, its own first."""
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise BadInput(Problem(field=path.name, code="toml", reason="nested too deeply")) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path.name}:{line[1]}" if line else path.name
        raise BadInput(Problem(field=place, code="toml", reason=str(error))) from None
    base = document.pop("extends", None)
    if base is None:
        return document, {path.name: text}
    # Only a file beside it: whoever adopts a routine in the pages has no business with the rest of this machine.
    known = isinstance(base, str) and _NAME.fullmatch(base)
    beside = path.parent / f"{base}.toml" if known else path
    if beside in (*above, path) or not beside.is_file():
        named = f"{base}.toml" if known else "that"
        problem = Problem(field="extends", code="extends", reason=f"no other file beside it is called {named}")
        raise BadInput(_placed(problem, {path.name: text}))
    below, texts = _merged(beside, beside.read_text(encoding="utf-8"), (*above, path))
    return _over(below, document), {path.name: text} | texts


def _over(below: Document, above: Document) -> Document:
    merged = below | above
    for key in below.keys() & above.keys():
        if isinstance(below[key], dict) and isinstance(above[key], dict):
            merged[key] = _over(below[key], above[key])
    return merged


def _expanded(document: object) -> object:
    """The calendar with its holidays and half-days as dates: a later release of a library bends no deadline."""
    if not isinstance(document, dict):
        return document  # the routine's own rules say what is missing
    try:
        calendar = CalendarFile.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        found_wrong = BadInput.from_validation(error).problems
        raise BadInput(*(p.model_copy(update={"field": f"calendar.{p.field}"}) for p in found_wrong)) from None
    first, last = calendar.covers
    found: dict[date, str] = {}
    if calendar.holidays:
        years, categories = range(first, last + 1), ("public", "de_facto")
        found = dict(Sweden(years=years, categories=categories, include_sundays=False, language="sv"))
    days_off = found | calendar.days_off
    half_days: dict[date, object] = {}
    for eve in calendar.half_days if isinstance(calendar.half_days, tuple) else ():
        days = [day - timedelta(days=1) for day, name in found.items() if name == eve.before]
        if not days:
            reason = f"no holiday is called {eve.before[:60]}"
            raise BadInput(Problem(field="calendar.half_days", code="unknown_holiday", reason=reason))
        opens = (day for day in days if day not in days_off and WEEKDAYS[day.weekday()] in calendar.office_hours)
        half_days |= dict.fromkeys(opens, eve.model_dump(exclude={"before"}))
    rest = {key: value for key, value in document.items() if key not in {"holidays", "days_off", "half_days"}}
    return rest | {
        "days_off": {str(day): name for day, name in days_off.items()},
        "half_days": {str(day): half for day, half in half_days.items()} or document.get("half_days", {}),
    }


def _placed(problem: Problem, texts: dict[str, str]) -> Problem:
    """The problem with the file and line of the deepest part of its key that stands in one of the files."""
    wanted = tuple(problem.field.split("."))
    depth, name, line = 0, next(iter(texts)), 0
    for file, text in texts.items():
        for at, keys in _keys(text):
            if len(keys) > depth and keys == wanted[: len(keys)]:
                depth, name, line = len(keys), file, at
    place = f"{name}:{line}" if depth else name
    return problem.model_copy(update={"field": f"{place} {problem.field}"})


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and full key of each table and assignment; what stands inside an inline table is on its line."""
    table: tuple[str, ...] = ()
    for at, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header["keys"])
            yield at, table
        elif assignment := _ASSIGNMENT.match(line):
            yield at, (*table, *_parts(assignment["keys"]))


def _parts(keys: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in keys.split("."))
