"""A drill: the organisation's own people and ladder on quick clocks, ended at once, and never taken for a real case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.events import moments
from models.message import is_drill
from models.obligations import wake_up
from models.routine import Routine, read_routine
from models.stages.drill import DrillEnded, exercise
from models.vocabulary.case import Level
from models.worktime import Term
from tests.models.cases import answer, closed, leads_to, opened, reported
from tests.models.life import CHIEF, Life
from tests.routine import routine, standard

DUTY = "duty_officer"


def drilled(**changes: Any) -> Routine:
    """The exercise routine over that of a municipality which changed some of the standard one."""
    own = read_routine(standard().model_dump(mode="json") | changes, moments())
    return exercise(own, routine("exercise", "9001"))


def a_drill(**changes: Any) -> Life:
    return Life("2026-03-02 03:00", routine=drilled(**changes), drill=True, danger_now=True, affected_known=False)


# How it runs


def test_an_alarm_that_nobody_takes_reaches_the_top_of_the_own_ladder_within_a_minute() -> None:
    drill = a_drill()
    begun, told = drill.now, [(0, role) for role, urgency in drill.told().items() if urgency == "page"]
    while (wake := wake_up(drill.owed())) and wake <= begun + timedelta(seconds=60):
        drill.now = wake
        drill.tick()
        told += [(round((wake - begun).total_seconds()), role) for role in drill.told()]
    assert [second for second, role in told if role == DUTY] == [0, 15, 60]
    assert {role for second, role in told if second in {30, 45}} == {"deputy", CHIEF}
    assert (60, "chief_executive") in told
    assert all(notice.drill for notice in drill.notices)


def test_nothing_but_the_alarm_is_hastened_so_that_nobody_is_paged_for_everything_at_once() -> None:
    own, quick = standard(), drilled()
    changed = {name for name, rule in own.obligations.items() if quick.obligations[name] != rule}
    assert changed == {"alarm"}


def test_whom_to_tell_and_in_which_words_is_the_organisations_own() -> None:
    own = standard().model_dump(mode="json")
    own["obligations"]["alarm"]["escalation"]["ladder"] = [["security_chief"], ["chief_executive"]]
    own["notices"]["level"]["acute"]["registrar"] = "none"
    own["texts"] = {"sv": {"obligation.alarm": "Larm till oss"}}
    quick = drilled(**own)
    ladder = quick.obligations["alarm"].escalation
    assert ladder
    assert ladder.ladder == (("security_chief",), ("chief_executive",))
    assert str(quick.notices.level[Level.ACUTE]["registrar"]) == "none"  # type: ignore[index]
    assert quick.texts == own["texts"]
    assert quick.ref != standard().ref


def test_each_level_that_has_an_alarm_of_its_own_has_it_in_the_drill_too() -> None:
    own = standard().model_dump(mode="json")
    own["obligations"]["alarm"]["due"] |= {"high": "PT30M"}
    due = drilled(**own).obligations["alarm"].due
    assert due == {
        Level.ACUTE: Term.parse("PT15S"),
        Level.HIGH: Term.parse("PT15S"),
        Level.RAISED: Term.parse("none"),
        Level.LOW: Term.parse("none"),
    }


def test_an_alarm_without_a_ladder_of_its_own_climbs_the_common_one_as_often_as_a_drill_does() -> None:
    own = standard().model_dump(mode="json")
    del own["obligations"]["alarm"]["escalation"]
    quick = drilled(**own)
    ladder = quick.obligations["alarm"].escalation
    assert ladder
    assert ladder.ladder == quick.escalation.ladder
    assert ladder.repeat == Term.parse("PT15S")


# How it ends


@pytest.mark.parametrize("by", ["security_coordinator", CHIEF, "deputy", DUTY])
def test_a_drill_is_ended_at_once_whatever_is_owed_in_it(by: str) -> None:
    drill = a_drill()
    owed = drill.owing()
    ended = drill.does("end_drill", by).events[-1].data
    assert isinstance(ended, DrillEnded)
    assert set(ended.lapsed) == owed
    assert drill.case.closed
    assert drill.case.closing
    assert drill.case.closing.reason == "drill"
    assert wake_up(drill.owed()) is None
    assert leads_to(drill, "end_drill") == []


def test_a_real_case_is_no_drill_and_is_never_closed_as_one() -> None:
    for life in (reported(danger_now=True), opened()):
        assert answer(life, "end_drill") == "not_a_drill case"
    assert answer(opened("low"), "propose_closure", reason="drill") == "not_a_drill reason"
    life = opened("low").does("propose_closure", reason="false_alarm")
    assert answer(life, "close", reason="drill") == "not_a_drill reason"
    assert answer(closed(), "end_drill") == "not_a_drill case"


@pytest.mark.parametrize("by", ["chief_executive", "registrar", "communicator"])
def test_who_works_on_no_case_ends_no_drill(by: str) -> None:
    assert answer(a_drill(), "end_drill", by) == "not_allowed actor"


def test_a_drill_swallows_no_real_report() -> None:
    assert answer(a_drill(), "merge_report", report="r2") == "is_a_drill report"


def test_every_other_step_is_the_real_one_and_leaves_it_a_drill() -> None:
    drill = a_drill()
    assert leads_to(drill, "acknowledge", DUTY) == ["acknowledged"]
    drill.does("acknowledge", DUTY).opened("acute").does("add_note", text="x").does("end_drill")
    drill.at(timedelta(seconds=30)).does("reopen", reason="new_incident", level="low")
    assert drill.case.drill
    assert is_drill(drill.case.ref)
    assert not is_drill(reported().case.ref)
