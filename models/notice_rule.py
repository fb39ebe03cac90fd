"""Who is told what, how urgently, on which condition: the notification matrix of a routine (domain §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field
from pydantic_core import CoreSchema, core_schema

from models.message import Frozen
from models.obligation_rule import Trait
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


class Condition(StrEnum):
    """On which condition a role is told."""

    CONSENT = "consent"
    OUT_OF_HOURS = "out_of_hours"
    MEDIA = "media"
    MEETING = "meeting"
    ACUTE = "acute"


_PATTERN = rf"^(none|({'|'.join(Urgency)})( if ({'|'.join(Condition)}))?)$"


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """One cell of the matrix, such as `now`, `page`, `digest if media` or `none`."""

    urgency: Urgency | None
    condition: Condition | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cell; ValueError names the accepted forms."""
        urgency, _, condition = text.partition(" if ")
        try:
            if urgency == "none" and not condition:
                return cls(None)
            return cls(Urgency(urgency), Condition(condition) if condition else None)
        except ValueError:
            raise ValueError(
                f"not a notice rule: {text[:40]!r}; write {', '.join(Urgency)} or none, "
                f'perhaps followed by " if " and {", ".join(Condition)}'
            ) from None

    def __str__(self) -> str:
        return f"{self.urgency or 'none'}{f' if {self.condition}' if self.condition else ''}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from_text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": _PATTERN}


Row = dict[Role, NoticeRule]


class NoticeMatrix(Frozen):
    """The matrix. A case is told of by its level's row; a trait's row overrides single roles in it."""

    level: dict[Level, Row]
    prevention: dict[Level, Row]
    protected: Row
    """Replaces the level's row altogether when the person has a protected identity."""
    traits: dict[Trait, Row] = Field(default_factory=dict)
    on: dict[str, Row] = Field(default_factory=dict)
    """Further moments that are told of, by their name."""
    deputies: dict[Role, Role]
    """Who is told instead of a role that is blocked in a case."""

    def rows(self) -> dict[str, Row]:
        """All rows by their keys."""
        rows = {f"level.{level}": row for level, row in self.level.items()}
        rows |= {f"prevention.{level}": row for level, row in self.prevention.items()}
        rows |= {f"traits.{trait}": row for trait, row in self.traits.items()}
        return rows | {f"on.{moment}": row for moment, row in self.on.items()} | {"protected": self.protected}
