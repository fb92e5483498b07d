"""Conversations of a backup made before their memory was a table: a line each, with all that goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.history.tables import BELONGINGS, CONVERSATION, MEMORY

MEMBER = "conversations.jsonl"


def rows(lines: Iterable[str]) -> Iterator[str]:
    """Their rows, as `dumping.dump` writes them."""
    for line in lines:
        told = json.loads(line)
        conversation = told["conversation"]
        yield _row(CONVERSATION.name, conversation)
        for table in reversed(BELONGINGS):
            if table is not MEMORY:
                yield from (_row(table.name, row) for row in told[table.name])
        if told["memory"] is not None:
            memory = json.dumps(told["memory"], ensure_ascii=False)
            yield _row(MEMORY.name, {"conversation": conversation["id"], "memory": memory})


def _row(table: str, row: dict[str, Any]) -> str:
    return json.dumps([table, row], ensure_ascii=False)
