"""Files go up as they come and come down as they went up, whatever is said of them on the way."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import httpx2
import psutil
import pytest

from desk import evidence
from storage import sessions
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import Method
from tests.desk.files import HTML, PNG
from tests.operate.queued import house
from tests.storage.town import found
from tests.web.counter import CHIEF, MEGABYTE, Counter, router
from tests.web.posting import BOUNDARY, END, TYPE, field, file, opening, said_to
from tests.web.serving import serving
from web import app, csrf, downloads, uploads
from web.site import Site


@pytest.fixture
async def counter(
    sqlite_url: str, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Counter]:
    monkeypatch.setattr(app, "PAGES", (*app.PAGES, SimpleNamespace(router=router)))
    database = Database(sqlite_url)
    town = await found(database, ring)
    case, _ = await town.opens()
    opened = house(town, tmp_path / "home", evidence_megabytes=100)
    async with serving(lambda _: Site(opened)) as url, httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        yield Counter(town, opened, case.ref, url, client)
    await database.close()


async def test_twenty_megabytes_go_up_and_come_down_as_they_were(counter: Counter) -> None:
    content = PNG + os.urandom(20 * MEGABYTE)
    digest = hashlib.sha256(content).digest()
    answer = await counter.posts(field("note", "Låg i brevlådan."), file("räksmörgås.png", content), END, bits=50_000)
    (kept,) = answer.json()["kept"]
    assert (kept["size"], kept["sha256"], kept["type"]) == (len(content), digest.hex(), "image/png")

    given = await counter.client.get(f"/try/evidence/{kept['evidence']}")
    assert given.content == content
    assert given.headers["Content-Length"] == str(len(content))
    assert given.headers["Repr-Digest"] == f"sha-256=:{b64encode(digest).decode()}:"
    assert given.headers["Content-Disposition"] == (
        "attachment; filename=\"r_ksm_rg_s.png\"; filename*=UTF-8''r%C3%A4ksm%C3%B6rg%C3%A5s.png"
    )
    assert given.headers["Content-Security-Policy"] == downloads.POLICY
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    part = await counter.client.get(f"/try/evidence/{kept['evidence']}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (200, content)


async def test_however_large_it_is_only_little_of_it_is_in_memory_and_none_in_clear_on_disk(counter: Counter) -> None:
    process, marked = psutil.Process(), os.urandom(64)
    piece = marked * (MEGABYTE // 64)
    seen: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        yield opening("film.bin")
        for _ in range(96):
            seen.append(process.memory_info().rss)
            yield piece
        yield b"\r\n" + END

    answer = await counter.client.post(
        f"/try/{counter.case}", content=body(), headers={"Content-Type": TYPE}, timeout=60
    )
    assert answer.json()["kept"][0]["size"] == 96 * MEGABYTE
    assert max(seen) - seen[0] < 40 * MEGABYTE
    assert all(marked not in path.read_bytes() for path in counter.lying())


async def test_an_upload_that_is_cut_in_the_middle_leaves_nothing(counter: Counter) -> None:
    body = opening("foto.png") + os.urandom(3 * MEGABYTE)
    for path, kind in ((f"/try/{counter.case}", TYPE), (f"/try/bare/{counter.case}", "application/octet-stream")):
        method = "PUT" if "bare" in path else "POST"
        answer = await said_to(counter.url, path, body, length=len(body) + 500, content_type=kind, method=method)
        assert b"200 OK" not in answer
    assert (await counter.posts(body)).status_code == 400  # whole by its length, and yet without its end
    assert await counter.names() == []
    assert counter.lying() == []


async def test_several_files_and_the_fields_before_and_after_them(counter: Counter) -> None:
    parts = (
        field("note", "Två bilder"),
        file("", b""),  # a choice of files where none was made
        file("ett.png", PNG),
        file("två.html", HTML),
        field("after", "ja"),
        END,
    )
    for bits in (1, 7, 10_000):
        answer = (await counter.posts(*parts, bits=bits)).json()
        assert [one["type"] for one in answer["kept"]] == ["image/png", "text/html"]
        assert answer["after"] == "ja"
    assert sorted(await counter.names()) == ["ett.png"] * 3 + ["två.html"] * 3


async def test_fields_are_read_before_anything_of_a_file_is_taken(counter: Counter) -> None:
    answer = await counter.posts(field("stop", "ja"), file("ett.png", PNG + os.urandom(5 * MEGABYTE)), END, bits=50_000)
    assert answer.status_code == 422
    assert counter.lying() == []


async def test_a_form_from_elsewhere_is_refused_before_anything_of_a_file_is_taken(counter: Counter) -> None:
    async with counter.house.database.writing() as session:
        cookie, _ = await sessions.open(session, CHIEF, Method.PASSKEY, datetime.now(UTC))
    counter.client.cookies.set("varna-session", cookie)
    content = file("ett.png", PNG)
    token = field(csrf.FIELD, csrf.token(cookie))
    for parts in ((content,), (field(csrf.FIELD, csrf.token("another")), content), (content, token)):
        assert (await counter.posts(*parts, END)).status_code == 403
    assert counter.lying() == []
    assert (await counter.posts(token, content, END)).status_code == 200
    assert await counter.names() == ["ett.png"]


async def test_what_is_too_large_is_said_to_be_once_it_has_passed_by(counter: Counter) -> None:
    large = file("stor.png", PNG + bytes(101 * MEGABYTE))
    answer = await counter.posts(file("liten.png", PNG), large, END, bits=MEGABYTE)
    assert answer.json() == {"wrong": ["file_too_large"], "kept": 1}
    assert await counter.names() == ["liten.png"]
    assert len(counter.lying()) == 1
    answered = await said_to(counter.url, f"/try/bare/{counter.case}", b"x", length=101 * MEGABYTE, method="PUT")
    assert answered.startswith(b"HTTP/1.1 413")


async def test_more_files_than_one_may_hand_in_are_counted_as_they_come(counter: Counter) -> None:
    answer = await counter.posts(*(file(f"{number}.png", PNG) for number in range(30)), END)
    assert answer.json() == {"wrong": ["too_many_files"], "kept": evidence.MOST_FILES}
    many = b"".join(file("", b"") for _ in range(200))
    assert (await counter.posts(many, END)).status_code == 400


async def test_only_routes_that_take_files_take_more_than_a_form(counter: Counter) -> None:
    for size, status in ((10_000, 200), (20_000, 413)):
        assert (await counter.client.post("/try-form/x", content=bytes(size))).status_code == status


@pytest.mark.parametrize(
    "parts,status",
    [
        ((field("a", "x") * 150, END), 400),
        ((field("a", "x" * 70_000), END), 400),
        ((b"--snitt\r\n" + b"X-A: b\r\n" * 50 + b"\r\n\r\nx\r\n", END), 400),
        ((b"--snitt\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\nx\r\n", END), 400),
        ((b"--snitt\r\n" + b"X" * 100_000, END), 400),
        ((b'--snitt\r\nContent-Disposition: attachment; filename="a"\r\n\r\nx\r\n', END), 400),
        ((b"--snitt\r\nContent-Disposition: form-data\r\n\r\nx\r\n", END), 400),
        ((b'--snitt\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n', END), 400),
        ((b"--another\r\n", END), 400),
        ((b"",), 400),
        ((field("a", "x"),), 400),
        ((b"\r\n" * 1000,), 400),
    ],
)
async def test_a_form_that_nobody_would_fill_in_is_refused(
    counter: Counter, parts: tuple[bytes, ...], status: int
) -> None:
    for bits in (13, 40_000):
        answer = await counter.posts(*parts, bits=bits)
        assert answer.status_code == status
    assert len(await counter.names()) <= 2 * evidence.MOST_FILES


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "multipart/form-data", f"multipart/form-data; boundary={'x' * 300}", "☃"]
)
async def test_what_does_not_say_that_it_is_a_form_with_files_is_refused(counter: Counter, content_type: str) -> None:
    body = file("a.png", PNG) + END
    answer = await counter.client.post(
        f"/try/{counter.case}", content=body, headers={b"Content-Type": content_type.encode()}
    )
    assert answer.status_code == 415
    other = f"multipart/form-data; boundary={BOUNDARY}2"
    assert (await counter.posts(body, content_type=other)).status_code == 400
    assert counter.lying() == []


@pytest.mark.parametrize(
    "said,saved",
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\bilder\\foto.png", "foto.png"),
        ("a%22b;c.png", 'a"b;c.png'),
        ("å\u202egnp.png", "ågnp.png"),
        ("x" * 3000 + ".png", "x" * 180 + ".png"),
    ],
)
async def test_whatever_a_file_is_called_its_name_breaks_nothing(counter: Counter, said: str, saved: str) -> None:
    kept = (await counter.posts(file(said, PNG), END)).json()["kept"][0]
    assert await counter.names() == [saved]
    disposition = (await counter.client.get(f"/try/evidence/{kept['evidence']}")).headers["Content-Disposition"]
    assert disposition.endswith(f"filename*=UTF-8''{quote(saved, safe='')}")
    assert disposition.count('"') == 2


def test_a_name_in_a_header_is_one_line_without_quotes() -> None:
    assert downloads.attachment('a"\\b\r\nSet-Cookie: x=1;.png') == (
        'attachment; filename="a__b__Set-Cookie_ x_1_.png"; '
        "filename*=UTF-8''a%22%5Cb%0D%0ASet-Cookie%3A%20x%3D1%3B.png"
    )


async def test_a_file_that_lies_comes_down_as_something_no_browser_opens(counter: Counter) -> None:
    (kept,) = (await counter.posts(file("foto.png", HTML), END)).json()["kept"]
    assert (kept["lies"], kept["type"]) == (True, "text/html")
    given = await counter.client.get(f"/try/evidence/{kept['evidence']}")
    assert given.content == HTML
    assert given.headers["Content-Type"] == "application/octet-stream"
    assert 'filename="foto.png.bin"' in given.headers["Content-Disposition"]


async def test_a_program_sends_the_bare_bytes(counter: Counter) -> None:
    headers = {uploads.NAME: quote("på väg.txt")}
    kept = (await counter.client.put(f"/try/bare/{counter.case}", content="Åh nej".encode(), headers=headers)).json()
    assert (kept["type"], kept["size"]) == ("text/plain", 7)
    assert await counter.names() == ["på väg.txt"]
    empty = await counter.client.put(f"/try/bare/{counter.case}", content=b"")
    assert empty.status_code == 400


async def test_what_is_damaged_breaks_off_or_is_an_error_and_never_looks_whole(counter: Counter) -> None:
    (kept,) = (await counter.posts(file("a.png", PNG + os.urandom(3 * MEGABYTE)), END, bits=50_000)).json()["kept"]
    (path,) = counter.lying()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(httpx2.RemoteProtocolError):
        await counter.client.get(f"/try/evidence/{kept['evidence']}")
    path.unlink()
    assert (await counter.client.get(f"/try/evidence/{kept['evidence']}")).status_code == 500
    assert (await counter.client.get(f"/try/evidence/{'f' * 32}")).status_code == 404
