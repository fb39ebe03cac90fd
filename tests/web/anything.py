"""Anything that somebody could fill in: valid commands of every type, made from their annotations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from i18n.times import ZONE
from models.case import IncidentFacts, RoutineRef
from models.vocabulary.case import Answer
from web.forms.kinds import Kind, Shape, shape

KNOWN = IncidentFacts()
LETTERS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \n"), min_size=1, max_size=40)
TEXT = LETTERS.map(str.strip).filter(bool)
LINE = TEXT.map(lambda text: " ".join(text.split()))
CODE = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
SHAPED: dict[str, st.SearchStrategy[Any]] = {
    "people": st.frozensets(CODE, max_size=3),
    "case": st.just("9001-FV-2026-00077"),
    "to": st.sampled_from(["90", "9002"]),
    "digest": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    "reference": LINE,
}


def there(at: datetime) -> bool:
    """A time that is on Swedish clocks, and only once."""
    back = at.astimezone(UTC).astimezone(ZONE)
    return (
        back.replace(tzinfo=None) == at.replace(tzinfo=None)
        and at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset()
    )


YEARS = datetime(2000, 1, 1), datetime(2090, 1, 1)  # noqa: DTZ001 - the zone comes with the strategy
SIMPLE: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.WORDS: TEXT,
    Kind.LINE: CODE,
    Kind.TICK: st.booleans(),
    Kind.YES_NO: st.booleans(),
    Kind.TIME: st.datetimes(*YEARS, timezones=st.just(ZONE)).filter(there),
    Kind.DAY: st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    Kind.NUMBER: st.integers(1, 999),
    Kind.FACTORS: st.dictionaries(st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True), st.sampled_from(Answer), max_size=4),
}


def anything(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of any valid command of a type, or of a part of one; of a time only where it can have one."""
    its: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        if name == "type" or (name == "at" and not getattr(model, "backdates", True)):
            continue
        found = shape(field)
        one = _one(name, found).filter(bool) if needs_one(field) else _one(name, found)
        its[name] = st.none() | one if found.optional else one
    return st.fixed_dictionaries(its)


def needs_one(field: FieldInfo) -> bool:
    """At least one of several must be given."""
    several = shape(field).kind in {Kind.TICKS, Kind.ROWS}
    return several and any(getattr(mark, "min_length", 0) for mark in field.metadata)


def _one(name: str, its: Shape) -> st.SearchStrategy[Any]:
    if name in SHAPED:
        return SHAPED[name]
    if its.model is RoutineRef:
        return st.fixed_dictionaries({"version": CODE, "digest": CODE})
    if its.model is not None and its.kind is Kind.ROWS:
        return st.lists(anything(its.model), max_size=3)
    if its.model is not None:
        # The same as what is known already is no change, and none is sent.
        return anything(its.model).filter(lambda told: IncidentFacts.model_validate_json(to_json(told)) != KNOWN)
    if its.choices:
        codes = list(its.choices)
        chosen = st.sampled_from(codes)
        # Boxes have no order but the one they stand in.
        several = st.lists(chosen, unique=True, max_size=4).map(lambda some: sorted(some, key=codes.index))
        return several if its.kind is Kind.TICKS else chosen
    return SIMPLE[its.kind]
