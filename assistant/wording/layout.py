"""The layout of an answer: its sentences, numbered, in the shape of its plan.

Guarantee: Markdown of four forms alone: paragraphs, « **label** : » at the head of one, bullets, numbered steps. The
verdict stands first, in bold; each part of a message has a paragraph of its own, under its own words cut at eight; what
is missing is said once. A label claims nothing and is never a whole quoted claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.planning.plan import Plan, PlannedPart
from assistant.wording.citations import Numbering
from assistant.wording.composer import Line
from assistant.wording.phrases import ASK, DEPENDS_ON, NEAREST, PART_MISSING, TOLD
from ingest.corpus.register import REGIME_LABELS, Regime
from ingest.language.claims import Language
from ingest.language.sentences import upper_first

_LABEL_WORDS = 8
_REGIMES = {Regime.UE: "EU law", Regime.FR: "French law"}
_NO_MARKS = str.maketrans(dict.fromkeys('«»"“”*[]', " "))
_JOINING = frozenset({"et", "and", "puis", "alors", "donc", "sinon", "also"})
_ROW = re.compile(r"^([^:.]{2,40}?)( ?: )")
_VERDICT = re.compile(
    r"^(?:Oui|Non|Yes|No)(?:, a priori|, most likely)?(?: \([^()]+\))?\s?:(?:[^.]*?\.(?=\s[A-ZÀ-Ü«]))?"
    r"|^(?:Au plus tard le|By) [^.]+\.(?=\s)"
)


@dataclass
class Laid:
    """An answer's Markdown, which of its sentences (from 1) are of which part, and which a model wrote."""

    markdown: str
    sentences: dict[int, list[int]] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)


def lay_out(plan: Plan, lines: Sequence[Line], numbering: Numbering, language: Language) -> Laid:
    """The kept sentences of a plan; `next` steps are laid elsewhere."""
    laid = Laid("")
    blocks: list[str] = []
    several = len(plan.parts) > 1
    count = 0
    for n, part in enumerate(plan.parts):
        mine = [line for line in lines if line.part == n and line.place != "next"]
        marked = []
        for line in mine:
            count += 1
            laid.sentences.setdefault(n, []).append(count)
            if line.sentence.written:
                laid.written.append(count)
            marked.append((line, f"{_bold(line)} {_marks(numbering, line)}".strip()))
        blocks += _part(part, marked, several, language)
    laid.markdown = "\n\n".join(b for b in blocks if b)
    return laid


def label_of(about: str) -> str:
    """A part in at most eight of its own words: its last clause, where it asks."""
    text = _bare(about)
    clauses = [c for c in re.split(r"\s*[:;,.!?]\s+", text) if len(c.split()) > 1]
    words = (clauses[-1] if clauses else text).split()
    short = " ".join(words[-_LABEL_WORDS:] if len(words) > _LABEL_WORDS else words)
    if len(words) > _LABEL_WORDS:
        short = "… " + short
    return upper_first(short)


def headed(about: str, heading: Literal["question", "claim"], language: Language) -> str:
    """Words that were chosen to head a part; what they only tell is quoted."""
    text = _bare(about)
    words = upper_first(text) if len(text.split()) <= _LABEL_WORDS else label_of(about)
    if heading == "question":
        return words
    return f"« {words} »" if language == "fr" else f"“{words}”"


def _bare(about: str) -> str:
    """Words without marks, nor what only joins them to those before."""
    text = " ".join(about.translate(_NO_MARKS).split()).strip(" ?!.,;:")
    first, _, rest = text.partition(" ")
    return rest if rest and first.lower() in _JOINING else text


def _depends(part: PlannedPart, language: Language) -> str:
    """« Cela dépend d'un détail », and which one where the part's words were chosen."""
    if part.depends_on is None or part.verdict != "depends":
        return ""
    if part.heading is None:
        return f"**{DEPENDS_ON[language]}** "
    ask = (part.depends_on.ask_en if language == "en" else None) or part.depends_on.ask
    return f"**{DEPENDS_ON[language].rstrip('.')}{' :' if language == 'fr' else ':'} {ask[:1].lower()}{ask[1:]}** "


