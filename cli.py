"""The command `varna`. Each command imports what it needs when it runs, so that help comes at once."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from models.vocabulary.case import Level, Stage
from operate.commands import (
    audit,
    conformance,
    contacts,
    drill,
    duty,
    export,
    extract,
    keys,
    notices,
    retention,
    routine,
    sign_in,
    simulate,
    token,
    watch,
)
from operate.front import AsJson, AsUser, Front, Ref, Source, example


class Language(StrEnum):
    """Languages of the answers."""

    SV = "sv"
    EN = "en"


app = typer.Typer(cls=Front, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
app.add_typer(audit.app, name="audit")
app.add_typer(contacts.app, name="contacts")
app.add_typer(drill.app, name="drill")
app.add_typer(duty.app, name="duty")
app.add_typer(notices.app, name="notices")
app.add_typer(retention.app, name="retention")
app.add_typer(routine.app, name="routine")
app.add_typer(sign_in.app, name="sign-in")
app.add_typer(token.app, name="token")
app.add_typer(keys.app, name="keys")
app.command("conformance", epilog=example("conformance --organisation 9001 --year 2026"))(conformance.conformance)
app.command("export", epilog=example("export --format ocel --year 2026 --out 2026.json"))(export.export)
app.command("simulate", epilog=example("simulate --routine granvik.toml --since 2026-01-01"))(simulate.simulate)
app.command("rehearse", epilog=example("rehearse"))(audit.replay.rehearse)
app.command("extract", epilog=example("extract 9001-FV-2026-00001 --as granvik-samordnare --out utdrag.pdf"))(
    extract.extract
)
app.command("watch", epilog=example("watch --once"))(watch.watch)


@app.callback(
    invoke_without_command=True,
    epilog="Exit codes: 0 done, 2 something in the input is wrong, 3 refused by a rule, 4 not found, "
    "5 engine or database out of reach. Settings are the variables VARNA_HOME, VARNA_DATABASE_URL and so on.",
)
def front(
    ctx: typer.Context,
    language: Annotated[
        Language, typer.Option(envvar="VARNA_LANGUAGE", help="Language of the answers: Swedish or English.")
    ] = Language.SV,
) -> None:
    """Värna: handle threats, hate and violence against elected officials, from report to closure."""
    from i18n import words

    ctx.obj = words(language)
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command(epilog=example("up --home var --fictitious"))
def up(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Folder where everything is kept (VARNA_HOME).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Where the engine listens, here only.")] = None,
    fictitious: Annotated[bool, typer.Option(help="Load invented organisations to try things out with.")] = False,
) -> None:
    """Start everything: engine, database, worker and pages. Ctrl-C stops it; nothing is lost."""
    from operate import terminal
    from operate.up import up as run

    if home is not None:
        os.environ["VARNA_HOME"] = str(home)
    settings = terminal.settings()
    port = port or int(settings.temporal_address.rpartition(":")[2])
    asyncio.run(run(settings, port, fictitious=fictitious, say=typer.echo, words=ctx.obj))


@app.command(epilog=example("web"))
def web() -> None:
    """Serve the pages: the links in messages, and what gateways report. Ctrl-C stops it. `varna up` does this too."""
    from operate import terminal
    from operate.serve import serve

    asyncio.run(serve(terminal.settings()))


@app.command(epilog=example("demo --home var/demo"))
def demo(
    ctx: typer.Context,
    home: Annotated[
        Path, typer.Option(help="Folder where they are kept to be audited; what an earlier demo left there goes.")
    ] = Path("var/demo"),
) -> None:
    """Play thirteen invented cases from report to closure, months in seconds; keep them in a folder of their own."""
    from operate.demo import demo as play

    asyncio.run(play(home, ctx.obj))


@app.command(epilog=example("report report.json --organisation 9001"))
def report(
    ctx: typer.Context,
    source: Source,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="The organisation it is for, if the report does not say.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Your own mark: the same report sent again stays one report.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hand in a report. It is kept before anything else happens; the answer is a case number and a receipt."""
    from desk import intake
    from operate import outcome, show, terminal

    received = datetime.now(UTC)
    told = terminal.report_from(source, organisation, received)
    taken = terminal.run(lambda house: intake.take(house, told, received, key))
    if taken.trouble is None or not as_json:
        show.answer(taken.document(), lambda: show.taken(taken, ctx.obj), as_json=as_json)
    if taken.trouble is not None:
        raise outcome.kept(taken.trouble, taken.document(), ctx.obj)


