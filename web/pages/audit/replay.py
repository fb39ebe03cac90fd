"""Uppspelning: an auditor has a case's history replayed and held against the ledger, without having to trust us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Query

from audit.code import code_version
from audit.proof import keep, prove
from i18n.times import exactly
from models.areas import Area
from models.message import CLOCK, WORLD
from models.review import Pseudonyms
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, ReadWhat
from storage import reads, replays
from storage.cases import UnknownCase
from storage.reads import Read
from storage.tables import Via
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from starlette.responses import Response

    from audit.comparison import Difference, Side
    from audit.proof import Proof

PATH = f"{PATHS[Area.AUDIT]}/uppspelning"
MANY = 50
NOBODY = frozenset({CLOCK, WORLD, "reporter"})
"""Actors whose code is nobody's."""
SIDE = ("type", "at", "recorded", "actor", "content", "state")
SHORT = 16
"""Characters of a digest that are enough to compare by eye."""
Auditor = Annotated[Visit, Depends(at(Area.AUDIT))]

router = APIRouter()


@router.get(PATH)
async def cases(visit: Auditor, before: Annotated[str | None, Query(max_length=32)] = None) -> Response:
    """The cases of the organisation, and what became of replaying each."""
    mine = visit.actor.organisation
    async with visit.desk.database.reading(of={mine}) as session:
        lines = await replays.listed(session, visit.actor, before=before, limit=MANY + 1)
    return visit.page(
        "audit/replays.html",
        title=visit.t("audit.replay"),
        path=PATH,
        lines=lines[:MANY],
        more=lines[MANY - 1].case if len(lines) > MANY else "",
        first=before is None,
        code=code_version(),
    )


@router.get(f"{PATH}/{{ref}}")
async def last(visit: Auditor, ref: str) -> Response:
    """One case: what became of it the last time, and the button that replays it now."""
    return await _page(visit, ref)


@router.post(f"{PATH}/{{ref}}")
async def replay(visit: Auditor, ref: str, form: Posted) -> Response:  # noqa: ARG001 - whose form it is was tried
    """Replay it now; the answer shows both sides where they part."""
    await _line(visit, ref)
    try:
        proof = await prove(visit.desk, ref)
    except UnknownCase:
        raise HTTPException(404) from None
    except EngineOutOfReach:
        return await _page(visit, ref, status=503, trouble=visit.t("replay.no_engine"))
    await keep(visit.desk, proof)
    actor = visit.actor
    role = min(actor.roles & {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER})
    read = Read(ref, actor.organisation, actor.id, role, Via.PAGE, visit.now, ReadWhat.HISTORY, ReadGround.REVIEW)
    await reads.note(visit.desk.database, read)
    return await _page(visit, ref, proof=proof)


async def _line(visit: Visit, ref: str) -> replays.Line:
    """The case, if it is one of the visitor's own organisation that they are not kept out of."""
    mine = visit.actor.organisation
    async with visit.desk.database.reading(of={mine}) as session:
        line = await replays.line(session, visit.actor, ref)
    if line is None:
        raise HTTPException(404)
    return line


async def _page(visit: Visit, ref: str, status: int = 200, proof: Proof | None = None, trouble: str = "") -> Response:
    line = await _line(visit, ref)
    return visit.page(
        "audit/replay.html",
        status,
        title=visit.t("replay.of_case", case=ref),
        path=PATH,
        line=line,
        proof=proof,
        rows=_rows(proof.difference, visit) if proof and proof.difference else (),
        trouble=trouble,
        code=code_version(),
    )


def _rows(found: Difference, visit: Visit) -> list[tuple[str, str, str]]:
    """Name by name what each side has; never a person's code, but the same person has the same name in both."""
    sides = (found.history, found.ledger)
    people = Pseudonyms({side.actor for side in sides if side and side.actor not in NOBODY})
    rows = []
    for name in SIDE:
        history, ledger = (_shown(side, name, people, visit) for side in sides)
        rows.append((name, history, ledger))
    return rows


def _shown(side: Side | None, name: str, people: Pseudonyms, visit: Visit) -> str:
    if side is None:
        return ""
    if name == "type":
        return visit.t.code("moment", side.type)
    if name in {"at", "recorded"}:
        return exactly(getattr(side, name), visit.t)
    value = str(getattr(side, name))
    return str(people.of(value)) if name == "actor" else value[:SHORT]
