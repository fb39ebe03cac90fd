"""Corrections: what was recorded stands, and a new event says what is right (architecture §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, IncidentFacts
from models.message import Command, Fact, Positive, Text
from models.refusal import Refusal
from models.sight import Sight, sight
from models.stages.intake import replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


class Correct(Command):
    """Correct an earlier event by a new one. Allowed after closure too."""

    type: Literal["correct"] = "correct"
    brings: ClassVar = ("corrected",)
    after_close: ClassVar = True
    corrects: Positive
    """Sequence number of the event that was wrong."""
    incident: IncidentFacts | None = None
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.corrects > case.seq:
            raise Refusal("unknown_event", "corrects", seq=str(self.corrects))
        if self.incident is not None and sight(context.actor, case, context.now) is not Sight.WHOLE:
            raise Refusal("not_allowed", "incident", command=self.type)
        corrected = Corrected(corrects=self.corrects, incident=self.incident, text=self.text)
        return [corrected, *replaced(case, self.incident, context)]


class Corrected(Fact):
    """Something recorded earlier was wrong; this is right."""

    type: Literal["corrected"] = "corrected"
    corrects: Positive
    incident: IncidentFacts | None = None
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"incident": self.incident} if self.incident else {}
