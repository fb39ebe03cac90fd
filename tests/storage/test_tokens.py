"""Links and reply codes: good for one message, made by us, for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.acceptance import CODE_ALPHABET, CODE_LENGTH, codes_in
from storage import messages, tokens
from storage.keys import KeyRing, MasterKeys
from storage.messages import LIFE
from tests.storage.messages import queued
from tests.storage.town import NOON, Town

LATER = NOON + timedelta(minutes=1)


async def test_a_link_opens_its_message_and_no_other_and_says_nothing_of_it(town: Town) -> None:
    one, other = queued("a"), queued("b", recipient="granvik-tib")
    async with town.database.writing() as session:
        for sending in (one, other):
            await messages.queue(session, sending)
        texts = [await tokens.token(session, town.ring, sending) for sending in (one, other)]
        found = [(await tokens.opened(session, town.ring, text, LATER)).id for text in texts]
    assert found == ["a", "b"]
    assert not any(word in text for text in texts for word in ("granvik", "9001", "2026"))


async def test_opening_accepts_nothing(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        text = await tokens.token(session, town.ring, queued("a"))
        for _ in range(3):
            assert (await tokens.opened(session, town.ring, text, LATER)).state is queued("a").state
        assert len((await messages.changes(session, ["a"]))["a"]) == 1


async def test_a_link_opens_until_its_message_expires(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        text = await tokens.token(session, town.ring, queued("a"))
        for at in (NOON, NOON + LIFE - timedelta(seconds=1)):
            assert (await tokens.opened(session, town.ring, text, at)).id == "a"
        for at in (NOON + LIFE, NOON + 2 * LIFE):
            with pytest.raises(tokens.Expired):
                await tokens.opened(session, town.ring, text, at)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_link_changed_in_one_place_is_none_of_ours(town: Town, data: st.DataObject) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        text = await tokens.token(session, town.ring, queued("a"))
        place = data.draw(st.integers(0, len(text) - 1))
        sign = data.draw(st.characters(codec="utf-8").filter(lambda sign: sign != text[place]))
        for forged in (text[:place] + sign + text[place + 1 :], text[:place], text[:place] + sign + text[place:]):
            with pytest.raises(tokens.BadToken):
                await tokens.opened(session, town.ring, forged, LATER)


@pytest.mark.parametrize("change", [{"recipient": "granvik-tib"}, {"expires": NOON + 2 * LIFE}, {"id": "b"}])
async def test_a_link_is_for_one_person_one_message_and_one_time(town: Town, change: dict[str, object]) -> None:
    async with town.database.writing() as session:
        for sending in (queued("a"), queued("b")):
            await messages.queue(session, sending)
        text = await tokens.token(session, town.ring, replace(queued("a"), **change))  # type: ignore[arg-type]
        with pytest.raises(tokens.BadToken):
            await tokens.opened(session, town.ring, f"a.{text.partition('.')[2]}", LATER)


async def test_the_key_of_another_organisation_opens_nothing(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        text = await tokens.token(session, town.ring, replace(queued("a"), organisation="90"))
        with pytest.raises(tokens.BadToken):
            await tokens.opened(session, town.ring, text, LATER)


async def test_a_link_opens_in_every_process_that_has_the_keys_and_after_they_are_rotated(
    town: Town, tmp_path: Path
) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        text = await tokens.token(session, town.ring, queued("a"))
    another = KeyRing(MasterKeys.read(tmp_path / "master.key"))
    async with town.database.reading() as session:
        assert (await tokens.opened(session, another, text, LATER)).id == "a"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(identity=st.text("0123456789abcdef", min_size=24, max_size=24))
async def test_a_reply_code_is_always_the_same_and_is_found_where_somebody_writes_it(town: Town, identity: str) -> None:
    async with town.database.writing() as session:
        code = await tokens.reply_code(session, town.ring, "9001", identity)
        assert code == await tokens.reply_code(session, town.ring, "9001", identity)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_ALPHABET)
    assert codes_in(f"Ja, {code}.")[0] == code


async def test_no_two_messages_have_one_reply_code(town: Town) -> None:
    async with town.database.writing() as session:
        first = await tokens.reply_code(session, town.ring, "9001", "b")
        await messages.queue(session, queued("a", code=first))
        assert await tokens.reply_code(session, town.ring, "9001", "b") != first
