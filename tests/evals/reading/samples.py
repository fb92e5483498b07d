"""A small set to be read, and the answers of two runs to it.

write_messages(folder)         questions.yaml: two messages, a defective one, a dialogue of two turns
two_runs(messages)             « avant » and « apres »: another answer to each message
sheet_in(folder, seed)         both laid out in a folder, and the key
verdicts(reader, r1="poor")    what one reader said
"""

from __future__ import annotations

from pathlib import Path

from evals.reading.messages import MessageSet, read_messages
from evals.reading.sheet import Item, Origin, lay, save
from evals.reading.verdicts import Grade, Verdict, Verdicts
from evals.running.runner import Run
from tests.evals.samples import answer, expected, run
from tests.samples import TODAY

MESSAGES = """
questions:
- {id: C01, domain: cnc, kind: amount, question: "La prime, c'est combien ?", expected: "28 000 €.", decides: "tout ou rien"}
- {id: N01, domain: none, kind: oos, question: "Quel temps fait-il ?", expected: "Hors champ."}
- {id: X01, domain: cnc, kind: false, question: "Question mal écrite", defect: "illisible"}
dialogues:
- {id: D01, domain: cnc, turns: ["La prime pour un film ?", "et pour une série ?"], expected: ["28 000 €.", "rien"]}
"""
ASKED = ("C01", "N01", "D01.1", "D01.2")


def write_messages(folder: Path) -> Path:
    path = folder / "questions.yaml"
    path.write_text(MESSAGES, encoding="utf-8")
    return path


def two_runs(messages: MessageSet) -> dict[str, Run]:
    def told(by: str) -> Run:
        return run({a.id.lower(): (expected(a.question), answer(f"{a.expected} ({by})")) for a in messages.asked()})

    return {"avant": told("une façon"), "apres": told("autre façon")}


def sheet_in(folder: Path, seed: int = 1) -> tuple[list[Item], dict[str, Origin]]:
    messages = read_messages(write_messages(folder))
    items, key = lay(messages, two_runs(messages), seed)
    save(folder, items, key)
    return items, key


def verdicts(reader: str, **grades: str) -> Verdicts:
    return Verdicts(reader=reader, on=TODAY, verdicts={k: Verdict(grade=Grade(g)) for k, g in grades.items()})
