"""Messages that are sent once more, by whoever may."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from storage import messages, tokens
from storage.messages import UnknownMessage

if TYPE_CHECKING:
    from desk.desk import Desk


async def again(desk: Desk, message: str, case: str | None = None) -> str:
    """Queue a message once more; the id of what is queued now.

    :param case: the case it must be about, if whoever asks sees no other.
    :raises UnknownMessage: if there is none, or it is about something else.
    """
    async with desk.database.writing() as session:
        sent = await messages.get(session, message)
        if case is not None and sent.case != case:
            raise UnknownMessage(message)
        code = partial(tokens.reply_code, session, desk.ring, sent.organisation)
        return await messages.again(session, message, datetime.now(UTC), code)
