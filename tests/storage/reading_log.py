"""What is wrong with the reading log, asked as `audit.reading_log` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import access_chain

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.chain import Finding


async def amiss(session: AsyncSession, *organisations: str) -> list[Finding]:
    found: list[Finding] = []
    for one in organisations:
        found += access_chain.findings(await access_chain.links(session, one), await access_chain.head(session, one))
    return found
