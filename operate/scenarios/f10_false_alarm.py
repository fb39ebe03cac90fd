"""F10: a box with wires under the car. It was right to report it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

CHIEF, DIRECTOR, HANDLER = "nordmyra-sakerhetschef", "nordmyra-direktor", "nordmyra-samordnare"

REPORT = told(
    "9002",
    "På parkeringen utanför kommunhuset satt det en låda med sladdar under min bil när jag skulle åka hem. Jag "
    "sprang in igen och vi stängde dörrarna.",
    danger_now=True,
    kinds=["arson_explosives"],
    places=["municipal_building"],
    assignments=["board_member"],
)
SUSPECTED = {"A03": "yes", "B06": "yes"}
EXPLAINED = {"A03": "no", "B06": "no", "M03": "yes"}


async def story(town: Town) -> list[TownCase]:
    """The duty officer does not answer, the next one does; three hours later two persons say what it was."""
    evening = await town.until_next("monday", "17:35")
    case = await town.report(REPORT)

    # TiB svarar inte. Efter två missar larmas nästa, och säkerhetschefen tar larmet.
    await town.wait(minutes=21)
    await case.does(CHIEF, "acknowledge")
    await case.does(CHIEF, "triage", outcome="open", level="acute")
    await case.does(CHIEF, "contact_affected", outcome="reached", consequences=["fear"])
    await case.does(CHIEF, "record_police", decision="reported_by_organisation", text="112; huset utrymt.")
    await town.wait(minutes=30)
    await case.does(CHIEF, "assess_risk", factors=SUSPECTED, level="acute", confidence="low")
    await case.does(CHIEF, "decide_protection", text="Utrymning; polisen spärrar av.")
    await case.does(CHIEF, "add_evidence", text="Parkeringens kamera.")
    await town.wait(minutes=40)
    talk = {"id": "samtal", "kind": "crisis_support", "owner": "crisis_group", "state": "accepted"}
    await case.does(CHIEF, "agree_support", measures=[talk])

    # En spårsändare från ägarens eget försäkringsbolag. Två personer sänker nivån; rapporten var rätt.
    await town.until(evening + timedelta(hours=3))
    await case.does(CHIEF, "assess_risk", factors=EXPLAINED, level="low", text="Spårsändare från försäkringsbolaget.")
    await case.does(DIRECTOR, "approve", approved=True)
    await case.does(CHIEF, "update_police", status="not_opened", reference="5000-K808080-26")
    await case.does(CHIEF, "contact_affected", outcome="reached", text="Tack. Det var rätt att larma.")
    await case.does(CHIEF, "assign", handler=HANDLER)
    await keep(case, HANDLER, CHIEF, evening + timedelta(days=7))
    await case.does(HANDLER, "log_follow_up", outcome="reached", consequences=["none"], wants_more_support="no")
    await case.does(HANDLER, "update_measure", measure="samtal", state="ended")
    await case.does(HANDLER, "propose_closure", reason="false_alarm", lesson="TiB:s telefon låg kvar på kontoret.")
    await case.does(HANDLER, "close", reason="false_alarm")
    return [case]


F10 = Scenario(10, "scenario.false_alarm", "9002", story)
