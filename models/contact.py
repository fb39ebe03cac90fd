"""How somebody can be told: addresses, and which channels they want to be told by, in order."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from models.message import Frozen
from models.report import Line
from models.vocabulary.case import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class ChannelKind(StrEnum):
    """A way to tell somebody."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    CHAT = "chat"
    OUTBOX = "outbox"
    """A folder on the machine itself: needs no address, and is used when there is nothing else."""


WAKING = (ChannelKind.SMS, ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.WEBHOOK)
"""The order for an alarm, for those who have said nothing: what rings in a pocket goes first."""
QUIET = (ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.WEBHOOK)
"""The order for everything else."""
ADDRESSES = {
    ChannelKind.EMAIL: "email",
    ChannelKind.SMS: "telephone",
    ChannelKind.WEBHOOK: "webhook",
    ChannelKind.CHAT: "chat",
}
"""In which field of a contact the address for a channel stands."""


def _like(pattern: str) -> Callable[[str], str]:
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise PydanticCustomError("implausible_address", "that is no such address")
        return text

    return check


Email = Annotated[Line, AfterValidator(_like(r"[^@\s<>,;:]+@[^@\s<>,;:]+"))]
Telephone = Annotated[Line, AfterValidator(_like(r"\+?(?:[ ()/-]*[0-9]){5,15}[ )]*"))]
WebAddress = Annotated[Line, AfterValidator(_like(r"https?://[^\s/]+\S*"))]
ChatAddress = Annotated[Line, AfterValidator(_like(r"[a-z][a-z0-9+.-]*://\S+"))]


class Way(NamedTuple):
    """One channel and where it finds the person."""

    kind: ChannelKind
    address: str


class Contact(Frozen):
    """Who somebody is and how to tell them."""

    name: Line
    email: Email | None = None
    telephone: Telephone | None = None
    webhook: WebAddress | None = None
    chat: ChatAddress | None = None
    """As apprise writes it, such as `msteams://…`."""
    feed: WebAddress | None = None
    """A calendar (iCalendar) whose events are the times this person is away."""
    channels: dict[Urgency, tuple[ChannelKind, ...]] = Field(default_factory=dict)
    """Per urgency, which channels in order; an urgency that is not named has its usual order."""

    @field_validator("channels")
    @classmethod
    def _have_addresses(
        cls, channels: dict[Urgency, tuple[ChannelKind, ...]], info: ValidationInfo
    ) -> dict[Urgency, tuple[ChannelKind, ...]]:
        for urgency, kinds in channels.items():
            for kind in kinds:
                field = ADDRESSES.get(kind)
                # A field that is missing from `data` was wrong itself, and says so.
                if field and info.data.get(field, "") is None:
                    named = {"urgency": urgency, "kind": kind, "field": field}
                    raise PydanticCustomError("preference_without_address", "{urgency}: {kind}, but no {field}", named)
        return channels

    def ways(self, urgency: Urgency, available: Collection[str], code: str) -> tuple[Way, ...]:
        """How to tell this person, in order of preference; empty if there is no way at all.

        An alarm goes on by whatever else there is once the preferred ways have failed. Everything else keeps to the
        person's preference, if any of it is possible, and to the usual order if not. After all comes the outbox.

        :param available: the kinds of channel this installation offers.
        :param code: the person's code, which is the address of the outbox.
        """
        usual = WAKING if urgency is Urgency.PAGE else QUIET
        preferred = self.channels.get(urgency, ())
        if urgency is Urgency.PAGE:
            preferred = tuple(dict.fromkeys([*preferred, *usual]))
        for kinds in (preferred, usual, (ChannelKind.OUTBOX,)):
            if found := tuple(self._possible(kinds, available, code)):
                return found
        return ()

    def _possible(self, kinds: Collection[ChannelKind], available: Collection[str], code: str) -> list[Way]:
        found = ((kind, code if kind is ChannelKind.OUTBOX else getattr(self, ADDRESSES[kind])) for kind in kinds)
        return [Way(kind, address) for kind, address in found if address and kind in available]
