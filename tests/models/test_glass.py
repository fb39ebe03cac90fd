"""Break-glass: for a while, with a reason, told of at once, reviewed afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.case import Case
from models.message import Actor
from models.sight import Sight, reads_words, sight
from models.vocabulary.people import Role
from tests.models.cases import answer, closed, leads_to, opened, person, reported
from tests.models.life import CHIEF, COORDINATOR, DEPUTY, Life
from tests.routine import standard

OFFICER = "data_protection_officer"
SECURE = "information_security"


def hidden(**facts: Any) -> Life:
    """Of a person with protected identity; a handler is named, and nobody else."""
    life = reported(protected_identity="yes", kinds=["worry"], **facts)
    return life.does("assign", CHIEF, handler="anna")


def broken(life: Life, by: str = COORDINATOR) -> Life:
    return life.does("break_glass", by, text="Handläggaren går inte att nå.")


def sees(life: Life, by: str) -> Sight:
    return sight(person(by, by), life.case, life.now)


@pytest.mark.parametrize("by", [COORDINATOR, DEPUTY, "duty_officer", "chief_executive", SECURE])
def test_whoever_may_break_it_sees_the_whole_case_for_an_hour(by: str) -> None:
    life = hidden()
    assert sees(life, by) is Sight.NOTHING
    broken(life, by)
    assert sees(life, by) is Sight.WHOLE
    life.at(timedelta(minutes=59))
    assert sees(life, by) is Sight.WHOLE
    life.at(timedelta(minutes=1))
    assert sees(life, by) is Sight.NOTHING


def test_without_a_time_no_glass_is_open() -> None:
    life = broken(hidden())
    assert sight(person(COORDINATOR, COORDINATOR), life.case) is Sight.NOTHING


def test_an_open_glass_is_the_persons_own() -> None:
    life = broken(hidden())
    assert sight(person("bo", COORDINATOR), life.case, life.now) is Sight.NOTHING


@pytest.mark.parametrize(
    "by", ["registrar", "communicator", "group_leader", OFFICER, "system_administrator", "auditor"]
)
def test_for_others_there_is_no_such_case(by: str) -> None:
    assert answer(hidden(), "break_glass", by, text="x") == "unknown_case case"


def test_who_sees_the_headline_alone_may_not_break_it_without_the_role() -> None:
    assert answer(opened(), "break_glass", "registrar", text="x") == "not_allowed actor"


def test_in_another_organisation_nobody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = person("vera", CHIEF, organisation="90")
    monkeypatch.setattr("tests.models.cases.person", lambda *_: neighbour)
    assert answer(opened(), "break_glass", CHIEF, text="x") == "unknown_case case"


@pytest.mark.parametrize("blocked", ["people", "roles"])
def test_jav_is_never_broken(blocked: str) -> None:
    who: dict[str, Any] = {blocked: ["chief_executive"]}
    life = opened().does("block_role", text="Är inblandad.", **who)
    assert answer(life, "break_glass", "chief_executive", text="x") == "unknown_case case"


def test_jav_that_becomes_known_shuts_an_open_glass() -> None:
    life = broken(opened(), "chief_executive")
    assert sees(life, "chief_executive") is Sight.WHOLE
    life.does("block_role", people=["chief_executive"], text="Är inblandad.")
    assert sees(life, "chief_executive") is Sight.NOTHING


def test_who_sees_the_whole_has_nothing_to_break() -> None:
    assert answer(opened(), "break_glass", text="x") == "sees_whole type"
    assert answer(broken(hidden()), "break_glass", text="x") == "sees_whole type"


def test_a_glass_that_has_closed_may_be_broken_again() -> None:
    life = broken(broken(hidden()).at("2026-03-02 11:00"))
    assert [(glass.number, glass.by) for glass in life.case.glasses] == [(3, COORDINATOR), (4, COORDINATOR)]


def test_what_the_role_allows_may_be_done_through_it() -> None:
    assert leads_to(broken(hidden(), "duty_officer"), "contact_affected", "duty_officer", outcome="reached") == [
        "affected_contacted"
    ]


def test_the_handler_and_the_data_protection_officer_hear_at_once_also_of_a_protected_identity() -> None:
    life = broken(hidden())
    told = {str(notice.role): (notice.about, notice.handler, set(notice.only)) for notice in life.notices}
    assert told["handler"] == ("glass_broken", "anna", {"anna"})
    assert told[OFFICER] == ("glass_broken", None, set())


def test_whatever_the_routine_says_they_hear() -> None:
    silent = standard().model_copy(
        update={"notices": standard().notices.model_copy(update={"on": {}}), "obligations": {}}
    )
    life = broken(Life("2026-03-02 10:00", routine=silent, kinds=["worry"]), "chief_executive")
    assert life.told() == {CHIEF: "now", OFFICER: "now"}
    life.does("assign", handler="anna").at("2026-03-02 12:00")
    assert broken(life, "chief_executive").told() == {"handler": "now", OFFICER: "now"}


def test_until_it_is_reviewed_the_data_protection_officer_sees_the_headline() -> None:
    life = hidden()
    assert sees(life, OFFICER) is Sight.NOTHING
    assert sees(broken(life), OFFICER) is Sight.HEADLINE
    life.at("2026-03-03 09:00").does("review_glass", OFFICER, outcome="justified", text="Det var bråttom.")
    assert sees(life, OFFICER) is Sight.NOTHING


def test_whoever_reviews_reads_why_it_was_broken_and_nothing_else_that_people_wrote() -> None:
    life = hidden()
    officer, registrar = person(OFFICER, OFFICER), person("registrar", "registrar")
    assert not reads_words(officer, life.case, "glass_broken", life.now)
    broken(life)
    assert reads_words(officer, life.case, "glass_broken", life.now)
    assert not reads_words(officer, life.case, "note_added", life.now)
    assert not reads_words(registrar, broken(opened(), "chief_executive").case, "glass_broken", life.now)
    assert reads_words(person(COORDINATOR, COORDINATOR), life.case, "note_added", life.now)
    blocked = life.case.model_copy(update={"blocked_people": frozenset({OFFICER})})
    assert not reads_words(officer, blocked, "glass_broken", life.now)


def test_a_data_protection_officer_who_is_a_caseworker_too_sees_no_more_of_a_protected_identity() -> None:
    life = broken(hidden(), SECURE)
    assert sight(person("eva", OFFICER, COORDINATOR), life.case, life.now) is Sight.HEADLINE


def test_the_head_of_security_owes_the_review_within_two_working_days() -> None:
    life = broken(hidden())
    assert (life.named("glass_review").owner, life.due("glass_review")) == (Role.SECURITY_CHIEF, "2026-03-04 10:00")
    life.does("review_glass", CHIEF, outcome="not_justified", text="Kunde ha väntat.")
    assert "glass_review" not in life.owing()


def test_each_glass_is_reviewed_by_itself() -> None:
    life = broken(broken(hidden()), SECURE)
    life.does("review_glass", CHIEF, glass=4, outcome="not_justified", text="Kunde ha väntat.")
    assert "glass_review" in life.owing()
    life.does("review_glass", CHIEF, outcome="justified", text="Det var bråttom.")
    assert "glass_review" not in life.owing()
    assert [glass.reviewed for glass in life.case.glasses] == [True, True]
    assert answer(life, "review_glass", CHIEF, outcome="justified", text="x") == "nothing_to_review glass"


def test_nobody_reviews_their_own() -> None:
    life = broken(opened(), "chief_executive")
    assert answer(life, "review_glass", "chief_executive", outcome="justified", text="x") == "not_allowed actor"
    both = life.case.model_copy(
        update={"glasses": tuple(g.model_copy(update={"by": CHIEF}) for g in life.case.glasses)}
    )
    life.case = both
    assert answer(life, "review_glass", CHIEF, outcome="justified", text="x") == "same_person actor"


def test_the_deputy_reviews_only_in_the_place_of_the_head_of_security() -> None:
    life = broken(opened(), "chief_executive")
    assert answer(life, "review_glass", DEPUTY, outcome="justified", text="x") == "only_chief_reviews actor"
    life.does("block_role", roles=[CHIEF], text="Är inblandad.")
    assert leads_to(life, "review_glass", DEPUTY, outcome="justified", text="x") == ["glass_reviewed"]


def test_it_may_be_broken_after_closing_and_is_reviewed_all_the_same() -> None:
    life = broken(closed(), "chief_executive")
    assert life.owing() == {"glass_review"}
    life.at("2026-05-04 09:00").tick()
    assert "escalated" in {event.type for event in life.events}
    life.does("review_glass", OFFICER, outcome="justified", text="Fråga om utlämnande.")
    assert life.owing() == set()


def test_a_case_closes_whatever_waits_for_its_review_and_reopens_with_it() -> None:
    life = broken(opened("low"), "chief_executive").does("propose_closure", reason="duplicate")
    life.does("close", reason="duplicate")
    assert life.events[-1].data.model_dump()["lapsed"] == tuple(
        owed.key for owed in life.owed() if owed.lapsed and owed.kind != "closing"
    )
    assert life.owing() == {"glass_review"}
    life.at(timedelta(days=1)).does("reopen", reason="affected_asks", level="low")
    assert "glass_review/2" in life.owing()
    assert life.named("glass_review/2").started == life.case.glasses[0].broken


def test_an_exercise_ends_altogether() -> None:
    life = broken(Life("2026-03-02 10:00", drill=True, kinds=["worry"]), "chief_executive").does("end_drill")
    assert life.owing() == set()


class Row:
    """What a read model knows of a case: that much and no more."""

    def __init__(self, case: Case) -> None:
        self.organisation, self.kind, self.pace = case.organisation, case.kind, case.pace
        self.protected, self.named, self.handler = case.protected, case.named, case.handler
        self.blocked_people, self.blocked_roles = case.blocked_people, case.blocked_roles
        self.deputised, self.receiver, self.glasses = case.deputised, case.receiver, case.glasses


def test_a_row_of_a_read_model_is_seen_as_the_case_is() -> None:
    lives = [opened(), opened("acute"), hidden(), broken(hidden()), closed(), reported(kind="prevention")]
    actors = [Actor(id="eva", organisation="9001", roles=frozenset({role})) for role in Role]
    for life in lives:
        for actor in [*actors, person("anna"), person(COORDINATOR, COORDINATOR)]:
            assert sight(actor, Row(life.case), life.now) is sight(actor, life.case, life.now)
