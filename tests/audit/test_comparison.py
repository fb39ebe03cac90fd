"""Two records held against each other, without engine or database: whatever is done to one is found, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.client import WorkflowHistory

from activities.history import Run
from audit.comparison import Decided, Discord, compare, differing, not_decided
from audit.replay import replay
from storage.chain import Entry
from storage.keys import DataKey

if TYPE_CHECKING:
    from models.events import Event

TEXTS = {
    path.stem: path.read_text("utf-8") for path in Path("tests/histories").glob("*.json") if path.stem != "fingerprints"
}
KEY = DataKey(bytes(32))
"""The committed histories are in clear: any key will do."""


async def decided_in(name: str) -> tuple[Decided, ...]:
    """What the workflow decides in a committed history."""
    history = WorkflowHistory.from_json(f"case-{name}", TEXTS[name])
    return await replay([Run(f"case-{name}", name, history.events)], KEY)


def row(event: Event) -> tuple[Entry, Event]:
    """As the ledger has it."""
    clear = (event.case, event.seq, "9001", event.at, event.recorded, event.actor, event.cause, event.type)
    return Entry(*clear, body=b"", previous=None), event


@pytest.fixture(scope="module")
async def decided() -> tuple[Decided, ...]:
    return await decided_in("false_alarm")


@pytest.mark.parametrize("name", sorted(TEXTS))
async def test_every_committed_history_says_what_was_decided(name: str) -> None:
    found = await decided_in(name)
    compared = compare(found, [row(one.event) for one in found])
    assert (compared.events, compared.difference, compared.ahead) == (len(found), None, 0)
    assert len(set(compared.states)) == len(found) > 10


@given(st.data())
def test_whatever_is_done_to_the_ledger_is_found_where_it_was_done(
    decided: tuple[Decided, ...], data: st.DataObject
) -> None:
    rows = [row(one.event) for one in decided]
    at = data.draw(st.integers(0, len(rows) - 1), label="row")
    what = data.draw(st.sampled_from(["gone", "twice", "later", "another actor", "in clear", "cut", "swapped"]))
    entry, event = rows[at]
    if what == "gone":
        del rows[at]
    elif what == "twice":
        rows.insert(at + 1, rows[at])
    elif what == "later":
        rows[at] = row(event.model_copy(update={"at": event.at + timedelta(seconds=1)}))
    elif what == "another actor":
        rows[at] = row(event.model_copy(update={"actor": "granvik-annan"}))
    elif what == "in clear":
        rows[at] = replace(entry, cause="something-else"), event
    elif what == "cut":
        del rows[at:]
    elif at + 1 < len(rows):
        rows[at : at + 2] = rows[at + 1], rows[at]
    else:
        return
    found = compare(decided, rows)
    if what == "twice" and at == len(decided) - 1:
        assert found.ahead == 1
        found = not_decided(found, rows)
    assert found.difference is not None
    assert found.difference.seq == (at + 2 if what == "twice" else at + 1)
    assert found.events == found.difference.seq - 1


def test_a_case_that_the_events_do_not_give_is_found(decided: tuple[Decided, ...]) -> None:
    rows = [row(one.event) for one in decided]
    place = next(place for place, one in enumerate(decided) if one.cases and place > 3)
    own = decided[place].cases[0].model_copy(update={"reopenings": 7})
    forged = [*decided[:place], replace(decided[place], cases=(own,)), *decided[place + 1 :]]
    found = compare(forged, rows).difference
    assert found is not None
    assert (found.seq, found.how, found.fields) == (place + 1, Discord.STATE, ("reopenings",))
    assert found.history is not None
    assert found.ledger is not None
    assert found.history.content == found.ledger.content
    assert found.history.state != found.ledger.state


def test_what_the_history_does_not_know_to_be_recorded_may_be_missing_or_otherwise(
    decided: tuple[Decided, ...],
) -> None:
    rows = [row(one.event) for one in decided]
    unanswered = [*decided[:-1], replace(decided[-1], answered=False)]
    assert compare(unanswered, rows).events == len(rows)
    assert compare(unanswered, rows[:-1]).difference is None
    others = [*rows[:-1], row(decided[-1].event.model_copy(update={"actor": "granvik-annan"}))]
    assert (compare(unanswered, others).ahead, compare(unanswered, others).difference) == (1, None)


def test_what_differs_is_named_and_never_said() -> None:
    one = {"a": {"b": {"c": {"d": 1}}}, "x": "Ringde"}
    assert differing(one, one) == ()
    assert differing(one, {"a": {"b": {"c": {"d": 2}}}, "x": "Ringde"}) == ("a.b.c",)
    assert differing(one, {"x": "Ringde inte"}) == ("a", "x")
