"""Break-glass: looking into a case one may not see, for a while and with a reason, and the review of it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.glass import Glass
from models.message import Command, Fact, Instant, Positive, Text
from models.refusal import Refusal
from models.sight import Sight, head_of_security, reviewers, roles_in, sight
from models.vocabulary.case import GlassOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from models.context import Context
    from models.events import Event


class BreakGlass(Command):
    """See the whole of a case for as long as the routine says. It is told of at once, and reviewed."""

    type: Literal["break_glass"] = "break_glass"
    brings: ClassVar = ("glass_broken",)
    after_close: ClassVar = True
    text: Text
    """Why."""

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.possible(case, context):
            raise Refusal("sees_whole", "type")
        return [GlassBroken(until=context.now + context.routine.break_glass.length, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return sight(context.actor, case, context.now) is not Sight.WHOLE


class GlassBroken(Fact):
    """Somebody looks into the case who otherwise may not."""

    type: Literal["glass_broken"] = "glass_broken"
    until: Instant
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        glass = Glass(number=event.seq, by=event.actor, broken=event.recorded, until=self.until)
        return {"glasses": (*case.glasses, glass)}


class ReviewGlass(Command):
    """Say afterwards whether there was reason to look: the head of security or the data-protection officer does."""

    type: Literal["review_glass"] = "review_glass"
    brings: ClassVar = ("glass_reviewed", "glass_review_complete")
    after_close: ClassVar = True
    glass: Positive | None = None
    """Sequence number of the event that told of it; None means the first that waits for this person."""
    outcome: GlassOutcome
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not _reviews(case, context):
            raise Refusal("only_chief_reviews", "actor")
        waiting = [glass for glass in case.glasses if not glass.reviewed]
        asked = [glass for glass in waiting if self.glass in {None, glass.number}]
        if not asked:
            raise Refusal("nothing_to_review", "glass")
        others = [glass for glass in asked if glass.by != context.actor.id]
        if not others:
            raise Refusal("same_person", "actor")
        return [
            GlassReviewed(glass=others[0].number, outcome=self.outcome, complete=waiting == others[:1], text=self.text)
        ]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        waits = any(not glass.reviewed and glass.by != context.actor.id for glass in case.glasses)
        return waits and _reviews(case, context)


def _reviews(case: Case, context: Context) -> bool:
    return not roles_in(context.actor, case).isdisjoint({head_of_security(case)} | reviewers(case))


class GlassReviewed(Fact):
    """Somebody has judged whether there was reason to look."""

    type: Literal["glass_reviewed"] = "glass_reviewed"
    also: ClassVar = ("glass_review_complete",)
    glass: Positive
    outcome: GlassOutcome
    complete: bool = False
    """No other waits for its review."""
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("glass_reviewed", "glass_review_complete") if self.complete else ("glass_reviewed",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "glasses": tuple(
                glass.model_copy(update={"reviewed": True}) if glass.number == self.glass else glass
                for glass in case.glasses
            )
        }
