"""An answer in a terminal: its prose, what to do, what to know beside it, its sources.

Guarantee: every part of an answer is shown, in the order of the page. Bold is bold in a terminal and plain text in a
file (`click.echo` sees to it).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.answer import Answer


def show(answer: Answer) -> str:
    """An answer for the terminal."""
    lines = ["", f"» {answer.question}"]
    understood = answer.understood
    if understood.follow_up:
        lines.append(f"  (compris comme : {understood.question})")
    if understood.as_of_reason != "today":
        lines.append(f"  (à la date du {understood.as_of.strftime('%d/%m/%Y')})")
    if understood.case:
        lines.append(f"  (cas compris : {', '.join(item.said for item in understood.case)})")
    if answer.project:
        lines += ["", answer.project.said]
        for o in answer.project.open:
            said = [o.status, o.person, o.due.strftime("%d/%m/%Y") if o.due else ""]
            lines.append(f"  · {o.code or o.key} {o.title} ({', '.join(s for s in said if s)})")
        lines += [f"  · et {answer.project.more} autres"] if answer.project.more else []
    state = answer.outcome + (f", {answer.reason}" if answer.reason else "")
    read = [part.answers_to for part in answer.parts if part.answers_to]
    lines += [f"  (répond à : {' · '.join(read)})"] if read else []
    lines += ["", _prose(answer.answer), "", f"[{state}]"]
    if answer.next:
        lines.append("À faire :" if answer.understood.language == "fr" else "To do:")
    for step in answer.next:
        due = f" (échéance : {step.due.strftime('%d/%m/%Y')})" if step.due else ""
        lines.append(f"  - {step.text} {''.join(f'[{n}]' for n in step.citations)}{due}")
    kinds = {"changed": "A changé", "upcoming": "À venir", "conflict": "Sources en désaccord", "stale": "À revérifier"}
    lines += [f"! {kinds[w.kind]} : {w.text} {''.join(f'[{n}]' for n in w.citations)}" for w in answer.warnings]
    for c in answer.citations:
        where = f"{c.source_title}, {c.locator}"
        if c.based_on:
            basis = c.based_on
            where = f"Notice Clapvert « {c.source_title} », d'après {basis.title}" + (
                f", {basis.locator}" if basis.locator else ""
            )
        lines.append(f"  [{c.n}] {where} ({c.rank.value}) « {c.quote} »")
    lines += [f"  ~ proche : {n.source_title}, {n.locator} « {n.quote} »" for n in answer.near]
    lines += [f"  → à qui demander : {c.name}" + (f" ({c.url})" if c.url else "") for c in answer.contacts]
    lines += [f"  ? {f}" for f in answer.follow_ups]
    lines += (
        ["Pas votre question ? (son numéro dans `clapvert chat`, `--choose` dans `clapvert ask`)"]
        if answer.alternatives
        else []
    )
    lines += [f"  {n}) {a.question}" for n, a in enumerate(answer.alternatives, 1)]
    return "\n".join([*lines, answer.disclaimer])


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
