"""What kind of field a part of a command is: its annotation says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, StringConstraints

from models.case import RoutineRef
from models.message import Narrative
from models.vocabulary.case import Answer

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

FEW = 6
"""Choices that are all shown at once; more stand in a list that opens."""
LONG = 400
"""Characters from which on a text has several lines."""


class Kind(StrEnum):
    """How something is filled in."""

    WORDS = "words"
    LINE = "line"
    RADIOS = "radios"
    LIST = "list"
    TICKS = "ticks"
    ANSWER = "answer"
    YES_NO = "yes_no"
    TICK = "tick"
    DAY = "day"
    TIME = "time"
    NUMBER = "number"
    FACTORS = "factors"
    ROWS = "rows"
    GROUP = "group"


_SIMPLE = {AwareDatetime: Kind.TIME, datetime: Kind.TIME, date: Kind.DAY, int: Kind.NUMBER}


@dataclass(frozen=True)
class Shape:
    """What stands behind a field."""

    kind: Kind
    optional: bool = False
    choices: type[StrEnum] | tuple[StrEnum, ...] = ()
    """Codes to choose among; empty if they are not known from the annotation."""
    model: type[BaseModel] | None = None
    """What a group or a row consists of."""
    longest: int | None = None
    """Characters, if there is a limit."""


def shape(field: FieldInfo) -> Shape:
    """What a field of a model looks like."""
    return _shape(field.annotation, tuple(field.metadata), field.default)


def _shape(annotation: Any, marks: tuple[Any, ...], default: object) -> Shape:
    annotation, marks, optional = _bare(annotation, marks)
    origin, within = get_origin(annotation), get_args(annotation)
    if origin is not None:
        return _of_several(origin, within, optional=optional)
    if annotation is bool:
        return Shape(Kind.TICK if default is False else Kind.YES_NO, optional)
    if _is_vocabulary(annotation):
        few = len(annotation) <= FEW and not optional
        kind = Kind.ANSWER if annotation is Answer else Kind.RADIOS if few else Kind.LIST
        return Shape(kind, optional, annotation)
    if _is_model(annotation):
        return Shape(Kind.LIST if annotation is RoutineRef else Kind.GROUP, optional, model=annotation)
    if annotation in _SIMPLE:
        return Shape(_SIMPLE[annotation], optional)
    longest = next((m.max_length for m in marks if isinstance(m, StringConstraints) and m.max_length), None)
    told = any(isinstance(mark, Narrative) for mark in marks) and (longest or LONG) >= LONG
    return Shape(Kind.WORDS if told else Kind.LINE, optional, longest=longest)


def _of_several(origin: Any, within: tuple[Any, ...], *, optional: bool) -> Shape:
    if origin is Literal:
        return Shape(Kind.RADIOS, optional, within)
    if origin is dict:
        return Shape(Kind.FACTORS, optional)
    inside, _, _ = _bare(within[0], ())
    if _is_model(inside):
        return Shape(Kind.ROWS, optional, model=inside)
    return Shape(Kind.TICKS, optional, inside if _is_vocabulary(inside) else ())


def _bare(annotation: Any, marks: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], bool]:
    """A type without what is said about it, what is said about it, and whether it may be left out."""
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks = (*marks, *more)
        elif get_origin(annotation) in {Union, UnionType}:
            (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
            optional = True
        else:
            return annotation, marks, optional


def _is_vocabulary(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, StrEnum)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
