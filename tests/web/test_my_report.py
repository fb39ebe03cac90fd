"""My report, on each kind of database, before an engine has touched it: the code, who gets in, who never does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx2
import pytest
from sqlalchemy import select, update

from i18n import LANGUAGES, words
from storage import reads, reports, tables
from storage.receipts import IDLE, MOST
from storage.tables import Via
from tests.erasing import erase
from tests.storage.town import MARKED
from tests.web.markup import valid
from tests.web.office import Office
from tests.web.reporter import Reporter
from web.holding import WRONG_HERE

SV, EN = (words(language, strict=True) for language in LANGUAGES)
SHORT = {"what": f"Någon ropade {MARKED}.", "telephone": "070-174 06 05"}
COOKIE = "varna-receipt"


@pytest.fixture
async def reporter(visitor: httpx2.AsyncClient) -> Reporter:
    return await (await Reporter(visitor).begin()).press("send", **SHORT)


async def opens(visitor: httpx2.AsyncClient, code: str) -> httpx2.Response:
    """Enter the code, and look at what it leads to."""
    answer = await visitor.post("/min-rapport", data={"code": code})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/min-rapport"
    return await visitor.get("/min-rapport")


def hidden(text: str, field: str) -> str:
    found = re.search(rf'name="{field}" value="([^"]*)"', text)
    assert found, field
    return found[1]


async def test_whoever_has_the_code_sees_that_it_is_received_and_their_own_words(
    visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    asked = await visitor.get("/min-rapport")
    valid(asked.text)
    assert asked.text.index('href="tel:112"') < asked.text.index("<h1")
    shown = await opens(visitor, reporter.code)
    valid(shown.text)
    for said in (reporter.case, SHORT["what"], SV("mine.received_more"), SV("mine.nobody_read")):
        assert said in shown.text
    assert reporter.code not in shown.text
    assert "070-174" not in shown.text


async def test_the_code_may_be_typed_carelessly(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    typed = reporter.code.lower().replace("-", "  ").replace("0", "o").replace("1", "i")
    assert reporter.case in (await opens(visitor, typed)).text


async def test_the_receipt_opens_it_without_typing(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    form = reporter.text[reporter.text.index('action="/min-rapport"') :]
    assert hidden(form, "code") == reporter.code
    assert reporter.case in (await opens(visitor, hidden(form, "code"))).text


async def test_the_code_is_in_no_address_and_the_cookie_is_neither_it_nor_what_we_keep(
    office: Office, visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    answer = await visitor.post("/min-rapport", data={"code": reporter.code})
    cookie = answer.headers["set-cookie"]
    assert re.search(r"HttpOnly", cookie)
    assert re.search(r"SameSite=strict", cookie, re.IGNORECASE)
    assert "Max-Age" not in cookie  # gone when the browser is closed
    assert reporter.code not in str(answer.headers)
    async with office.database.reading() as session:
        kept = [tuple(row) for row in await session.execute(select(tables.receipt_sessions))]
    assert visitor.cookies[COOKIE] not in repr(kept)


async def test_any_other_code_gets_one_and_the_same_answer(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    near = reporter.code[:-1] + ("0" if reporter.code[-1] != "0" else "1")
    wrong = ("", "x", near, "0" * 16, reporter.case)
    answers = [await visitor.post("/min-rapport", data={"code": code}) for code in wrong]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1
    assert SV("mine.unknown") in answers[0].text
    assert all("set-cookie" not in answer.headers for answer in answers)
    valid(answers[0].text)


async def test_whoever_guesses_is_slowed_down_and_the_right_code_opens_all_the_same(
    visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    wrong = [{"code": f"{number:016}"} for number in range(WRONG_HERE + 3)]
    statuses = [(await visitor.post("/min-rapport", data=one)).status_code for one in wrong]
    assert statuses == [422] * WRONG_HERE + [429] * 3
    busy = await visitor.post("/min-rapport", data={"code": "x"})
    assert SV("mine.too_many") in busy.text
    assert reporter.case in (await opens(visitor, reporter.code)).text


async def test_many_who_guess_together_are_noticed(
    visitor: httpx2.AsyncClient, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    each, lines = iter(range(100)), list[str]()
    noted = SimpleNamespace(warning=lambda event, **more: lines.append(f"{event} {more}"))
    monkeypatch.setattr("web.holding.log", noted)
    monkeypatch.setattr("web.holding.address", lambda _: f"192.0.2.{next(each)}")
    monkeypatch.setattr("web.holding.WRONG_ANYWHERE", 20)
    wrong = [{"code": f"{number:016}"} for number in range(25)]
    statuses = [(await visitor.post("/min-rapport", data=one)).status_code for one in wrong]
    assert statuses == [422] * 20 + [429] * 5
    assert ["receipt codes are being guessed" in line for line in lines] == [True]
    assert "192.0.2" not in lines[0]
    assert reporter.case in (await opens(visitor, reporter.code)).text


async def test_nobody_sees_another_report_by_their_own_code(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    other = await Reporter(visitor).begin()
    await other.press("send", what="Något helt annat.", email="ann@example.org")
    shown = await opens(visitor, other.code)
    assert other.case in shown.text
    assert reporter.case not in shown.text
    assert MARKED not in shown.text


async def test_it_closes_by_itself_and_what_was_being_written_is_still_there(
    office: Office, visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    page = await opens(visitor, reporter.code)
    long_ago = datetime.now(UTC) - IDLE
    async with office.database.writing() as session:
        await session.execute(update(tables.receipt_sessions).values(seen=long_ago))
    given = {"held": hidden(page.text, "held"), "id": hidden(page.text, "id"), "text": "Han är tillbaka."}
    over = await visitor.post("/min-rapport/skriv", data=given)
    assert over.status_code == 422
    assert SV("mine.over") in over.text
    assert reporter.case not in over.text
    valid(over.text)
    again = await visitor.post("/min-rapport", data={"code": reporter.code, "text": hidden(over.text, "text")})
    assert again.status_code == 200
    assert "Han är tillbaka.</textarea>" in again.text
    valid(again.text)


async def test_it_ends_after_a_while_whatever_one_does(
    office: Office, visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    await opens(visitor, reporter.code)
    async with office.database.writing() as session:
        ended = {"expires": datetime.now(UTC) - timedelta(seconds=1), "created": datetime.now(UTC) - MOST}
        await session.execute(update(tables.receipt_sessions).values(ended))
    assert reporter.case not in (await visitor.get("/min-rapport")).text


@pytest.mark.parametrize("way", ["/min-rapport/avsluta", "/lamna"])
async def test_it_can_be_closed_and_is_closed_for_whoever_leaves_quickly(
    visitor: httpx2.AsyncClient, reporter: Reporter, way: str
) -> None:
    page = await opens(visitor, reporter.code)
    cookie = visitor.cookies[COOKIE]
    await visitor.post(way, data={"held": hidden(page.text, "held")} if way != "/lamna" else {})
    assert COOKIE not in visitor.cookies
    assert reporter.case not in (await visitor.get("/min-rapport")).text
    # Whoever kept the old value opens nothing with it.
    visitor.cookies.set(COOKIE, cookie)
    assert reporter.case not in (await visitor.get("/min-rapport")).text


DEEDS = ("skriv", "hjalp", "samtycke", "avsluta")


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_form_that_was_not_made_for_this_browser_is_refused(
    visitor: httpx2.AsyncClient, reporter: Reporter, deed: str
) -> None:
    await opens(visitor, reporter.code)
    for held in ("", "x", "å"):
        answer = await visitor.post(f"/min-rapport/{deed}", data={"held": held, "text": "x", "wishes": "advice"})
        assert answer.status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await visitor.post("/min-rapport", data={"code": reporter.code}, headers=foreign)).status_code == 403
    assert reporter.case in (await visitor.get("/min-rapport")).text


async def test_files_from_another_browser_are_refused(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    await opens(visitor, reporter.code)
    answer = await visitor.post("/min-rapport/bevis", data={"held": "x"}, files={"file": ("a.png", b"x" * 2000)})
    assert answer.status_code == 403


async def test_without_a_code_nothing_can_be_done(visitor: httpx2.AsyncClient) -> None:
    for deed in DEEDS[:-1]:
        answer = await visitor.post(f"/min-rapport/{deed}", data={"text": "x"})
        assert answer.status_code == 422
        assert SV("report.code") in answer.text


async def test_a_message_before_the_case_has_begun_is_not_lost_and_not_kept_either(
    visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    page = await opens(visitor, reporter.code)
    given = {"held": hidden(page.text, "held"), "id": hidden(page.text, "id"), "text": "En sak till."}
    answer = await visitor.post("/min-rapport/skriv", data=given)
    assert answer.status_code in {409, 503}
    assert "En sak till.</textarea>" in answer.text
    assert 'name="next" value="/min-rapport"' in answer.text  # another language leads to a page that is there
    valid(answer.text)


async def test_an_erased_report_says_so_with_dignity_and_shows_nothing(
    office: Office, visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    await opens(visitor, reporter.code)
    await erase(office.database, office.ring, reporter.case, datetime.now(UTC))
    for shown in (await visitor.get("/min-rapport"), await opens(visitor, reporter.code)):
        valid(shown.text)
        assert SV("mine.erased") in shown.text
        assert MARKED not in shown.text
    held = hidden(shown.text, "held")
    assert (await visitor.post("/min-rapport/avsluta", data={"held": held})).status_code == 303


async def test_that_somebody_looked_by_the_code_is_kept_as_a_reading(
    office: Office, visitor: httpx2.AsyncClient, reporter: Reporter
) -> None:
    await opens(visitor, reporter.code)
    async with office.database.reading() as session:
        found = await reads.who_has_read(session, reporter.case)
        held = await reports.by_receipt(session, reporter.code)
    assert [(one.user, one.via) for one in found] == [(f"{reads.RECEIPT}{held.report}", Via.REPORT)]


async def test_neither_code_nor_words_stand_in_a_log(
    office: Office,
    visitor: httpx2.AsyncClient,
    reporter: Reporter,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level("DEBUG"):
        page = await opens(visitor, reporter.code)
        await visitor.post("/min-rapport/skriv", data={"held": hidden(page.text, "held"), "text": MARKED})
    said = caplog.text + "".join(capsys.readouterr())
    for secret in (reporter.code, MARKED, visitor.cookies[COOKIE]):
        assert secret not in said
    assert office.case.ref not in page.text


async def test_it_speaks_english_to_whoever_asks_for_it(visitor: httpx2.AsyncClient, reporter: Reporter) -> None:
    await visitor.post("/sprak", data={"language": "en", "next": "/min-rapport"})
    assert EN("mine.received_more") in (await opens(visitor, reporter.code)).text
