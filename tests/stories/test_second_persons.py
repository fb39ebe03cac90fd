"""Nobody alone: below the floor, and where a role-holder is the suspect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk import look
from models.refusal import Refusal
from operate.scenarios.dutylog import DutyLog
from tests.reports import a_report

if TYPE_CHECKING:
    from operate.town import Town

HANDLER, CHIEF, DEPUTY, DIRECTOR = (
    "nordmyra-samordnare",
    "nordmyra-sakerhetschef",
    "nordmyra-ersattare",
    "nordmyra-direktor",
)


async def test_a_level_below_the_floor_waits_for_a_second_person(town: Town) -> None:
    case = await town.report(a_report(organisation="9002"))
    await case.does(HANDLER, "triage", outcome="open", level="raised")
    factors = {"A06": "yes"}
    await case.may_not(HANDLER, "assess_risk", factors=factors, level="raised")
    await case.does(HANDLER, "assess_risk", factors=factors, level="raised", text="Grannen lånade en stege.")
    await case.may_not(HANDLER, "approve", approved=True)
    await town.wait(minutes=1)
    waiting = await DutyLog.of(case)
    assert waiting.case.level == "high"  # the floor holds until then, and everybody at that level is told
    assert waiting.told("second_person_needed") == {"security_chief": "now"}
    assert waiting.told("level_raised", 2)["chief_executive"] == "now"
    await case.does(CHIEF, "approve", approved=True)
    log = await DutyLog.of(case)
    assert (log.levels, log.case.level) == (["raised", "high", "raised"], "raised")
    assert case.refusals == ["reason_required", "same_person"]


async def test_the_head_of_security_is_the_suspect_and_the_deputy_stands_in(town: Town) -> None:
    await town.until_next("monday", "09:00")
    case = await town.report(a_report(organisation="9002"))
    await case.does(HANDLER, "block_role", roles=["security_chief"], text="Den utpekade är säkerhetschefen.")
    await case.may_not(CHIEF, "triage", outcome="register_only", level="low", text="Inget.")
    with pytest.raises(Refusal, match="unknown_case"):
        await look.case(town.house, case.ref, CHIEF)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await town.wait(hours=5)
    log = await DutyLog.of(case)
    assert log.told("level_raised")["deputy"] == "now"
    assert set(log.told("escalated")) == {"security_coordinator", "deputy"}
    assert CHIEF not in {one.recipient for one in log.deliveries if one.seq > log.after("role_blocked").seq}
    await case.does(HANDLER, "assess_risk", factors={"B05": "yes"}, level="high", text="Internt.")
    await case.does(DEPUTY, "approve", approved=True)
    await case.does(DIRECTOR, "decide_protection", text="Skilda arbetsplatser.")
