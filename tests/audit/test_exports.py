"""Exports against the structure their standards publish: OCEL 2.0 (JSON), XES (IEEE 1849), CSV. Nobody is in them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from audit.exports import ocel, sheet, xes
from audit.exports.traces import Asked, Trace, traces
from audit.histories import Wanted
from desk.desk import Desk
from models.events import FACTS
from models.review import closed_fields, closed_values
from models.stages.casework import Assigned, NoteAdded
from models.stages.risk import RiskAssessed
from models.vocabulary.case import Confidence, Level
from storage import access
from storage.access import Asked as AskedOfLog
from storage.database import Database
from storage.keys import KeyRing
from storage.vault import Vault
from tests.audit.kept import keep
from tests.models.cases import closed, reported
from tests.models.life import Life, local

NOW = local("2026-12-31 12:00")
NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
TYPED = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string"},
        "type": {"enum": ["string", "time", "integer", "float", "boolean"]},
    },
}
KIND = {
    "type": "object",
    "required": ["name", "attributes"],
    "properties": {"name": {"type": "string"}, "attributes": {"type": "array", "items": TYPED}},
}
RELATED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["objectId", "qualifier"],
        "properties": {"objectId": {"type": "string"}, "qualifier": {"type": "string"}},
    },
}
MOMENT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
OCEL: dict[str, Any] = {
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "additionalProperties": False,
    "properties": {
        "objectTypes": {"type": "array", "items": KIND},
        "eventTypes": {"type": "array", "items": KIND},
        "objects": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type"],
                "properties": {
                    "id": {"type": "string"},
                    "type": {"type": "string"},
                    "relationships": RELATED,
                    "attributes": {
                        "type": "array",
                        "items": {**NAMED, "required": ["name", "time", "value"], "properties": {"time": MOMENT}},
                    },
                },
            },
        },
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type", "time"],
                "properties": {
                    "id": {"type": "string"},
                    "type": {"type": "string"},
                    "time": MOMENT,
                    "relationships": RELATED,
                    "attributes": {"type": "array", "items": {**NAMED, "required": ["name", "value"]}},
                },
            },
        },
    },
}
"""What the published schema of OCEL 2.0 asks for."""
CHECKED = {"string": str, "time": str, "integer": int, "boolean": bool}
XES = "{http://www.xes-standard.org/}"
ATTRIBUTES = {f"{XES}{name}" for name in ("string", "date", "int", "float", "boolean", "id", "list", "container")}
ORDER = [f"{XES}{name}" for name in ("extension", "global", "classifier", "attribute", "trace")]


@pytest.fixture
async def desk(database: Database, ring: KeyRing, tmp_path: Path) -> Desk:
    return Desk(database, ring, "", "", "", Vault(f"file://{tmp_path}", 1024))


def late() -> Life:
    """Somebody looked late, and the ladder was told."""
    life = reported(danger_now=True)
    life.ticks_until("2026-03-02 12:00")
    return life.opened("acute").does("add_note", text="Hemligt & <farligt>")


async def written(desk: Desk, form: ModuleType, *, people: bool = False) -> str:
    """The export of everything, in one piece."""
    found = traces(desk, Asked(Wanted("9001"), people), NOW)
    return "".join([piece async for piece in form.write(found)])


async def test_ocel_has_the_published_structure_and_refers_to_nothing_missing(desk: Desk, tmp_path: Path) -> None:
    lives = [closed(), late()]
    await keep(desk.database, desk.ring, *lives)
    document = json.loads(await written(desk, ocel))
    for name, it in (("schema", OCEL), ("log", document)):
        (tmp_path / f"{name}.json").write_text(json.dumps(it), encoding="utf-8")
    check = [sys.executable, "-m", "check_jsonschema", "--schemafile", "schema.json", "log.json"]
    checked = await asyncio.to_thread(subprocess.run, check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert len(document["events"]) == sum(len(life.events) for life in lives)
    for kind in ("event", "object"):
        types = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in document[f"{kind}Types"]}
        its = document[f"{kind}s"]
        assert len({one["id"] for one in its}) == len(its)
        for one in its:
            for attribute in one["attributes"]:
                assert type(attribute["value"]) is CHECKED[types[one["type"]][attribute["name"]]]
    known = {one["id"] for one in document["objects"]}
    related = {it["objectId"] for one in document["events"] for it in one["relationships"]}
    assert related == known
    assert {one["type"] for one in document["objects"]} == {"case", "duty", "role", "routine"}


async def test_xes_has_the_published_structure(desk: Desk) -> None:
    lives = [closed(), late()]
    await keep(desk.database, desk.ring, *lives)
    log = ET.fromstring(await written(desk, xes))  # noqa: S314 - our own
    assert (log.tag, log.get("xes.version")) == (f"{XES}log", "1849-2016")
    places = [ORDER.index(child.tag) for child in log]
    assert places == sorted(places)
    prefixes = {one.get("prefix") for one in log.iter(f"{XES}extension")}
    for events in (list(trace.iter(f"{XES}event")) for trace in log.iter(f"{XES}trace")):
        for event in events:
            keys = [str(one.get("key")) for one in event]
            assert {one.tag for one in event} <= ATTRIBUTES
            assert len(set(keys)) == len(keys)
            assert {"concept:name", "time:timestamp", "org:role"} <= set(keys)
            assert {key.partition(":")[0] for key in keys if ":" in key} <= prefixes
            for date in event.iter(f"{XES}date"):
                assert datetime.fromisoformat(str(date.get("value"))).tzinfo is not None
    counts = [len(list(trace.iter(f"{XES}event"))) for trace in log.iter(f"{XES}trace")]
    assert counts == [len(life.events) for life in lives]


async def test_csv_has_a_row_an_event(desk: Desk) -> None:
    life = late()
    [ref] = await keep(desk.database, desk.ring, life)
    rows = list(csv.DictReader(io.StringIO(await written(desk, sheet))))
    assert [(row["case"], row["seq"], row["type"]) for row in rows] == [
        (ref, str(event.seq), event.type) for event in life.events
    ]
    escalated = next(row for row in rows if row["type"] == "escalated")
    assert escalated["duty"]
    assert escalated["role"] == "system"
    assert json.loads(escalated["values"])["rung"] == 0


@pytest.mark.parametrize("form", [ocel, xes, sheet])
async def test_nobody_and_nothing_written_leaves_unless_codes_of_people_are_asked_for(
    desk: Desk, form: ModuleType
) -> None:
    await keep(desk.database, desk.ring, late().does("assign", handler="handlaggare-7"))
    text = await written(desk, form)
    assert "Hemligt" not in text
    assert "handlaggare-7" not in text
    assert '"security_coordinator"' not in text
    named = await written(desk, form, people=True)
    assert "security_coordinator" in named
    assert "Hemligt" not in named


async def test_what_was_exported_stands_in_the_access_log_first(desk: Desk) -> None:
    [ref] = await keep(desk.database, desk.ring, reported())
    found: AsyncIterator[Trace] = traces(desk, Asked(Wanted("9001")), NOW)
    assert (await anext(found)).case == ref
    async with desk.database.reading() as session:
        log, _ = await access.search(session, "9001", AskedOfLog(case=ref))
    assert [(one.what, one.ground) for one in log] == [("export", "operator")]


def test_only_closed_codes_numbers_and_days_are_values() -> None:
    assert closed_values(NoteAdded(text="Hon bor hos sin syster")) == {}
    assert closed_values(Assigned(handler="granvik-handlaggare")) == {}
    fact = RiskAssessed(
        number=1,
        factors={},
        level=Level.HIGH,
        floor=Level.LOW,
        confidence=Confidence.LOW,
        needs_second=True,
        takes_effect=True,
        risk_model="x",
        text="y",
    )
    assert closed_values(fact) == {
        "number": 1,
        "level": "high",
        "floor": "low",
        "confidence": "low",
        "needs_second": True,
        "takes_effect": True,
    }
    made_up = {
        "text",
        "handler",
        "people",
        "report",
        "evidence",
        "digest",
        "reference",
        "recipients",
        "measure",
        "task",
    }
    assert not {name for fact in FACTS for name in closed_fields(fact)} & made_up


def test_moments_are_written_as_both_standards_want_them() -> None:
    assert re.fullmatch(r"2026-12-31T11:00:00\.000Z", ocel._moment(NOW))
