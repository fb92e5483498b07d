"""Projects as the first version of their file made them; such a file is taken as it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade() -> None:
    """Make the tables where there are none."""
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
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", "owner"),
        if_not_exists=True,
    )
    op.create_index("member_owner", "member", ["owner"], if_not_exists=True)
    op.create_table(
        "history",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),
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
        sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("before_at", sa.Text),
        sa.Column("before", sa.Text),
        sa.PrimaryKeyConstraint("project", "owner"),
        if_not_exists=True,
    )
    op.create_table(
        "watch",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("project", sa.Text, sa.ForeignKey("project.id")),
        sa.Column("domain", sa.Text),
        sa.Column("made", sa.Text, nullable=False),
        sa.UniqueConstraint("owner", "project", "domain"),
        if_not_exists=True,
    )
