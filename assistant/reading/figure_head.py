"""What each figure of a message is: of the asker's case, and of what quantity, or of something else.

Guarantee: told by a head fitted on messages kept as data (`data/figures.yaml`) and composed of phrases
(`data/figure_phrases.yaml`, `eval calibrate --figures`). Its unit
bounds what a figure may be, and one that is not likely enough of the case is not of it.
"""

from __future__ import annotations

from pathlib import Path

from assistant.reading.mention_head import NONE, MentionHead, by_clause, own_words, words
from assistant.reading.mentions import FIELDS, Mention
from ingest.corpus.fiches import CaseField
from ingest.language.lexical import fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "figures.npz"
SURE = 0.3
_WORDS = 60
"""Words of a message that tell whose its figures are."""
_BESIDE = 0.4
"""How much less likely a figure is of no case beside one that is surely of the asker's."""
_HEAD = MentionHead(WEIGHTS)


def marks(text: str, mention: Mention, others: list[Mention]) -> list[str]:
    """What the head reads of a figure: the words around it and of its message, its unit, its size, and whether figures
    of the same unit stand beside it."""
    out = [f"unit={mention.unit}", f"size={mention.unit}{len(str(int(mention.high)))}"]
    said = words(fold(text[mention.start : mention.end]))
    out += [f"said={w}" for w in said if not w[0].isdigit()]
    at = others.index(mention)
    before = others[at - 1].end if at else 0
    after = others[at + 1].start if at + 1 < len(others) else len(text)
    out += by_clause(text, before, mention.start, mention.end, after)
    out += [f"{mention.unit}:{w}" for w in own_words(text, before, mention.start, mention.end, after)]
    out += [f"W={w}" for w in set(words(fold(text))[:_WORDS])]
    out += [f"ask={text.rstrip().endswith('?')}", f"first={mention.start < 25}"]
    out.append(f"mates={sum(o.unit == mention.unit for o in others)}")
    return out


def field_of(shares: dict[str, float]) -> CaseField | None:
    """What a figure is, of the asker's case; None for what is not of it, or not surely enough."""
    name, share = max(shares.items(), key=lambda row: row[1])
    return None if name == NONE or share < SURE else CaseField(name)


def shares_of(text: str, found: list[Mention]) -> list[dict[str, float]]:
    """How likely each figure of a text is of each quantity that its unit allows, or of no case; 1 in all. Beside one
    that is surely of the asker's case, another is less likely of no case."""
    rows = [_HEAD.shares(marks(text, m, found), {*(f.value for f in FIELDS[m.unit]), NONE}) for m in found]
    told = [1.0 - row[NONE] for row in rows]
    return [_beside(row, max((t for j, t in enumerate(told) if j != i), default=0.0)) for i, row in enumerate(rows)]


def _beside(row: dict[str, float], surest: float) -> dict[str, float]:
    weights = row | {NONE: row[NONE] * _BESIDE**surest}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
