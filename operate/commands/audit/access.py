"""`varna audit access`: who has read what, and what in it somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from models.vocabulary.reading import Via
from operate.front import AsJson, AsUser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from i18n import Words
    from operate.house import House
    from storage.access import Access, Asked
    from storage.read_reviews import Review


def access(  # noqa: PLR0913, PLR0917 - each is an option
    ctx: typer.Context,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Whose log, if there is more than one organisation.")
    ] = None,
    person: Annotated[str, typer.Option(metavar="USER", help="Only what this person has read.")] = "",
    case: Annotated[str, typer.Option(metavar="REF", help="Only what was read of this case.")] = "",
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only from this time on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only before this time.")] = None,
    via: Annotated[Via | None, typer.Option(help="Only by this way in.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="No more lines than this.")] = 50,
    unusual: Annotated[
        bool, typer.Option("--unusual", help="What is out of the ordinary and not reviewed yet.")
    ] = False,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Show who has read which case, when, why and from where, the latest first."""
    from operate import show, terminal
    from storage.access import Asked

    start, end = terminal.read_time(since, "since"), terminal.read_time(until, "until")
    asked = Asked(person, case, start, end, via)
    if unusual:
        waits = terminal.run(lambda house: _unusual(house, user, organisation))
        show.answer({"unusual": waits}, lambda: _waits(waits, ctx.obj), as_json=as_json)
        return
    found = terminal.run(lambda house: _found(house, user, organisation, asked, limit))
    document = {"reads": [one.document() for one in found]}
    show.answer(document, lambda: _lines(found, ctx.obj), as_json=as_json)


async def _found(house: House, user: str | None, organisation: str | None, asked: Asked, limit: int) -> list[Access]:
    from audit import access
    from operate import terminal
    from storage import access as log

    if user:
        return (await access.search(house, await terminal.acting(house, user), asked, limit=limit))[0]
    codes = await _codes(house, organisation)
    async with house.database.reading() as session:
        pages = [await log.search(session, code, asked, limit=limit) for code in codes]
    found = sorted((one for page, _ in pages for one in page), key=lambda one: one.at, reverse=True)
    return found[:limit]


async def _unusual(house: House, user: str | None, organisation: str | None) -> list[Review]:
    from datetime import UTC, datetime

    from audit import access
    from operate import terminal
    from storage import read_reviews

    now = datetime.now(UTC)
    if user:
        actor = await terminal.acting(house, user)
        await access.sweep(house, actor.organisation, now)
        return await access.waiting(house, actor)
    found: list[Review] = []
    for code in await _codes(house, organisation):
        await access.sweep(house, code, now)
        async with house.database.reading() as session:
            found += await read_reviews.listed(session, house.ring, code, reviewed=False)
    return found


async def _codes(house: House, organisation: str | None) -> list[str]:
    from storage import people

    async with house.database.reading() as session:
        return [organisation] if organisation else await people.organisations(session)


def _lines(found: list[Access], words: Words) -> Iterator[str]:
    from i18n import label, when

    for one in found:
        why = ", ".join(label(code, words) for code in (one.ground, one.role) if code)
        via = " ".join(filter(None, (words.code("via", one.via), one.source)))
        reference = f" ({one.reference})" if one.reference else ""
        values = {"at": when(one.at, words), "case": one.case, "who": one.user, "thing": one.what}
        yield words("cli.access_line", why=f"{why}{reference}", via=via, **values)
    if not found:
        yield words("cli.access_none")


def _waits(found: list[Review], words: Words) -> Iterator[str]:
    from i18n import label, when

    for one in found:
        values = {"rule": label(one.rule, words), "who": one.user, "cases": len(one.cases)}
        first, last = when(one.first, words), when(one.last, words)
        yield words("cli.access_waits", number=one.number, first=first, last=last, **values)
    if not found:
        yield words("cli.access_nothing_waits")
