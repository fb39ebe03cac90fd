"""What the pages of sign-in share: who tries from where, what their browser holds, and how they are told no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from desk.sign_in.throttle import Client
from web.browsers import browser_of
from web.navigation import first_area
from web.visit import local

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import Response

    from desk.sign_in.denied import Denied
    from desk.sign_in.entry import Entered
    from i18n import Words
    from models.message import Actor
    from web.visit import Visit

SESSION, DEVICE = "session", "device"
STEP, KEY, OIDC = "step", "key", "oidc"
"""What a browser holds on its way in: between two steps, while it asks an authenticator, while it is at a provider."""
YEAR = 365 * 24 * 3600
SHORT = 3600
_TOLD = {
    "wrong": ("sign_in.denied_wrong", 403),
    "wrong_code": ("sign_in.denied_wrong_code", 403),
    "wrong_passkey": ("sign_in.denied_wrong_passkey", 403),
    "many_passkeys": ("sign_in.denied_many_passkeys", 409),
    "over": ("sign_in.denied_over", 410),
    "opening_over": ("sign_in.denied_opening_over", 410),
    "provider_refused": ("sign_in.denied_provider_refused", 403),
    "provider_trouble": ("sign_in.denied_provider_trouble", 502),
    "provider_unknown": ("sign_in.denied_provider_unknown", 403),
    "unknown": ("sign_in.denied_unknown", 403),
}


def client_of(visit: Visit) -> Client:
    """Where somebody tries from."""
    request = visit.request
    return Client(
        address=request.client.host if request.client else "",
        device=held(visit, DEVICE),
        session=visit.cookie,
        browser=browser_of(request.headers.get("user-agent", "")),
    )


def held(visit: Visit, name: str) -> str:
    """What the browser holds under this name of ours."""
    return visit.request.cookies.get(visit.site.cookie(name), "")


def hold(visit: Visit, response: Response, name: str, value: str, age: int | None = SHORT) -> None:
    """Let the browser hold something: out of reach of scripts, and only sent to us.

    :param age: seconds; None for as long as the browser runs.
    """
    # Whoever comes back from a provider, or from a link in a mail, comes from elsewhere.
    site: Literal["strict", "lax"] = "strict" if name in {STEP, KEY} else "lax"
    named = visit.site.cookie(name)
    response.set_cookie(
        named, value, max_age=age, path="/", secure=visit.site.offer.secure, httponly=True, samesite=site
    )


def drop(visit: Visit, response: Response, *names: str) -> None:
    """Let the browser forget."""
    for name in names:
        response.delete_cookie(visit.site.cookie(name), path="/", secure=visit.site.offer.secure, httponly=True)


def let_in(visit: Visit, entered: Entered, to: str = "") -> Response:
    """Somebody is signed in: on to where they wanted to go."""
    response = visit.go(to or onward(entered.next, entered.person))
    hold(visit, response, SESSION, entered.cookie, None)
    hold(visit, response, DEVICE, entered.device, YEAR)
    drop(visit, response, STEP, KEY, OIDC)
    return response


def onward(path: str, person: Actor) -> str:
    """Where somebody wanted to go, if that is a page of ours; where they begin otherwise."""
    return local(path, first_area(person)) if path else first_area(person)


def told(denied: Denied, words: Words) -> tuple[str, int]:
    """Why somebody is not let in, in words, and the answer's status."""
    if denied.code == "too_many":
        minutes = -(-denied.wait // 60)
        return words("sign_in.denied_too_many", number=minutes), 429
    key, status = _TOLD[denied.code]
    return words(key), status


async def refused(
    visit: Visit, denied: Denied, show: Callable[..., Awaitable[Response]], field: str = "", **values: Any
) -> Response:
    """The same page once more, with why not."""
    text, status = told(denied, visit.t)
    response = await show(visit, status, problems=[(field, text)], **values)
    if denied.wait:
        response.headers["Retry-After"] = str(denied.wait)
    return response


def ended(visit: Visit, denied: Denied) -> Response:
    """There is no way on from here: a page that says so, and where to begin again."""
    text, status = told(denied, visit.t)
    response = visit.page("sign_in/ended.html", status, title=visit.t("sign_in.ended_title"), text=text)
    drop(visit, response, STEP, KEY, OIDC)
    return response
