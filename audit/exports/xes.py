"""XES (IEEE 1849): a trace a case, an event an event, with the standard extensions for name, time and role."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from audit.exports.traces import Line, Trace

EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
"""
GLOBALS = """<global scope="trace">
<string key="concept:name" value="unknown"/>
</global>
<global scope="event">
<string key="concept:name" value="unknown"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="org:role" value="unknown"/>
</global>
<classifier name="Event" keys="concept:name"/>
<classifier name="Event and role" keys="concept:name org:role"/>
"""


async def write(traces: AsyncIterator[Trace]) -> AsyncIterator[str]:
    """The document in pieces, a trace each."""
    yield HEAD
    for name, prefix in EXTENSIONS:
        yield f'<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
    yield GLOBALS
    async for trace in traces:
        yield "".join(_trace(trace))
    yield "</log>\n"


def _trace(trace: Trace) -> Iterator[str]:
    yield "<trace>\n"
    yield _attribute("concept:name", trace.case)
    yield _attribute("organisation", trace.organisation)
    yield _attribute("kind", trace.kind)
    for line in trace.lines:
        yield "<event>\n"
        yield from _event(line)
        yield "</event>\n"
    yield "</trace>\n"


def _event(line: Line) -> Iterator[str]:
    yield _attribute("concept:name", line.type)
    yield _attribute("time:timestamp", line.at)
    yield _attribute("org:role", line.role)
    if line.person:
        yield _attribute("org:resource", line.person)
    yield _attribute("seq", line.seq)
    yield _attribute("recorded", line.recorded)
    for name in ("level", "stage", "routine"):
        yield _attribute(name, getattr(line, name))
    for name, value in line.values.items():
        yield _attribute(f"fact_{name}", value)


def _attribute(key: str, value: str | bool | int | datetime) -> str:  # noqa: FBT001 - any value
    match value:
        case bool():
            kind, text = "boolean", str(value).lower()
        case int():
            kind, text = "int", str(value)
        case str():
            kind, text = "string", value
        case _:
            kind, text = "date", value.isoformat(timespec="milliseconds")
    return f"<{kind} key={quoteattr(key)} value={quoteattr(text)}/>\n"
