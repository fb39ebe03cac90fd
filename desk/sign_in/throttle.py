"""How often somebody may be wrong, so that guessing is slow and nobody can lock somebody else out (decision 0013)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from time import time
from typing import TYPE_CHECKING, NamedTuple

from limits import RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk.sign_in.denied import Denied
from storage.sessions import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from limits import RateLimitItem

PAIR = RateLimitItemPerMinute(5, 15)
"""For one account, from one address."""
ACCOUNT = RateLimitItemPerHour(30)
"""For one account, from everywhere together, in browsers it was never used in."""
ADDRESS = RateLimitItemPerHour(100)
"""From one address, whatever the accounts."""
DAY = RateLimitItemPerDay(50)
"""One-time codes for one account, in browsers it was never used in: whoever may try them knows the password."""
DEVICE = RateLimitItemPerMinute(10, 15)
"""For one account, in one browser in which it has been used: the only limit that counts there."""


PASSWORD, CODE = "password", "code"
"""What is guessed; each has limits of its own."""


ASKS = RateLimitItemPerMinute(120)
"""Ways in begun from one address: a whole town hall at eight o'clock."""


@dataclass(frozen=True)
class Client:
    """Where somebody tries from."""

    address: str
    """Of the network, as far as we know it."""
    device: str = ""
    """What their browser was given when somebody signed in there; empty if nobody has."""
    session: str = ""
    """What their browser held until now: whoever signs in leaves that behind."""
    browser: str = "unknown"

    @property
    def network(self) -> str:
        """Whoever has one IPv6 address has a whole network of them."""
        try:
            address = ip_address(self.address.partition("%")[0])
        except ValueError:
            return self.address
        if not isinstance(address, IPv6Address):
            return str(address)
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


class _Limit(NamedTuple):
    most: RateLimitItem
    whose: tuple[str, ...]


class Throttle:
    """Counts attempts, in memory: one that begins is counted, one that succeeds is taken back."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, what: str, account: str, client: Client, *, known: bool) -> None:
        """Count an attempt before it is looked at, so that a hundred at once are a hundred.

        :param what: is being guessed: each has limits of its own.
        :param known: the account was used in this browser before.
        :raises Denied: if there were too many.
        """
        limits = list(self._limits(what, account, client, known=known))
        over = [limit for limit in limits if not self._limiter.test(limit.most, *limit.whose)]
        if over:
            raise Denied("too_many", max(self._wait(limit) for limit in over))
        for limit in limits:
            self._limiter.hit(limit.most, *limit.whose)

    def ask(self, client: Client) -> None:
        """Somebody sets out on a way in on which nothing can be guessed, but something is written down; `Denied`."""
        limit = _Limit(ASKS, ("ask", client.network))
        if not self._limiter.hit(limit.most, *limit.whose):
            raise Denied("too_many", self._wait(limit))

    def succeeded(self, what: str, account: str, client: Client, *, known: bool) -> None:
        """Forget this client's attempts at this account; what others try there is counted on."""
        limit = next(self._limits(what, account, client, known=known))
        self._limiter.clear(limit.most, *limit.whose)

    def _limits(self, what: str, account: str, client: Client, *, known: bool) -> Iterator[_Limit]:
        # Hashed, so that what people type by mistake (a password, say) stands in no memory of ours.
        who = hashed(account)
        if known:
            yield _Limit(DEVICE, (what, "device", who, hashed(client.device)))
            return
        yield _Limit(PAIR, (what, "pair", who, client.network))
        yield _Limit(ACCOUNT, (what, "account", who))
        if what == CODE:
            yield _Limit(DAY, (what, "day", who))
        yield _Limit(ADDRESS, (what, "address", client.network))

    def _wait(self, limit: _Limit) -> int:
        return max(1, round(self._limiter.get_window_stats(limit.most, *limit.whose).reset_time - time()))
