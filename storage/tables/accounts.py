"""How people and programs prove who they are. Of every secret that is shown to us there is only a hash here."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, String, Table

from storage.tables.columns import Instant, code, metadata, tenant, word


class Method(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a word, not one
    """A password and a one-time code."""
    RECOVERY = "recovery"
    """A password and a recovery code."""
    PASSKEY = "passkey"
    OIDC = "oidc"
    """The organisation's own identity provider."""
    DEMO = "demo"
    """One of the invented people, on this machine alone."""


class OpeningKind(StrEnum):
    """What a one-time link is for."""

    FIRST = "first"
    """The first administrator."""
    INVITATION = "invitation"
    RESET = "reset"


def secret_hash(name: str, *, key: bool = False) -> Column[str]:
    """SHA-256, in hexadecimal digits, of a random value that is too long to be guessed."""
    return Column(name, String(64), primary_key=key, nullable=False)


def user(*, key: bool = False) -> Column[str]:
    """Whose it is."""
    return Column("user", String(128), ForeignKey("users.code"), primary_key=key, nullable=False)


accounts = Table(
    "accounts",
    metadata,
    user(key=True),
    tenant(),
    # argon2id.
    Column("password", String(200)),
    Column("password_set", Instant),
    # The secret of one-time codes, sealed, and the newest step a code was taken for: each is good once.
    Column("totp", LargeBinary),
    Column("totp_step", BigInteger),
    # Random: what an authenticator knows somebody by.
    Column("handle", String(64), nullable=False, unique=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    # The credential's id, base64url: at most 1023 bytes of it.
    Column("id", String(1400), primary_key=True),
    user(),
    tenant(),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("synced", Boolean, nullable=False),
    # What its owner calls it, sealed.
    Column("name", LargeBinary, nullable=False),
    Column("created", Instant, nullable=False),
    Column("used", Instant),
    Index("ix_passkeys_user", "user"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    user(key=True),
    secret_hash("hash", key=True),
    tenant(),
)

identities = Table(
    "identities",
    metadata,
    # HMAC, by the key of the organisation, of issuer and subject: a subject may be a person's number.
    secret_hash("hash", key=True),
    user(),
    tenant(),
    Column("created", Instant, nullable=False),
    Column("used", Instant, nullable=False),
    Index("ix_identities_user", "user"),
)

sessions = Table(
    "sessions",
    metadata,
    secret_hash("hash", key=True),
    user(),
    tenant(),
    Column("created", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    # When they last proved who they are.
    Column("proved", Instant, nullable=False),
    word("method", Method),
    # Which browser, roughly, so that its owner knows it again.
    code("browser"),
    # What the identity provider wants to be reminded of when they sign out, sealed.
    Column("hint", LargeBinary),
    Index("ix_sessions_user", "user"),
    Index("ix_sessions_expires", "expires"),
)

devices = Table(
    "devices",
    metadata,
    secret_hash("hash", key=True),
    user(key=True),
    tenant(),
    Column("seen", Instant, nullable=False),
)

challenges = Table(
    "challenges",
    metadata,
    secret_hash("hash", key=True),
    code("purpose"),
    Column("expires", Instant, nullable=False),
    # Sealed by a key that only the browser's own cookie gives.
    Column("body", LargeBinary, nullable=False),
    Index("ix_challenges_expires", "expires"),
)

openings = Table(
    "openings",
    metadata,
    secret_hash("hash", key=True),
    user(),
    tenant(),
    word("kind", OpeningKind),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant),
    code("maker", optional=True),
    Index("ix_openings_user", "user"),
)

programs = Table(
    "programs",
    metadata,
    code("code", key=True),
    Column("hash", String(64), nullable=False, unique=True),
    user(),
    tenant(),
    # Words of `Scope`, with spaces between.
    Column("scopes", String(500), nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant),
    Column("revoked", Instant),
    code("maker", optional=True),
    Index("ix_programs_user", "user"),
)
