"""Row-level security on PostgreSQL: whoever says for which organisations they ask is shown nothing of any other.

`varna.organisations` is `*`, or a list with commas; where it is not set, no row is there. What this says of a table is
part of the migrations: never change it, add to it.
"""

from sqlalchemy import Connection, text

_SET = "current_setting('varna.organisations', true)"
_MINE = f"({_SET} = '*' OR {{column}} = ANY (string_to_array({_SET}, ',')))"
_WITHOUT = """
    SELECT c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relforcerowsecurity = :raised
    ORDER BY c.relname
"""


def raise_all(connection: Connection) -> None:
    """Around every table that has an organisation and no wall yet. Does nothing on SQLite, which has no roles."""
    if connection.dialect.name != "postgresql":
        return
    for table in connection.execute(text(_WITHOUT), {"raised": False}).scalars().all():
        mine = _MINE.format(column="organisation")
        # A case that is offered to another organisation is seen by both.
        read = f"({mine} OR {_MINE.format(column='handed_to')})" if table == "cases" else mine
        for statement in (
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY own_organisation ON "{table}" USING ({read}) WITH CHECK ({mine})',
        ):
            connection.exec_driver_sql(statement)


def take_down(connection: Connection) -> None:
    """From around every table."""
    if connection.dialect.name != "postgresql":
        return
    for table in connection.execute(text(_WITHOUT), {"raised": True}).scalars().all():
        connection.exec_driver_sql(f'DROP POLICY own_organisation ON "{table}"')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def stand(connection: Connection) -> bool:
    """Whether there are walls: the migration that raised the first ones has run."""
    if connection.dialect.name != "postgresql":
        return False
    return connection.execute(text(_WITHOUT), {"raised": True}).first() is not None
