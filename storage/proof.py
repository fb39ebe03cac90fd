"""Verify an organisation's ledger, row by row as it streams by: every chain, every leaf, every root that was signed.

What is not there counts as wrong. Needs no key of a case; with them, also that each body is what the row says it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import exists, select

from storage import expected, tables
from storage.chain import Entry, Head, findings
from storage.database import snapshot
from storage.keys import UnknownKey, Unreadable
from storage.ledger import context_of
from storage.tree import Growing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.keys import DataKey, KeyRing

CASES = 50
"""Cases read at a time."""
LEAVES = 5000
"""Leaves read at a time."""
MOST = 1000
"""Flaws that are told one by one; past that, only how many."""

_ENTRY = tuple(tables.ledger.c[one.name] for one in fields(Entry))
_WIDTH = len(_ENTRY)
_TREE = tables.tree_leaves
_ROWS = (
    select(*_ENTRY, _TREE.c.organisation.label("tree"), _TREE.c.hash.label("leaf"))
    .outerjoin(_TREE, (_TREE.c.case == tables.ledger.c.case) & (_TREE.c.seq == tables.ledger.c.seq))
    .order_by(tables.ledger.c.case, tables.ledger.c.seq)
)
_HEADS = select(*(tables.heads.c[one.name] for one in fields(Head)))
_ENVELOPE = ("case", "seq", "actor", "cause")


CODES = (
    "no_hash", "unknown_algorithm", "no_body", "changed", "unlinked", "gap", "truncated", "empty", "no_head",
    "head_differs", "number_missing", "key_missing", "key_unreadable", "destroyed_unapproved", "row_unreadable",
    "table_unreadable",
    "body_unreadable", "body_differs", "leaf_differs", "leaf_missing",
    "leaf_elsewhere", "leaf_gap", "entry_missing", "root_differs", "tree_shorter", "checkpoint_missing",
    "checkpoint_unreadable", "checkpoint_of_another", "checkpoint_unsigned", "checkpoint_differs",
    "checkpoint_backwards", "stamp_differs", "no_key", "unguarded", "given_unreadable", "given_of_another",
    "given_unsigned", "given_not_kept", "given_differs", "given_longer", "reads_gap", "reads_unlinked", "reads_no_hash",
    "reads_changed", "reads_truncated", "reads_empty", "reads_no_head", "reads_head_differs", "reads_not_as_signed",
)  # fmt: skip
"""Everything that can be wrong: with a case, with the tree, with checkpoints, with the reading log."""


class Flaw(NamedTuple):
    """One thing wrong: what (a code), and where."""

    code: str
    organisation: str
    case: str | None = None
    seq: int | None = None
    leaf: int | None = None
    checkpoint: int | None = None
    what: str | None = None
    """The file or the guard it is about."""

    def document(self) -> dict[str, object]:
        """For programs."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Signed(NamedTuple):
    """A root that somebody signed, and the flaw it is if the tree does not have it."""

    size: int
    root: bytes
    otherwise: Flaw
    shorter: Flaw


@dataclass
class Proof:
    """What was verified so far, and what was found."""

    organisation: str
    cases: int = 0
    entries: int = 0
    waiting: int = 0
    """Entries that no checkpoint covers yet."""
    leaves: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    number: int = 0
    """Flaws, those that are not told one by one too."""

    def found(self, flaw: Flaw) -> None:
        """Something is wrong."""
        self.number += 1
        if self.number <= MOST:
            self.flaws.append(flaw)


