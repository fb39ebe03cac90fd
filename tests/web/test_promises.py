"""What holds for every answer: its headers, its silence, the language of whoever asks."""

from __future__ import annotations

import logging

import httpx2
import pytest

from i18n import words
from tests.storage.town import MARKED
from tests.web.office import Office
from web.guard import HEADERS

SV = words("sv", strict=True)


async def test_a_stranger_is_answered_in_the_language_of_the_browser(visitor: httpx2.AsyncClient) -> None:
    for asked, language in (("en-GB,en;q=0.9", "en"), ("sv-SE", "sv"), ("fi,en", "en"), ("", "sv"), ("☃", "sv")):
        shown = await visitor.get("/l/x", headers={b"Accept-Language": asked.encode()})
        assert f'<html lang="{language}">' in shown.text


async def test_every_answer_carries_the_same_headers_and_no_cookie(office: Office, visitor: httpx2.AsyncClient) -> None:
    link = await office.link(await office.message())
    for method, path in (
        ("GET", link),
        ("HEAD", link),
        ("POST", link),
        ("DELETE", link),
        ("GET", "/"),
        ("GET", "/l/x"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/static/varna.css"),
        ("GET", "/static/../app.py"),
        ("POST", "/receipts/46elks/x"),
        ("POST", f"/l/{'x' * 10}"),
    ):
        answer = await visitor.request(method, path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers


async def test_no_page_names_anything_of_somebody_elses(office: Office, visitor: httpx2.AsyncClient) -> None:
    link = await office.link(await office.message())
    for path in (link, "/l/x", "/static/varna.css"):
        text = (await visitor.get(path)).text
        assert "http:" not in text
        assert "https:" not in text
        assert "url(" not in text


async def test_no_log_line_holds_a_link(
    office: Office, visitor: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    link = await office.link(await office.message())
    logging.getLogger("httpx2").setLevel("WARNING")  # the visitor's own, not ours
    with caplog.at_level("DEBUG", logger="uvicorn"):
        await visitor.get(link)
        await visitor.post(link)
        await office.database.close()
    assert link.removeprefix("/l/") not in caplog.text


async def test_a_fault_of_ours_says_nothing_of_itself(
    office: Office,
    visitor: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(MARKED)

    link = await office.link(await office.message())
    monkeypatch.setattr("web.pages.acceptance._shown", broken)
    answer = await visitor.get(link)
    assert answer.status_code == 500
    assert SV("web.down") in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    said = caplog.text + "".join(capsys.readouterr())
    assert MARKED not in said
    assert link.removeprefix("/l/") not in said
