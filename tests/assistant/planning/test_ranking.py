"""Selection: every feature moves the score in its own direction, and only in that one."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, cast

import pytest

from assistant.engine import Engine
from assistant.planning.ranking import Scored, Selection, SelectionConfig, Selector
from assistant.reading.dates import AsOf
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates, Hit, HybridSearch
from ingest.corpus.criteria import framework_source_id
from ingest.corpus.fiches import AnswerType
from ingest.corpus.register import Rank, Regime
from ingest.passages.passages import BasedOn, Passage
from tests.assistant.support import statement_passage, text_passage, understood
from tests.samples import TODAY

SIGNS = {
    "similarity": 1, "coverage": 1, "own_coverage": 1, "lexical": 1, "alias": 1, "type_match": 1,
    "figure_wanted": 1, "facet_match": 1, "facet_conflict": -1, "facet_unasked": -1,
    "topic_context": 1, "source_context": 1, "regime_other": -1, "exercise": 1, "exact": 1,
    "article_asked": 1, "of_its_time": 1, "exception_unasked": -1, "sanction_asked": 1, "not_believed": -1,
    "doubt": -1, "rank": -1, "vouched": 1, "figure_said": 1,
    "company_unasked": -1, "label_unasked": -1, "place_unasked": -1, "case_moved": 1, "criterion_asked": 1, "criterion_unasked": -1,
}  # fmt: skip
"""The sign of every feature. A new feature says its own here, and brings its case below."""

ASKED = "Quels bilans carbone le producteur remet-il ?"


class Shelf:
    """Stands in for a search: hand-made passages over the tiny corpus's vocabulary."""

    def __init__(self, engine: Engine, passages: list[Passage]) -> None:
        self.snapshot = self
        self.lexical = self.our_words = engine.snapshot.lexical
        self._passages = passages

    def __len__(self) -> int:
        return 15  # passages

    def open_passage(self, position: int) -> Passage:
        return self._passages[position]


@dataclass
class Bench:
    """Scores hand-made passages against a question."""

    engine: Engine

    def question(self, text: str = ASKED, **changes: Any) -> Question:
        return understood(self.engine.understanding, text, **changes)

    def select(self, question: Question, *hits: Hit, config: SelectionConfig | None = None) -> Selection:
        shelf = cast(HybridSearch, Shelf(self.engine, [h.passage for h in hits]))
        placed = [replace(h, position=i) for i, h in enumerate(hits)]
        selector = Selector(shelf, self.engine.understanding.glossary, config)
        return selector.select(question, Candidates(placed, [], 0.1, 0.3, best_lexical=4.0))

    def score(self, question: Question, hit: Hit) -> Scored:
        """One candidate, beside a poor one that stays the same."""
        poor = make_hit(statement_passage(id="autre", topic="autre", text="Tout autre chose, sans rapport aucun."))
        found = self.select(question, hit, poor).scored
        return next(s for s in found if s.hit.position == 0)


def make_hit(passage: Passage, **changes: Any) -> Hit:
    data: dict[str, Any] = {"position": 0, "score": 0.1, "similarity": 0.5, "lexical": 2.0}
    return Hit(passage=passage, **(data | changes))


@pytest.fixture(scope="module")
def bench(engine: Engine) -> Bench:
    return Bench(engine)


def based_on(rank: Rank) -> BasedOn:
    return BasedOn(source_id="x", title="Texte", locator=None, url=None, version=None, rank=rank)


