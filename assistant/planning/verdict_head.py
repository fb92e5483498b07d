"""Whether a statement answers yes or no to what a part asks.

Guarantee: told by heads fitted on the cards' questions, on the messages planned by hand, and on what came near to
them and answers them not (`eval calibrate --verdicts`): what a part asks (a duty, a right, a ban, an exemption, a
risk) against what the statement is recorded to say (its polarity, its role, whether it denies). One reads the words of
the part; the other its meaning too, by its vector, under each stance of a statement, and learnt from what a rule and
its exceptions answer as well. No list of words; a verdict that is not sure is none, and what depends on a fact is none.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.reading.fitted import SHIPPED, Fitted
from assistant.reading.mention_head import NONE, SIZE, MentionHead, words
from assistant.reading.ngrams import hashed
from assistant.reading.text_head import about
from ingest.corpus.fiches import Polarity, Statement
from ingest.language.lexical import analyse, fold

WEIGHTS = Path(__file__).resolve().parent / "data" / "verdicts.npz"
MEANING = WEIGHTS.with_name("verdicts_meaning.npz")
SURE, LIKELY, ODDS = 0.6, 0.05, 4.0
"""Least share of a verdict that a statement gives by itself; least share, and how many times its contrary's, of what
something else gives (a rule, a card, a figure), for it to be said."""
VECTOR = 3.0
"""How much the vector weighs beside the words."""
_STANCES = tuple((p, negated) for p in Polarity for negated in (False, True))
STANCES = len(_STANCES)
_HEAD = MentionHead(WEIGHTS)
_ASKED, _OPENS = 40, 4
_TOLD = (["oui"], ["non"], ["yes"], ["no"])
"""How a lead begins that says its verdict itself."""
_NOT = frozenset({"pas", "aucun", "aucune", "ni", "jamais", "sans", "not", "no", "never", "without"})


def shares_of(part: str, statement: Statement) -> dict[str, float]:
    """How likely a part gets « yes », « no », « depends » or no verdict from a statement; 1 in all."""
    return _HEAD.shares(marks(part, statement))


def meant(part: str, vector: NDArray[np.float32], statement: Statement, fitted: Fitted = SHIPPED) -> dict[str, float]:
    """The same by the part's meaning too. `vector`: the part's, as the encoder of questions gives it."""
    kept = fitted.arrays(MEANING)
    scores = kept["weights"] @ hashed(marks(part, statement), SIZE) + kept["bias"]
    scores = scores + VECTOR * kept["stances"][:, stance_of(statement)] @ about(vector, kept["mean"], fitted.own)
    shares = np.exp(scores - scores.max())
    return dict(zip(map(str, kept["classes"]), (shares / shares.sum()).tolist(), strict=True))


def verdict_of(
    part: str, vector: NDArray[np.float32], statement: Statement, sure: float = SURE, fitted: Fitted = SHIPPED
) -> Literal["yes", "no"] | None:
    """The verdict of a statement on a part; None when it bears none, or not surely."""
    if words(fold(statement.lead or statement.text))[:1] in _TOLD:
        return None
    shares = meant(part, vector, statement, fitted)
    name = max(shares, key=lambda k: shares[k])
    if name in (NONE, "depends") or shares[name] < sure:
        return None
    return "yes" if name == "yes" else "no"


def upheld(
    part: str,
    vector: NDArray[np.float32],
    statement: Statement,
    verdict: Literal["yes", "no"],
    fitted: Fitted = SHIPPED,
) -> bool:
    """Whether a statement is likely enough to answer a part by this verdict rather than by its contrary."""
    shares = meant(part, vector, statement, fitted)
    return shares[verdict] >= max(LIKELY, ODDS * shares["no" if verdict == "yes" else "yes"])


def stance_of(statement: Statement) -> int:
    """The place of a statement among the stances: its force, and whether it denies."""
    return _STANCES.index((statement.polarity, bool(_NOT & set(words(fold(statement.lead or statement.text))))))


def marks(part: str, statement: Statement) -> list[str]:
    """What the head reads: the words of the part, the stance of the statement, and each word under that stance."""
    asked = words(fold(part))[-_ASKED:]
    said = words(fold(statement.lead or statement.text))
    negated = bool(_NOT & set(said))
    stance = f"{statement.polarity.value if statement.polarity else '-'}{'!' if negated else ''}"
    role = statement.role.value
    out = [f"stance={stance}", f"role={role}", f"{role}:{stance}", f"ask={_ends_asking(part)}"]
    out += [f"S{i}={w}" for i, w in enumerate(said[:_OPENS])]
    out += [f"{stance}|S0={said[0]}"] if said else []
    grams = [*asked, *(f"{a} {b}" for a, b in pairwise(asked)), *(f"{w[:5]}~" for w in asked if len(w) > 5)]
    for gram in dict.fromkeys(grams):
        out += [f"q={gram}", f"{stance}|{gram}", f"{role}|{gram}"]
    out += [f"{stance}|first={w}" for w in asked[:2]] + [f"{stance}|last={w}" for w in asked[-2:]]
    out.append(f"shared={min(6, len(set(asked) & set(said)))}")
    held = _held(part, statement)
    return [*out, *(f"held>={k}" for k in range(held + 1)), f"{stance}|held={held}"]


def _ends_asking(part: str) -> bool:
    """Whether the last mark of a part that is a word's or a question's is a question's."""
    return next((c for c in reversed(part) if c.isalnum() or c == "?"), "") == "?"


def _held(part: str, statement: Statement) -> int:
    """How much of what a part says the statement, or a question that it is known to answer, says too: 0 to 5."""
    mine = {t for t in analyse(part) if not t.isdigit()}
    theirs = set(analyse(" ".join((statement.text, *statement.asked_as))))
    return min(5, 6 * len(mine & theirs) // (len(mine) or 1))
