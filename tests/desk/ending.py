"""A town with cases that may end, and who decides that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from desk import destruction, evidence
from desk.desk import Desk
from models.message import Actor
from models.stages.casework import AddEvidence
from models.stages.closure import Close, ProposeClosure
from models.vocabulary.case import ClosureReason
from models.vocabulary.people import Role
from storage.keys import KeyDestroyed
from tests.erasing import archived
from tests.storage.town import NOON, Town, note, triage

if TYPE_CHECKING:
    from models.case import Case

ARCHIVIST = Actor(id="granvik-arkivarie", organisation="9001", roles=frozenset({Role.ARCHIVIST}))
HEAD = Actor(id="granvik-direktor", organisation="9001", roles=frozenset({Role.CHIEF_EXECUTIVE}))
STRANGER = Actor(id="nordmyra-arkivarie", organisation="90", roles=frozenset({Role.ARCHIVIST, Role.CHIEF_EXECUTIVE}))
LATER = NOON + timedelta(days=400)
LONG_AFTER = NOON + timedelta(days=456)
DECISION = "KS 2027-12 § 4"
NOBODY = "127.0.0.1:1"


@dataclass
class Archive:
    """A town with cases that may end."""

    town: Town
    desk: Desk

    async def closes(self, *, file: bytes = b"", archive: bool = True) -> Case:
        case, _ = await self.town.opens()
        for command in (triage(), note(2), ProposeClosure(id="p", reason=ClosureReason.DUPLICATE)):
            case, _ = await self.town.acts(case, command)
        if file:
            piece = (await evidence.receive(self.desk, case.ref, "granvik-sakerhetschef", one(file), NOON)).piece
            case, _ = await self.town.acts(case, AddEvidence(id="e", evidence=piece.id, digest=piece.digest))
        case, _ = await self.town.acts(case, Close(id="k", reason=ClosureReason.DUPLICATE))
        if archive:
            async with self.town.database.writing() as session:
                await archived(session, case.ref, NOON)
        return case

    async def lists(self, *refs: str, agree: bool = True) -> str:
        name = (await destruction.propose(self.desk, ARCHIVIST, refs, LATER)).id
        if agree:
            await destruction.approve(self.desk, HEAD, name, DECISION, LATER)
        return name

    async def state(self, ref: str) -> str:
        async with self.town.database.reading() as session:
            try:
                await self.town.ring.key(session, ref)
            except KeyDestroyed:
                return "gone"
        return "kept"


async def one(content: bytes) -> AsyncIterator[bytes]:
    yield content
