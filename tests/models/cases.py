"""Cases at a certain point, people who act in them, and what a refusal says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models.commands import read_command
from models.context import Context
from models.decide import decide
from models.events import Event
from models.message import Actor, Command
from models.refusal import Refusal
from models.vocabulary.people import Role
from tests.models.life import CHIEF, COORDINATOR, Life

MONDAY = "2026-03-02 10:00"
MEETING = "2026-04-20"
DIGEST = "0" * 64


def reported(*, kind: str = "incident", **facts: Any) -> Life:
    """A report that just came in; raised is presumed of an incident."""
    given = {"meeting_day": MEETING} if kind == "prevention" else {"kinds": ["worry"]}
    return Life(MONDAY, kind=kind, **given | facts)


def opened(level: str = "raised", *, kind: str = "incident", **facts: Any) -> Life:
    """Triaged and opened."""
    return reported(kind=kind, **facts).opened(level)


def assessed(level: str = "raised", *factors: str, **facts: Any) -> Life:
    """Assessed, with the second person's opinion if one is needed."""
    life = opened(level, **facts).assessed(level, *factors)
    latest = life.case.risk.latest
    return life.does("approve", CHIEF, approved=True) if latest and latest.waiting else life


def filed() -> Life:
    """Reported to the police."""
    return assessed().does("record_police", decision="reported_by_affected")


def planned() -> Life:
    """With a support plan of one measure."""
    measure = {"id": "samtal", "kind": "counselling", "owner": "occupational_health"}
    return assessed().does("agree_support", measures=[measure])


def registered() -> Life:
    """Triaged away: only registered."""
    return reported().does("triage", outcome="register_only", level="low", text="Ingen åtgärd.")


def proposed() -> Life:
    """Closing is proposed, all is settled but the notice to the affected person."""
    life = assessed("low")
    steps: dict[str, dict[str, Any]] = {
        "contact_affected": {"outcome": "reached"},
        "add_evidence": {"text": "Inget att säkra."},
        "decide_protection": {"text": "Inget behövs."},
        "record_police": {"decision": "not_a_crime", "decline_reason": "unsure_if_crime"},
        "agree_support": {"declined": True},
    }
    for what, fields in steps.items():
        life.does(what, **fields)
    life.at(timedelta(days=31)).does("log_follow_up", outcome="reached")
    return life.does("propose_closure", reason="quiet_period", affected_informed=True, lesson="Inget.")


def closed() -> Life:
    """Closed after a quiet period."""
    return proposed().at(timedelta(days=8)).does("close", reason="quiet_period")


def offered() -> Life:
    """Offered to the region, which has not answered."""
    return assessed().does("hand_over", to="90", ground="law_enforcement", text="Hen har uppdrag även där.")


def person(code: str, *roles: str, organisation: str = "9001") -> Actor:
    """Somebody with these roles."""
    return Actor(id=code, organisation=organisation, roles=frozenset(Role(role) for role in roles))


def command(type: str, **fields: Any) -> Command:
    """A command as it would come in."""
    return read_command(json.dumps({"type": type, "id": "c", **fields}, default=str))


def proposal(life: Life, actor: Actor, proposed: Command) -> list[Event]:
    """What would come of it."""
    return decide(life.case, proposed, Context(life.now, actor, life.routine))


def refusal(act: Callable[[], object]) -> str:
    """Code and field of the refusal; fails if there is none."""
    try:
        act()
    except Refusal as no:
        return f"{no.code} {no.field}"
    raise AssertionError("nobody said no")


def leads_to(life: Life, what: str, by: str = COORDINATOR, **fields: Any) -> list[str]:
    """Types of the events a command by a role-holder would lead to."""
    return [event.type for event in proposal(life, person(by, by), command(what, **fields))]


def answer(life: Life, what: str, by: str = COORDINATOR, **fields: Any) -> str:
    """Code and field of the refusal of a command by a role-holder."""
    return refusal(lambda: leads_to(life, what, by, **fields))
