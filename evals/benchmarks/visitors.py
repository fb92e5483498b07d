"""Visitors of a server under load: each asks, edits its criteria of a shared label project, takes files away.

Guarantee: what a visitor was told is kept is remembered, and looked for at the end: every edit that was acknowledged in
the history of the project, the last of each criterion on its board, every answer in its conversation.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

_LOCK = threading.Lock()


@dataclass
class Tally:
    """What all visitors saw. `bad`: what was neither done nor refused as it should be; `refused`: by code of error."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    at: list[tuple[float, bool]] = field(default_factory=list)
    """When each answer to a question came, and whether it was one."""
    longest: tuple[float, str, float] = (0.0, "", 0.0)
    """The longest call, done or not: its seconds, what it was and what it was told, when it ended."""

    def add(self, kind: str, seconds: float, response: httpx.Response | None, error: str = "") -> bool:
        """Count one call; whether it was done."""
        done = response is not None and response.is_success
        with _LOCK:
            told = error or (str(response.status_code) if response is not None else "?")
            self.longest = max(self.longest, (seconds, f"{kind} {told}", time.monotonic()))
            if done:
                self.seconds.setdefault(kind, []).append(seconds)
            elif response is not None and response.headers.get("content-type", "").startswith("application/problem"):
                self.refused[f"{response.status_code} {response.json()['code']}"] += 1
            else:
                self.bad[f"{kind} {error or (response.status_code if response is not None else '?')}"] += 1
            if kind == "chat":
                self.at.append((time.monotonic(), done))
        return done


class Visitor:
    """One visitor, with a cookie of its own."""

    def __init__(self, address: str, number: int, questions: Iterator[str], tally: Tally) -> None:
        self.number = number
        self._client = httpx.Client(
            base_url=address,
            timeout=60,
            trust_env=False,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        self._questions, self._tally = questions, tally
        self._random = random.Random(number)  # noqa: S311 - what a visitor does next
        self._conversation: str | None = None
        self._project = ""
        self._codes: list[str] = []
        self._edits = 0
        self.kept_edits: list[tuple[str, str]] = []
        self.kept_answers: dict[str, list[str]] = {}

    def found(self) -> tuple[str, str]:
        """Make the shared project; its id and its invitation."""
        made = self._client.post("/api/label/projects", json={"title": "Les Embruns"})
        made.raise_for_status()
        self._project = made.json()["id"]
        return self._project, self._client.post(f"/api/label/projects/{self._project}/invitation", json={}).json()[
            "token"
        ]

    def join(self, project: str, token: str, codes: list[str]) -> None:
        """Join it, to edit these criteria."""
        self._project, self._codes = project, codes
        joined = {"token": token, "name": f"Poste {self.number}"}
        self._client.post("/api/label/join", json=joined).raise_for_status()

    def live(self, until: float) -> None:
        """Ask, edit and take away until then."""
        ways = {"chat": 6, "edit": 3, "export": 1}
        while time.monotonic() < until:
            kind = self._random.choices(list(ways), list(ways.values()))[0]
            started = time.monotonic()
            try:
                response = getattr(self, f"_{kind}")()
            except httpx.HTTPError as exc:
                self._tally.add(kind, time.monotonic() - started, None, type(exc).__name__)
                time.sleep(0.2)
                continue
            if not self._tally.add(kind, time.monotonic() - started, response):
                time.sleep(0.2)

    def _chat(self) -> httpx.Response:
        asked = {"question": next(self._questions)}
        if self._conversation and self._random.random() < 0.4:
            asked = {"question": "Et quand ?", "conversation_id": self._conversation}
        response = self._client.post("/api/chat", json=asked)
        if response.is_success:
            told = response.json()
            self._conversation = told["conversation_id"]
            self.kept_answers.setdefault(told["conversation_id"], []).append(told["message_id"])
        return response

    def _edit(self) -> httpx.Response:
        code = self._random.choice(self._codes)
        self._edits += 1
        note = f"poste {self.number}, note {self._edits}"
        response = self._client.put(f"/api/label/projects/{self._project}/criteria/{code}", json={"note": note})
        if response.is_success:
            self.kept_edits.append((code, note))
        return response

    def _export(self) -> httpx.Response:
        return self._client.get(f"/api/label/projects/{self._project}/export", params={"format": "csv"})

    def lost(self) -> list[str]:
        """What was acknowledged and is not there."""
        out = []
        for conversation, messages in self.kept_answers.items():
            told = self._client.get(f"/api/conversations/{conversation}")
            there = {a["message_id"] for a in told.json()["answers"]} if told.is_success else set()
            out += [f"answer {m}" for m in messages if m not in there]
        noted, last = self._noted(), dict(self.kept_edits)
        out += [f"edit {note}" for _, note in self.kept_edits if note not in noted]
        board = self._client.get(f"/api/label/projects/{self._project}").json()
        shown = {c["key"]: c["state"]["note"] for c in board["rows"]}
        return out + [f"last edit {note}" for code, note in last.items() if shown.get(code) != note]

    def _noted(self) -> set[str]:
        """Every note that the history of this visitor's criteria holds."""
        noted: set[str] = set()
        for code in self._codes:
            before: int | None = None
            while True:
                asked: dict[str, Any] = {"code": code, "limit": 500} | ({"before": before} if before else {})
                page = self._client.get(f"/api/label/projects/{self._project}/history", params=asked).json()["changes"]
                noted |= {c["after"].get("note", "") for c in page}
                if not page:
                    break
                before = page[-1]["seq"]
        return noted
