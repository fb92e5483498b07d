"""The workbench as versions 1 and 2 of its file made it; such a file is taken as it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade() -> None:
    """Make the tables where there are none."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "project",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.Column("invitation", sa.Text, unique=True),
        if_not_exists=True,
    )
    op.create_table(
        "member",
        *_of_project(),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", "owner"),
        if_not_exists=True,
    )
    op.create_index("member_owner", "member", ["owner"], if_not_exists=True)
    op.create_table(
        "state",
        *_of_project(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("project", "code"),
        if_not_exists=True,
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Text, primary_key=True),
        *_of_project(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("evidence_sha256", "evidence", ["sha256"], if_not_exists=True)
    op.create_index("evidence_project", "evidence", ["project"], if_not_exists=True)
    op.create_table(
        "history",
        sa.Column("seq", number, primary_key=True),
        *_of_project(),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("history_project", "history", ["project", "seq"], if_not_exists=True)
    op.create_table(
        "visit",
        *_of_project(),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("seen", number, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("since", number, nullable=False),
        sa.Column("before", sa.Text),
        sa.PrimaryKeyConstraint("project", "owner"),
        if_not_exists=True,
    )
    op.create_table(
        "upload",
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "mapping",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("headings", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner", "headings"),
        if_not_exists=True,
    )


def _of_project() -> tuple[sa.Column[str]]:
    return (sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),)
