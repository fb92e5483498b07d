"""The turn before, as a model sees it: what was asked, and what is on screen.

Guarantee: a sentence stands with what it cites and the part that it is of, since a translation that loses its heading
loses its subject; who reads a restatement sees what it restates, and asks nothing of it that was not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.answer import Act
from assistant.dialogue.memory import Memory
from assistant.llm.wire import visible
from assistant.reading.turn import ON_THE_ANSWER
from ingest.index.snapshot import Snapshot


@dataclass(frozen=True)
class OnScreen:
    """A sentence on screen: the positions of what it cites, and the words of the part that it stands under."""

    text: str
    cited: tuple[int, ...]
    of: str = ""


@dataclass(frozen=True)
class Before:
    """What was asked, and the sentences that answered it."""

    asked: str
    shown: tuple[OnScreen, ...] = ()

    @classmethod
    def of(cls, previous: Memory | None, snapshot: Snapshot) -> Before | None:
        """The turn that is kept; None where nothing was asked."""
        if previous is None or not previous.last:
            return None
        screen, rows = previous.screen, []
        for told in screen.told if screen else ():
            ids = dict.fromkeys((told.passage, *(p for p, _ in told.cited)))
            at = tuple(p for i in ids if (p := snapshot.position(i)) is not None)
            words = told.words.get(previous.language)
            s = snapshot.open_passage(at[0]).statement if at else None
            parts = screen.parts if screen else ()
            of = "next" if told.place == "next" else parts[told.part].about if 1 < len(parts) > told.part else ""
            if text := words.text if words else s.wording(previous.language) if s else "":
                rows.append(OnScreen(text, at, of))
        return cls(previous.last, tuple(rows))

    @property
    def cited(self) -> list[int]:
        """The positions of all that is cited, once each."""
        return list(dict.fromkeys(p for row in self.shown for p in row.cited))

    def document(self, keys: Mapping[int, str]) -> dict[str, Any]:
        """As the writer receives it; `keys`: those of the evidence, by position."""
        rows = [
            {"text": visible(row.text), "cites": list(dict.fromkeys(keys[p] for p in row.cited if p in keys))}
            | ({"of": visible(row.of)} if row.of else {})
            for row in self.shown
        ]
        return {"asked": visible(self.asked), "answer": rows}

    def said(self, act: Act) -> dict[str, Any]:
        """As who reads the lines again receives it."""
        restates = [visible(row.text) for row in self.shown] if act in ON_THE_ANSWER else []
        return {"before": visible(self.asked)} | ({"restates": restates} if restates else {})
