"""Who was told of what: to whom, by which channel, and whether it arrived and was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from i18n import label
from i18n.sentences import failure_text
from storage.tables import MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from desk.casefile import CaseFile
    from i18n import Words
    from storage.notices import Delivery

SHOWN = 12
"""Of the latest; all of them stand on a page of their own."""
AGAIN = frozenset({MessageState.FAILED, MessageState.BOUNCED, MessageState.EXPIRED})
"""Worth sending once more."""


@dataclass(frozen=True)
class Told:
    """One message to one person."""

    who: str
    role: str
    about: str
    channel: str
    state: str
    trouble: str
    at: datetime
    message: str
    again: bool


async def told(file: CaseFile, words: Words, most: int | None = SHOWN) -> list[Told]:
    """The latest first."""
    found = sorted(await file.deliveries(), key=lambda one: (one.queued, one.seq), reverse=True)[:most]
    names = await file.names(one.recipient for one in found)
    return [_told(one, names[one.recipient], words) for one in found]


def _told(one: Delivery, who: str, words: Words) -> Told:
    about = f"obligation.{one.about}"
    return Told(
        who=who,
        role=label(one.role, words),
        about=words(about) if about in words else words.code("moment", one.about),
        channel=words.code("channel_kind", one.channel.rstrip("0123456789")),
        state=words(f"message_state.{one.state}"),
        trouble=failure_text(one.failure, words) if one.failure else "",
        at=one.changed or one.queued,
        message=one.message or "",
        again=one.message is not None and one.state in AGAIN,
    )
