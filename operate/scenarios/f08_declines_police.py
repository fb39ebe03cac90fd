"""F8: a neighbour sends messages at night. She only wants it noted, and no police."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, COLLEAGUE, CHIEF = "nordmyra-samordnare", "nordmyra-handlaggare", "nordmyra-sakerhetschef"

REPORT = told(
    "9002",
    'En granne har i två månader skickat sms mitt i natten om att vi som röstade för vindkraften "får skylla oss '
    'själva". Han är sjuk och ensam och jag vill inte polisanmäla honom. Jag vill bara att det finns antecknat.',
    kinds=["contact_flood", "threat_veiled"],
    channels=["text_message"],
    purposes=["revenge_decision"],
    matter="wind_power",
    assignments=["council_member"],
    actor_category="acquaintance",
    actor_identity="known",
    wishes=["register_only"],
)
FACTORS = {"A04": "no", "A11": "yes", "B03": "yes", "M04": "yes"}
OFFER = {"police_offered_again": True}


async def story(town: Town) -> list[TownCase]:
    """Raised; the police report is declined with a reason and offered again each time; one call is forgotten."""
    begin = await town.until_next("wednesday", "09:40")
    case = await town.report(REPORT)
    await town.wait(hours=1)
    await case.does(HANDLER, "triage", outcome="open", level="raised")
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["changed_habits"])
    await case.does(HANDLER, "add_evidence", evidence="sms", digest="80" * 32)
    await case.may_not(HANDLER, "record_police", decision="declined_by_affected", affected_informed=True)
    await case.does(
        HANDLER,
        "record_police",
        decision="declined_by_affected",
        decline_reason="wants_calm",
        affected_informed=True,
    )
    await town.wait(hours=5)
    await case.does(HANDLER, "assess_risk", factors=FACTORS, level="raised", confidence="medium")
    await case.does(HANDLER, "decide_protection", text="Ett vänligt brev från kommunen räcker.")
    letter = {"id": "brev", "kind": "stop_letter", "owner": "security_chief", "state": "carried_out"}
    await case.does(HANDLER, "agree_support", measures=[letter])
    await case.may_not(HANDLER, "update_police", status="opened")

    # Handläggaren är ledig på sjunde dagen. Samtalet glöms, klockan säger till, en kollega ringer.
    await town.until(begin + timedelta(days=7, hours=5))
    await case.does(CHIEF, "assign", handler=COLLEAGUE)
    await case.does(COLLEAGUE, "log_follow_up", outcome="reached", new_incident="no", **OFFER)

    await keep(case, COLLEAGUE, CHIEF, begin + timedelta(days=31), **OFFER)
    await case.does(
        COLLEAGUE,
        "extend_deadline",
        obligation="closing_review",
        until=begin + timedelta(days=100),
        text="Polisanmälan erbjuds en sista gång efter tre månader.",
    )
    await keep(case, COLLEAGUE, CHIEF, begin + timedelta(days=90), consequences=["none"], **OFFER)
    await settle(case, COLLEAGUE)
    lesson = "Ett vänligt brev i tid kan räcka."
    await case.does(COLLEAGUE, "propose_closure", reason="affected_declines", affected_informed=True, lesson=lesson)
    await keep(case, COLLEAGUE, CHIEF, begin + timedelta(days=98))
    await case.does(COLLEAGUE, "close", reason="affected_declines")
    return [case]


F08 = Scenario(8, "scenario.declines_police", "9002", story)
