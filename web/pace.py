"""How often something may be done: a moving count in memory, by whoever does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

if TYPE_CHECKING:
    from fastapi import Request


class Pace:
    """So many times a minute."""

    def __init__(self, per_minute: int) -> None:
        self._most = RateLimitItemPerMinute(per_minute)
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    def too_fast(self, who: str = "") -> bool:
        """Count one more; True if that is too many."""
        return not self._counted.hit(self._most, who)


def address(request: Request) -> str:
    """Where somebody comes from, as far as it is known; kept in memory alone."""
    return request.client.host if request.client else ""
