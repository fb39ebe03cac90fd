"""The tree over each organisation's ledger, its checkpoints, and guards that keep all of it append-only"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import guards, walls

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("ledger", "tree_leaves", "checkpoints", "checkpoint_stamps")


def organisation() -> sa.Column[str]:
    return sa.Column("organisation", sa.String(length=4), nullable=False)


def number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "tree_leaves",
        organisation(),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "position", name=op.f("pk_tree_leaves")),
    )
    op.create_index("ix_tree_leaves_case_seq", "tree_leaves", ["case", "seq"], unique=True)
    op.create_table(
        "checkpoints",
        organisation(),
        number(),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "checkpoint_stamps",
        organisation(),
        number(),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_checkpoint_stamps")),
    )
    walls.raise_all(op.get_bind())
    guards.raise_function(op.get_bind())
    guards.append_only(op.get_bind(), APPEND_ONLY)
    guards.forward_only(op.get_bind(), "heads")


def downgrade() -> None:
    guards.take_down(op.get_bind(), (*APPEND_ONLY, "heads"))
    for table in ("checkpoint_stamps", "checkpoints", "tree_leaves"):
        op.drop_table(table)
