"""Archives of histories, and what became of replaying them"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import walls

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archives",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=128), nullable=True),
        sa.Column("end", sa.String(length=128), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("object", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("archived", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case", "run", name=op.f("pk_archives")),
    )
    op.create_index("ix_archives_object", "archives", ["object"])
    op.create_table(
        "replays",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_replays")),
    )
    walls.raise_all(op.get_bind())


def downgrade() -> None:
    op.drop_table("replays")
    op.drop_table("archives")
