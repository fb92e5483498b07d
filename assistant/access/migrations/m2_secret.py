"""The secret of an installation whose processes share a database and no data folder."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "secret",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
