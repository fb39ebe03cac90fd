"""Nonsense in an address, a form or a file is answered as nonsense: nothing breaks, and nobody else is kept out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import cursor
from tests.web.stories import ALICE, SAM

if TYPE_CHECKING:
    from tests.web.city import City

FAR, BEFORE = "9999-12-31", "0001-01-01"
MARKS = [cursor.pack(1, 0, 1, "\0"), cursor.pack(1, 0, 1, "\ud800"), cursor.pack(2**62, "x"), cursor.pack(1, "\0")]
PAGES = [
    *(f"/arenden?{closed}after={mark}" for mark in MARKS for closed in ("", "closed=yes&")),
    *(f"/arenden?before={day}" for day in (FAR, BEFORE)),
    *(f"/arenden/{{ref}}?at={day}T23:59{zone}" for day in (FAR, BEFORE) for zone in ("", "-12:00", "%2B14:00")),
    *(f"/jour?vid={day}T23:59" for day in (FAR, BEFORE, "2099-12-30", "2500-01-01")),
    "/evidence/%00",
    "/arenden/%00",
    "/administration/personer/%00",
    f"/arenden/{{ref}}/logg/{10**40}",
    f"/arenden/{{ref}}?seq={10**40}&fore={10**40}&gjort=%00&visa=%00",
    "/rutin?version=%00",
]
CALLS = [
    *(f"/cases?after={mark}" for mark in MARKS),
    *(f"/cases/{{ref}}?{what}" for what in (f"seq={10**30}", f"seq={2**63 - 1}", f"at={FAR}T23:59:59-12:00")),
    *(f"/{what}={when}" for what in ("duty?at", "routine?on") for when in ("1901-01-01T00:00:00Z", f"{BEFORE}T00:00Z")),
    "/cases/%00",
    "/evidence/%00",
    f"/cases/{{ref}}/events?after={10**30}",
]
FORMS = {
    "/konto/avsluta": {"session": "\0"},
    "/nodoppning": {"ref": "\0", "text": "x"},
    "/arenden/{ref}/meddelanden": {"message": "\0"},
    "/jour/byte": {"pool": "\0", "person": "\0", "starts": f"{FAR}T00:00", "ends": f"{FAR}T00:00"},
    "/kontakter/franvaro": {"starts": f"{BEFORE}T00:00", "ends": f"{FAR}T23:59", "person": "\0"},
    "/rapportera/9001": {"go": "send", "what": "x", "anonymous": "yes", "to_day": FAR, "kind": "\0"},
}
ELSEWHERE = ("../../settings", "/etc/settings", "a" * 5000)


@pytest.mark.parametrize("path", PAGES)
async def test_no_address_makes_a_page_fail(each_city: City, path: str) -> None:
    async with each_city.visitor(ALICE) as alice:
        assert (await alice.get(path.format(ref=each_city.ref("police")))).status_code < 500


@pytest.mark.parametrize("path", CALLS)
async def test_no_address_makes_a_call_fail(each_city: City, path: str) -> None:
    async with each_city.program(ALICE) as program:
        assert (await program.get(path.format(ref=each_city.ref("police")))).status_code < 500


@pytest.mark.parametrize("path", FORMS)
async def test_no_form_makes_a_page_fail(each_city: City, path: str) -> None:
    async with each_city.visitor(ALICE, fresh=True) as alice:
        answer = await alice.send_form(path.format(ref=each_city.ref("police")), **FORMS[path])
    assert answer.status_code < 500


@pytest.mark.parametrize("spoken", ["ж", "sv; Path=/x", "sv\r\nSet-Cookie: a=b", ""])
async def test_the_language_of_a_report_is_one_of_ours_or_none(city: City, spoken: str) -> None:
    async with city.visitor() as nobody:
        answer = await nobody.send_form("/rapportera/9001", speak=spoken)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)


@pytest.mark.parametrize("path", ["/kontakter/", "/arenden/", "/rapportera/9001/"])
async def test_nobody_is_led_away_by_a_slash_and_the_name_of_another_host(city: City, path: str) -> None:
    async with city.visitor(ALICE) as alice:
        answer = await alice.get(path, headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


async def test_a_right_token_opens_whatever_others_send_from_the_same_address(city: City) -> None:
    async with city.program(ALICE) as right, city.visitor() as nobody:
        wrong = {"Authorization": f"Bearer varna_{'x' * 43}"}
        answers = [(await nobody.get("/api/v1/cases", headers=wrong)).status_code for _ in range(40)]
        assert set(answers) == {401, 429}
        assert (await right.get("/cases")).status_code == 200


@pytest.mark.parametrize(
    "text", ['extends = "../../settings"', f'extends = "{"a" * 5000}"', "extends = 1", f"x = {'[' * 5000}"]
)
async def test_a_routine_names_no_file_elsewhere_and_is_refused_in_words(city: City, text: str) -> None:
    async with city.visitor(SAM) as sam:
        answer = await sam.send_form("/administration/rutin", routine=text, deed="try")
    assert answer.status_code == 422


@pytest.mark.timeout(20)
async def test_a_routine_of_blanks_keeps_nobody_waiting(city: City) -> None:
    text = f"version = 1\nx = [\n[{' ' * 20_000}\n1]]\n"
    async with city.visitor(SAM) as sam:
        assert (await sam.send_form("/administration/rutin", routine=text, deed="try")).status_code == 422


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", ["99", "999999999", "9" * 5000], ids=len)
async def test_a_row_of_any_number_keeps_nobody_waiting(city: City, number: str) -> None:
    async with city.visitor(ALICE) as alice:
        path = f"/arenden/{city.ref('police')}/agree_support"
        answer = await alice.send_form(path, more="1", **{f"measures.{number}.kind": "counselling"})
    assert (answer.status_code, len(answer.content) < 2_000_000) == (200, True)
