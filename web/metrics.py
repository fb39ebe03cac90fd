"""What the pages show to Prometheus: answers by kind, and how long they took. Never an address as it was asked."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from time import perf_counter
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

from web.site import site_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

router = APIRouter()
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.06, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
UNKNOWN = "none"
"""Stands for the route of what is nowhere."""


class Metrics:
    """Counts answers by the pattern of their route: a pattern says what was asked for, and never of whom."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "varna_web_seconds",
            "Time until an answer begins, by method, route and kind of status.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )

    def begin(self, scope: Scope) -> Callable[[int], None]:
        """A request has come; what to call with the status once its answer begins."""
        began = perf_counter()

        def answered(status: int) -> None:
            method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PUT", "DELETE"} else "other"
            its = self._seconds.labels(method, _pattern(scope), f"{status // 100}xx")
            its.observe(perf_counter() - began)

        return answered


@router.get("/metrics", include_in_schema=False)
async def shown(request: Request) -> Response:
    """For this machine alone, or for whoever shows the installation's own secret. Elsewhere there is nothing here."""
    secret = site_of(request).offer.metrics_secret
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not (hmac.compare_digest(given.encode(), secret.encode()) if secret else _is_here(request)):
        raise HTTPException(404)
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _is_here(request: Request) -> bool:
    """Somebody on this machine, and not by a proxy on it."""
    if request.client is None or {"x-forwarded-for", "forwarded", "x-real-ip"} & set(request.headers):
        return False
    return ip_address(request.client.host).is_loopback


def _pattern(scope: Scope) -> str:
    """The route's own pattern, such as `/arenden/{ref}`."""
    if scope["path"].startswith("/static/"):
        return "/static"
    route = scope.get("route")
    return f"{scope.get('root_path', '')}{route.path}" if route is not None else UNKNOWN
