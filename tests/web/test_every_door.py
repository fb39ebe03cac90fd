"""Everybody knocks at every door: who is let in, who is turned away, and by which words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.areas import MAY_VISIT, OUTSIDERS, PUBLIC, Area
from models.vocabulary.people import Role
from tests.web.city import City
from tests.web.doors import PAGES, STREAMS, UNMARKED, UPLOADS, Open, doors
from tests.web.markup import faults
from tests.web.stories import ALICE, BOB, CLEO, DISA, EXTRA, SAM
from web.app import create_app
from web.downloads import POLICY
from web.guard import HEADERS
from web.site import Site

if TYPE_CHECKING:
    from tests.web.city import Visitor

FICTITIOUS = tomllib.loads(Path("routines/fictitious.toml").read_text(encoding="utf-8"))
HOLDERS = {
    Role(one["roles"][0]): one["code"]
    for one in (*FICTITIOUS["organisations"][0]["people"], *EXTRA)
    if one["code"] != "granvik-handlaggare"
}
"""Somebody in Granvik for each role, holding that one alone."""
WITHOUT_ACCOUNT = OUTSIDERS | {Role.HANDLER}
"""Relations to a case, which nobody holds in the organisation."""


def filled(path: str, city: City) -> str:
    """An address with something that exists in its places."""
    values = {"ref": city.ref("triaged"), "command": "add_note", "seq": "1", "organisation": "9001"}
    return path.format_map(
        {
            **dict.fromkeys(("token", "gateway", "given", "evidence", "code", "number", "hold", "name"), "unknown"),
            **values,
        }
    )


@pytest.fixture(scope="module")
def ways(city: City) -> dict[str, frozenset[str]]:
    """The addresses there are, and by which methods they answer."""
    return doors(create_app(Site(city.house)))


def looked_at(ways: dict[str, frozenset[str]], *whose: Area | Open) -> list[str]:
    """The pages that are to be looked at, of these doors or of all that a role opens."""
    return [path for path, its in PAGES.items() if "GET" in ways.get(path, ()) and _one_of(its, whose)]


def sent_to(ways: dict[str, frozenset[str]], *whose: Area | Open) -> list[str]:
    """The forms."""
    return [path for path, its in PAGES.items() if "POST" in ways.get(path, ()) and _one_of(its, whose)]


def _one_of(its: Area | Open, whose: tuple[Area | Open, ...]) -> bool:
    return its in whose if whose else isinstance(its, Area) and its not in PUBLIC


async def status(visitor: Visitor, path: str) -> int:
    """Of a page to be looked at, without waiting for its end; a stream with nothing in it is none (403)."""
    async with visitor.stream("GET", path) as answer:
        return 403 if answer.status_code == 204 else answer.status_code


def test_every_door_is_written_down_and_nothing_else_is(ways: dict[str, frozenset[str]]) -> None:
    assert set(ways) == set(PAGES)


def test_somebody_holds_each_role_that_can_have_an_account() -> None:
    assert set(Role) - set(HOLDERS) == WITHOUT_ACCOUNT


@pytest.mark.parametrize("role", HOLDERS)
async def test_a_role_opens_the_doors_that_are_its_own_and_no_other(
    city: City, ways: dict[str, frozenset[str]], role: Role
) -> None:
    paths = [path for path in looked_at(ways) if "{" not in path]
    async with city.visitor(HOLDERS[role]) as visitor:
        found = {path: await status(visitor, path) < 400 for path in paths}
    assert found == {path: role in MAY_VISIT[PAGES[path]] for path in paths}  # type: ignore[index]


async def test_whoever_is_turned_away_is_told_so_politely(city: City) -> None:
    async with city.visitor(HOLDERS[Role.HR]) as visitor:
        answer = await visitor.get("/kontakter")
    assert answer.status_code == 403
    assert faults(answer.text) == []


async def test_nobody_comes_in_without_signing_in_and_is_led_back_afterwards(
    city: City, ways: dict[str, frozenset[str]]
) -> None:
    found, expected = {}, {}
    async with city.visitor() as nobody:
        for path in (path for path in looked_at(ways) if path not in STREAMS):
            at = filled(path, city)
            answer = await nobody.get(f"{at}?a=1")
            found[path] = (answer.status_code, answer.headers.get("location"), answer.content)
            expected[path] = (303, f"/logga-in?next={at}%3Fa%3D1", b"")
    assert found == expected


async def test_open_doors_are_open_to_anybody(city: City, ways: dict[str, frozenset[str]]) -> None:
    found = {}
    async with city.visitor() as nobody, city.visitor(BOB) as bob:
        for path in looked_at(ways, Open.ANYBODY):
            for visitor in (nobody, bob):
                answer = await visitor.get(filled(path, city), follow_redirects=True)
                found[path, visitor is bob] = answer.status_code
    assert {door: status for door, status in found.items() if status != 200} == {}


async def test_a_step_of_signing_in_is_nothing_without_the_step_before(
    city: City, ways: dict[str, frozenset[str]]
) -> None:
    async with city.visitor() as nobody:
        found = {path: (await nobody.get(path)).status_code for path in looked_at(ways, Open.FLOW)}
    assert {path: status for path, status in found.items() if status not in {303, 404, 410}} == {}


async def test_no_address_that_is_not_known_says_whether_there_is_anything(
    city: City, ways: dict[str, frozenset[str]]
) -> None:
    found = {}
    async with city.visitor() as nobody:
        for path in (path for path, its in PAGES.items() if its in {Open.LINK, Open.PROGRAM}):
            for method in ways[path] - {"HEAD"}:
                found[method, path] = (await nobody.request(method, filled(path, city))).status_code
    assert {door: status for door, status in found.items() if status not in {403, 404, 410}} == {}


@pytest.mark.parametrize(
    "body, headers",
    [
        (False, {}),
        ("0" * 64, {}),
        (True, {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}),
        (True, {"Origin": "https://elsewhere.example"}),
    ],
    ids=["no mark", "a wrong mark", "a foreign site", "a foreign site in an old browser"],
)
async def test_no_form_is_taken_without_its_mark_nor_from_another_site(
    city: City, ways: dict[str, frozenset[str]], body: object, headers: dict[str, str]
) -> None:
    found = {}
    async with city.visitor(ALICE, fresh=True) as alice:
        mark = {"csrf": alice.csrf if body is True else body} if body else {}
        for path in sent_to(ways, *Area, Open.ANYBODY, Open.FLOW):
            if path in UNMARKED and not headers:
                continue
            files = {"file": ("bild.png", b"x")} if path in UPLOADS else None
            answer = await alice.post(filled(path, city), data=mark, files=files, headers=headers)
            found[path] = answer.status_code
    assert {path: status for path, status in found.items() if status != 403} == {}


async def test_no_role_sends_a_form_behind_a_door_that_is_not_its_own(
    city: City, ways: dict[str, frozenset[str]]
) -> None:
    found = {}
    for role in (Role.HR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.REGISTRAR, Role.SECURITY_CHIEF):
        async with city.visitor(HOLDERS[role]) as visitor:
            for path in (path for path in sent_to(ways) if role not in MAY_VISIT[PAGES[path]]):  # type: ignore[index]
                found[role, path] = (await visitor.send_form(filled(path, city))).status_code
    assert found
    assert {door: status for door, status in found.items() if status not in {403, 404}} == {}


@pytest.mark.parametrize("who", [None, ALICE, BOB, CLEO, SAM, DISA])
async def test_every_page_is_valid_ours_and_kept_by_nobody(
    city: City, ways: dict[str, frozenset[str]], who: str | None
) -> None:
    wrong = {}
    async with city.visitor(who) as visitor:
        for path in looked_at(ways, *Area, *Open):
            if path in STREAMS:
                continue
            answer = await visitor.get(filled(path, city))
            html = answer.headers.get("content-type", "").startswith("text/html")
            paper = answer.headers.get("content-type") in {"application/pdf", "application/zip"}
            wanted = HEADERS | ({"Content-Security-Policy": POLICY} if paper else {})
            missing = [name for name, value in wanted.items() if answer.headers.get(name) != value]
            if found := missing + (faults(answer.text) if html and answer.text else []):
                wrong[path] = found
    assert wrong == {}


async def test_an_unknown_address_is_a_page_like_any_other_and_method_and_length_are_minded(city: City) -> None:
    async with city.visitor(BOB) as bob:
        unknown = await bob.get("/finns-inte")
        assert unknown.status_code == 404
        assert faults(unknown.text) == []
        assert (await bob.request("DELETE", "/arenden")).status_code in {404, 405}
        assert (await bob.post("/sprak", content=b"x" * 1024 * 1024)).status_code == 413
        assert (await bob.get(f"/{'x' * 4000}")).status_code == 404
