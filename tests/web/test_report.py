"""To report by the pages: the short way, every question, twice, with the engine away, with something wrong."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from i18n import LANGUAGES, words
from i18n.times import ZONE
from models.report import Report
from models.vocabulary.case import Answer, CaseKind
from storage import reports, tables
from storage.database import Database
from storage.keys import KeyRing
from tests.storage.town import MARKED
from tests.web.markup import valid
from tests.web.office import Office, served
from tests.web.reporter import Reporter
from web.asked import INCIDENT_QUESTIONS, PREVENTION_QUESTIONS
from web.pages.report import MOST

SV, EN = (words(language, strict=True) for language in LANGUAGES)
WHAT = "Någon ringde på dörren och skrek.\nSedan gick han."
SHORT = {"what": WHAT, "telephone": "070-174 06 05"}


@pytest.fixture
async def reporter(visitor: httpx2.AsyncClient) -> Reporter:
    return await Reporter(visitor).begin()


async def told(office: Office) -> list[tuple[str, Report]]:
    """Case and content of every report the pages took, in order of their numbers."""
    async with office.database.reading() as session:
        table = tables.reports.c
        query = select(table.case, table.report).where(table.key.is_not(None)).order_by(table.case)
        rows = (await session.execute(query)).all()
        return [(row.case, await reports.read(session, office.ring, row.report)) for row in rows]


async def test_the_first_thing_on_the_page_is_112_and_two_answers_are_enough(
    office: Office, reporter: Reporter
) -> None:
    main = reporter.text.partition("<main")[2]
    assert main.index(SV("report.danger")) < main.index('href="tel:112"') < main.index("<h1")
    await reporter.press("send", **SHORT)
    assert reporter.answer is not None
    assert reporter.answer.status_code == 200
    [(case, report)] = await told(office)
    assert (report.what, report.reach.telephone, report.danger_now) == (WHAT, "070-174 06 05", False)
    assert reporter.case == case


async def test_the_receipt_says_what_happens_next_and_when_and_how_to_keep_evidence(reporter: Reporter) -> None:
    await reporter.press("send", **SHORT, danger_now="no")
    for key in ("evidence_digital", "evidence_paper", "evidence_witness", "evidence_log", "police_number", "code_hint"):
        assert SV(f"report.{key}") in reporter.text
    promised = SV("report.next_read", organisation="Granviks kommun", time="#", due="#").split("#")
    assert re.search(".+?".join(map(re.escape, promised)), reporter.text)
    assert re.search(r"hör av sig till dig inom .+, senast \w+ \d+ \w+", reporter.text)
    assert 'href="tel:112"' in reporter.text


async def test_who_is_in_danger_is_told_to_call_112_first_and_the_report_is_acute(
    office: Office, reporter: Reporter
) -> None:
    assert SV("report.danger_told") in reporter.text
    await reporter.press("send", **SHORT, danger_now="yes")
    assert SV("report.next_danger") in reporter.text
    [(_, report)] = await told(office)
    assert report.danger_now


async def test_the_receipt_code_is_in_no_address_and_kept_only_as_a_hash(office: Office, reporter: Reporter) -> None:
    await reporter.press("send", **SHORT)
    assert reporter.answer is not None
    assert str(reporter.answer.url).endswith("/rapportera/9001")
    assert reporter.answer.headers["cache-control"] == "no-store"
    assert re.search(rf"""(href|action)="[^"]*{reporter.code}""", reporter.text) is None
    assert "set-cookie" not in reporter.answer.headers
    async with office.database.reading() as session:
        kept = (await session.execute(select(tables.reports.c.receipt))).scalars().all()
    assert reporter.code not in kept
    assert {len(one) for one in kept} == {64}


async def test_the_same_report_sent_twice_is_one_report_with_the_same_code(office: Office, reporter: Reporter) -> None:
    await reporter.press("send", **SHORT)
    once = reporter.code
    again = await reporter.again(**SHORT)
    assert (again.code, again.case) == (once, reporter.case)
    assert len(await told(office)) == 1


async def test_who_goes_back_and_changes_it_has_sent_another_and_is_told_so(office: Office, reporter: Reporter) -> None:
    await reporter.press("send", **SHORT)
    first = reporter.code
    changed = SHORT | {"what": "Det var två personer."}
    second, third = await reporter.again(**changed), await reporter.again(**changed)
    assert SV("report.further") in second.text
    assert second.code == third.code != first
    assert [report.what for _, report in await told(office)] == [WHAT, "Det var två personer."]


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


async def test_the_report_is_taken_while_the_engine_is_away_and_waits(office: Office, reporter: Reporter) -> None:
    await reporter.press("send", **SHORT)  # there is no engine here
    async with office.database.reading() as session:
        waiting = await reports.waiting(session, 10)
    assert [one.case for one in waiting if one.case == reporter.case] == [reporter.case]


async def test_with_the_database_away_the_page_comes_back_with_all_that_was_written(
    reporter: Reporter, tmp_path: Path, ring: KeyRing
) -> None:
    nowhere = Database(f"sqlite+aiosqlite:///{tmp_path}/gone/varna.db")
    async with served(nowhere, ring) as client:
        reporter.client = client
        await reporter.press("send", **SHORT)
    assert reporter.answer is not None
    assert reporter.answer.status_code == 503
    assert SV("report.not_saved") in reporter.text
    assert reporter.filled["what"] == [WHAT]


async def test_a_form_that_is_too_large_is_refused_and_a_long_story_is_not(office: Office, reporter: Reporter) -> None:
    answer = await reporter.client.post(reporter.path, data={"what": "å" * 100_000, "go": "send"})
    assert answer.status_code == 413
    await reporter.press("send", **SHORT | {"what": "å" * 20_000})
    assert [len(report.what) for _, report in await told(office)] == [20_000]


async def test_a_crowd_behind_one_address_is_taken_and_a_flood_is_asked_to_wait_with_its_words_kept(
    office: Office, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= 100
    monkeypatch.setattr("web.pages.report.MOST", 5)
    await reporter.press("send", **SHORT)
    for _ in range(4):
        assert (await reporter.again(**SHORT)).code == reporter.code
    await reporter.begin()
    await reporter.press("send", **SHORT)
    assert reporter.answer is not None
    assert reporter.answer.status_code == 429
    assert SV("report.too_fast") in reporter.text
    assert reporter.filled["what"] == [WHAT]
    assert len(await told(office)) == 1


async def test_nothing_is_kept_before_it_is_sent(office: Office, reporter: Reporter) -> None:
    async def rows() -> int:
        async with office.database.reading() as session:
            everything = [select(func.count()).select_from(table) for table in tables.metadata.tables.values()]
            return sum([await session.scalar(query) or 0 for query in everything])

    before = await rows()
    await reporter.press("subject", **SHORT | {"what": MARKED})
    await reporter.press("when", subject="self")
    assert await rows() == before


async def test_what_people_write_stands_in_no_log_and_no_address(
    reporter: Reporter, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("DEBUG"):
        await reporter.press("check", **SHORT | {"what": MARKED})
        await reporter.press("send")
    said = caplog.text + "".join(capsys.readouterr())
    assert MARKED not in said
    assert reporter.code not in said
    assert "070-174" not in said


async def test_the_language_is_changed_in_the_middle_and_nothing_is_lost(reporter: Reporter) -> None:
    await reporter.press("when", **SHORT)
    data = {**reporter.filled, "from_day": "2026-03-01", "speak": ["sv", "en"]}
    reporter._saw(await reporter.client.post(reporter.path, data=data))
    assert '<html lang="en">' in reporter.text
    assert (reporter.step, reporter.filled["from_day"], reporter.filled["what"]) == ("when", ["2026-03-01"], [WHAT])
    await reporter.press("send")
    assert EN("report.receipt") in reporter.text


async def test_the_organisation_is_chosen_where_there_are_several(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.get("/rapportera")
    valid(answer.text)
    assert re.findall(r'href="(/rapportera/\d+)"', answer.text) == ["/rapportera/9001", "/rapportera/90"]
    assert answer.text.index('href="tel:112"') < answer.text.index("/rapportera/9001")


@pytest.mark.parametrize("path", ["/rapportera/9999", "/rapportera/x", "/rapportera/%00", "/rapportera/90;--"])
async def test_an_organisation_that_is_not_there_is_not_found(visitor: httpx2.AsyncClient, path: str) -> None:
    assert (await visitor.get(path)).status_code == 404
    assert (await visitor.post(path, data={**SHORT, "go": "send"})).status_code == 404


async def test_a_form_from_another_site_is_refused(office: Office, visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.post(
        "/rapportera/9001", data={**SHORT, "go": "send"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert await told(office) == []


async def test_the_way_out_leads_to_a_plain_calendar_that_says_nothing_of_us(visitor: httpx2.AsyncClient) -> None:
    for answer in (await visitor.post("/lamna"), await visitor.get("/kalender")):
        valid(answer.text)
        assert answer.status_code == 200
        assert "Refresh" not in answer.headers
        assert not re.search(r"Värna|rapport|hot|112", answer.text)
