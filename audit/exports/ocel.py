"""OCEL 2.0 as JSON: cases, duties, roles and routines as objects, every event of a ledger as an event."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.events import FACTS
from models.review import closed_fields

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from audit.exports.traces import Line, Trace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an attribute that never changes has its value from."""
OBJECTS: dict[str, tuple[str, ...]] = {
    "case": ("organisation", "kind", "level", "stage"),
    "duty": ("duty",),
    "role": (),
    "person": (),
    "routine": ("version",),
}
"""Types of objects with their attributes, all of them text."""
_TYPES = {str: "string", int: "integer", bool: "boolean"}
_COMMON = {"seq": "integer", "recorded": "time", "level": "string", "stage": "string"}
"""What every event has."""


async def write(traces: AsyncIterator[Trace]) -> AsyncIterator[str]:
    """The document in pieces: events as they are read; what they speak of is remembered and comes last."""
    yield f'{{"objectTypes": {_json([*_object_types()])},\n"eventTypes": {_json([*_event_types()])},\n"events": ['
    objects: dict[str, dict[str, Any]] = {}
    mark = "\n"
    async for trace in traces:
        for line in trace.lines:
            yield mark + _json(_event(trace, line, objects))
            mark = ",\n"
    yield '],\n"objects": ['
    mark = "\n"
    for it in objects.values():
        yield mark + _json(it)
        mark = ",\n"
    yield "]}\n"


def _object_types() -> Iterator[dict[str, Any]]:
    for name, attributes in OBJECTS.items():
        yield {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}


def _event_types() -> Iterator[dict[str, Any]]:
    for fact in FACTS:
        own = {name: _TYPES[kind] for name, kind in closed_fields(fact).items()}
        attributes = [{"name": name, "type": kind} for name, kind in (own | _COMMON).items()]
        yield {"name": fact.name(), "attributes": attributes}


def _event(trace: Trace, line: Line, objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    about = [_case(trace, line, objects), _plain(objects, "routine", line.routine, version=line.routine)]
    about.append(_plain(objects, "role", line.role))
    qualifiers = ["of", "under", "by"]
    if line.person:
        about.append(_plain(objects, "person", line.person))
        qualifiers.append("by")
    if key := line.values.get("obligation"):
        duty = str(line.values.get("kind", key))
        about.append(_plain(objects, "duty", f"{trace.case}/{key}", duty=duty))
        qualifiers.append("about")
    common = {"seq": line.seq, "recorded": _moment(line.recorded), "level": line.level, "stage": line.stage}
    return {
        "id": f"{trace.case}/{line.seq}",
        "type": line.type,
        "time": _moment(line.at),
        "attributes": [{"name": name, "value": value} for name, value in (line.values | common).items()],
        "relationships": [
            {"objectId": one, "qualifier": qualifier} for one, qualifier in zip(about, qualifiers, strict=True)
        ],
    }


def _case(trace: Trace, line: Line, objects: dict[str, dict[str, Any]]) -> str:
    """The case, whose level and stage change with time."""
    name = _plain(objects, "case", trace.case, organisation=trace.organisation, kind=trace.kind)
    known = objects[name]["attributes"]
    for attribute, value in (("level", line.level), ("stage", line.stage)):
        latest = next((one["value"] for one in reversed(known) if one["name"] == attribute), None)
        if value != latest:
            known.append(_attribute(attribute, value, line.recorded))
    return name


def _plain(objects: dict[str, dict[str, Any]], of: str, name: str, **attributes: str) -> str:
    """The id of an object, which is made when it is first met."""
    identity = f"{of}:{name}"
    if identity not in objects:
        known = [_attribute(one, value, EPOCH) for one, value in attributes.items()]
        objects[identity] = {"id": identity, "type": of, "attributes": known, "relationships": []}
    return identity


def _attribute(name: str, value: str, at: datetime) -> dict[str, str]:
    return {"name": name, "time": _moment(at), "value": value}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(it: object) -> str:
    return json.dumps(it, ensure_ascii=False)
