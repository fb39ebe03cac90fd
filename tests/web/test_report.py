"""To report by the pages: the short way, every question, twice, with the engine away, with something wrong."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from desk.desk import Desk
from i18n import LANGUAGES, label, words
from models.vocabulary.own import OwnAdvice
from storage import reports, tables
from storage.database import Database
from storage.keys import KeyRing
from storage.vault import Vault
from tests.storage.town import MARKED
from tests.web.markup import valid
from tests.web.office import Office, served
from tests.web.reporter import SHORT, WHAT, Reporter, told
from tests.web.serving import serving
from web.pages.report import MOST
from web.site import Site

SV, EN = (words(language, strict=True) for language in LANGUAGES)


@pytest.fixture
async def reporter(visitor: httpx2.AsyncClient) -> Reporter:
    return await Reporter(visitor).begin()


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
    for said in (*(label(one, SV) for one in OwnAdvice), SV("report.evidence_answer"), SV("report.code_hint")):
        assert said in reporter.text
    promised = SV("report.next_read", organisation="Granviks kommun", time="#", due="#").split("#")
    assert re.search(".+?".join(map(re.escape, promised)), reporter.text)
    assert re.search(r"hör av sig till dig inom .+, senast \w+ \d+ \w+", reporter.text)
    assert 'href="tel:112"' in reporter.text


async def test_the_advice_is_for_what_came_that_way(reporter: Reporter) -> None:
    await reporter.press("channel", **SHORT)
    await reporter.press("send", channels=["social_media"])
    assert label(OwnAdvice.KEEP_DIGITAL, SV) in reporter.text
    assert label(OwnAdvice.BAG_LETTERS, SV) not in reporter.text


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


async def test_the_report_is_taken_while_the_engine_is_away_and_waits(office: Office, reporter: Reporter) -> None:
    await reporter.press("send", **SHORT)  # there is no engine here
    async with office.database.reading() as session:
        waiting = await reports.waiting(session, 10)
    assert [one.case for one in waiting if one.case == reporter.case] == [reporter.case]


async def test_nobody_waits_for_an_engine_that_says_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("web.pages.report.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and that is all
        engine = f"127.0.0.1:{silent.getsockname()[1]}"
        desk = Desk(office.database, office.ring, engine, "default", "nobody", Vault(tmp_path, 1))
        async with (
            serving(lambda _: Site(desk)) as url,
            httpx2.AsyncClient(base_url=url, trust_env=False, timeout=5) as client,
        ):
            reporter = await (await Reporter(client).begin()).press("send", **SHORT)
    assert reporter.code
    async with office.database.reading() as session:
        assert reporter.case in {one.case for one in await reports.waiting(session, 10)}


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


async def test_a_language_nobody_speaks_is_not_kept(reporter: Reporter) -> None:
    data = {**reporter.filled, "speak": "xx; Path=/"}
    answer = await reporter.client.post(reporter.path, data=data)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


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
