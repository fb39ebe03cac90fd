"""What an identity provider signs is checked to the last claim: for whom, until when, and to which question."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from desk.sign_in.denied import Denied
from desk.sign_in.provider import Provider, Registration
from tests.web.oidc.forger import CLIENT, SECRET, Forger

OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})


async def believed(forger: Forger, **changes: str) -> bool:
    """Whether what the provider says is believed."""
    provider = Provider(forger.registration())
    try:
        url, asked = await provider.ask()
        claims, _ = await provider.answer(asked, forger.grant(url) | changes, datetime.now(UTC))
    except Denied as denied:
        assert denied.code == "provider_trouble"  # noqa: PT017 - one of several answers
        return False
    return bool(claims["sub"] == "subject-1")


class In(int):
    """Seconds from when the token is made."""


CLAIMS: dict[str, dict[str, Any]] = {
    "nonce of another": {"nonce": "x" * 64},
    "no nonce": {"nonce": None},
    "expired": {"exp": In(-120)},
    "no end": {"exp": None},
    "from the future": {"iat": In(600)},
    "not valid yet": {"nbf": In(600)},
    "no beginning": {"iat": None},
    "another audience": {"aud": "other"},
    "several audiences, not for us": {"aud": [CLIENT, "other"]},
    "for another party": {"aud": [CLIENT, "other"], "azp": "other"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no subject": {"sub": None},
    "a subject that is none": {"sub": 7},
    "an endless subject": {"sub": "x" * 300},
}


async def test_the_truth_is_believed_within_a_minute_of_our_clock(forger: Forger) -> None:
    assert await believed(forger)
    forger.lies = {"exp": int(time()) - 45, "iat": int(time()) - 300}
    assert await believed(forger)
    forger.lies = {"iat": int(time()) + 45}
    assert await believed(forger)
    forger.lies = {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert await believed(forger)


@pytest.mark.parametrize("lie", CLAIMS)
async def test_a_token_that_does_not_hold_is_not_believed(forger: Forger, lie: str) -> None:
    forger.lies = {name: int(time()) + it if isinstance(it, In) else it for name, it in CLAIMS[lie].items()}
    assert not await believed(forger)


async def test_a_token_that_the_provider_did_not_sign_is_not_believed(forger: Forger) -> None:
    public, secret = forger.key.as_pem(private=False), SECRET.encode()
    for header, signing in (
        ({"alg": "none"}, None),
        ({"alg": "HS256", "kid": "1"}, secret),
        ({"alg": "HS256", "kid": "1"}, public),  # its public key, taken for a secret
        ({"alg": "RS256", "kid": "1"}, OTHER_KEY),
        ({"alg": "RS256", "kid": "2"}, OTHER_KEY),
        ({"alg": "RS512", "kid": "1"}, None),  # right, but not among those we take
    ):
        forger.header, forger.signing = header, signing
        assert not await believed(forger), header
    forger.header, forger.signing = {"alg": "RS256", "kid": "1"}, None
    assert await believed(forger)


async def test_an_answer_of_another_provider_is_not_taken_for_this_ones(forger: Forger) -> None:
    for issuer in ("https://evil.example", "", f"{forger.url}/"):
        assert not await believed(forger, iss=issuer)
    forger.userinfo = {"sub": "subject-2"}
    assert not await believed(forger)


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_asked(forger: Forger, lie: dict[str, str]) -> None:
    forger.metadata = lie
    assert not await believed(forger)
    assert "token" not in forger.asked


async def test_a_provider_without_https_is_not_asked_but_on_this_machine() -> None:
    with pytest.raises(Denied, match="provider_trouble"):
        await Provider(Registration("http://id.granvik.example", CLIENT, "x", SECRET)).ask()


async def test_its_keys_may_change_and_nonsense_makes_us_ask_it_nothing(forger: Forger) -> None:
    provider = Provider(forger.registration())

    async def works() -> bool:
        url, asked = await provider.ask()
        try:
            await provider.answer(asked, forger.grant(url), datetime.now(UTC))
        except Denied:
            return False
        return True

    assert await works()
    asked_before = forger.asked.count("keys")
    forger.key, forger.header = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"}), {"alg": "RS256", "kid": "2"}
    for _ in range(3):
        assert not await works()
    assert forger.asked.count("keys") == asked_before
    assert provider._known
    provider._known.at -= 61
    assert await works()
    assert forger.asked.count("keys") == asked_before + 1
