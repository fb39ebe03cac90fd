"""What the pages are served from: the desk, and what this installation offers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from fastapi import Request

from desk.sign_in.door import Door, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from desk.desk import Desk
    from desk.sign_in.provider import Registration


@dataclass(frozen=True)
class Offer:
    """What an installation is set up for, as values; the settings themselves stay above."""

    public_url: str = ""
    """How browsers reach the pages; with https, cookies are bound to it."""
    receipt_secret: str = field(default="", repr=False)
    """What a gateway must name when it reports; empty means that no reports are taken."""
    metrics_secret: str = field(default="", repr=False)
    """What whoever reads the metrics must show; empty means that only this machine may read them."""
    channels: frozenset[str] = frozenset()
    """Kinds of channel by which people can be told."""
    exit_url: str = ""
    """Where whoever must leave a page quickly is led; empty means a calendar of ours."""
    fictitious: bool = False
    """Only invented people here, on this machine alone: anybody may sign in as any of them."""
    registration: Registration | None = None
    """How we are known to an identity provider, if there is one."""
    checkpoint_key: Path | None = None
    """Where the key lies that signs checkpoints, and what is handed over to be reviewed."""
    reading: Reading = field(default_factory=Reading)
    """How its claims are read."""

    @property
    def secure(self) -> bool:
        """Browsers come by https."""
        return self.public_url.startswith("https://")

    @cached_property
    def host(self) -> str:
        """The host that browsers name, if it is known."""
        return urlsplit(self.public_url).netloc


class Checked(Protocol):
    """One thing that was examined, as codes."""

    @property
    def name(self) -> str:
        """What."""

    @property
    def state(self) -> StrEnum:
        """`ok`, `warning`, `problem` or `out_of_reach`."""

    @property
    def detail(self) -> str:
        """Which, or how many."""

    @property
    def advice(self) -> str | None:
        """What to do about it."""


Examination = Callable[[], Awaitable[Sequence[Checked]]]


@dataclass(frozen=True)
class Site:
    """One served installation."""

    desk: Desk
    offer: Offer = Offer()
    examine: Examination | None = None
    """How the installation is examined, if it can be from here."""

    @cached_property
    def door(self) -> Door:
        """What people sign in with."""
        return Door(self.offer.public_url, self.offer.registration, self.offer.reading)

    def cookie(self, name: str) -> str:
        """A cookie's name; with https no other host and no plain connection can set it."""
        return f"__Host-varna-{name}" if self.offer.secure else f"varna-{name}"


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site: Site = request.app.state.site
    return site
