"""Replies of a language model kept by request, so that a run needs no model: recorded in a folder, packed in a file.

A folder holds one `<n>-<hash>.request.json` a request, as an OpenAI-compatible server receives it, and one `.reply.txt`
once somebody has answered it: people or a model write replies in any order, and the run is made again until nothing is
pending. A pack is the replies that a run used, by the hash of their request: it is replayed on the corpus that it was
recorded on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from assistant.engine import Engine
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.writing.asking import Terms
from assistant.writing.writer import Writer
from ingest.errors import ClapvertError, ErrorCode

MODEL = "hand"
T = TypeVar("T")


class Cassette:
    """A model whose replies are kept. `missing`: requests that had none; `bad`: replies that could not be read."""

    name = f"openai:{MODEL}"

    def __init__(self, folder: Path | None = None, replies: Mapping[str, str] | None = None) -> None:
        self.folder, self.missing = folder, 0
        self.bad: list[str] = []
        self.used: dict[str, str] = {}
        self._replies = dict(replies or {})

    @classmethod
    def open(cls, path: Path) -> Cassette:
        """A folder to record in, or a pack (`.jsonl`) to replay; `BAD_REQUEST` for what is none."""
        if path.suffix != ".jsonl":
            return cls(path)
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
            return cls(replies={row["request"]: row["reply"] for row in rows})
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"{path} n'est pas une cassette.", "Faites-en une : `eval run --pack`."
            ) from exc

    def ask(
        self, usage: Usage, system: str, user: str, schema: Mapping[str, Any], parse: Callable[[str], T],
        seconds: float | None = None, written: Callable[[str], None] | None = None,  # noqa: ARG002 - the protocol's
    ) -> T:  # fmt: skip
        """The reply to a request; without one, the request is written out and the answer without a model stands."""
        body = body_of(system, user, schema)
        digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
        text = self._reply(digest, body)
        if text is None:
            self.missing += 1
            raise ModelFailure("refused")
        usage.calls += 1
        usage.prompt_tokens += len(json.dumps(body, ensure_ascii=False)) // 4
        usage.completion_tokens += len(text) // 4
        try:
            found = parse(text)
        except ValueError as error:
            self.bad.append(f"{digest} : {error}")
            raise ModelFailure("malformed") from error
        if written is not None:
            written(text)
        self.used[digest] = text
        return found

    def pack(self, out: Path) -> None:
        """Write the replies that the run used."""
        out.parent.mkdir(parents=True, exist_ok=True)
        rows = (json.dumps({"request": k, "reply": v}, ensure_ascii=False) + "\n" for k, v in self.used.items())
        out.write_text("".join(rows), encoding="utf-8")

    def _reply(self, digest: str, body: Mapping[str, Any]) -> str | None:
        if self.folder is None:
            return self._replies.get(digest)
        self.folder.mkdir(parents=True, exist_ok=True)
        found = next(self.folder.glob(f"*-{digest}.request.json"), None)
        if found is None:
            count = len(list(self.folder.glob("*.request.json"))) + 1
            found = self.folder / f"{count:04d}-{digest}.request.json"
            found.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
        reply = found.with_name(found.name.replace(".request.json", ".reply.txt"))
        return reply.read_text(encoding="utf-8") if reply.exists() else None


def body_of(system: str, user: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """What an OpenAI-compatible server receives of a request, as far as its reply depends on it."""
    form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": dict(schema)}}
    messages = [{"content": system, "role": "system"}, {"content": user, "role": "user"}]
    return {"messages": messages, "response_format": form, "tools": None, "model": MODEL}


def written_by(engine: Engine, cassette: Cassette) -> Engine:
    """The engine, its answers written and read again by a cassette."""
    engine.writer = Writer(
        engine.local, engine.composer, cassette, cassette, engine.contacts, Terms(seconds=3600)
    )  # fmt: skip
    return engine
