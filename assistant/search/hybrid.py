"""Retrieval: exact article keys ∪ BM25 and dense vectors fused, within the dates and domains asked for.

Guarantee: nothing out of force on the day asked is among the candidates (hindsight is fetched apart, for warnings);
an undated copy never stands in for dated text of an earlier day; what a question names by its number comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.reading.dates import AsOf
from assistant.reading.fitted import SHIPPED, Fitted
from assistant.reading.question import Question
from assistant.search.fusion import Fusion, blend, fuse, top
from assistant.search.meanings import LEAST, Meanings
from ingest.corpus.criteria import poste_key
from ingest.corpus.register import Domain
from ingest.index.columns import FAR_FUTURE, FAR_PAST, domain_bit
from ingest.index.snapshot import Snapshot
from ingest.passages.passages import Passage

if TYPE_CHECKING:
    from ingest.model.embedding import EncoderProtocol


_CLOSEST = 5
"""How many of the nearest passages the contrast of a question is taken from."""


_REMEMBERED = 256
"""How many questions the nearest passages are remembered of: one is often asked again of another day."""


_SAMPLE = 2000
"""How many passages a question is contrasted with."""


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """Depths and weights of the fusion; a ranking of weight 0 is left out, `topics` 0 adds no statement of a topic.
    `meaning`: share of the meaning beside the words, from 0 to 1, over all the passages, official texts among them."""

    depth: int = 120
    rrf_k: int = 10
    weight_dense: float = 1.4
    weight_lexical: float = 1.0
    meaning: float = 0.5
    candidates: int = 60
    topics: int = 3
    meant: int = 24
    """How many statements are candidates for what the message likely means, whatever their rank."""
    references: bool = True
    """Whether the articles and criteria that a question names by number come first."""

    @property
    def statements(self) -> Fusion:
        """How the rankings of our statements are fused."""
        return Fusion(self.rrf_k, self.weight_dense, self.weight_lexical)


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate: its passage, its fused score, and the two scores behind it."""

    position: int
    passage: Passage
    score: float
    similarity: float
    lexical: float
    exact: bool = False


@dataclass(frozen=True)
class Candidates:
    """What retrieval found for a question, best first, with the statistics that scoring standardises by."""

    hits: list[Hit]
    terms: list[str]
    similarity_std: float
    background: float
    best_lexical: float = 0.0
    contrast: float = 0.0
    meant: NDArray[np.float64] | None = None

    def likely(self, position: int) -> float:
        """The logarithm of how likely the question means what a passage opens; 0 where that is not read."""
        return 0.0 if self.meant is None else float(self.meant[position])


