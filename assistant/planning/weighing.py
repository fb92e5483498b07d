"""How well each sentence of the added texts answers a part: its features, and the weights that make a score of them.

Guarantee: a feature says what a sentence shares with the part (meaning, words, quantity, body), never which text or
question it is; the weights and floors are data (`PassagesConfig`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from assistant.planning.features import WORDS, wanted_figures
from assistant.planning.named import Named
from assistant.planning.options import Context, Option
from assistant.planning.terms import covered
from assistant.reading.kinds import FILLER, RISK
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from assistant.search.sentences import Piece
from ingest.corpus.cards import Kind
from ingest.language.claims import read_claim
from ingest.language.lexical import analyse, fold
from ingest.passages.passages import Passage

_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’-]{2,}(?:\s[A-ZÀ-Ý][\w'’-]+)*")
_ROOT = 4
"""Letters that words of one root share at least."""
_ALONE, _NONE = 3.0, -3.0
"""How far a sentence stands above the best of another passage when there is none, and the score of no option."""


HEADS = Path(__file__).resolve().parent / "data" / "texts.json"
"""The heads that decide whether added texts answer: fitted on `evals/texts` by `eval calibrate --texts`."""


@dataclass(frozen=True, slots=True)
class Head:
    """A linear head: it is for what stands above its floor."""

    weights: Mapping[str, float]
    floor: float

    def margin(self, features: Mapping[str, float]) -> float:
        """How far some features stand above the floor, in logits; negative below it."""
        return weigh(self.weights, features) - self.floor


@lru_cache(maxsize=1)
def _heads() -> dict[str, Head]:
    kept = json.loads(HEADS.read_text("utf-8"))
    return {name: Head(head["weights"], head["floor"]) for name, head in kept.items()}


@dataclass(frozen=True, slots=True)
class Rival:
    """What stands against the added texts: the best that is ours, whether it is held for missing, whether the message
    is held for another field's, and how likely it is of ours; `fragment`: whether what is asked is a part of a message,
    or leans on what was said before, where the heads were fitted on whole questions."""

    option: Option | None = None
    missing: bool = True
    outside: bool = False
    chance: float = 0.0
    fragment: bool = False


@dataclass(frozen=True, slots=True)
class PassagesConfig:
    """Weights of a sentence's features. `rank` orders the sentences; `says` tells whether the best of them answers a
    part that names its text; `wins` whether it answers a part that names none, better than what is ours. Both are
    fitted (`data/texts.json`, `eval calibrate --texts`). The rest: how much is shown."""

    rank: Mapping[str, float] = field(
        default_factory=lambda: {
            "similarity": 1.1, "article": 0.7, "covered": 1.6, "own": 0.45, "around": 2.4, "passage": 1.7, "fit": 1.2,
            "body": 0.7, "other": -0.7, "pointed": 1.5, "context": 0.5, "words": 0.4,
        }
    )  # fmt: skip
    says: Head = field(default_factory=lambda: _heads()["says"])
    wins: Head = field(default_factory=lambda: _heads()["wins"])
    near_margin: float = -1.5
    """How far below answering what comes nearest in a text that is named may stand, to be quoted as what it is."""
    outside: float = 0.5
    field: float = 0.4
    """How much higher a sentence stands that answers a message that is not of our field, and the share of the words of
    the message that its passage holds."""
    fragment: float = 2.0
    """How much higher a sentence stands that answers a fragment, of a text that nobody named nor spoke of before."""
    near_words: float = 0.3
    """That share for what comes near, when nothing answers."""
    aside: float = 1.0
    """How far below our statements a sentence may stand and still be quoted beside them."""
    plainly: float = 1.0
    """How far above our notice of its article a sentence is quoted instead of it."""
    as_much: float = 0.15
    """Share of the question's words that the notice may lack against the sentence, and still say as much."""
    foreign: float = 0.2
    """What a sentence in another language than the question's is held to share of its words."""
    abroad: float = 0.4
    """How much less near it stands for that alone, in the unit of the similarities."""
    close: float = 1.6
    beside: float = 1.4
    words: int = 150
    whole: int = 60
    pieces: int = 3
    passages: int = 3

    def __post_init__(self) -> None:
        """Heads read from a settings file are plain data."""
        for name in ("says", "wins"):
            if isinstance(kept := getattr(self, name), Mapping):
                object.__setattr__(self, name, Head(**kept))


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of evidence weighed against a part."""

    piece: Piece
    passage: Passage
    score: float
    features: Mapping[str, float]


class Weigher:
    """Weighs the evidence of one snapshot's added texts."""

    def __init__(self, search: HybridSearch, config: PassagesConfig) -> None:
        self.search, self.snapshot = search, search.snapshot
        self.config = config
        self._vocabulary = lru_cache(maxsize=64)(self._words_of)

    def weighed(self, pieces: Iterable[Piece], context: Context, named: Named) -> Iterable[Quoted]:
        """Pieces of evidence with their features and their score; questions of a text are left out."""
        question = context.question
        said = set(analyse(question.raw)) - set(analyse(named.rest)) if named.sources else set()
        rare = {t: self._rarity(t) for t in context.own}
        terms = {t: w for t, w in rare.items() if t not in said and t not in FILLER} or rare
        index = self.snapshot.sentences
        mean, spread = self.search.ground(context.vector)
        stranger = float(self._stranger(question.raw))
        wanted = wanted_figures(question.query, question.types)
        for piece in pieces:
            passage = self.snapshot.open_passage(piece.position)
            e = index.piece(piece.row)
            own = passage.text[e.start : e.end]
            if own.endswith(("?", "?*", "?**")):  # a question of the text is answered by what follows it
                continue
            opens = passage.text[slice(*e.opens)] if e.opens else ""
            place = f"{' '.join(passage.heading_path[1:])} {passage.locator}"
            rows = index.by_passage[piece.position]
            beside = [index.piece(r) for r in (piece.row - 1, piece.row + 1) if rows[0] <= r <= rows[-1]]
            around = " ".join(passage.text[o.start : o.end] for o in beside)
            shared = {
                "passage": self._covered(terms, f"{place} {passage.text}", question),
                "covered": self._covered(terms, f"{place} {opens} {own}", question),
                "own": self._covered(terms, f"{opens} {own}", question),
                "around": self._covered(terms, f"{place} {opens} {own} {around}", question),
            }
            foreign = passage.language != question.language
            if foreign:
                shared = {name: max(value, self.config.foreign) for name, value in shared.items()}
            features = {
                "similarity": piece.similarity + foreign * self.config.abroad,
                **shared,
                "full": (float(index.vectors[piece.row] @ context.vector) - mean) / spread,
                "unsaid": self._unsaid(terms, passage.source_id) if not foreign else 0.0,
                "stranger": stranger,
                "lexical": piece.lexical,
                "whole": piece.whole,
                "words": piece.words,
                "article": piece.article + foreign * self.config.abroad,
                "fit": _fit(f"{opens} {own}", context.kinds, wanted, context.counted),
                "body": float(passage.source_id in named.bodies),
                "other": float(bool(named.bodies) and passage.source_id not in named.bodies),
                "pointed": float(passage.source_id in named.sources),
                "context": float(passage.source_id in question.context_sources),
            }
            yield Quoted(piece, passage, weigh(self.config.rank, features), features)

    def _rarity(self, term: str) -> float:
        """Weight of a term among all passages, of the added texts too."""
        held, size = self.snapshot.lexical.frequency(term), len(self.snapshot)
        return math.log(1 + size / (held or 1))

    def _unsaid(self, terms: Mapping[str, float], source: str) -> float:
        """Share of the terms, by weight, that nothing in a text says, nor any word of their root."""
        words, roots = self._vocabulary(source)
        unsaid = sum(w for t, w in terms.items() if t not in words and t[:_ROOT] not in roots)
        return unsaid / (sum(terms.values()) or 1.0)

    def _words_of(self, source: str) -> tuple[frozenset[str], frozenset[str]]:
        held = [self.snapshot.open_passage(p) for p in self.snapshot.by_source.get(source, ())]
        words = frozenset(t for p in held for t in analyse(f"{p.text} {p.locator} {' '.join(p.heading_path)}"))
        return words, frozenset(w[:_ROOT] for w in words if len(w) >= _ROOT)

    def _stranger(self, text: str) -> bool:
        """Whether a text names something that no passage ever names."""
        known = self.snapshot.lexical.vocabulary
        names = [m.group() for m in _CAPITALS.finditer(text) if m.start() > 0 and text[m.start() - 2] not in ".?!:"]
        return any(t not in known for name in names for t in analyse(name) if not t.isdigit())

    def _covered(self, terms: dict[str, float], text: str, question: Question) -> float:
        """Share of the terms, by weight, that a text holds; a word of the same root (« livrer », « livraison ») counts
        half."""
        words = frozenset(analyse(text))
        roots = {w[:_ROOT] for w in words if len(w) >= _ROOT and w.isalpha()}
        near = {t for t in terms if t not in words and len(t) >= _ROOT and t[:_ROOT] in roots}
        half = sum(terms[t] for t in near) / (2 * sum(terms.values()) or 1.0)
        return min(1.0, covered(terms, words, question) + half)


