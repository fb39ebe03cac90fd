"""What goes on in Granvik today: a case in every stage, level and kind, told until the present."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from operate.scenarios import SCENARIOS
from operate.scenarios.duty import keep, settle
from operate.scenarios.scenario import told
from tests.web.cast import (
    ALICE,
    BOB,
    CAST,
    CHARLIE,
    CLEO,
    DAG,
    DISA,
    EXTRA,
    FREJA,
    INES,
    KAJ,
    MALTE,
    PIM,
    REV,
    RUT,
    SAM,
)

if TYPE_CHECKING:
    from models.report import Report
    from operate.town import Town, TownCase

__all__ = ["ALICE", "BOB", "CAST", "CHARLIE", "CLEO", "DAG", "DISA", "EXTRA", "FREJA", "INES", "KAJ", "MALTE"]
__all__ += ["MARKED", "NEIGHBOURS", "PIM", "REV", "RUT", "SAM", "STORIES", "Story"]

MARKED = "Kvastskaft"
"""A word in every narrative of Granvik that must never stand where it does not belong."""
CALM = {"A02": "no", "A04": "no", "C04": "no"}
SERIOUS = {"A05": "yes", "C04": "yes", "A02": "no", "B06": "unknown"}
PLAN = [
    {"id": "samtal", "kind": "counselling", "owner": "occupational_health", "state": "accepted"},
    {"id": "larm", "kind": "home_alarm", "owner": "security_chief", "state": "offered"},
]


@dataclass(frozen=True)
class Story:
    """A story, and how long ago it began."""

    began: timedelta
    tell: Callable[[Town], Awaitable[list[TownCase]]]


def report(what: str, **facts: Any) -> Report:
    """A report in Granvik."""
    return told("9001", f"{MARKED}: {what}", **{"kinds": ["threat_veiled"], "channels": ["email"], **facts})


async def fresh(town: Town) -> list[TownCase]:
    """Just reported, not looked at."""
    return [await town.report(report("Jag har fått tre otäcka brev den här veckan.", wishes=["support"]))]


async def alarm(town: Town) -> list[TownCase]:
    """Acute, and nobody has answered yet."""
    what = "Två män står utanför min dörr och skriker att de ska in."
    facts = {"danger_now": True, "kinds": ["threat_death"], "channels": ["at_home"], "places": ["home"]}
    return [await town.report(report(what, **facts))]


async def triaged(town: Town) -> list[TownCase]:
    """Opened and assigned to Bob, the affected person reached; the risk is not assessed."""
    case = (await fresh(town))[0]
    await town.wait(minutes=20)
    await case.does(BOB, "triage", outcome="open", level="raised", text=f"{MARKED} är orolig.")
    await case.does(BOB, "assign", handler=BOB)
    await case.does(BOB, "contact_affected", outcome="reached", consequences=["fear"], text=f"{MARKED} nådd.")
    return [case]


async def unassigned(town: Town) -> list[TownCase]:
    """Opened, and nobody's."""
    case = (await fresh(town))[0]
    await town.wait(hours=1)
    await case.does(ALICE, "triage", outcome="open", level="low")
    return [case]


async def overdue(town: Town) -> list[TownCase]:
    """Opened days ago and left: every clock has run out, the ladder is climbed."""
    case = (await fresh(town))[0]
    await town.wait(minutes=50)
    await case.does(KAJ, "triage", outcome="open", level="raised")
    await case.does(KAJ, "assign", handler=KAJ)
    return [case]


async def waiting(town: Town) -> list[TownCase]:
    """High by Bob's assessment; a second person has to confirm it."""
    case = (await triaged(town))[0]
    await town.wait(hours=1)
    await case.does(BOB, "assess_risk", factors=SERIOUS, level="high", confidence="medium", text="Hotet är konkret.")
    return [case]


