"""A form is ours only if it comes from a page of ours: where the browser says it comes from, and a token besides."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.datastructures import Headers

FIELD = "csrf"
"""The form field the token stands in."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def token(cookie: str) -> str:
    """The token that goes with a cookie: whoever cannot read the cookie cannot make it."""
    return hmac.digest(cookie.encode(), b"csrf", "sha256").hex()


def is_ours(cookie: str, given: str) -> bool:
    """Whether a token goes with a cookie."""
    return hmac.compare_digest(token(cookie).encode(), given.encode(errors="replace"))


def is_foreign(headers: Headers, known_host: str) -> bool:
    """Whether the browser says that another site sent this.

    `Sec-Fetch-Site` cannot be forged by a page. Older browsers say `Origin`; programs say neither, and carry no cookie.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in {"same-origin", "none"}
    origin = headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc not in {headers.get("host", ""), known_host}
