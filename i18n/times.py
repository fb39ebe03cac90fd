"""Times as people say them: Swedish wall time on a 24-hour clock, whatever the server believes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from i18n.catalogue import Words
from models.term import Term

ZONE = ZoneInfo("Europe/Stockholm")
_LOCALES = {"sv": "sv_SE", "en": "en_GB"}
_HOUR, _DAY = 60, 24 * 60
_LONG = 7 * _DAY
"""Minutes after which hours no longer matter to anybody."""


def when(at: datetime, words: Words) -> str:
    """An instant: «tis 3 mars 2026 kl. 14:05»."""
    return format_datetime(at, words("format.when"), tzinfo=ZONE, locale=_LOCALES[words.language])


def exactly(at: datetime, words: Words) -> str:
    """An instant to the second, for what is read beside other logs."""
    return format_datetime(at, words("format.exactly"), tzinfo=ZONE, locale=_LOCALES[words.language])


def day(at: date, words: Words) -> str:
    """A calendar date: «tisdag 3 mars 2026»."""
    return format_date(at, words("format.day"), locale=_LOCALES[words.language])


def short_day(at: date, words: Words) -> str:
    """A calendar date in a list: «lör 20 juni»."""
    return format_date(at, words("format.short_day"), locale=_LOCALES[words.language])


def time_left(left: timedelta, words: Words) -> str:
    """Time until something is due, in its two largest units; negative when it is overdue."""
    minutes = abs(left) // timedelta(minutes=1)
    if not minutes:
        return words("time.now")
    return words("time.left" if left > timedelta(0) else "time.over", time=_span(minutes, words))


def term(length: Term, words: Words) -> str:
    """How long a duty may take: «3 arbetsdagar», «24 timmar», «7 dygn»."""
    if length.is_none or not length.amount:
        return words("term.none" if length.is_none else "term.at_once")
    if isinstance(length.amount, int):
        text = words("term.working_days", number=abs(length.amount))
        backwards = length.amount < 0
    else:
        backwards = length.amount < timedelta(0)
        whole, seconds = divmod(abs(length.amount), timedelta(minutes=1))
        text = _duration(whole, seconds // timedelta(seconds=1), length, words)
    return words("term.before", term=text) if backwards else text


def within(left: timedelta, words: Words) -> str:
    """How long from now, in its two largest units: «30 minuter», «1 dygn 4 timmar»."""
    return _span(max(-(-left // timedelta(minutes=1)), 1), words)


def _duration(minutes: int, seconds: int, length: Term, words: Words) -> str:
    if length.clock == "working_hours":
        return words("term.working_hours", number=minutes // _HOUR)
    if seconds:
        return words("term.seconds", number=minutes * 60 + seconds)
    if minutes % _DAY == 0 and minutes > 2 * _DAY:
        return words("term.days", number=minutes // _DAY)
    if minutes % _HOUR == 0:
        return words("term.hours", number=minutes // _HOUR)
    return words("term.minutes", number=minutes)


def _span(minutes: int, words: Words) -> str:
    days, rest = divmod(minutes, _DAY)
    hours, rest = divmod(rest, _HOUR)
    if minutes >= _LONG:
        hours = 0
    if days:
        rest = 0
    parts = (("span.days", days), ("span.hours", hours), ("span.minutes", rest))
    return " ".join(words(key, number=number) for key, number in parts if number)
