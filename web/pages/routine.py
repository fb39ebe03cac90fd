"""The adopted routine as a page to read, as a picture, and what changed between two versions of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Query

from i18n import term
from i18n.sentences import obligation
from models.areas import Area
from models.risk import Factor
from models.routine_changes import changes
from models.term import Term
from models.vocabulary.case import CaseKind, Level, Stage
from models.vocabulary.people import Role
from storage import routines
from web.diagram import picture
from web.visit import Visit, at

if TYPE_CHECKING:
    from fastapi import Response

    from i18n import Words
    from models.difference import Change
    from models.obligation_rule import ObligationRule
    from models.routine import Routine
    from storage.routines import Adoption

router = APIRouter()
Reader = Annotated[Visit, Depends(at(Area.ROUTINE))]
Digest = Annotated[str, Query(max_length=64)]
HIGHEST_FIRST = tuple(reversed(Level))


@router.get("/rutin")
async def read(visit: Reader, version: Digest = "", niva: Level = Level.ACUTE) -> Response:
    """The routine in force, or an earlier one; the picture is of one level."""
    versions, routine = await _routine(visit, version)
    if routine is None:
        return visit.page("routine/none.html", title=visit.t("routine.title"))
    own = visit.t.local(routine.texts)
    return visit.page(
        "routine/routine.html",
        title=visit.t("routine.title"),
        routine=routine,
        versions=versions,
        levels=HIGHEST_FIRST,
        shown=niva,
        stages=[(stage, [*_of(routine, stage)]) for stage in Stage],
        terms=partial(_terms, own),
        named=lambda name: obligation(name, own),
        told=_told(routine),
        factors=_factors(routine, own),
        term_text=lambda text: term(Term.parse(text) if isinstance(text, str) else text, own),
        moment=lambda name: own.code("moment", name),
        drawn=picture(routine, niva),
        CaseKind=CaseKind,
    )


@router.get("/rutin/skillnad")
async def difference(visit: Reader, fran: Digest = "", till: Digest = "") -> Response:
    """What is otherwise in one version than in another."""
    versions, new = await _routine(visit, till)
    _, old = await _routine(visit, fran)
    if new is None or old is None:
        raise HTTPException(404)
    own = visit.t.local(new.texts)
    return visit.page(
        "routine/difference.html",
        title=visit.t("routine.difference_title"),
        old=old,
        new=new,
        versions=versions,
        changed=[(_where(one, own), _said(one.before, own), _said(one.after, own)) for one in changes(old, new)],
    )


async def _routine(visit: Visit, digest: str) -> tuple[list[Adoption], Routine | None]:
    """All versions of one's own organisation, and the one that is asked for, or in force. Raises 404."""
    organisation = visit.actor.organisation
    async with visit.desk.database.reading(of=[organisation]) as session:
        versions = await routines.adopted(session, organisation)
        if not digest:
            today = visit.now.date()
            found = next((one.digest for one in versions if one.valid_from <= today), None)
            return versions, await routines.by_digest(session, found) if found else None
        if digest not in {one.digest for one in versions}:
            raise HTTPException(404)
        return versions, await routines.by_digest(session, digest)


def _of(routine: Routine, stage: Stage) -> list[tuple[str, ObligationRule]]:
    return [(name, rule) for name, rule in routine.obligations.items() if rule.stage is stage]


def _terms(own: Words, rule: ObligationRule, level: Level) -> str:
    """By when at a level; empty if there is no such duty."""
    if rule.schedule is not None:
        return ", ".join(term(one, own) for one in rule.schedule.get(level, ()))
    parts = []
    if rule.due and not rule.due[level].is_none:
        parts.append(term(rule.due[level], own))
    if rule.every and not rule.every[level].is_none:
        parts.append(own("routine.every", term=term(rule.every[level], own)))
    return ", ".join(parts)


def _told(routine: Routine) -> list[tuple[Role, dict[Level, str]]]:
    """Who is told of a case of each level: a row a role that is ever told."""
    rows = routine.notices.level
    roles = [role for role in Role if any(role in row and row[role].urgency for row in rows.values())]
    return [(role, {level: str(row[role]) if role in row else "none" for level, row in rows.items()}) for role in roles]


def _factors(routine: Routine, own: Words) -> list[tuple[str, Factor, str]]:
    return [(name, factor, own.code("factor", name)) for name, factor in routine.risk.factors.items()]


def _where(change: Change, own: Words) -> str:
    """The place of a change in words where there are any: «Första kontakt: tid, Akut»."""
    return " · ".join(_word(part, own) for part in change.path)


def _word(part: str, own: Words) -> str:
    for family in ("obligation", "level", "role", "routine_key", "factor", "stage", "moment", "trait"):
        if f"{family}.{part}" in own:
            return own.code(family, part)
    return part


def _said(value: str | None, own: Words) -> str:
    """A value in words where there are any: terms, levels, roles, moments."""
    if value is None:
        return ""
    try:
        return term(Term.parse(value), own)
    except ValueError:
        return ", ".join(_word(part, own) for part in value.split(", "))
