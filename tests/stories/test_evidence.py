"""Evidence and the case it belongs to: told at once, or once the engine is back; never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk import custody
from desk import evidence as desk
from desk.evidence import Label
from models.refusal import Refusal
from models.stages.casework import EvidenceAdded
from models.vocabulary.reading import Via
from storage.tables import EvidenceState
from tests.desk.files import AFFECTED, PNG, REPORTER, coming, never
from tests.reports import a_report

if TYPE_CHECKING:
    from models.events import Event
    from operate.town import Town, TownCase

CHIEF = "granvik-sakerhetschef"


@pytest.fixture
def engine(town: Town) -> None:
    """The desk of the town's house finds the town's engine."""
    town.house._known[:] = [town.environment.client]


async def added(case: TownCase) -> list[Event]:
    return [event for event in await case.events() if isinstance(event.data, EvidenceAdded)]


@pytest.mark.usefixtures("engine")
async def test_what_an_officer_hands_in_stands_in_the_case_at_once(town: Town) -> None:
    case = await town.report(a_report())
    received = await desk.receive(town.house, case.ref, CHIEF, coming(PNG), await town.now(), Label("foto.png"))
    assert received.trouble is None
    (event,) = await added(case)
    assert isinstance(event.data, EvidenceAdded)
    assert (event.actor, event.data.evidence, event.data.digest) == (CHIEF, received.piece.id, received.piece.digest)
    assert (await case.state()).evidence == (received.piece.id,)
    assert [piece.recorded for piece in await desk.of_case(town.house, case.ref, CHIEF, Via.API)] == [True]


async def test_what_came_while_the_engine_was_away_is_told_when_it_is_back_once_and_with_its_time(town: Town) -> None:
    case = await town.report(a_report())
    came = await town.now()
    received = [await desk.receive(town.house, case.ref, by, coming(PNG), came) for by in (REPORTER, AFFECTED, CHIEF)]
    assert all(one.trouble for one in received)
    assert await added(case) == []

    await town.wait(hours=2)
    town.house._known[:] = [town.environment.client]
    assert await custody.tell_waiting(town.house) == 3
    assert await custody.tell_waiting(town.house) == 0
    events = await added(case)
    assert {(event.actor, event.at) for event in events} == {("informant", came), ("affected", came), (CHIEF, came)}
    assert len(events) == 3
    # Whoever was told already, and says so too late, changes nothing.
    for one in received:
        assert await custody.tell(town.house, one.piece) is None
    assert await added(case) == events
    assert {piece.recorded for piece in await desk.handed_in(town.house, case.ref)} == {True}


async def test_what_came_too_late_for_its_case_is_kept_and_marked(town: Town) -> None:
    case = await town.report(a_report())
    received = await desk.receive(town.house, case.ref, REPORTER, coming(PNG), await town.now())
    town.house._known[:] = [town.environment.client]
    await case.does(CHIEF, "triage", outcome="register_only", level="low", text="Otrevligt, inget hot.")
    await case.does(CHIEF, "contact_affected", outcome="reached")
    await case.does(CHIEF, "close", reason="registered_only")
    assert await custody.tell_waiting(town.house) == 0
    (piece,) = await desk.handed_in(town.house, case.ref)
    assert (piece.id, piece.state, piece.recorded) == (received.piece.id, EvidenceState.REFUSED, False)
    with pytest.raises(Refusal, match="case_closed"):
        await desk.receive(town.house, case.ref, REPORTER, never(), await town.now())
