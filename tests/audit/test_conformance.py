"""The comparison with the adopted routine: what was late, what was never done, who was not told, and in which words."""

from __future__ import annotations

from datetime import timedelta

from audit.conformance import Conformance, examine
from audit.histories import Wanted
from i18n import words
from i18n.conformance import deviation_text, share_text
from models.conformance import conformity
from models.events import Event
from models.stages.casework import BlockRole
from models.vocabulary.people import Role
from storage.database import Database
from storage.keys import KeyRing
from tests.audit.kept import keep
from tests.audit.packaged import AUDITOR
from tests.erasing import erase
from tests.models.cases import closed, opened, reported
from tests.models.life import Life, local
from tests.storage import town as towns

SV, EN = words("sv", strict=True), words("en", strict=True)
LATER = local("2026-12-31 12:00")


def codes(life: Life, *, without: str = "") -> set[tuple[str, str]]:
    """Code and kind of each deviation."""
    events: list[Event] = [event for event in life.events if event.type != without]
    events = [event.model_copy(update={"seq": number}) for number, event in enumerate(events, start=1)]
    found = conformity(events, lambda _: life.routine, life.now)
    return {(one.code.value, one.kind) for one in found.deviations}


def test_a_case_that_was_led_as_the_routine_says_deviates_in_nothing() -> None:
    life = reported(kinds=["worry"])
    life.at(timedelta(hours=1)).opened("low").does("contact_affected", outcome="reached")
    assert codes(life) == set()


def test_what_was_done_late_or_never_is_told_with_its_time() -> None:
    life = reported()
    life.ticks_until("2026-03-05 12:00")
    life.opened("raised")
    assert ("late", "triage") in codes(life)
    assert ("overdue", "first_contact") in codes(life)
    life.does("contact_affected", outcome="reached")
    assert ("late", "first_contact") in codes(life)


def test_a_duty_nobody_escalated_is_told_apart_from_one_that_was() -> None:
    life = reported()
    life.ticks_until("2026-03-05 12:00")
    assert {code for code, kind in codes(life) if kind == "first_contact"} == {"overdue"}
    assert {code for code, kind in codes(life, without="escalated") if kind == "first_contact"} == {
        "overdue",
        "not_escalated",
    }


def test_a_round_that_came_back_counts_although_the_next_is_running() -> None:
    life = opened("high").assessed("high")
    running = next(one for one in life.owed() if one.kind == "reassessment")
    life.now = running.due + timedelta(days=2)
    life.assessed("high")
    assert not [one for one in life.owed() if one.kind == "reassessment" and (one.met or one.due < life.now)]
    assert ("late", "reassessment") in codes(life)


def test_what_lapsed_before_its_time_is_no_deviation_and_what_lapsed_after_it_is_one() -> None:
    in_time = reported().does("triage", outcome="register_only", level="low", text="Ingen åtgärd.")
    assert not {kind for code, kind in codes(in_time) if code == "missed"}
    life = opened("raised")
    life.at(timedelta(days=20))
    life.does("waive_stage", stage="support", reason="not_wanted", text="Avstår.")
    assert ("missed", "support_plan") in codes(life)


async def test_many_cases_give_sentences_that_anybody_can_read(database: Database, ring: KeyRing) -> None:
    calm = reported().opened("raised").does("contact_affected", outcome="reached")
    slow = reported()
    slow.ticks_until("2026-03-09 12:00")
    slow.opened("raised").does("contact_affected", outcome="reached")
    refs = await keep(database, ring, calm, slow, closed())
    found = await examine(database, ring, Wanted.of_year("9001", 2026), LATER)
    assert [one.case for one in found.cases] == refs
    share = next(one for one in found.shares if (one.kind, one.term) == ("first_contact", "PT24H"))
    assert (share.failed, share.cases) == (1, 2)
    assert share_text(share, SV) == "1 av 2 ärenden saknar första kontakt inom 24 timmar"
    assert share_text(share, EN) == "1 of 2 cases lack first contact within 24 hours"
    told = {deviation_text(one, SV) for one in found.deviations if one.case == refs[1] and one.kind == "first_contact"}
    done, due = "mån 9 mars 2026 kl. 12:00", "tis 3 mars 2026 kl. 10:00"
    assert told == {f"Första kontakt: gjordes {done}, skulle ha gjorts senast {due} (24 timmar)"}
    assert await none_of(found, database, ring)


async def none_of(found: Conformance, database: Database, ring: KeyRing) -> bool:
    """Another year and another organisation have none of these cases."""
    others = [
        await examine(database, ring, Wanted.of_year("9001", 2025), LATER),
        await examine(database, ring, Wanted.of_year("9002", 2026), LATER),
    ]
    return bool(found.cases) and not any(other.cases for other in others)


async def test_an_erased_case_is_counted_and_not_compared(database: Database, ring: KeyRing) -> None:
    erased, kept = await keep(database, ring, closed(), reported())
    await erase(database, ring, erased, LATER)
    found = await examine(database, ring, Wanted("9001"), LATER)
    assert ([one.case for one in found.cases], found.erased) == ([kept], 1)


async def test_whoever_is_kept_out_of_a_case_learns_nothing_of_it_here_either(
    database: Database, ring: KeyRing
) -> None:
    town = await towns.found(database, ring)
    cases = [(await town.opens())[0] for _ in range(3)]
    everybody = [case.ref for case in cases]
    await town.acts(cases[0], BlockRole(id="b1", people=frozenset({AUDITOR.id}), text="Släkt."))
    await town.acts(cases[1], BlockRole(id="b2", roles=frozenset({Role.AUDITOR}), text="Granskas själva."))
    officer = AUDITOR.model_copy(update={"id": "granvik-dso", "roles": frozenset({Role.DATA_PROTECTION_OFFICER})})
    for reader, seen in ((AUDITOR, everybody[2:]), (officer, everybody), (None, everybody)):
        compared = await examine(database, ring, Wanted("9001", reader=reader), LATER)
        assert [one.case for one in compared.cases] == seen
