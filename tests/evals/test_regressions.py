"""The gate, on the real pipeline: fifteen seeded regressions it must catch, six harmless changes it must let through.

Each regression is seeded alone, run on the questions it can touch, and compared with the pipeline as it is. Needs the
embedding model; skipped only when it can be had neither from the disk, the hub nor the package index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.checking.verifier import Sentence
from assistant.dialogue import turns
from assistant.engine import Engine, EngineConfig
from assistant.wording import phrases
from evals.reference_set import HARD_CLASSES, Expected
from evals.scoring.compare import Comparison
from evals.scoring.scoring import contains
from ingest.language import lexical
from ingest.model.embedding import Encoder
from tests.conftest import real_settings
from tests.evals.bench import Bench, reworded

C = EngineConfig()
Patch = pytest.MonkeyPatch


pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def bench(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(real_settings(tmp_path_factory.mktemp("bench")), model)
    assert bench.scores.rows  # the base runs before anything is seeded
    return bench


def any_question(_: Expected) -> bool:
    return True


def has_answer(q: Expected) -> bool:
    return "abstained" not in q.outcome


# --- Regressions -------------------------------------------------------------------------------------------------


def wrong_figure(bench: Bench, _: Patch) -> Comparison:
    """A statement that a vital answer rests on gives another figure, consistently in French and in English."""
    statement, figure = _figure_of_a_vital_answer(bench)
    wrong = str(int(figure[0]) % 9 + 1) + figure[1:]
    passages = [
        reworded(p, lambda t: t.replace(figure, wrong)) if p.statement and p.statement.id == statement else p
        for p in bench.passages
    ]
    return bench.compare(bench.index(passages), bench.part(lambda q: statement in bench.golds.statements(q)))


def _figure_of_a_vital_answer(bench: Bench) -> tuple[str, str]:
    """A statement, and a figure in it that one vital question wants and that nothing else in its answer gives."""
    for record in bench.base.records:
        answer, wanted = record.answer, record.expected.must_include
        if not (record.expected.must_pass and answer and bench.scores.rows[record.id].score.passed):
            continue
        cited = [bench.base.passages[c.passage_id] for c in answer.citations]
        for variants in wanted:
            holders = [p for p in cited if p.statement and contains(p.text, variants)]
            figure = next((v for v in variants if holders and v[:1].isdigit() and v in holders[0].text), None)
            if figure and len(holders) == 1 and holders[0].statement and contains(answer.answer, variants):
                return holders[0].statement.id, figure
    raise AssertionError("no vital answer rests on one figure")


def dense_weight_zero(bench: Bench, _: Patch) -> Comparison:
    engine = bench.engine(replace(C, retrieval=replace(C.retrieval, weight_dense=0.0)))
    return bench.compare(engine, bench.part(has_answer, 400))


def lexical_weight_zero(bench: Bench, _: Patch) -> Comparison:
    engine = bench.engine(replace(C, retrieval=replace(C.retrieval, weight_lexical=0.0)))
    return bench.compare(engine, bench.part(has_answer, 250))


def no_elision(bench: Bench, patch: Patch) -> Comparison:
    """« l'aide » becomes a word of its own, in the index and in the questions."""
    stem = lexical._stemmer.stemWord
    kept_whole = lexical._TOKEN.pattern.replace("[a-z]+", "[a-z](?:[a-z']*[a-z])?")
    patch.setattr(lexical, "_ELISION", re.compile(r"(?!)"))
    patch.setattr(lexical, "_TOKEN", re.compile(kept_whole))
    term = lexical._term
    patch.setattr(lexical, "_term", lambda t: "'".join(stem(part) for part in t.split("'")) if "'" in t else term(t))
    assert lexical.analyse("l'aide aux œuvres") == ["l'aid", "oeuvr"]
    elided = re.compile(r"\b(?:[ldjmtscn]|qu)['’]\w", re.IGNORECASE)
    return bench.compare(bench.index(bench.passages), bench.part(lambda q: bool(elided.search(q.question)), 400))


def as_of_ignored(bench: Bench, patch: Patch) -> Comparison:
    """Every question is answered as of today."""
    patch.setattr(turns, "read_as_of", lambda *_: None)
    engine = bench.engine()
    read = engine.read
    patch.setattr(engine, "read", lambda asked, previous: read(replace(asked, as_of=None), previous))
    return bench.compare(engine, bench.part(lambda q: q.dated))


