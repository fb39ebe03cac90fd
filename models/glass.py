"""Break-glass (nödöppning): somebody who may not see a case looks into it, for a while, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.message import Code, Frozen, Instant, Positive

if TYPE_CHECKING:
    from datetime import datetime


class Glass(Frozen):
    """One time the glass was broken. `number`: the event that tells of it, and of the reason."""

    number: Positive
    by: Code
    broken: Instant
    until: Instant
    reviewed: bool = False

    def is_open(self, now: datetime | None) -> bool:
        """Whether whoever broke it may still look."""
        return now is not None and now < self.until
