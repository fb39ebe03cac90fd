"""Verify an organisation: chains, tree, checkpoints kept here, and those that somebody kept elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from audit.reading_log import verify_reads
from storage import anchors, expected, guards
from storage.anchors import Stored
from storage.cases import UnknownCase
from storage.checkpoint import BadCheckpoint, Note, from_mail, origin_of
from storage.database import snapshot
from storage.proof import Flaw, Proof, Signed, verify_cases, verify_entries_of_leaves, verify_tree
from storage.stamps import stands_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from storage.checkpoint import Checkpoint
    from storage.database import Database
    from storage.keys import KeyRing
    from storage.signing import SigningKeys


class Given(NamedTuple):
    """A checkpoint from outside, such as one that was mailed: what it is called there, and what stands in it."""

    name: str
    text: str


async def verify(
    database: Database,
    keys: SigningKeys | None,
    organisation: str,
    *,
    ref: str | None = None,
    given: Sequence[Given] = (),
    ring: KeyRing | None = None,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> Proof:
    """Verify everything of an organisation, or one case of it with the whole tree above.

    :param keys: those that sign checkpoints here; None if there are none, which is a flaw once there are checkpoints.
    :param given: checkpoints that were kept where nobody here can change them.
    :param ring: see `storage.proof.verify_cases`.
    :param told: is told now and then how many cases of how many are done.
    :raises UnknownCase: if there is no trace of the case.
    """
    proof, stored, signed = Proof(organisation), list[Stored](), list[Signed]()
    cases = [ref] if ref is not None else []
    async with database.reading() as session:
        await snapshot(session)  # a case that begins meanwhile is all there, or not at all
        for guard in await guards.down(session):
            proof.found(Flaw("unguarded", organisation, what=guard))
        with _legible(proof, "cases"):
            cases = await expected.cases(session, organisation)
            for number in await expected.missing_numbers(session, organisation, cases):
                proof.found(Flaw("number_missing", organisation, number))
        if ref is not None and ref not in cases:
            raise UnknownCase(ref)
        with _legible(proof, "checkpoints"):
            stored = await anchors.checkpoints(session, organisation)
            signed += _kept(proof, stored, await anchors.stamps(session, organisation), keys)
    signed += _given(proof, given, stored, keys)
    chosen = cases if ref is None else [ref]
    await verify_cases(database, proof, chosen, ring, lambda done: told(done, len(chosen)))
    with _legible(proof, "tree_leaves"):
        await verify_tree(database, proof, signed)
    async with database.reading() as session:
        await snapshot(session)
        await verify_entries_of_leaves(session, proof)
        notes = [*(one.note for one in stored), *(one.text for one in given)]
        with _legible(proof, "reads"):
            await verify_reads(session, proof, notes, keys)
    return proof


@contextmanager
def _legible(proof: Proof, what: str) -> Iterator[None]:
    """SQLite keeps anything in any column: what makes no sense is a flaw, and all the rest is verified nevertheless."""
    try:
        yield
    except (ValueError, TypeError, AttributeError):
        proof.found(Flaw("table_unreadable", proof.organisation, what=what))


def _kept(
    proof: Proof, stored: Sequence[Stored], stamps: Mapping[int, bytes], keys: SigningKeys | None
) -> Iterator[Signed]:
    """The checkpoints in the database, one after the other: what each promises of the tree."""
    of, numbers = proof.organisation, {one.number for one in stored}
    if stored and keys is None:
        proof.found(Flaw("no_key", of))
    for number in sorted(({*range(1, max(numbers, default=0))} | stamps.keys()) - numbers):
        proof.found(Flaw("checkpoint_missing", of, checkpoint=number))
    before: Checkpoint | None = None
    for one in stored:
        here = Flaw("", of, checkpoint=one.number)
        try:
            note = Note.parse(one.note)
        except BadCheckpoint:
            proof.found(here._replace(code="checkpoint_unreadable"))
            continue
        signed = note.checkpoint
        if signed.origin != origin_of(of):
            proof.found(here._replace(code="checkpoint_of_another"))
            continue
        for code in _wrong(one, note, before, stamps.get(one.number), keys):
            proof.found(here._replace(code=code))
        before = signed
        yield Signed(signed.size, signed.root, here._replace(code="root_differs"), here._replace(code="tree_shorter"))


def _wrong(
    one: Stored, note: Note, before: Checkpoint | None, stamp: bytes | None, keys: SigningKeys | None
) -> Iterator[str]:
    signed = note.checkpoint
    if keys is not None and not keys.signed(note):
        yield "checkpoint_unsigned"
    if (signed.size, signed.at) != (one.size, one.at):
        yield "checkpoint_differs"
    if before is not None and (signed.size < before.size or signed.at < before.at):
        yield "checkpoint_backwards"
    if stamp is not None and not stands_for(stamp, one.note):
        yield "stamp_differs"


def _given(
    proof: Proof, given: Iterable[Given], stored: Iterable[Stored], keys: SigningKeys | None
) -> Iterator[Signed]:
    """The checkpoints from outside: ours, and still among those kept here."""
    known = {one.note for one in stored}
    for one in given:
        here = Flaw("", proof.organisation, what=one.name)
        try:
            note = Note.parse(from_mail(one.text))
        except BadCheckpoint:
            proof.found(here._replace(code="given_unreadable"))
            continue
        signed = note.checkpoint
        if signed.origin != origin_of(proof.organisation):
            proof.found(here._replace(code="given_of_another"))
            continue
        if keys is None or not keys.signed(note):
            proof.found(here._replace(code="given_unsigned"))
            continue
        if note.text() not in known:
            proof.found(here._replace(code="given_not_kept"))
        yield Signed(signed.size, signed.root, here._replace(code="given_differs"), here._replace(code="given_longer"))