Change = dict[str, Any]
COURT: Change = {"facets": {"genre": ["court-metrage"]}}
CASES: list[tuple[str, Change, Change]] = [
    # feature, the poorer candidate, the richer one: `q` changes the question, `s` the statement, `p` the passage,
    # `h` the hit
    ("similarity", {"h": {"similarity": 0.4}}, {"h": {"similarity": 0.6}}),
    ("lexical", {"h": {"lexical": 1.0}}, {"h": {"lexical": 3.0}}),
    ("exact", {}, {"h": {"exact": True}}),
    ("type_match", {"s": {"answers": ["quand"]}}, {"s": {"answers": ["quoi"]}}),
    ("facet_match", {"q": {"facets": {}}}, {"q": {"facets": {"acteur": ("producteur",)}}}),
    ("facet_conflict", {"q": {"facets": {"genre": ("court-metrage",)}}}, {"q": {"facets": {"genre": ("animation",)}}}),
    ("facet_unasked", {"s": {"facets": {}}}, {"s": COURT}),
    ("topic_context", {}, {"q": {"context_topics": ("essai",)}}),
    ("source_context", {}, {"q": {"context_sources": ("notice.essai",)}}),
    ("regime_other", {"s": {"regime": "ue"}}, {"s": {"regime": "ue"}, "q": {"regimes": frozenset({Regime.FR})}}),
    ("exercise", {}, {"q": {"as_of": AsOf(TODAY, TODAY, "asked", 2027)}}),
    ("sanction_asked", {"q": {"asks_sanction": True}}, {"q": {"asks_sanction": True}, "s": {"role": "sanction"}}),
    ("criterion_asked", {"q": {"frameworks": frozenset({"label-ecoprod"}), "query": "critère"}}, {"q": {"frameworks": frozenset({"label-ecoprod"}), "query": "critère"}, "p": {"kind": "criterion", "source_id": framework_source_id("label-ecoprod")}}),
    ("doubt", {}, {"s": {"confidence": "moyenne"}}),
    ("rank", {"p": {"based_on": based_on(Rank.OFFICIEL)}}, {"p": {"based_on": based_on(Rank.GUIDE)}}),
    (
        "exception_unasked",
        {"s": {"role": "regle"} | COURT},
        {"s": {"role": "exception"} | COURT},
    ),
    (
        "of_its_time",
        {"q": {"as_of": AsOf(date(2024, 1, 1), date(2024, 12, 31), "asked")}},
        {
            "q": {"as_of": AsOf(date(2024, 1, 1), date(2024, 12, 31), "asked")},
            "s": {"in_force": {"from": "2023-02-01", "until": "2025-02-28"}},
        },
    ),
]  # fmt: skip
STATED: dict[str, Change] = {
    "facet_match": {"facets": {"acteur": ["producteur"]}},
    "facet_conflict": COURT,
    "exercise": {"applies_to": {"from": "2027-01-01", "until": None, "basis": "exercices"}},
}
"""What both statements of a pair need for the feature to mean something."""


@pytest.mark.parametrize(("feature", "poorer", "richer"), CASES, ids=[c[0] for c in CASES])
def test_a_feature_moves_the_score_its_own_way(bench: Bench, feature: str, poorer: Change, richer: Change) -> None:
    def score(change: Change) -> Scored:
        passage = statement_passage(**(STATED.get(feature, {}) | change.get("s", {})))
        passage = passage.model_copy(update=change.get("p", {}))
        return bench.score(bench.question(**change.get("q", {})), make_hit(passage, **change.get("h", {})))

    low, high = score(poorer), score(richer)
    moved = {name for name in high.features if high.features[name] != pytest.approx(low.features[name])}
    weight = getattr(SelectionConfig(), feature)
    assert high.features[feature] > low.features[feature]
    assert moved - {feature, "vouched", *TOGETHER.get(feature, ())} == set()
    assert (high.score - low.score) * weight > 0


TOGETHER: dict[str, tuple[str, ...]] = {
    "facet_conflict": ("facet_match",),
    "facet_match": ("coverage", "own_coverage", "alias"),
}
"""Features that cannot but move together: what conflicts does not match, and words that name a facet count half."""


