"""What became of a notice, as the world proposes it to the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.stages.clock import NoticeOutcome

if TYPE_CHECKING:
    from models.notices import Notice
    from storage.notices import Outcome


def outcome_of(outcome: Outcome) -> NoticeOutcome:
    """What the channels made of it."""
    return NoticeOutcome(
        id=f"notice:{outcome.notice}"[:100],
        notice=outcome.notice,
        role=outcome.row.role,
        recipients=tuple(person for person, _ in outcome.reached),
        channels=tuple(channel for _, channel in outcome.reached),
        channel=outcome.reached[0][1] if outcome.reached else None,
        failure=outcome.failure,
        fallback=outcome.row.fallback,
    )


def lost(notice: Notice, failure: str) -> NoticeOutcome:
    """A notice that is for nobody; `failure` says why, as a code."""
    return NoticeOutcome(
        id=f"notice:{notice.id}"[:100],
        notice=notice.id,
        role=notice.role,
        failure=failure,
        fallback=notice.fallback,
    )
