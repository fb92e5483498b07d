"""A bench for whole-pipeline tests: the real corpus, variants of it, and runs over a part of the reference set.

    bench.run()                                   the base run (kept)
    bench.run(bench.engine(config=…))             other settings
    bench.run(bench.engine(passages=[…]))         another corpus, indexed in a folder of its own
    sample(reference, n)                          every vital question, then topics until there are n questions

Vectors are computed once for a text, and taken from the installation's own cache where it has them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from assistant.engine import Engine, EngineConfig
from evals.reference_set import ReferenceSet
from evals.runner import TODAY, Run, execute
from ingest.clock import fixed
from ingest.embedding import EncoderProtocol
from ingest.glossary import load_glossary
from ingest.passages import Passage
from ingest.pipeline import Library, embed, read_passages
from ingest.register import load_contacts, load_register
from ingest.settings import Settings
from ingest.snapshot import SCHEMA, Manifest


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
    """One corpus, one model, one part of the reference set."""

    def __init__(self, folder: Path, settings: Settings, encoder: EncoderProtocol, reference: ReferenceSet) -> None:
        self.folder, self.reference = folder, reference
        self.encoder: Any = RememberingEncoder(encoder)
        self.settings = settings.model_copy(update={"data_dir": folder})
        self.register = load_register(settings.corpus_dir)
        self.glossary = load_glossary(settings.corpus_dir)
        self.contacts = load_contacts(settings.corpus_dir)
        self._indexes = 0
        if (known := settings.data_dir / "vectors.db").is_file():
            shutil.copy(known, folder / "vectors.db")

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
        """Its run."""
        return self.run(self.base_engine)

    def run(self, engine: Engine) -> Run:
        """Ask the whole sample."""
        return execute(engine, self.reference)

    def engine(self, config: EngineConfig | None = None, **parts: Any) -> Engine:
        """The base index under other settings, or with parts replaced (`glossary=…`)."""
        given = {"snapshot": self.base_engine.snapshot, "register": self.register, "glossary": self.glossary} | parts
        return Engine(
            encoder=self.encoder, contacts=self.contacts, clock=fixed(TODAY), config=config or EngineConfig(), **given
        )

    def index(self, passages: Sequence[Passage]) -> Engine:
        """The pipeline over other passages, indexed in a folder of their own."""
        self._indexes += 1
        library = Library(self.settings.model_copy(update={"data_dir": self.folder / f"index-{self._indexes}"}))
        info = self.encoder.info
        rows = list(passages)
        vectors, _ = embed(Library(self.settings).vectors, rows, info, lambda: self.encoder, None)
        manifest = Manifest(
            name=f"variant-{self._indexes}", inputs="", model=info.fingerprint, model_name=info.name, analyser="",
            schema=SCHEMA, corpus_version="variant", built_on=TODAY.isoformat(),
        )  # fmt: skip
        with library.snapshots.writer():
            library.snapshots.build(rows, library.store.add(rows), np.asarray(vectors), manifest)
        snapshot = library.snapshots.open(library.store)
        return Engine(
            snapshot, self.encoder, self.register, self.glossary, self.contacts, fixed(TODAY), EngineConfig()
        )


def sample(reference: ReferenceSet, size: int) -> ReferenceSet:
    """Every vital question, then one question in so many, in order; a dialogue in four."""
    vital = [q for q in reference.questions if q.must_pass]
    rest = [q for q in reference.questions if not q.must_pass]
    step = max(1, len(rest) // max(1, size - len(vital)))
    return replace_questions(reference, (*vital, *rest[::step]))


def replace_questions(reference: ReferenceSet, questions: Sequence[Any]) -> ReferenceSet:
    """The same set with these questions, and one dialogue in four."""
    return ReferenceSet(questions=tuple(questions), dialogues=reference.dialogues[::4])


def reworded(passage: Passage, **changes: Any) -> Passage:
    """A statement's passage, its statement changed with it."""
    assert passage.statement is not None
    statement = passage.statement.model_copy(update={k: v for k, v in changes.items() if k in passage.statement.model_fields_set | {"lead"}})
    return passage.model_copy(update={"statement": statement, **{k: v for k, v in changes.items() if k == "text"}})


__all__ = ["TODAY", "Bench", "date", "replace", "reworded", "sample"]
