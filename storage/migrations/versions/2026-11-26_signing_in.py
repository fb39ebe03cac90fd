"""Accounts, sessions, passkeys, one-time links, and tokens of programs"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "accounts", "passkeys", "recovery_codes", "identities", "sessions", "devices", "challenges", "openings", "programs",
)  # fmt: skip


def code(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=optional)


def secret_hash(name: str = "hash") -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def instant(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=optional)


def owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Whose it is: a user, in an organisation."""
    return (
        code("user"),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.code"], name=op.f(f"fk_{table}_user_users")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f(f"fk_{table}_organisation_organisations")
        ),
    )


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "accounts",
        *owned("accounts"),
        sa.Column("password", sa.String(length=200), nullable=True),
        instant("password_set", optional=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("handle", sa.String(length=64), nullable=False),
        key("accounts", "user"),
        sa.UniqueConstraint("handle", name=op.f("uq_accounts_handle")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=1400), nullable=False),
        *owned("passkeys"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        instant("created"),
        instant("used", optional=True),
        key("passkeys", "id"),
    )
    op.create_table("recovery_codes", *owned("recovery_codes"), secret_hash(), key("recovery_codes", "user", "hash"))
    op.create_table(
        "identities",
        secret_hash(),
        *owned("identities"),
        instant("created"),
        instant("used"),
        key("identities", "hash"),
    )
    op.create_table(
        "sessions",
        secret_hash(),
        *owned("sessions"),
        instant("created"),
        instant("seen"),
        instant("expires"),
        instant("proved"),
        sa.Column("method", sa.String(length=32), nullable=False),
        code("browser"),
        sa.Column("hint", sa.LargeBinary(), nullable=True),
        key("sessions", "hash"),
    )
    op.create_table("devices", secret_hash(), *owned("devices"), instant("seen"), key("devices", "hash", "user"))
    op.create_table(
        "challenges",
        secret_hash(),
        code("purpose"),
        instant("expires"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        key("challenges", "hash"),
    )
    op.create_table(
        "openings",
        secret_hash(),
        *owned("openings"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        instant("created"),
        instant("expires"),
        instant("used", optional=True),
        code("maker", optional=True),
        key("openings", "hash"),
    )
    op.create_table(
        "programs",
        code("code"),
        secret_hash(),
        *owned("programs"),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        instant("created"),
        instant("expires"),
        instant("used", optional=True),
        instant("revoked", optional=True),
        code("maker", optional=True),
        key("programs", "code"),
        sa.UniqueConstraint("hash", name=op.f("uq_programs_hash")),
    )
    for table in ("passkeys", "identities", "sessions", "openings", "programs"):
        op.create_index(f"ix_{table}_user", table, ["user"])
    for table in ("sessions", "challenges"):
        op.create_index(f"ix_{table}_expires", table, ["expires"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
