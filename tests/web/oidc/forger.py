"""An identity provider of our own that can lie: about who it is, what it signs, and whom it means."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse

from desk.sign_in.provider import Registration
from operate.serve import listen

CLIENT, SECRET = "varna", "invented-secret"


@dataclass
class Forger:
    """The provider. What a test changes in it, it says from then on."""

    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    metadata: dict[str, Any] = field(default_factory=dict)
    """What it says of itself beside the truth."""
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    signing: RSAKey | bytes | None = None
    """Another key than it publishes; bytes are a secret."""
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of its token beside the truth; None leaves one out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    """What it was asked for, in order."""
    _codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    def registration(self, pages: str = "http://localhost:1") -> Registration:
        """How the pages are known to it."""
        return Registration(self.url, CLIENT, f"{pages}/logga-in/oidc/svar", SECRET)

    def grant(self, url: str, subject: str = "subject-1", **claims: Any) -> dict[str, str]:
        """Somebody signed in here: the parameters they go back with."""
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
        code = secrets.token_urlsafe()
        self._codes[code] = asked, {"sub": subject, **claims}
        return {"code": code, "state": asked["state"], "iss": self.url}

    def described(self) -> dict[str, Any]:
        """What it says of itself."""
        truth = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/end",
            "jwks_uri": f"{self.url}/jwks",
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return {name: value for name, value in (truth | self.metadata).items() if value is not None}

    def redeem(self, authorization: str, given: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once, for whoever asked for it."""
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked, claims = self._codes.pop(given.get("code", ""), ({}, {}))
        challenge = plain(sha256(given.get("code_verifier", "").encode()).digest())
        right = (name, secret, given.get("redirect_uri"), challenge)
        if right != (CLIENT, SECRET, asked.get("redirect_uri"), asked.get("code_challenge")):
            return None
        access, now = secrets.token_urlsafe(), int(time())
        half = plain(sha256(access.encode()).digest()[:16])
        truth = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], "at_hash": half}
        said = {name: value for name, value in (truth | claims | self.lies).items() if value is not None}
        self._said = {"sub": claims["sub"]} | self.userinfo
        token = f"{dotted(self.header, said)}." if self.header["alg"] == "none" else self._signed(said)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _signed(self, said: dict[str, Any]) -> str:
        if isinstance(self.signing, bytes):
            text = dotted(self.header, said)
            return f"{text}.{plain(hmac.digest(self.signing, text.encode(), 'sha256'))}"
        return jwt.encode(self.header, said, self.signing or self.key, algorithms=[self.header["alg"]])


def dotted(*parts: dict[str, Any]) -> str:
    """Header and claims, not signed yet."""
    return ".".join(plain(json.dumps(part).encode()) for part in parts)


def plain(part: bytes) -> str:
    """Base64url, as tokens have it."""
    return urlsafe_b64encode(part).decode().rstrip("=")


@asynccontextmanager
async def forging() -> AsyncIterator[Forger]:
    """Let it run, on this machine."""
    with listen("127.0.0.1", 0) as listening:
        forger = Forger(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(_app(forger), log_config=None, lifespan="off", access_log=False))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield forger
        finally:
            server.should_exit = True
            await running


def _app(forger: Forger) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> JSONResponse:
        forger.asked.append("configuration")
        return JSONResponse(forger.described(), 503 if forger.down else 200)

    @app.get("/jwks")
    async def keys() -> JSONResponse:
        forger.asked.append("keys")
        return JSONResponse({"keys": [forger.key.as_dict(private=False)]})

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        forger.asked.append("token")
        given = dict(parse_qsl((await request.body()).decode()))
        tokens = forger.redeem(request.headers.get("authorization", ""), given)
        return JSONResponse(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    @app.get("/userinfo")
    async def userinfo() -> JSONResponse:
        return JSONResponse(forger._said)

    return app
