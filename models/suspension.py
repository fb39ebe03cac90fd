"""Time that does not count: a ledger of suspensions, and the budget it draws on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

from models.ruler import utc

_NOTHING = timedelta(0)


class BudgetExceeded(ValueError):
    """A suspension asks for more time than is left."""

    def __init__(self, asked: timedelta, left: timedelta) -> None:
        super().__init__(f"asks for {asked}, but only {left} is left")
        self.asked = asked
        self.left = left


class Suspension(BaseModel):
    """One entry of the ledger: from when until when (UTC), why (code) and by whom (user or role id)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Annotated[AwareDatetime, AfterValidator(utc)]
    end: Annotated[AwareDatetime, AfterValidator(utc)]
    reason_code: str
    by: str

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a suspension ends after it starts")
        return self


def merged(suspensions: Iterable[Suspension]) -> list[tuple[datetime, datetime]]:
    """The suspended stretches in order, overlapping and adjoining entries made one."""
    stretches: list[tuple[datetime, datetime]] = []
    for start, end in sorted((entry.start, entry.end) for entry in suspensions):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    return stretches


def suspended_between(start: datetime, end: datetime, suspensions: Iterable[Suspension]) -> timedelta:
    """Real time suspended between two instants; overlapping entries count once."""
    start, end = utc(start), utc(end)
    overlaps = (min(end, until) - max(start, since) for since, until in merged(suspensions))
    return sum((overlap for overlap in overlaps if overlap > _NOTHING), _NOTHING)


def spent(ledger: Iterable[Suspension]) -> timedelta:
    """Real time the ledger has drawn from its budget; overlapping entries count once."""
    return sum((end - start for start, end in merged(ledger)), _NOTHING)


def left(budget: timedelta, ledger: Iterable[Suspension]) -> timedelta:
    """What remains of the budget; never negative, even if the budget was lowered afterwards."""
    return max(budget - spent(ledger), _NOTHING)


def suspend(ledger: Sequence[Suspension], entry: Suspension, budget: timedelta) -> tuple[Suspension, ...]:
    """The ledger with one more entry; raises BudgetExceeded and leaves it alone when too much is asked."""
    longer = (*ledger, entry)
    asked = spent(longer) - spent(ledger)
    if asked > left(budget, ledger):
        raise BudgetExceeded(asked, left(budget, ledger))
    return longer
