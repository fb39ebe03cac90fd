"""Who has read what, why and from where, in a chain; and what of it was out of the ordinary"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations import walls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
START = "0" * 64
BEFORE = ("case", "user", "via", "what", "quarter")
KEPT = ("case", "user", "via", "what", "quarter", "organisation", "role", "at")


def code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def word(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=optional)


def tenant() -> sa.Column[str]:
    return sa.Column("organisation", sa.String(length=4), nullable=False)


def table(*more: sa.Column[Any], key: Sequence[str]) -> sa.Table:
    made = op.create_table(
        "reads",
        word("case"),
        code("user"),
        word("via"),
        code("what"),
        sa.Column("quarter", INSTANT, nullable=False),
        tenant(),
        word("role", optional=True),
        sa.Column("at", INSTANT, nullable=False),
        *more,
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_reads")),
    )
    op.create_index("ix_reads_organisation_at", "reads", ["organisation", "at"])
    return made


def chained(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What was kept before there was a chain, in the order in which it was read."""
    last: dict[str, tuple[int, str]] = {}
    for row in rows:
        seq, previous = last.get(row["organisation"], (0, START))
        at: datetime = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)
        reader = (row["case"], row["user"], row["role"], row["via"], row["what"])
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        parts = ["reads-v1", row["organisation"], seq + 1, *reader, moment, "", "role", "", previous]
        digest = hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
        last[row["organisation"]] = seq + 1, digest
        yield {
            **row,
            "source": "",
            "ground": "role",
            "reference": "",
            "seq": seq + 1,
            "previous": previous,
            "hash": digest,
        }


def upgrade() -> None:
    connection = op.get_bind()
    old = sa.table("reads", *(sa.column(name, INSTANT if name in {"quarter", "at"} else None) for name in KEPT))
    query = sa.select(old).order_by(old.c.organisation, old.c.at, *(old.c[name] for name in BEFORE))
    rows = list(chained([dict(row) for row in connection.execute(query).mappings()]))
    op.drop_table("reads")
    made = table(
        code("source"),
        word("ground"),
        code("reference"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        key=(*BEFORE, "source"),
    )
    op.create_index("ix_reads_organisation_seq", "reads", ["organisation", "seq"], unique=True)
    op.create_index("ix_reads_organisation_user", "reads", ["organisation", "user", "seq"])
    heads = op.create_table(
        "read_heads",
        tenant(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_read_heads")),
    )
    op.create_table(
        "read_reviews",
        tenant(),
        sa.Column("number", sa.Integer(), nullable=False),
        word("rule"),
        code("user"),
        sa.Column("first", INSTANT, nullable=False),
        sa.Column("last", INSTANT, nullable=False),
        sa.Column("cases", sa.Text(), nullable=False),
        sa.Column("found", INSTANT, nullable=False),
        sa.Column("reviewed", INSTANT, nullable=True),
        sa.Column("by", sa.String(length=128), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_read_reviews")),
    )
    op.create_index("ix_read_reviews_organisation_reviewed", "read_reviews", ["organisation", "reviewed"])
    walls.raise_all(connection)
    if rows:
        op.bulk_insert(made, rows)
        last = {row["organisation"]: {name: row[name] for name in ("organisation", "seq", "hash")} for row in rows}
        op.bulk_insert(heads, list(last.values()))


def downgrade() -> None:
    connection = op.get_bind()
    now = sa.table("reads", *(sa.column(name, INSTANT if name in {"quarter", "at"} else None) for name in KEPT))
    first = {tuple(row[name] for name in BEFORE): dict(row) for row in connection.execute(sa.select(now)).mappings()}
    for name in ("read_reviews", "read_heads", "reads"):
        op.drop_table(name)
    made = table(key=BEFORE)
    walls.raise_all(connection)
    if first:
        op.bulk_insert(made, list(first.values()))
