"""Who is looking at a report of their own, by its receipt code"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import walls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "receipt_sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("report", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.Column("expires", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_receipt_sessions")),
    )
    op.create_index("ix_receipt_sessions_expires", "receipt_sessions", ["expires"])
    walls.raise_all(op.get_bind())


def downgrade() -> None:
    op.drop_table("receipt_sessions")
