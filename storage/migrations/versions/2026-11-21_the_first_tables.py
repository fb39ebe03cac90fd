"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("pace", sa.String(length=32), nullable=False),
        sa.Column("handler", sa.String(length=128), nullable=True),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_obligation", sa.String(length=128), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cases_organisation_closed_next_due", ["organisation", "closed", "next_due"], unique=False
        )

    op.create_table(
        "heads",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_heads")),
    )
    op.create_table(
        "ledger",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("algorithm", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_ledger")),
    )
    op.create_table(
        "notices",
        sa.Column("notice", sa.String(length=128), nullable=False),
        sa.Column("recipient", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=128), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("urgency", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=128), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("failure", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("notice", "recipient", "channel", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_case_seq", ["case", "seq"], unique=False)
        batch_op.create_index("ix_notices_state_organisation", ["state", "organisation"], unique=False)

    op.create_table(
        "obligations",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed", sa.Boolean(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case", "key", name=op.f("pk_obligations")),
    )
    op.create_table(
        "organisations",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisations")),
    )
    op.create_table(
        "case_keys",
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("master", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_case_keys_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_case_keys")),
    )
    op.create_table(
        "reports",
        sa.Column("report", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_reports_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_reports")),
        sa.UniqueConstraint("case", name=op.f("uq_reports_case")),
        sa.UniqueConstraint("organisation", "key", name=op.f("uq_reports_organisation_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_reports_receipt")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index("ix_reports_started_received", ["started", "received"], unique=False)

    op.create_table(
        "routines",
        sa.Column("adoption", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_routines_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("adoption", name=op.f("pk_routines")),
        sa.UniqueConstraint("organisation", "digest", name=op.f("uq_routines_organisation_digest")),
    )
    with op.batch_alter_table("routines", schema=None) as batch_op:
        batch_op.create_index("ix_routines_digest", ["digest"], unique=False)

    op.create_table(
        "sequences",
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("prefix", sa.String(length=2), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_sequences_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation", "prefix", "year", name=op.f("pk_sequences")),
    )
    op.create_table(
        "users",
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_users_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_users")),
    )
    op.create_table(
        "roles",
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_roles_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["user"], ["users.code"], name=op.f("fk_roles_user_users")),
        sa.PrimaryKeyConstraint("organisation", "role", "user", name=op.f("pk_roles")),
    )
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.create_index("ix_roles_user", ["user"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.drop_index("ix_roles_user")

    op.drop_table("roles")
    op.drop_table("users")
    op.drop_table("sequences")
    with op.batch_alter_table("routines", schema=None) as batch_op:
        batch_op.drop_index("ix_routines_digest")

    op.drop_table("routines")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index("ix_reports_started_received")

    op.drop_table("reports")
    op.drop_table("case_keys")
    op.drop_table("organisations")
    op.drop_table("obligations")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_state_organisation")
        batch_op.drop_index("ix_notices_case_seq")

    op.drop_table("notices")
    op.drop_table("ledger")
    op.drop_table("heads")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_organisation_closed_next_due")

    op.drop_table("cases")