class TestAsked:
    """What a question is after, and what it names, weighs on every candidate alike."""

    def feature(self, bench: Bench, name: str, asked: str, **statement: Any) -> float:
        return bench.score(bench.question(asked), make_hit(statement_passage(**statement))).features[name]

    def test_a_figure_said_is_found_in_the_text(self, bench: Bench) -> None:
        text = "Le secteur émet 314 825 tonnes de CO2e par an."
        assert self.feature(bench, "figure_said", "D'où vient le chiffre de 314 825 t ?", text=text) == 1
        assert self.feature(bench, "figure_said", "D'où vient le chiffre de 314 826 t ?", text=text) == 0

    def test_a_company_counts_when_it_is_named(self, bench: Bench) -> None:
        text = "TF1 a publié un rapport de durabilité en mars 2025."
        assert self.feature(bench, "company_unasked", "Qui publie un rapport de durabilité ?", text=text) == 1
        assert self.feature(bench, "company_unasked", "TF1 publie-t-elle un rapport ?", text=text) == 0

    def test_the_label_is_beside_the_scheme_asked_of_unless_it_is_named(self, bench: Bench) -> None:
        text = "Le Label Ecoprod est une distinction ; la prime RSE+ est une aide de 28 000 €."
        assert self.feature(bench, "label_unasked", "Combien vaut la prime RSE+ ?", text=text) == 1
        assert self.feature(bench, "label_unasked", "Le label vaut-il la prime RSE+ ?", text=text) == 0

    def test_the_case_that_a_follow_up_moves_to(self, bench: Bench) -> None:
        asked = bench.question(facets={"genre": ("court-metrage",)}, moved=frozenset({"genre"}))
        named = bench.score(asked, make_hit(statement_passage(**COURT)))
        general = bench.score(asked, make_hit(statement_passage(facets={})))
        assert (named.features["case_moved"], general.features["case_moved"]) == (1, 0)


class TestWords:
    def test_coverage_counts_the_words_of_the_question_by_their_weight(self, bench: Bench) -> None:
        passage = statement_passage(asked_as=["Que remettre ?", "quoi rendre", "What to file?"])
        full = bench.score(bench.question("bilans carbone du producteur"), make_hit(passage))
        half = bench.score(bench.question("bilans carbone du xylophone"), make_hit(passage))
        none = bench.score(bench.question("xylophone zinzolin"), make_hit(passage))
        assert full.coverage == pytest.approx(1)
        assert full.coverage > half.coverage > none.coverage == 0
        assert full.score > half.score > none.score

    def test_a_word_that_nobody_knows_weighs_as_the_rarest(self, bench: Bench) -> None:
        """« xylophone » costs more coverage than the common « carbone » brings."""
        passage = statement_passage()
        assert bench.score(bench.question("carbone xylophone"), make_hit(passage)).coverage < 0.5

    def test_own_coverage_is_that_of_the_text_alone(self, bench: Bench) -> None:
        """A word of the questions that a statement answers is no word of its text."""
        mine = statement_passage(asked_as=["dessin animé ?", "quoi rendre", "What to file?"])
        said = statement_passage(text="Le producteur remet au CNC 2 bilans carbone pour un dessin animé.")
        question = bench.question("bilans carbone dessin animé")
        low, high = (bench.score(question, make_hit(p)) for p in (mine, said))
        assert low.coverage == high.coverage == pytest.approx(1)
        assert high.features["own_coverage"] > low.features["own_coverage"]

    def test_alias_is_the_nearest_of_the_known_questions(self, bench: Bench) -> None:
        passage = statement_passage(asked_as=["Que remettre au CNC ?", "quoi rendre", "Which report do I file?"])
        same = bench.score(bench.question("Que remettre au CNC ?"), make_hit(passage))
        near = bench.score(bench.question("Que remettre au CNC pour un dessin animé ?"), make_hit(passage))
        far = bench.score(bench.question("Le label Ecoprod ?"), make_hit(passage))
        assert same.alias == pytest.approx(1)
        assert same.alias > near.alias > far.alias
        assert same.score > near.score > far.score

    def test_another_way_of_saying_counts_as_the_word(self, bench: Bench) -> None:
        """The glossary knows « bilan CO2 » as « bilan carbone »."""
        passage = statement_passage(asked_as=["Que remettre ?", "quoi rendre", "What to file?"])
        question = bench.question("mon bilan co2")
        assert question.synonyms
        with_glossary = bench.score(question, make_hit(passage)).coverage
        without = bench.score(replace(question, synonyms=()), make_hit(passage)).coverage
        assert with_glossary > without

    def test_figures_do_not_tell_the_subject(self, bench: Bench) -> None:
        plain = bench.score(bench.question("bilans carbone"), make_hit(statement_passage()))
        dated = bench.score(bench.question("bilans carbone 28 000 2"), make_hit(statement_passage()))
        assert plain.coverage == dated.coverage


