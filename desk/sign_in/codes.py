"""One-time codes from an app (TOTP), and the recovery codes for whoever has lost it."""

from __future__ import annotations

import hmac
import io
import re
from typing import TYPE_CHECKING

import pyotp
import segno

from storage import accounts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.accounts import Account
    from storage.keys import KeyRing

STEP = 30
"""Seconds that a code is shown."""
AROUND = (0, -1, 1)
"""Steps that count: clocks go wrong, and people type slowly."""
_DIGITS = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A secret that an app and we share."""
    return pyotp.random_base32()


def address(secret: str, user: str, host: str) -> str:
    """What an app reads: `otpauth://…`."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=user, issuer_name=f"Värna {host}".strip())


def picture(text: str) -> bytes:
    """The same to be photographed: an SVG without style or script."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True)
    return drawn.getvalue()


def step_of(secret: str, given: str, now: datetime) -> int | None:
    """For which step of time a code is right; None if for none near now."""
    digits = re.sub(r"\s", "", given)
    if not _DIGITS.fullmatch(digits):
        return None
    app, current = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    right = [
        current + shift
        for shift in AROUND
        if hmac.compare_digest(app.generate_otp(current + shift), digits)  # each is compared, whichever is right
    ]
    return right[0] if right else None


async def take(session: AsyncSession, ring: KeyRing, account: Account, given: str, now: datetime) -> bool:
    """Take a one-time code; the same one a second time is none."""
    secret = await accounts.totp(session, ring, account)
    step = step_of(secret, given, now) if secret else None
    return step is not None and await accounts.use_step(session, account.user, step)
