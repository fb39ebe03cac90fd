"""What somebody wants to see of a list, as it stands in the address: it survives paging and can be bookmarked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from i18n.times import ZONE
from models.message import EARLIEST, LATEST
from models.vocabulary.case import CaseKind, Level, Stage
from storage.worklist import Wanted, Whose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    Code = TypeVar("Code", bound=StrEnum)

WITHOUT, ONLY = "without", "only"
"""Drills left out, or nothing else."""


@dataclass(frozen=True)
class Selection:
    """A choice among the cases."""

    view: Whose = Whose.ALL
    stage: Stage | None = None
    level: Level | None = None
    kind: CaseKind | None = None
    before: date | None = None
    """Due on this day or earlier."""
    drill: str = ""
    closed: bool = False

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Selection:
        """What an address asks for; what means nothing is left out."""
        return cls(
            view=_code(Whose, asked.get("view")) or Whose.ALL,
            stage=_code(Stage, asked.get("stage")),
            level=_code(Level, asked.get("level")),
            kind=_code(CaseKind, asked.get("kind")),
            before=_day(asked.get("before", "")),
            drill=asked["drill"] if asked.get("drill") in {WITHOUT, ONLY} else "",
            closed=asked.get("closed") == "yes",
        )

    @property
    def wanted(self) -> Wanted:
        """For the database."""
        midnight = datetime.combine(self.before + timedelta(days=1), time(), ZONE) if self.before else None
        drill = {WITHOUT: False, ONLY: True}.get(self.drill)
        return Wanted(self.view, self.stage, self.level, self.kind, midnight, drill)

    @property
    def chosen(self) -> list[str]:
        """The fields that leave something out."""
        plain = Selection(view=self.view)
        return [name for name in vars(self) if getattr(self, name) != getattr(plain, name)]

    @property
    def plain(self) -> Selection:
        """The same tab, with nothing left out."""
        return Selection(view=self.view)

    def without(self, field: str) -> Selection:
        """The same, but for one field."""
        return self.but(**{field: getattr(Selection(), field)})

    def but(self, **changes: Any) -> Selection:
        """The same, with these fields otherwise."""
        return replace(self, **changes)

    def query(self, **more: str | None) -> str:
        """How it stands in an address, with its question mark."""
        plain = Selection()
        said = {name: _said(value) for name, value in vars(self).items() if value != getattr(plain, name)}
        said |= {name: value for name, value in more.items() if value}
        return f"?{urlencode(said)}" if said else ""


def _said(value: object) -> str:
    return "yes" if value is True else str(value)


def _code(codes: type[Code], asked: str | None) -> Code | None:
    return codes(asked) if asked in list(codes) else None


def _day(asked: str) -> date | None:
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    return day if EARLIEST.date() <= day < LATEST.date() else None
