"""Whether a statement answers yes or no to what a part asks.

Guarantee: told by a head fitted on the cards' questions, on the messages planned by hand, and on what came near to
them and answers them not (`eval calibrate --verdicts`): what a part asks (a duty, a right, a ban, an exemption, a
risk) against what the statement is recorded to say (its polarity, its role, whether it denies). No list of words; a
verdict that is not sure is none, and what depends on a fact is none.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

from assistant.reading.mention_head import NONE, MentionHead, words
from ingest.corpus.fiches import Statement
from ingest.language.lexical import analyse, fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "verdicts.npz"
SURE = 0.6
_HEAD = MentionHead(WEIGHTS)
_ASKED, _OPENS = 40, 4
_TOLD = (["oui"], ["non"], ["yes"], ["no"])
"""How a lead begins that says its verdict itself."""
_NOT = frozenset({"pas", "aucun", "aucune", "ni", "jamais", "sans", "not", "no", "never", "without"})


def shares_of(part: str, statement: Statement) -> dict[str, float]:
    """How likely a part gets « yes », « no », « depends » or no verdict from a statement; 1 in all."""
    return _HEAD.shares(marks(part, statement))


def verdict_of(part: str, statement: Statement, sure: float = SURE) -> Literal["yes", "no"] | None:
    """The verdict of a statement on a part; None when it bears none, or not surely."""
    if words(fold(statement.lead or statement.text))[:1] in _TOLD:
        return None
    shares = shares_of(part, statement)
    name = max(shares, key=lambda k: shares[k])
    if name in (NONE, "depends") or shares[name] < sure:
        return None
    return "yes" if name == "yes" else "no"


def marks(part: str, statement: Statement) -> list[str]:
    """What the head reads: the words of the part, the stance of the statement, and each word under that stance."""
    asked = words(fold(part))[-_ASKED:]
    said = words(fold(statement.lead or statement.text))
    negated = bool(_NOT & set(said))
    stance = f"{statement.polarity.value if statement.polarity else '-'}{'!' if negated else ''}"
    role = statement.role.value
    out = [f"stance={stance}", f"role={role}", f"{role}:{stance}", f"ask={part.rstrip().endswith('?')}"]
    out += [f"S{i}={w}" for i, w in enumerate(said[:_OPENS])]
    out += [f"{stance}|S0={said[0]}"] if said else []
    grams = [*asked, *(f"{a} {b}" for a, b in pairwise(asked)), *(f"{w[:5]}~" for w in asked if len(w) > 5)]
    for gram in dict.fromkeys(grams):
        out += [f"q={gram}", f"{stance}|{gram}", f"{role}|{gram}"]
    out += [f"{stance}|first={w}" for w in asked[:2]] + [f"{stance}|last={w}" for w in asked[-2:]]
    out.append(f"shared={min(6, len(set(asked) & set(said)))}")
    held = _held(part, statement)
    return [*out, *(f"held>={k}" for k in range(held + 1)), f"{stance}|held={held}"]


def _held(part: str, statement: Statement) -> int:
    """How much of what a part says the statement, or a question that it is known to answer, says too: 0 to 5."""
    mine = {t for t in analyse(part) if not t.isdigit()}
    theirs = set(analyse(" ".join((statement.text, *statement.asked_as))))
    return min(5, 6 * len(mine & theirs) // (len(mine) or 1))
