"""`varna retention`: what may be destroyed, lists that two persons agree on, holds, and certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from models.vocabulary.records import HoldGround, SparingReason
from operate.front import AsJson, Ref, example

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from rich.console import RenderableType

    from desk.erasure import Executed
    from desk.retention import Candidate
    from i18n import Words
    from models.message import Actor
    from operate.house import House
    from storage.destruction import Certificate, DestructionList
    from storage.holds import Hold

app = typer.Typer(help="Ends of records: what may be destroyed, lists that two persons agree on, and holds.")
T = TypeVar("T")

Who = Annotated[str, typer.Option("--as", metavar="USER", help="Who does it: every step is in somebody's name.")]
List = Annotated[str, typer.Argument(metavar="LIST", help="A destruction list, by the id that `lists` shows.")]


@app.command("list", epilog=example("retention list --as granvik-arkivarie"))
def candidates(
    ctx: typer.Context,
    user: Who,
    all_closed: Annotated[
        bool, typer.Option("--all", help="All closed cases, with what stands against destroying each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the closed cases whose time is over, and which may be destroyed."""
    from desk import retention
    from operate import show

    found = _run(user, lambda house, actor: retention.candidates(house, actor, _now(), free=not all_closed))
    document = {"cases": [one.document() for one in found]}
    show.answer(document, lambda: _candidates(found, ctx.obj), as_json=as_json)


@app.command("lists", epilog=example("retention lists --as granvik-arkivarie"))
def lists(ctx: typer.Context, user: Who, as_json: AsJson = False) -> None:
    """List the destruction lists there are, the newest first."""
    from desk import destruction
    from operate import show

    found = _run(user, destruction.lists)
    show.answer({"lists": found}, lambda: _lists(found, ctx.obj), as_json=as_json)


@app.command("show", epilog=example("retention show 5f3a0c --as granvik-direktor"))
def show_list(ctx: typer.Context, name: List, user: Who, as_json: AsJson = False) -> None:
    """Show a destruction list, case by case."""
    from desk import destruction

    found, hidden = _run(user, lambda house, actor: destruction.one_list(house, actor, name))
    _told(ctx.obj, found, as_json=as_json, hidden=hidden)


@app.command("propose", epilog=example("retention propose 9001-FV-2021-00007 --as granvik-arkivarie"))
def propose(
    ctx: typer.Context,
    cases: Annotated[list[str], typer.Argument(metavar="REF...", help="The cases, by number.")],
    user: Who,
    as_json: AsJson = False,
) -> None:
    """Propose to destroy cases. Nothing is destroyed before another person has agreed."""
    from desk import destruction

    made = _run(user, lambda house, actor: destruction.propose(house, actor, cases, _now()))
    _told(ctx.obj, made, as_json=as_json)


@app.command("approve", epilog=example("retention approve 5f3a0c --decision 'KS 2027-12 § 4' --as granvik-direktor"))
def approve(
    ctx: typer.Context,
    name: List,
    decision: Annotated[str, typer.Option(help="The decision: diary number and paragraph, never a name.")],
    user: Who,
    as_json: AsJson = False,
) -> None:
    """Agree to a list that somebody else proposed."""
    from desk import destruction

    agreed = _run(user, lambda house, actor: destruction.approve(house, actor, name, decision, _now()))
    _told(ctx.obj, agreed, as_json=as_json)


@app.command(
    "spare", epilog=example("retention spare 5f3a0c 9001-FV-2021-00007 --reason still_needed --as granvik-jurist")
)
def spare(
    ctx: typer.Context,
    name: List,
    ref: Ref,
    reason: Annotated[SparingReason, typer.Option(help="Why.")],
    user: Who,
    as_json: AsJson = False,
) -> None:
    """Take a case off a list."""
    from desk import destruction

    left = _run(user, lambda house, actor: destruction.spare(house, actor, name, ref, reason, _now()))
    _told(ctx.obj, left, as_json=as_json)


@app.command("withdraw", epilog=example("retention withdraw 5f3a0c --as granvik-arkivarie"))
def withdraw(ctx: typer.Context, name: List, user: Who) -> None:
    """Give up a list, or refuse it."""
    from desk import destruction

    _run(user, lambda house, actor: destruction.withdraw(house, actor, name, _now()))
    typer.echo(ctx.obj("ends.withdrawn"))


@app.command("execute", epilog=example("retention execute 5f3a0c --as granvik-arkivarie"))
def execute(ctx: typer.Context, name: List, user: Who, as_json: AsJson = False) -> None:
    """Destroy what stands on an approved list. Nobody can undo it. Interrupted, it is begun again."""
    from desk import erasure
    from operate import show

    done = _run(user, lambda house, actor: erasure.execute(house, actor, name, _now()))
    show.answer(done.document(), lambda: _executed(done, ctx.obj), as_json=as_json)


@app.command(
    "hold",
    epilog=example(
        "retention hold 9001-FV-2021-00007 --ground legal_proceedings --reference 'T 12-27' --as granvik-jurist"
    ),
)
def hold(
    ctx: typer.Context,
    ref: Ref,
    ground: Annotated[HoldGround, typer.Option(help="Why.")],
    reference: Annotated[str, typer.Option(help="A diary number or the like, never a name.")],
    user: Who,
) -> None:
    """Have a case kept, whatever its time is, until somebody releases it."""
    from desk import holds

    made = _run(user, lambda house, actor: holds.hold(house, actor, ref, ground, reference, _now()))
    typer.echo(ctx.obj("ends.held", case=ref, hold=made))


