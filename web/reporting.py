"""From the form of a report to the report: what was not answered is not known, and what is wrong is named."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from i18n.times import ZONE
from models.message import NARRATIVE_LIMIT
from models.refusal import BadInput
from models.report import read_report
from models.vocabulary.case import CaseKind
from web.asked import INCIDENT_QUESTIONS, KIND, PREVENTION_QUESTIONS, SUBJECT, Subject, is_prevention
from web.questions import Choice

if TYPE_CHECKING:
    from models.report import Report
    from web.form import Form

REACH = ("name", "telephone", "email", "secure_inbox", "other", "safe_time")
"""Fields that say how to reach the person."""
FIRST = ("what", "danger_now", *REACH, "anonymous")
"""Fields of the first screen."""
WAYS = ("telephone", "email", "secure_inbox", "other")
"""One of them is enough."""
LINE_LIMIT = 300
YES = "yes"
_CHOICES = [
    part
    for question in (*INCIDENT_QUESTIONS, *PREVENTION_QUESTIONS)
    for part in question.parts
    if isinstance(part, Choice) and part not in (SUBJECT, KIND)
]
_STEPS = {
    field: question.code for question in (*INCIDENT_QUESTIONS, *PREVENTION_QUESTIONS) for field in question.fields
}
CARRIED = tuple(dict.fromkeys([*FIRST, *_STEPS]))
"""Every field of the form, on whatever screen."""


class Wrong(NamedTuple):
    """What is wrong: in which field, and the key of what to say."""

    field: str
    key: str

    @property
    def step(self) -> str:
        """The screen to put it right on."""
        return "" if self.field in FIRST else _STEPS.get(self.field, "")


class NotYet(Exception):
    """The form does not make a report yet."""

    def __init__(self, wrong: list[Wrong]) -> None:
        self.wrong = wrong
        super().__init__(", ".join(one.field for one in wrong))


def report_of(form: Form, organisation: str, received: datetime) -> Report:
    """The report that a form tells.

    :raises NotYet: naming each field that is wrong.
    """
    wrong = list(_missing(form))
    given = _given(form, organisation)
    for name in ("from", "to"):
        try:
            if at := _moment(form, name, received):
                given[f"occurred_{name}"] = at.isoformat()
        except ValueError:
            wrong.append(Wrong(f"{name}_day", "report.wrong_time"))
    if given["kind"] is CaseKind.PREVENTION and not _is_day(given.get("meeting_day", "")):
        wrong.append(Wrong("meeting_day", "report.wrong_meeting_day"))
    if wrong:
        raise NotYet(wrong)
    try:
        return read_report(json.dumps(given, ensure_ascii=False), received)
    except BadInput as error:
        raise NotYet([_wrong(one.field, one.code) for one in error.problems]) from None


def _missing(form: Form) -> list[Wrong]:
    """What every report needs."""
    wrong = []
    if not form.has("what"):
        wrong.append(Wrong("what", "report.wrong_what"))
    elif len(form.one("what")) > NARRATIVE_LIMIT:
        wrong.append(Wrong("what", "report.wrong_what_long"))
    if form.one("anonymous") != YES and not any(form.has(way) for way in WAYS):
        wrong.append(Wrong("telephone", "report.wrong_reach"))
    # What is plainly no number or address would keep us from reaching the person, and nobody would notice.
    if form.has("telephone") and len(re.sub(r"\D", "", form.one("telephone"))) < 5:  # noqa: PLR2004 - the shortest
        wrong.append(Wrong("telephone", "report.wrong_telephone"))
    if form.has("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+", form.one("email")):
        wrong.append(Wrong("email", "report.wrong_email"))
    return wrong + [Wrong(field, "report.wrong_long") for field in REACH if len(form.one(field)) > LINE_LIMIT]


def _given(form: Form, organisation: str) -> dict[str, Any]:
    """All that was answered, as the report's own fields."""
    prevention = is_prevention(form)
    subject = SUBJECT.chosen(form)
    given: dict[str, Any] = {
        "organisation": organisation,
        "kind": CaseKind.PREVENTION if prevention else CaseKind.INCIDENT,
        "what": form.one("what"),
        "reach": {field: form.one(field) for field in REACH if form.has(field)},
        "anonymous": form.one("anonymous") == YES,
        "danger_now": form.one("danger_now") == YES,
        "for_another": bool(subject) and subject != [Subject.SELF],
        "affected_known": subject != [Subject.UNKNOWN],
    }
    if prevention and form.has("meeting_day"):
        given["meeting_day"] = form.one("meeting_day")
    for part in _CHOICES:
        if chosen := part.chosen(form):
            given[part.field] = list(dict.fromkeys(chosen)) if part.several else chosen[0]
    return given


def _moment(form: Form, name: str, received: datetime) -> datetime | None:
    """When it began or ended, in Swedish time; a day alone is the whole of it. Raises ValueError for no such time."""
    day, hour = form.one(f"{name}_day"), form.one(f"{name}_time")
    if not day:
        if hour:
            raise ValueError
        if name == "to" and form.has("from_day") and not form.has("from_time"):
            # Sometime that day.
            day = form.one("from_day")
        else:
            return None
    whole = name == "to" and not hour
    at = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour or "00:00"), ZONE)
    if not whole:
        return at
    end = at + timedelta(days=1, minutes=-1)
    return min(end, received) if at <= received else end


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wrong(field: str, code: str) -> Wrong:
    """What a rule of the report says, as the form says it."""
    match field.rpartition(".")[2], code:
        case ("occurred_from" | "occurred_to") as at, "in_the_future":
            return Wrong(f"{at.removeprefix('occurred_')}_day", "report.wrong_future")
        case ("occurred_from" | "occurred_to") as at, _:
            return Wrong(f"{at.removeprefix('occurred_')}_day", "report.wrong_time")
        case _, "ends_before_start":
            return Wrong("to_day", "report.wrong_order")
        case "meeting_day", _:
            return Wrong("meeting_day", "report.wrong_meeting_day")
        case _, "too_large":
            return Wrong("what", "report.wrong_what_long")
    return Wrong("what", "report.wrong_other")
