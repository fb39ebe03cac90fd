"""When an obligation is due: its rounds and series counted from moments, under the levels the case has had."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from models.worktime import Term, advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.case import Case
    from models.obligation_rule import ObligationRule, Terms
    from models.routine import Routine
    from models.vocabulary.case import Level
    from models.worktime import Suspension


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
    return case.suspensions if case.suspensions and level not in routine.wall_clock_levels else ()


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
        following = None if over is None else next((at for at in starts if at > over), None)
        if rule.restarts:
            start = max(at for at in starts if over is None or at <= over)
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
    to its own due time.
    """
    pace, base = case.paces[-1], starts[-1]
    for before, after in pairwise(case.paces):
        if after.level.rank > before.level.rank and after.at > base:
            base = after.at
    items: list[tuple[datetime, Reckoned]] = []
    for term in (rule.schedule or {})[pace.level]:
        due = _counted(rule, term, case, routine, base, pace.level)
        if due is None:
            return
        opens = items[-1][1].due if items else due - timedelta(days=1) if rule.relative_to else base
        items.append((opens, Reckoned(max(base, min(opens, due)), due, term, pace.level)))
    calls = [at for at in _times(case, rule.met_by) if at >= base]
    # The level was lowered after such an item would have been due: another schedule held then.
    gone = max(base, pace.at)
    met = _answered([(opens, item.due) for opens, item in items], calls, gone)
    ends = _times(case, rule.ends_by)
    for (_, item), at in zip(items, met, strict=True):
        if at is not None or item.due > gone:
            key = _key(f"{name}.{item.term}", len(starts), case)
            later = None if item.level in routine.wall_clock_levels else case.extensions.get(key)
            yield Round(key, item._replace(due=later) if later else item, at, _first(ends, base) is not None)


def _answered(
    windows: Sequence[tuple[datetime, datetime]], calls: Sequence[datetime], gone: datetime
) -> list[datetime | None]:
    """Per window the contact that meets it; what was due by `gone` is not met by a later one."""
    met: list[datetime | None] = [None] * len(windows)
    number = 0
    for call in calls:
        late = False
        while number < len(windows) and windows[number][1] < call:
            if call <= gone or windows[number][1] > gone:
                met[number], late = call, True
            number += 1
        if not late and number < len(windows) and windows[number][0] <= call:
            met[number] = call
            number += 1
    return met


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
    paces = case.paces
    for index, pace in enumerate(paces):
        if index + 1 < len(paces) and paces[index + 1].at <= start:
            continue
        if met is not None and pace.at >= met and pace.at > start:
            break
        level = pace.level
        if (term := terms[level]).is_none:
            result = None
            continue
        rose = index > 0 and level.rank > paces[index - 1].level.rank
        base = max(start, pace.at) if rose else start
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
    calendar, pauses = routine.calendar, suspensions(level, case, routine)
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
    """When any of these moments came, in order of time: what is told late may have happened early."""
    if len(names) == 1:
        found = case.moments.get(names[0], ())
        return found if len(found) < 2 else sorted(found)  # noqa: PLR2004 - one needs no sorting
    return sorted(at for name in names for at in case.moments.get(name, ()))


def _first(times: Sequence[datetime], since: datetime) -> datetime | None:
    return next((at for at in times if at >= since), None)
