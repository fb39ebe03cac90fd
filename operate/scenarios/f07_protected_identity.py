"""F7: a card without a stamp to somebody whose address nobody may know: «welcome back»."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF = "bjorkang-handlaggare", "bjorkang-sakerhetschef"
OTHERS = ("bjorkang-samordnare", "bjorkang-tib", "bjorkang-direktor", "bjorkang-registrator")

REPORT = told(
    "9004",
    "Jag har skyddade personuppgifter sedan tidigare och är nyvald ersättare. I dag kom ett kort hem, utan frimärke, "
    'där det stod "välkommen tillbaka". Ingen ska veta var jag bor. Ring inte mitt hem, skriv bara i den säkra '
    "inkorgen.",
    reach={"secure_inbox": "säker inkorg"},
    kinds=["threat_veiled", "visited_privately", "doxing"],
    channels=["letter", "at_home"],
    places=["home"],
    assignments=["committee_substitute"],
    protected_identity="yes",
    may_contact_party="no",
)
FACTORS = {"C01": "yes", "A05": "yes", "A06": "yes", "B06": "yes"}
MOVED = {"C01": "yes", "A05": "no", "A06": "no", "B06": "unknown"}


async def story(town: Town) -> list[TownCase]:
    """Named people only, all the way; the leak is found in a published list; followed for half a year."""
    noon = await town.until_next("monday", "13:20")
    case = await town.report(REPORT)
    await town.wait(minutes=15)
    for code in OTHERS:
        await case.may_not(code, "add_note", text="Vem gäller det?")
    await case.does(CHIEF, "assign", handler=HANDLER)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await case.does(HANDLER, "contact_affected", outcome="reached", text="Endast genom den säkra inkorgen.")
    await case.does(HANDLER, "ask_information", task="lacka", text="Förtroendemannaregister, protokoll, arvodeslistor.")
    await case.does(HANDLER, "add_evidence", evidence="kort", digest="7e" * 32)
    await town.wait(hours=2)
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_affected",
        access_protection_requested=True,
        crimes=["unlawful_threat"],
        text="Personligt besök, inte på webben.",
    )
    await case.does(HANDLER, "answer_information", task="lacka", text="En publicerad arvodeslista; borttagen.")
    await case.does(HANDLER, "assess_risk", factors=FACTORS, level="high", confidence="medium")
    await case.does(CHIEF, "approve", approved=True)
    await case.does(CHIEF, "decide_protection", measures=["temporary_housing", "protected_marking"])
    measures = [
        {"id": "boende", "kind": "temporary_housing", "owner": "security_chief", "state": "accepted"},
        {"id": "markering", "kind": "protected_marking", "owner": "handler", "state": "standing"},
        {"id": "lista", "kind": "hidden_contact_details", "owner": "registrar", "state": "carried_out"},
    ]
    await case.does(HANDLER, "agree_support", measures=measures)
    await town.wait(days=1)
    await case.does(HANDLER, "update_police", reference="5000-K710009-26")
    await case.may_not(OTHERS[0], "log_follow_up", outcome="reached")

    # Ny bostad: förhöjd. Uppföljning varje månad.
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=40))
    await case.does(CHIEF, "assess_risk", factors=MOVED, level="raised", text="Flyttad; läckan är tätad.")
    await case.does(
        CHIEF,
        "extend_deadline",
        obligation="closing_review",
        until=noon + timedelta(days=190),
        text="Följs ett halvår.",
    )
    await case.does(HANDLER, "update_measure", measure="boende", state="ended")
    for number in (60, 91, 120, 150, 180):
        await keep(case, HANDLER, CHIEF, noon + timedelta(days=number))
        await case.does(HANDLER, "log_follow_up", outcome="reached", new_incident="no", protection_works="yes")
    await case.does(HANDLER, "update_police", status="discontinued")
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=183))
    await settle(case, HANDLER, "lista")
    lesson = "Arvodeslistor granskas före publicering."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=191))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case]


F07 = Scenario(7, "scenario.protected_identity", "9004", story)
