"""What came by e-mail: read, told to the messages it is about, put away."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from temporalio import activity

from channels.email.mailbox import BATCH
from models.inbound import MailKind
from models.message import Frozen
from storage import inbox

if TYPE_CHECKING:
    from channels.email.mailbox import Mail, Mailbox
    from storage.database import Database
    from storage.keys import KeyRing


class MailRead(Frozen):
    """How much came, by kind, and when to look again."""

    kinds: dict[MailKind, int]
    again: float | None = None
    """Seconds until the next look; None if there is no mailbox to look into."""


class MailboxActivities:
    """The activity of the mailbox workflow. `seconds`: how often to look, if there is a mailbox."""

    def __init__(self, database: Database, ring: KeyRing, mailbox: Mailbox | None, seconds: float) -> None:
        self.database = database
        self.ring = ring
        self.mailbox = mailbox
        self.seconds = seconds

    @activity.defn(name="read_mail")
    async def read_mail(self) -> MailRead:
        """Take care of the oldest mails; each is put away only once the database has what it said.

        :raises ChannelError: if the mailbox is out of reach; what was taken is found again, and is no news then.
        :raises OutOfReach: if the database is.
        """
        if self.mailbox is None:
            return MailRead(kinds={})
        now = activity.info().started_time  # the engine's, which is not the machine's when time is skipped
        taken: dict[Mail, MailKind] = {}
        for mail in await self.mailbox.unhandled():
            async with self.database.writing() as session:
                taken[mail] = await inbox.take(session, self.ring, mail.id, mail.inbound, now)
        if taken:
            await self.mailbox.put_away(taken)
        more = len(taken) == BATCH
        return MailRead(kinds=dict(Counter(taken.values())), again=0 if more else self.seconds)
