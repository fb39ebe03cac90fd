"""What stands beside some forms: what they are about, what was said and decided before, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from i18n import label
from i18n.sentences import inside
from models.context import Context
from models.police_file import PoliceFile
from models.stages.risk import RiskAssessed, is_head
from models.vocabulary.case import Answer
from web.casefile.side import reach
from web.casefile.timeline import line_of, spoken_of
from web.casefile.verdict import GROUPS, verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desk.casefile import CaseFile
    from web.casefile.timeline import Line
    from web.forms.values import Values
    from web.visit import Visit

POLICE = frozenset({"police_decided", "police_updated", "restraining_order_recorded"})
CONTACTS = frozenset({"affected_contacted", "followed_up", "support_agreed", "measure_updated", "message_received"})
GLASS = frozenset({"glass_broken", "glass_reviewed"})
LATEST = 6
"""Of what was said before."""


class Panel(NamedTuple):
    """The page of one form: its template, what it shows, and what stands in the form from the beginning."""

    template: str = "case/action.html"
    shows: Callable[[Visit, CaseFile, Values], Awaitable[dict[str, Any]]] | None = None
    begins: Callable[[CaseFile], Values] | None = None


def panel(command: str) -> Panel:
    """The panel of a command's form."""
    return PANELS.get(command, Panel())


async def lines(visit: Visit, file: CaseFile, types: frozenset[str], most: int = LATEST) -> list[Line]:
    """The latest of some kinds of events, the newest first."""
    found = (await file.events(types=types))[-most:][::-1]
    names = await file.names(spoken_of(found))
    return [line_of(event, file, visit.t, names, {}) for event in found]


async def _risk(visit: Visit, file: CaseFile, held: Values) -> dict[str, Any]:
    rule, context = file.routine.risk, Context(visit.now, file.actor, file.routine)
    grouped = {key: [f for f, factor in rule.factors.items() if factor.group == group] for group, key in GROUPS.items()}
    return {
        "verdict": verdict(file, held, context, visit.t),
        "factors": rule.factors,
        "factor_groups": {key: group for key, group in grouped.items() if group},
        "rule": rule,
        "may_lower": is_head(file.case, context),
    }


def _risk_begins(file: CaseFile) -> Values:
    """The last answers: what has not changed need not be asked again."""
    risk = file.case.risk
    held: Values = {f"factors.{factor}": [answer] for factor, answer in risk.factors.items()}
    held |= {name: [value] for name, value in {"grade": risk.grade, "conflict": risk.conflict}.items() if value}
    return held


async def _approve(visit: Visit, file: CaseFile, held: Values) -> dict[str, Any]:  # noqa: ARG001 - one signature
    latest = file.case.risk.latest
    if latest is None:
        return {"assessment": None}
    codes = {"level": inside(label(latest.level, visit.t)), "now": inside(label(file.case.pace, visit.t))}
    means = "case.approve_overtaken" if latest.overtaken else "case.approve_lowers"
    shown = {
        "assessment": latest,
        "by": "",
        "reasons": None,
        "answered": {},
        "means": visit.t("case.approve_confirms" if latest.takes_effect else means, **codes),
    }
    return shown | (await _reasons(visit, file, latest.by) if file.view.whole else {})


async def _reasons(visit: Visit, file: CaseFile, by: str) -> dict[str, Any]:
    """What the latest assessment follows from, for those who see the whole case."""
    own = visit.t.local(file.routine.texts)
    found = [one.data for one in await file.events(types={"risk_assessed"}) if isinstance(one.data, RiskAssessed)]
    answered = {
        answer: [own.code("factor", factor) for factor, given in found[-1].factors.items() if given is answer]
        for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO)
    }
    return {"by": (await file.names([by]))[by], "reasons": found[-1].text, "answered": answered}


async def _police(visit: Visit, file: CaseFile, held: Values) -> dict[str, Any]:  # noqa: ARG001
    police = file.case.police if file.view.whole else PoliceFile()
    return {"before": await lines(visit, file, POLICE, 20), "police": police}


async def _support(visit: Visit, file: CaseFile, held: Values) -> dict[str, Any]:  # noqa: ARG001
    own = visit.t.local(file.routine.texts)
    calls = [one for one in file.view.owed if one.open and {"followed_up", "affected_contacted"} & set(one.rule.met_by)]
    names = {one.key: own.code("obligation", one.kind) for one in calls}
    return {
        "before": await lines(visit, file, CONTACTS),
        "reach": [one async for one in reach(file, visit.t)],
        "calls": [(names[one.key], one.due) for one in calls],
    }


async def _glass(visit: Visit, file: CaseFile, held: Values) -> dict[str, Any]:  # noqa: ARG001
    return {"before": await lines(visit, file, GLASS)}


PANELS: dict[str, Panel] = {
    "assess_risk": Panel("case/assess_risk.html", _risk, _risk_begins),
    "approve": Panel("case/approve.html", _approve),
    "record_police": Panel("case/police.html", _police),
    "update_police": Panel("case/police.html", _police),
    "log_follow_up": Panel("case/call.html", _support),
    "contact_affected": Panel("case/call.html", _support),
    "agree_support": Panel("case/support.html", _support),
    "update_measure": Panel("case/support.html", _support),
    "review_glass": Panel("case/review.html", _glass),
}
