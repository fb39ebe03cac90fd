"""How diligent people keep a case: what falls due again and again is done in time, by those whose task it is."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from operate.town import STOCKHOLM

if TYPE_CHECKING:
    from models.obligations import Obligation
    from operate.town import TownCase

CALLS = frozenset({"follow_up", "online_storm", "stalking_contact"})
ASSESSMENTS = frozenset({"reassessment", "reassess_on_change"})
POLICE = frozenset({"police_status_check", "restraining_order"})
EARLY = timedelta(hours=1)
MORNING = time(10)


async def keep(case: TownCase, handler: str, second: str, until: datetime, **call: Any) -> None:
    """Do what falls due until then, each thing a little before its time.

    :param second: who confirms what needs two people; not the handler.
    :param call: what every follow-up call brings, beside that nothing new has happened.
    """
    while due := await _next(case, until):
        await case.town.until(_good_time(due))
        if due.kind in CALLS:
            await case.does(handler, "log_follow_up", outcome="reached", **{"new_incident": "no", **call})
        elif due.kind in POLICE:
            await case.does(handler, "update_police", text="Inget nytt från polisen.")
        else:
            await assess_again(case, handler, second)
    await case.town.until(until)


async def assess_again(case: TownCase, handler: str, second: str) -> None:
    """Look at the risk anew and find it unchanged; a second person confirms where the routine asks for one."""
    it = await case.state()
    await case.does(
        handler,
        "assess_risk",
        factors=it.risk.factors,
        level=it.level,
        grade=it.risk.grade,
        text="Bilden är oförändrad.",
    )
    latest = (await case.state()).risk.latest
    if latest and latest.waiting:
        await case.does(second, "approve", approved=True)


async def settle(case: TownCase, handler: str, *standing: str) -> None:
    """End every measure of the plan, but for those that stay as standing measures."""
    for measure in (await case.state()).measures:
        if not measure.settled:
            state = "standing" if measure.id in standing else "ended"
            await case.does(handler, "update_measure", measure=measure.id, state=state)


async def _next(case: TownCase, until: datetime) -> Obligation | None:
    known = CALLS | ASSESSMENTS | POLICE
    owed = [one for one in await case.owed() if one.open and one.kind in known and one.due <= until + EARLY]
    return min(owed, key=lambda one: one.due, default=None)


def _good_time(one: Obligation) -> datetime:
    """The last morning before it is due; if that would be too soon, an hour before."""
    latest = one.due - min(EARLY, (one.due - one.started) / 10)
    morning = datetime.combine(latest.astimezone(STOCKHOLM).date(), MORNING, STOCKHOLM)
    if morning > latest:
        morning -= timedelta(days=1)
    return morning if morning > one.started + (one.due - one.started) / 2 else latest
