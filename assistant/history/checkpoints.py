"""The memory of conversations, as LangGraph's own checkpointers keep it: SQLite's, or PostgreSQL's.

Guarantee: one checkpoint a conversation, the last; plain data, no class of ours in it. In SQLite they lie in the file
of the conversations, their deleted rows overwritten; in PostgreSQL in the schema of the conversations.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from ingest.storage.database import lock_key, unavailable
from ingest.storage.engine import Where, postgres_url, sqlite_connection

_SECONDS, _CONNECTIONS = 10, 8


def checkpointer(where: Where) -> BaseCheckpointSaver[Any]:
    """The checkpointer of a place; in memory for None."""
    return _in_postgres(where) if isinstance(where, str) else _in_sqlite(sqlite_connection(where, private=True))


def _serde() -> JsonPlusSerializer:
    return JsonPlusSerializer(allowed_msgpack_modules=())


class LastInSqlite(SqliteSaver):
    """LangGraph's SQLite checkpointer, keeping the last checkpoint of a thread only (it has no pruning of its own)."""

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, and forget those before it."""
        saved = super().put(config, checkpoint, metadata, new_versions)
        with self.cursor() as cur:
            for table in ("checkpoints", "writes"):
                cur.execute(
                    f"delete from {table} where thread_id = ? and checkpoint_id <> ?",  # noqa: S608
                    (str(config["configurable"]["thread_id"]), checkpoint["id"]),
                )
        return saved


def _in_sqlite(connection: sqlite3.Connection) -> LastInSqlite:
    connection.isolation_level = "DEFERRED"  # the checkpointer begins nothing: it commits
    saver = LastInSqlite(connection, serde=_serde())
    saver.setup()
    return saver


@cache
def _in_postgres(address: str) -> BaseCheckpointSaver[Any]:
    """LangGraph's PostgreSQL checkpointer over a pool of its own, one a process; its tables are made by whichever
    process comes first."""
    import psycopg
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    @contextmanager
    def answering() -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as exc:  # a pool that waited in vain among them
            raise unavailable() from exc

    class LastInPostgres(PostgresSaver):
        """The same, keeping the last checkpoint of a thread only."""

        def put(
            self,
            config: RunnableConfig,
            checkpoint: Checkpoint,
            metadata: CheckpointMetadata,
            new_versions: ChannelVersions,
        ) -> RunnableConfig:
            with answering():
                saved = super().put(config, checkpoint, metadata, new_versions)
                self.prune([str(config["configurable"]["thread_id"])])
                return saved

        def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
            with answering():
                return super().get_tuple(config)

        def delete_thread(self, thread_id: str) -> None:
            with answering():
                super().delete_thread(thread_id)

    url = postgres_url(address).set(drivername="postgresql")
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row, "connect_timeout": _SECONDS}
    with answering():
        pool = ConnectionPool(
            url.render_as_string(hide_password=False),
            kwargs={**options, "options": "-c search_path=conversations", "application_name": "clapvert"},
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_SECONDS,
            reconnect_timeout=_SECONDS,
            check=ConnectionPool.check_connection,
            open=True,
        )
        saver = LastInPostgres(pool, serde=_serde())  # type: ignore[arg-type]
        with pool.connection() as db:
            db.execute("select pg_advisory_lock(%s)", (lock_key("clapvert checkpoints"),))
            try:
                db.execute("create schema if not exists conversations")
                PostgresSaver(db).setup()  # type: ignore[arg-type]
            finally:
                db.execute("select pg_advisory_unlock(%s)", (lock_key("clapvert checkpoints"),))
    return saver
