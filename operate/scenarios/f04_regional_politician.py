"""F4: «When the maternity ward closes we close you.» The meeting is on Wednesday."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told
from operate.town import STOCKHOLM

if TYPE_CHECKING:
    from datetime import date, datetime

    from operate.town import Town, TownCase

HANDLER, CHIEF, DIRECTOR = "vasterlund-samordnare", "vasterlund-sakerhetschef", "vasterlund-direktor"
CLERK, OFFICE, MUNICIPALITY = "vasterlund-sekreterare", "vasterlund-kanslichef", "granvik-samordnare"
LETTER = (
    'Till Region Västerlunds patientnämnd och till min privata mejl kom i går samma brev: "När BB stänger stänger vi '
    'dig. Vi vet att du kör ensam hem genom skogen på torsdagar." Jag är regionråd och ska presentera förslaget i '
    "fullmäktige på onsdag."
)
FACTORS = {"A05": "yes", "A19": "yes", "C03": "yes", "D01": "yes", "C06": "yes", "B06": "yes"}
DECIDED = FACTORS | {"A19": "no", "C03": "no", "D01": "no"}


async def story(town: Town) -> list[TownCase]:
    """High to the end; the municipality does not answer, so the region keeps the case; the matter has its own."""
    monday = await town.until_next("monday", "08:30")
    meeting = (monday + timedelta(days=2)).astimezone(STOCKHOLM).date()
    case = await town.report(
        told(
            "90",
            LETTER,
            kinds=["threat_veiled", "threat_explicit"],
            channels=["email", "letter"],
            purposes=["influence_decision"],
            matter="hospital",
            assignments=["regional_commissioner"],
            substantial_assignment="yes",
            meeting_day=meeting,
            wishes=["protection"],
        )
    )

    # Måndag: samma dag till polisen; brevet är allmän handling och registreras med sekretessprövning.
    await town.wait(minutes=30)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["fear"])
    await case.does("vasterlund-registrator", "add_evidence", evidence="brev", digest="b4" * 32)
    await town.wait(hours=2)
    await case.does(HANDLER, "assess_risk", factors=FACTORS, level="high", confidence="medium")
    await case.does(DIRECTOR, "approve", approved=True)
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_organisation",
        access_protection_requested=True,
        crimes=["unlawful_threat", "civil_liberty"],
        reference="5000-K417302-26",
    )
    await case.does(CHIEF, "decide_protection", measures=["guard", "meeting_protection"])
    measures = [
        {"id": "foljeslagare", "kind": "guard", "owner": "security_chief", "state": "accepted"},
        {"id": "mote", "kind": "meeting_protection", "owner": "presidium", "state": "accepted"},
    ]
    await case.does(HANDLER, "agree_support", measures=measures, text="Deltagande på distans är erbjudet.")

    # Hon är också ledamot i Granvik. Utan samtycke lämnas inget över; med samtycke erbjuds det, men ingen där svarar.
    await case.may_not(HANDLER, "hand_over", to="9001", ground="consent", text="Hon bor och verkar i Granvik.")
    await case.does(HANDLER, "give_consent", purpose="hand_over")
    await case.does(HANDLER, "hand_over", to="9001", ground="consent", text="Hon bor och verkar i Granvik.")
    await case.may_not(MUNICIPALITY, "add_note", text="Vi har sett det.")
    await town.wait(hours=1, minutes=10)
    await case.may_not(MUNICIPALITY, "accept_handover")
    matter = await _prepare_the_meeting(town, case, meeting)

    # Onsdag till torsdag: polis på plats, beslutet fattas, någon kör henne hem.
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=2, hours=8))
    await matter.does(CLERK, "contact_affected", outcome="reached")
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=3, hours=10), protection_works="yes")
    await case.does(HANDLER, "update_measure", measure="mote", state="ended")
    await case.does(HANDLER, "update_measure", measure="foljeslagare", state="carried_out")
    await case.does(HANDLER, "assess_risk", factors=DECIDED, level="high", text="Beslutet är fattat; A05 står kvar.")
    await case.does(CHIEF, "approve", approved=True)
    await _look_back(matter, case, monday)

    # Brevet ger inga spår. Nittio lugna dagar.
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=50))
    await case.does(HANDLER, "update_police", status="discontinued", text="Inga spår på brevet.")
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=91))
    await settle(case, HANDLER)
    lesson = "Två organisationer: fråga om samtycke första dagen."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=99))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case, matter]


async def _prepare_the_meeting(town: Town, case: TownCase, meeting: date) -> TownCase:
    """The matter itself gets a preventive case, without a word about anybody."""
    what = "Fullmäktige beslutar om BB på onsdag. Hot har förekommit; mötet behöver gås igenom."
    matter = await town.report(told("90", what, kind="prevention", matter="hospital", meeting_day=meeting))
    await matter.does(CLERK, "triage", outcome="open", level="high", grade="high")
    await case.does(HANDLER, "link", case=matter.ref, reason="same_matter")
    await matter.does(CLERK, "add_note", text="Ordföranden har samrått med polisen: ingen säkerhetskontroll.")
    conflict = {"A19": "yes", "D01": "yes", "D03": "yes"}
    await matter.does(CLERK, "assess_risk", factors=conflict, level="high", grade="high", conflict="open_conflict")
    await matter.does(OFFICE, "approve", approved=True)
    remote = {"id": "distans", "kind": "meeting_form", "owner": "municipal_clerk", "state": "carried_out"}
    police = {"id": "polis", "kind": "police_dialogue", "owner": "security_chief", "state": "carried_out"}
    await matter.does(CLERK, "agree_support", measures=[remote, police])
    return matter


async def _look_back(matter: TownCase, case: TownCase, monday: datetime) -> None:
    """Calls the day after and on the third day; a week of watching; the lesson."""
    await matter.does(CLERK, "log_follow_up", outcome="reached", new_incident="no")
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=5))
    await matter.does(CLERK, "log_follow_up", outcome="reached", new_incident="no")
    await keep(case, HANDLER, CHIEF, monday + timedelta(days=9))
    await matter.does(CLERK, "log_follow_up", outcome="reached", new_incident="no")
    await settle(matter, CLERK)
    await matter.does(OFFICE, "propose_closure", reason="matter_decided", lesson="Distansmöte bör alltid kunna väljas.")
    await matter.does(OFFICE, "close", reason="matter_decided")


F04 = Scenario(4, "scenario.regional_politician", "90", story)