@app.command("release", epilog=example("retention release 9c1d --reference 'Dom 2027-05-04' --as granvik-jurist"))
def release(
    ctx: typer.Context,
    held: Annotated[str, typer.Argument(metavar="HOLD", help="Which, by the id that `holds` shows.")],
    reference: Annotated[str, typer.Option(help="A diary number or the like, never a name.")],
    user: Who,
) -> None:
    """Keep a case no longer for this reason."""
    from desk import holds

    _run(user, lambda house, actor: holds.release(house, actor, held, reference, _now()))
    typer.echo(ctx.obj("ends.released"))


@app.command("holds", epilog=example("retention holds --as granvik-arkivarie"))
def list_holds(ctx: typer.Context, user: Who, as_json: AsJson = False) -> None:
    """List the cases that somebody has kept, and those that somebody had."""
    from desk import holds
    from operate import show

    found = _run(user, holds.standing)
    show.answer({"holds": found}, lambda: _holds(found, ctx.obj), as_json=as_json)


@app.command("certificate", epilog=example("retention certificate 9001-FV-2021-00007 --as granvik-arkivarie"))
def certificate(ctx: typer.Context, ref: Ref, user: Who, as_json: AsJson = False) -> None:
    """Show the certificate that a case was destroyed: by whom, by which decision, when, and what is left to clear."""
    from desk import erasure
    from operate import show

    found = _run(user, lambda house, actor: erasure.certificate(house, actor, ref))
    show.answer(found.document(), lambda: _certificate(found, ctx.obj), as_json=as_json)


def _now() -> datetime:
    return datetime.now(UTC)


def _run(user: str, deed: Callable[[House, Actor], Awaitable[T]]) -> T:
    from operate import terminal

    async def inside(house: House) -> T:
        return await deed(house, await terminal.acting(house, user))

    return terminal.run(inside)


def _told(words: Words, found: DestructionList, *, as_json: bool, hidden: int = 0) -> None:
    from operate import show

    show.answer({"list": found, "hidden": hidden}, lambda: _list(found, hidden, words), as_json=as_json)


def _candidates(found: Sequence[Candidate], words: Words) -> Iterator[RenderableType]:
    from i18n import day, label
    from operate import show

    if not found:
        yield words("ends.nothing")
        return
    table = show.table_of(words, "case", "retention", "retention_ends", "retention_obstacles")
    for one in found:
        its = one.retention
        against = "; ".join(label(obstacle, words) for obstacle in its.obstacles)
        table.add_row(one.case, label(its.kind, words), day(its.ends, words) if its.ends else "–", against)
    yield table


def _lists(found: Sequence[DestructionList], words: Words) -> Iterator[RenderableType]:
    from i18n import when
    from operate import show

    table = show.table_of(words, "destruction_list", "state", "proposed_by", "approved_by", "since")
    for one in found:
        state = words(f"ends.state_{one.state}")
        table.add_row(one.id, state, one.proposed_by, one.approved_by or "–", when(one.proposed, words))
    yield table


def _list(found: DestructionList, hidden: int, words: Words) -> Iterator[RenderableType]:
    from i18n import day, label
    from operate import show

    yield f"{found.id}  {words(f'ends.state_{found.state}')}  {found.decision or ''}".rstrip()
    table = show.table_of(words, "case", "retention", "retention_ends", "state")
    for one in found.items:
        said = words("ends.item_waits")
        if one.destroyed:
            said = words("ends.item_destroyed")
        elif one.reason:
            said = label(one.reason, words)
        table.add_row(one.case, label(one.kind, words), day(one.ends, words), said)
    yield table
    if hidden:
        yield words("ends.hidden", number=hidden)


def _executed(done: Executed, words: Words) -> Iterator[RenderableType]:
    from i18n import label

    yield words("ends.destroyed", number=len(done.destroyed))
    for one in done.kept:
        yield f"{one.case}: " + "; ".join(label(obstacle, words) for obstacle in one.obstacles)
    if done.waits:
        yield words("ends.still_to_clear", number=done.waits)


def _holds(found: Sequence[Hold], words: Words) -> Iterator[RenderableType]:
    from i18n import label, when
    from operate import show

    table = show.table_of(words, "hold", "case", "ground", "reference", "since", "released")
    for one in found:
        ended = when(one.released, words) if one.released else "–"
        table.add_row(one.id, one.case, label(one.ground, words), one.reference, when(one.since, words), ended)
    yield table


def _certificate(found: Certificate, words: Words) -> Iterator[RenderableType]:
    from i18n import when

    facts = found.facts
    yield words("ends.certificate_says", case=found.case, at=when(found.destroyed, words), decision=facts["decision"])
    yield words("ends.certificate_who", proposed=facts["proposed_by"], approved=facts["approved_by"])
    yield f"SHA-256 {found.digest}"
    for name in ("evidence_gone", "engine_gone", "backups_gone"):
        at = getattr(found, name)
        yield f"{words(f'ends.{name}')}: {when(at, words) if at else words('ends.not_yet')}"
