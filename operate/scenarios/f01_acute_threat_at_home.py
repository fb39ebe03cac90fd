"""F1: a man stands outside the house and shouts that she shall not survive the night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from datetime import datetime

    from operate.town import Town, TownCase

TIB, HANDLER, CHIEF, DIRECTOR = "granvik-tib", "granvik-samordnare", "granvik-sakerhetschef", "granvik-direktor"

REPORT = told(
    "9001",
    "Det är fredag kväll 22.40. En man jag känner igen från bygglovsärendet på Strandvägen står utanför vårt hus i "
    "Granvik och bankar på dörren. Han skriker att jag inte ska överleva natten om jag inte drar tillbaka beslutet. "
    "Jag och barnen har låst in oss på övervåningen.",
    danger_now=True,
    kinds=["threat_death", "visited_privately"],
    channels=["at_home", "in_person"],
    purposes=["revenge_decision"],
    places=["home"],
    matter="building_permit",
    assignments=["committee_member"],
    actor_category="angry_citizen",
    actor_identity="partly",
    relatives_affected="yes",
    wishes=["police", "protection"],
)
FACTORS = {"A01": "yes", "A02": "yes", "A06": "yes", "B03": "yes", "C02": "yes", "M01": "no"}
ARRESTED = FACTORS | {"A01": "no", "A02": "no", "M01": "yes"}
CALMER = {"A01": "no", "A02": "no", "A06": "no", "B03": "yes", "C02": "yes", "M01": "yes"}


async def story(town: Town) -> list[TownCase]:
    """Arrested the same night, convicted in the fourth month, closed when the restraining order has run out."""
    night = await town.until_next("friday", "22:40")
    case = await town.report(REPORT)
    await _first_night(town, case)
    await _weekend(town, case, night)
    await _first_month(town, case, night)
    await _trial(case, night)
    await _end(case, night)
    return [case]


async def _first_night(town: Town, case: TownCase) -> None:
    """The duty officer answers, 112 is called, the family is reached and moved."""
    await town.wait(minutes=1)
    await case.does(TIB, "acknowledge")
    await town.wait(minutes=4)
    await case.does(TIB, "triage", outcome="open", level="acute")
    await case.does(TIB, "contact_affected", outcome="reached", consequences=["fear", "relatives_affected"])
    await case.does(
        TIB,
        "record_police",
        decision="reported_by_organisation",
        access_protection_requested=True,
        crimes=["unlawful_threat", "home_intrusion"],
        text="112. Anmälan gäller en förtroendevald som utsatts på grund av sitt uppdrag.",
    )
    await town.wait(minutes=45)
    await case.does(TIB, "update_police", status="detained")
    await case.does(TIB, "add_evidence", text="Dörrklockans inspelning är säkrad hos polisen.")
    await case.does(TIB, "assess_risk", factors=FACTORS, level="acute", confidence="high")
    await town.wait(minutes=30)
    await case.does(CHIEF, "decide_protection", measures=["temporary_housing", "personal_alarm", "police_protection"])
    await town.wait(minutes=30)
    measures = [
        {"id": "boende", "kind": "temporary_housing", "owner": "duty_officer", "state": "accepted"},
        {"id": "krisstod", "kind": "crisis_support", "owner": "crisis_group", "state": "accepted"},
    ]
    await case.does(TIB, "agree_support", measures=measures, text="En natt på hotell.")


async def _weekend(town: Town, case: TownCase, night: datetime) -> None:
    """The handler takes over, a second person confirms, the plan is made; a call and an assessment every day."""
    await town.until_next("saturday", "09:30")
    await case.does(TIB, "assign", handler=HANDLER)
    await case.does(CHIEF, "approve", approved=True)
    await case.does(HANDLER, "give_consent", purpose="group_leader")
    await town.until_next("saturday", "14:00")
    await case.does(HANDLER, "update_police", status="opened", reference="5000-K123456-26", restraining_order="applied")
    await case.does(HANDLER, "add_note", text="Sakfrågan är bygglovet på Strandvägen.")
    await case.does(HANDLER, "update_measure", measure="boende", state="ended")
    alarm = {"id": "larm", "kind": "home_alarm", "owner": "security_chief", "state": "carried_out"}
    await case.does(HANDLER, "agree_support", measures=[alarm], text="Larmet är monterat.")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=2, hours=12))


async def _first_month(town: Town, case: TownCase, night: datetime) -> None:
    """The man is remanded: two persons lower the level, nobody alone."""
    await case.may_not(HANDLER, "assess_risk", factors=ARRESTED, level="high", text="Mannen är häktad.")
    await case.does(CHIEF, "assess_risk", factors=ARRESTED, level="high", text="Mannen är häktad.")
    await case.may_not(CHIEF, "approve", approved=True)
    await town.wait(hours=1)
    await case.does(DIRECTOR, "approve", approved=True)
    until = (night + timedelta(days=183)).date()
    await case.does(
        HANDLER,
        "update_police",
        restraining_order="granted",
        restraining_order_kind="ordinary",
        restraining_order_until=until,
    )
    await keep(case, HANDLER, CHIEF, night + timedelta(days=14))
    await case.does(HANDLER, "log_follow_up", outcome="reached", new_incident="no", protection_works="yes")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=30))


async def _trial(case: TownCase, night: datetime) -> None:
    """Raised after a month; the review of closure waits for the trial."""
    await case.does(CHIEF, "assess_risk", factors=CALMER, level="raised", text="Häktad, kontaktförbud, inget nytt.")
    await case.does(
        HANDLER,
        "extend_deadline",
        obligation="closing_review",
        until=night + timedelta(days=200),
        text="Rättegången väntar.",
    )
    await keep(case, HANDLER, CHIEF, night + timedelta(days=115))
    await case.does(HANDLER, "update_police", status="prosecuted")
    await case.does(HANDLER, "update_police", status="convicted", text="Fängelse.")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=140))
    await case.does(HANDLER, "update_police", status="final_judgment")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=180))


async def _end(case: TownCase, night: datetime) -> None:
    """After half a year, when the restraining order has run out."""
    await case.does(HANDLER, "log_follow_up", outcome="reached", new_incident="no", wants_more_support="no")
    await settle(case, HANDLER, "larm")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=184))
    await case.does(HANDLER, "update_police", restraining_order="ended")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=186))
    await case.does(
        HANDLER,
        "propose_closure",
        reason="actor_prosecuted",
        affected_informed=True,
        lesson="Larmkedjan höll. Hotellrum bör finnas avtalade.",
    )
    await case.may_not(HANDLER, "close", reason="actor_prosecuted")
    await keep(case, HANDLER, CHIEF, night + timedelta(days=194))
    await case.does(HANDLER, "close", reason="actor_prosecuted")


F01 = Scenario(1, "scenario.acute_threat_at_home", "9001", story)