@app.command(epilog=example("cases --level acute"))
def cases(
    ctx: typer.Context,
    stage: Annotated[Stage | None, typer.Option(help="Only cases in this stage.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only cases of this level, presumed ones too.")] = None,
    due_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what is due before this time, such as 2026-03-03T14:05.")
    ] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """List the open cases, most urgent first."""
    from desk import look
    from operate import show, terminal
    from storage.worklist import Wanted

    before = terminal.read_time(due_before, "due-before")
    wanted = Wanted(stage=stage, level=level, due_before=before)
    items = terminal.run(lambda house: look.open_cases(house, user, wanted))
    show.answer({"cases": [item.document() for item in items]}, lambda: show.worklist(items, ctx.obj), as_json=as_json)


@app.command(epilog=example("case 9001-FV-2026-00001 --at 2026-03-03T14:05"))
def case(
    ctx: typer.Context,
    ref: Ref,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As it stood then. Swedish time, if you name no zone.")
    ] = None,
    seq: Annotated[int | None, typer.Option(metavar="N", min=1, help="As it stood after event N.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="TIME|N", help="What changed until then, or until event N, and who came to know of it."),
    ] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Show one case: stages, level, what is to be done and by when. Now, or as it stood then; or what changed since."""
    from desk import timetravel
    from operate import past, show, terminal

    moment = terminal.read_time(at, "at")
    if against is not None:
        until = terminal.read_instant(against, "against")
        changed = terminal.run(lambda house: timetravel.difference(house, ref, user, seq or moment, until))
        show.answer(changed.document(), lambda: past.difference(changed, ctx.obj), as_json=as_json)
        return
    then = terminal.run(lambda house: timetravel.case(house, ref, user, at=moment, seq=seq))
    show.answer(then.document(), lambda: past.case(then, ctx.obj), as_json=as_json)


@app.command(epilog=example("act 9001-FV-2026-00001 triage.json --as granvik-sakerhetschef"))
def act(
    ctx: typer.Context,
    ref: Ref,
    source: Source,
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Who does it, by code.")],
    as_json: AsJson = False,
) -> None:
    """Do something in a case: assess the risk, record the police's answer, close it. The same id is one action."""
    from desk import action
    from operate import show, terminal

    command = terminal.command_from(source)
    receipt = terminal.run(lambda house: action.act(house, ref, command, user))
    show.answer(receipt, lambda: show.receipt(receipt, ctx.obj), as_json=as_json)


@app.command(epilog=example("history 9001-FV-2026-00001 --as granvik-sakerhetschef"))
def history(ctx: typer.Context, ref: Ref, user: AsUser = None, as_json: AsJson = False) -> None:
    """Show all that happened in a case: who did what, when, and what they wrote."""
    from desk import look
    from operate import show, terminal

    told = terminal.run(lambda house: look.history(house, ref, user))
    show.answer(told.document(), lambda: show.history(told, ctx.obj), as_json=as_json)


@app.command(epilog=example("obligations 9001-FV-2026-00001"))
def obligations(ctx: typer.Context, ref: Ref, user: AsUser = None, as_json: AsJson = False) -> None:
    """Show every deadline of a case: met or missed, and why exactly this time."""
    from desk import look
    from operate import show, terminal

    view = terminal.run(lambda house: look.case(house, ref, user))
    document = {"case": ref, "obligations": view.document()["obligations"]}
    show.answer(document, lambda: show.explained(view, ctx.obj), as_json=as_json)


@app.command(epilog=example("rebuild"))
def rebuild(ctx: typer.Context) -> None:
    """Build the lists anew from the ledger. Work may go on meanwhile."""
    from operate import show, terminal
    from storage.rebuild import rebuild as build

    with show.waiting(ctx.obj("cli.rebuilding")):
        number = terminal.run(lambda house: build(house.database, house.ring))
    typer.echo(ctx.obj("cli.rebuilt", number=number))


@app.command(epilog=example("migrate --wait 60"))
def migrate(
    ctx: typer.Context,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for the engine.")] = 0,
) -> None:
    """Bring database and engine up to this version. Makes a master key if this machine has none."""
    from operate import show, terminal, upkeep
    from workflows.client import EngineOutOfReach

    with show.waiting(ctx.obj("cli.migrating")):
        registered = asyncio.run(upkeep.migrate(terminal.settings(), wait))
    typer.echo(ctx.obj("cli.migrated"))
    if not registered and wait:
        raise EngineOutOfReach("the database is migrated")
    if not registered:
        typer.echo(ctx.obj("cli.engine_later"), err=True)


@app.command(epilog=example("doctor"))
def doctor(
    ctx: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="Quick, and silent about what is well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Examine the installation: what is well, what is not, and what to do about it."""
    from operate import doctor as doctors
    from operate import show, terminal

    with show.waiting(ctx.obj("cli.examining")):
        found = asyncio.run(doctors.examine_all(terminal.settings(), thorough=not quiet))
    show.answer({"checks": found}, lambda: show.checks(found, ctx.obj, quiet=quiet), as_json=as_json)
    raise typer.Exit(doctors.exit_code(found))


def main() -> None:
    """Where the command `varna` begins."""
    app()


if __name__ == "__main__":
    main()
