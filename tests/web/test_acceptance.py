"""A link shows, a button takes: once, by whom it is for, while it is valid."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from i18n import when, words
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from storage import messages
from storage.tables import MessageKind, MessageState
from tests.i18n.codes import ABOUT_NO_CASE
from tests.storage.town import MARKED
from tests.web.office import CHIEF, DUTY, Office

SV, EN = words("sv", strict=True), words("en", strict=True)
OLD = -timedelta(days=4)
DUE = datetime(2026, 3, 3, 2, 12, tzinfo=UTC)


async def test_looking_accepts_nothing_however_often_and_by_whichever_method(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    sending = await office.message()
    link = await office.link(sending)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT"):
        answer = await visitor.request(method, link)
        assert answer.status_code == (200 if method in {"GET", "HEAD"} else 405)
        assert bool(answer.content) == (method != "HEAD")
    assert await office.state(sending) is MessageState.SENT


async def test_the_page_says_case_urgency_what_is_wanted_until_when_and_what_to_do_first(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    shown = (await visitor.get(await office.link(await office.message(due=DUE)))).text
    for said in (
        f"Larm <small>Ärende {office.case.ref}</small>",
        "Larm: ta det nu",
        "Akut",
        "Att du tar ansvar för larmet",
        "tis 3 mars 2026 kl. 03:12",
        "Är någon i fara nu? Ring 112.",
        "Ring upp den utsatta senast",
        "Jag tar larmet",
    ):
        assert said in shown
    assert "ÖVNING" not in shown


async def test_the_page_holds_no_name_place_or_word_of_what_happened(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    link = await office.link(await office.message())
    for shown in (await visitor.get(link), await visitor.post(link), await visitor.get(link)):
        assert MARKED not in shown.text
        assert CHIEF not in shown.text
        assert "<script" not in shown.text


async def test_a_drill_says_that_it_is_one(office: Office, visitor: httpx2.AsyncClient) -> None:
    shown = (await visitor.get(await office.link(await office.message(drill=True)))).text
    assert shown.count("ÖVNING") == 2  # title and page
    assert SV("web.drill") in shown


async def test_everybody_reads_it_in_their_own_language(office: Office, visitor: httpx2.AsyncClient) -> None:
    link = await office.link(await office.message(DUTY, role=Role.DUTY_OFFICER))
    shown = (await visitor.get(link, headers={"Accept-Language": "sv"})).text
    assert '<html lang="en">' in shown
    assert EN("web.take_page") in shown


async def test_pressing_takes_it_once_and_again_changes_nothing(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    link = await office.link(sending)
    first = await visitor.post(link)
    at = await accepted_at(office, sending.id)
    again, later = await visitor.post(link), await visitor.get(link)

    assert (first.status_code, again.status_code) == (200, 200)
    assert SV("web.taken_page", at=when(at, SV)) in first.text
    assert SV("web.next_page") in first.text
    assert SV("web.taken_before", at=when(at, SV)) in again.text
    assert SV("web.taken_before", at=when(at, SV)) in later.text
    assert not any("<button" in shown.text for shown in (first, again, later))
    assert await office.changes(sending) == ["sent:None", "accepted:link"]


async def test_pressed_by_many_fingers_at_once_it_is_taken_once(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    link = await office.link(sending)
    answers = await asyncio.gather(*(visitor.post(link) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await office.changes(sending) == ["sent:None", "accepted:link"]


async def test_what_the_person_took_by_one_channel_is_taken_by_the_other_too(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    text, mail = await office.message(), await office.message(channel="email", reference=None)
    waiting = await office.message(channel="chat", state=MessageState.QUEUED, next_try=DUE)
    await visitor.post(await office.link(text))
    shown = (await visitor.post(await office.link(mail))).text
    assert SV("web.taken_before", at=when(await accepted_at(office, text.id), SV)) in shown
    assert await office.state(mail) is MessageState.SENT
    assert await office.state(waiting) is MessageState.EXPIRED  # no longer needed


async def test_what_somebody_else_took_is_told_by_role_and_may_be_taken_too(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    mine = await office.message()
    theirs = await office.message(DUTY, role=Role.DUTY_OFFICER, notice="1.duty_officer")
    await visitor.post(await office.link(theirs))
    at = await accepted_at(office, theirs.id)
    shown = (await visitor.get(await office.link(mine))).text
    assert SV("web.others", role=SV("role.duty_officer"), at=when(at, SV)) in shown
    assert DUTY not in shown
    taken = await visitor.post(await office.link(mine))
    assert "Du har tagit larmet" in taken.text
    assert await office.state(mine) is MessageState.ACCEPTED


async def test_what_was_taken_before_this_was_told_is_another_matter(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    theirs = await office.message(DUTY, role=Role.DUTY_OFFICER, notice="1.duty_officer")
    await visitor.post(await office.link(theirs))
    mine = await office.message(notice="7.security_chief", queued=timedelta(minutes=1))
    assert SV("role.duty_officer") not in (await visitor.get(await office.link(mine))).text


@pytest.mark.parametrize("urgency", [Urgency.TASK, Urgency.HEADLINE, Urgency.COUNT, Urgency.DIGEST])
async def test_whoever_is_only_told_is_not_asked_to_take_anything(
    office: Office, visitor: httpx2.AsyncClient, urgency: Urgency
) -> None:
    sending = await office.message(urgency=urgency)
    link = await office.link(sending)
    shown, pressed = await visitor.get(link), await visitor.post(link)
    assert (shown.status_code, pressed.status_code) == (200, 200)
    assert "<button" not in shown.text + pressed.text
    assert (office.case.ref in shown.text) == (urgency is not Urgency.COUNT)
    assert await office.state(sending) is MessageState.SENT


@pytest.mark.parametrize("kind", [MessageKind.DIGEST, MessageKind.INVITATION, *ABOUT_NO_CASE])
async def test_only_a_notice_can_be_taken(office: Office, visitor: httpx2.AsyncClient, kind: MessageKind) -> None:
    sending = await office.message(kind=kind)
    assert "<button" not in (await visitor.post(await office.link(sending))).text
    assert await office.state(sending) is MessageState.SENT


async def test_what_is_wanted_now_has_a_button_of_its_own(office: Office, visitor: httpx2.AsyncClient) -> None:
    link = await office.link(await office.message(urgency=Urgency.NOW))
    assert SV("web.take_now") in (await visitor.get(link)).text
    assert "Du har tagit det" in (await visitor.post(link)).text


async def test_a_link_that_is_too_old_says_so(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message(queued=OLD)
    link = await office.link(sending)
    for answer in (await visitor.get(link), await visitor.post(link)):
        assert answer.status_code == 410
        assert SV("web.expired_title") in answer.text
        assert office.case.ref not in answer.text
    assert await office.state(sending) is MessageState.SENT


async def test_whoever_has_left_or_is_blocked_since_learns_nothing_not_even_why(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    sending = await office.message()
    link = await office.link(sending)
    told = set()
    for trouble in ("person", "role", "left"):
        match trouble:
            case "person":
                await office.becomes(blocked_people=frozenset({CHIEF}))
            case "role":
                await office.becomes(blocked_people=frozenset(), blocked_roles=frozenset({Role.SECURITY_CHIEF}))
            case "left":
                await office.becomes(blocked_roles=frozenset())
                await office.leaves(CHIEF)
        for answer in (await visitor.get(link), await visitor.post(link)):
            assert answer.status_code == 410
            told.add(answer.text)
    (only,) = told
    assert SV("web.withdrawn") in only
    assert office.case.ref not in only
    assert await office.state(sending) is MessageState.SENT


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_link_forged_by_one_sign_is_as_unknown_as_any(
    office: Office, visitor: httpx2.AsyncClient, data: st.DataObject
) -> None:
    sending = await office.message()
    token = (await office.link(sending)).removeprefix("/l/")
    place = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("0123456789abcdefABCDEFxyzXYZ-_.").filter(lambda one: one != token[place]))
    forged = await visitor.post(f"/l/{token[:place]}{sign}{token[place + 1 :]}")
    assert forged.status_code in {404, 429}
    assert await office.state(sending) is MessageState.SENT


@pytest.mark.parametrize("token", ["x", "0" * 24, ".", "%00", "å" * 400, "a" * 5000])
async def test_what_was_never_a_link_looks_the_same_as_a_forged_one(
    office: Office, visitor: httpx2.AsyncClient, token: str
) -> None:
    link = await office.link(await office.message())
    forged, unknown = await visitor.get(f"{link[:-1]}~"), await visitor.get(f"/l/{token}")
    assert (forged.status_code, unknown.status_code) == (404, 404)
    assert forged.text == unknown.text
    assert SV("web.unknown_title") in unknown.text


async def test_a_link_signed_with_the_key_of_another_organisation_is_forged(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    sending = await office.message()
    async with office.database.writing() as session:
        await office.ring.create(session, "org:9002", "90")
    forged = (await office.link(replace(sending, organisation="9002"))).removeprefix("/l/")
    assert (await visitor.post(f"/l/{forged}")).status_code == 404
    assert await office.state(sending) is MessageState.SENT


async def test_whoever_guesses_too_much_is_asked_to_wait_but_a_true_link_still_opens(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    statuses = [(await visitor.get(f"/l/{number}")).status_code for number in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    link = await office.link(await office.message())
    assert (await visitor.get(link)).status_code == 200
    assert "Du har tagit larmet" in (await visitor.post(link)).text


async def accepted_at(office: Office, message: str) -> datetime:
    async with office.database.reading() as session:
        return (await messages.get(session, message)).changed


async def test_an_alarm_that_was_sent_once_more_is_taken_by_its_first_link_too(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    first = await office.message()
    again = await office.sent_again(first)
    assert "Jag tar larmet" in (await visitor.get(await office.link(first))).text
    await visitor.post(await office.link(first))
    assert await office.state(first) is MessageState.ACCEPTED
    # The second asks for nothing more: they have taken it.
    assert "Jag tar larmet" not in (await visitor.get(await office.link(again))).text
