"""What is remembered of a conversation is a row beside it: until then, a checkpoint that LangGraph kept in tables of
its own, whose last one is moved. How many answers were ever kept is counted from here on."""

import json

import ormsgpack
import sqlalchemy as sa
from alembic import op

revision, down_revision = "3", "2"
_LAST = {
    "sqlite": "select thread_id, checkpoint from checkpoints where checkpoint_ns = '' order by checkpoint_id",
    "postgresql": "select c.thread_id, b.blob from checkpoints c join checkpoint_blobs b on b.thread_id = c.thread_id"
    " and b.checkpoint_ns = c.checkpoint_ns and b.channel = 'memory'"
    " and b.version = c.checkpoint -> 'channel_versions' ->> 'memory'"
    " where c.checkpoint_ns = '' order by c.checkpoint_id",
}
_THEIRS = {
    "sqlite": ("checkpoints", "writes"),
    "postgresql": ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations"),
}


def upgrade() -> None:
    """Make the tables, move what LangGraph kept, and drop its tables."""
    memory = op.create_table(
        "memory",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("memory", sa.Text, nullable=False),
    )
    op.create_table(
        "tally",
        sa.Column("one", sa.Integer, primary_key=True),
        sa.Column("answers", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
    )
    db = op.get_bind()
    engine = db.dialect.name
    if engine == "sqlite":
        known = "select 1 from sqlite_master where name = 'checkpoints'"
    else:
        known = "select 1 where to_regclass('checkpoints') is not null"
    if db.execute(sa.text(known)).scalar() is None:
        return
    conversations = set(db.execute(sa.text("select id from conversation")).scalars())
    kept = {}
    for conversation, packed in db.execute(sa.text(_LAST[engine])):
        if conversation in conversations:
            held = ormsgpack.unpackb(bytes(packed), ext_hook=_unread, option=ormsgpack.OPT_NON_STR_KEYS)
            kept[conversation] = held["channel_values"].get("memory") if engine == "sqlite" else held
    rows = [{"conversation": c, "memory": json.dumps(m, ensure_ascii=False)} for c, m in kept.items() if m]
    if rows:
        op.bulk_insert(memory, rows)
    for table in _THEIRS[engine]:
        op.drop_table(table, if_exists=True)


def _unread(_: int, __: bytes) -> None:
    """Classes of LangGraph's own: none is in what is remembered."""
