"""The vector cache as its first version made it; a file of that version is taken as it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade() -> None:
    """Make the table where there is none."""
    op.create_table(
        "vector",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        if_not_exists=True,
        sqlite_with_rowid=False,
    )