def _part(part: PlannedPart, marked: list[tuple[Line, str]], several: bool, language: Language) -> list[str]:
    words = headed(part.about, part.heading, language) if part.heading else label_of(part.about)
    label = f"**{words}**{' :' if language == 'fr' else ':'} " if several and words else ""
    if not marked:
        if not several:
            return []
        whom = f" {upper_first(ASK[language].format(whom=part.whom.name))}" if part.whom and not part.told else ""
        return [label + (TOLD if part.told else PART_MISSING)[language] + whom]
    opening = "" if marked[0][0].sentence.written else _depends(part, language)
    if part.state == "missing" and part.silent:
        titles = ", ".join(f"« {t} »" for t in part.silent[:3])
        return [label + NEAREST[language].format(titles=titles), *(text for _, text in marked)]
    if part.shape == "letter":
        return [text.replace("**", "") for _, text in marked]
    if part.title is not None:
        return _steps(part.title.of(language), label, marked)
    head = [text for line, text in marked if line.place == "head"]
    then = [text for line, text in marked if line.place == "then"]
    needs = [text for line, text in marked if line.place == "needs"]
    listed = len(then) > 1 and (part.heading is not None or not several)
    if part.shape == "steps" and listed:
        steps = "\n".join(f"{i}. {text}" for i, text in enumerate(then, 1))
        return [label + opening + " ".join(head), steps, " ".join(needs)]
    if part.shape in ("table", "cases") and listed:
        # An answer above rows that say first what they are of is none of them.
        rowed = [_is_row(line) for line, _ in marked]
        answer = head[:1] if rowed[:2] == [False, True] else []
        listed_rows = [_row(line, text) for line, text in marked if line.place != "needs"]
        rows = "\n".join(f"- {row}" for row in listed_rows[len(answer) :])
        return [(label + opening + "".join(answer)).strip(), rows, " ".join(needs)]
    told_apart = not several and not any(
        line.sentence.written for line, _ in marked
    )  # a writer tells laws apart itself
    if told_apart and (grouped := _by_regime(marked, language)):
        return [opening.strip(), grouped] if part.heading else [opening + grouped]
    if all(line.passage.kind == "text" for line, _ in marked):  # what texts say themselves, a quote a paragraph
        return [label + opening + marked[0][1], *(text for _, text in marked[1:])]
    first = label + opening + " ".join(head)
    rest = " ".join((*then, *needs))
    return [first + (f" {rest}" if rest else "")]


def _row(line: Line, text: str) -> str:
    """A row, what it is of in bold where it says that first."""
    if line.sentence.written:
        text = text.replace("**", "")
    return _ROW.sub(r"**\1**\2", text) if _is_row(line) else text


def _is_row(line: Line) -> bool:
    """Whether a written line says first what it is of, and no verdict."""
    text = line.sentence.text
    return line.sentence.written and bool(_ROW.match(text)) and not _VERDICT.match(text)


def _steps(title: str, label: str, marked: list[tuple[Line, str]]) -> list[str]:
    """A démarche: what answers first, or its title; its steps in order, then what to know beside them."""
    steps = [text for line, text in marked if line.label]
    listed = "\n".join(f"{i}. {text}" for i, text in enumerate(steps, 1))
    first = " ".join(text for line, text in marked if not line.label and line.place == "head")
    beside = " ".join(text for line, text in marked if not line.label and line.place != "head")
    title = f"{title}." if label else f"**{title}.**"
    return [label + (first or title), listed, beside]


def regime_labels(language: Language) -> Mapping[Regime, str]:
    """What a body of law is called."""
    return REGIME_LABELS if language == "fr" else _REGIMES


def _by_regime(marked: list[tuple[Line, str]], language: Language) -> str | None:
    """Under a heading each when two bodies of law stand side by side."""
    regimes = [line.passage.regime for line, _ in marked]
    if not {Regime.UE, Regime.FR} <= set(regimes):
        return None
    labels = regime_labels(language)
    groups: dict[Regime, list[str]] = {}
    for (_, text), regime in zip(marked, regimes, strict=True):
        groups.setdefault(regime if regime in (Regime.UE, Regime.FR) else regimes[0], []).append(text)
    colon = " :" if language == "fr" else ":"
    return "\n\n".join(
        f"**{labels[r]}**{colon} {' '.join(texts)}" if r in labels else " ".join(texts) for r, texts in groups.items()
    )


def _bold(line: Line) -> str:
    """The sentence, its verdict in bold, or when and by whom a step is done."""
    text = line.sentence.text
    if line.sentence.written:
        return f"**{text}**" if line.place == "head" else text
    if line.label:
        return f"**{line.label}**{text.removeprefix(line.label)}"
    m = _VERDICT.match(text) if line.place == "head" else None
    if m is None or not m.group().strip():
        return text
    said = m.group().rstrip()
    rest = text[m.end() :].strip()
    return f"**{said}** {rest[:1].upper() + rest[1:] if said.endswith('.') else rest}".strip()


def _marks(numbering: Numbering, line: Line) -> str:
    return "".join(f"[{n}]" for n in numbering.cite(line.sentence))
