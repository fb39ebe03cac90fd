"""The organisation's own identity provider: OpenID Connect, code flow with PKCE. It is checked, then believed."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from desk.sign_in.denied import Denied

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

log = structlog.get_logger()

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""That a provider may sign with: never `none`, and no secret of ours taken for a key."""
SKEW = 60
"""Seconds that its clock may differ from ours."""
PATIENCE = 10.0
FRESH = 3600.0
"""Seconds for which its own description is believed."""
AGAIN = 60.0
"""Seconds between two looks for keys we do not know: whoever sends nonsense makes us ask nobody."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LARGEST = 256 * 1024


class Untrusted(Exception):
    """What the provider says does not hold; `reason` is ours, for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Registration:
    """How we are known to the provider."""

    issuer: str
    client_id: str
    redirect: str
    """Where it sends people back to."""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Asked:
    """Somebody is on their way to the provider: what only their browser and we know."""

    state: str
    nonce: str
    verifier: str


@dataclass
class _Known:
    metadata: dict[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider. Remembers its description and its keys."""

    def __init__(self, its: Registration) -> None:
        self.its = its
        self._known: _Known | None = None

    async def ask(self) -> tuple[str, Asked]:
        """Where to send somebody, and what to remember of it; raises `Denied` (`provider_trouble`)."""
        asked = Asked(*(secrets.token_urlsafe(48) for _ in range(3)))
        try:
            metadata = (await self._description()).metadata
            async with self._client() as client:
                url, _ = client.create_authorization_url(
                    metadata["authorization_endpoint"],
                    state=asked.state,
                    nonce=asked.nonce,
                    code_verifier=asked.verifier,
                )
        except (httpx2.HTTPError, Untrusted) as error:
            raise _trouble(error) from None
        return str(url), asked

    async def answer(self, asked: Asked, said: Mapping[str, str], now: datetime) -> tuple[dict[str, Any], str]:
        """Whom the provider says somebody is: all claims, and its token as it came.

        :param said: the parameters that the browser came back with.
        :raises Denied: `provider_refused` if they turned back there; `provider_trouble` whatever else is wrong.
        """
        try:
            known = await self._description()
            return await self._redeem(known, asked, self._code(known, asked, said), now)
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, Untrusted, ValueError) as error:
            raise _trouble(error) from None

    async def goodbye(self, hint: str, after: str) -> str | None:
        """Where somebody signs out at the provider too; None if it has no such place, or does not answer."""
        try:
            metadata = (await self._description()).metadata
        except (httpx2.HTTPError, Untrusted):
            return None
        place = metadata.get("end_session_endpoint")
        if not isinstance(place, str) or not _is_safe(place):
            return None
        asked = {"id_token_hint": hint, "client_id": self.its.client_id, "post_logout_redirect_uri": after}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def _code(self, known: _Known, asked: Asked, said: Mapping[str, str]) -> str:
        if not hmac.compare_digest(said.get("state", "").encode(), asked.state.encode()):
            raise Untrusted("state")
        # RFC 9207: an answer of another provider, passed off as this one's.
        required = known.metadata.get("authorization_response_iss_parameter_supported") is True
        if said.get("iss", "" if required else self.its.issuer) != self.its.issuer:
            raise Untrusted("issuer of the answer")
        if "error" in said or not said.get("code"):
            raise Denied("provider_refused")
        return said["code"]

    async def _redeem(self, known: _Known, asked: Asked, code: str, now: datetime) -> tuple[dict[str, Any], str]:
        async with self._client(known.metadata) as client:
            token = await client.fetch_token(
                known.metadata["token_endpoint"],
                code=code,
                code_verifier=asked.verifier,
                grant_type="authorization_code",
            )
            text, access = token.get("id_token"), token.get("access_token")
            if not isinstance(text, str) or not isinstance(access, str):
                raise Untrusted("no token")
            claims = await self._checked(text, access, asked.nonce, now)
            if endpoint := known.metadata.get("userinfo_endpoint"):
                more = _document(await client.get(endpoint, headers={"Accept": "application/json"}))
                if more.get("sub") != claims["sub"]:
                    raise Untrusted("userinfo of somebody else")
                claims = more | claims
        return claims, text

    async def _checked(self, text: str, access: str, nonce: str, now: datetime) -> dict[str, Any]:
        known = await self._description()
        try:
            token = jwt.decode(text, known.keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # Perhaps its keys have changed.
            token = jwt.decode(text, (await self._description(anew=True)).keys, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={"iss": {"value": self.its.issuer}, "aud": {"value": self.its.client_id}},
            params={"nonce": nonce, "client_id": self.its.client_id, "access_token": access},
        )
        claims.validate(now=int(now.timestamp()), leeway=SKEW)
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:  # noqa: PLR2004 - OpenID's own
            raise Untrusted("subject")
        return dict(claims)

    async def _description(self, *, anew: bool = False) -> _Known:
        age = monotonic() - self._known.at if self._known else FRESH
        if self._known and age < (AGAIN if anew else FRESH):
            return self._known
        if not _is_safe(self.its.issuer):
            raise Untrusted("issuer without https")
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            address = f"{self.its.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = _document(await client.get(address))
            if metadata.get("issuer") != self.its.issuer:
                raise Untrusted("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(metadata.get(name), str) or not _is_safe(metadata[name]):
                    raise Untrusted(name)
            keys = _document(await client.get(metadata["jwks_uri"]))
        self._known = _Known(metadata, KeySet.import_key_set(keys), monotonic())  # type: ignore[arg-type]
        return self._known

    def _client(self, metadata: Mapping[str, Any] | None = None) -> AsyncOAuth2Client:
        ways = (metadata or {}).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in ways
        way = ("client_secret_basic" if basic else "client_secret_post") if self.its.client_secret else "none"
        return AsyncOAuth2Client(
            client_id=self.its.client_id,
            client_secret=self.its.client_secret or None,
            token_endpoint_auth_method=way,
            redirect_uri=self.its.redirect,
            scope="openid profile email",
            code_challenge_method="S256",
            timeout=PATIENCE,
        )


def _document(answer: httpx2.Response) -> dict[str, Any]:
    answer.raise_for_status()
    document = answer.json() if len(answer.content) <= _LARGEST else None
    if not isinstance(document, dict):
        raise Untrusted("no document")
    return document


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _trouble(error: Exception) -> Denied:
    reason = error.reason if isinstance(error, Untrusted) else type(error).__name__
    log.warning("identity provider not believed", reason=reason)
    return Denied("provider_trouble")
