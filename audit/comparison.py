"""Two records of a case, event by event: what the workflow decided, and what stands in the ledger. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from models.evolve import BrokenSequence, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.case import Case
    from models.events import Event
    from models.message import Frozen
    from storage.chain import Entry

    Row = tuple[Entry, Event | None]


class Discord(StrEnum):
    """How two records can differ."""

    EVENT = "event"
    """Another event."""
    NOT_IN_LEDGER = "not_in_ledger"
    """The workflow decided it, and the ledger does not have it."""
    NOT_DECIDED = "not_decided"
    """The ledger has it, and no history tells of it."""
    ROW = "row"
    """What stands in clear beside the sealed event is not what is in it."""
    SEALED = "sealed"
    """The sealed event cannot be read: changed, or of another case."""
    STATE = "state"
    """The workflow's own case is not what the events make of it."""


@dataclass(frozen=True)
class Decided:
    """An event that the workflow decided, or took over from the ledger (decision 0007)."""

    event: Event
    cases: tuple[Case, ...] = ()
    """The workflow's own case after it, wherever the history shows it: as recorded, as the next run began with it."""
    answered: bool = True
    """The history knows that it was recorded."""
    taken_over: bool = False


@dataclass(frozen=True)
class Side:
    """One record's event, in codes and digests alone: neither narrative nor names."""

    seq: int
    type: str
    at: datetime
    recorded: datetime
    actor: str
    cause: str
    content: str
    """SHA-256 of what was decided."""
    state: str
    """SHA-256 of the case after it; empty if it does not follow from what came before."""


@dataclass(frozen=True)
class Difference:
    """Where two records part, and both sides of it; None where one has nothing, or nothing legible."""

    seq: int
    how: Discord
    history: Side | None
    ledger: Side | None
    fields: tuple[str, ...] = ()
    """Names of what differs, dotted; values may be personal and are not shown."""


@dataclass(frozen=True)
class Comparison:
    """How far two records agree: a digest of the case after each event that they share, and where they part."""

    states: tuple[str, ...]
    difference: Difference | None = None
    ahead: int = 0
    """Events at the end of the ledger that the history has not heard of yet."""

    @property
    def events(self) -> int:
        """How many events both have."""
        return len(self.states)


def digest_of(value: Frozen) -> str:
    """SHA-256 over the JSON of a value. Sets are sorted, fields stand in the model's order: what is equal is equal."""
    return hashlib.sha256(value.model_dump_json().encode()).hexdigest()


def compare(decided: Sequence[Decided], rows: Sequence[Row]) -> Comparison:
    """Hold what the workflow decided against the ledger, event by event, with a digest of the case at each.

    What the history does not know to be recorded may be missing from the ledger, or other events may stand there in its
    stead: then the ledger is ahead (decision 0007).
    """
    case: Case | None = None
    states: list[str] = []
    for seq, (mine, row) in enumerate(zip_longest(decided, rows), start=1):
        if row is None:
            lost = mine.answered if mine else False
            return Comparison(tuple(states), _part(seq, Discord.NOT_IN_LEDGER, case, mine, None) if lost else None)
        entry, event = row
        if mine is None or (not mine.answered and mine.event != event):
            return Comparison(tuple(states), ahead=len(rows) - len(states))
        if how := _discord(mine.event, entry, event):
            return Comparison(tuple(states), _part(seq, how, case, mine, row))
        before, case = case, evolved(case, mine.event)
        if case is None:
            return Comparison(tuple(states), _part(seq, Discord.STATE, before, mine, row))
        states.append(digest_of(case))
        for own in mine.cases:
            if own != case and digest_of(own) != states[-1]:
                return Comparison(tuple(states[:-1]), _part(seq, Discord.STATE, before, mine, row, own=own))
    return Comparison(tuple(states))


def not_decided(found: Comparison, rows: Sequence[Row]) -> Comparison:
    """The same, where nothing explains that the ledger is ahead."""
    case: Case | None = None
    for _, event in rows[: found.events]:
        case = evolved(case, event) if event else None
    part = _part(found.events + 1, Discord.NOT_DECIDED, case, None, rows[found.events])
    return Comparison(found.states, part)


def evolved(case: Case | None, event: Event) -> Case | None:
    """The case after one more event; None if the event does not follow."""
    try:
        return evolve(case, event)
    except BrokenSequence:
        return None


def _discord(mine: Event, entry: Entry, event: Event | None) -> Discord | None:
    if event is None:
        return Discord.SEALED
    if mine != event:
        return Discord.EVENT
    clear = (entry.case, entry.seq, entry.at, entry.recorded, entry.actor, entry.cause, entry.type)
    sealed = (event.case, event.seq, event.at, event.recorded, event.actor, event.cause, event.type)
    return None if clear == sealed else Discord.ROW


def _part(
    seq: int, how: Discord, before: Case | None, mine: Decided | None, row: Row | None, own: Case | None = None
) -> Difference:
    theirs = row[1] if row else None
    history = side(mine.event, own or evolved(before, mine.event)) if mine else None
    ledger = side(theirs, evolved(before, theirs)) if theirs else None
    if how is Discord.ROW and row and theirs:
        names = tuple(
            name
            for name in ("case", "seq", "at", "recorded", "actor", "cause", "type")
            if getattr(row[0], name) != getattr(theirs, name)
        )
    elif own is not None and theirs is not None and (standing := evolved(before, theirs)):
        names = differing(own.model_dump(), standing.model_dump())
    else:
        names = differing(mine.event.model_dump(), theirs.model_dump()) if mine and theirs else ()
    return Difference(seq, how, history, ledger, names)


def side(event: Event, after: Case | None) -> Side:
    """An event in codes and digests."""
    content, state = digest_of(event.data), digest_of(after) if after else ""
    return Side(event.seq, event.type, event.at, event.recorded, event.actor, event.cause, content, state)


def differing(one: object, other: object, path: str = "") -> tuple[str, ...]:
    """The names, dotted, of the fields in which two documents differ; never a value, and never a key that is one."""
    if not isinstance(one, dict) or not isinstance(other, dict) or path.count(".") > 1:
        return () if one == other else (path or "type",)
    names: list[str] = []
    for key in dict.fromkeys([*one, *other]):
        names += differing(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
    return tuple(names)
