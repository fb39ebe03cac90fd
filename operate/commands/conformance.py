"""`varna conformance`: where cases went otherwise than the adopted routine says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from audit.conformance import Conformance
    from i18n import Words

COLUMNS = ("conformance.case", "conformance.level", "conformance.what", "conformance.version")
Organisation = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only the cases of this organisation; all of them if not said.")
]
Year = Annotated[
    int | None, typer.Option(metavar="YEAR", min=1900, max=2099, help="Only cases that were reported in this year.")
]


def conformance(
    ctx: typer.Context,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="One case; all of them if not said.")] = None,
    year: Year = None,
    organisation: Organisation = None,
    as_json: AsJson = False,
) -> None:
    """Compare what happened with the adopted routine: what was late or missed, in how many cases, and in which."""
    from audit.conformance import examine
    from audit.histories import Wanted
    from operate import show, terminal
    from storage.cases import UnknownCase

    wanted = Wanted(case=ref) if ref else Wanted.of_year(organisation, year)
    with show.waiting(ctx.obj("conformance.working")):
        found = terminal.run(lambda house: examine(house.database, house.ring, wanted))
    if ref and not found.cases:
        raise UnknownCase(ref)
    show.answer(found.document(), lambda: picture(found, ctx.obj), as_json=as_json)


def picture(found: Conformance, words: Words) -> Iterator[RenderableType]:
    """The sentences, the worst first, then each deviation by case."""
    from i18n import label
    from i18n.conformance import deviation_text, share_text
    from operate.show import plain_table

    yield words("conformance.summary", without=found.without, number=len(found.cases))
    if found.erased:
        yield words("conformance.erased", number=found.erased)
    local = words.local(*(routine.texts for routine in found.routines.values()))
    for share in found.shares:
        if share.failed:
            yield f"  {share_text(share, local)}"
    if found.deviations:
        table = plain_table(*map(words, COLUMNS))
        for one in found.deviations:
            table.add_row(one.case, label(one.level, words), deviation_text(one, local), one.version)
        yield table
