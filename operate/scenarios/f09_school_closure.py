"""F9: a school is to be closed, and somebody wrote that the committee «will have visitors». Nobody is hurt yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import settle
from operate.scenarios.scenario import Scenario, told
from operate.town import STOCKHOLM

if TYPE_CHECKING:
    from operate.town import Town, TownCase

CLERK, OFFICE, HANDLER = "sjoliden-sekreterare", "sjoliden-kanslichef", "sjoliden-samordnare"

WHAT = (
    "Den 14 oktober ska barn- och utbildningsnämnden i Sjöliden besluta om att lägga ner Kvarnby skola. "
    'Föräldragruppen på Facebook har vuxit till 2 000 medlemmar och i veckan skrev någon att "nämnden ska få besök". '
    "Vi vill gå igenom riskerna innan kallelsen skickas ut."
)
ANGRY = told(
    "9003",
    "I föräldragruppen skriver de att jag borde skämmas.",
    kinds=["abuse"],
    channels=["social_media"],
    matter="school_closure",
    assignments=["committee_member"],
)
FACTORS = {"A19": "yes", "D01": "yes", "D03": "yes"}


async def story(town: Town) -> list[TownCase]:
    """Sorted, assessed, planned and evaluated in time; two low incidents in the window are linked to it."""
    now = (await town.now()).astimezone(STOCKHOLM)
    begin = datetime(now.year, 9, 14, 10, 15, tzinfo=STOCKHOLM)
    begin = begin if begin > now else begin.replace(year=now.year + 1)
    meeting = begin.replace(month=10, day=14, hour=18)
    await town.until(begin)
    case = await town.report(told("9003", WHAT, kind="prevention", matter="school_closure", meeting_day=meeting.date()))

    # Steg 1: snabbsortering. Steg 2 och 3: fördjupning, konfliktnivå, komplexitet.
    await town.wait(hours=3)
    await case.may_not(CLERK, "triage", outcome="open", level="high")
    await case.does(CLERK, "triage", outcome="open", level="high", grade="high")
    await town.wait(days=8)
    await case.does(CLERK, "assess_risk", factors=FACTORS, level="high", grade="high", conflict="open_conflict")
    await case.does(OFFICE, "approve", approved=True)
    await town.until(meeting - timedelta(days=13))
    measures = [
        {"id": "dialog", "kind": "citizen_dialogue", "owner": "chancellery_chief"},
        {"id": "fakta", "kind": "fact_page", "owner": "communicator"},
        {"id": "moderering", "kind": "moderation", "owner": "communicator"},
        {"id": "entre", "kind": "meeting_protection", "owner": "presidium"},
        {"id": "polis", "kind": "police_dialogue", "owner": "security_chief"},
    ]
    await case.does(
        CLERK, "agree_support", measures=measures, text="Egen ingång, polis på plats, ingen säkerhetskontroll."
    )
    first = await _angry_words(town, case, meeting - timedelta(days=5))
    await case.does(CLERK, "update_measure", measure="dialog", state="carried_out")
    await case.does(CLERK, "update_measure", measure="fakta", state="carried_out")
    await case.may_not(OFFICE, "close", reason="matter_decided")

    # Mötet, samtalen samma dag, dagen efter och på tredje dagen, moderering i 72 timmar.
    await town.until(meeting + timedelta(hours=3))
    await case.does(CLERK, "contact_affected", outcome="reached")
    second = await _angry_words(town, case, meeting + timedelta(hours=16))
    await case.does(CLERK, "log_follow_up", outcome="reached", new_incident="no")
    await town.until(meeting + timedelta(days=3))
    await case.does(CLERK, "log_follow_up", outcome="reached", new_incident="no")
    await case.does(CLERK, "update_measure", measure="moderering", state="carried_out")
    await town.until(meeting + timedelta(days=7))
    await case.does(CLERK, "log_follow_up", outcome="reached", new_incident="no", text="Bevakningen är över.")
    await settle(case, CLERK)
    await town.until(meeting + timedelta(days=12))
    await case.does(OFFICE, "propose_closure", reason="matter_decided", lesson="Dialogkvällen kom en vecka för sent.")
    await case.does(OFFICE, "close", reason="matter_decided")
    return [case, first, second]


async def _angry_words(town: Town, case: TownCase, when: datetime) -> TownCase:
    """Somebody on the committee is abused; low, registered, and linked to the matter."""
    await town.until(when)
    one = await town.report(ANGRY)
    await town.wait(minutes=30)
    await one.does(HANDLER, "triage", outcome="register_only", level="low", text="Otrevligt, inget hot.")
    await one.does(HANDLER, "link", case=case.ref, reason="same_matter")
    await one.does(HANDLER, "contact_affected", outcome="reached")
    await case.does(HANDLER, "link", case=one.ref, reason="same_matter")
    await one.does(HANDLER, "close", reason="registered_only")
    return one


F09 = Scenario(9, "scenario.school_closure", "9003", story)
