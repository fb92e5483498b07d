"""Conversations as version 2 of their file made them; such a file is taken as it is, one of an older layout erased."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None
_ADOPTED = 2


def upgrade() -> None:
    """Make the tables where there are none."""
    db = op.get_bind()
    if db.dialect.name == "sqlite" and db.exec_driver_sql("pragma user_version").scalar() != _ADOPTED:
        for table in ("message", "conversation"):
            op.drop_table(table, if_exists=True)
    op.create_table(
        "conversation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("conversation_owner", "conversation", ["owner"], if_not_exists=True)
    op.create_table(
        "message",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("conversation", sa.Text, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.UniqueConstraint("conversation", "n"),
        if_not_exists=True,
    )
    op.create_table(
        "title",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "share",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("message", sa.Text, nullable=False, unique=True),
        sa.Column("conversation", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "feedback",
        sa.Column("message", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("rating", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        if_not_exists=True,
    )
