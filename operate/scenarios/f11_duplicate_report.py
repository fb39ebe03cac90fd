"""F11: two people report the same bottle. One more report looks the same, and is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF = "granvik-samordnare", "granvik-sakerhetschef"

HIT = told(
    "9001",
    'Under torgmötet i Granvik i lördags kastade en man en flaska som träffade mig på axeln och skrek "svikare".',
    kinds=["violence", "abuse"],
    channels=["assembly"],
    places=["public_place"],
    assignments=["group_leader"],
    police_already="yes",
)
SEEN = told(
    "9001",
    "Jag såg när någon kastade en glasflaska mot vår gruppledare på torget i lördags, jag filmade det.",
    for_another=True,
    kinds=["violence"],
    channels=["assembly"],
    places=["public_place"],
)
LEAFLETS = told(
    "9001",
    "Någon slet ned våra affischer vid torget i lördags.",
    kinds=["damage"],
    places=["public_place"],
)
FACTORS = {"A07": "yes", "A18": "no", "B06": "yes", "C03": "yes"}


async def story(town: Town) -> list[TownCase]:
    """One incident, one case: the second report is merged, the third by mistake, and taken out again."""
    saturday = await town.until_next("saturday", "13:20")
    case = await town.report(HIT)
    await town.wait(hours=1)
    await case.does("granvik-tib", "triage", outcome="open", level="high")
    await case.does("granvik-tib", "contact_affected", outcome="reached", consequences=["injury"])
    await case.does("granvik-tib", "record_police", decision="reported_by_affected", reference="5000-K999001-26")
    await case.does("granvik-tib", "add_evidence", text="Flaskans skärvor är lämnade till polisen på torget.")
    await case.does("granvik-tib", "assign", handler=HANDLER)

    # Söndag: vittnets rapport hör till samma händelse; filmen blir bevis. Den tredje gäller något annat.
    await town.until_next("sunday", "11:00")
    seen = await town.report(SEEN)
    leaflets = await town.report(LEAFLETS)
    await _same_incident(case, seen)
    await case.does(HANDLER, "add_evidence", evidence="film", digest="11" * 32)
    await case.does(
        HANDLER, "record_police", decision="already_reported", reference="5000-K999001-26", text="Ett K-nummer."
    )
    await case.does(HANDLER, "assess_risk", factors=FACTORS, level="high", confidence="high")
    await case.does(CHIEF, "decide_protection", text="Ordningsvakt vid nästa torgmöte.")
    await case.does(CHIEF, "approve", approved=True)
    wrong = (await leaflets.state()).reports[0]
    await case.does(HANDLER, "merge_report", report=wrong)
    await case.may_not(HANDLER, "merge_report", report=wrong)
    await case.does(HANDLER, "merge_report", report=wrong, unmerge=True)
    await leaflets.does(HANDLER, "triage", outcome="register_only", level="low", text="Skadegörelse på affischer.")
    await leaflets.does(HANDLER, "contact_affected", outcome="reached")
    await leaflets.does(HANDLER, "close", reason="registered_only")

    guard = {"id": "vakt", "kind": "meeting_protection", "owner": "security_chief", "state": "accepted"}
    await case.does(HANDLER, "agree_support", measures=[guard])
    await case.does(HANDLER, "add_note", text="Sakfrågan är budgeten.")
    await keep(case, HANDLER, CHIEF, saturday + timedelta(days=45))
    await case.does(HANDLER, "update_police", status="summary_penalty")
    await keep(case, HANDLER, CHIEF, saturday + timedelta(days=89), consequences=["none"])
    await settle(case, HANDLER)
    lesson = "Vittnen ska få ett tack, inget mer."
    await case.does(HANDLER, "propose_closure", reason="actor_prosecuted", affected_informed=True, lesson=lesson)
    await case.may_not(HANDLER, "close", reason="actor_prosecuted")
    await keep(case, HANDLER, CHIEF, saturday + timedelta(days=97))
    await case.does(HANDLER, "close", reason="actor_prosecuted")
    return [case, seen, leaflets]


async def _same_incident(case: TownCase, other: TownCase) -> None:
    """The other report joins the case; its own number is closed as a duplicate."""
    await case.does(HANDLER, "merge_report", report=(await other.state()).reports[0])
    await case.does(HANDLER, "link", case=other.ref, reason="same_incident")
    await other.does(HANDLER, "triage", outcome="register_only", level="raised", text=f"Samma händelse som {case.ref}.")
    await other.does(HANDLER, "link", case=case.ref, reason="same_incident")
    await other.does(HANDLER, "close", reason="duplicate")


F11 = Scenario(11, "scenario.duplicate_report", "9001", story)
