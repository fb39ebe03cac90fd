"""F13: an e-mail says that they are all idiots. He does not care, but everything is to be reported."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from operate.scenarios.duty import keep
from operate.scenarios.scenario import Scenario, told

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER, CHIEF = "granvik-samordnare", "granvik-sakerhetschef"

REPORT = told(
    "9001",
    'Fick ett mejl i förtroendemannabrevlådan efter budgeten: "Ni är alla idioter och borde skämmas." Jag bryr mig '
    "inte, men vi har ju sagt att allt ska rapporteras.",
    kinds=["abuse"],
    channels=["email"],
    purposes=["revenge_decision"],
    matter="budget",
    assignments=["council_member"],
    actor_identity="known",
    wishes=["register_only"],
)


async def story(town: Town) -> list[TownCase]:
    """Nobody looked for a day, until the clock said so; then low, noted for the pattern, closed when quiet."""
    begin = await town.until_next("tuesday", "11:30")
    case = await town.report(REPORT)

    # En arbetsdag går utan att någon tittar. Handläggarna och säkerhetschefen får veta det.
    await town.until_next("wednesday", "13:00")
    await case.does(HANDLER, "triage", outcome="open", level="low")
    await case.does(HANDLER, "assign", handler=HANDLER)
    await case.does(HANDLER, "contact_affected", outcome="reached", consequences=["none"])
    await case.does(HANDLER, "assess_risk", factors={"A04": "no", "A11": "no"}, level="low", confidence="high")
    await case.does(
        HANDLER,
        "record_police",
        decision="not_a_crime",
        decline_reason="unsure_if_crime",
        affected_informed=True,
        text="Inte hotfullt; sparas för mönstret.",
    )
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=13))
    await case.does(HANDLER, "log_follow_up", outcome="reached", new_incident="no")
    await case.does(HANDLER, "propose_closure", reason="quiet_period", affected_informed=True, lesson="Ingen.")
    await keep(case, HANDLER, CHIEF, begin + timedelta(days=20, hours=20))
    await case.may_not(HANDLER, "close", reason="quiet_period")
    await town.until(begin + timedelta(days=21, hours=3))
    await case.does(HANDLER, "close", reason="quiet_period")
    return [case]


F13 = Scenario(13, "scenario.plain_low", "9001", story)
