"""An action in a case that begins this moment: whoever works on cases is answered; others are told of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk.action import Unanswered, act
from desk.desk import Desk
from models.refusal import Refusal
from models.stages.casework import AddNote, MergeReport
from storage import cases, people, reports
from storage.vault import Vault
from tests.desk.test_look import LEADER, MORE, NEIGHBOUR
from tests.storage.town import CHIEF, found

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from storage.keys import KeyRing

NOTE = AddNote(id="note-1", text="Ringer igen klockan tre.")


async def test_a_case_that_has_not_begun_is_told_of_to_those_who_work_on_cases_alone(
    database: Database, ring: KeyRing, tmp_path: Path
) -> None:
    desk = Desk(database, ring, "127.0.0.1:1", "default", "nobody", Vault(tmp_path, 1))
    town = await found(database, ring)
    async with database.writing() as session:
        await people.load(session, ring, MORE)
    accepted = await town.accepts()
    with pytest.raises(cases.CaseWaits):
        await act(desk, accepted.case, NOTE, CHIEF.id)
    async with database.writing() as session:
        await reports.mark_started(session, accepted.report)
    with pytest.raises(Unanswered):  # the engine holds it until the first event is written; here there is no engine
        await act(desk, accepted.case, NOTE, CHIEF.id)
    hidden = await town.accepts()
    taken_in = MergeReport(id="merge-1", report=hidden.report)
    with pytest.raises(Refusal, match="no_such_report"):  # nobody sees that one yet: it is not read by way of this one
        await act(desk, accepted.case, taken_in, CHIEF.id)
    for other in (LEADER, NEIGHBOUR):
        with pytest.raises(Refusal, match="unknown_case"):
            await act(desk, accepted.case, NOTE, other)
    case, _ = await town.opens()
    with pytest.raises(Unanswered):
        await act(desk, case.ref, NOTE, CHIEF.id)
    with pytest.raises(Refusal, match="unknown_case"):
        await act(desk, case.ref, NOTE, NEIGHBOUR)