class TestValues:
    AMOUNT: Change = {"values": [{"kind": "montant", "value": 28000, "unit": "EUR"}], "answers": ["combien"]}
    RATE: Change = {"values": [{"kind": "taux", "value": 65, "unit": "%"}], "answers": ["combien"]}

    def test_a_price_wants_an_amount_and_a_score_a_rate(self, bench: Bench) -> None:
        price, rate = bench.question("Combien coûte un bilan ?"), bench.question("Quel taux de bilan ?")
        for question, wanted, other in ((price, self.AMOUNT, self.RATE), (rate, self.RATE, self.AMOUNT)):
            low, high = (bench.score(question, make_hit(statement_passage(**c))) for c in (other, wanted))
            assert high.features["figure_wanted"] > low.features["figure_wanted"], question.raw
            assert high.score > low.score

    def test_a_question_of_another_kind_wants_no_figure(self, bench: Bench) -> None:
        found = bench.score(bench.question("Qui paie le bilan ?"), make_hit(statement_passage(**self.AMOUNT)))
        assert found.features["figure_wanted"] == 0


class TestFacets:
    def test_a_rule_for_the_broader_kind_reaches_the_narrower(self, bench: Bench) -> None:
        passage = statement_passage(facets={"genre": ["cinema"]})
        found = bench.score(bench.question(facets={"genre": ("court-metrage",)}), make_hit(passage))
        assert found.features["facet_match"] == 1
        assert found.entailed

    def test_a_rule_for_the_narrower_kind_does_not_answer_for_the_broader(self, bench: Bench) -> None:
        found = bench.score(bench.question(facets={"genre": ("cinema",)}), make_hit(statement_passage(**COURT)))
        assert not found.conflict
        assert not found.entailed

    def test_another_kind_contradicts(self, bench: Bench) -> None:
        found = bench.score(bench.question(facets={"genre": ("animation",)}), make_hit(statement_passage(**COURT)))
        assert found.conflict
        assert not found.entailed

    def test_who_asks_only_orders(self, bench: Bench) -> None:
        passage = statement_passage(facets={"acteur": ["producteur"]})
        found = bench.score(bench.question(facets={"acteur": ("diffuseur",)}), make_hit(passage))
        assert not found.conflict

    def test_a_rule_without_facets_reaches_all(self, bench: Bench) -> None:
        found = bench.score(bench.question(facets={"genre": ("animation",)}), make_hit(statement_passage(facets={})))
        assert found.entailed
        assert not found.conflict

    def test_an_open_facet_is_not_entailed(self, bench: Bench) -> None:
        assert not bench.score(bench.question(facets={}), make_hit(statement_passage(**COURT))).entailed


class TestDenials:
    DENIAL: Change = {
        "role": "dement",
        "belief": "Les courts métrages sont dispensés de bilan carbone.",
        "text": "Le court métrage aidé n'est pas dispensé des bilans carbone du CNC.",
    }

    def test_a_denial_costs_what_the_question_does_not_believe(self, bench: Bench) -> None:
        passage = statement_passage(**self.DENIAL)
        believed = bench.score(bench.question("Les courts métrages dispensés de bilan carbone ?"), make_hit(passage))
        partly = bench.score(bench.question("Quel bilan carbone ?"), make_hit(passage))
        assert believed.features["not_believed"] == pytest.approx(0)
        assert partly.features["not_believed"] > 0

    def test_a_statement_that_denies_nothing_pays_nothing(self, bench: Bench) -> None:
        assert bench.score(bench.question(), make_hit(statement_passage())).features["not_believed"] == 0


