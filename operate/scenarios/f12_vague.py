"""F12: it does not feel right any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF = "bjorkang-samordnare", "bjorkang-sakerhetschef"

REPORT = told(
    "9004",
    "Det känns inte bra längre. Folk tittar på mig på ICA och någon har ringt och lagt på flera gånger. Det kanske "
    "inte är något men jag sover dåligt och funderar på att hoppa av.",
    kinds=["worry", "contact_flood"],
    channels=["telephone"],
    assignments=["committee_substitute"],
    consequences=["fear", "health", "considers_leaving"],
    wishes=["unknown"],
)
UNSURE = {"A11": "unknown", "B06": "yes", "C04": "yes"}
CLEARED = {"A11": "no", "B06": "no", "C04": "yes", "M03": "yes"}


async def story(town: Town) -> list[TownCase]:
    """The calls have an explanation, the worry a cause; what helps is somebody to talk to."""
    begin = await town.until_next("monday", "09:00")
    case = await town.report(REPORT)
    await town.wait(hours=3)
    await case.does(
        HANDLER, "triage", outcome="needs_information", level="raised", text="Samtalslista, tider, ärenden."
    )
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="not_reached")
    await case.may_not(HANDLER, "assess_risk", factors=UNSURE, level="raised")
    await town.wait(hours=4)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["health", "considers_leaving"])
    await case.does(HANDLER, "add_evidence", text="Samtalslistan från operatören.")
    await town.until_next("tuesday", "10:00")
    await case.does(HANDLER, "triage", outcome="open", level="raised")
    await case.does(HANDLER, "assess_risk", factors=UNSURE, level="raised", confidence="low")
    await case.does(HANDLER, "decide_protection", text="Ingen åtgärd; ta reda på mer.")
    await case.does(
        HANDLER, "answer_information", task="t1", text="Tre tysta samtal från vårdcentralens återuppringning."
    )
    await case.does(
        HANDLER, "record_police", decision="not_a_crime", decline_reason="unsure_if_crime", affected_informed=True
    )
    await case.does(HANDLER, "assess_risk", factors=CLEARED, level="raised", confidence="medium")
    measures = [
        {"id": "samtal", "kind": "counselling", "owner": "occupational_health", "state": "accepted"},
        {"id": "mentor", "kind": "peer_support", "owner": "chancellery_chief", "state": "accepted"},
    ]
    await case.does(HANDLER, "agree_support", measures=measures)

    # Efter en månad: överväger inte längre att lämna.
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=31), consequences=["none"], wants_more_support="no")
    await settle(case, HANDLER, "mentor")
    lesson = "Fråga om konsekvenser, inte bara om hot."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=39))
    await case.may_not(HANDLER, "close", reason="quiet_period")
    await case.does(HANDLER, "log_follow_up", outcome="reached", new_incident="no", text="Sista samtalet.")
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case]


F12 = Scenario(12, "scenario.vague", "9004", story)
