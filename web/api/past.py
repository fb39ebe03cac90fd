"""What the API answers of a case at two instants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from models.case import RoutineRef
from models.case_changes import Knew
from models.message import CaseRef, Frozen, Instant
from models.sight import Sight
from models.vocabulary.people import Role
from web.api.documents import EventDocument

if TYPE_CHECKING:
    from desk.look import View
    from desk.timetravel import Difference


class MomentDocument(Frozen):
    """One of the two instants."""

    at: Instant
    seq: int
    """The last event that had happened."""
    routine: RoutineRef
    """The version of the routine in force for the case then."""

    @classmethod
    def of(cls, view: View) -> Self:
        """The instant of a view."""
        return cls(at=view.at, seq=view.case.seq, routine=view.case.routine)


class ChangeDocument(Frozen):
    """One thing in the state of the case that is otherwise."""

    path: tuple[str, ...]
    before: str | None
    after: str | None


class DutyChangeDocument(Frozen):
    """One duty that stands otherwise, or is due at another time."""

    key: str
    kind: str
    before: str | None
    after: str | None
    due_before: Instant | None
    due_after: Instant | None


class KnowingDocument(Frozen):
    """Somebody who came to know of the case."""

    person: str
    role: Role | None
    how: Knew
    since: Instant


class DifferenceDocument(Frozen):
    """What changed between two instants."""

    case: CaseRef
    sight: Sight
    before: MomentDocument
    after: MomentDocument
    changes: tuple[ChangeDocument, ...]
    duties: tuple[DutyChangeDocument, ...]
    events: tuple[EventDocument, ...]
    knew: tuple[KnowingDocument, ...]
    """Nobody, for those who see only a headline."""

    @classmethod
    def of(cls, found: Difference) -> Self:
        """A difference as somebody may see it."""
        return cls(
            case=found.after.case.ref,
            sight=found.after.sight,
            before=MomentDocument.of(found.before),
            after=MomentDocument.of(found.after),
            changes=tuple(ChangeDocument.model_validate(one._asdict()) for one in found.changes),
            duties=tuple(DutyChangeDocument.model_validate(one._asdict()) for one in found.duties),
            events=tuple(EventDocument.of(event, whole=found.after.whole) for event in found.events),
            knew=tuple(KnowingDocument.model_validate(one._asdict()) for one in found.knew),
        )