def deciding(quotes: Sequence[Quoted], rival: Rival) -> dict[str, float]:
    """The features by which the heads decide: those of the best sentence, how it stands among the others, and what it
    stands against. `quotes`: best first, one at least."""
    best = quotes[0]
    other = next((q for q in quotes if q.piece.position != best.piece.position), None)
    ours = rival.option
    return {
        **best.features,
        "score": best.score,
        "gap": best.score - other.score if other else _ALONE,
        "most_covered": max(q.features["covered"] for q in quotes),
        "most_similar": max(q.features["similarity"] for q in quotes),
        **{f"ours_{name}": value for name, value in (ours.features.items() if ours else ())},
        "ours_score": ours.score if ours else _NONE,
        "missing": float(rival.missing),
        "outside": float(rival.outside),
        "chance": rival.chance,
    }


def weigh(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """A weighted sum; a feature that is not there is 0."""
    return sum(w * features.get(name, 0.0) for name, w in weights.items())


def _fit(text: str, kinds: Mapping[Kind, float], wanted: frozenset[str], counted: str | None) -> float:
    """How far a sentence holds the quantity that a part asks for: −1 to 1, 0 when it asks for none; a count of what it
    does not name is as good as none."""
    claim = read_claim(text)
    folded = fold(text)
    figures, time = bool(claim.figures), bool(claim.dates or WORDS.has(folded, "of time"))
    money = any(f.unit in ("€", "%") for f in claim.figures)
    if wanted:
        holds = {"montant": money, "taux": money, "seuil": figures, "duree": figures and time, "nombre": figures}
        if counted and wanted <= {"nombre", "seuil"} and figures:
            return 1.0 if any(t[:_ROOT] == counted[:_ROOT] for t in analyse(text)) else 0.0
        return 1.0 if any(holds[w] for w in wanted) else -1.0
    held = {
        Kind.AMOUNT: figures,
        Kind.COST: money,
        Kind.DATE: time,
        Kind.SANCTION: money or bool(RISK.search(folded)) or claim.privative or "interdit" in claim.modality,
    }
    return sum(kinds.get(kind, 0.0) * (1.0 if held[kind] else -1.0) for kind in held)
