"""An answer in a terminal: its prose, what to do, what to know beside it, its sources.

Guarantee: every part of an answer is shown, in the order of the page. Bold is bold in a terminal and plain text in a
file (`click.echo` sees to it).
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.answer import Answer

_WIDEST = 100
"""Columns of a line, at most."""
_SAID = {
    "follow_up": ("compris comme", "understood as"),
    "as_of": ("à la date du", "as of"),
    "case": ("cas compris", "case understood"),
    "read": ("répond à", "answers"),
    "unclear": ("un détail décide", "one detail decides"),
    "not_found": ("un point reste sans réponse", "one point has no answer"),
    "todo": ("À faire", "To do"),
    "whom": ("à qui demander", "whom to ask"),
    "near": ("proche", "near"),
    "changed": ("Cela a changé", "Changed"),
    "upcoming": ("À venir", "Coming"),
    "conflict": ("Sources en désaccord", "Sources disagree"),
    "stale": ("À revérifier", "To be checked again"),
    "otherwise": (
        "Pas votre question ? (son numéro dans `clapvert chat`, `--choose` dans `clapvert ask`)",
        "Not your question? (its number in `clapvert chat`, `--choose` in `clapvert ask`)",
    ),
}


def show(answer: Answer) -> str:
    """An answer for the terminal, in the language of its question."""
    lines = ["", f"» {answer.question}"]
    understood = answer.understood
    said = {key: words[understood.language == "en"] for key, words in _SAID.items()}
    if understood.follow_up:
        lines.append(f"  ({said['follow_up']} : {understood.question})")
    if understood.as_of_reason != "today":
        lines.append(f"  ({said['as_of']} {understood.as_of.strftime('%d/%m/%Y')})")
    if understood.case:
        lines.append(f"  ({said['case']} : {', '.join(item.said for item in understood.case)})")
    if answer.project:
        lines += ["", answer.project.said]
        for o in answer.project.open:
            state = [o.status, o.person, o.due.strftime("%d/%m/%Y") if o.due else ""]
            lines.append(f"  · {o.code or o.key} {o.title} ({', '.join(s for s in state if s)})")
        lines += [f"  · et {answer.project.more} autres"] if answer.project.more else []
    read = [part.answers_to for part in answer.parts if part.answers_to]
    lines += [f"  ({said['read']} : {' · '.join(read)})"] if read else []
    lines += ["", _prose(answer.answer), ""]
    if answer.outcome == "partial" and answer.reason in said:
        lines.append(f"({said[answer.reason]})")
    if (detail := answer.depends_on) is not None:
        lines += [detail.ask] if detail.ask not in answer.answer else []
        lines += [f"  > {option}" for option in detail.options]
    if answer.next:
        lines.append(f"{said['todo']} :")
    for step in answer.next:
        due = f" (échéance : {step.due.strftime('%d/%m/%Y')})" if step.due else ""
        lines.append(f"  - {step.text} {''.join(f'[{n}]' for n in step.citations)}{due}")
    lines += [f"! {said[w.kind]} : {w.text} {''.join(f'[{n}]' for n in w.citations)}" for w in answer.warnings]
    for c in answer.citations:
        where = f"{c.source_title}, {c.locator}"
        if c.based_on:
            basis = c.based_on
            where = f"Notice Clapvert « {c.source_title} », d'après {basis.title}" + (
                f", {basis.locator}" if basis.locator else ""
            )
        lines.append(f"  [{c.n}] {where} ({c.rank.value}) « {c.quote} »")
    lines += [f"  ~ {said['near']} : {n.source_title}, {n.locator} « {n.quote} »" for n in answer.near]
    lines += [f"  → {said['whom']} : {c.name}" + (f" ({c.url})" if c.url else "") for c in answer.contacts]
    lines += [f"  ? {f}" for f in answer.follow_ups if detail is None or f != detail.ask]
    lines += [said["otherwise"]] if answer.alternatives else []
    lines += [f"  {n}) {a.question}" for n, a in enumerate(answer.alternatives, 1)]
    return _folded("\n".join([*lines, answer.disclaimer]))


def _folded(text: str) -> str:
    """Lines no wider than the terminal, at words; a file is left as it is."""
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 2 * line.startswith(" ")))
        for line in text.split("\n")
    )


def _prose(markdown: str) -> str:
    """The paragraphs and lists of an answer."""
    from assistant.wording.prose import blocks

    out = []
    for block in blocks(markdown):
        items = [re.sub(r"\*\*([^*]+)\*\*", lambda m: click.style(m[1], bold=True), item) for item in block.items]
        marks = [f"{n}. " if block.form == "steps" else "- " for n in range(1, len(items) + 1)]
        out.append(
            items[0] if block.form == "paragraph" else "\n".join(f"  {m}{i}" for m, i in zip(marks, items, strict=True))
        )
    return "\n\n".join(out)
