"""Every question of a report: told a screen at a time, left out, taken back; what is wrong is named at its field."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from i18n import words
from i18n.times import ZONE
from models.report import Report
from models.vocabulary.case import Answer, CaseKind
from tests.web.office import Office
from tests.web.reporter import SHORT, WHAT, Reporter, told
from web.asked import INCIDENT_QUESTIONS, PREVENTION_QUESTIONS

SV = words("sv", strict=True)


@pytest.fixture
async def reporter(visitor: httpx2.AsyncClient) -> Reporter:
    return await Reporter(visitor).begin()


EVERYTHING: dict[str, dict[str, Any]] = {
    "start": SHORT
    | {
        "email": "moa@example.org",
        "name": "Moa",
        "safe_time": "efter kl. 18",
        "secure_inbox": "Min myndighetspost",
        "other": "fråga efter mig i receptionen",
        "danger_now": "yes",
    },
    "subject": {"subject": "unknown"},
    "protection": {"protected_identity": "yes"},
    "when": {"from_day": "2026-03-01", "from_time": "22:15", "to_day": "2026-03-02", "to_time": "01:00"},
    "where": {"places": ["home", "online"]},
    "channel": {"channels": ["telephone", "at_home"]},
    "kinds": {"kinds": ["threat_veiled", "visited_privately", "worry"]},
    "who": {"actor_identity": "partly", "actor_category": "angry_citizen"},
    "purpose": {"purposes": ["influence_decision", "silence"]},
    "matter": {"matter": "school_closure"},
    "assignment": {"assignments": ["board_chair", "group_leader"], "substantial_assignment": "yes"},
    "effect": {"consequences": ["fear", "changed_habits"], "relatives_affected": "yes"},
    "before": {"first_time": "no", "police_already": "no"},
    "help": {"wishes": ["support", "police"], "may_contact_party": "no"},
}
USUAL = {"organisation", "meeting_day", "kind"}
"""Fields of a report of an incident that have no question of their own there."""


async def test_every_field_of_a_report_can_be_told_one_question_a_screen_without_script(
    office: Office, reporter: Reporter
) -> None:
    assert [*EVERYTHING] == ["start", *(question.code for question in INCIDENT_QUESTIONS)]
    ahead = [*[*EVERYTHING][1:], "check"]
    for step, to in zip(EVERYTHING, ahead, strict=True):
        assert reporter.step == step
        await reporter.press(to, **EVERYTHING[step])
    for said in ("Stöd", "Förtäckt hot", "2026-03-01 22:15", "Någon annan, men jag vet inte vem"):
        assert said in reporter.text
    await reporter.press("send")
    [(_, report)] = await told(office)
    plain = json.loads(report.model_dump_json())
    usual = json.loads(Report(organisation="9001", what="x", anonymous=True).model_dump_json())
    assert {field for field in plain if plain[field] == usual[field]} == USUAL
    assert plain["occurred_from"] == "2026-03-01T21:15:00Z"
    assert plain["kinds"] == EVERYTHING["kinds"]["kinds"]
    assert (report.for_another, report.affected_known) == (True, False)
    assert plain["reach"]["safe_time"] == "efter kl. 18"


async def test_every_question_can_be_left_out_and_one_can_go_back_without_losing_anything(
    office: Office, reporter: Reporter
) -> None:
    await reporter.press("subject", **SHORT)
    for question in INCIDENT_QUESTIONS[1:]:
        await reporter.press(question.code)
    await reporter.press("before", wishes=["advice"])
    await reporter.press("start")
    assert (reporter.filled["what"], reporter.filled["telephone"]) == ([WHAT], ["070-174 06 05"])
    await reporter.press("send")
    [(_, report)] = await told(office)
    assert report == Report.model_validate(
        {"organisation": "9001", "what": WHAT, "reach": {"telephone": "070-174 06 05"}, "wishes": report.wishes}
    )
    assert [*report.wishes] == ["advice"]


async def test_what_was_ticked_can_be_unticked(office: Office, reporter: Reporter) -> None:
    await reporter.press("where", **SHORT)
    await reporter.press("kinds", places=["home"])
    await reporter.press("where")
    assert reporter.filled["places"] == ["home"]
    reporter.filled["places"] = []
    await reporter.press("send")
    [(_, report)] = await told(office)
    assert report.places == ()


async def test_a_matter_where_nothing_has_happened_is_a_preventive_case(office: Office, reporter: Reporter) -> None:
    day = datetime.now(ZONE).date() + timedelta(days=40)
    await reporter.press("prevention", what="Skolan i Norrby", email="moa@example.org")
    assert SV("report.prevention") in reporter.text
    await reporter.press("matter", meeting_day=day.isoformat())
    assert f"1 av {len(PREVENTION_QUESTIONS)}" not in reporter.text
    await reporter.press("send", matter="school_closure")
    [(case, report)] = await told(office)
    assert "-FB-" in case
    assert (report.kind, report.meeting_day, report.matter) == (CaseKind.PREVENTION, day, "school_closure")
    assert SV("report.next_prevention") in reporter.text


async def test_who_comes_from_the_board_of_matters_begins_there(office: Office, visitor: httpx2.AsyncClient) -> None:
    matter = Reporter(visitor)
    matter._saw(await visitor.get("/rapportera/9001?kind=prevention"))
    assert SV("report.is_prevention") in matter.text
    await matter.press(PREVENTION_QUESTIONS[0].code, **SHORT)
    await matter.press("send", meeting_day="2031-03-03")
    assert [report.kind for _, report in await told(office)] == [CaseKind.PREVENTION]


async def test_without_a_meeting_day_it_says_so_where_it_can_be_put_right(office: Office, reporter: Reporter) -> None:
    await reporter.press("prevention", **SHORT)
    await reporter.press("send")
    assert reporter.answer is not None
    assert (reporter.answer.status_code, reporter.step) == (422, "prevention")
    assert SV("report.wrong_meeting_day") in reporter.text
    await reporter.press("send", kind="incident")
    assert [report.kind for _, report in await told(office)] == [CaseKind.INCIDENT]


async def test_who_is_anonymous_needs_no_way_to_be_reached_and_reads_what_that_means(
    office: Office, reporter: Reporter
) -> None:
    assert SV("report.anonymous_hint") in reporter.text
    await reporter.press("send", what=WHAT, anonymous="yes")
    assert SV("report.next_anonymous") in reporter.text
    assert "hör av sig till dig" not in reporter.text
    [(_, report)] = await told(office)
    assert report.anonymous


async def test_protected_identity_says_to_write_no_address(reporter: Reporter) -> None:
    await reporter.press("protection", **SHORT)
    assert SV("report.protection_after") in reporter.text
    assert {"secure_inbox", "other"} <= reporter.filled.keys()


WRONG: list[tuple[dict[str, str], str, str, str]] = [
    ({"what": ""}, "start", "what", "wrong_what"),
    ({"what": "x" * 20_001}, "start", "what", "wrong_what_long"),
    ({"telephone": ""}, "start", "telephone", "wrong_reach"),
    ({"telephone": "12"}, "start", "telephone", "wrong_telephone"),
    ({"email": "moa.example.org"}, "start", "email", "wrong_email"),
    ({"name": "x" * 301}, "start", "name", "wrong_long"),
    ({"from_day": "2199-01-01"}, "when", "from_day", "wrong_time"),
    ({"from_day": "2098-01-01"}, "when", "from_day", "wrong_future"),
    ({"from_day": "i går"}, "when", "from_day", "wrong_time"),
    ({"from_time": "12:00"}, "when", "from_day", "wrong_time"),
    ({"from_day": "2026-03-02", "to_day": "2026-03-01"}, "when", "to_day", "wrong_order"),
]


@pytest.mark.parametrize("given, step, field, key", WRONG)
async def test_what_is_wrong_is_named_at_its_field_and_nothing_filled_in_is_lost(
    office: Office, reporter: Reporter, given: dict[str, str], step: str, field: str, key: str
) -> None:
    kept = {name: [value] for name, value in {**SHORT, "places": "home", **given}.items() if value}
    answer = await reporter.client.post(reporter.path, data={**reporter.filled, **kept, **given, "go": "send"})
    reporter._saw(answer)
    assert (answer.status_code, reporter.step) == (422, step)
    said = SV(f"report.{key}", most=300)
    assert f'<a href="#{field}">{said}</a>' in answer.text
    assert f'id="{field}-trouble">{said}' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="{field}-trouble', answer.text)
    assert {name: reporter.filled[name] for name in kept} == kept
    assert await told(office) == []


async def test_codes_nobody_knows_do_not_keep_a_report_away(office: Office, reporter: Reporter) -> None:
    odd = {"kinds": ["abuse", "<b>", "abuse"], "matter": "nonsense", "first_time": "perhaps", "go": "send"}
    reporter._saw(await reporter.client.post(reporter.path, data={**reporter.filled, **SHORT, **odd}))
    [(_, report)] = await told(office)
    assert ([*report.kinds], report.matter, report.first_time) == (["abuse"], "unknown", Answer.UNKNOWN)


async def test_a_day_alone_is_sometime_that_day(office: Office, reporter: Reporter) -> None:
    await reporter.press("when", **SHORT)
    await reporter.press("send", from_day="2026-03-01")
    [(_, report)] = await told(office)
    assert report.occurred_from == datetime(2026, 3, 1, 0, 0, tzinfo=ZONE)
    assert report.occurred_to == datetime(2026, 3, 1, 23, 59, tzinfo=ZONE)


async def test_today_is_not_yet_over(office: Office, reporter: Reporter) -> None:
    today = datetime.now(ZONE).date()
    await reporter.press("when", **SHORT)
    await reporter.press("send", from_day=today.isoformat())
    [(_, report)] = await told(office)
    assert report.occurred_to is not None
    assert report.occurred_to <= datetime.now(UTC)