async def verify_cases(
    database: Database,
    proof: Proof,
    cases: Sequence[str],
    ring: KeyRing | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Verify the chains of these cases, each entry against its leaf.

    :param ring: to read the bodies with; those of erased cases are passed over.
    :param told: is told how many cases are done.
    """
    for begin in range(0, len(cases), CASES):
        some = cases[begin : begin + CASES]
        await _verify_some(database, proof, some, ring)
        told(begin + len(some))


async def _verify_some(database: Database, proof: Proof, some: Sequence[str], ring: KeyRing | None) -> None:
    try:
        async with database.reading() as session:
            await snapshot(session)
            rows = (await session.execute(_ROWS.where(tables.ledger.c.case.in_(some)))).all()
            heads = {row.case: Head(*row) for row in await session.execute(_HEADS.where(tables.heads.c.case.in_(some)))}
    except (ValueError, TypeError):
        # SQLite keeps anything in any column, such as a time that is none.
        if len(some) == 1:
            proof.cases += 1
            proof.found(Flaw("row_unreadable", proof.organisation, some[0]))
        else:
            for one in some:
                await _verify_some(database, proof, [one], ring)
        return
    async with database.reading() as session:
        for case, code in (await expected.keys_amiss(session, some)).items():
            proof.found(Flaw(code, proof.organisation, case))
        keys = await _keys(session, proof, some, ring) if ring else {}
    by_case = {case: list(its) for case, its in groupby(rows, key=lambda row: row[0])}
    for case in some:
        _case(proof, case, by_case.get(case, []), heads.get(case), keys.get(case))


async def _keys(session: AsyncSession, proof: Proof, some: Sequence[str], ring: KeyRing) -> dict[str, DataKey]:
    try:
        return await ring.several(session, some)
    except (Unreadable, UnknownKey):
        if len(some) > 1:
            return {case: key for one in some for case, key in (await _keys(session, proof, [one], ring)).items()}
        proof.found(Flaw("key_unreadable", proof.organisation, some[0]))
        return {}


async def verify_tree(database: Database, proof: Proof, signed: Sequence[Signed]) -> None:
    """Verify that the leaves are all there, in one row, and that the tree had each root when it had that size."""
    waiting: dict[int, list[Signed]] = {}
    for one in signed:
        waiting.setdefault(one.size, []).append(one)
    growing, of = Growing(), proof.organisation
    its, position = _TREE.c, 0
    page = select(its.position, its.hash).where(its.organisation == of).order_by(its.position).limit(LEAVES)
    _compare(proof, waiting, growing)
    while True:
        async with database.reading() as session:
            rows = (await session.execute(page.where(its.position >= position))).all()
        for at, leaf in rows:
            if at != position:
                proof.found(Flaw("leaf_gap", of, leaf=position))
            position = at + 1
            growing.add(leaf.encode())
            if growing.size in waiting:
                _compare(proof, waiting, growing)
        if len(rows) < LEAVES:
            break
    proof.leaves = growing.size
    for ones in waiting.values():
        for one in ones:
            proof.found(one.shorter)


async def verify_entries_of_leaves(session: AsyncSession, proof: Proof) -> None:
    """Verify that every leaf has its entry in the ledger: a tail that was cut with its head leaves its leaf behind."""
    its, entry = _TREE.c, tables.ledger.c
    there = exists().where(entry.case == its.case, entry.seq == its.seq)
    query = select(its.case, its.seq, its.position).where(its.organisation == proof.organisation, ~there)
    for case, seq, position in await session.execute(query.order_by(its.position)):
        proof.found(Flaw("entry_missing", proof.organisation, case, seq, position))


def _case(proof: Proof, case: str, rows: Sequence[Any], head: Head | None, key: DataKey | None) -> None:
    entries = [Entry(*row[:_WIDTH]) for row in rows]
    proof.cases += 1
    proof.entries += len(entries)
    changed = set()
    try:
        chain = findings(case, entries, head)
    except TypeError:  # as above: bytes where a word should be
        proof.found(Flaw("row_unreadable", proof.organisation, case))
        return
    for one in chain:
        proof.found(Flaw(one.code, proof.organisation, case, one.seq))
        changed |= {one.seq} if one.code == "changed" else set()
    placed = False
    for row, entry in zip(reversed(rows), reversed(entries), strict=True):
        tree, leaf = row[_WIDTH:]
        if leaf is None:
            proof.waiting += 1
            if placed:
                proof.found(Flaw("leaf_missing", proof.organisation, case, entry.seq))
            continue
        placed = True
        if leaf != entry.hash:
            proof.found(Flaw("leaf_differs", proof.organisation, case, entry.seq))
        if tree != entry.organisation:
            proof.found(Flaw("leaf_elsewhere", proof.organisation, case, entry.seq))
    if key is not None:
        for entry, code in _bodies([one for one in entries if one.seq not in changed], key):
            proof.found(Flaw(code, proof.organisation, case, entry.seq))


def _bodies(entries: Sequence[Entry], key: DataKey) -> Iterator[tuple[Entry, str]]:
    """Entries whose body is not by this key for this place, or says something else than the row."""
    for entry in entries:
        if not isinstance(entry.body, bytes):
            continue
        try:
            told = json.loads(key.decrypt(entry.body, context_of(entry.case, entry.seq)))
            if _envelope(told) != (*(getattr(entry, name) for name in _ENVELOPE), entry.at, entry.recorded, entry.type):
                yield entry, "body_differs"
        except (ValueError, LookupError, TypeError):
            yield entry, "body_unreadable"


def _envelope(told: dict[str, Any]) -> tuple[object, ...]:
    times = (datetime.fromisoformat(told[name]) for name in ("at", "recorded"))
    return (*(told[name] for name in _ENVELOPE), *times, told["data"]["type"])


def _compare(proof: Proof, waiting: dict[int, list[Signed]], growing: Growing) -> None:
    ones = waiting.pop(growing.size, [])
    root = growing.root() if ones else b""
    for one in ones:
        if one.root != root:
            proof.found(one.otherwise)
