"""Marked words go in everywhere a person may write; none comes out where it must not (architecture §8)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToJson
from pydantic import BaseModel

from models.commands import COMMANDS
from models.events import FACTS
from models.message import Narrative
from models.report import Reach, Report
from models.vocabulary.incident import IncidentKind
from operate.town import a_town
from workflows.client import workflow_id

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MARK = "Svartsjöugglan"
"""A word that occurs nowhere else."""

REPORT = Report(
    organisation="9001",
    what=f"{MARK} stod vid grinden.",
    reach=Reach(name=MARK, telephone=f"{MARK} 1", email=f"{MARK} 2", safe_time=f"{MARK} 3"),
    kinds=(IncidentKind.VISITED_PRIVATELY,),
)
WORK: list[tuple[str, dict[str, Any]]] = [
    ("triage", {"outcome": "open", "level": "high"}),
    ("contact_affected", {"outcome": "reached"}),
    ("ask_information", {"task": "t1"}),
    ("answer_information", {"task": "t1"}),
    ("assess_risk", {"factors": {"A06": "yes"}, "level": "high"}),
    ("decide_protection", {"measures": ["home_alarm"]}),
    ("add_evidence", {"evidence": "e1", "digest": hashlib.sha256(b"x").hexdigest()}),
    ("record_police", {"decision": "reported_by_affected", "reference": f"{MARK} 4"}),
    ("update_police", {"status": "discontinued", "reference": f"{MARK} 5"}),
    ("give_consent", {"purpose": "group_leader"}),
    ("agree_support", {"measures": [{"id": "m1", "kind": "home_alarm", "owner": "security_chief"}]}),
    ("update_measure", {"measure": "m1", "state": "ended"}),
    ("log_follow_up", {"outcome": "reached"}),
    ("block_role", {"roles": ["board_chair"]}),
    ("correct", {"corrects": 1}),
    ("add_note", {}),
    ("withdraw_consent", {"purpose": "group_leader"}),
    ("propose_closure", {"reason": "quiet_period", "affected_informed": True, "lesson": MARK}),
]


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_marked_word_leaves_the_case(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with a_town(tmp_path) as town:
        case = await town.report(REPORT)
        for kind, fields in WORK:
            await case.does("granvik-sakerhetschef", kind, **fields, text=f"{MARK} i {kind}.")
        await town.wait(hours=30)  # reminders and escalations too
        events = await case.events()
        handle = town.environment.client.get_workflow_handle(workflow_id(case.ref))
        history = (await handle.fetch_history()).to_json()
        described = MessageToJson((await handle.describe()).raw_description)
    assert sum(MARK in event.model_dump_json() for event in events) >= len(WORK) - 1, "the marks were never written"
    assert {event.type for event in events} >= {"reminded", "escalated", "notice_sent"}
    kept = files(tmp_path)
    assert any(path.parts[-3:-1] == ("outbox", "9001") for path in kept)
    out = capfd.readouterr()
    places = {
        "log": caplog.text,
        "output": out.out + out.err,
        "history": history,
        "search attributes, memo and timers": described,
        **{str(path.relative_to(tmp_path)): content.decode("utf-8", "replace") for path, content in kept.items()},
    }
    mark = MARK.encode("unicode_escape").decode()
    assert [place for place, text in places.items() if MARK in text or mark in text or MARK in str(case.ref)] == []


def test_every_free_text_is_marked_as_narrative() -> None:
    """Whoever adds a field for free text must mark it, or it would be shown where only codes may be."""
    messages: tuple[type[BaseModel], ...] = (*COMMANDS, *FACTS, Report, Reach)
    unmarked = [
        f"{message.__name__}.{name}"
        for message in messages
        for name, field in message.model_fields.items()
        if name in {"text", "lesson", "what", "reference"} and Narrative.__name__ not in repr(field)
    ]
    assert unmarked == []
