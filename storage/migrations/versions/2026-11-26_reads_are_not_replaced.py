"""SQLite's REPLACE is no way around the reading log either"""

from alembic import op

from storage.migrations import guards

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = ("case", "user", "via", "what", "quarter", "source")
SAME = " AND ".join(f'"{name}" = NEW."{name}"' for name in KEY)
THERE = {"reads": f"({SAME}) OR (organisation = NEW.organisation AND seq = NEW.seq)"}


def upgrade() -> None:
    guards.no_replacing(op.get_bind(), THERE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS reads_append_only_replace")
