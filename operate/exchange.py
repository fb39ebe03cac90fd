"""The channels of this installation, as its settings have them."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

import httpx2

from channels.chat.channel import Chat, is_installed
from channels.clamd import Clamd
from channels.contract import ChannelError
from channels.email.channel import Email
from channels.email.mailbox import Mailbox
from channels.email.outgoing import envelope_address
from channels.email.server import MailServer
from channels.http import is_private
from channels.outbox.channel import Outbox
from channels.sms.channel import Sms
from channels.sms.gateways import ELKS, ClientCredentials, elks, sundsvall
from channels.sms.template import BadTemplate, Template
from channels.webhook.channel import Webhook
from models.refusal import BadInput, Problem

if TYPE_CHECKING:
    from channels.contract import Channel
    from settings import Settings


class BadSetting(BadInput):
    """A setting that no channel can be built with; the text begins with its name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(Problem(field=f"VARNA_{name.upper()}", code="bad_setting", reason=reason))


def channels(settings: Settings) -> dict[str, Channel]:
    """Those that are configured, by kind; the outbox is always there.

    :raises BadSetting: naming the setting that is missing or wrong.
    """
    built: list[Channel] = [Outbox(settings.home / "outbox")]
    if settings.smtp_host:
        built.append(_email(settings))
    if settings.sms_gateway:
        built.append(_sms(settings))
    if secret := settings.webhook_secret.get_secret_value():
        try:
            built.append(Webhook(secret, settings.public_url))
        except ValueError as error:
            raise BadSetting("webhook_secret", str(error)) from None
    if is_installed():
        built.append(Chat())
    return {channel.kind: channel for channel in built}


def scanner(settings: Settings) -> Clamd | None:
    """Who looks at evidence for malware; None if nobody does."""
    return Clamd(settings.clamd_address) if settings.clamd_address else None


def mailbox(settings: Settings) -> Mailbox | None:
    """Where answers and bounces come in; None if nobody looks."""
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


def _email(settings: Settings) -> Email:
    if settings.smtp_security == "none" and not _is_here(settings.smtp_host):
        raise BadSetting("smtp_security", "`none` is for a mail server on this machine only")
    try:
        mail_from = envelope_address(settings.mail_from)
    except ChannelError:
        mail_from = ""
    if not mail_from or not mail_from.isascii():
        raise BadSetting("mail_from", "no e-mail address that every mail server takes")
    password = settings.smtp_password.get_secret_value()
    server = MailServer(settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_user, password)
    return Email(server, mail_from)


def _sms(settings: Settings) -> Sms:
    url, user, password = settings.sms_url, settings.sms_user, settings.sms_password.get_secret_value()
    basic = httpx2.BasicAuth(user, password) if user else None
    build = partial(Sms, sender=settings.sms_from)
    if settings.sms_gateway == "http":
        return build(_template(settings), auth=basic)
    if settings.sms_gateway == "46elks":
        if basic is None:
            raise BadSetting("sms_user", "46elks wants a user and a password")
        return build(elks(_private("sms_url", url or ELKS), _receipts(settings)), auth=basic)
    if not url:
        raise BadSetting("sms_url", "missing: where the messaging API is, with the municipality at its end")
    token = ClientCredentials(url, user, password) if user else None
    return build(sundsvall(_private("sms_url", url)), auth=token)


def _template(settings: Settings) -> Template:
    if settings.sms_template is None:
        raise BadSetting("sms_template", "missing: the file that says what the gateway wants (docs/channels.md)")
    try:
        return Template.read(settings.sms_template)
    except (BadTemplate, OSError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise BadSetting("sms_template", str(problem)) from None


def _receipts(settings: Settings) -> str:
    secret = settings.receipt_secret.get_secret_value()
    return f"{settings.public_url.rstrip('/')}/receipts/46elks/{secret}" if secret else ""


def _private(name: str, url: str) -> str:
    try:
        if is_private(httpx2.URL(url)):
            return url
    except httpx2.InvalidURL:
        pass
    raise BadSetting(name, "neither https nor on this machine")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
