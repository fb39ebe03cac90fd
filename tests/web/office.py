"""An office with an acute case, messages about it, and the pages served on loopback by a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import httpx2

from desk.desk import Desk
from models.case import Case
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import cases, messages, notices, people, tokens
from storage.database import Database
from storage.keys import KeyRing
from storage.messages import LIFE, Sending
from storage.notices import Delivery
from storage.tables import MessageKind, MessageState
from storage.vault import Vault
from tests.storage import town
from tests.web.serving import serving
from web.site import Offer, Site

CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"
SECRET = "whispered-once"


@dataclass
class Office:
    """A town with one case that has raised an alarm."""

    database: Database
    ring: KeyRing
    case: Case
    numbers: count[int] = field(default_factory=count)

    async def message(
        self,
        recipient: str = CHIEF,
        *,
        role: Role = Role.SECURITY_CHIEF,
        urgency: Urgency = Urgency.PAGE,
        notice: str = "1.security_chief",
        queued: timedelta = timedelta(0),
        **changes: object,
    ) -> Sending:
        """A message that was sent; `changes` to the message itself, or `about`, `drill` and `due` of what it tells."""
        at = datetime.now(UTC) + queued
        told = {name: changes.pop(name) for name in ("about", "drill", "due") if name in changes}
        identity = f"{next(self.numbers):024x}"
        async with self.database.writing() as session:
            code = await tokens.reply_code(session, self.ring, "9001", identity)
            sending = Sending(
                id=identity,
                organisation="9001",
                case=self.case.ref,
                kind=MessageKind.NOTICE,
                recipient=recipient,
                channel="sms",
                urgency=urgency,
                state=MessageState.SENT,
                reason=None,
                queued=at,
                changed=at,
                expires=at + LIFE,
                attempts=1,
                next_try=None,
                reference=f"elk-{identity}",
                code=code,
                untold=False,
            )
            sending = replace(sending, **changes)  # type: ignore[arg-type]
            row = Delivery(
                notice=f"{self.case.ref}.{notice}",
                recipient=recipient,
                channel=f"{sending.channel}{identity[-3:]}",
                case=self.case.ref,
                organisation="9001",
                seq=1,
                role=role,
                urgency=urgency,
                about="reported",
                level=Level.ACUTE,
                due=None,
                fallback=0,
                drill=False,
                routine=self.case.routine.digest,
                queued=at,
                message=identity,
                told=None,
            )
            await messages.queue(session, sending)
            await notices.put(session, [replace(row, **told)])  # type: ignore[arg-type]
        return sending

    async def link(self, sending: Sending, ring: KeyRing | None = None) -> str:
        """The path of the link in the message."""
        async with self.database.reading() as session:
            return f"/l/{await tokens.token(session, ring or self.ring, sending)}"

    async def state(self, sending: Sending) -> MessageState:
        async with self.database.reading() as session:
            return (await messages.get(session, sending.id)).state

    async def changes(self, sending: Sending) -> Sequence[str]:
        """States and reasons, in order."""
        async with self.database.reading() as session:
            found = (await messages.changes(session, [sending.id]))[sending.id]
        return [f"{change.state}:{change.reason}" for change in found]

    async def sent_again(self, sending: Sending) -> Sending:
        """An operator has sent the message once more."""
        async with self.database.writing() as session:
            code = partial(tokens.reply_code, session, self.ring, sending.organisation)
            return await messages.get(session, await messages.again(session, sending.id, datetime.now(UTC), code))

    async def becomes(self, **changes: object) -> None:
        """The case is otherwise than it was."""
        self.case = self.case.model_copy(update=changes)
        async with self.database.writing() as session:
            await cases.put(session, await self.ring.key(session, self.case.ref), self.case, [])

    async def leaves(self, person: str) -> None:
        """Somebody is no longer with us."""
        directory = town.DIRECTORY | {"organisations": [_without(person)]}
        async with self.database.writing() as session:
            await people.load(session, self.ring, directory)


def _without(person: str) -> dict[str, object]:
    first = dict(town.DIRECTORY["organisations"][0])  # type: ignore[index]
    gone = [one | {"active": False} for one in first["people"] if one["code"] == person]
    return first | {"people": gone}


async def opened(database: Database, ring: KeyRing) -> Office:
    """Found the town, and raise an alarm in it."""
    founded = await town.found(database, ring)
    case, _ = await founded.opens(presumed=Level.ACUTE)
    return Office(database, ring, case)


@asynccontextmanager
async def served(database: Database, ring: KeyRing, secret: str = SECRET) -> AsyncIterator[httpx2.AsyncClient]:
    """The pages on a free port, and a browser's plainest relative to visit them with."""
    desk = Desk(database, ring, "127.0.0.1:1", "default", "nobody", Vault(Path("nowhere"), 1))
    async with (
        serving(lambda _: Site(desk, Offer(receipt_secret=secret))) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
    ):
        yield client
