"""What a person could do now in a case: the commands that would not be refused whatever is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.access import refuse_unless_allowed
from models.commands import COMMANDS
from models.context import Context
from models.decide import refuse_unless_open
from models.obligations import obligations
from models.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from models.case import Case
    from models.message import Actor, Command
    from models.obligations import Obligation
    from models.routine import Routine


def possible(case: Case, actor: Actor, routine: Routine, now: datetime) -> tuple[type[Command], ...]:
    """The commands this person could issue now: those that answer what is due soonest first, then by stage.

    :param now: the time, UTC. Nothing that `decide` would take is left out; the fields decide about the rest.
    """
    context = Context(now, actor, routine)
    found = [kind for kind in COMMANDS if _is_possible(kind, case, context)]
    owed = [one for one in sorted(obligations(case, routine), key=lambda one: one.due) if one.open]
    urgent = {kind: number for number, one in reversed([*enumerate(owed)]) for kind in answers(one, found)}
    return tuple(sorted(found, key=lambda kind: urgent.get(kind, len(owed))))


def answers(owed: Obligation, kinds: Iterable[type[Command]] = COMMANDS) -> tuple[type[Command], ...]:
    """The commands among these that are there to meet an obligation."""
    return tuple(kind for kind in kinds if not set(kind.brings).isdisjoint(owed.rule.met_by))


def _is_possible(kind: type[Command], case: Case, context: Context) -> bool:
    try:
        refuse_unless_allowed(context.actor, kind, case, context.now)
        refuse_unless_open(kind, case)
    except Refusal:
        return False
    return kind.possible(case, context)
