"""F6: «I do not want to say who I am.» Somebody gets razor blades by post, every week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF, OFFICE = "granvik-samordnare", "granvik-sakerhetschef", "granvik-kanslichef"

ANONYMOUS = told(
    "9001",
    "Jag vill inte säga vem jag är. En ledamot i socialnämnden i Granvik får varje vecka kuvert med rakblad hem till "
    "sig och säger att det inte är något att bry sig om. Jag är rädd att det händer något på riktigt.",
    anonymous=True,
    for_another=True,
    affected_known=False,
    kinds=["delivery", "threat_veiled"],
    channels=["letter"],
    places=["home"],
    matter="social_services",
    assignments=["committee_member"],
)
OWN = told(
    "9001",
    "Det stämmer att det kommer kuvert. Jag har sparat två. Jag trodde att det skulle gå över.",
    kinds=["delivery", "threat_veiled"],
    channels=["letter"],
    places=["home"],
    matter="social_services",
    assignments=["committee_member"],
    first_time="no",
)
FACTORS = {"A05": "yes", "A11": "yes", "A03": "no", "B06": "yes"}


async def story(town: Town) -> list[TownCase]:
    """The clock runs on finding out who it is; nobody answers in time, so the chief asks; then a case of its own."""
    noon = await town.until_next("wednesday", "12:40")
    source = await town.report(ANONYMOUS)
    await town.wait(minutes=40)
    await source.does(HANDLER, "triage", outcome="open", level="high")
    await source.may_not(HANDLER, "contact_affected", outcome="reached")
    await source.does(
        HANDLER, "ask_information", task="vem", text="Diskret fråga genom nämndsekreteraren. Inte partiet."
    )
    await source.does(HANDLER, "assess_risk", factors=FACTORS, level="high", confidence="low")
    await source.does(HANDLER, "add_evidence", text="Inget att säkra ännu.")
    await source.does(HANDLER, "decide_protection", text="Ingen att skydda förrän vi vet vem.")
    await source.does(CHIEF, "approve", approved=True)

    # Ingen svarar. Efter fyra timmar hör handläggaren och chefen det, och chefen ringer själv.
    await town.wait(hours=5)
    await source.does(OFFICE, "add_note", text="Kanslichefen vet vem det kan vara.")
    await source.does(CHIEF, "answer_information", task="vem", text="Ledamoten är funnen och vill prata.")
    await source.does(CHIEF, "identify_affected")
    await town.wait(hours=1)
    await source.does(HANDLER, "contact_affected", outcome="reached")
    await source.does(HANDLER, "record_police", decision="tip", text="Anmälan görs i det egna ärendet.")

    # Den utsatta bekräftar: ett eget ärende, länkat. Vem som berättade sägs aldrig.
    case = await town.report(OWN)
    await case.does(HANDLER, "triage", outcome="open", level="high")
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "link", case=source.ref, reason="source")
    await source.does(HANDLER, "link", case=case.ref, reason="source")
    await source.does(HANDLER, "propose_closure", reason="registered_only")
    await source.may_not(HANDLER, "close", reason="registered_only")
    await source.does(CHIEF, "close", reason="registered_only")
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["none"])
    await case.does(HANDLER, "add_evidence", evidence="kuvert", digest="6f" * 32)
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_organisation",
        access_protection_requested=True,
        crimes=["molestation"],
        reference="5000-K601450-26",
    )
    await case.does(HANDLER, "assess_risk", factors=FACTORS | {"B06": "unknown"}, level="high", confidence="medium")
    await case.does(CHIEF, "approve", approved=True)
    await case.does(CHIEF, "decide_protection", measures=["camera"])
    post = {"id": "post", "kind": "hidden_contact_details", "owner": "registrar", "state": "accepted"}
    camera = {"id": "kamera", "kind": "camera", "owner": "security_chief", "state": "accepted"}
    await case.does(HANDLER, "agree_support", measures=[post, camera])
    await case.does(HANDLER, "add_note", text="Sakfrågan är ett omhändertagande.")
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=60))
    await case.does(HANDLER, "update_police", status="discontinued")
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=92))
    await settle(case, HANDLER, "post")
    lesson = "Fråga tidigt; det som avfärdas kan vara farligt."
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson=lesson)
    await keep(case, HANDLER, CHIEF, noon + timedelta(days=100))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case, source]


F06 = Scenario(6, "scenario.anonymous_reporter", "9001", story)
