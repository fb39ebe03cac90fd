"""Evidence is looked at by a virus scanner, and kept in quarantine if need be"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("scan", sa.String(length=32), nullable=False, server_default="waiting"))
        evidence.add_column(sa.Column("scanned", sa.DateTime(timezone=True), nullable=True))
        evidence.add_column(sa.Column("found", sa.String(length=128), nullable=True))
    with op.batch_alter_table("evidence") as evidence:
        evidence.alter_column("scan", server_default=None)
    op.create_index("ix_evidence_scan_received", "evidence", ["scan", "received"])


def downgrade() -> None:
    op.drop_index("ix_evidence_scan_received", "evidence")
    with op.batch_alter_table("evidence") as evidence:
        for name in ("scan", "scanned", "found"):
            evidence.drop_column(name)
