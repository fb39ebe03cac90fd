"""What must be there: cases by every place that tells of one, an unbroken row of their numbers, and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, select, union

from storage import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

_KEYS, _LISTS, _ITEMS = tables.case_keys.c, tables.destruction_lists.c, tables.destruction_items.c


async def cases(session: AsyncSession, organisation: str) -> list[str]:
    """The cases of an organisation that must have a ledger."""
    reports = tables.reports.c
    places = [
        select(table.c.case).where(table.c.organisation == organisation)
        for table in (tables.ledger, tables.heads, tables.tree_leaves)
    ]
    places.append(select(tables.cases.c.ref).where(tables.cases.c.organisation == organisation))
    places.append(select(reports.case).where(reports.organisation == organisation, reports.started))
    return sorted((await session.execute(union(*places))).scalars())


async def missing_numbers(session: AsyncSession, organisation: str, known: Sequence[str]) -> list[str]:
    """Case numbers that were given out and that nothing tells of any more: a report keeps its number for ever.

    :param known: the cases there are, beside those that have not begun.
    """
    counted = select(tables.sequences).where(tables.sequences.c.organisation == organisation)
    reported = select(tables.reports.c.case).where(tables.reports.c.organisation == organisation)
    there = {*known, *(await session.execute(reported)).scalars()}
    return sorted(
        number
        for row in await session.execute(counted)
        for place in range(1, row.last + 1)
        if (number := f"{organisation}-{row.prefix}-{row.year}-{place:05}") not in there
    )


async def keys_amiss(session: AsyncSession, cases: Sequence[str]) -> dict[str, str]:
    """Of these cases, those whose key is not there, or was destroyed without an approved list; with what it is."""
    query = select(_KEYS.scope, _KEYS.wrapped.is_not(None), _approved()).where(_KEYS.scope.in_(cases))
    found = {scope: (there, approved) for scope, there, approved in await session.execute(query)}
    amiss = {case: "key_missing" for case in cases if case not in found}
    return amiss | {case: "destroyed_unapproved" for case, state in found.items() if not any(state)}


def _approved() -> ColumnElement[bool]:
    """As the database itself demands it (`storage.migrations.last_wall`)."""
    agreed = (_LISTS.approved_by.is_not(None), _LISTS.withdrawn.is_(None), _LISTS.approved_by != _LISTS.proposed_by)
    return exists().where(_ITEMS.case == _KEYS.scope, _ITEMS.spared.is_(None), _LISTS.id == _ITEMS.list, *agreed)
