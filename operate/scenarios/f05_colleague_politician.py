"""F5: a colleague from another party pressed her against the wall. Whoever is close to him is kept out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF, DIRECTOR = "bjorkang-handlaggare", "bjorkang-sakerhetschef", "bjorkang-direktor"
KIN = "bjorkang-samordnare"
"""Lives with the suspect."""

REPORT = told(
    "9004",
    "Efter nämndmötet trängde en ledamot från ett annat parti upp mig mot väggen i korridoren i kommunhuset i Björkäng "
    "och sa att han skulle se till att jag förlorade allt. Två tjänstepersoner såg det. Han sitter i kommunstyrelsen "
    "och jag vill inte att hans parti får veta något.",
    kinds=["colleague", "threat_veiled", "violence"],
    channels=["in_person"],
    places=["municipal_building"],
    assignments=["committee_member"],
    actor_category="elected_official",
    actor_identity="known",
    may_contact_party="no",
)
FACTORS = {"A07": "yes", "B05": "yes", "A10": "no"}


async def story(town: Town) -> list[TownCase]:
    """High to the end, for the second person will not go below the floor; nobody blocked ever hears of it again."""
    evening = await town.until_next("thursday", "16:10")
    case = await town.report(REPORT)

    # Jäv först: KS ordförande, gruppledaren och en samordnare stängs ute innan någon gör något annat.
    await town.wait(minutes=10)
    await case.does(
        CHIEF,
        "block_role",
        roles=["board_chair", "group_leader"],
        people=[KIN],
        text="Den utpekade sitter i kommunstyrelsen; samordnaren bor med honom.",
    )
    await case.may_not(KIN, "triage", outcome="register_only", level="low", text="Det var inget.")
    await case.may_not(CHIEF, "assign", handler=KIN)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await case.does(CHIEF, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["fear", "considers_leaving"])
    await town.wait(hours=2)
    await case.does(
        HANDLER, "add_evidence", text="Två vittnen har skrivit ned vad de såg; HR har fått arbetsmiljöfrågan."
    )
    await case.does(HANDLER, "assess_risk", factors=FACTORS, level="high", confidence="high")
    await case.does(DIRECTOR, "approve", approved=True)
    await case.does(CHIEF, "decide_protection", text="Skilda platser och tider i kommunhuset.")

    # Hon vill tänka på en polisanmälan. Att skjuta upp går inte på hög nivå; samråd är också ett beslut.
    later = evening + timedelta(days=5)
    await case.may_not(HANDLER, "record_police", decision="deferred", deferred_until=later)
    await case.does(HANDLER, "record_police", decision="consulted", text="Kommunpolisen har gett råd.")
    seats = {"id": "platser", "kind": "assignment_support", "owner": "chancellery_chief", "state": "accepted"}
    talk = {"id": "samtal", "kind": "counselling", "owner": "occupational_health", "state": "accepted"}
    await case.does(HANDLER, "agree_support", measures=[seats, talk])
    await case.may_not(KIN, "add_note", text="Jag hörde att …")
    await keep(case, HANDLER, DIRECTOR, evening + timedelta(days=2))
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_affected",
        crimes=["assault", "molestation"],
        reference="5000-K555123-26",
    )

    # Efter en månad: lägre än golvet bara med skäl och en andra person. Direktören säger nej, nivån står kvar.
    await keep(case, HANDLER, DIRECTOR, evening + timedelta(days=30))
    await case.may_not(CHIEF, "assess_risk", factors=FACTORS, level="raised")
    await case.does(CHIEF, "assess_risk", factors=FACTORS, level="raised", text="Samtalet under presidiet höll.")
    await case.may_not(CHIEF, "approve", approved=True)
    await case.does(DIRECTOR, "approve", approved=False, text="Våldet är för nära. Vänta ut de lugna dagarna.")
    await keep(case, HANDLER, DIRECTOR, evening + timedelta(days=70))
    await case.does(HANDLER, "update_police", status="summary_penalty")
    await keep(case, HANDLER, DIRECTOR, evening + timedelta(days=91), consequences=["none"])
    await settle(case, HANDLER, "platser")
    lesson = "Uppförandekoden behöver säga vad som händer när den bryts."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, DIRECTOR, evening + timedelta(days=99))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case]


F05 = Scenario(5, "scenario.colleague_politician", "9004", story)
