"""Everybody tries every command through the API of a living town: the answer is the one the rule gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.commands import COMMANDS, read_command
from models.context import Context
from models.decide import decide
from models.refusal import Refusal
from models.scopes import Scope
from storage import cases, people, routines
from tests.web.city import LivingCity
from tests.web.stories import ALICE, BOB, CHARLIE, CLEO, DAG, DISA, FREJA, INES, KAJ, MALTE, PIM, RUT, SAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.message import Command

TEXT = "Ett försök."
SOON = (datetime.now(UTC) + timedelta(days=3)).isoformat()
FIELDS: dict[str, Mapping[str, object]] = {
    "triage": {"outcome": "open", "level": "raised"},
    "contact_affected": {"outcome": "reached"},
    "identify_affected": {},
    "ask_information": {"task": "fraga", "text": TEXT},
    "answer_information": {"task": "fraga", "text": TEXT},
    "assess_risk": {"factors": {"A04": "no"}, "level": "raised"},
    "approve": {"approved": True},
    "decide_protection": {},
    "add_incident": {"text": TEXT},
    "record_police": {"decision": "reported_by_organisation"},
    "update_police": {"status": "opened"},
    "agree_support": {"declined": True},
    "update_measure": {"measure": "samtal", "state": "ended"},
    "log_follow_up": {"outcome": "reached"},
    "propose_closure": {"reason": "quiet_period", "lesson": TEXT},
    "close": {"reason": "quiet_period"},
    "reopen": {"reason": "new_incident", "level": "raised"},
    "add_note": {"text": TEXT},
    "add_evidence": {"text": TEXT},
    "assign": {"handler": BOB},
    "give_consent": {"purpose": "group_leader"},
    "withdraw_consent": {"purpose": "group_leader"},
    "link": {"case": "9001-FV-2026-00001", "reason": "same_actor"},
    "merge_report": {"report": "r1", "unmerge": True},
    "block_role": {"roles": ["presidium"], "text": TEXT},
    "correct": {"corrects": 1, "text": TEXT},
    "hand_over": {"to": "90", "ground": "law_enforcement", "text": TEXT},
    "accept_handover": {"accepted": False, "text": TEXT},
    "extend_deadline": {"obligation": "follow_up", "until": SOON, "text": TEXT},
    "suspend": {"until": SOON, "reason": "travels"},
    "waive_stage": {"stage": "police", "reason": "wishes_so", "text": TEXT},
    "acknowledge": {},
    "escalate": {"rung": 1, "text": TEXT},
    "move_routine": {"routine": {"version": "0", "digest": "0" * 64}, "text": TEXT},
    "end_drill": {},
    "break_glass": {"text": TEXT},
    "review_glass": {"outcome": "justified", "text": TEXT},
    "write_message": {"report": "r1", "text": TEXT},
    "ask_help": {"report": "r1", "wishes": ["support"]},
    "answer_message": {"report": "r1", "text": TEXT},
}
"""Something sensible to propose by each command."""
BY_HAND = {"break_glass", "review_glass"}
"""What no program does in anybody's name."""
TRYING = {
    "triaged": (SAM, DISA, INES, RUT, CLEO, MALTE, CHARLIE, DAG, KAJ, ALICE),
    "offered": (FREJA,),
    "protected": (KAJ, PIM),
}
"""Who tries in which case. Those who may do least come first: what happens changes what may happen."""


def proposed(name: str, identity: str) -> Command:
    return read_command(json.dumps({"type": name, "id": identity, **FIELDS[name]}))


def test_there_is_something_to_propose_by_each_command() -> None:
    assert set(FIELDS) == {kind.name() for kind in COMMANDS}


async def by_the_rule(city: LivingCity, ref: str, who: str, name: str) -> str:
    """What the rule answers now: the code of a refusal, or nothing."""
    async with city.house.database.reading() as session:
        case = await cases.load(session, city.house.ring, ref)
        routine = await routines.by_digest(session, case.routine.digest)
        actor = await people.actor(session, who, ref.partition("-")[0])
    try:
        decide(case, proposed(name, "c"), Context(datetime.now(UTC), actor, routine))
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("story", TRYING)
async def test_everybody_is_answered_by_the_rule_and_not_by_the_door(living_city: LivingCity, story: str) -> None:
    ref, wrong = await living_city.begins(story), []
    for who in TRYING[story]:
        async with living_city.program(who) as program:
            for name, fields in FIELDS.items():
                expected = await by_the_rule(living_city, ref, who, name)
                document = {"type": name, **fields}
                key = {"Idempotency-Key": f"{who}.{name}"}
                answer = await program.post(f"/cases/{ref}/commands", json=document, headers=key)
                if who == SAM:  # whoever runs the system has no business with cases: the door says so already
                    expected = "not_your_role 403"
                elif name in BY_HAND:
                    expected = "out_of_scope 403"
                elif name == "move_routine":  # a routine that nobody has adopted
                    expected = expected or "unknown_routine"
                if told(answer) != expected:
                    wrong.append(f"{who} {name}: {answer.status_code} {told(answer)}, not {expected}")
    assert wrong == []


def told(answer: Any) -> str:
    """The code of a refusal; nothing where it happened. What does not exist is not found, what is refused conflicts."""
    if answer.status_code == 200:
        return ""
    code = str(answer.json()["code"])
    return code if answer.status_code == (404 if code == "unknown_case" else 409) else f"{code} {answer.status_code}"


async def test_the_same_key_is_the_same_action_and_a_case_that_moved_on_is_not_acted_on(
    living_city: LivingCity,
) -> None:
    path = f"/cases/{await living_city.begins('triaged')}/commands"
    note = {"type": "add_note", "text": TEXT}
    async with living_city.program(BOB) as bob:
        first, again = [await bob.post(path, json=note, headers={"Idempotency-Key": "n1"}) for _ in range(2)]
        assert first.json() == again.json()
        late = {"Idempotency-Key": "n2", "If-Match": '"1"'}
        assert (await bob.post(path, json=note, headers=late)).status_code == 412
        now = {"Idempotency-Key": "n3", "If-Match": first.headers["etag"]}
        assert (await bob.post(path, json=note, headers=now)).status_code == 200


async def test_a_token_is_good_for_its_scopes_alone(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.program(BOB, Scope.READ) as reads, living_city.program(BOB, Scope.ACT) as acts:
        path, note = f"/cases/{ref}/commands", {"type": "add_note", "text": TEXT}
        key = {"Idempotency-Key": "n1"}
        assert (await reads.post(path, json=note, headers=key)).status_code == 403
        assert (await acts.get(f"/cases/{ref}")).status_code == 403
        assert (await acts.post(path, json=note, headers=key)).status_code == 200
