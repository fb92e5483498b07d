"""Answers from the added texts: which sentences answer a part, whether they do, and whether ours answer it better.

Guarantee: what is shown is whole sentences of one text, in the order of the text, an item of a list with what opens it.
A part that names a text is answered from that text alone, or not at all; an article that is asked for by its number is
shown whole. The weights and floors are data (`PassagesConfig`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from assistant.planning.features import wanted_figures
from assistant.planning.named import Named, TextNaming
from assistant.planning.options import Context, Option
from assistant.planning.plan import PlannedPart, Shown
from assistant.planning.ranking import Selector, covered
from assistant.reading.kinds import FILLER, RISK
from assistant.reading.message import Part
from assistant.reading.question import Question
from assistant.search.sentences import Piece, SentenceSearch
from ingest.corpus.cards import Kind
from ingest.language.claims import read_claim
from ingest.language.lexical import analyse, fold
from ingest.passages.evidence import Span
from ingest.passages.passages import Passage

_TIME = re.compile(
    r"\b(?:jours?|mois|semaines?|ans?|annees?|heures?|minutes?|trimestre|avant|apres|lors d|des la|des le|au plus tard"
    r"|a l'issue|a compter|a partir|days?|months?|weeks?|years?|hours?|before|after|within|until|jusqu)\b"
)
_LEANS = re.compile(
    r"(?:il|elle|ils|elles|ce|cet|cette|ces|celui|celle|ceux|a defaut|dans ce cas|toutefois|cependant|en outre|it"
    r"|they|this|these|otherwise|however)\b"
)
"""How a sentence begins that is not understood without the one before it."""
_SECTION = re.compile(
    r"\b(?:section|point|chapitre|partie|clause|rubrique|paragraphe|titre|article|art\.?|annexe|fiche)\s+(?:n°\s?)?"
    r"(\d{1,3}(?:[.-]\d{1,3})*|[ivx]{1,5}|[a-h])\b|§\s?(\d{1,3}(?:\.\d{1,3})*)"
)
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’-]{2,}(?:\s[A-ZÀ-Ý][\w'’-]+)*")
_ROOT = 4
"""Letters that words of one root share at least."""
_NUMBERED = r"(?:[a-z]+\.?\s+)?(?:n°\s?)?{}(?:\s|[.):–—-]|$)"


@dataclass(frozen=True, slots=True)
class PassagesConfig:
    """Weights of a sentence's features, three times: `rank` orders the sentences; `says` tells whether one answers a
    part that names its text; `wins` whether one answers a part that names none, better than what is ours. The floors
    are on the last two. The rest: how much is shown."""

    rank: Mapping[str, float] = field(
        default_factory=lambda: {
            "similarity": 1.25, "covered": 1.3, "own": 0.8, "around": 1.9, "passage": 2.0, "lexical": 0.2, "fit": 1.1,
            "body": 0.7, "other": -0.8, "pointed": 0.7, "context": 0.5,
        }
    )  # fmt: skip
    says: Mapping[str, float] = field(
        default_factory=lambda: {
            "similarity": 0.5, "full": 0.2, "covered": 0.8, "own": 0.4, "around": 0.8, "passage": 1.2, "lexical": 0.1,
            "fit": 0.4, "unsaid": -1.2,
        }
    )  # fmt: skip
    says_floor: float = 2.8
    wins: Mapping[str, float] = field(
        default_factory=lambda: {
            "similarity": 0.5, "covered": 0.75, "own": 0.67, "around": 0.77, "passage": 0.78, "lexical": 0.71,
            "fit": 1.0, "body": 0.5, "other": -0.8, "pointed": 0.5, "context": 0.5, "stranger": -2.0, "known": -0.3,
            "ours": -0.75, "near": -0.55, "missing": 0.66,
        }
    )  # fmt: skip
    wins_floor: float = 3.2
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
    words: int = 110
    whole: int = 60
    pieces: int = 3


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of evidence weighed against a part."""

    piece: Piece
    passage: Passage
    score: float
    features: Mapping[str, float]


@dataclass(frozen=True)
class Told:
    """What the added texts say of a part, best first; `named`: the texts that it names; `whole`: the passages of the
    article that it asks for."""

    named: Named
    quotes: Sequence[Quoted] = ()
    whole: Sequence[int] = ()
    near: Sequence[Passage] = field(default=())

    @property
    def best(self) -> Quoted | None:
        """The sentence that answers best."""
        return self.quotes[0] if self.quotes else None


