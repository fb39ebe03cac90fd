"""Tidsresa: one case event by event: what each event changed, by which rule, and who knew of the case then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from desk import timetravel
from i18n import explanation_text, label, obligation, when
from i18n.changes import change_text, duty_text
from models.case_changes import case_changes, duty_changes
from models.vocabulary.people import Role
from storage.reads import OPERATOR, RECEIPT
from storage.tables import Via
from web.casefile.door import Officer, opened, shown
from web.casefile.timeline import line_of, spoken_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desk.casefile import CaseFile
    from desk.look import View
    from desk.timetravel import Difference
    from i18n import Words
    from models.case_changes import DutyChange, Knowing
    from models.difference import Change
    from web.visit import Visit

router = APIRouter()
NAMED = 150
"""So many events have their names on the slider; a page of more would be heavy."""
_SYSTEM = frozenset({"clock", "world", "reporter", "affected", "informant"})


class Rule(NamedTuple):
    """A duty that the event answered or began: its name, how it stands, and why it was due when it was."""

    name: str
    state: str
    why: list[str]


@router.get("/arenden/{ref}/tidsresa")
async def travel(visit: Officer, ref: str, seq: str = "") -> Response:
    """The case after one of its events; the latest, if none is said."""
    now = await opened(visit, ref)
    last = now.case.seq
    number = min(int(seq), last) if re.fullmatch(r"[1-9][0-9]{0,8}", seq) else last
    file = await opened(visit, ref, seq=number) if number < last else now
    before = (await opened(visit, ref, seq=number - 1)).view if number > 1 else None
    events = await file.events(since=number - 1)
    names, reports = await file.names(spoken_of(events)), await file.reports(events)
    since = await timetravel.difference(visit.desk, ref, visit.actor.id, number, via=Via.PAGE)
    own = visit.t.local(file.routine.texts)
    values: dict[str, Any] = {
        **await shown(visit, file),
        "title": visit.t("travel.title"),
        "seq": number,
        "last": last,
        "points": await _points(now, own) if last <= NAMED else [],
        # What ties the case to one that is not there for the reader is not there either.
        "one": line_of(events[0], file, visit.t, names, reports) if events else None,
        "routine": file.case.routine,
        "rules": [_rule(one, own) for one in await timetravel.rules(visit.desk, file.view)],
        "owed": [(obligation(one.key, own), one.due) for one in file.view.owed if one.open],
        "changed": _changed(before, file.view, own),
        "since": _rows(since.changes, since.duties, own),
        "later": last - number,
        "knew": await _knew(visit, file, since),
    }
    return visit.page("case/travel.html", **values)


async def _points(file: CaseFile, words: Words) -> list[tuple[int, str]]:
    """Each event by number, time and kind."""
    marks = await file.outline(file.case.seq + 1)
    return [(one.seq, f"{when(one.recorded, words)}, {words.code('moment', one.type)}") for one in reversed(marks)]


def _changed(before: View | None, after: View, words: Words) -> list[tuple[str, str, str]]:
    at = after.case.updated
    changes = case_changes(before.case if before else None, after.case, whole=after.whole)
    return _rows(changes, duty_changes(before.owed if before else (), after.owed, at, at), words)


def _rows(changes: Iterable[Change], duties: Iterable[DutyChange], words: Words) -> list[tuple[str, str, str]]:
    return [*(change_text(one, words) for one in changes), *(duty_text(one, words) for one in duties)]


def _rule(one: timetravel.Rule, words: Words) -> Rule:
    why = explanation_text(one.why, words, extended=one.extended)
    return Rule(obligation(one.key, words), words(f"duty_state.{one.state}"), why)


async def _knew(visit: Visit, file: CaseFile, since: Difference) -> dict[str, list[tuple[str, str, Any]]]:
    """Who knew then, and who has come to know since: name, how and since when."""
    then = await timetravel.known(visit.desk, file.view)
    names = await file.names({one.person for one in (*then, *since.knew)})
    return {
        "travel.knew_then": [_knowing(one, names, visit.t) for one in then],
        "travel.knew_since": [_knowing(one, names, visit.t) for one in since.knew if since.events],
    }


def _knowing(one: Knowing, names: dict[str, str], words: Words) -> tuple[str, str, Any]:
    if one.person.startswith(RECEIPT) or one.person in _SYSTEM:
        who = label(Role.REPORTER if one.person != "affected" else Role.AFFECTED, words)
    elif one.person.startswith(OPERATOR):
        who = words("case.by_operator")
    else:
        who = names.get(one.person, one.person)
    role = f" ({label(one.role, words)})" if one.role and one.role is not Role.REPORTER else ""
    return f"{who}{role}", label(one.how, words), one.since
