"""What an installation lets people sign in with, and what it remembers of those who try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk.sign_in.passkey import party
from desk.sign_in.provider import Provider, Registration
from desk.sign_in.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.vocabulary.people import Role

ANSWER = "/logga-in/oidc/svar"
"""Where an identity provider sends people back to."""


@dataclass(frozen=True)
class Grant:
    """Whoever has this value in the claim of roles holds this role in this organisation."""

    value: str
    organisation: str
    role: Role


@dataclass(frozen=True)
class Reading:
    """How an identity provider's claims are read."""

    user_claim: str = "sub"
    """Whose value is the code somebody has with us; asked once, then they are known by issuer and subject."""
    roles_claim: str = ""
    """Empty: roles are only given here."""
    grants: Sequence[Grant] = ()


class Door:
    """One for each served installation."""

    def __init__(self, public_url: str, registration: Registration | None, reading: Reading) -> None:
        self.throttle = Throttle()
        self.party = party(public_url)
        self.provider = Provider(registration) if registration else None
        self.reading = reading
