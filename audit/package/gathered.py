"""What goes into a package, as it stands in the database: nothing of it is hidden yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.events import Event
from models.outside import RESERVED
from models.refusal import Refusal
from models.stages.deadlines import RoutineMoved
from models.stages.intake import Reported
from storage import access_chain, anchors, evidence, ledger, organisations, people, routines, tables
from storage.keys import KeyDestroyed, UnknownKey
from storage.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.contact import Contact
    from models.routine import Routine
    from models.vocabulary.people import Role
    from storage.access_chain import Link
    from storage.anchors import Leaf, Stored
    from storage.chain import Entry
    from storage.evidence import Piece
    from storage.signing import SigningKeys


@dataclass(frozen=True)
class CaseRecord:
    """One case: the ledger as stored, the events where they can be read, and what was handed in."""

    ref: str
    entries: Sequence[Entry]
    events: Sequence[Event] = ()
    """None of an erased case."""
    pieces: Sequence[Piece] = ()
    places: Sequence[Leaf] = ()

    @property
    def erased(self) -> bool:
        """Its key was destroyed: the chain stands, and nothing in it can be read."""
        return not self.events


@dataclass(frozen=True)
class Member:
    """Somebody in the directory, or who took part: their roles at home now, and their name if that was asked."""

    organisation: str
    roles: frozenset[Role]
    contact: Contact | None


@dataclass(frozen=True)
class Gathered:
    """Everything that a package is made of."""

    organisation: str
    name: str
    at: datetime
    cases: Sequence[CaseRecord]
    reads: Sequence[Link]
    routines: Sequence[Routine]
    checkpoints: Sequence[Stored]
    tree: Tree
    stamps: dict[int, bytes] = field(repr=False, default_factory=dict)
    """What a time authority said of a checkpoint, by its number."""
    people: dict[str, Member] = field(repr=False, default_factory=dict)
    """Everybody in the directory, by code."""


async def in_period(desk: Desk, organisation: str, since: datetime, until: datetime) -> list[str]:
    """The cases of an organisation in which something was recorded in a period, in order of number."""
    its = tables.ledger.c
    query = select(its.case).where(its.organisation == organisation, its.recorded >= since, its.recorded < until)
    async with desk.database.reading(of={organisation}) as session:
        return sorted((await session.execute(query.distinct())).scalars())


async def gather(
    desk: Desk, keys: SigningKeys, organisation: str, refs: Sequence[str], now: datetime, *, named: bool = False
) -> Gathered:
    """Read all of it, and have a checkpoint taken that covers it.

    :param named: with what people are called.
    :raises Refusal: `unknown_case`, if one of the cases is not there.
    :raises DoesNotExtend, BadSigningKey: if no checkpoint can be signed.
    """
    async with desk.database.reading(of={organisation}) as session:
        entries = {ref: await ledger.entries(session, ref) for ref in refs}
        if not all(entries.values()):
            raise Refusal("unknown_case", "case")
    stored = await anchors.take(desk.database, keys, organisation, now)
    async with desk.database.reading(of={organisation}) as session:
        cases = [await _case(session, desk, ref, entries[ref]) for ref in refs]
        reads = await access_chain.links_of(session, organisation, refs)
        checkpoints = [one for one in await anchors.checkpoints(session, organisation) if one.number <= stored.number]
        stamps = await anchors.stamps(session, organisation)
        tree = Tree(await anchors.leaves(session, organisation, stored.size))
        its = await organisations.one(session, organisation)
        followed = [await routines.by_digest(session, one) for one in _digests(cases)]
        members = await _people(session, desk, cases, reads, named=named)
    return Gathered(organisation, its.name, now, cases, reads, followed, checkpoints, tree, stamps, members)


async def _case(session: AsyncSession, desk: Desk, ref: str, entries: Sequence[Entry]) -> CaseRecord:
    places = [one for one in await anchors.places(session, ref) if one.seq <= len(entries)]
    try:
        key = await desk.ring.key(session, ref)
        pieces = await evidence.of_case(session, desk.ring, ref)
    except (KeyDestroyed, UnknownKey):
        return CaseRecord(ref, entries, places=places)
    events = await ledger.read(session, key, ref, up_to_seq=entries[-1].seq)
    return CaseRecord(ref, entries, events, pieces, places)


def _digests(cases: Iterable[CaseRecord]) -> list[str]:
    facts = (event.data for case in cases for event in case.events)
    return sorted({fact.routine.digest for fact in facts if isinstance(fact, Reported | RoutineMoved)})


async def _people(
    session: AsyncSession, desk: Desk, cases: Sequence[CaseRecord], reads: Sequence[Link], *, named: bool
) -> dict[str, Member]:
    """Everybody whose code is a person's: those in the directory, and whoever acted or read."""
    users = tables.users.c
    homes: dict[str, str] = dict((await session.execute(select(users.code, users.organisation))).all())
    acted = {entry.actor for case in cases for entry in case.entries}
    read = {one.user for one in reads if ":" not in one.user}
    codes = sorted((homes.keys() | acted | read) - RESERVED)
    held = await people.roles_held(session)
    found = await people.contacts(session, desk.ring, codes) if named else {}
    return {code: Member(homes.get(code, ""), held.get(code, frozenset()), found.get(code)) for code in codes}
