"""Programs at the door: a token for somebody, and a client that shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2

from models.scopes import Scope
from storage import programs
from tests.web.city import City

_numbers = count()


async def token(city: City, who: str, scopes: Collection[Scope] = tuple(Scope), days: float = 1) -> str:
    """A token that acts as somebody."""
    now = datetime.now(UTC)
    async with city.house.database.writing() as session:
        name = f"program-{next(_numbers)}-{now:%f}"
        return (await programs.create(session, name, who, scopes, now, now + timedelta(days=days)))[0]


@asynccontextmanager
async def program(
    city: City, who: str | None, scopes: Collection[Scope] = tuple(Scope), **options: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    """A program that acts as somebody, or shows no token."""
    shown = {"Authorization": f"Bearer {await token(city, who, scopes)}"} if who else {}
    headers = {**shown, **options.pop("headers", {})}
    base = f"{city.url}/api/v1"
    async with httpx2.AsyncClient(base_url=base, trust_env=False, timeout=30, headers=headers, **options) as client:
        yield client