class TestTopics:
    def test_siblings_vouch_for_one_another(self, bench: Bench) -> None:
        alone = statement_passage(id="seul", topic="seul")
        one, two = (statement_passage(id=f"s{i}", topic="ensemble") for i in (1, 2))
        poor = statement_passage(id="autre", topic="autre", text="Tout autre chose, sans rapport aucun.")
        scored = bench.select(bench.question(), *(make_hit(p) for p in (alone, one, two, poor))).scored
        by_id = {s.statement.id: s for s in scored if s.statement}
        assert by_id["s1"].features["vouched"] > by_id["seul"].features["vouched"]
        assert by_id["s1"].score > by_id["seul"].score

    def test_an_official_text_is_vouched_for_by_nobody(self, bench: Bench) -> None:
        found = bench.score(bench.question(), make_hit(text_passage("Les entreprises remettent un bilan carbone.")))
        assert found.features["vouched"] == 0


class TestOrder:
    def test_best_first_and_ties_in_reading_order(self, bench: Bench) -> None:
        same = [make_hit(statement_passage(id=f"s{i}", topic=f"t{i}")) for i in range(3)]
        worse = make_hit(statement_passage(id="pire", topic="pire"), similarity=0.31, lexical=0.0)
        scored = bench.select(bench.question(), worse, *same).scored
        assert [s.statement.id for s in scored if s.statement] == ["s0", "s1", "s2", "pire"]
        assert [s.score for s in scored] == sorted((s.score for s in scored), reverse=True)

    def test_the_best_is_one_that_nothing_contradicts(self, bench: Bench) -> None:
        wrong = make_hit(statement_passage(id="faux", topic="a", **COURT), similarity=0.9, lexical=4.0, exact=True)
        right = make_hit(statement_passage(id="juste", topic="b"), similarity=0.4)
        selection = bench.select(bench.question(facets={"genre": ("animation",)}), wrong, right)
        assert selection.best
        assert selection.best.statement
        assert selection.best.statement.id == "juste"

    def test_nothing_found_gives_no_best(self, bench: Bench) -> None:
        assert bench.select(bench.question()).best is None

    def test_the_same_input_gives_the_same_scores(self, bench: Bench) -> None:
        hit = make_hit(statement_passage())
        first, second = (bench.score(bench.question(), hit) for _ in range(2))
        assert (first.score, first.features) == (second.score, second.features)

    def test_a_weight_of_zero_silences_its_feature(self, bench: Bench) -> None:
        config = SelectionConfig(**{f.name: 0.0 for f in fields(SelectionConfig)})
        (found,) = bench.select(bench.question(), make_hit(statement_passage(), exact=True), config=config).scored
        assert found.score == 0


class TestOfficialText:
    def test_it_answers_any_kind_of_question_and_has_no_facets(self, bench: Bench) -> None:
        found = bench.score(
            bench.question(facets={"genre": ("animation",)}, types=(AnswerType.QUAND,)),
            make_hit(text_passage("Les entreprises remettent un bilan carbone.")),
        )
        assert found.type_match
        assert not found.conflict
        assert not found.entailed
        assert found.statement is None

    def test_the_article_asked_for_is_the_article_itself(self, bench: Bench) -> None:
        question = bench.question("Que dit l'article 122-18 du RGA ?")
        article = bench.score(question, make_hit(text_passage("Les entreprises remettent un bilan."), exact=True))
        notice = bench.score(question, make_hit(statement_passage(), exact=True))
        assert article.features["article_asked"] > notice.features["article_asked"]


def test_the_sign_of_every_weight_is_fixed() -> None:
    weights = {f.name: getattr(SelectionConfig(), f.name) for f in fields(SelectionConfig)}
    assert set(weights) == set(SIGNS), "a new feature says its sign in SIGNS, and brings its case"
    for name, weight in weights.items():
        assert weight * SIGNS[name] > 0, name


def test_a_selection_of_the_real_candidates_names_every_feature(engine: Engine) -> None:
    question = understood(engine.understanding, ASKED)
    candidates = engine.search.search(question)
    selection = engine.selector.select(question, candidates)
    assert len(selection.scored) == len(candidates.hits)
    assert set(selection.scored[0].features) == set(SIGNS)