async def police(town: Town) -> list[TownCase]:
    """Reported to the police and under investigation; support agreed, calls kept."""
    began = await town.now()
    case = (await waiting(town))[0]
    await case.does(ALICE, "approve", approved=True)
    await case.does(BOB, "add_evidence", text="Breven ligger i kuvert i kassaskåpet.")
    await case.does(BOB, "decide_protection", measures=["home_alarm"])
    await case.does(
        BOB,
        "record_police",
        decision="reported_by_organisation",
        access_protection_requested=True,
        crimes=["unlawful_threat"],
        reference="5000-K100200-26",
        text=f"{MARKED} vill att vi anmäler.",
    )
    await case.does(BOB, "give_consent", purpose="group_leader")
    await case.does(BOB, "agree_support", measures=PLAN)
    await keep(case, BOB, ALICE, began + timedelta(days=6))
    await case.does(BOB, "update_police", status="opened")
    await case.does(BOB, "ask_information", task="kamera", text="Finns det bilder från porten?")
    await case.does(BOB, "add_note", text=f"{MARKED} har fått nytt telefonnummer.")
    await keep(case, BOB, ALICE, began + timedelta(days=400))
    return [case]


async def support(town: Town) -> list[TownCase]:
    """No crime; a support plan with calls to make."""
    began = await town.now()
    case = (await triaged(town))[0]
    await _quiet(case)
    await case.does(BOB, "agree_support", measures=PLAN)
    await keep(case, BOB, ALICE, began + timedelta(days=400))
    return [case]


async def closing(town: Town) -> list[TownCase]:
    """Closing is proposed; the affected person has been told."""
    began = await town.now()
    case = (await triaged(town))[0]
    await _quiet(case)
    await case.does(BOB, "agree_support", declined=True)
    await keep(case, BOB, ALICE, began + timedelta(days=92))
    await settle(case, BOB)
    await case.does(BOB, "log_follow_up", outcome="reached", new_incident="no", wants_more_support="no")
    await case.does(BOB, "propose_closure", reason="quiet_period", affected_informed=True, lesson="Ring tidigare.")
    return [case]


async def closed(town: Town) -> list[TownCase]:
    """Closed after a quiet period."""
    case = (await closing(town))[0]
    await keep(case, BOB, ALICE, await town.now() + timedelta(days=8))
    await case.does(BOB, "close", reason="quiet_period")
    return [case]


async def reopened(town: Town) -> list[TownCase]:
    """Closed, and opened again because it began anew."""
    case = (await closed(town))[0]
    await town.wait(days=5)
    await case.does(BOB, "reopen", reason="new_incident", level="raised", text="Ett nytt brev.")
    return [case]


async def false_alarm(town: Town) -> list[TownCase]:
    """Looked at and not opened."""
    case = (await fresh(town))[0]
    await town.wait(minutes=30)
    await case.does(BOB, "triage", outcome="false_alarm", level="low", text="Det var grannens dörr.")
    return [case]


async def protected(town: Town) -> list[TownCase]:
    """Protected identity: Bob is named, Kaj is not."""
    case = await town.report(report("Jag har skyddade uppgifter.", protected_identity="yes"))
    await town.wait(minutes=15)
    await case.does(ALICE, "triage", outcome="open", level="high")
    await case.does(ALICE, "assign", handler=BOB)
    return [case]


async def blocked(town: Town) -> list[TownCase]:
    """Alice is kept out: it is about her brother."""
    case = await town.report(report("Säkerhetschefens bror hotade mig.", kinds=["threat_veiled"]))
    await town.wait(minutes=15)
    await case.does(PIM, "block_role", roles=["security_chief"], people=[ALICE], text="Syskon till den utpekade.")
    await case.does(PIM, "triage", outcome="open", level="raised")
    await case.does(PIM, "assign", handler=BOB)
    return [case]


async def offered(town: Town) -> list[TownCase]:
    """Offered to the region, which has not answered."""
    case = (await triaged(town))[0]
    await case.does(BOB, "assess_risk", factors=CALM, level="raised")
    await case.does(BOB, "hand_over", to="90", ground="law_enforcement", text="Hen har uppdrag även där.")
    return [case]


