"""Passwords: long rather than odd, kept by a hash that is slow, and as slow for whoever does not exist."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pwdlib import PasswordHash

from models.refusal import BadInput, Problem

SHORTEST, LONGEST = 12, 200
DISTINCT = 5
"""So many different characters at least."""
_slow = PasswordHash.recommended()
_NOBODYS = _slow.hash(secrets.token_urlsafe())
"""A hash that is compared where there is none. Made now, so that the first who does not exist is no slower."""
_hands = ThreadPoolExecutor(2, thread_name_prefix="passwords")
"""Each hash takes 64 MB while it is worked out: two at once, whoever asks."""


def check(password: str, user: str) -> None:
    """Refuse what is guessed first; raises `BadInput`."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise BadInput(Problem(field="password", code="password_short", reason=f"at least {SHORTEST} characters"))
    if len(plain) > LONGEST:
        raise BadInput(Problem(field="password", code="password_long", reason=f"at most {LONGEST} characters"))
    if len(set(plain)) < DISTINCT or user in plain.lower():
        raise BadInput(Problem(field="password", code="password_plain", reason="too easily guessed"))


async def hash_of(password: str) -> str:
    """What is kept of a password: argon2id."""
    return await asyncio.get_running_loop().run_in_executor(_hands, _slow.hash, _plain(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether it is the one that is kept. Where none is, this takes as long and says no."""
    compare = partial(_slow.verify, _plain(password)[: LONGEST + 1], kept or _NOBODYS)
    right = await asyncio.get_running_loop().run_in_executor(_hands, compare)
    return right and kept is not None


def _plain(password: str) -> str:
    """One person's å may be two characters on another keyboard."""
    return unicodedata.normalize("NFKC", password)
