"""Between what a form holds, names with texts, and what a command holds, both ways."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from i18n.times import ZONE
from web.forms.kinds import Kind, Shape, shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pydantic import BaseModel

    from models.message import Command
    from web.form import Form

SKIPPED = frozenset({"id", "type"})
"""What every form carries in its own way."""
YES, NO = "yes", "no"

Values = dict[str, list[str]]
"""What stands in a form: each field's name, dotted where it is a part of another, and what is in it."""


def shapes(model: type[BaseModel]) -> dict[str, Shape]:
    """The parts of a model that somebody fills in."""
    return {name: shape(field) for name, field in model.model_fields.items() if name not in SKIPPED}


def document(kind: type[Command], form: Form, taken: Collection[str] = ()) -> dict[str, Any]:
    """What was filled in, as the command's JSON; what makes no sense stays, so that its reader can name it.

    :param taken: names that rows must not be given, because the case has them.
    """
    return {"type": kind.name(), "id": form.one("id"), **read(kind, form, "", taken)}


def values(command: BaseModel, prefix: str = "") -> Values:
    """What a form holds that would read as this command, or as this part of one."""
    found: Values = {}
    for name, its in _parts(type(command)):
        value = getattr(command, name)
        if value is not None:
            found |= _written(f"{prefix}{name}", its, value)
    return found


def local(at: datetime) -> str:
    """A moment as a form holds it: Swedish time, to the minute if it is a whole one."""
    here = at.astimezone(ZONE).replace(tzinfo=None)
    exact = "microseconds" if here.microsecond else "seconds" if here.second else "minutes"
    return here.isoformat(timespec=exact)


def instant(text: str) -> str:
    """A Swedish time as somebody filled it in, in UTC. An hour that comes twice, in autumn, is the first one."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def read(model: type[BaseModel], form: Form, prefix: str, taken: Collection[str]) -> dict[str, Any]:
    """What was filled in of a model whose fields' names begin so."""
    found = {name: _value(its, form, f"{prefix}{name}", taken) for name, its in _parts(model)}
    return {name: value for name, value in found.items() if value is not None}


def _value(its: Shape, form: Form, name: str, taken: Collection[str]) -> Any:
    match its.kind:
        case Kind.TICK:
            return form.has(name)
        case Kind.TICKS:
            return form.every(name)
        case Kind.FACTORS:
            return {one.partition(".")[2]: form.one(one) for one in form.names if one.startswith(f"{name}.")}
        case Kind.GROUP:
            return _group(its, form, name)
        case Kind.ROWS:
            return list(_rows(its, form, name, taken))
    return _single(its, text) if (text := form.one(name)) else None


def _single(its: Shape, text: str) -> Any:
    match its.kind:
        case Kind.YES_NO:
            return {YES: True, NO: False}.get(text, text)
        case Kind.TIME:
            return instant(text)
        case Kind.NUMBER:
            return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text
        case Kind.LIST if its.model:
            return dict(zip(its.model.model_fields, text.split(), strict=False))
    return text


def _group(its: Shape, form: Form, name: str) -> dict[str, Any] | None:
    """A part that may be left out is given only if it was changed from what was shown."""
    if its.model is None or not any(one.startswith(f"{name}.") for one in form.names):
        return None
    told = read(its.model, form, f"{name}.", ())
    return None if shown(told) == form.one(f"{name}-shown") else told


def shown(told: Mapping[str, Any]) -> str:
    """What a group held when it was shown, to tell later whether anybody changed it."""
    return ";".join(f"{name}={_plain(value)}" for name, value in sorted(told.items()) if value not in ([], False))


def _plain(value: Any) -> str:
    return ",".join(sorted(value)) if isinstance(value, list) else str(value)


def _rows(its: Shape, form: Form, name: str, taken: Collection[str]) -> Iterator[dict[str, Any]]:
    """Rows in which anything is chosen. One without a name of its own is named after what it is."""
    if its.model is None:
        return
    needed = [part for part, field in its.model.model_fields.items() if field.is_required() and part != "id"]
    found = {int(one.split(".")[1]) for one in form.names if re.match(rf"{re.escape(name)}\.\d{{1,2}}\.", one)}
    used = set(taken)
    for number in sorted(found):
        row = read(its.model, form, f"{name}.{number}.", ())
        if given := form.one(f"{name}.{number}.id"):
            row["id"] = given
        elif not any(row.get(part) for part in needed):
            continue
        elif "id" in its.model.model_fields:
            row["id"] = free(str(row.get(needed[0]) or "x"), used)
        used.add(str(row.get("id")))
        yield row


def free(name: str, taken: Collection[str]) -> str:
    """A name that nothing else has."""
    if name not in taken:
        return name
    return next(one for number in count(2) if (one := f"{name}-{number}") not in taken)


def _written(name: str, its: Shape, value: Any) -> Values:  # noqa: PLR0911 - one for each kind
    match its.kind:
        case Kind.TICK:
            return {name: [YES]} if value else {}
        case Kind.YES_NO:
            return {name: [YES if value else NO]}
        case Kind.TICKS:
            return {name: [str(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]}
        case Kind.FACTORS:
            return {f"{name}.{factor}": [str(answer)] for factor, answer in value.items()}
        case Kind.GROUP:
            return values(value, f"{name}.")
        case Kind.ROWS:
            rows = [values(row, f"{name}.{number}.") for number, row in enumerate(value)]
            ids = {f"{name}.{number}.id": [row.id] for number, row in enumerate(value) if hasattr(row, "id")}
            return {key: text for row in rows for key, text in row.items()} | ids
        case Kind.LIST if its.model:
            return {name: [" ".join(str(part) for part in dict(value).values())]}
    return {name: [_one(value)]}


def _one(value: Any) -> str:
    match value:
        case datetime():
            return local(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _parts(model: type[BaseModel]) -> Iterator[tuple[str, Shape]]:
    yield from shapes(model).items()