async def linked(town: Town) -> list[TownCase]:
    """Two cases of one actor, tied to each other."""
    one = (await triaged(town))[0]
    other = await town.report(report("Samma man som hos min kollega.", kinds=["contact_flood"], actor_identity="known"))
    await other.does(BOB, "triage", outcome="open", level="raised")
    await one.does(BOB, "link", case=other.ref, reason="same_actor")
    await other.does(BOB, "link", case=one.ref, reason="same_actor")
    return [one, other]


async def prevention(town: Town) -> list[TownCase]:
    """A sensitive matter with its meeting in two weeks."""
    day = (await town.now() + timedelta(days=16)).date()
    matter = await town.report(
        report("Beslut om skolan i Granvik.", kind="prevention", matter="school_closure", meeting_day=day, kinds=[])
    )
    await town.wait(hours=2)
    await matter.does(CLEO, "triage", outcome="open", level="low", grade="moderate")
    return [matter]


async def drill(town: Town) -> list[TownCase]:
    """An exercise under way."""
    case = await town.report(report("Övning: någon står vid dörren.", danger_now=True), drill=True)
    await case.does(DAG, "acknowledge")
    return [case]


async def anonymous(town: Town) -> list[TownCase]:
    """Nobody knows whom it is about."""
    return [await town.report(report("Jag vill inte säga vem jag är.", anonymous=True, affected_known=False))]


async def _quiet(case: TownCase) -> None:
    """Assessed as raised and calm, no police, nothing to secure."""
    await case.does(BOB, "assess_risk", factors=CALM, level="raised")
    await case.does(BOB, "add_evidence", text="Inget att säkra.")
    await case.does(BOB, "add_note", text="Sakfrågan är skolan; ingen hotbild mot mötet.")
    await case.does(BOB, "decide_protection", text="Inget behövs.")
    await case.does(
        BOB, "record_police", decision="not_a_crime", decline_reason="unsure_if_crime", affected_informed=True
    )


def _ago(**since: float) -> timedelta:
    return timedelta(**since)


def _told(scenario: int, **since: float) -> Story:
    return Story(timedelta(**since), next(one.story for one in SCENARIOS if one.number == scenario))


STORIES: dict[str, Story] = {
    "fresh": Story(_ago(minutes=25), fresh),
    "alarm": Story(_ago(minutes=4), alarm),
    "triaged": Story(_ago(hours=3), triaged),
    "unassigned": Story(_ago(hours=5), unassigned),
    "overdue": Story(_ago(days=9), overdue),
    "waiting": Story(_ago(hours=2), waiting),
    "police": Story(_ago(days=24), police),
    "support": Story(_ago(days=40), support),
    "closing": Story(_ago(days=95), closing),
    "closed": Story(_ago(days=130), closed),
    "reopened": Story(_ago(days=115), reopened),
    "false_alarm": Story(_ago(days=2), false_alarm),
    "protected": Story(_ago(hours=20), protected),
    "blocked": Story(_ago(days=1), blocked),
    "offered": Story(_ago(hours=7), offered),
    "linked": Story(_ago(hours=8), linked),
    "prevention": Story(_ago(days=2), prevention),
    "drill": Story(_ago(minutes=12), drill),
    "anonymous": Story(_ago(days=1), anonymous),
    "long": _told(1, days=75),
    "merged": _told(11, days=12),
    "source": _told(6, days=20),
    "plain": _told(13, days=15),
}
"""Granvik's own, by what is remarkable in them. The number of the first case is what `City.ref` gives."""
NEIGHBOURS: dict[str, Story] = {
    "storm": _told(2, days=25),
    "stalking": _told(3, days=90),
    "region": _told(4, days=40),
    "colleague": _told(5, days=50),
    "their_protected": _told(7, days=12),
    "declines": _told(8, days=30),
    "school": _told(9, days=75),
    "their_false_alarm": _told(10, days=9),
    "vague": _told(12, days=12),
}
"""What goes on elsewhere, of which Granvik sees nothing."""
