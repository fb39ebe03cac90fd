"""F2: three hundred comments in a day, and somebody put out her mother's address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF, DIRECTOR = "nordmyra-samordnare", "nordmyra-sakerhetschef", "nordmyra-direktor"

REPORT = told(
    "9002",
    "Sedan lokaltidningen skrev om mitt förslag om vargstängsel i går har jag fått över 300 kommentarer och ett "
    "femtiotal privata meddelanden. De flesta kallar mig landsförrädare och någon lade ut min mammas gatuadress. Jag "
    "orkar inte läsa mer.",
    kinds=["pile_on", "abuse", "doxing"],
    channels=["social_media"],
    purposes=["silence"],
    places=["online"],
    matter="wildlife",
    assignments=["municipal_commissioner"],
    substantial_assignment="yes",
    actor_category="campaign",
    actor_identity="anonymous",
    relatives_affected="yes",
    wishes=["support"],
)
STORM = {"A17": "yes", "A09": "yes", "C04": "yes", "D03": "yes"}
OVER = STORM | {"A09": "no", "D03": "no"}


async def story(town: Town) -> list[TownCase]:
    """The storm blows over in two days; the support goes on while the police are silent for six weeks."""
    morning = await town.until_next("tuesday", "09:10")
    case = await town.report(REPORT)

    # Dag 0: någon annan läser nu, bevisen säkras med adress och tid, de värsta inläggen anmäls.
    await town.wait(minutes=20)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["fear", "avoids_social_media"])
    await town.wait(hours=2)
    await case.does("nordmyra-kommunikator", "add_evidence", evidence="skarmbilder", digest="5d" * 32)
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_affected",
        access_protection_requested=True,
        crimes=["unlawful_threat", "molestation"],
        text="De elva värsta inläggen.",
    )
    await town.wait(hours=2)
    await case.does(HANDLER, "assess_risk", factors=STORM, level="high", confidence="medium")
    await case.does(CHIEF, "decide_protection", measures=["communication_filter", "online_removal"])
    measures = [
        {"id": "filter", "kind": "communication_filter", "owner": "communicator", "state": "accepted"},
        {"id": "sanering", "kind": "online_removal", "owner": "communicator", "state": "accepted"},
        {"id": "samtal", "kind": "counselling", "owner": "occupational_health", "state": "offered"},
    ]
    await case.does(HANDLER, "agree_support", measures=measures)
    await town.wait(hours=3)
    await case.does(DIRECTOR, "approve", approved=True)

    # Dag 1 och 2: samtal varje dag; adressen är borta, stormen mojnar.
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=2, hours=5), protection_works="yes")
    await case.does(HANDLER, "update_measure", measure="sanering", state="carried_out")
    await case.does(HANDLER, "update_police", reference="5000-K204518-26")

    # Dag 3: säkerhetschefen sänker med skriftliga skäl.
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=3, hours=1))
    await case.may_not(CHIEF, "assess_risk", factors=OVER, level="raised")
    await case.may_not(HANDLER, "assess_risk", factors=OVER, level="raised", text="Adressen är borta, drevet över.")
    await case.does(CHIEF, "assess_risk", factors=OVER, level="raised", text="Adressen är borta, drevet över.")
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=20))
    await case.does(HANDLER, "update_measure", measure="samtal", state="accepted")

    # Polisen tiger i sex veckor; stödet väntar inte. Sedan läggs utredningen ned.
    await case.does(
        HANDLER,
        "extend_deadline",
        obligation="closing_review",
        until=morning + timedelta(days=105),
        text="Uppföljningen efter tre månader ska hållas först.",
    )
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=42))
    await case.does(HANDLER, "update_police", status="discontinued", text="Gärningspersonerna kunde inte identifieras.")
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=91), wants_more_support="no")

    await settle(case, HANDLER, "filter")
    lesson = "Filterperson redan första timmen; räkna med två dygn."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, DIRECTOR, morning + timedelta(days=99))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case]


F02 = Scenario(2, "scenario.online_pile_on", "9002", story)
