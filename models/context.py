"""What a decision may know beside the case: the time, who asks, and what was decided locally."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from models.message import Actor
    from models.routine import Routine


@dataclass(frozen=True, slots=True)
class Context:
    """Context of one decision. `now` in UTC; `routine` is the snapshot the case was started with, or moved to."""

    now: datetime
    actor: Actor
    routine: Routine
