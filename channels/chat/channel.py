"""Teams, Slack, Mattermost and a hundred others, by apprise: an optional extra (`chat`)."""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from channels.contract import ChannelError
from channels.http import LIMIT

if TYPE_CHECKING:
    from types import ModuleType

    from channels.contract import Message


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("apprise") is not None


def _loaded() -> ModuleType:
    """An optional extra, and slow to load."""
    import apprise  # noqa: PLC0415

    return apprise


class Chat:
    """A message's address is a URL as apprise writes them. Apprise says only yes or no, so a no is never permanent."""

    kind = "chat"
    knows_twice = False

    def __init__(self, *, limit: float = LIMIT) -> None:
        """:param limit: seconds for one attempt."""
        for chatty in ("apprise", "urllib3"):  # they log addresses, and what servers answer
            logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)
        self._limit = limit

    async def send(self, message: Message) -> None:
        """Hand it over; apprise's own limits hold for what is under way when ours has passed."""
        apprise = await asyncio.to_thread(_loaded)
        service = apprise.Apprise.instantiate(message.address)
        if service is None:
            raise ChannelError("bad_address", permanent=True)
        one = apprise.Apprise()
        one.add(service)
        alarm = message.urgency == "page"
        weight = apprise.NotifyType.WARNING if alarm else apprise.NotifyType.INFO
        try:
            async with asyncio.timeout(self._limit):
                taken = await one.async_notify(body=message.body, title=message.subject, notify_type=weight)
        except TimeoutError:
            raise ChannelError("chat_silent", permanent=False) from None
        if not taken:
            raise ChannelError("chat_refused", permanent=False)

    async def close(self) -> None:
        """Nothing is kept open."""
