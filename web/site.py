"""What the pages are served from: the desk, and what this installation offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import Request

if TYPE_CHECKING:
    from desk.desk import Desk


@dataclass(frozen=True)
class Offer:
    """What an installation is set up for, as values; the settings themselves stay above."""

    public_url: str = ""
    """How browsers reach the pages; with https, cookies are bound to it."""
    receipt_secret: str = field(default="", repr=False)
    """What a gateway must name when it reports; empty means that no reports are taken."""
    channels: frozenset[str] = frozenset()
    """Kinds of channel by which people can be told."""
    fictitious: bool = False
    """Only invented people here, on this machine alone: anybody may sign in as any of them."""

    @property
    def secure(self) -> bool:
        """Browsers come by https."""
        return self.public_url.startswith("https://")

    @cached_property
    def host(self) -> str:
        """The host that browsers name, if it is known."""
        return urlsplit(self.public_url).netloc


@dataclass(frozen=True)
class Site:
    """One served installation."""

    desk: Desk
    offer: Offer = Offer()

    def cookie(self, name: str) -> str:
        """A cookie's name; with https no other host and no plain connection can set it."""
        return f"__Host-varna-{name}" if self.offer.secure else f"varna-{name}"


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site: Site = request.app.state.site
    return site
