"""F3: the same man, on the square, on the bus, outside the preschool. He never says anything threatening."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from datetime import datetime

    from operate.town import Town, TownCase

HANDLER, DEPUTY, CHIEF = "sjoliden-samordnare", "sjoliden-ersattare", "sjoliden-sakerhetschef"

FIRST = told(
    "9003",
    "En man jag inte känner följde efter mig från torget till bussen. Det är andra gången den här veckan.",
    kinds=["stalking"],
    channels=["in_person"],
    places=["public_place"],
    assignments=["committee_chair"],
    actor_identity="known",
)
FIFTH = told(
    "9003",
    "Det här är femte gången på tre veckor. Samma man dyker upp på torget, på bussen och nu utanför min dotters "
    'förskola. Han säger aldrig något hotfullt, bara "vi ses snart igen". I natt låg en död fågel på trappan.',
    kinds=["stalking", "visited_privately", "delivery", "threat_veiled"],
    channels=["in_person", "at_home"],
    places=["public_place", "home"],
    assignments=["committee_chair"],
    actor_identity="known",
    relatives_affected="yes",
    wishes=["protection"],
)
EARLY = {"A11": "yes", "A12": "unknown"}
NOW = {"A05": "yes", "A06": "yes", "A10": "yes", "A11": "yes", "A12": "yes", "C02": "yes"}
QUIET = {"A05": "no", "A06": "no", "A10": "no", "A11": "no", "A12": "yes", "C02": "yes", "M01": "yes"}


async def story(town: Town) -> list[TownCase]:
    """Raised, then high; a restraining order, its breach, closure when it has run out, and one reopening."""
    begin = await town.until_next("monday", "10:00")
    case = await town.report(FIRST)
    await _unread(town, case, begin)
    await _series(case, begin)
    again = await _fifth_time(town, case, begin)
    await _restraining_order(case, begin)
    await _first_end(case, begin)
    await _once_more(town, case, begin)
    return [case, again]


async def _unread(town: Town, case: TownCase, begin: datetime) -> None:
    """The coordinator is ill and nobody has read it: time runs out, the chief is told, then the deputy, who acts."""
    await town.until_next("wednesday", "09:00")
    await case.does(DEPUTY, "triage", outcome="open", level="raised")
    await case.does(DEPUTY, "contact_affected", outcome="reached", consequences=["fear"])
    await case.does(DEPUTY, "assess_risk", factors=EARLY, level="raised", confidence="low")
    await case.does(DEPUTY, "decide_protection", text="Ingen åtgärd ännu; loggbok.")
    await case.does(DEPUTY, "add_evidence", text="Loggboken är påbörjad.")
    await case.does(DEPUTY, "record_police", decision="consulted", text="Rådgjort med kommunpolisen.")
    person = {"id": "kontakt", "kind": "contact_person", "owner": "security_coordinator", "state": "standing"}
    await case.does(DEPUTY, "agree_support", measures=[person])
    await case.does(DEPUTY, "assign", handler=HANDLER)
    await case.does(
        DEPUTY,
        "extend_deadline",
        obligation="closing_review",
        until=begin + timedelta(days=415),
        text="Förföljelse följs minst ett halvår efter den senaste kontakten.",
    )


async def _series(case: TownCase, begin: datetime) -> None:
    """Three more times."""
    for number in (8, 12, 16):
        await keep(case, HANDLER, CHIEF, begin + timedelta(days=number))
        await case.does(HANDLER, "add_incident", text="Samma man igen.")


async def _fifth_time(town: Town, case: TownCase, begin: datetime) -> TownCase:
    """The preschool and the bird: the new report belongs to the same series, and the level becomes high."""
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=21))
    again = await town.report(FIFTH)
    await _joins(case, again, HANDLER)
    await case.does(HANDLER, "assess_risk", factors=NOW, level="high", confidence="high")
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["fear", "relatives_affected"])
    await case.does(HANDLER, "add_evidence", evidence="fagel", digest="f3" * 32)
    await case.does(
        HANDLER,
        "record_police",
        decision="reported_by_affected",
        access_protection_requested=True,
        crimes=["unlawful_persecution"],
        reference="5000-K300077-26",
    )
    await case.does(CHIEF, "decide_protection", measures=["personal_alarm"])
    alarm = {"id": "larm", "kind": "personal_alarm", "owner": "security_chief", "state": "carried_out"}
    school = {"id": "forskola", "kind": "school_informed", "owner": "handler", "state": "accepted"}
    await case.may_not(HANDLER, "agree_support", measures=[alarm, school])
    await case.does(HANDLER, "give_consent", purpose="relatives")
    await case.does(HANDLER, "agree_support", measures=[alarm, school])
    await town.wait(hours=4)
    await case.does(CHIEF, "approve", approved=True)
    return again


async def _restraining_order(case: TownCase, begin: datetime) -> None:
    """Granted for a year, breached after two months."""
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=30))
    until = (begin + timedelta(days=30 + 365)).date()
    await case.does(
        HANDLER,
        "update_police",
        status="opened",
        restraining_order="granted",
        restraining_order_kind="extended",
        restraining_order_until=until,
    )
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=90))
    await case.does(HANDLER, "update_police", status="detained", restraining_order="breached")
    await case.does(
        CHIEF, "assess_risk", factors=NOW | {"A20": "yes"}, level="high", text="Akut övervägt: han sitter inne."
    )
    await case.does(HANDLER, "approve", approved=True)
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=110))
    await case.does(CHIEF, "assess_risk", factors=QUIET, level="raised", text="Häktad; ingen kontakt sedan brottet.")
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=180))
    await case.does(HANDLER, "update_police", status="final_judgment")


async def _first_end(case: TownCase, begin: datetime) -> None:
    """Six months without contact are not enough: the restraining order must have run out."""
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=280))
    await settle(case, HANDLER, "larm")
    await case.may_not(HANDLER, "close", reason="quiet_period")
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=396))
    await case.does(HANDLER, "update_police", restraining_order="ended")
    await case.does(
        HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson="Loggbok från första dagen."
    )
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=404))
    await case.does(HANDLER, "close", reason="quiet_period")


async def _once_more(town: Town, case: TownCase, begin: datetime) -> None:
    """A month later he stands there again: the same case, new clocks, the history untouched."""
    await town.until(begin + timedelta(days=436))
    await case.may_not(HANDLER, "add_incident", text="Han stod utanför bussen.")
    await case.does(HANDLER, "reopen", reason="new_incident", level="high", text="Han stod utanför bussen.")
    await case.does(HANDLER, "contact_affected", outcome="reached")
    await case.does(HANDLER, "record_police", decision="reported_by_affected", reference="5000-K300912-27")
    await case.does(HANDLER, "add_evidence", text="Loggboken fortsätter; bussens kamera är begärd.")
    await case.does(HANDLER, "assess_risk", factors=NOW | {"A06": "no", "A10": "no"}, level="high")
    await case.does(CHIEF, "approve", approved=True)
    await case.does(CHIEF, "decide_protection", measures=["personal_alarm"])
    await case.does(HANDLER, "agree_support", declined=True, text="Det som finns räcker.")
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=460))
    await case.does(HANDLER, "update_police", status="summary_penalty")
    await case.does(CHIEF, "assess_risk", factors=QUIET, level="raised", text="Straffad; ingen kontakt sedan dess.")
    await case.does(
        HANDLER,
        "extend_deadline",
        obligation="closing_review/2",
        until=begin + timedelta(days=636),
        text="Förföljelse: sex månader utan kontakt.",
    )
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=603))
    await case.does(
        HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson="Stanna kvar efter domen."
    )
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=611))
    await case.may_not(HANDLER, "close", reason="quiet_period")
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=616, hours=12))
    await case.does(HANDLER, "close", reason="quiet_period")


async def _joins(case: TownCase, again: TownCase, handler: str) -> None:
    """A further report of the series becomes part of the first case; its own number is closed."""
    report = (await again.state()).reports[0]
    await case.does(handler, "merge_report", report=report, new_incident=True)
    await case.does(handler, "link", case=again.ref, reason="same_actor")
    await again.does(handler, "triage", outcome="register_only", level="raised", text=f"Hör till {case.ref}.")
    await again.does(handler, "link", case=case.ref, reason="same_actor")
    await again.does(handler, "close", reason="duplicate")


F03 = Scenario(3, "scenario.stalking_series", "9003", story)
