"""`varna audit replay` and `varna rehearse`: the histories of cases, run through the workflow once more."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from audit.comparison import Side
    from audit.proof import Proof
    from audit.rounds import Broken
    from i18n import Words
    from operate.house import House

SIDE = ("type", "at", "recorded", "actor", "cause", "content", "state")
SHORT = 16
"""Characters of a digest that are enough to compare by eye."""


def replay(
    ctx: typer.Context,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="One case.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every case there is.")] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="With --all: leave out what was proved with this code and has not changed in the ledger."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replay the history of a case, and compare event by event with the ledger. Exit 3 if the two differ."""
    from audit import rounds
    from audit.proof import keep, prove
    from models.refusal import BadInput, Problem
    from operate import show, terminal
    from operate.outcome import Exit

    if (ref is None) is not every:
        raise BadInput(Problem(field="ref", code="one_case_or_all", reason="name one case, or --all"))

    async def one(house: House) -> list[Proof]:
        proof = await prove(house, ref or "")
        await keep(house, proof)
        return [proof]

    async def all_of_them(house: House) -> list[Proof]:
        refs, left_out = await rounds.due(house, resume=resume)
        skipped.append(left_out)
        with progress(ctx.obj("replay.working"), len(refs)) as advance:
            found = []
            async for proof in rounds.prove_all(house, refs):
                found.append(proof)
                advance()
        return found

    skipped: list[int] = []
    proofs = terminal.run(all_of_them if every else one)
    if every:
        document: object = {"cases": [_brief(proof) for proof in proofs], "left_out": sum(skipped)}
    else:
        document = proofs[0].document()
    show.answer(document, lambda: _told(proofs, ctx.obj, sum(skipped), every=every), as_json=as_json)
    if not all(proof.proved for proof in proofs):
        raise typer.Exit(Exit.REFUSED)


def rehearse(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Before a release: run every open case's history through this code. Exit 3 if one would not go on as it was."""
    from audit import rounds
    from operate import show, terminal
    from operate.outcome import Exit

    async def all_of_them(house: House) -> list[tuple[str, Broken | None]]:
        with progress(ctx.obj("replay.rehearsing"), None) as advance:
            found = []
            async for one in rounds.rehearse(house):
                found.append(one)
                advance()
        return found

    tried = terminal.run(all_of_them)
    broken = [one for _, one in tried if one]
    document = {"open": len(tried), "broken": [one._asdict() for one in broken]}
    show.answer(document, lambda: _rehearsed(len(tried), broken, ctx.obj), as_json=as_json)
    if broken:
        raise typer.Exit(Exit.REFUSED)


@contextmanager
def progress(text: str, total: int | None) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if somebody watches; what is given is called after each step."""
    import sys

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    watched = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=not watched, transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)


def _brief(proof: Proof) -> dict[str, object]:
    states = proof.states
    return proof.document() | {"states": len(states), "state": states[-1] if states else None}


def _told(proofs: list[Proof], words: Words, skipped: int, *, every: bool) -> Iterator[RenderableType]:
    for proof in proofs:
        yield f"{proof.case:<19}  {_verdict(proof, words)}"
        yield from _sides(proof, words)
        if not every and proof.states:
            yield words("replay.last_state", digest=proof.states[-1])
    if every and (proofs or not skipped):
        proved = sum(proof.proved for proof in proofs)
        yield words("replay.summary", proved=proved, cases=len(proofs))
    if skipped:
        yield words("replay.left_out", number=skipped)


def _verdict(proof: Proof, words: Words) -> str:
    said = words(f"replay.{proof.verdict}", seq=proof.seq or 0, ahead=proof.ahead, run=proof.run or "–")
    counted = words("replay.counted", events=len(proof.states), runs=len(proof.runs))
    parts = [said, counted] if proof.runs else [said]
    if any(run.archived for run in proof.runs):
        parts.append(words("replay.from_archive"))
    if proof.taken_over:
        parts.append(words("replay.taken_over", events=", ".join(map(str, proof.taken_over))))
    if proof.reason:
        parts.append(words(f"replay.{proof.reason}"))
    return ". ".join(part for part in (*parts, proof.detail) if part)


def _sides(proof: Proof, words: Words) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table

    if (found := proof.difference) is None:
        return
    table = Table("", words("replay.history"), words("replay.ledger"), box=None, pad_edge=False)
    for name in SIDE:
        both = (_shown(side, name, words) for side in (found.history, found.ledger))
        table.add_row(words(f"replay_side.{name}"), *both)
    yield Padding(words(f"replay_how.{found.how}"), (0, 0, 0, 2), expand=False)
    if found.fields:
        yield Padding(words("replay.fields", names=", ".join(found.fields)), (0, 0, 0, 2), expand=False)
    yield Padding(table, (0, 0, 0, 2), expand=False)


def _shown(side: Side | None, name: str, words: Words) -> str:
    from i18n.times import exactly

    if side is None:
        return "–"
    if name == "type":
        return words.code("moment", side.type)
    if name in {"at", "recorded"}:
        return exactly(getattr(side, name), words)
    value = str(getattr(side, name))
    return value[:SHORT] if name in {"content", "state"} else value


def _rehearsed(tried: int, broken: list[Broken], words: Words) -> Iterator[RenderableType]:
    for one in broken:
        parts = (words(f"replay.{one.reason}", seq=one.seq or 0), one.detail)
        yield f"{one.case:<19}  {'. '.join(part for part in parts if part)}"
    yield words("replay.rehearsed_broken" if broken else "replay.rehearsed", cases=tried, broken=len(broken))
