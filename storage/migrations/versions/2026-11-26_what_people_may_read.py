"""What lists need to know of who may see a case, who has read it, and what can be searched for"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import walls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NO_PLACE = str(2**62)
OPEN = sa.text("closed IS NULL")
INDEXES = {
    "ix_cases_open_place": ["organisation", "place", "ref"],
    "ix_cases_open_pace": ["organisation", "pace", "place", "ref"],
    "ix_cases_open_stage": ["organisation", "stage", "place", "ref"],
    "ix_cases_open_kind": ["organisation", "kind", "place", "ref"],
    "ix_cases_open_handler": ["organisation", "handler", "place", "ref"],
    "ix_cases_open_meeting_day": ["organisation", "kind", "meeting_day", "ref"],
}
# Of a case recorded before, only its ledger knows who is kept out: nobody sees it until it is rebuilt (form 0).
FIRST: dict[str, str | sa.ColumnElement[bool]] = {
    "form": "0",
    "place": NO_PLACE,
    "drill": sa.false(),
    "restricted": sa.true(),
    "deputised": sa.false(),
}


def code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=128), nullable=False)


def word(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=optional)


def tenant() -> sa.Column[str]:
    return sa.Column("organisation", sa.String(length=4), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_index("ix_cases_organisation_closed_next_due")
        cases.add_column(sa.Column("form", sa.Integer(), nullable=False, server_default=FIRST["form"]))
        cases.add_column(sa.Column("place", sa.BigInteger(), nullable=False, server_default=FIRST["place"]))
        for name in ("drill", "restricted", "deputised"):
            cases.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=FIRST[name]))
        cases.add_column(sa.Column("handed_to", sa.String(length=4), nullable=True))
        cases.add_column(sa.Column("meeting_day", sa.Date(), nullable=True))
        cases.add_column(sa.Column("brief", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("cases") as cases:
        for name in FIRST:
            cases.alter_column(name, server_default=None)
    op.execute("UPDATE cases SET drill = true WHERE ref LIKE '%-OV-%'")
    for name, columns in INDEXES.items():
        op.create_index(name, "cases", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_cases_handed_to", "cases", ["handed_to", "place", "ref"])
    op.create_index("ix_cases_updated", "cases", ["updated"])
    op.create_index("ix_cases_handler", "cases", ["handler"])
    op.create_index(
        "ix_cases_open_drill",
        "cases",
        ["organisation", "place", "ref"],
        sqlite_where=sa.text("closed IS NULL AND drill IS 1"),
        postgresql_where=sa.text("closed IS NULL AND drill IS true"),
    )
    op.create_index("ix_cases_opened", "cases", ["organisation", "opened", "ref"])
    closed = sa.text("closed IS NOT NULL")
    op.create_index(
        "ix_cases_closed", "cases", ["organisation", "closed", "ref"], sqlite_where=closed, postgresql_where=closed
    )
    op.create_table(
        "case_relations",
        word("case"),
        word("relation"),
        code("subject"),
        tenant(),
        sa.Column("until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("case", "relation", "subject", name=op.f("pk_case_relations")),
    )
    op.create_index("ix_case_relations_subject_relation", "case_relations", ["subject", "relation"])
    op.create_table(
        "reads",
        word("case"),
        code("user"),
        word("via"),
        code("what"),
        sa.Column("quarter", INSTANT, nullable=False),
        tenant(),
        word("role", optional=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case", "user", "via", "what", "quarter", name=op.f("pk_reads")),
    )
    op.create_index("ix_reads_organisation_at", "reads", ["organisation", "at"])
    op.create_table(
        "search_terms",
        word("term"),
        word("case"),
        word("kind"),
        tenant(),
        sa.PrimaryKeyConstraint("term", "case", "kind", name=op.f("pk_search_terms")),
    )
    op.create_index("ix_search_terms_case_kind", "search_terms", ["case", "kind"])
    walls.raise_all(op.get_bind())


def downgrade() -> None:
    walls.take_down(op.get_bind())
    for table in ("search_terms", "reads", "case_relations"):
        op.drop_table(table)
    for name in (
        "ix_cases_closed",
        "ix_cases_open_drill",
        "ix_cases_handler",
        "ix_cases_opened",
        "ix_cases_updated",
        "ix_cases_handed_to",
        *INDEXES,
    ):
        op.drop_index(name, "cases")
    with op.batch_alter_table("cases") as cases:
        for name in (*FIRST, "handed_to", "meeting_day", "brief"):
            cases.drop_column(name)
        cases.create_index("ix_cases_organisation_closed_next_due", ["organisation", "closed", "next_due"])
