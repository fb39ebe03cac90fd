"""Where each role may go, against a table written from the design (domain §1.2, §8.6) and not from the code."""

from __future__ import annotations

import pytest

from models.areas import EVERYBODY, MAY_VISIT, Area, may_visit
from models.commands import COMMANDS
from models.scopes import ISSUES, OPENS, Scope, scopes_issue, scopes_open
from models.sight import Sight, sight
from models.vocabulary.case import CaseKind
from models.vocabulary.people import Role
from tests.models.cases import person, reported

NO_CASES = {Role.SYSTEM_ADMINISTRATOR, Role.AFFECTED, Role.REPORTER}
CASES = {Area.WORKLIST, Area.CASE, Area.PREVENTION_BOARD, Area.SEARCH, Area.BREAK_GLASS}
SETTINGS = {Area.ORGANISATIONS, Area.USERS, Area.TEXTS, Area.KEYS, Area.PROGRAMS, Area.HEALTH, Area.ADMINISTRATION}
LOGS = {Area.ACCESS_LOG, Area.AUDIT}


def places(*roles: Role) -> set[Area]:
    return {area for area in Area if may_visit(person("eva", *roles), area)}


def test_every_area_says_who_may_visit_it() -> None:
    assert set(MAY_VISIT) == set(Area)


def test_without_signing_in_one_may_report_and_follow_ones_own_report() -> None:
    assert {area for area in Area if may_visit(None, area)} == {Area.REPORT, Area.OWN_REPORT}


@pytest.mark.parametrize("role", sorted(NO_CASES))
def test_whoever_runs_the_system_or_reports_has_no_way_to_a_case(role: Role) -> None:
    assert places(role) & CASES == set()


@pytest.mark.parametrize("role", sorted(EVERYBODY - {Role.SYSTEM_ADMINISTRATOR, Role.INFORMATION_SECURITY}))
def test_nobody_else_administers(role: Role) -> None:
    assert places(role) & SETTINGS == set()


def test_information_security_looks_after_keys_programs_and_health_alone() -> None:
    assert places(Role.INFORMATION_SECURITY) & SETTINGS == {
        Area.ADMINISTRATION,
        Area.KEYS,
        Area.PROGRAMS,
        Area.HEALTH,
    }


def test_logs_are_for_those_who_watch_over_them() -> None:
    readers = {role for role in Role if places(role) & LOGS}
    watching = {Role.DATA_PROTECTION_OFFICER, Role.INFORMATION_SECURITY, Role.SECURITY_CHIEF, Role.AUDITOR}
    assert readers == watching


@pytest.mark.parametrize("role", Role)
def test_everybody_may_read_the_routine_and_look_after_their_own_account(role: Role) -> None:
    assert places(role) >= {Area.ROUTINE, Area.ACCOUNT, Area.REPORT, Area.OWN_REPORT}


@pytest.mark.parametrize("role", sorted(EVERYBODY - NO_CASES))
@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("level", ["low", "acute"])
def test_who_sees_something_of_a_case_finds_the_way_to_it(role: Role, kind: CaseKind, level: str) -> None:
    life = reported(kind=kind).does("triage", outcome="open", level=level, grade="low")
    case = life.case.model_copy(update={"handler": "handler"})
    for actor in (person("eva", role), person("handler", role)):
        if sight(actor, case) is not Sight.NOTHING:
            assert may_visit(actor, Area.WORKLIST)
            assert may_visit(actor, Area.CASE)


def test_whoever_may_break_the_glass_finds_the_way_to_the_case_then() -> None:
    for role in MAY_VISIT[Area.BREAK_GLASS]:
        life = reported(protected_identity="yes")
        if role is not Role.SECURITY_CHIEF:
            life.does("break_glass", role, text="x")
        assert sight(person(role, role), life.case, life.now) is Sight.WHOLE
        assert may_visit(person(role, role), Area.CASE)


# Programs


def test_every_scope_opens_something() -> None:
    assert set(OPENS) == set(Scope)
    assert all(OPENS.values())


@pytest.mark.parametrize(
    "area", [*sorted(SETTINGS), *sorted(LOGS), Area.STAFFING, Area.ACCOUNT, Area.BREAK_GLASS, Area.OWN_REPORT]
)
def test_no_scope_reaches_administration_logs_or_accounts(area: Area) -> None:
    assert not scopes_open(set(Scope), area)


def test_a_program_does_only_what_its_scopes_say() -> None:
    names = {scope: {kind.name() for kind in COMMANDS if scopes_issue({scope}, kind)} for scope in Scope}
    assert names[Scope.EVIDENCE] == {"add_evidence"}
    assert {scope for scope, issued in names.items() if issued} == {Scope.ACT, Scope.EVIDENCE} == set(ISSUES)
    assert {"triage", "close", "acknowledge"} <= names[Scope.ACT]


def test_no_program_breaks_a_glass_or_reviews_one() -> None:
    issued = {kind.name() for kind in COMMANDS if scopes_issue(set(Scope), kind)}
    assert {kind.name() for kind in COMMANDS} - issued == {"break_glass", "review_glass"}
