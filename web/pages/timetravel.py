"""Tidsresa: one case event by event: what each event changed, by which rule, and who knew of the case then."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

from fastapi import APIRouter, Depends
from starlette.responses import Response

from desk import review, timetravel
from i18n import explanation_text, label, obligation, when
from i18n.changes import change_text, duty_text
from models.areas import Area
from models.case_changes import case_changes, duty_changes
from models.outside import RESERVED
from models.vocabulary.people import Role
from storage.cases import UnknownCase
from storage.reads import OPERATOR, RECEIPT
from web.casefile.door import Officer, is_number, opened, shown
from web.casefile.timeline import line_of, spoken_of
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from desk.casefile import CaseFile
    from desk.look import View
    from i18n import Words
    from models.case_changes import DutyChange, Knowing
    from models.difference import Change

router = APIRouter()
NAMED = 150
"""So many events have their names on the slider; a page of more would be heavy."""


class Rule(NamedTuple):
    """A duty that the event answered or began: its name, how it stands, and why it was due when it was."""

    name: str
    state: str
    why: list[str]


@router.get("/arenden/{ref}/tidsresa")
async def travel(visit: Officer, ref: str, seq: str = "") -> Response:
    """The case after one of its events; the latest, if none is said."""
    return await _page(visit, seq, partial(opened, visit, ref), reviewing=False)


@router.get(f"{PATHS[Area.AUDIT]}/tidsresa/{{ref}}")
async def reviewed(visit: Annotated[Visit, Depends(at(Area.AUDIT))], ref: str, seq: str = "") -> Response:
    """The same for those who review: in codes, times and roles."""
    if not is_number(ref):
        raise UnknownCase(ref)
    return await _page(visit, seq, partial(review.read, visit.desk, ref, visit.actor), reviewing=True)


class _Opens(Protocol):
    async def __call__(self, *, seq: int | None = None) -> CaseFile: ...


async def _page(visit: Visit, seq: str, opens: _Opens, *, reviewing: bool) -> Response:
    now = await opens()
    last = now.case.seq
    number = min(int(seq), last) if re.fullmatch(r"[1-9][0-9]{0,8}", seq) else last
    file = await opens(seq=number) if number < last else now
    before = (await opens(seq=number - 1)).view if number > 1 else None
    events = await file.events(since=number - 1)
    names, reports = await file.names(spoken_of(events)), await file.reports(events)
    own = visit.t.local(file.routine.texts)
    values: dict[str, Any] = {
        **await shown(visit, file),
        "title": visit.t("travel.title"),
        "review": reviewing,
        "seq": number,
        "last": last,
        "points": await _points(now, own) if last <= NAMED else [],
        # What ties the case to one that is not there for the reader is not there either.
        "one": line_of(events[0], file, visit.t, names, reports) if events else None,
        "routine": file.case.routine,
        "rules": [_rule(one, own) for one in await timetravel.rules(visit.desk, file.view)],
        "owed": [(obligation(one.key, own), one.due) for one in file.view.owed if one.open],
        "changed": _changed(before, file.view, file.case.updated, own),
        "since": _changed(file.view, now.view, now.view.at, own) if number < last else [],
        "later": last - number,
        "knew": await _knew(visit, file, now, by_role=reviewing),
    }
    return visit.page("case/travel.html", **values)


async def _points(file: CaseFile, words: Words) -> list[tuple[int, str]]:
    """Each event by number, time and kind."""
    marks = await file.outline(file.case.seq + 1)
    return [(one.seq, f"{when(one.recorded, words)}, {words.code('moment', one.type)}") for one in reversed(marks)]


def _changed(before: View | None, after: View, at: datetime, words: Words) -> list[tuple[str, str, str]]:
    """What is otherwise after than before; what is owed afterwards is judged by a time of its own."""
    changes = case_changes(before.case if before else None, after.case, whole=after.whole)
    then = min(at, before.at) if before else at
    return _rows(changes, duty_changes(before.owed if before else (), after.owed, then, at), words)


def _rows(changes: Iterable[Change], duties: Iterable[DutyChange], words: Words) -> list[tuple[str, str, str]]:
    return [*(change_text(one, words) for one in changes), *(duty_text(one, words) for one in duties)]


def _rule(one: timetravel.Rule, words: Words) -> Rule:
    why = explanation_text(one.why, words, extended=one.extended)
    return Rule(obligation(one.key, words), words(f"duty_state.{one.state}"), why)


async def _knew(
    visit: Visit, file: CaseFile, now: CaseFile, *, by_role: bool
) -> dict[str, list[tuple[str, str, datetime]]]:
    """Who knew then, and who has come to know since: name, how and since when."""
    then = await timetravel.known(visit.desk, file.view, by_role=by_role)
    later = await timetravel.known(visit.desk, now.view, by_role=by_role) if file is not now else []
    since = [one for one in later if one not in then]
    names = await file.names({one.person for one in (*then, *since)})
    return {
        "travel.knew_then": [_knowing(one, names, visit.t) for one in then],
        "travel.knew_since": [_knowing(one, names, visit.t) for one in since],
    }


def _knowing(one: Knowing, names: dict[str, str], words: Words) -> tuple[str, str, datetime]:
    if not one.person:
        return (label(one.role, words) if one.role else words("travel.somebody")), label(one.how, words), one.since
    if one.person.startswith(RECEIPT) or one.person in RESERVED:
        who = label(Role.REPORTER if one.person != "affected" else Role.AFFECTED, words)
    elif one.person.startswith(OPERATOR):
        who = words("case.by_operator")
    else:
        who = names.get(one.person, one.person)
    role = f" ({label(one.role, words)})" if one.role and one.role is not Role.REPORTER else ""
    return f"{who}{role}", label(one.how, words), one.since
