"""Messages with their states, absences, duty pools, and what mail came in"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def code(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=optional)


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def upgrade() -> None:
    op.create_table(
        "messages",
        code("id"),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=True),
        word("kind"),
        code("recipient"),
        code("channel"),
        word("urgency"),
        word("state"),
        code("reason", optional=True),
        sa.Column("queued", INSTANT, nullable=False),
        sa.Column("changed", INSTANT, nullable=False),
        sa.Column("expires", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", INSTANT, nullable=True),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("untold", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_next_try", "messages", ["next_try"])
    op.create_index("ix_messages_state_organisation", "messages", ["state", "organisation"])
    op.create_index("ix_messages_case", "messages", ["case"])
    op.create_index("ix_messages_channel_reference", "messages", ["channel", "reference"])
    op.create_index("ix_messages_code", "messages", ["code"])
    op.create_index("ix_messages_untold", "messages", ["untold"])
    op.create_table(
        "message_changes",
        code("message"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        word("state"),
        code("reason", optional=True),
        sa.PrimaryKeyConstraint("message", "number", name=op.f("pk_message_changes")),
    )
    op.create_table(
        "inbox",
        code("mail"),
        sa.Column("received", INSTANT, nullable=False),
        code("kind"),
        code("message", optional=True),
        sa.PrimaryKeyConstraint("mail", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_kind_received", "inbox", ["kind", "received"])
    op.create_table(
        "absences",
        code("user"),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        code("source"),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_absences_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["user"], ["users.code"], name=op.f("fk_absences_user_users")),
        sa.PrimaryKeyConstraint("user", "starts", "ends", "source", name=op.f("pk_absences")),
    )
    op.create_table(
        "pools",
        code("code"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("feed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_pools")),
    )
    op.create_table(
        "pool_organisations",
        sa.Column("organisation", sa.String(length=4), nullable=False),
        word("role"),
        code("pool"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.code"], name=op.f("fk_pool_organisations_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["pool"], ["pools.code"], name=op.f("fk_pool_organisations_pool_pools")),
        sa.PrimaryKeyConstraint("organisation", "role", name=op.f("pk_pool_organisations")),
    )
    _carry_over()
    with op.batch_alter_table("notices") as notices:
        notices.drop_index("ix_notices_state_organisation")
        notices.drop_column("state")
        notices.drop_column("changed")
        notices.drop_column("failure")
        notices.add_column(sa.Column("fallback", sa.Integer(), nullable=False, server_default="0"))
        notices.add_column(sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()))
        notices.add_column(sa.Column("routine", sa.String(length=64), nullable=False, server_default=""))
        notices.add_column(sa.Column("message", sa.String(length=128), nullable=True))
        notices.add_column(sa.Column("told", sa.String(length=128), nullable=True))
        notices.create_index("ix_notices_message", ["message"])
    with op.batch_alter_table("notices") as notices:
        for name in ("fallback", "drill", "routine"):
            notices.alter_column(name, server_default=None)
    op.execute("UPDATE notices SET message = notice || '.' || recipient || '.' || channel, told = 'sent'")


def _carry_over() -> None:
    """What was sent before there were messages: one message for each delivery, as it stood."""
    op.execute(
        """
        INSERT INTO messages (id, organisation, "case", kind, recipient, channel, urgency, state, reason, queued,
                              changed, expires, attempts, next_try, reference, code, untold)
        SELECT notice || '.' || recipient || '.' || channel, organisation, "case", 'notice', recipient, channel,
               urgency, CASE WHEN state IN ('sent', 'failed') THEN state ELSE 'expired' END, failure, queued, changed,
               queued, 1, NULL, NULL, '', false
        FROM notices
        """
    )
    op.execute(
        """
        INSERT INTO message_changes (message, number, at, state, reason)
        SELECT id, 1, changed, state, reason FROM messages
        """
    )


def downgrade() -> None:
    with op.batch_alter_table("notices") as notices:
        notices.drop_index("ix_notices_message")
        for name in ("fallback", "drill", "routine", "message", "told"):
            notices.drop_column(name)
        notices.add_column(sa.Column("changed", INSTANT, nullable=False, server_default=sa.func.current_timestamp()))
        notices.add_column(sa.Column("state", sa.String(length=32), nullable=False, server_default="sent"))
        notices.add_column(sa.Column("failure", sa.String(length=128), nullable=True))
        notices.create_index("ix_notices_state_organisation", ["state", "organisation"])
    for table in ("pool_organisations", "pools", "absences", "inbox", "message_changes", "messages"):
        op.drop_table(table)
