"""What a topic is called changes nothing: three topics drawn by chance, their rare words replaced by invented ones in the
corpus, the glossary and the questions alike, are answered as before: same outcome, same statements, same words but those.

The double of the model is unaware of the change (`Unaware`), so that vectors say the same: what differs, differs by a
rule in the code that knows a topic by its words.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.planning.options import Context, Option, Options
from assistant.service import Service
from evals.reference_set import Expected, load_reference
from evals.running.golds import Golds
from ingest.clock import fixed
from ingest.corpus.fiches import load_fiches
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.conftest import ingest_with, settings_in
from tests.house.leaks import ROOT
from tests.house.renaming import (
    Families,
    Renaming,
    Unaware,
    invented,
    near_misses,
    rare_words,
    renamed,
    statement_text,
    words,
)
from tests.samples import TODAY

SEED = 20261127
TOPICS, RARE, ASKED = 3, 8, 3
"""How many topics; how many topics at most say a rare word; how many questions of a topic must say one."""


@dataclass(frozen=True)
class World:
    """The corpus as it is and in other words, and the questions of the three topics."""

    topics: tuple[str, ...]
    renaming: Renaming
    plain: Service
    other: Service
    questions: dict[str, Expected]

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """The questions that are not answered alike, with both answers."""
        out = {}
        for ident, asked in self.questions.items():
            before = told(self.plain, asked, self.renaming)
            after = told(self.other, renamed(asked, self.renaming), lambda text: text)
            if before != after:
                out[ident] = (before, after)
        return out


def told(service: Service, asked: Expected, say: Callable[[str], str]) -> tuple[Any, ...]:
    """What is answered: outcome, reason, what is cited (statements by their id), words."""
    answer, _ = service.engine.ask(asked.question, as_of=asked.as_of)
    return answer.outcome, answer.reason, cited(service, answer), say(answer.answer)


def cited(service: Service, answer: Answer) -> list[str]:
    found = (service.passage(c.passage_id)[0] for c in answer.citations)
    return [p.statement.id if p.statement else f"{p.source_id}, {p.locator}" for p in found]


def served(corpus: Path, folder: Path, encoder: HashingEncoder) -> Service:
    settings = settings_in(folder).model_copy(update={"corpus_dir": corpus})
    ingest_with(settings, encoder=encoder)
    return Service(settings, encoder, fixed(TODAY), DOUBLE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, lexical: Service) -> World:
    corpus, folder = ROOT / "corpus", tmp_path_factory.mktemp("topics")
    plain = lexical
    statements = [s for f in load_fiches(corpus) for _, s in f.fiche.statements()]
    names, glossary = (
        "\n".join(path.read_text(encoding="utf-8") for path in paths)
        for paths in (
            (corpus / "sources.yaml", corpus / "contacts.yaml"),
            (corpus / "glossaire.yaml", *corpus.glob("criteria/*.yaml")),
        )
    )
    reference, golds = load_reference().questions, Golds.of(plain.snapshot)
    texts = [*map(statement_text, statements), *(q.question for q in reference), names, glossary]
    families = Families(w for text in texts for w in words(text))
    said_by = rare_words(statements, families, names, RARE)

    def rare(*topics: str) -> set[str]:
        return {family for family, said in said_by.items() if said & set(topics)}

    by_topic: dict[str, dict[str, Expected]] = {}
    for q in reference:
        for topic in golds.topics(q):
            by_topic.setdefault(topic, {})[q.id] = q
    order = sorted(by_topic)
    random.Random(SEED).shuffle(order)
    topics: list[str] = []
    for topic in order:
        if len(topics) == TOPICS:
            break
        mine = rare(topic)
        says = sum(any(families.of(w) in mine for w in words(q.question)) for q in by_topic[topic].values())
        if says >= ASKED:
            topics.append(topic)
    renaming = invented(rare(*topics), families, SEED)
    renaming.corpus(corpus, folder / "corpus")
    other = served(folder / "corpus", folder / "other", Unaware(renaming))
    asked = {i: q for t in topics for i, q in by_topic[t].items() if not near_misses(q.question, renaming)}
    return World(tuple(topics), renaming, plain, other, asked)


def test_three_topics_by_other_names_are_answered_alike(world: World) -> None:
    assert len(world.topics) == TOPICS
    biting = [q for q in world.questions.values() if set(words(q.question)) & set(world.renaming.other)]
    assert len(biting) >= TOPICS, "too few questions say a renamed word to tell anything"
    assert world.changed() == {}


def test_a_planted_rule_for_one_topic_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says one word of one question is given what that word's topic says, and nothing else."""
    ident, word = next(
        (i, w)
        for i, q in world.questions.items()
        for w in words(q.question)
        if w in world.renaming.other and told(world.plain, q, str)[0] == "answered"
    )
    of = Options.of

    def one_topic(self: Options, context: Context) -> list[Option]:
        found = of(self, context)
        return found[-1:] if word in words(context.question.raw) else found

    monkeypatch.setattr(Options, "of", one_topic)
    assert ident in world.changed()
