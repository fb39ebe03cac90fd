"""The lowest wall before destroying: triggers on the table of keys, on both kinds of database.

A case's key is cleared only if the case is closed, nobody has it kept, and a list on which it stands was approved by
another person than the one who proposed it. Rows are never deleted, and wrapping anew must name another master key.
What is said here is part of the migrations: never change it, add to it. On SQLite a batch migration that replaces one
of these tables takes its triggers along: build them again.
"""

from sqlalchemy import Connection

_CLEARED = "NEW.wrapped IS NULL AND OLD.wrapped IS NOT NULL"
_NOT_CLOSED = "NOT EXISTS (SELECT 1 FROM cases c WHERE c.ref = OLD.scope AND c.closed IS NOT NULL)"
_HELD = 'EXISTS (SELECT 1 FROM holds h WHERE h."case" = OLD.scope AND h.released IS NULL)'
_NOT_APPROVED = """NOT EXISTS (
    SELECT 1 FROM destruction_items i JOIN destruction_lists l ON l.id = i.list
    WHERE i."case" = OLD.scope AND i.spared IS NULL AND l.approved_by IS NOT NULL AND l.withdrawn IS NULL
      AND l.approved_by <> l.proposed_by)"""
_TAMPERED = """(NEW.scope <> OLD.scope OR NEW.organisation <> OLD.organisation OR (OLD.wrapped IS NULL
    AND NEW.wrapped IS NOT NULL) OR (NEW.wrapped IS NOT NULL AND NEW.wrapped <> OLD.wrapped
    AND NEW.master = OLD.master))"""
_RELEASED = """(OLD.released IS NOT NULL OR NEW.id <> OLD.id OR NEW."case" <> OLD."case" OR NEW.ground <> OLD.ground
    OR NEW.organisation <> OLD.organisation OR NEW.reference <> OLD.reference OR NEW."by" <> OLD."by"
    OR NEW.since <> OLD.since)"""
_DECIDED = """(NEW.id <> OLD.id OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed <> OLD.proposed
    OR NEW.organisation <> OLD.organisation OR (OLD.approved_by IS NOT NULL AND (NEW.approved_by IS NULL
    OR NEW.approved_by <> OLD.approved_by OR NEW.decision <> OLD.decision OR NEW.approved <> OLD.approved)))"""
_LATE = "EXISTS (SELECT 1 FROM destruction_lists l WHERE l.id = {row}.list AND l.approved_by IS NOT NULL)"
_MOVED = """(NEW.list <> OLD.list OR NEW."case" <> OLD."case" OR NEW.organisation <> OLD.organisation
    OR OLD.spared IS NOT NULL)"""
_REWRITTEN = """(NEW."case" <> OLD."case" OR NEW.body <> OLD.body OR NEW.digest <> OLD.digest
    OR NEW.destroyed <> OLD.destroyed OR NEW.list <> OLD.list OR NEW.organisation <> OLD.organisation)"""

RULES: tuple[tuple[str, str, str, str], ...] = (
    ("case_keys", "UPDATE", f"{_CLEARED} AND {_NOT_CLOSED}", "open"),
    ("case_keys", "UPDATE", f"{_CLEARED} AND {_HELD}", "on_hold"),
    ("case_keys", "UPDATE", f"{_CLEARED} AND {_NOT_APPROVED}", "not_approved"),
    ("case_keys", "UPDATE", _TAMPERED, "key_row"),
    ("case_keys", "DELETE", "", "key_row"),
    ("holds", "UPDATE", _RELEASED, "hold_row"),
    ("holds", "DELETE", "", "hold_row"),
    ("destruction_lists", "UPDATE", _DECIDED, "list_row"),
    ("destruction_lists", "DELETE", "", "list_row"),
    ("destruction_items", "INSERT", _LATE.format(row="NEW"), "item_row"),
    ("destruction_items", "UPDATE", _MOVED, "item_row"),
    ("destruction_items", "DELETE", "", "item_row"),
    ("certificates", "UPDATE", _REWRITTEN, "certificate_row"),
    ("certificates", "DELETE", "", "certificate_row"),
)
"""Table, what is done to it, when that is refused (always, if nothing is said), and what is then said."""

# SQLite's REPLACE takes a row away without a word to any DELETE trigger.
_KEYS = {
    "case_keys": "scope = NEW.scope",
    "holds": "id = NEW.id",
    "destruction_lists": "id = NEW.id",
    "destruction_items": 'list = NEW.list AND "case" = NEW."case"',
    "certificates": '"case" = NEW."case"',
}


def build(connection: Connection) -> None:
    """Raise it."""
    for statement in _sqlite() if connection.dialect.name == "sqlite" else _postgresql():
        connection.exec_driver_sql(statement)


def tear_down(connection: Connection) -> None:
    """Take it down, before the tables go that it asks."""
    sqlite = connection.dialect.name == "sqlite"
    for name, table in {_name(n): rule[0] for n, rule in enumerate(RULES)}.items():
        connection.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if sqlite else f' ON "{table}"'))
        if not sqlite:
            connection.exec_driver_sql(f"DROP FUNCTION {name}()")
    for table in _KEYS:
        if sqlite:
            connection.exec_driver_sql(f"DROP TRIGGER wall_{table}_replace")
        else:
            connection.exec_driver_sql(f'DROP TRIGGER wall_{table}_truncate ON "{table}"')
    if not sqlite:
        connection.exec_driver_sql("DROP FUNCTION wall_truncate()")


def _name(number: int) -> str:
    table, deed, _, code = RULES[number]
    return f"wall_{table}_{deed.lower()}_{code}"


def _sqlite() -> list[str]:
    made = []
    for number, (table, deed, condition, code) in enumerate(RULES):
        when = f"WHEN {condition} " if condition else ""
        made.append(
            f"CREATE TRIGGER {_name(number)} BEFORE {deed} ON {table} FOR EACH ROW {when}"
            f"BEGIN SELECT RAISE(ABORT, 'varna:{code}'); END"
        )
    for table, same in _KEYS.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - nothing in it comes from outside
        made.append(
            f"CREATE TRIGGER wall_{table}_replace BEFORE INSERT ON {table} FOR EACH ROW "
            f"WHEN {there} BEGIN SELECT RAISE(ABORT, 'varna:replaced'); END"
        )
    return made


def _postgresql() -> list[str]:
    made = []
    for number, (table, deed, condition, code) in enumerate(RULES):
        name = _name(number)
        back = "OLD" if deed == "DELETE" else "NEW"
        refuse = f"RAISE EXCEPTION 'varna:{code}' USING ERRCODE = 'integrity_constraint_violation';"
        body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
        made.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {back}; END $$"
        )
        made.append(f'CREATE TRIGGER {name} BEFORE {deed} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()')
    made.append(
        "CREATE FUNCTION wall_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'varna:truncated' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    made += [
        f'CREATE TRIGGER wall_{table}_truncate BEFORE TRUNCATE ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION wall_truncate()"
        for table in _KEYS
    ]
    return made
