"""Replies of a planning model kept by request, so that a run needs no model: recorded in a folder, packed in a file.

A folder holds one `<n>-<hash>.request.json` a request, as an OpenAI-compatible server receives it, and one `.reply.txt`
once somebody has answered it: people or a model write replies in any order, and the run is made again until nothing is
pending. A pack holds the replies by message and round, with the names of statements, rules and facts in the place of
the keys of a request: it is replayed whatever the keys, and on a corpus that has changed since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from assistant.engine import Engine
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.planning.model.planner import ModelPlanner
from assistant.planning.model.prompt import RULES
from assistant.planning.model.reply import SCHEMA, Reply, parse_reply
from assistant.planning.model.request import Request, renamed
from assistant.planning.model.speaking import Begun, Speaker, Terms
from ingest.errors import ClapvertError, ErrorCode

SECRET = b"clapvert-cassette"
"""Keys are the same from one run to the next: nothing hostile writes the texts of an evaluation."""
MODEL = "hand"


class Kept(Speaker, Protocol):
    """A speaker whose replies are kept."""

    missing: int


@dataclass
class Folder:
    """Requests and replies in a folder, in the layout of a hand-written endpoint."""

    path: Path
    name: str = f"openai:{MODEL}"
    missing: int = 0
    bad: list[str] = field(default_factory=list)
    """Replies that are no plan, by file, and why."""
    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def plan(self, request: Request, usage: Usage, seconds: float, begun: Begun | None = None) -> Reply:  # noqa: ARG002 - the protocol's
        """The reply to a request; without one, the request is written out and the local plan stands."""
        body = body_of(request)
        stem = self._stem(body)
        reply = stem.with_name(f"{stem.name}.reply.txt")
        if not reply.exists():
            self.missing += 1
            raise ModelFailure("refused")
        usage.calls += 1
        text = reply.read_text(encoding="utf-8")
        usage.prompt_tokens += len(json.dumps(body, ensure_ascii=False)) // 4
        usage.completion_tokens += len(text) // 4
        try:
            found = parse_reply(text)
        except ValueError as error:
            self.bad.append(f"{reply.name} : {error}")
            raise ModelFailure("malformed") from error
        self.rows[request.message, request.round] = renamed(found.model_dump(), request.names())
        return found

    def _stem(self, body: Mapping[str, Any]) -> Path:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
        self.path.mkdir(parents=True, exist_ok=True)
        found = next(self.path.glob(f"*-{digest}.request.json"), None)
        if found is None:
            count = len(list(self.path.glob("*.request.json"))) + 1
            found = self.path / f"{count:04d}-{digest}.request.json"
            found.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
        return found.with_name(found.name.removesuffix(".request.json"))

    def pack(self, out: Path) -> None:
        """Write the replies that the run used."""
        rows = [{"message": m, "round": n, "reply": reply} for (m, n), reply in self.rows.items()]
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@dataclass
class Pack:
    """Replies that were packed."""

    rows: Mapping[tuple[str, int], Mapping[str, Any]]
    name: str = f"openai:{MODEL}"
    missing: int = 0

    @classmethod
    def load(cls, path: Path) -> Pack:
        """Read a pack; `BAD_REQUEST` when it is not one."""
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
            return cls({(row["message"], row["round"]): row["reply"] for row in rows})
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST, f"{path} n'est pas une cassette.", "Faites-en une : `eval run --pack`."
            ) from exc

    def plan(self, request: Request, usage: Usage, seconds: float, begun: Begun | None = None) -> Reply:  # noqa: ARG002 - the protocol's
        """The reply that the message got in that round, under the keys of this request."""
        row = self.rows.get((request.message, request.round))
        if row is None:
            self.missing += 1
            raise ModelFailure("refused")
        text = json.dumps(renamed(row, {name: key for key, name in request.names().items()}), ensure_ascii=False)
        usage.calls += 1
        usage.prompt_tokens += len(json.dumps(body_of(request), ensure_ascii=False)) // 4
        usage.completion_tokens += len(text) // 4
        return parse_reply(text)


def cassette_of(path: Path) -> Folder | Pack:
    """A folder to record in, or a pack to replay."""
    return Pack.load(path) if path.suffix == ".jsonl" else Folder(path)


def body_of(request: Request) -> dict[str, Any]:
    """What an OpenAI-compatible server receives of a request, as far as its reply depends on it."""
    form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}
    messages = [{"content": RULES, "role": "system"}, {"content": request.text, "role": "user"}]
    return {"messages": messages, "response_format": form, "tools": None, "model": MODEL}


def planned_by(engine: Engine, speaker: Speaker) -> Engine:
    """The engine, its messages planned by a speaker."""
    engine.planner = ModelPlanner(engine.local, speaker, engine.contacts, Terms(seconds=3600), SECRET)
    return engine
