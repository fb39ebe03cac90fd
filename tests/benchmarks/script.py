"""The case that is measured: an ordinary one of level raised, from report to closure in twelve officer actions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.commands import read_command
from models.events import moments
from models.message import Actor
from models.routine import Routine, read_routine
from models.vocabulary.incident import IncidentKind
from models.vocabulary.people import Role
from tests.reports import GRANVIK, a_report
from tests.routine import routine

if TYPE_CHECKING:
    from models.message import Command
    from models.report import Report

CHIEF = Actor(
    id="granvik-sakerhetschef", organisation=GRANVIK, roles=frozenset({Role.SECURITY_CHIEF, Role.SECURITY_COORDINATOR})
)

ACTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("triage", {"outcome": "open", "level": "raised"}),
    ("contact_affected", {"outcome": "reached", "consequences": ["fear"], "text": "Vi talades vid."}),
    ("assign", {"handler": "granvik-handlaggare"}),
    ("add_evidence", {"text": "Inget att säkra: samtalet spelades inte in."}),
    ("assess_risk", {"factors": {"A11": "yes", "C04": "yes", "B06": "unknown"}, "level": "raised"}),
    ("decide_protection", {"text": "Inget akut skyddsbehov."}),
    ("record_police", {"decision": "declined_by_affected", "decline_reason": "wants_calm", "affected_informed": True}),
    (
        "agree_support",
        {"measures": [{"id": "samtal", "kind": "counselling", "owner": "occupational_health", "state": "standing"}]},
    ),
    ("log_follow_up", {"outcome": "reached", "new_incident": "no", "protection_works": "yes"}),
    ("add_note", {"text": "Frågan gällde skolan i Norrby."}),
    ("propose_closure", {"reason": "quiet_period", "affected_informed": True, "lesson": "Ring samma dag."}),
    ("close", {"reason": "quiet_period"}),
)
"""Every criterion of closure is met on the way; only the waiting is left out (`hurried`)."""


def hurried(name: str = "granvik") -> Routine:
    """Granvik's routine without quiet period and notice, with one follow-up: all there is to do, no wait."""
    document = routine(name, GRANVIK).model_dump(mode="json")
    document["version"] = f"{document['version']}-bench"
    document["closure"] |= {"quiet": dict.fromkeys(document["closure"]["quiet"], "PT0S"), "notice": "PT0S"}
    document["obligations"]["follow_up"]["schedule"]["raised"] = ["P7D"]
    return read_routine(document, moments())


def report() -> Report:
    """Somebody unknown keeps calling."""
    return a_report(IncidentKind.WORRY)


def commands(mark: str) -> list[Command]:
    """The twelve, as one case's officers give them; `mark` makes their ids this case's own."""
    return [read(what, f"{mark}.{number}", fields) for number, (what, fields) in enumerate(ACTIONS, start=1)]


def read(what: str, identity: str, fields: dict[str, Any]) -> Command:
    """A command from its fields as they come in."""
    return read_command(json.dumps({"type": what, "id": identity, **fields}))
