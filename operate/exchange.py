"""The channels and the mailbox that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.email.mailbox import Mailbox
from channels.outbox.channel import Outbox

if TYPE_CHECKING:
    from channels.contract import Channel
    from settings import Settings


def channels(settings: Settings) -> dict[str, Channel]:
    """All channels that are set up, by kind."""
    return {"outbox": Outbox(settings.home / "outbox")}


def mailbox(settings: Settings) -> Mailbox | None:
    """The mailbox that answers come to; None if none is set up."""
    if not settings.imap_host:
        return None
    return Mailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_security,
        settings.imap_user,
        settings.imap_password.get_secret_value(),
        settings.imap_folder,
    )
