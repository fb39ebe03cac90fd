"""When an obligation is due: its rounds and series counted from moments, under the levels the case has had."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from models.worktime import Term, advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.case import Case, Pace
    from models.obligation_rule import ObligationRule, Terms
    from models.routine import Routine
    from models.vocabulary.case import Level
    from models.worktime import Suspension


_WINDOW = timedelta(days=1)
"""How long before a day in a calendar a contact counts as made for it."""


class Reckoned(NamedTuple):
    """A start, the due time that follows, and the term and level that gave it."""

    start: datetime
    due: datetime
    term: Term
    level: Level


class Round(NamedTuple):
    """One time that something is owed. Times in UTC."""

    key: str
    reckoned: Reckoned
    met: datetime | None = None
    ended: bool = False
    """A moment came after which it is no longer owed."""
    repeats: bool = False


def rounds(name: str, rule: ObligationRule, case: Case, routine: Routine) -> Iterator[Round]:
    """What an obligation asks for so far: its last round, the items of its series, or the cycle now running."""
    starts = _times(case, rule.starts)
    if not starts:
        return
    if rule.schedule is not None:
        yield from _series(name, rule, case, routine, starts)
    elif rule.every is not None:
        yield from _cycle(name, rule, case, routine, starts[0])
    elif rule.due is not None:
        yield from _last(name, rule, case, routine, starts)


def suspensions(level: Level, case: Case, routine: Routine) -> Sequence[Suspension]:
    """What does not count at this level: nothing, where clocks run day and night (domain §3.5)."""
    return () if level in routine.wall_clock_levels else case.suspensions


def _last(name: str, rule: ObligationRule, case: Case, routine: Routine, starts: Sequence[datetime]) -> Iterator[Round]:
    """The round now running or last met.

    A start that comes while one is running changes nothing, or counts anew if the rule says so; one that comes after it
    begins the next.
    """
    mets, ends = _times(case, rule.met_by), _times(case, rule.ends_by)
    number, start, met, ended = 0, starts[0], None, None
    following: datetime | None = start
    while following is not None:
        number, start = number + 1, following
        met, ended = _first(mets, start), _first(ends, start)
        over = met if ended is None or (met is not None and met < ended) else ended
        begun = len(starts) if over is None else bisect_right(starts, over)
        following = starts[begun] if begun < len(starts) else None
        if rule.restarts:
            start = starts[begun - 1]
    key = _key(name, number, case)
    if reckoned := _reckoned(rule, rule.due or {}, case, routine, start, met, case.extensions.get(key)):
        yield Round(key, reckoned, met, ended is not None)


def _cycle(name: str, rule: ObligationRule, case: Case, routine: Routine, start: datetime) -> Iterator[Round]:
    """The cycle now running; earlier ones stand in the ledger. The first may have a time of its own (`due`)."""
    done = [at for at in _times(case, rule.met_by) if at > start]
    terms = rule.due if rule.due is not None and not done else rule.every
    since = done[-1] if done else start
    key = _key(f"{name}.{len(done) + 1}", 1, case)
    if reckoned := _reckoned(rule, terms or {}, case, routine, since, None, case.extensions.get(key)):
        yield Round(key, reckoned, None, _first(_times(case, rule.ends_by), since) is not None, repeats=True)


def _series(
    name: str, rule: ObligationRule, case: Case, routine: Routine, starts: Sequence[datetime]
) -> Iterator[Round]:
    """A schedule counted from the start, or from the last time the level rose.

    A contact meets all that is overdue by then; if nothing is, the item whose window it falls in, from the item before
    to its own due time. A raised level starts its schedule at the raise, and what was still owed is not put off by it;
    a lowered level asks for nothing on a day that had passed when it came, unless that was owed before too.
    """
    base, calls = starts[-1], [at for at in _times(case, rule.met_by) if at >= starts[-1]]
    items: list[Round] = []
    before: Level | None = None
    for pace in _paces(case, base):
        rose = before is not None and pace.level.rank > before.rank
        if before is not None:
            items = _answered(items, [at for at in calls if at < pace.at], rule)
            calls = [at for at in calls if at >= pace.at]
            base = pace.at if rose else base
        planned = _planned(name, rule, case, routine, base, pace.level, len(starts))
        if before is None:
            items = planned
        elif rose:
            items = _raised(items, planned)
        else:
            items = _lowered(items, planned, pace.at)
        before = pace.level
    ends = _times(case, rule.ends_by)
    items = _answered(items, calls, rule)
    yield from items if _first(ends, base) is None else [item._replace(ended=True) for item in items]


def _planned(
    name: str, rule: ObligationRule, case: Case, routine: Routine, base: datetime, level: Level, number: int
) -> list[Round]:
    items: list[Round] = []
    for term in (rule.schedule or {})[level]:
        due = _counted(rule, term, case, routine, base, level)
        if due is None:
            return []
        start = items[-1].reckoned.due if items else due - _WINDOW if rule.relative_to else base
        key = _key(f"{name}.{str(term).replace(' ', '_')}", number, case)
        if key in case.extensions and level not in routine.wall_clock_levels:
            due = case.extensions[key]
        items.append(Round(key, Reckoned(max(base, min(start, due)), due, term, level)))
    return items


def _raised(items: Sequence[Round], planned: Sequence[Round]) -> list[Round]:
    owed = {item.key: item for item in items if item.met is None}
    sooner = [min(item, owed.pop(item.key, item), key=_due) for item in planned]
    return sorted([*owed.values(), *sooner], key=_due)


def _lowered(items: Sequence[Round], planned: Sequence[Round], at: datetime) -> list[Round]:
    held = {item.key: item for item in items}
    kept = [item for item in planned if item.key in held or item.reckoned.due > at]
    return [held[item.key] if item.key in held and held[item.key].met else item for item in kept]


def _answered(items: Sequence[Round], calls: Sequence[datetime], rule: ObligationRule) -> list[Round]:
    answered, open_now = list(items), [number for number, item in enumerate(items) if item.met is None]
    for call in calls:
        if not open_now:
            break
        first = open_now[0]
        opens = _due(items[first - 1]) if first else _due(items[0]) - _WINDOW if rule.relative_to else call
        meets = [number for number in open_now if _due(items[number]) < call] or [first] * (opens <= call)
        for number in meets:
            answered[number] = items[number]._replace(met=call)
        open_now = open_now[len(meets) :]
    return answered


def _due(item: Round) -> datetime:
    return item.reckoned.due


def _paces(case: Case, start: datetime) -> Sequence[Pace]:
    """The level in force at the start, and those after it."""
    paces = case.paces
    first = len(paces) - 1
    while first and paces[first].at > start:
        first -= 1
    return paces[first:]


def _reckoned(
    rule: ObligationRule,
    terms: Terms,
    case: Case,
    routine: Routine,
    start: datetime,
    met: datetime | None,
    extension: datetime | None,
) -> Reckoned | None:
    """Start and due time under the levels until it was met; None if none is owed.

    All clocks start with the report (domain §3.5); a raised level gives its own time from the raise if that is sooner,
    a lowered level gives its longer time from the start. An extension holds at levels that allow one, and is what a
    raise is compared with.
    """
    result: Reckoned | None = None
    before: Level | None = None
    for pace in _paces(case, start):
        level = pace.level
        if before is not None and met is not None and pace.at >= met:
            break
        rose = before is not None and level.rank > before.rank
        before = level
        if (term := terms[level]).is_none:
            result = None
            continue
        base = pace.at if rose else start
        due = _counted(rule, term, case, routine, base, level)
        if due is None:
            return None
        if not rose or result is None or due < result.due:
            result = Reckoned(base, due, term, level)
        if extension is not None and level not in routine.wall_clock_levels:
            result = result._replace(due=extension)
    return result


def _counted(
    rule: ObligationRule, term: Term, case: Case, routine: Routine, base: datetime, level: Level
) -> datetime | None:
    calendar, pauses = routine.calendar, suspensions(level, case, routine) if case.suspensions else ()
    if rule.relative_to is None:
        return advance(base, term, calendar, pauses)
    order = case.police.restraining_order
    day = case.incident.meeting_day if rule.relative_to == "meeting_day" else (order.until if order else None)
    if day is None:
        return None
    end_of_day = datetime.combine(day + timedelta(days=1), time(), calendar.zone).astimezone(UTC)
    return max(advance(end_of_day, term, calendar), advance(base, rule.at_least, calendar, pauses))


def _key(name: str, number: int, case: Case) -> str:
    """Each round has its own key, so that its reminders and escalations begin anew; so does each reopening."""
    numbered = name if number == 1 else f"{name}.{number}"
    return f"{numbered}/{case.reopenings + 1}" if case.reopenings else numbered


def _times(case: Case, names: tuple[str, ...]) -> Sequence[datetime]:
    """When any of these moments came, in order of time."""
    if len(names) == 1:
        return case.moments.get(names[0], ())
    found = [at for name in names for at in case.moments.get(name, ())]
    found.sort()
    return found


def _first(times: Sequence[datetime], since: datetime) -> datetime | None:
    place = bisect_left(times, since)
    return times[place] if place < len(times) else None
