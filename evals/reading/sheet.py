"""A sheet: the answers of one or two runs laid out blind, in random order, the expected substance beside.

Guarantee: `sheet.yaml` holds nothing that tells which run an answer comes from (no engine, no id, no time); `key.yaml`
alone does. The order is that of a seed. An answer is laid out as its user sees it: prose, what to do next, what is
asked back, warnings, what comes near, whom to ask.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.answer import Answer
from evals.reading.messages import Asked, MessageSet
from evals.running.runner import Run
from ingest.errors import ClapvertError, ErrorCode

SHEET, KEY = "sheet.yaml", "key.yaml"


class Item(BaseModel):
    """One answer to read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    kind: str
    before: tuple[str, ...] = ()
    question: str
    expected: str
    decides: str | None = None
    answer: str


class Origin(BaseModel):
    """What a key stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    run: str
    domain: str
    kind: str


def shown(answer: Answer | None) -> str:
    """An answer in plain text, as its user sees it."""
    if answer is None:
        return "(erreur)"
    out = [answer.answer]
    out += [f"→ {step.text}" for step in getattr(answer, "next", ())]
    out += [f"⚠ {w.text}" for w in answer.warnings]
    if answer.outcome == "abstained":
        out += [f"Proche : « {n.quote} » ({n.source_title})" for n in answer.near[:3]]
    if answer.contacts:
        out.append("À qui s'adresser : " + ", ".join(c.name for c in answer.contacts))
    if answer.follow_ups:
        out.append("Questions proposées : " + " | ".join(answer.follow_ups))
    return "\n".join(out)


def lay(messages: MessageSet, runs: dict[str, Run], seed: int) -> tuple[list[Item], dict[str, Origin]]:
    """The answers of the runs to a set, shuffled, with the key that names them."""
    asked = {a.id.lower(): a for a in messages.asked()}
    found = [
        (name, asked[record.id.lower()], shown(record.answer))
        for name, run in runs.items()
        for record in run.records
        if record.id.lower() in asked
    ]
    return laid(found, seed)


def laid(found: Iterable[tuple[str, Asked, str]], seed: int) -> tuple[list[Item], dict[str, Origin]]:
    """`(run, message, answer)` shuffled and keyed."""
    rows = sorted(found, key=lambda row: (row[1].id, row[0]))
    random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
    width = len(str(len(rows)))
    items, key = [], {}
    for n, (run, a, answer) in enumerate(rows, 1):
        name = f"r{n:0{width}}"
        items.append(
            Item(
                key=name, kind=a.kind, before=a.before, question=a.question, expected=a.expected, decides=a.decides,
                answer=answer,
            )
        )  # fmt: skip
        key[name] = Origin(id=a.id, run=run, domain=a.domain, kind=a.kind)
    return items, key


def save(folder: Path, items: Sequence[Item], key: dict[str, Origin]) -> None:
    """Write the sheet and, apart, its key."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [i.model_dump(mode="json", exclude_defaults=True) for i in items]
    (folder / SHEET).write_text(_yaml(rows), encoding="utf-8")
    (folder / KEY).write_text(_yaml({k: o.model_dump(mode="json") for k, o in key.items()}), encoding="utf-8")


def read_sheet(folder: Path) -> tuple[list[Item], dict[str, Origin]]:
    """A sheet and its key; `BAD_REQUEST` when the folder holds none."""
    try:
        rows = yaml.safe_load((folder / SHEET).read_text(encoding="utf-8"))
        key = yaml.safe_load((folder / KEY).read_text(encoding="utf-8"))
        return [Item.model_validate(r) for r in rows], {k: Origin.model_validate(o) for k, o in key.items()}
    except (OSError, yaml.YAMLError, ValueError, AttributeError, TypeError) as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"{folder} ne contient pas de feuille à lire.", "Faites-en une : `eval read lay`."
        ) from exc


def as_page(items: Sequence[Item]) -> str:
    """A sheet as Markdown, for a reader without the command."""
    out = []
    for i in items:
        said = "".join(f"> {turn}\n" for turn in i.before)
        decides = f"\n\nÀ ne pas omettre : {i.decides}" if i.decides else ""
        answer = re.sub(r"^", "    ", i.answer, flags=re.M)
        head = f"## {i.key} ({i.kind})\n\n{said}**{i.question}**\n\nAttendu : {i.expected}{decides}"
        out.append(f"{head}\n\nRendu :\n\n{answer}\n")
    return "\n".join(out)


def _yaml(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)
