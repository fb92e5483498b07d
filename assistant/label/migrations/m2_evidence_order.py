"""The order in which files were attached has a column of its own; SQLite's row numbers said it until then."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def upgrade() -> None:
    """Add the column, with the order known so far."""
    op.add_column("evidence", sa.Column("n", sa.Integer, nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("update evidence set n = rowid")
