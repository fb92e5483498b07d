"""What is looked for in a conversation has columns of its own: reading it out of JSON is each engine's own way."""

import json

import sqlalchemy as sa
from alembic import op

from assistant.history.words import folded

revision, down_revision = "2", "1"


def upgrade() -> None:
    """Add the columns, filled from the answers and titles kept so far."""
    for table in ("message", "title"):
        op.add_column(table, sa.Column("sought", sa.Text, nullable=False, server_default=""))
    op.add_column("message", sa.Column("question", sa.Text, nullable=False, server_default=""))
    db = op.get_bind()
    for seq, answer in db.execute(sa.text("select seq, answer from message")).all():
        said = json.loads(answer)
        row = {"seq": seq, "question": said["question"], "sought": folded(f"{said['question']}\n{said['answer']}")}
        db.execute(sa.text("update message set question = :question, sought = :sought where seq = :seq"), row)
    for conversation, title in db.execute(sa.text("select conversation, title from title")).all():
        row = {"conversation": conversation, "sought": folded(title)}
        db.execute(sa.text("update title set sought = :sought where conversation = :conversation"), row)
