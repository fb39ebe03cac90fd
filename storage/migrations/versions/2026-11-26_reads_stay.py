"""What was read is append-only too, held by the database itself"""

from alembic import op

from storage.migrations import guards

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.append_only(op.get_bind(), ("reads",))


def downgrade() -> None:
    # As `guards.take_down` does, but for the function: others call it still.
    if op.get_bind().dialect.name == "postgresql":
        op.execute('DROP TRIGGER IF EXISTS reads_append_only ON "reads"')
        op.execute('GRANT UPDATE, DELETE, TRUNCATE ON "reads" TO CURRENT_USER')
    else:
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS reads_append_only_{what}")
