"""How a routine words an obligation: what starts its clock, what meets it, by when, and who hears if nobody does."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from models.message import Frozen
from models.term import Term
from models.vocabulary.case import CaseKind, Level, Stage
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.case import Case


class Trait(StrEnum):
    """What a case may be, beside its level; obligations and notices may depend on it."""

    ONLINE_STORM = "online_storm"
    STALKING = "stalking"
    AFFECTED_KNOWN = "affected_known"
    ANONYMOUS = "anonymous"
    PROTECTED = "protected"
    COLLEAGUE = "colleague"
    EMPLOYEE = "employee"
    MEETING_THREAT = "meeting_threat"
    MEDIA = "media"


def _as_tuple(value: object) -> object:
    # A strict tuple takes no list, even from JSON, once a validator has had it in hand.
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=str | tuple[str, ...])]
Kinds = Annotated[
    tuple[CaseKind, ...], BeforeValidator(_as_tuple, json_schema_input_type=CaseKind | tuple[CaseKind, ...])
]
Traits = Annotated[tuple[Trait, ...], BeforeValidator(_as_tuple, json_schema_input_type=Trait | tuple[Trait, ...])]
Terms = dict[Level, Term]
Ladder = tuple[Annotated[tuple[Role, ...], Field(min_length=1)], ...]
Share = Annotated[float, Field(gt=0, le=1000, strict=False)]


ACCEPTANCES = ("acknowledged", "acknowledged_by_two", "acknowledged_by_three")
"""The moments by which an alarm is met: so many different people have taken responsibility for it."""


class StepKind(StrEnum):
    """What happens at a step."""

    REMIND = "remind"
    ESCALATE = "escalate"


class Step(NamedTuple):
    """One reminder or escalation. `number` counts from 1 within an obligation; `rung` from 0 on the ladder."""

    number: int
    share: float
    kind: StepKind
    rung: int


class Escalation(Frozen):
    """When reminders and escalations come, as shares of the time, and who is told at each."""

    remind_at: tuple[Share, ...] = (0.5, 0.8)
    escalate_at: tuple[Share, ...] = (1.0, 1.5, 2.0)
    ladder: Annotated[Ladder, Field(min_length=1)]
    repeat: Term = Term.parse("P1D")
    """After the last step the top of the ladder is told again this often."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.remind_at) != sorted(set(self.remind_at)) or list(self.escalate_at) != sorted(
            set(self.escalate_at)
        ):
            raise PydanticCustomError("not_in_order", "shares must rise")
        if not self.escalate_at or self.escalate_at[0] < 1:
            raise PydanticCustomError(
                "escalates_early", "the first escalation comes when the time is up (1.0) or later"
            )
        if self.remind_at and self.remind_at[-1] >= 1:
            raise PydanticCustomError("reminds_late", "reminders come before the time is up")
        if self.repeat.is_none or self.repeat.clock != "wall":
            raise PydanticCustomError("repeat", "repeat is a wall-clock duration such as P1D")
        return self

    def steps(self) -> tuple[Step, ...]:
        """Reminders and escalations in order; past the end of the ladder its last rung is told again."""
        reminders = [Step(n, share, StepKind.REMIND, 0) for n, share in enumerate(self.remind_at, start=1)]
        top = len(self.ladder) - 1
        return (
            *reminders,
            *(
                Step(len(reminders) + n + 1, share, StepKind.ESCALATE, min(n, top))
                for n, share in enumerate(self.escalate_at)
            ),
        )


class ObligationRule(Frozen):
    """One obligation as adopted (architecture §4). Times are per level; `none` says that there is no such duty."""

    stage: Stage
    kinds: Kinds = (CaseKind.INCIDENT,)
    starts: Names
    """Moments that start the clock (see `models.events.moments`)."""
    met_by: Names
    ends_by: Names = ()
    """Moments after which it is no longer owed."""
    restarts: bool = False
    """Each further start counts anew; else the first one stands until it is met."""
    due: Terms | None = None
    every: Terms | None = None
    """It comes back: counted from when it was last met."""
    schedule: dict[Level, tuple[Term, ...]] | None = None
    """A series counted from the start, such as follow-up calls."""
    relative_to: Literal["meeting_day", "restraining_order_until"] | None = None
    """Terms count from the end of this day (negative: before it) instead of from the start."""
    at_least: Term = Term.parse("PT24H")
    """With `relative_to`: the least time given when the day is near."""
    only_when: Traits = ()
    not_when: Traits = ()
    owner: Role = Role.HANDLER
    escalation: Escalation | None = None
    """Its own ladder, where the common one is too slow."""
    # Left out where it is not asked for: routines adopted before there were invitations keep their digests.
    invite: Annotated[bool, Field(exclude_if=lambda invite: not invite)] = False
    """Each of its times is put in the handler's calendar."""
    after_close: Annotated[bool, Field(exclude_if=lambda outlives: not outlives)] = False
    """Owed even when the case is closed."""

    def outlives(self, case: Case) -> bool:
        """Whether closing this case leaves it owed; an exercise ends altogether."""
        return self.after_close and not case.drill

    @property
    def is_alarm(self) -> bool:
        """It waits for people to take personal responsibility."""
        return not set(ACCEPTANCES).isdisjoint(self.met_by)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.schedule is not None and (self.due is not None or self.every is not None):
            raise PydanticCustomError("schedule_alone", "a schedule stands alone, without due or every")
        if self.schedule is None and self.due is None and self.every is None:
            raise PydanticCustomError("no_time", "say when it is due: due, every or schedule")
        for name in ("due", "every", "schedule"):
            terms = getattr(self, name)
            missing = [level.value for level in Level if terms is not None and level not in terms]
            if missing:
                raise PydanticCustomError(
                    "level_missing",
                    '{name}: no time for level {levels}; write "none" if there is no such duty',
                    {"name": name, "levels": ", ".join(missing)},
                )
        for series in (self.schedule or {}).values():
            if len({str(term) for term in series}) != len(series) or any(term.is_none for term in series):
                raise PydanticCustomError("schedule", "a schedule lists different times; an empty list means none")
        for level, terms in (("due", self.due), ("every", self.every)):
            for at, term in (terms or {}).items():
                if not term.is_none and not term.positive and self.relative_to is None:
                    raise PydanticCustomError(
                        "not_positive",
                        "{name}.{level}: a time must be longer than nothing",
                        {"name": level, "level": at},
                    )
        return self
