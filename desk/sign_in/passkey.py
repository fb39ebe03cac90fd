"""Passkeys: made by an authenticator that asks who holds it, so that one alone is two factors."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from desk.sign_in.denied import Denied
from desk.sign_in.entry import Entered, enter
from storage import accounts, challenges, passkeys
from storage.passkeys import Passkey
from storage.tables import Method

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from desk.sign_in.throttle import Client
    from storage.accounts import Account
    from storage.keys import KeyRing

log = structlog.get_logger()

PASSKEY = "passkey"
"""The purpose of what is remembered while a browser asks its authenticator."""


@dataclass(frozen=True)
class Party:
    """Who we are to an authenticator: it answers to no other site."""

    id: str
    origin: str


def party(public_url: str) -> Party | None:
    """Who we are, if browsers let us have passkeys: by https and by name, or on this machine itself."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        if host == "localhost" or (parts.scheme == "https" and host):
            return Party(host, f"{parts.scheme}://{parts.netloc}")
    return None


async def to_make(session: AsyncSession, ring: KeyRing, account: Account, its: Party) -> tuple[str, str]:
    """What the browser needs to make one, as JSON; and the challenge to remember."""
    challenge = secrets.token_bytes(32)
    known = await passkeys.of(session, ring, account)
    options = generate_registration_options(
        rp_id=its.id,
        rp_name="Värna",
        user_name=account.user,
        user_id=base64url_to_bytes(account.handle),
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one, _ in known],
    )
    return options_to_json(options), bytes_to_base64url(challenge)


async def keep(
    session: AsyncSession, ring: KeyRing, account: Account, its: Party, challenge: str, given: tuple[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """Keep one that was just made.

    :param given: what the browser answered, and what its owner calls it.
    :raises Denied: `wrong_passkey`; `many_passkeys`.
    """
    answer, name = given
    if not challenge:
        raise Denied("over")
    if len(await passkeys.of(session, ring, account)) >= passkeys.MOST:
        raise Denied("many_passkeys")
    with _understood():
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=its.id,
            expected_origin=its.origin,
            require_user_verification=True,
        )
    passkey = Passkey(
        id=bytes_to_base64url(made.credential_id),
        user=account.user,
        organisation=account.organisation,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        synced=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        created=now,
    )
    if not await passkeys.put(session, ring, passkey, name.strip()):
        raise Denied("wrong_passkey")


async def ask(desk: Desk, its: Party, next: str, now: datetime) -> tuple[str, str]:
    """What the browser needs to ask for one, as JSON, and what it is to hold meanwhile."""
    challenge = secrets.token_bytes(32)
    options = generate_authentication_options(
        rp_id=its.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    body = {"challenge": bytes_to_base64url(challenge), "next": next}
    async with desk.database.writing() as session:
        return options_to_json(options), await challenges.put(session, PASSKEY, body, now)


async def sign_in(desk: Desk, its: Party, client: Client, cookie: str, answer: str, now: datetime) -> Entered:
    """Somebody shows a passkey: no throttle stands before it, there is nothing to guess.

    :raises Denied: `over`; `wrong_passkey`.
    """
    async with desk.database.writing() as session:
        account, body = await _shown(session, its, cookie, answer, now)
        return await enter(session, account.user, Method.PASSKEY, client, now, next=str(body["next"]))


async def again(desk: Desk, its: Party, user: str, cookie: str, answer: str, now: datetime) -> None:
    """Whoever is signed in shows a passkey once more; raises `Denied`, also for somebody else's."""
    async with desk.database.writing() as session:
        account, _ = await _shown(session, its, cookie, answer, now)
        if account.user != user:
            raise Denied("wrong_passkey")


async def _shown(
    session: AsyncSession, its: Party, cookie: str, answer: str, now: datetime
) -> tuple[Account, dict[str, Any]]:
    body = await challenges.take(session, PASSKEY, cookie, now)
    if body is None:
        raise Denied("over")
    with _understood():
        credential = parse_authentication_credential_json(answer)
        passkey = await passkeys.find(session, bytes_to_base64url(credential.raw_id))
        account = await accounts.find(session, passkey.user) if passkey else None
        if passkey is None or account is None:
            raise Denied("wrong_passkey")
        handle = credential.response.user_handle
        if handle is not None and bytes_to_base64url(handle) != account.handle:
            raise Denied("wrong_passkey")
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(body["challenge"]),
            expected_rp_id=its.id,
            expected_origin=its.origin,
            credential_public_key=passkey.public_key,
            # Less than it was: perhaps a copy of it. The library refuses that.
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    if not await passkeys.use(session, passkey, shown.new_sign_count, now):
        raise Denied("wrong_passkey")
    return account, body


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever is wrong with what a browser says, it is a wrong passkey and not a fault of ours."""
    try:
        yield
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm) as error:
        log.warning("passkey refused", error=type(error).__name__)
        raise Denied("wrong_passkey") from None
