"""Messages: what is told to whom, what became of it, and what mail came back."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
)

from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage.tables.columns import Instant, code, metadata, recorded_tenant, word


class MessageState(StrEnum):
    """State of one message to one person by one channel."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    FAILED = "failed"
    EXPIRED = "expired"


class MessageKind(StrEnum):
    """What a message is for."""

    NOTICE = "notice"
    DIGEST = "digest"
    INVITATION = "invitation"
    DUTY_GAP = "duty_gap"
    ACCOUNT_OPENED = "account_opened"
    """An administrator made a link by which somebody's way to sign in is chosen anew; to that person."""
    ACCESS_GIVEN = "access_given"
    """An administrator made such a link, or gave somebody roles; to whoever answers for the data."""
    CHECKPOINT = "checkpoint"
    """A signed checkpoint of the ledger, to whoever reviews: its text is in the letter."""
    CHECKPOINT_REFUSED = "checkpoint_refused"
    """The ledger does not extend its last checkpoint, so none was signed; to whoever reviews."""
    UNUSUAL_READING = "unusual_reading"
    """Something in the reading log waits to be reviewed; to whoever answers for the data."""
    CANARY = "canary"


notices = Table(
    "notices",
    metadata,
    code("notice", key=True),
    code("recipient", key=True),
    code("channel", key=True),
    Column("case", String(32), nullable=False),
    recorded_tenant(),
    Column("seq", Integer, nullable=False),
    word("role", Role),
    word("urgency", Urgency),
    code("about"),
    word("level", Level),
    Column("due", Instant),
    Column("fallback", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("routine", String(64), nullable=False),
    Column("queued", Instant, nullable=False),
    # Several notices to one person at one moment travel together; what waits for the digest has no message yet.
    code("message", optional=True),
    # The outcome its case has been told of last.
    code("told", optional=True),
    Index("ix_notices_case_seq", "case", "seq"),
    Index("ix_notices_message", "message"),
)

messages = Table(
    "messages",
    metadata,
    code("id", key=True),
    recorded_tenant(),
    Column("case", String(32)),
    word("kind", MessageKind),
    code("recipient"),
    code("channel"),
    word("urgency", Urgency),
    word("state", MessageState),
    code("reason", optional=True),
    Column("queued", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    # When it is tried next, or how long whoever is sending it has for it; empty once nothing more is to be done.
    Column("next_try", Instant),
    Column("reference", String(200)),
    Column("code", String(8), nullable=False),
    # Something happened to it that its case has not been told of yet.
    Column("untold", Boolean, nullable=False),
    Index("ix_messages_next_try", "next_try"),
    Index("ix_messages_state_organisation", "state", "organisation"),
    Index("ix_messages_case", "case"),
    Index("ix_messages_channel_reference", "channel", "reference"),
    Index("ix_messages_code", "code"),
    Index("ix_messages_untold", "untold"),
)

message_changes = Table(
    "message_changes",
    metadata,
    code("message", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    word("state", MessageState),
    code("reason", optional=True),
)

inbox = Table(
    "inbox",
    metadata,
    code("mail", key=True),
    Column("received", Instant, nullable=False),
    code("kind"),
    code("message", optional=True),
    Index("ix_inbox_kind_received", "kind", "received"),
)
