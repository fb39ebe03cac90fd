"""What every message shares: strictness, time, narrative, actors, commands and facts."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from models.vocabulary.case import Stage
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from models.context import Context
    from models.events import Event

NARRATIVE_LIMIT = 20_000
"""Characters of free text in one message; 2 MB is the engine's hard limit for a payload."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""What lies outside is a slip of the pen, and a deadline counted from it would leave the calendar."""


T = TypeVar("T")
Sorted = Annotated[frozenset[T], PlainSerializer(sorted, return_type=list)]
"""A set that is always written in the same order, so that equal values have equal digests in every process."""


class Narrative:
    """Marks free text: encrypted in the ledger, never kept in the state of a case, never in a notice."""


def _utc(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise _no_such_time()
    return value.astimezone(UTC)


def _day(value: date) -> date:
    if not EARLIEST.date() <= value < LATEST.date():
        raise _no_such_time()
    return value


def _no_such_time() -> PydanticCustomError:
    return PydanticCustomError("no_such_time", "the year must lie between 1900 and 2099")


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NARRATIVE_LIMIT), Narrative()]
# A code names a person or thing without telling who it is; the people table knows.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,4}$")]
CaseRef = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,4}-(F[VB]|OV)-[0-9]{4}-[0-9]{5,}$")]
DRILL = "OV"
"""What the number of a drill has where others have FV or FB."""
CommandId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:/-]{0,99}$")]
Positive = Annotated[int, Field(ge=1)]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A moment in UTC; naive times are refused."""
Day = Annotated[date, AfterValidator(_day)]
"""A day of the calendar, without a time."""


def is_drill(ref: str) -> bool:
    """Whether a case number is that of an exercise: it says so wherever it stands."""
    return f"-{DRILL}-" in ref


class Frozen(BaseModel):
    """A value: never changed, nothing unknown in it, no silent conversion (the integer 0 is not a date)."""

    # An input repeated in an error would end up in a log, and it may be personal.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Actor(Frozen):
    """Who proposes: a person's code and roles in one organisation, or the clock, or the world."""

    id: Code
    organisation: OrganisationCode
    roles: Sorted[Role] = frozenset()


CLOCK = "clock"
WORLD = "world"


class Command(Frozen):
    """A proposal. `id` makes it one action however often it is sent; `at` says when it happened, if not now."""

    needs: ClassVar[Stage | None] = None
    """The stage that must have been opened."""
    after_close: ClassVar[bool] = False
    """Administrative edits may follow closure, process work may not."""
    backdates: ClassVar[bool] = False
    """Tells of something outside the system, which may have happened before it was told."""
    brings: ClassVar[tuple[str, ...]] = ()
    """The moments it is there to bring about: by them it is known which duties it answers."""

    id: CommandId
    at: Instant | None = None

    @abstractmethod
    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        """Answer with what thereby happened, or raise `Refusal`."""

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:  # noqa: ARG003 - for those commands that need them
        """Whether anything could come of it now, whatever is filled in. What never can is not shown to anybody."""
        return True

    @classmethod
    def name(cls) -> str:
        """The command's type code."""
        return str(cls.model_fields["type"].default)


class Fact(Frozen):
    """What happened, in the past tense. Extended only by fields with defaults, never renamed (architecture §3)."""

    also: ClassVar[tuple[str, ...]] = ()
    """Further moments this fact can be, beside its own type: the vocabulary routines may start and meet clocks by."""
    news: ClassVar[frozenset[str]] = frozenset()
    """Moments that count from when they were told, not from when they happened: what calls for a new look is never
    answered by a look before anybody knew."""

    def moments(self) -> tuple[str, ...]:
        """Names of the moments this very fact is."""
        return (self.name(),)

    @classmethod
    def name(cls) -> str:
        """The fact's type code."""
        return str(cls.model_fields["type"].default)

    def cause(self, command: Command) -> str:
        """What it is recorded as caused by: the command, or the obligation that fell due."""
        return command.id

    def effect(self, case: Case, event: Event) -> dict[str, object]:  # noqa: ARG002 - for those facts that need them
        """Fields of the case that this fact changes, with their new values."""
        return {}
