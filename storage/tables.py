"""All tables. Every row has its organisation; what is personal is an encrypted body; times are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from models.vocabulary.case import CaseKind, Level, Stage, Urgency
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from sqlalchemy import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones: it is given UTC, and UTC is said again on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC; a naive time is a mistake."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """With its zone."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Coded(TypeDecorator[StrEnum]):
    """A word of the vocabulary, kept as its code."""

    impl = String(32)
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To its code."""
        return value and value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """To the word."""
        return None if value is None else self.vocabulary(value)


def _word(name: str, vocabulary: type[StrEnum], *, key: bool = False, optional: bool = False) -> Column[StrEnum]:
    return Column(name, Coded(vocabulary), primary_key=key, nullable=optional)


def _code(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, String(128), primary_key=key, nullable=optional)


class OrganisationKind(StrEnum):
    """What an organisation is."""

    MUNICIPALITY = "municipality"
    REGION = "region"


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
    CANARY = "canary"


def _tenant(*, key: bool = False) -> Column[str]:
    return Column("organisation", String(4), ForeignKey("organisations.code"), primary_key=key, nullable=False)


def _recorded_tenant() -> Column[str]:
    """Without a foreign key: the ledger stands by itself, and what is built from it follows it."""
    return Column("organisation", String(4), nullable=False)


organisations = Table(
    "organisations",
    metadata,
    Column("code", String(4), primary_key=True),
    Column("name", String(300), nullable=False),
    _word("kind", OrganisationKind),
)

users = Table(
    "users",
    metadata,
    _code("code", key=True),
    _tenant(),
    Column("language", String(8), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    _tenant(key=True),
    _word("role", Role, key=True),
    Column("user", String(128), ForeignKey("users.code"), primary_key=True),
    Index("ix_roles_user", "user"),
)

routines = Table(
    "routines",
    metadata,
    Column("adoption", Integer, primary_key=True),
    _tenant(),
    Column("digest", String(64), nullable=False),
    _code("version"),
    Column("valid_from", Date, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("organisation", "digest"),
    Index("ix_routines_digest", "digest"),
)

sequences = Table(
    "sequences",
    metadata,
    _tenant(key=True),
    Column("prefix", String(2), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    _code("report", key=True),
    _tenant(),
    Column("case", String(32), nullable=False, unique=True),
    Column("received", Instant, nullable=False),
    Column("started", Boolean, nullable=False),
    Column("key", String(64)),
    Column("receipt", String(64), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("organisation", "key"),
    Index("ix_reports_started_received", "started", "received"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("scope", String(32), primary_key=True),
    _tenant(),
    Column("master", String(32), nullable=False),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", Instant),
)

ledger = Table(
    "ledger",
    metadata,
    Column("case", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _recorded_tenant(),
    Column("at", Instant, nullable=False),
    Column("recorded", Instant, nullable=False),
    _code("actor"),
    _code("cause"),
    _code("type"),
    # Nullable, so that what an intruder takes away is a finding of `verify` and not a crash of the reader.
    Column("body", LargeBinary),
    Column("previous", String(64)),
    Column("hash", String(64)),
    Column("algorithm", String(16)),
)

heads = Table(
    "heads",
    metadata,
    Column("case", String(32), primary_key=True),
    _recorded_tenant(),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", String(32), primary_key=True),
    _recorded_tenant(),
    _word("kind", CaseKind),
    _word("stage", Stage, optional=True),
    _word("level", Level, optional=True),
    _word("pace", Level),
    _code("handler", optional=True),
    Column("opened", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("closed", Instant),
    Column("next_due", Instant),
    _code("next_obligation", optional=True),
    Column("protected", Boolean, nullable=False),
    Column("reopenings", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("ix_cases_organisation_closed_next_due", "organisation", "closed", "next_due"),
)

obligations = Table(
    "obligations",
    metadata,
    Column("case", String(32), primary_key=True),
    _code("key", key=True),
    _recorded_tenant(),
    _code("kind"),
    _word("stage", Stage),
    _word("level", Level),
    Column("started", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("met", Instant),
    Column("lapsed", Boolean, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("extended", Boolean, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    _code("notice", key=True),
    _code("recipient", key=True),
    _code("channel", key=True),
    Column("case", String(32), nullable=False),
    _recorded_tenant(),
    Column("seq", Integer, nullable=False),
    _word("role", Role),
    _word("urgency", Urgency),
    _code("about"),
    _word("level", Level),
    Column("due", Instant),
    Column("fallback", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("routine", String(64), nullable=False),
    Column("queued", Instant, nullable=False),
    # Several notices to one person at one moment travel together; what waits for the digest has no message yet.
    _code("message", optional=True),
    # The outcome its case has been told of last.
    _code("told", optional=True),
    Index("ix_notices_case_seq", "case", "seq"),
    Index("ix_notices_message", "message"),
)

messages = Table(
    "messages",
    metadata,
    _code("id", key=True),
    _recorded_tenant(),
    Column("case", String(32)),
    _word("kind", MessageKind),
    _code("recipient"),
    _code("channel"),
    _word("urgency", Urgency),
    _word("state", MessageState),
    _code("reason", optional=True),
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
    _code("message", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    _word("state", MessageState),
    _code("reason", optional=True),
)

inbox = Table(
    "inbox",
    metadata,
    _code("mail", key=True),
    Column("received", Instant, nullable=False),
    _code("kind"),
    _code("message", optional=True),
    Index("ix_inbox_kind_received", "kind", "received"),
)

absences = Table(
    "absences",
    metadata,
    Column("user", String(128), ForeignKey("users.code"), primary_key=True),
    Column("starts", Instant, primary_key=True),
    Column("ends", Instant, primary_key=True),
    # Written by hand, or read from the person's calendar and replaced by its next reading.
    _code("source", key=True),
    _tenant(),
)

pools = Table(
    "pools",
    metadata,
    _code("code", key=True),
    # Turns and their people, as `models.rota.Rota`; codes only.
    Column("body", Text, nullable=False),
    # The address of the pool's calendar, often a secret itself.
    Column("feed", LargeBinary),
)

pool_organisations = Table(
    "pool_organisations",
    metadata,
    _tenant(key=True),
    _word("role", Role, key=True),
    Column("pool", String(128), ForeignKey("pools.code"), nullable=False),
)
