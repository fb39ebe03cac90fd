"""The one contract that every channel keeps. A new channel joins `CHANNELS` and brings a way to read what arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channels.contract import Channel, ChannelError, Message
from channels.outbox.channel import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MESSAGE = Message(
    key="9001-FV-2026-00001.1.handler.granvik-samordnare.outbox",
    organisation="9001",
    case="9001-FV-2026-00001",
    recipient="granvik-samordnare",
    urgency="now",
    subject="Värna: ärende 9001-FV-2026-00001",
    body="Öppna ärendet.",
)


def outbox_arrived(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]


CHANNELS: dict[str, tuple[Callable[[Path], Channel], Callable[[Path], list[str]]]] = {
    "outbox": (Outbox, outbox_arrived),
}


@pytest.fixture(params=CHANNELS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_what_is_sent_arrives_whole(kind: str, tmp_path: Path) -> None:
    build, arrived = CHANNELS[kind]
    await build(tmp_path).send(MESSAGE)
    (text,) = arrived(tmp_path)
    for part in (MESSAGE.recipient, MESSAGE.subject, MESSAGE.body):
        assert part in text


async def test_the_same_message_twice_is_one(kind: str, tmp_path: Path) -> None:
    build, arrived = CHANNELS[kind]
    channel = build(tmp_path)
    await channel.send(MESSAGE)
    await channel.send(MESSAGE)
    assert len(arrived(tmp_path)) == 1


async def test_two_people_get_a_message_each(kind: str, tmp_path: Path) -> None:
    build, arrived = CHANNELS[kind]
    channel = build(tmp_path)
    await channel.send(MESSAGE)
    await channel.send(MESSAGE.model_copy(update={"key": f"{MESSAGE.key}.2", "recipient": "granvik-tib"}))
    assert len(arrived(tmp_path)) == 2


async def test_a_channel_is_known_by_its_kind(kind: str, tmp_path: Path) -> None:
    assert CHANNELS[kind][0](tmp_path).kind == kind


async def test_an_outbox_that_cannot_be_written_may_be_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "outbox"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ChannelError) as error:
        await Outbox(blocked).send(MESSAGE)
    assert not error.value.permanent
