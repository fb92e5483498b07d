"""The passage store as its first version made it; a file of that version is taken as it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade() -> None:
    """Make the table where there is none."""
    op.create_table(
        "passage",
        sa.Column("rev", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("id", "digest"),
        if_not_exists=True,
    )
    op.create_index("passage_id", "passage", ["id"], if_not_exists=True)
