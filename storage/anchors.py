"""Each organisation's tree over its ledger, and the checkpoints taken of it.

Recording knows nothing of it: an entry gets its place in the tree when the next checkpoint is taken.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, insert, literal, select

from storage import access_chain, tables
from storage.checkpoint import BadCheckpoint, Checkpoint, Note, origin_of
from storage.tree import Growing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.signing import SigningKeys

HASH = 64
"""Hexadecimal digits of an entry's hash; what has no such hash is no leaf, and `verify` finds it in the ledger."""
BATCH = 5000
"""Rows fetched at a time."""

_LEAVES, _CHECKPOINTS, _STAMPS = tables.tree_leaves, tables.checkpoints, tables.checkpoint_stamps


class DoesNotExtend(Exception):
    """The tree is not what the last checkpoint says it was: nothing is signed; `verify` says what is wrong."""


class UnknownCheckpoint(LookupError):
    """There is no such checkpoint."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it stands in the database. `size` and `at` are told by the note as well."""

    organisation: str
    number: int
    size: int
    at: datetime
    note: str


_STORED = select(*(_CHECKPOINTS.c[field.name] for field in fields(Stored)))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where an entry of the ledger stands in its organisation's tree."""

    position: int
    case: str
    seq: int
    hash: str


async def take(database: Database, keys: SigningKeys, organisation: str, at: datetime) -> Stored:
    """Give each new entry its place in the tree, and sign its root.

    Of two at the same time, one is given the other's if that covers as much.

    :raises DoesNotExtend: if the tree does not begin as the last checkpoint says.
    :raises storage.signing.BadSigningKey: if there is no private key.
    """
    async with database.writing() as session:
        await _alone(session, organisation)
        size = await _place(session, organisation)
    async with database.reading() as session:
        root = await _root(session, organisation, size)
        read = await access_chain.head(session, organisation)
    at = at.replace(microsecond=0)
    note = keys.sign(Checkpoint(origin_of(organisation), size, root, at, (read.seq, read.hash) if read else None))
    async with database.writing() as session:
        await _alone(session, organisation)
        last = await latest(session, organisation)
        if last is not None and (last.size > size or (last.size == size and last.at >= at)):
            return last
        number = last.number + 1 if last else 1
        stored = Stored(organisation, number, size, at, note.text())
        await session.execute(insert(_CHECKPOINTS), asdict(stored))
    return stored


async def latest(session: AsyncSession, organisation: str) -> Stored | None:
    """The last checkpoint of an organisation."""
    query = _STORED.where(_CHECKPOINTS.c.organisation == organisation).order_by(_CHECKPOINTS.c.number.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return Stored(*row) if row else None


async def checkpoints(session: AsyncSession, organisation: str) -> list[Stored]:
    """All checkpoints of an organisation, the first one first."""
    query = _STORED.where(_CHECKPOINTS.c.organisation == organisation).order_by(_CHECKPOINTS.c.number)
    return [Stored(*row) for row in await session.execute(query)]


async def checkpoint(session: AsyncSession, organisation: str, number: int) -> Stored:
    """One checkpoint; raises `UnknownCheckpoint`."""
    query = _STORED.where(_CHECKPOINTS.c.organisation == organisation, _CHECKPOINTS.c.number == number)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise UnknownCheckpoint(f"{organisation}/{number}")
    return Stored(*row)


async def leaves(session: AsyncSession, organisation: str, size: int | None = None) -> list[bytes]:
    """The leaves of an organisation's tree in order, the first `size` of them: what `storage.tree` takes.

    A leaf is the hash of an entry as it is written in the ledger: 64 hexadecimal digits in ASCII.
    """
    query = select(_LEAVES.c.hash).where(_LEAVES.c.organisation == organisation).order_by(_LEAVES.c.position)
    return [one.encode() for one in (await session.execute(query.limit(size))).scalars()]


async def places(session: AsyncSession, case: str) -> list[Leaf]:
    """Where the entries of a case stand in the tree, in order of `seq`; those since the last checkpoint do not yet."""
    query = select(_LEAVES.c.position, _LEAVES.c.case, _LEAVES.c.seq, _LEAVES.c.hash).where(_LEAVES.c.case == case)
    return [Leaf(*row) for row in await session.execute(query.order_by(_LEAVES.c.seq))]


async def keep_stamp(session: AsyncSession, stored: Stored, token: bytes) -> None:
    """Keep the time stamp of a checkpoint."""
    row = {"organisation": stored.organisation, "number": stored.number, "token": token}
    await session.execute(insert(_STAMPS), row)


async def stamps(session: AsyncSession, organisation: str) -> dict[int, bytes]:
    """The time stamps of an organisation's checkpoints, by number."""
    query = select(_STAMPS.c.number, _STAMPS.c.token).where(_STAMPS.c.organisation == organisation)
    return {row.number: row.token for row in await session.execute(query)}


async def _alone(session: AsyncSession, organisation: str) -> None:
    """Nobody else adds leaves or checkpoints until this transaction ends; whoever records goes on."""
    its = tables.organisations.c.code
    await session.execute(select(its).where(its == organisation).with_for_update(key_share=True))


async def _place(session: AsyncSession, organisation: str) -> int:
    """Give every entry without a place the next one, in one order for all; how many leaves there are now."""
    entry, leaf = tables.ledger.c, _LEAVES.c
    ours = leaf.organisation == organisation
    counted = select(func.coalesce(func.max(leaf.position) + 1, 0)).where(ours)
    begin = (await session.execute(counted)).scalar_one()
    order = func.row_number().over(order_by=(entry.recorded, entry.case, entry.seq))
    new = select(literal(organisation), begin - 1 + order, entry.case, entry.seq, entry.hash).where(
        entry.organisation == organisation,
        func.length(entry.hash) == HASH,
        ~exists().where(leaf.case == entry.case, leaf.seq == entry.seq),
    )
    await session.execute(insert(_LEAVES).from_select(["organisation", "position", "case", "seq", "hash"], new))
    return int((await session.execute(counted)).scalar_one())


async def _root(session: AsyncSession, organisation: str, size: int) -> bytes:
    """The root of the first leaves, which pass by the last checkpoint on the way."""
    last, growing = await latest(session, organisation), Growing()
    async for leaf in _streamed(session, organisation, size):
        _compare(last, growing)
        growing.add(leaf)
    _compare(last, growing)
    if growing.size != size or (last is not None and last.size > size):
        raise DoesNotExtend(organisation)
    return growing.root()


def _compare(last: Stored | None, growing: Growing) -> None:
    if last is None or last.size != growing.size:
        return
    try:
        signed = Note.parse(last.note).checkpoint
    except BadCheckpoint:
        raise DoesNotExtend(last.organisation) from None
    if (signed.size, signed.root) != (growing.size, growing.root()):
        raise DoesNotExtend(last.organisation)


async def _streamed(session: AsyncSession, organisation: str, size: int) -> AsyncIterator[bytes]:
    its, begin = _LEAVES.c, 0
    ours = select(its.hash).where(its.organisation == organisation).order_by(its.position)
    while begin < size:
        end = min(begin + BATCH, size)
        for one in (await session.execute(ours.where(its.position >= begin, its.position < end))).scalars():
            yield one.encode()
        begin = end
