"""SQLite's REPLACE is no way around what is append-only"""

from alembic import op

from storage.migrations import guards

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

THERE = {
    "ledger": '"case" = NEW."case" AND seq = NEW.seq',
    "heads": '"case" = NEW."case" AND seq >= NEW.seq',
    "tree_leaves": "(organisation = NEW.organisation AND position = NEW.position)"
    ' OR ("case" = NEW."case" AND seq = NEW.seq)',
    "checkpoints": "organisation = NEW.organisation AND number = NEW.number",
    "checkpoint_stamps": "organisation = NEW.organisation AND number = NEW.number",
}


def upgrade() -> None:
    guards.no_replacing(op.get_bind(), THERE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in THERE:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_replace")