class Inventing:
    """A composer that adds a figure of its own, and cites for it."""

    name = "extractive"

    def __init__(self, inner: Any) -> None:
        self.inner, self.config = inner, inner.config

    def compose(self, *args: Any, **rest: Any) -> Any:
        draft = self.inner.compose(*args, **rest)
        if draft.lines:
            first = draft.lines[0]
            invented = Sentence("L'amende encourue est de 987 654 €.", first.sentence.cited)
            draft.lines.append(replace(first, sentence=invented, place="then"))
        return draft


def verifier_off(bench: Bench, patch: Patch) -> Comparison:
    """An inventing composer, and nothing that checks it."""
    engine = bench.engine()
    patch.setattr(engine, "composer", Inventing(engine.composer))
    patch.setattr(engine.verifier, "faults", lambda *_: [])
    return bench.compare(engine, bench.part(has_answer, 40))


def cards_off(bench: Bench, _: Patch) -> Comparison:
    """No card is ever the best option: statements answer by themselves."""
    engine = bench.engine(replace(C, match=replace(C.match, is_card=-1e3)))
    return bench.compare(engine, bench.part(has_answer, 400))


def fiche_removed(bench: Bench, _: Patch) -> Comparison:
    """The fiche that most right answers rest on is gone."""
    fiche_of = {p.statement.id: p.source_id for p in bench.passages if p.statement}
    right = [
        r.expected for r in bench.base.records if r.id in bench.scores.rows and bench.scores.rows[r.id].score.passed
    ]
    uses = Counter(fiche_of[s] for q in right for s in bench.golds.statements(q))
    lost = uses.most_common(1)[0][0]
    gone = {s for s, fiche in fiche_of.items() if fiche == lost}
    engine = bench.index([p for p in bench.passages if p.source_id != lost])
    return bench.compare(engine, bench.part(lambda q: bool(gone & bench.golds.statements(q))))


def abstention_too_low(bench: Bench, _: Patch) -> Comparison:
    engine = bench.engine(replace(C, scope=replace(C.scope, field=-1.0, not_found=-99.0, floor=-99.0)))
    return bench.compare(engine, bench.part(lambda q: q.kind in HARD_CLASSES, 250))


def abstention_too_high(bench: Bench, _: Patch) -> Comparison:
    """What is plainly ours is weighed as the rest is, and more is asked of all."""
    engine = bench.engine(replace(C, scope=replace(C.scope, not_found=C.scope.not_found + 2, ours_plainly=1.1)))
    return bench.compare(engine, bench.part(has_answer, 120))


def quote_trimmed(bench: Bench, patch: Patch) -> Comparison:
    """Quotes end in « … », for want of room."""
    return _quoting(bench, patch, lambda quote: quote[:-6] + "…")


def quote_cut_short(bench: Bench, patch: Patch) -> Comparison:
    """Quotes are verbatim, but stop before the figure that they are to prove."""
    return _quoting(bench, patch, lambda quote: " ".join(quote.split(" ")[:4]))


def _quoting(bench: Bench, patch: Patch, cut: Callable[[str], str]) -> Comparison:
    engine = bench.engine()
    say = engine.answer

    def trimming(*args: Any, **rest: Any) -> Any:
        answer, turn = say(*args, **rest)
        citations = tuple(c.model_copy(update={"quote": cut(c.quote)}) for c in answer.citations)
        return answer.model_copy(update={"citations": citations}), turn

    patch.setattr(engine, "answer", trimming)
    return bench.compare(engine, bench.part(has_answer, 40))


def glossary_off(bench: Bench, _: Patch) -> Comparison:
    """The words of the set are no longer known to mean those of the texts."""
    engine = bench.engine(glossary=bench.glossary.model_copy(update={"terms": ()}))
    known = bench.base_engine.understanding.synonyms
    return bench.compare(engine, bench.part(lambda q: bool(known(q.question)), 400))


def aliases_off(bench: Bench, _: Patch) -> Comparison:
    """Statements are indexed without the questions that they answer; on one domain, to embed less."""
    ours = [p for p in bench.passages if "csrd" in {d.value for d in p.domains}]
    bare = [
        p.model_copy(
            update={
                "index_text": p.index_text.replace(" ".join(p.statement.asked_as), ""),
                "statement": p.statement.model_copy(update={"asked_as": ("…", "…", "…")}),
            }
        )
        if p.statement
        else p
        for p in ours
    ]
    part = bench.part(lambda q: q.domain == "csrd")
    return bench.compare_both(bench.index(ours), bench.index(bare), part)


