"""Evidence: what was handed in, by its hash, sealed"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import walls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("organisation", sa.String(length=4), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("report", sa.String(length=128), nullable=True),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_case_received", "evidence", ["case", "received"])
    op.create_index("ix_evidence_recorded_state", "evidence", ["recorded", "state"])
    walls.raise_all(op.get_bind())


def downgrade() -> None:
    op.drop_table("evidence")
