"""A bench for whole-pipeline tests: the real corpus and model, variants of them, runs over parts of the reference set.

    bench.engine(config=…, glossary=…)            the base index under other settings, or with a part replaced
    bench.index(passages, cards)                  other passages, indexed in a folder of their own
    bench.part(keep, limit)                       the questions that a change can touch (a dialogue is kept whole)
    bench.compare(engine, part)                   the base against it, on those questions

Questions that a change cannot touch are answered alike by construction: leaving them out changes no verdict, and no
interval but for its width. Vectors are computed once for a text, and taken from the installation's own cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.engine import Engine, EngineConfig
from evals.reference_set import Expected, ReferenceSet, load_reference
from evals.running.golds import Golds
from evals.running.runner import TODAY, Run, execute
from evals.scoring.compare import Comparison, compare
from evals.scoring.scores import Scores, score_run
from ingest.clock import fixed
from ingest.corpus.cards import Card, load_cards
from ingest.corpus.glossary import load_glossary
from ingest.corpus.register import load_contacts, load_register
from ingest.index.cards import CardIndex, questions_of
from ingest.index.pipeline import Library, embed, read_passages
from ingest.index.rules import RuleIndex
from ingest.index.sentences import SentenceIndex
from ingest.index.snapshot import SCHEMA, Manifest
from ingest.model.embedding import EncoderProtocol
from ingest.passages.passages import Passage
from ingest.settings import Settings

CANARIES = Path(__file__).resolve().parent / "canaries"
"""Vital questions that hang on one part of the pipeline each; no part of the reference set."""


class RememberingEncoder:
    """An encoder that computes a question once: twenty runs ask the same ones."""

    def __init__(self, encoder: EncoderProtocol) -> None:
        self._encoder = encoder
        self._known: dict[str, Any] = {}

    def encode_query(self, text: str) -> Any:
        if text not in self._known:
            self._known[text] = self._encoder.encode_query(text)
        return self._known[text]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)


class Bench:
    """One corpus, one model, the reference set."""

    def __init__(self, settings: Settings, encoder: EncoderProtocol) -> None:
        self.encoder: Any = RememberingEncoder(encoder)
        self.settings = settings
        self.register = load_register(settings.corpus_dir)
        self.glossary = load_glossary(settings.corpus_dir)
        self.contacts = load_contacts(settings.corpus_dir)
        reference, canaries = load_reference(), load_reference(CANARIES)
        self.canaries = set(canaries.asked())
        self.reference = replace_questions(reference, (*reference.questions, *canaries.questions))
        self._indexes = 0

    @cached_property
    def passages(self) -> list[Passage]:
        """Every passage of the corpus."""
        return read_passages(Library(self.settings), self.register)

    @cached_property
    def base_engine(self) -> Engine:
        """The pipeline as it is."""
        return self.index(self.passages)

    @cached_property
    def base(self) -> Run:
        """Its run over the whole set."""
        return execute(self.base_engine, self.reference)

    @cached_property
    def scores(self) -> Scores:
        """The scores of the base run."""
        return score_run(self.base)

    @property
    def golds(self) -> Golds:
        """The golds of the base index."""
        return self.base.golds

    def engine(self, config: EngineConfig | None = None, **parts: Any) -> Engine:
        """The base index under other settings, or with a part replaced."""
        given: dict[str, Any] = {"glossary": self.glossary} | parts
        if "snapshot" not in given:
            given["snapshot"] = self.base_engine.snapshot
        return Engine(
            encoder=self.encoder, register=self.register, contacts=self.contacts, clock=fixed(TODAY),
            config=config or EngineConfig(), **given,
        )  # fmt: skip

    @cached_property
    def cards(self) -> list[Card]:
        """Every card of the corpus."""
        return load_cards(self.settings.corpus_dir)

    def index(self, passages: Sequence[Passage], cards: Sequence[Card] | None = None) -> Engine:
        """The pipeline over other passages, with the cards whose statements they hold (or with other cards)."""
        self._indexes += 1
        library = Library(self.settings.model_copy(update={"data_dir": self.settings.data_dir / str(self._indexes)}))
        info, rows = self.encoder.info, list(passages)
        held = {p.statement.id for p in rows if p.statement}
        kept = [c for c in (self.cards if cards is None else cards) if held.issuperset(c.statements)]
        vectors, asked = (
            embed(Library(self.settings).vectors, texts, info, lambda: self.encoder, None)[0]
            for texts in ([p.index_text for p in rows], questions_of(kept))
        )
        manifest = Manifest(
            name=f"variant-{self._indexes}", inputs="", model=info.fingerprint, model_name=info.name, analyser="",
            schema=SCHEMA, corpus_version="variant", built_on=TODAY.isoformat(),
        )  # fmt: skip
        with library.snapshots.writer():
            library.snapshots.build(
                rows,
                library.store.add(rows),
                vectors,
                CardIndex.of(kept, asked),
                RuleIndex.empty(),
                SentenceIndex.empty(),
                manifest,
            )
        return self.engine(snapshot=library.snapshots.open(library.store))

    def part(self, keep: Callable[[Expected], bool], limit: int | None = None) -> ReferenceSet:
        """The questions that satisfy a condition, thinned out evenly to the limit; every vital one stays."""
        questions = [q for q in self.reference.questions if keep(q)]
        dialogues = tuple(d for d in self.reference.dialogues if any(keep(t) for _, t in d.turns()))
        if limit and len(questions) > limit:
            step = -(-len(questions) // limit)
            questions = [q for i, q in enumerate(questions) if q.must_pass or i % step == 0]
            dialogues = dialogues[::step]
        return ReferenceSet(questions=tuple(questions), dialogues=dialogues)

    def compare(self, engine: Engine, part: ReferenceSet) -> Comparison:
        """The base against another pipeline, on a part of the set."""
        asked = part.asked()
        base = replace(self.base, records=[r for r in self.base.records if r.id in asked])
        return compare(base, execute(engine, part))

    def compare_both(self, base: Engine, candidate: Engine, part: ReferenceSet) -> Comparison:
        """Two pipelines on a part of the set."""
        return compare(execute(base, part), execute(candidate, part))


def replace_questions(reference: ReferenceSet, questions: Sequence[Any]) -> ReferenceSet:
    """The same dialogues with other questions."""
    return ReferenceSet(questions=tuple(questions), dialogues=reference.dialogues)


def reworded(passage: Passage, swap: Callable[[str], str]) -> Passage:
    """A statement's passage with its text, its lead and its translation rewritten."""
    s = passage.statement
    assert s is not None
    changed = s.model_copy(update={"text": swap(s.text), "lead": swap(s.lead) if s.lead else None, "en": swap(s.en)})
    text, index_text = swap(passage.text), swap(passage.index_text)
    return passage.model_copy(update={"text": text, "index_text": index_text, "statement": changed})