def facets_ignored(bench: Bench, patch: Patch) -> Comparison:
    """What the question says of the work, the place, the aid or the company no longer counts."""
    engine = bench.engine()
    patch.setattr(engine.understanding, "facets", lambda _: {})
    read = bench.base_engine.understanding.facets
    return bench.compare(engine, bench.part(lambda q: bool(read(q.question)), 400))


REGRESSIONS: dict[str, tuple[Callable[[Bench, Patch], Comparison], set[str]]] = {
    "wrong figure in a statement": (wrong_figure, {"must_pass"}),
    "RRF weight zero for dense": (dense_weight_zero, {"recall@5", "mrr", "ndcg@10"}),
    "RRF weight zero for lexical": (lexical_weight_zero, {"recall@5", "mrr", "ndcg@10"}),
    "no elision in the analyser": (no_elision, {"must_pass", "coverage", "passed", "mrr", "ndcg@10"}),
    "as-of ignored": (as_of_ignored, {"temporal", "passed"}),
    "verifier off with an inventing composer": (verifier_off, {"citation_precision"}),
    "cards off": (cards_off, {"must_pass", "passed", "coverage"}),
    "a fiche removed": (fiche_removed, {"coverage", "passed", "recall@5", "recall@30"}),
    "abstention too low": (abstention_too_low, {"wrongly_answered"}),
    "abstention too high": (abstention_too_high, {"refused"}),
    "quote trimmed": (quote_trimmed, {"quotes"}),
    "quote cut short of its figure": (quote_cut_short, {"quote_support"}),
    "glossary off": (glossary_off, {"must_pass", "refused", "coverage", "passed", "outcome"}),
    "aliases off": (aliases_off, {"coverage", "recall@5", "mrr", "passed"}),
    "facets ignored": (facets_ignored, {"must_pass", "passed", "coverage", "wrongly_answered"}),
}
"""What is seeded, and the failures of which at least one must name it."""


def test_the_canaries_sing(bench: Bench) -> None:
    """A canary that does not pass in the first place shows nothing: mend it, or replace it."""
    silent = [i for i in bench.canaries if not bench.scores.rows[i].score.passed]
    assert len(silent) <= len(bench.canaries) // 3, sorted(silent)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_seeded_regression_is_caught(name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, expected = REGRESSIONS[name]
    found = seed(bench, monkeypatch)
    codes = {f.code for f in found.failures}
    assert not found.passed, f"{name}: {len(found.flips)} flips and nothing caught"
    assert codes & expected, f"{name}: caught as {codes}, not as one of {expected}"


# --- Harmless changes --------------------------------------------------------------------------------------------


def asked_again(bench: Bench, _: Patch) -> Engine:
    return bench.engine()


def indexed_in_another_order(bench: Bench, _: Patch) -> Engine:
    return bench.index(bench.passages[::-1])


def abstention_worded_otherwise(bench: Bench, patch: Patch) -> Engine:
    for words in (phrases.NOT_FOUND, phrases.OUT_OF_SCOPE, phrases.NOT_IN_FORCE):
        patch.setitem(words, "fr", "Rien là-dessus dans nos textes.")
    return bench.engine()


def section_renamed(bench: Bench, _: Patch) -> Engine:
    fiche = bench.passages[0].source_id
    return bench.index(
        [
            p.model_copy(update={"locator": f"{p.locator} (suite)", "heading_path": (*p.heading_path, "suite")})
            if p.source_id == fiche
            else p
            for p in bench.passages
        ]
    )


def inventing_composer_with_its_verifier(bench: Bench, patch: Patch) -> Engine:
    engine = bench.engine()
    patch.setattr(engine, "composer", Inventing(engine.composer))
    return engine


def every_address_changed(bench: Bench, _: Patch) -> Engine:
    moved = "https://textes.example/nouveau"
    return bench.index([p.model_copy(update={"url": moved}) for p in bench.passages])


HARMLESS = {
    "asked again": asked_again,
    "indexed in another order": indexed_in_another_order,
    "abstention worded otherwise": abstention_worded_otherwise,
    "a section renamed": section_renamed,
    "an inventing composer, verifier on": inventing_composer_with_its_verifier,
    "every address changed": every_address_changed,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_let_through(name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench.compare(HARMLESS[name](bench, monkeypatch), bench.part(any_question, 200))
    assert found.passed, [f.text for f in found.failures]
    if name == "asked again":
        assert not found.flips
        assert all(d.value == d.low == d.high == 0 for d in found.metrics.values())
