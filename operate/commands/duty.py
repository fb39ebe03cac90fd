"""`varna duty`: who is on duty, and who would be called."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from models.vocabulary.people import Role
from operate.commands.contacts import Organisation
from operate.front import AsJson, example

app = typer.Typer(help="Duty: who would be called now and why, holes in the rota, swaps; in and out as files.")

Pool = Annotated[str | None, typer.Option("--pool", metavar="CODE", help="Which duty pool, if there are several.")]


class Form(StrEnum):
    """Forms of a duty pool."""

    TOML = "toml"
    ICS = "ics"


@app.command("who", epilog=example("duty who --organisation 9001 --at 2026-12-24T22:00"))
def who(
    ctx: typer.Context,
    organisation: Organisation = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="At this time instead of now; Swedish time.")] = None,
    role: Annotated[
        Role | None, typer.Option(metavar="ROLE", help="For this role alone, such as duty_officer.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say who would be called for an acute alarm, rung by rung, why, and by which channels."""
    from operate import show, terminal
    from operate.people import roster
    from operate.people import show as show_roster

    moment = terminal.read_time(at, "at") or datetime.now(UTC)
    steps = terminal.run(lambda house: roster.who(house, organisation, moment, role))
    show.answer({"at": moment, "steps": steps}, lambda: show_roster.ladder(steps, ctx.obj), as_json=as_json)


@app.command("gaps", epilog=example("duty gaps --organisation 9001 --days 60"))
def gaps(
    ctx: typer.Context,
    organisation: Organisation = None,
    days: Annotated[int, typer.Option(metavar="DAYS", min=1, max=366, help="How far ahead to look.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Say when nobody is on duty. Exit code 3: there is such a time."""
    from operate import show, terminal
    from operate.outcome import Exit
    from operate.people import roster
    from operate.people import show as show_roster

    found = terminal.run(lambda house: roster.gaps(house, organisation, datetime.now(UTC), days))
    show.answer({"gaps": found}, lambda: show_roster.gaps(found, ctx.obj), as_json=as_json)
    raise typer.Exit(Exit.REFUSED if found else Exit.DONE)


@app.command("import", epilog=example("duty import jour.ics --pool vastra-tib"))
def import_duty(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Duty pools as TOML, or a calendar (.ics).")],
    pool: Pool = None,
    person: Annotated[
        str | None, typer.Option(metavar="CODE", help="The calendar says when this person is away.")
    ] = None,
) -> None:
    """Put duty pools in place, or let a calendar say who is on duty (--pool) or who is away (--person).

    An event names its person by an attendee's e-mail address or by a code as its title. What stood in an earlier
    calendar goes; a file with anything wrong in it changes nothing.
    """
    from operate import terminal
    from operate.people import feeds, roster, sheets

    if file.suffix.lower() != ".ics":
        taken = terminal.run(lambda house: roster.take(house, file))
        people = sum(len(one.people) for one in taken.organisations)
        typer.echo(ctx.obj("cli.contacts_taken", people=people, pools=len(taken.pools)))
        return
    raw = sheets.raw(file)
    number = terminal.run(lambda house: feeds.take(house, raw, pool, person, datetime.now(UTC)))
    typer.echo(ctx.obj("cli.feed_read", number=number))


@app.command("export", epilog=example("duty export --pool vastra-tib --format ics > jour.ics"))
def export(
    pool: Pool = None,
    form: Annotated[Form, typer.Option("--format", help="TOML as import reads it, or a calendar.")] = Form.TOML,
    days: Annotated[int, typer.Option(metavar="DAYS", min=1, max=366, help="How far ahead a calendar goes.")] = 60,
) -> None:
    """Print a duty pool: as TOML with its rules, or as a calendar with a person's code as the title of each event."""
    from operate import terminal
    from operate.people import roster

    calendar = form is Form.ICS
    typer.echo(
        terminal.run(lambda house: roster.exported(house, pool, datetime.now(UTC), days if calendar else None)),
        nl=False,
    )


@app.command("override", epilog=example("duty override kim-tib --from 2026-12-24T08:00 --until 2026-12-25T08:00"))
def override(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="CODE", help="Who is on duty instead, by code.")],
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="Swedish time, if no zone is named.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="When the rota holds again.")],
    pool: Pool = None,
) -> None:
    """Put somebody on duty for a time, whatever the rota says. A swap is two of these."""
    from i18n import when
    from operate import terminal
    from operate.people import roster

    span = roster.span(starts, until)
    code = terminal.run(lambda house: roster.put_on_duty(house, pool, person, span))
    times = {"starts": when(span.starts, ctx.obj), "until": when(span.ends, ctx.obj)}
    typer.echo(ctx.obj("cli.override_noted", code=person, pool=code, **times))


@app.command("refresh", epilog=example("duty refresh"))
def refresh(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Fetch every calendar that a pool or person names. One that cannot be read changes nothing, and ends in code 2."""
    from operate import show, terminal
    from operate.outcome import Exit
    from operate.people import feeds
    from operate.people import show as show_roster

    found = terminal.run(lambda house: feeds.refresh(house, datetime.now(UTC)))
    document = {"feeds": [one.document() for one in found]}
    show.answer(document, lambda: show_roster.refreshed(found, ctx.obj), as_json=as_json)
    raise typer.Exit(Exit.BAD_INPUT if any(one.trouble for one in found) else Exit.DONE)
