"""Master keys that were retired: nothing is wrapped by them again, so that older backups stay unreadable"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RETIRED = "EXISTS (SELECT 1 FROM master_keys m WHERE m.name = NEW.master AND m.retired IS NOT NULL)"
WRAPS = f"NEW.wrapped IS NOT NULL AND {RETIRED}"
DEEDS = ("insert", "update")


def upgrade() -> None:
    op.create_table(
        "master_keys",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_master_keys")),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for deed in DEEDS:
            connection.exec_driver_sql(
                f"CREATE TRIGGER wall_case_keys_{deed}_retired BEFORE {deed.upper()} ON case_keys FOR EACH ROW "
                f"WHEN {WRAPS} BEGIN SELECT RAISE(ABORT, 'varna:retired'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE FUNCTION wall_retired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {WRAPS} THEN RAISE EXCEPTION 'varna:retired' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    for deed in DEEDS:
        connection.exec_driver_sql(
            f"CREATE TRIGGER wall_case_keys_{deed}_retired BEFORE {deed.upper()} ON case_keys "
            "FOR EACH ROW EXECUTE FUNCTION wall_retired()"
        )


def downgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for deed in DEEDS:
        connection.exec_driver_sql(f"DROP TRIGGER wall_case_keys_{deed}_retired" + ("" if sqlite else " ON case_keys"))
    if not sqlite:
        connection.exec_driver_sql("DROP FUNCTION wall_retired()")
    op.drop_table("master_keys")
