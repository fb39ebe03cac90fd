"""How long a duty may take: a duration that knows which clock it runs on."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Clock = Literal["wall", "working_days", "working_hours"]

_ISO = (
    r"-?P(?=[0-9T])(?:(?P<weeks>[0-9]{1,4})W|(?:(?P<days>[0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,6})M)?"
    r"(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?)"
)
_WORKING = r"-?(?P<count>[0-9]{1,4}) working (?P<unit>day|hour)s?"
# JSON Schema speaks ECMA-262, which does not know Python's named groups.
_JSON_PATTERN = re.sub(r"\?P<\w+>", "?:", rf"^(?:none|{_WORKING}|{_ISO})$")
_ISO_FORM, _WORKING_FORM = re.compile(_ISO), re.compile(_WORKING)
_HELP = 'write "PT30M", "P3D", "-P14D", "3 working days", "8 working hours" or "none"'


@dataclass(frozen=True, slots=True)
class Term:
    """A duration with its own clock, written as text in a routine.

    `wall` terms are real elapsed time (P1D is 24 hours, whatever summer time does); `working_hours` count
    office time; `working_days` count office days. A negative term counts backwards. Two terms are equal when
    clock and amount are, however they were written.
    """

    clock: Clock
    amount: timedelta | int
    is_none: bool = False
    text: str = field(default="", compare=False)

    @property
    def positive(self) -> bool:
        """Whether it takes any time, forwards."""
        return not self.is_none and (self.amount > 0 if isinstance(self.amount, int) else self.amount > timedelta(0))

    @property
    def length(self) -> timedelta:
        """The elapsed time of a wall-clock term; ValueError for office time, which has no fixed length."""
        if self.clock != "wall" or not isinstance(self.amount, timedelta):
            raise ValueError(f"{self.text} has no fixed length")
        return self.amount

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a term as a routine writes it; raises ValueError with the accepted forms.

        Years and months are refused: they have no fixed length.
        """
        if text == "none":
            return cls("wall", timedelta(0), is_none=True, text=text)
        sign = -1 if text.startswith("-") else 1
        if form := _WORKING_FORM.fullmatch(text):
            count = sign * int(form["count"])
            if form["unit"] == "day":
                return cls("working_days", count, text=text)
            return cls("working_hours", timedelta(hours=count), text=text)
        form = _ISO_FORM.fullmatch(text)
        if form is None:
            raise ValueError(f"not a term: {text[:40]!r}; {_HELP}")
        whole, _, fraction = (form["seconds"] or "0").partition(".")
        amount = timedelta(
            weeks=int(form["weeks"] or 0),
            days=int(form["days"] or 0),
            hours=int(form["hours"] or 0),
            minutes=int(form["minutes"] or 0),
            seconds=int(whole),
            microseconds=int(fraction.ljust(6, "0")),
        )
        return cls("wall", sign * amount, text=text)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from_text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_text], mode="left_to_right"
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": _JSON_PATTERN,
            "examples": ["PT30M", "P3D", "-P14D", "3 working days", "8 working hours", "none"],
        }
