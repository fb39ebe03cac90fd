"""What may be added to but never changed or taken away, held by the database itself: triggers; on PostgreSQL, grants.

An administrator can take them down; `verify` then says that they are gone, and the checkpoints say what was changed.
What this does to a table is part of the migrations: never change it, add to it.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

_FUNCTION = """
CREATE FUNCTION varna_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_BACKWARDS = 'NEW.seq <= OLD.seq OR NEW."case" <> OLD."case" OR NEW.organisation <> OLD.organisation'


def append_only(connection: Connection, tables: Iterable[str]) -> None:
    """Rows of these tables come, and stay as they are."""
    for table in tables:
        if connection.dialect.name == "postgresql":
            # For each statement: also for one that finds no row, and at no cost to any other.
            _postgresql(connection, table, "append_only", "UPDATE OR DELETE OR TRUNCATE", "STATEMENT")
            # The owner's own rights, which it can give back to itself: this holds off a mistake, not an intruder.
            connection.exec_driver_sql(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM CURRENT_USER')
        else:
            for what in ("UPDATE", "DELETE"):
                _sqlite(connection, table, f"append_only_{what.lower()}", what)


def forward_only(connection: Connection, table: str) -> None:
    """Each row of the heads moves to a higher `seq` of the same case, and nowhere else."""
    if connection.dialect.name == "postgresql":
        _postgresql(connection, table, "forward_only", "UPDATE", f"ROW WHEN ({_BACKWARDS})")
        _postgresql(connection, table, "append_only", "DELETE OR TRUNCATE", "STATEMENT")
        connection.exec_driver_sql(f'REVOKE DELETE, TRUNCATE ON "{table}" FROM CURRENT_USER')
    else:
        _sqlite(connection, table, "forward_only", "UPDATE", f"WHEN {_BACKWARDS}")
        _sqlite(connection, table, "append_only_delete", "DELETE")


def no_replacing(connection: Connection, there: Mapping[str, str]) -> None:
    """SQLite's REPLACE takes a row away without a word to any DELETE trigger: no row comes where one stands.

    :param there: per table, in SQL, which row stands where the new one would.
    """
    if connection.dialect.name == "sqlite":
        for table, same in there.items():
            stands = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608 - nothing in it comes from outside
            _sqlite(connection, table, "append_only_replace", "INSERT", f"WHEN {stands}")


def raise_function(connection: Connection) -> None:
    """What the triggers of PostgreSQL call."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_FUNCTION)


def take_down(connection: Connection, tables: Iterable[str]) -> None:
    """Let these tables be changed again, and the function go."""
    postgresql = connection.dialect.name == "postgresql"
    for table in tables:
        for name in (
            ("append_only", "forward_only")
            if postgresql
            else ("append_only_update", "append_only_delete", "forward_only")
        ):
            connection.exec_driver_sql(
                f"DROP TRIGGER IF EXISTS {_name(table, name)}" + (f' ON "{table}"' if postgresql else "")
            )
        if postgresql:
            connection.exec_driver_sql(f'GRANT UPDATE, DELETE, TRUNCATE ON "{table}" TO CURRENT_USER')
    if postgresql:
        connection.exec_driver_sql("DROP FUNCTION varna_append_only()")


def _postgresql(connection: Connection, table: str, name: str, what: str, each: str) -> None:
    connection.exec_driver_sql(
        f'CREATE TRIGGER {_name(table, name)} BEFORE {what} ON "{table}" '
        f"FOR EACH {each} EXECUTE FUNCTION varna_append_only()"
    )


def _sqlite(connection: Connection, table: str, name: str, what: str, when: str = "") -> None:
    connection.exec_driver_sql(
        f'CREATE TRIGGER {_name(table, name)} BEFORE {what} ON "{table}" {when} '
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    )


def _name(table: str, name: str) -> str:
    return f"{table}_{name}"
