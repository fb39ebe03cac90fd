"""What stands in the handler's calendar is what the handler owes, whatever happens to the case."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import Case
from models.events import moments
from models.evolve import evolve
from models.invitations import LENGTH, invitations, times
from models.notices import Notice
from models.refusal import Refusal
from models.routine import Routine, read_routine
from models.vocabulary.people import Role
from tests.models.cases import assessed, opened, reported
from tests.models.life import CHIEF, Life, local, wall
from tests.routine import standard

SCHEDULE = standard().obligations["follow_up"].schedule or {}
HANDLER, OTHER = "granvik-handlaggare", "granvik-vikarie"


class Diary:
    """The calendars of all handlers, as they stand after every event of a life."""

    def __init__(self, life: Life, routine: Routine | None = None) -> None:
        self.pages: dict[str, dict[str, datetime]] = {}
        self.sent: list[Notice] = []
        case: Case | None = None
        for event in life.events:
            before, case = case, evolve(case, event)
            for notice in invitations(event, case, routine or life.routine, before):
                assert notice.handler is not None
                page = self.pages.setdefault(notice.handler, {})
                if notice.due:
                    page[notice.invite] = notice.due
                else:
                    del page[notice.invite]
                self.sent.append(notice)


def days(page: dict[str, datetime]) -> list[str]:
    return [key.removeprefix("follow_up.") for key in page]


def assigned(level: str = "raised") -> Life:
    return assessed(level).does("assign", handler=HANDLER)


def test_whoever_gets_a_case_gets_its_follow_ups_as_times_to_keep() -> None:
    life = assigned()
    diary = Diary(life)
    assert days(diary.pages[HANDLER]) == ["P7D", "P30D", "P90D"]
    assert wall(diary.pages[HANDLER]["follow_up.P7D"]) == "2026-03-09 10:00"
    assert {(sent.role, sent.about, sent.handler) for sent in diary.sent} == {(Role.HANDLER, "follow_up", HANDLER)}
    assert len({sent.id for sent in diary.sent}) == 3


def test_a_raised_level_moves_times_adds_new_ones_and_leaves_the_rest_alone() -> None:
    life = assigned("low")
    assert days(Diary(life).pages[HANDLER]) == ["P30D"]
    life.at("2026-03-04 10:00").assessed("raised", text="Nya uppgifter.")
    diary = Diary(life)
    assert days(diary.pages[HANDLER]) == ["P30D", "P7D", "P90D"]
    assert wall(diary.pages[HANDLER]["follow_up.P30D"]) == "2026-04-01 11:00"
    assert [sent.invite for sent in diary.sent[1:]] == ["follow_up.P7D", "follow_up.P90D"]


def test_a_lowered_level_takes_back_what_is_no_longer_asked_for() -> None:
    life = assigned("raised")
    life.at("2026-03-03 10:00").assessed("low", text="Lugnt.")
    diary = Diary(life)
    assert days(diary.pages[HANDLER]) == ["P30D"]
    assert [(sent.invite, sent.due) for sent in diary.sent[3:]] == [("follow_up.P7D", None), ("follow_up.P90D", None)]
    assert all(sent.seq == life.case.seq for sent in diary.sent[3:])


def test_a_call_made_early_takes_its_own_time_back_and_no_other() -> None:
    life = assigned()
    life.at("2026-03-05 10:00").does("log_follow_up", outcome="reached")
    assert days(Diary(life).pages[HANDLER]) == ["P30D", "P90D"]


def test_a_call_made_when_its_time_has_passed_changes_no_calendar() -> None:
    life = assigned()
    sent = len(Diary(life).sent)
    life.at("2026-03-10 10:00").does("log_follow_up", outcome="reached")
    assert len(Diary(life).sent) == sent


def test_an_extended_time_moves_in_the_calendar() -> None:
    life = assigned()
    life.does("extend_deadline", CHIEF, obligation="follow_up.P7D", until=local("2026-03-12 10:00"), text="Bortrest.")
    assert wall(Diary(life).pages[HANDLER]["follow_up.P7D"]) == "2026-03-12 10:00"


def test_a_new_handler_gets_the_times_and_the_old_ones_are_taken_from_the_first() -> None:
    life = assigned().does("assign", handler=OTHER)
    diary = Diary(life)
    assert diary.pages == {HANDLER: {}, OTHER: diary.pages[OTHER]}
    assert days(diary.pages[OTHER]) == ["P7D", "P30D", "P90D"]
    assert len({sent.id for sent in diary.sent}) == len(diary.sent)


def test_a_closed_case_leaves_nothing_in_the_calendar() -> None:
    life = assessed("low").does("assign", handler=HANDLER)
    life.does("contact_affected", outcome="reached").does("add_evidence", text="Inget att säkra.")
    life.does("decide_protection", text="Inget behövs.")
    life.does("record_police", decision="not_a_crime", decline_reason="unsure_if_crime")
    life.does("agree_support", declined=True)
    life.does("propose_closure", reason="false_alarm", affected_informed=True, lesson="Inget.")
    life.does("close", CHIEF, reason="false_alarm")
    assert Diary(life).pages == {HANDLER: {}}


def test_with_protected_identity_only_the_named_get_a_time() -> None:
    life = reported(protected_identity="yes").does("triage", CHIEF, outcome="open", level="raised")
    life.does("assign", CHIEF, handler=HANDLER)
    assert [sent.only for sent in Diary(life).sent] == [life.case.named] * 3
    assert HANDLER in life.case.named


def test_nothing_about_a_person_stands_in_an_invitation() -> None:
    sent = Diary(assigned()).sent
    assert all(HANDLER not in notice.id for notice in sent)
    assert {notice.id.partition(".invite.")[2] for notice in sent} == {notice.invite for notice in sent}


def test_a_routine_that_asks_for_none_sends_none() -> None:
    document = standard().model_dump(mode="json")
    del document["obligations"]["follow_up"]["invite"]
    assert Diary(assigned(), read_routine(document, moments())).sent == []


def happens(life: Life, what: str) -> None:
    match what:
        case "reached" | "not_reached":
            life.does("log_follow_up", outcome=what)
        case "low" | "raised" | "high" | "acute":
            life.assessed(what, text="Nya uppgifter.")
        case "tick":
            life.tick()
        case "1" | "7" | "60":
            life.at(timedelta(days=int(what)))
        case _:
            life.does("assign", handler=what)


STORY = ["low", "raised", "high", "acute", "reached", "not_reached", HANDLER, OTHER, "1", "7", "60", "tick"]


@given(st.lists(st.sampled_from(STORY), max_size=14))
def test_a_calendar_always_holds_the_open_times_to_come_and_nothing_else_to_come(story: list[str]) -> None:
    life = opened()
    for what in story:
        with suppress(Refusal):
            happens(life, what)
    owed = {one.key: one.due for one in life.owed() if one.rule.invite and one.open and one.due > life.case.updated}
    for handler, page in Diary(life).pages.items():
        to_come = {key: due for key, due in page.items() if due > life.case.updated}
        assert to_come == (owed if handler == life.case.handler else {})


@pytest.mark.parametrize(
    "due,since,starts",
    [
        ("2026-03-09 10:00", "2026-03-02 10:00", "2026-03-09 09:30"),
        ("2026-03-09 22:00", "2026-03-02 10:00", "2026-03-09 16:30"),
        ("2026-03-08 10:00", "2026-03-02 10:00", "2026-03-06 16:30"),  # a Sunday
        ("2026-03-09 08:10", "2026-03-02 10:00", "2026-03-06 16:30"),
        ("2026-04-02 15:00", "2026-03-02 10:00", "2026-04-02 11:30"),  # the office closes at noon
        ("2026-03-08 10:00", "2026-03-07 09:00", "2026-03-08 09:30"),  # the office does not open in between
        ("2026-03-29 03:10", "2026-03-28 10:00", "2026-03-29 01:40"),  # summer time
    ],
)
def test_the_time_to_keep_is_the_last_half_hour_of_office_time(due: str, since: str, starts: str) -> None:
    begin, end = times(local(due), local(since), standard().calendar)
    assert wall(begin) == starts
    assert end - begin == LENGTH