class HybridSearch:
    """Search over one snapshot. `fitted`: the heads that read the vectors of its encoder."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: EncoderProtocol,
        config: RetrievalConfig | None = None,
        fitted: Fitted = SHIPPED,
    ) -> None:
        self.snapshot = snapshot
        self.encoder = encoder
        self.fitted = fitted
        self.config = config or RetrievalConfig()
        self._dated_keys = self._keys_with_dates()
        self._sample = snapshot.sample_vectors(_SAMPLE)
        everything = snapshot.ours.all()
        self._ours = (
            self._sample if everything else snapshot.sample_vectors(_SAMPLE, np.flatnonzero(snapshot.ours).tolist())
        )
        self.meanings = Meanings(snapshot, fitted)
        self.vector = lru_cache(maxsize=_REMEMBERED)(encoder.encode_query)
        self._found = lru_cache(maxsize=_REMEMBERED)(
            lambda vector, n: snapshot.nearest(np.frombuffer(vector, np.float32), n)
        )

    def _keys_with_dates(self) -> set[str]:
        c = self.snapshot.columns
        dated = (c.valid_from > FAR_PAST) | (c.valid_until < FAR_FUTURE)
        return {key for i in np.flatnonzero(dated) for key in c.keys[int(i)]}

    def search(self, question: Question) -> Candidates:
        """Candidates for an understood question among our statements, and the articles that it names. The added texts
        are searched sentence by sentence (`assistant.search.sentences`): however many there are, they push none of
        these out."""
        exact = self._exact(question)
        return self._run(question.query, question.as_of, question.domains, exact, self.snapshot.columns.is_statement)

    def rankings(self, question: Question) -> tuple[list[int], list[int]]:
        """Our statements by meaning and by words, best first, as they are fused for a question."""
        among, depth = self.snapshot.columns.is_statement, self.config.depth
        eligible = self.eligible(question.as_of, question.domains) & among
        by_meaning, _, _ = self._nearest(self.vector(question.query), eligible, among)
        words = self.snapshot.our_words
        by_words = top(np.where(eligible, words.scores(words.query_terms(question.query)), 0), depth)
        return by_meaning[:depth], by_words

    def search_text(
        self, text: str, as_of: AsOf, domains: tuple[Domain, ...] = (), keys: Sequence[str] = ()
    ) -> Candidates:
        """Candidates for a plain text (search page, tools); the passages of the article keys come first."""
        return self._run(text, as_of, domains, [p for key in keys for p in self.snapshot.by_key.get(key, ())])

    def _exact(self, question: Question) -> list[int]:
        """Passages of the articles that the question names with their text; for a criterion of unknown wording, what is
        known of its poste."""
        out: list[int] = []
        for ref in question.references if self.config.references else ():
            key = ref.key()
            keys = [key] if key else [k for k in self.snapshot.by_key if k.endswith(f":{ref.number}")]
            found = [p for k in keys for p in self.snapshot.by_key.get(k, [])]
            if not found and key and ref.kind == "criterion":
                found = self.snapshot.by_key.get(poste_key(key), [])
            out += found
        return list(dict.fromkeys(out))

    def _run(
        self,
        text: str,
        as_of: AsOf,
        domains: tuple[Domain, ...],
        exact: list[int],
        among: NDArray[np.bool_] | None = None,
    ) -> Candidates:
        snap, cfg = self.snapshot, self.config
        held = self.eligible(as_of, domains)
        eligible = held if among is None else held & among
        vector = self.vector(text)
        positions, similarities, closest = self._nearest(vector, eligible, among)
        words = snap.lexical if among is None else snap.our_words
        terms = words.query_terms(text)
        lexical = words.scores(terms)
        dense, by_words = positions[: cfg.depth], top(np.where(eligible, lexical, 0), cfg.depth)
        if among is None:
            fused = blend(dense, similarities, by_words, lexical, cfg.meaning)
        else:
            fused = fuse(dense, by_words, cfg.statements)
        named = {p for p in exact if held[p]}
        for p in named:
            fused[p] = fused.get(p, 0.0) + (2.0 if among is None else 2.0 / (cfg.rrf_k + 1))
        ranked = sorted(fused, key=lambda p: (p not in named, -fused[p], p))
        order = list(islice((p for p in ranked if self.usable(p, as_of)), cfg.candidates + len(named)))
        similarity = dict(zip(positions, similarities, strict=True))
        floor = similarities[-1] if similarities else 0.0
        chosen = set(order)
        order += [p for p in self._topic_mates(order, eligible, as_of) if p not in chosen]
        meant = None if among is None else self.meanings.likely(vector, held)
        if meant is not None:
            chosen = set(order)
            likely = top(np.where(eligible & (meant > LEAST), np.exp(meant), 0), cfg.meant)
            order += [p for p in likely if p not in chosen and self.usable(p, as_of)]
        hits = [
            Hit(
                p,
                snap.open_passage(p),
                fused.get(p, 0.0),
                similarity.get(p, floor),
                float(lexical[p]),
                p in named,
            )
            for p in order
        ]
        return Candidates(
            hits=hits,
            terms=terms,
            similarity_std=float(np.std(similarities)) + 1e-6 if similarities else 1.0,
            background=floor,
            best_lexical=max((h.lexical for h in hits), default=0.0),
            contrast=self._contrast(vector, closest),
            meant=meant,
        )

    def _contrast(self, vector: NDArray[np.float32], closest: list[float]) -> float:
        """How far the nearest passages, in force or not, stand above a fixed sample, in its standard deviations.

        E5's cosines are compressed and shift from one question to the next: only their contrast can be compared.
        """
        # Not `@`: BLAS shares these 0.4 ms out between threads, which then wait 40 ms for each other on a busy machine.
        ground = np.einsum("ij,j->i", self._ours, vector)
        far = ground < min(closest, default=0.0)
        ground = ground[far] if far.any() else ground
        return float((np.mean(closest) - ground.mean()) / (ground.std() + 1e-6))

    def _nearest(
        self, vector: NDArray[np.float32], eligible: NDArray[np.bool_], among: NDArray[np.bool_] | None = None
    ) -> tuple[list[int], list[float], list[float]]:
        """Nearest eligible passages with their similarities, and those of the few nearest whatever the day; asks the
        index for more when the dates, or the added texts, leave too few."""
        n, total = max(2 * self.config.depth, _CLOSEST), len(self.snapshot)
        while True:
            found, similarities = self._found(vector.tobytes(), n)
            allowed = eligible[np.asarray(found, np.intp)].tolist()
            kept = [(p, s) for p, s, ok in zip(found, similarities, allowed, strict=True) if ok]
            if len(kept) >= min(self.config.depth, int(eligible.sum())) or n >= total:
                closest = [s for p, s in zip(found, similarities, strict=True) if among is None or among[p]]
                kept = kept[: 2 * self.config.depth]
                return [p for p, _ in kept], [s for _, s in kept], closest[:_CLOSEST]
            n = min(total, n * 4)

    def closest(self, vector: NDArray[np.float32], eligible: NDArray[np.bool_]) -> list[int]:
        """Eligible passages nearest in meaning, best first."""
        return self._nearest(vector, eligible)[0]

    def eligible(self, as_of: AsOf, domains: tuple[Domain, ...]) -> NDArray[np.bool_]:
        """Passages in force at some day of the period, in the domains asked for; shape `(passages,)`."""
        c = self.snapshot.columns
        mask = (c.valid_from <= as_of.end.toordinal()) & (c.valid_until >= as_of.start.toordinal())
        if domains:
            mask &= (c.domains & sum(domain_bit(d) for d in domains)) > 0
        return np.asarray(mask)

    def ground(self, vector: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and standard deviation of a question's similarities with the fixed sample of passages."""
        near = np.einsum("ij,j->i", self._sample, vector)
        return float(near.mean()), float(near.std()) + 1e-6

    def usable(self, position: int, as_of: AsOf) -> bool:
        """An undated copy, attested later than the day asked, gives way to any dated text on the same article; an
        undated statement, to everything, unless it speaks of the very year asked about."""
        c = self.snapshot.columns
        if c.attested[position] <= as_of.end.toordinal() or c.valid_from[position] > FAR_PAST:
            return True
        if c.is_statement[position]:
            return str(as_of.end.year) in self.snapshot.open_passage(position).text
        return not any(key in self._dated_keys for key in c.keys[position])

    def _topic_mates(self, order: list[int], eligible: NDArray[np.bool_], as_of: AsOf) -> list[int]:
        found = dict.fromkeys(topic for p in order if (topic := self.snapshot.columns.topics[p]))
        topics = list(found)[: self.config.topics]
        return [p for topic in topics for p in self.snapshot.by_topic[topic] if eligible[p] and self.usable(p, as_of)]

    def out_of_force(self, topic: str, as_of: AsOf) -> list[Passage]:
        """Statements of a topic that are not in force in the period: earlier and later versions."""
        eligible = self.eligible(as_of, ())
        return [self.snapshot.open_passage(p) for p in self.snapshot.by_topic.get(topic, []) if not eligible[p]]

    def official(self, keys: tuple[str, ...], as_of: AsOf) -> list[Passage]:
        """Official passages of the articles, in force and usable on the day."""
        c = self.snapshot.columns
        held = dict.fromkeys(p for k in keys for p in self.snapshot.by_key.get(k, []) if not c.is_statement[p])
        if not held:
            return []
        eligible = self.eligible(as_of, ())
        return self.snapshot.passages([p for p in held if eligible[p] and self.usable(p, as_of)])
