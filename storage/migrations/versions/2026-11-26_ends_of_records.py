"""Ends of records: who has a case kept, destruction lists, certificates, and the wall before the table of keys"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import last_wall, walls

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def code(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=optional)


def word(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=optional)


def instant(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=optional)


def tenant() -> sa.Column[str]:
    return sa.Column("organisation", sa.String(length=4), nullable=False)


def upgrade() -> None:
    op.create_table(
        "holds",
        code("id"),
        tenant(),
        word("case"),
        word("ground"),
        code("reference"),
        code("by"),
        instant("since"),
        code("released_by", optional=True),
        instant("released", optional=True),
        code("release_reference", optional=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_case", "holds", ["case"])
    op.create_table(
        "destruction_lists",
        code("id"),
        tenant(),
        code("proposed_by"),
        instant("proposed"),
        code("approved_by", optional=True),
        instant("approved", optional=True),
        code("decision", optional=True),
        instant("withdrawn", optional=True),
        instant("executed", optional=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction_lists")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        sa.CheckConstraint("(approved_by IS NULL) = (decision IS NULL)", name="decision"),
    )
    op.create_index("ix_destruction_lists_organisation_proposed", "destruction_lists", ["organisation", "proposed"])
    op.create_table(
        "destruction_items",
        code("list"),
        word("case"),
        tenant(),
        word("kind"),
        instant("closed"),
        instant("ends"),
        code("spared_by", optional=True),
        instant("spared", optional=True),
        word("reason", optional=True),
        sa.PrimaryKeyConstraint("list", "case", name=op.f("pk_destruction_items")),
    )
    op.create_index("ix_destruction_items_case", "destruction_items", ["case"])
    op.create_table(
        "certificates",
        word("case"),
        tenant(),
        code("list"),
        instant("destroyed"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        instant("evidence_gone", optional=True),
        instant("engine_gone", optional=True),
        word("master"),
        instant("backups_gone", optional=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_certificates")),
    )
    op.create_index("ix_certificates_organisation_destroyed", "certificates", ["organisation", "destroyed"])
    walls.raise_all(op.get_bind())
    last_wall.build(op.get_bind())


def downgrade() -> None:
    last_wall.tear_down(op.get_bind())
    for table in ("certificates", "destruction_items", "destruction_lists", "holds"):
        op.drop_table(table)
