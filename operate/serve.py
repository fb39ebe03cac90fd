"""Serve the pages until asked to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
import uvicorn

from desk.sign_in.door import ANSWER, Grant, Reading
from desk.sign_in.provider import LOOPBACK, Registration
from models.refusal import BadInput, Problem
from operate import doctor, exchange
from operate.house import House
from operate.outcome import WebPortTaken
from web.app import create_app
from web.site import Offer, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from settings import Settings

log = structlog.get_logger()

PATIENCE = 10
"""Seconds that answers under way may take once we are asked to stop."""


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; finish what is under way, then leave.

    :raises WebPortTaken: if something else listens there.
    :raises BadInput: if anybody may sign in as anybody, and others than this machine's could.
    """
    refuse_fictitious_in_the_open(settings)
    listening = listen(settings.web_host, settings.web_port)
    house = House.open(settings)
    server = Server(create_app(Site(house, offer_of(settings), partial(doctor.examine_all, settings, thorough=False))))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    log.info("pages ready", port=settings.web_port)
    try:
        await server.serve(sockets=[listening])
    finally:
        await house.database.close()
    log.info("pages closed")


def refuse_fictitious_in_the_open(settings: Settings) -> None:
    """Where anybody may sign in as anybody, nobody else may come: also not through a proxy. Raises `BadInput`."""
    hosts = {settings.web_host, urlsplit(settings.public_url).hostname or ""}
    if settings.fictitious and not hosts <= LOOPBACK:
        reason = "only on this machine itself"
        raise BadInput(Problem(field="VARNA_FICTITIOUS", code="fictitious_open", reason=reason))


def offer_of(settings: Settings) -> Offer:
    """What the pages need to know of the settings."""
    return Offer(
        public_url=settings.public_url,
        receipt_secret=settings.receipt_secret.get_secret_value(),
        metrics_secret=settings.metrics_secret.get_secret_value(),
        channels=frozenset(exchange.channels(settings)),
        exit_url=settings.exit_url,
        fictitious=settings.fictitious,
        registration=_registration(settings),
        checkpoint_key=settings.checkpoint_key,
        reading=Reading(
            user_claim=settings.oidc_user_claim,
            roles_claim=settings.oidc_roles_claim,
            grants=tuple(Grant(one.value, one.organisation, one.role) for one in settings.oidc_roles),
        ),
    )


def _registration(settings: Settings) -> Registration | None:
    if not settings.oidc_issuer:
        return None
    return Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect=f"{settings.public_url}{ANSWER}",
        client_secret=settings.oidc_client_secret.get_secret_value(),
    )


class Server(uvicorn.Server):
    """Stops when we say so; the signals are ours, so that the database is closed as well."""

    def __init__(self, app: FastAPI) -> None:
        # No access log whatever else is set up: the addresses of our pages are secrets.
        logging.getLogger("uvicorn.access").disabled = True
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        self._app = app
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=PATIENCE,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    def stop(self) -> None:
        """Take nothing more, finish what is under way."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams never end by themselves: without this, everybody would wait for them."""
        self._app.state.watch.close()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes visitors; port 0 is any free one. Raises `WebPortTaken`."""
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise WebPortTaken(f"{host} port {port}: {error.strerror}") from None
    # Head and body of an answer leave in two packets, and without this the second waits 40 ms for word of the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