class Passages:
    """The added texts of one snapshot."""

    def __init__(self, selector: Selector, config: PassagesConfig | None = None) -> None:
        self.selector, self.search = selector, selector.search
        self.snapshot = selector.search.snapshot
        self.sentences = SentenceSearch(selector.search)
        self.naming = TextNaming(self.snapshot.sentences.texts)
        self.config = config or PassagesConfig()
        self._vocabulary = lru_cache(maxsize=64)(self._words_of)

    def read(self, part: str, context: Context, whole: str = "") -> Told:
        """What the added texts say of a part; `whole`: the message, whose texts are those of a part that names none."""
        question = context.question
        if not len(self.snapshot.sentences):
            return Told(Named(rest=part))
        named = self.naming.read(question.raw)
        if whole and not named.sources and (before := self.naming.read(whole)).firm:
            named = replace(before, rest=named.rest)
        placed = self._placed(question, named)
        if placed and self._asks_for_it(question, named):
            return Told(named, whole=placed)
        among = named.sources if named.firm else ()
        vector = self.search.vector(named.rest) if named.sources and analyse(named.rest) else context.vector
        pieces = self.sentences.find(vector, named.rest or question.query, question.as_of, question.domains, among)
        if placed:
            pieces = [p for p in pieces if p.position in placed] or pieces
        quotes = sorted(self._weighed(pieces, context, named), key=lambda q: (-q.score, q.piece.row))
        return Told(named, quotes, near=[q.passage for q in _apart(quotes)][:3])

    def answers(self, told: Told, ours: Option | None = None) -> bool:
        """Whether the added texts answer; `ours`: what our statements would answer with."""
        if told.whole or told.best is None:
            return bool(told.whole)
        if told.named.firm:
            return _weigh(self.config.says, told.best.features) >= self.config.says_floor
        return self.margin(ours, told.best) >= 0

    def margin(self, ours: Option | None, best: Quoted) -> float:
        """How far a sentence stands above what our statements have: negative when they answer better."""
        against = {"missing": 1.0}
        if ours is not None:
            f = ours.features
            against = {"known": max(f["alias"], f["known"]), "ours": f["covered"], "near": f["similarity"]}
        return _weigh(self.config.wins, {**best.features, **against}) - self.config.wins_floor

    def answer(self, part: Part, told: Told, ours: Option | None, missing: bool, shown: set[int]) -> PlannedPart | None:
        """The part answered from the added texts; missing, when it names a text that does not say; None when our own
        statements are to answer it."""
        if told.whole:
            if held := self._article(told, shown):
                return PlannedPart(part.text, part.likeliest, "answered", held)
            return None
        named, best = told.named, told.best
        rival = None if missing or named.firm else ours
        if best is None or not self.answers(told, rival) or self._noticed(rival, best):
            if named.firm and not (ours and not missing and self._rests_on(ours, named)):
                return PlannedPart(part.text, part.likeliest, silent=named.titles, near=tuple(told.near))
            return None
        held = self._shown(told, shown)
        if not held:
            return None
        return PlannedPart(part.text, part.likeliest, "answered", held, score=best.score)

    def _noticed(self, ours: Option | None, best: Quoted) -> bool:
        """Whether a statement of ours is the notice of the very article, and says as much (it cites it first)."""
        head = [self.snapshot.open_passage(p) for p in ours.head] if ours else []
        if ours is None or not any(set(p.keys) & set(best.passage.keys) for p in head):
            return False
        as_much = ours.features["covered"] >= best.features["covered"] - self.config.as_much
        return as_much or self.margin(ours, best) < self.config.plainly

    def _rests_on(self, ours: Option, named: Named) -> bool:
        """Whether what we would say is what we know of the very text named."""
        based = [p.based_on for i in ours.head if (p := self.snapshot.open_passage(i))]
        return any(b is not None and {b.source_id, *b.also} & named.sources for b in based)

    def _weighed(self, pieces: Iterable[Piece], context: Context, named: Named) -> Iterable[Quoted]:
        question = context.question
        said = set(analyse(question.raw)) - set(analyse(named.rest)) if named.sources else set()
        terms = {t: w for t, w in context.own.items() if t not in said and t not in FILLER} or dict(context.own)
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
                "unsaid": self._unsaid(terms, passage.source_id) if named.firm and not foreign else 0.0,
                "stranger": stranger,
                "lexical": piece.lexical,
                "fit": _fit(f"{opens} {own}", context.kinds, wanted, context.counted),
                "body": float(passage.source_id in named.bodies),
                "other": float(bool(named.bodies) and passage.source_id not in named.bodies),
                "pointed": float(passage.source_id in named.sources),
                "context": float(passage.source_id in question.context_sources),
            }
            yield Quoted(piece, passage, _weigh(self.config.rank, features), features)

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

    def _placed(self, question: Question, named: Named) -> list[int]:
        """Positions of the articles, sections and annexes that a question names by their number, in the texts that it
        names or in any."""
        columns = self.snapshot.columns
        eligible = self.search.eligible(question.as_of, question.domains)
        usable = [
            p
            for p in dict.fromkeys(self.snapshot.sentences.owners.tolist())
            if eligible[p] and self.search.usable(p, question.as_of)
            and (not named.sources or columns.sources[p] in named.sources)
        ]  # fmt: skip
        refs = [r for r in question.references if r.kind not in ("criterion",)]
        keys = {r.key() for r in refs if r.source}
        found = [p for p in usable if keys & set(columns.keys[p])]
        if not found:
            numbers = {r.number for r in refs if not r.source or named.sources}
            found = [p for p in usable if numbers & {k.rpartition(":")[2] for k in columns.keys[p]}]
            found += [p for p in usable if numbers & {k.partition(":")[2] for k in columns.keys[p]} and p not in found]
        if not found and named.sources and (said := _SECTION.search(fold(question.raw))):
            head = re.compile(_NUMBERED.format(re.escape(said[1] or said[2])))
            passages = {p: self.snapshot.open_passage(p) for p in usable}
            found = [
                p for p, q in passages.items() if any(head.match(fold(h)) for h in (q.locator, *q.heading_path[1:]))
            ]
        return found if len({columns.sources[p] for p in found}) <= 2 else []

    def _asks_for_it(self, question: Question, named: Named) -> bool:
        """Whether a question asks for an article itself: what it says, or nothing more than its number."""
        if question.asks_article:
            return True
        numbers = {n for r in question.references for n in analyse(question.raw[r.start : r.end])}
        said = set(analyse(named.rest if named.sources else question.raw)) - numbers - FILLER
        return not question.types and sum(not t.isdigit() for t in said) <= 1

    def _article(self, told: Told, shown: set[int]) -> tuple[Shown, ...]:
        """An article whole, by paragraph."""
        held = [p for p in told.whole if p not in shown]
        out = []
        for n, p in enumerate(held):
            passage = self.snapshot.open_passage(p)
            spans = tuple(m.span() for m in re.finditer(r"\S[^\n]*(?:\n(?!\n)[^\n]+)*", passage.text))
            out.append(Shown(p, passage, "head" if n == 0 else "then", spans))
        return tuple(out)

    def _shown(self, told: Told, shown: set[int]) -> tuple[Shown, ...]:
        """The sentences to show: those of the best passage, then the best of another passage of the same text when it
        comes close."""
        c = self.config
        best = next((q for q in told.quotes if q.piece.position not in shown), None)
        if best is None:
            return ()
        spans = self._spans(best, told.quotes)
        out = [Shown(best.piece.position, best.passage, "head", spans)]
        words = sum(len(best.passage.text[a:b].split()) for a, b in spans)
        for other in told.quotes:
            p = other.piece.position
            if other.score < best.score - c.beside or len(out) > 1:
                break
            if p == best.piece.position or p in shown or other.passage.source_id != best.passage.source_id:
                continue
            more = self._spans(other, [other])
            cost = sum(len(other.passage.text[a:b].split()) for a, b in more)
            if words + cost <= c.words:
                out.append(Shown(p, other.passage, "then", more))
        return tuple(out)

    def _spans(self, best: Quoted, quotes: Sequence[Quoted]) -> tuple[Span, ...]:
        """What is quoted of a passage: all of it when it is short, else the best sentences with what they lean on."""
        text = best.passage.text
        rows = self.snapshot.sentences.by_passage[best.piece.position]
        pieces = [self.snapshot.sentences.piece(r) for r in rows]
        if len(text.split()) <= self.config.whole:
            return _joined(text, [(e.start, e.end) for e in pieces])
        near = [
            q.piece.row
            for q in quotes
            if q.piece.position == best.piece.position and q.score >= best.score - self.config.close
        ][: self.config.pieces]
        kept: list[Span] = []
        for row in near:
            e = self.snapshot.sentences.piece(row)
            n = row - rows[0]
            wanted = [(e.start, e.end)]
            if e.opens:
                wanted.append(e.opens)
            elif n and _LEANS.match(fold(text[e.start : e.end])):
                wanted.append((pieces[n - 1].start, pieces[n - 1].end))
            joined = [s for s in wanted if s not in kept]
            size = sum(len(text[a:b].split()) for a, b in (*kept, *joined))
            if kept and size > self.config.words:
                break
            kept += joined
        return _joined(text, kept)


def _weigh(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    return sum(w * features.get(name, 0.0) for name, w in weights.items())


def _fit(text: str, kinds: Mapping[Kind, float], wanted: frozenset[str], counted: str | None) -> float:
    """How far a sentence holds the quantity that a part asks for: −1 to 1, 0 when it asks for none; a count of what it
    does not name is as good as none."""
    claim = read_claim(text)
    folded = fold(text)
    figures, time = bool(claim.figures), bool(claim.dates or _TIME.search(folded))
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


def _joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that only space parts made one."""
    out: list[Span] = []
    for start, end in sorted(set(spans)):
        if out and (
            start <= out[-1][1] or (not text[out[-1][1] : start].strip() and "\n" not in text[out[-1][1] : start])
        ):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _apart(quotes: Sequence[Quoted]) -> list[Quoted]:
    """The best of each passage."""
    return list({q.piece.position: q for q in reversed(quotes)}.values())[::-1]
