"""Forms of a case: one for each command, which says at once what came of it and loses nothing of what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException
from pydantic_core import to_json
from starlette.responses import Response

from desk import action
from desk.casefile import CaseFile
from i18n import refusal_text
from models.access import refuse_unless_allowed
from models.case import IncidentFacts
from models.commands import COMMANDS, read_command
from models.message import Command
from models.refusal import BadInput, Refusal
from storage.people import UnknownUser
from web.casefile.deeds import able
from web.casefile.door import Officer, opened, shown
from web.casefile.meanwhile import meanwhile
from web.casefile.panels import panel
from web.casefile.reports import resolved
from web.casefile.timeline import Line
from web.form import Posted
from web.forms.choices import choices, hidden
from web.forms.sheet import MORE, Maker, Sheet
from web.forms.troubles import troubles
from web.forms.values import Values, document
from web.visit import Visit

router = APIRouter()
KINDS = {kind.name(): kind for kind in COMMANDS}
LARGEST = 256 * 1024
"""Bytes of a form: twenty thousand letters may each take a dozen."""
LOOK = "look"
"""The button that only asks what would follow."""
PREFILLED = frozenset({"measure", "task", "obligation", "corrects", "purpose", "stage", "case", "outcome"})
"""Fields that a link may fill in: codes and numbers, never what somebody wrote."""


@dataclass(frozen=True)
class Shown:
    """A form as it goes out. `since`: what others did meanwhile; `open`: it can be sent."""

    sheet: Sheet
    held: Values
    id: str
    since: list[Line] | None = None
    open: bool = True


@router.get("/arenden/{ref}/{command}")
async def form(visit: Officer, ref: str, command: str) -> Response:
    """The form, with what is known already."""
    file, kind = await opened(visit, ref), _kind(command)
    maker = await _maker(visit, file, kind)
    held = maker.blank(_known(file)) | begun(file, command)
    held |= {name: [text] for name, text in visit.request.query_params.items() if name in PREFILLED}
    wrong = _refused(visit, file, kind)
    sheet = maker.sheet(held, wrong, _known(file))
    return await _page(visit, file, Shown(sheet, held, uuid4().hex, open=not wrong))


@router.post("/arenden/{ref}/{command}", max_body_size=LARGEST)
async def send(visit: Officer, ref: str, command: str, posted: Posted) -> Response:
    """Do it, and go back to the case; or show the form again, with all that was filled in."""
    file, kind = await opened(visit, ref), _kind(command)
    held: Values = {name: posted.every(name) for name in posted.names}
    maker = await _maker(visit, file, kind)
    identity, may = posted.one("id") or uuid4().hex, _may(visit, file, kind)

    async def again(wrong: dict[str, str], status: int, since: list[Line] | None = None) -> Response:
        sheet = maker.sheet(held, wrong, _known(file))
        return await _page(visit, file, Shown(sheet, held, identity, since, may), status)

    if posted.has(MORE) or posted.has(LOOK):
        return await again({}, 200)
    try:
        told = document(kind, posted, {one.id for one in file.case.measures})
        proposed = read_command(to_json(await resolved(visit, told)))
        if (happened := await meanwhile(file, proposed, posted.one("seq"), visit.t)) is not None:
            return await again({}, 409, happened)
        await action.act(visit.desk, ref, proposed, visit.actor.id)
    except BadInput as error:
        return await again(troubles(error, kind, visit.t), 422)
    except Refusal as refusal:
        if refusal.code == "unknown_case":
            raise
        return await again({refusal.field: refusal_text(refusal, visit.t)}, 409)
    except UnknownUser:
        raise HTTPException(403) from None
    except action.Unanswered:
        return await again({"": visit.t("case.unanswered")}, 503)
    return visit.go(f"/arenden/{ref}?gjort={proposed.id}")


def begun(file: CaseFile, command: str) -> Values:
    """What stands in a form because it was said before."""
    begins = panel(command).begins
    return begins(file) if begins and file.view.whole else {}


def _kind(command: str) -> type[Command]:
    if command not in KINDS:
        raise HTTPException(404)
    return KINDS[command]


def _may(visit: Visit, file: CaseFile, kind: type[Command]) -> bool:
    """Whether it is theirs to give at all: only then is there a form, with all that can be chosen in it."""
    try:
        refuse_unless_allowed(file.actor, kind, file.case, visit.now)
    except Refusal:
        return False
    return True


def _known(file: CaseFile) -> IncidentFacts | None:
    """What is known of the incident, for those who see the whole case."""
    return file.case.incident if file.view.whole else None


async def _maker(visit: Visit, file: CaseFile, kind: type[Command]) -> Maker:
    return Maker(kind, visit.t, await choices(file, kind.name(), visit.t), hidden(file, kind.name()))


def _refused(visit: Visit, file: CaseFile, kind: type[Command]) -> dict[str, str]:
    """Why there is nothing to be filled in."""
    if kind in able(file, visit.now):
        return {}
    return {"": visit.t("case.not_now")}


async def _page(visit: Visit, file: CaseFile, it: Shown, status: int = 200) -> Response:
    name = it.sheet.kind.name()
    beside = panel(name)
    values: dict[str, Any] = {
        **await shown(visit, file),
        **(await beside.shows(visit, file, it.held) if beside.shows else {}),
        "title": visit.t(f"deed.{name}"),
        "sheet": it.sheet,
        "id": it.id,
        "meanwhile": it.since,
        "open": it.open,
    }
    return visit.page(beside.template, status, **values)
