"""A routine is edited while a case runs: the running case is as it was, until somebody moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.events import moments
from models.routine import read_routine
from operate.scenarios.dutylog import DutyLog
from storage import routines
from tests.reports import a_report

if TYPE_CHECKING:
    from models.routine import Routine
    from operate.town import Town

HANDLER, CHIEF = "nordmyra-samordnare", "nordmyra-sakerhetschef"


def stricter(routine: Routine) -> Routine:
    """The next version: first contact at level raised within two hours."""
    document = routine.model_dump(mode="json") | {"version": "2026.9"}
    document["obligations"]["first_contact"]["due"]["raised"] = "PT2H"
    return read_routine(document, moments())


async def test_a_running_case_keeps_its_routine_until_it_is_moved(town: Town) -> None:
    monday = await town.until_next("monday", "09:00")
    case = await town.report(a_report(organisation="9002"))
    await case.does(HANDLER, "triage", outcome="open", level="raised")
    async with town.house.database.writing() as session:
        newer = stricter(await routines.current(session, "9002", monday.date()))
        await routines.adopt(session, newer)

    assert (await DutyLog.of(case)).due("first_contact", "triaged") == "Tue 09:00"
    later = await town.report(a_report(organisation="9002"))
    await later.does(HANDLER, "triage", outcome="open", level="raised")
    assert (await DutyLog.of(later)).due("first_contact", "triaged") == "Mon 11:00"

    await case.may_not(HANDLER, "move_routine", routine=newer.ref, text="Ny rutin.")
    unknown = newer.ref.model_copy(update={"digest": "0" * 64})
    await case.may_not(CHIEF, "move_routine", routine=unknown, text="Ny rutin.")
    await case.does(CHIEF, "move_routine", routine=newer.ref, text="Ny rutin.")
    await town.wait(hours=2, minutes=5)
    moved = await case.state()
    assert moved.routine == newer.ref
    assert case.refusals == ["not_allowed", "unknown_routine"]
    assert ("first_contact", 0) in (await DutyLog.of(case)).escalations
