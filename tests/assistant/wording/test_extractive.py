"""Composition: the direct point first, then what completes it, each sentence cited, and no other fact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pytest
from assistant.wording.extractive import (
    ComposeConfig,
    Draft,
    ExtractiveComposer,
    best_official,
    best_quote,
    head_text,
    yes_or_no,
)

from assistant.engine import Engine
from assistant.planning.ranking import Scored, Selection
from assistant.reading.dates import AsOf
from assistant.reading.question import Question, Understanding
from assistant.search.hybrid import Hit, HybridSearch
from assistant.service import Service
from assistant.wording import phrases
from assistant.wording.phrases import FACET_NAMES, FACET_QUESTIONS, lower_first
from ingest.corpus.fiches import AnswerType
from ingest.language.claims import read_claim
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage
from tests.assistant.support import on, statement_passage, text_passage, understood
from tests.samples import ARTICLE_122_18, TODAY, statement_model

RULE = "Le producteur remet au CNC un bilan carbone prévisionnel avec le devis de son film."
CONDITION = "Une œuvre reçue après achèvement échappe au contrôle des émissions sonores du plateau."
DEADLINE = "Toute déclaration tardive attend la réunion trimestrielle de la commission."
PENALTY = "Un dossier incomplet entraîne la perte immédiate du versement final."


class Texts:
    """Stands in for a search that holds these official passages."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)

    def official(self, keys: tuple[str, ...], as_of: AsOf) -> list[Passage]:
        return [p for p in self.passages if set(keys) & set(p.keys)]


def composer(*texts: Passage, config: ComposeConfig | None = None) -> ExtractiveComposer:
    return ExtractiveComposer(cast(HybridSearch, Texts(*texts)), config)


def scored(passage: Passage, score: float = 5.0, **changes: Any) -> Scored:
    """A candidate that the question entails and that its own questions ask."""
    features = {
        "facet_conflict": 0.0, "place_unasked": 0.0, "facet_unasked": 0.0, "not_believed": 0.0,
        "alias": 0.9, "coverage": 0.9, "type_match": 1.0,
    } | changes.pop("features", {})  # fmt: skip
    return Scored(Hit(passage.position, passage, 0.1, 0.5, 2.0), score, features, changes.get("entailed", True))


def made(position: int, text: str, role: str = "regle", score: float = 5.0, **changes: Any) -> Scored:
    data: dict[str, Any] = {"id": f"s{position}", "topic": "bilan", "text": text, "lead": None, "role": role}
    return scored(statement_passage(position, **(data | changes)), score)


def compose(question: Question, candidates: Sequence[Scored], *texts: Passage, **config: Any) -> Draft:
    """The draft on the first candidate, the others being beside it."""
    selection = Selection(question.raw, question.types, list(candidates))
    return composer(*texts, config=ComposeConfig(**config)).compose(question, [(selection, candidates[0])])


@pytest.fixture
def question(understanding: Understanding) -> Question:
    return understood(understanding, "Quels bilans carbone remettre ?")


class TestHead:
    def test_the_lead_is_the_direct_form(self) -> None:
        s = statement_model(text="Le producteur remet au CNC deux bilans carbone.", lead="Il faut deux bilans carbone.")
        assert head_text(s, "fr", terse=0) == s.lead

    @pytest.mark.parametrize(
        ("text", "lead"),
        [
            ("Le Label demande un score de 65 %.", "Le Label demande un score."),
            ("Depuis le 1er mars 2025, un bilan est dû.", "Un bilan est dû."),
            ("L'article 122-18 du RGA demande un bilan.", "Le RGA demande un bilan."),
        ],
    )
    def test_a_lead_that_leaves_out_a_figure_a_date_or_an_article_is_not_enough(self, text: str, lead: str) -> None:
        assert head_text(statement_model(text=text, lead=lead), "fr", terse=0) == text

    def test_a_lead_that_says_too_little_is_not_enough(self) -> None:
        s = statement_model(text=RULE, lead="Un bilan carbone.")
        assert head_text(s, "fr") == RULE

    def test_without_a_lead_the_text(self) -> None:
        assert head_text(statement_model(text=RULE, lead=None), "fr") == RULE

    def test_english_has_its_own_wording(self) -> None:
        s = statement_model()
        assert head_text(s, "en") == s.en


class TestYesOrNo:
    def word(self, polarity: str, *types: AnswerType, **changes: Any) -> str | None:
        s = statement_model(polarity=polarity, lead=changes.pop("lead", None))
        chosen = scored(statement_passage(polarity=polarity), **changes)
        return yes_or_no(s, Selection("", types, []), chosen)

    @pytest.mark.parametrize(
        ("polarity", "kind", "word"),
        [
            ("oblige", AnswerType.DOIS_JE, "yes"),
            ("permet", AnswerType.PUIS_JE, "yes"),
            ("n_oblige_pas", AnswerType.DOIS_JE, "no"),
            ("interdit", AnswerType.PUIS_JE, "no"),
            ("oblige", AnswerType.PUIS_JE, None),
            ("interdit", AnswerType.DOIS_JE, None),
            ("fait", AnswerType.DOIS_JE, None),
        ],
    )
    def test_it_comes_from_the_polarity(self, polarity: str, kind: AnswerType, word: str | None) -> None:
        assert self.word(polarity, kind) == word

    @pytest.mark.parametrize("types", [(AnswerType.QUAND,), (AnswerType.DOIS_JE, AnswerType.QUAND)])
    def test_only_for_a_plain_yes_or_no_question(self, types: tuple[AnswerType, ...]) -> None:
        assert self.word("oblige", *types) is None

    def test_only_when_the_question_entails_the_statement(self) -> None:
        assert self.word("oblige", AnswerType.DOIS_JE, entailed=False) is None

    @pytest.mark.parametrize("feature", ["alias", "coverage"])
    def test_only_when_the_statement_is_what_was_asked(self, feature: str) -> None:
        assert self.word("oblige", AnswerType.DOIS_JE, features={feature: 0.3}) is None

    @pytest.mark.parametrize("lead", ["Oui, un bilan est dû.", "Non : rien n'est dû."])
    def test_a_lead_that_says_it_is_not_told_twice(self, lead: str) -> None:
        assert self.word("oblige", AnswerType.DOIS_JE, lead=lead) is None


@pytest.mark.parametrize(
    ("sentence", "after"),
    [
        ("Le producteur remet un bilan.", "le producteur remet un bilan."),
        ("Depuis le 1er mars 2025, un bilan est dû.", "depuis le 1er mars 2025, un bilan est dû."),
        ("L'aide est versée.", "l'aide est versée."),
        ("Aucun texte ne fixe ce prix.", "aucun texte ne fixe ce prix."),
        ("Ecoprod délivre le label.", "Ecoprod délivre le label."),
        ("AFNOR certifie.", "AFNOR certifie."),
        ("The producer files a report.", "the producer files a report."),
        ("Since 1 March 2025, a report is due.", "since 1 March 2025, a report is due."),
        ("CNC support is granted.", "CNC support is granted."),
    ],
)
def test_a_sentence_goes_on_after_yes_or_no(sentence: str, after: str) -> None:
    assert lower_first(sentence) == after


class TestOrder:
    def test_head_then_condition_deadline_sanction(self, question: Question) -> None:
        rows = [made(0, RULE, "regle", 6), made(3, PENALTY, "sanction"), made(2, DEADLINE, "echeance"),
                made(1, CONDITION, "condition")]  # fmt: skip
        draft = compose(question, rows)
        assert [s.text for s in draft.sentences] == [RULE, CONDITION, DEADLINE, PENALTY]
        assert len(draft.used) == len(draft.sentences)

    def test_the_head_is_what_was_chosen_whatever_its_role(self, question: Question) -> None:
        draft = compose(question, [made(3, PENALTY, "sanction", 6), made(0, RULE, "regle")])
        assert draft.sentences[0].text == PENALTY

    def test_nothing_that_adds_nothing(self, question: Question) -> None:
        twin = "Le producteur remet au CNC un bilan carbone prévisionnel avec le devis."
        draft = compose(question, [made(0, RULE, score=6), made(1, twin)])
        assert [s.text for s in draft.sentences] == [RULE]

    @pytest.mark.parametrize("change", ["conflict", "weak", "absence"])
    def test_what_is_not_taken_along(self, question: Question, change: str) -> None:
        other = made(1, CONDITION, "absence" if change == "absence" else "condition", contacts=["cnc"])
        if change == "conflict":
            other.features["facet_conflict"] = 1.0
        if change == "weak":
            other = made(1, CONDITION, "condition", score=1.0)
        draft = compose(question, [made(0, RULE, score=6), other])
        assert [s.text for s in draft.sentences] == [RULE]

    def test_a_known_unknown_stands_alone(self, question: Question) -> None:
        absence = made(0, "Aucun texte ne fixe ce prix.", "absence", 6, contacts=["cnc"])
        draft = compose(question, [absence, made(1, CONDITION, "condition")])
        assert [s.text for s in draft.sentences] == ["Aucun texte ne fixe ce prix."]

    def test_another_topic_far_behind_is_left_out(self, question: Question) -> None:
        draft = compose(question, [made(0, RULE, score=6), made(1, CONDITION, "condition", 4, topic="autre")])
        assert [s.text for s in draft.sentences] == [RULE]

    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_the_number_of_sentences_is_bounded(self, question: Question, limit: int) -> None:
        rows = [made(0, RULE, score=6), made(1, CONDITION, "condition"), made(2, DEADLINE, "echeance"),
                made(3, PENALTY, "sanction")]  # fmt: skip
        assert len(compose(question, rows, sentences=limit).sentences) == limit

    def test_the_number_of_words_is_bounded(self, question: Question) -> None:
        rows = [made(0, RULE, score=6), made(1, CONDITION, "condition"), made(2, DEADLINE, "echeance")]
        draft = compose(question, rows, words=30)
        assert draft.words() <= 30
        assert draft.sentences[0].text == RULE

    def test_each_part_of_the_question_owns_a_sentence(self, question: Question) -> None:
        first, second = made(0, RULE, score=6), made(1, PENALTY, "sanction", 5.9, topic="sanction")
        rows = [first, second]
        draft = composer().compose(
            question, [(Selection("a", (), rows), first), (Selection("b", (), rows[::-1]), second)]
        )
        assert [s.text for s in draft.sentences] == [RULE, PENALTY]

    def test_the_same_statement_for_two_parts_is_said_once(self, question: Question) -> None:
        first = made(0, RULE)
        selection = Selection("", (), [first])
        assert len(composer().compose(question, [(selection, first), (selection, first)]).sentences) == 1

    def test_nothing_answered_nothing_said(self, question: Question) -> None:
        assert composer().compose(question, []).sentences == []


class TestCitations:
    def test_a_notice_is_cited_whole(self, question: Question) -> None:
        (sentence,) = compose(question, [made(0, RULE)]).sentences
        (cited,) = sentence.cited
        assert cited.quote == cited.passage.text == RULE

    def test_the_official_article_takes_over_when_it_says_as_much(self, question: Question) -> None:
        article = text_passage(f"{RULE} Autre phrase, sans rapport.")
        (sentence,) = compose(question, [made(0, RULE)], article).sentences
        assert [c.passage.kind for c in sentence.cited] == ["text"]
        assert sentence.cited[0].quote in article.text
        assert sentence.cited[0].quote.startswith("Le producteur remet")

    def test_both_are_cited_when_the_article_says_part_of_it(self, question: Question) -> None:
        article = text_passage("Le producteur remet un bilan carbone prévisionnel.")
        (sentence,) = compose(question, [made(0, f"{RULE[:-1]}, sous 3 mois.")], article).sentences
        assert [c.passage.kind for c in sentence.cited] == ["text", "statement"]

    def test_an_article_on_something_else_is_not_cited(self, question: Question) -> None:
        article = text_passage("Les jeux vidéo relèvent d'une autre commission.")
        (sentence,) = compose(question, [made(0, RULE)], article).sentences
        assert [c.passage.kind for c in sentence.cited] == ["statement"]

    def test_the_article_never_carries_a_figure_it_does_not_hold(self, question: Question) -> None:
        text = "Le producteur remet au CNC 2 bilans carbone avec le devis de son film."
        article = text_passage("Le producteur remet au CNC des bilans carbone avec le devis de son film.")
        (sentence,) = compose(question, [made(0, text)], article).sentences
        assert any(c.passage.kind == "statement" for c in sentence.cited)

    def test_english_is_checked_against_french(self, understanding: Understanding) -> None:
        question = understood(understanding, "Which carbon reports are filed?")
        (sentence,) = compose(question, [made(0, RULE)]).sentences
        assert sentence.language == "en"
        assert sentence.text.startswith("The producer files")
        assert sentence.cited[0].quote == RULE

    def test_an_official_passage_is_quoted_and_introduced(self, question: Question) -> None:
        article = text_passage("\n\n".join(ARTICLE_122_18))
        (sentence,) = compose(question, [scored(article)]).sentences
        assert sentence.text == f"RGA du CNC, Article 122-18 : « {sentence.cited[0].quote} »"
        assert sentence.cited[0].quote in article.text
        assert sentence.language == "fr"

    def test_the_best_official_passage_is_the_one_that_says_most(self, engine: Engine) -> None:
        near, far = text_passage(RULE, "Article 122-18 (1/2)"), text_passage("Rien.", "Article 122-18 (2/2)")
        search = cast(HybridSearch, Texts(far, near))
        found = best_official(search, statement_passage(text=RULE, lead=None), on(TODAY))
        assert found
        assert found.passage.id == near.id
        assert best_official(cast(HybridSearch, Texts()), statement_passage(), on(TODAY)) is None


class TestQuotes:
    TEXT = (
        "Le premier point parle du devis. Le deuxième point parle du coût définitif. Le troisième parle d'autre chose."
    )

    def test_the_sentence_that_shares_most(self) -> None:
        assert best_quote(self.TEXT, analyse("coût définitif"), 60) == "Le deuxième point parle du coût définitif."

    @pytest.mark.parametrize("terms", ["coût définitif", "devis", "zzz", ""])
    @pytest.mark.parametrize("limit", [1, 3, 5, 12, 60])
    def test_it_is_verbatim_and_bounded(self, terms: str, limit: int) -> None:
        for text in (self.TEXT, "\n\n".join(ARTICLE_122_18), "mot " * 200, "x", "« … » ; ! ?", "122-18"):
            quote = best_quote(text, analyse(terms), limit)
            assert quote
            assert quote in text
            assert len(quote.split()) <= max(limit, 1)

    def test_words_in_two_sentences_bring_both(self) -> None:
        text = "Le bilan accompagne le devis prévisionnel du film. Il est détaillé, sincère, complet et signé. Fin."
        terms = analyse("bilan devis prévisionnel film détaillé sincère complet signé")
        assert best_quote(text, terms, 60) == text.removesuffix(" Fin.")


class TestRealPipeline:
    def test_a_quoted_article_answers_by_itself(self, with_official: Service) -> None:
        engine = with_official.engine
        question = understood(engine.understanding, "Que dit exactement l'article 122-19 du RGA ?")
        candidates = engine.search.search(question)
        selection = engine.selector.select(question, candidates)
        assert selection.best
        draft = engine.composer.compose(question, [(selection, selection.best)])
        assert "taxe prévue" in draft.sentences[0].text
        assert engine.verifier.keep(draft.sentences, question.as_of)[1] == []

    def test_every_statement_of_the_tiny_corpus_makes_a_true_answer(self, engine: Engine) -> None:
        """As head of an answer, in both languages, at a day when it is in force: nothing is refused."""
        for text in ("Quels bilans carbone remettre ?", "Which carbon reports must I file?"):
            for position in range(len(engine.snapshot)):
                passage = engine.snapshot.open_passage(position)
                day = passage.valid_from or passage.valid_until or date(2026, 11, 25)
                question = understood(engine.understanding, text, as_of=on(day))
                chosen = scored(passage)
                draft = engine.composer.compose(question, [(Selection(text, question.types, [chosen]), chosen)])
                assert engine.verifier.keep(draft.sentences, question.as_of)[1] == []


class TestFixedWords:
    @pytest.mark.parametrize(
        "table",
        [phrases.NOT_FOUND, phrases.OUT_OF_SCOPE, phrases.NOT_IN_FORCE, phrases.YES, phrases.NO,
         *[{"fr": n} for n in FACET_NAMES["fr"].values()], *[{"fr": q} for q in FACET_QUESTIONS["fr"].values()]],
    )  # fmt: skip
    def test_they_claim_nothing(self, table: dict[str, str]) -> None:
        for language, text in table.items():
            claim = read_claim(text, cast(Any, language))
            assert not claim.figures
            assert not claim.dates
            assert not claim.references

    def test_both_languages_have_them(self) -> None:
        for name in ("DISCLAIMER", "NOT_FOUND", "OUT_OF_SCOPE", "NOT_IN_FORCE", "PART_MISSING", "DEPENDS", "STALE",
                     "UNDATED", "ARTICLE_SAYS", "YES", "NO"):  # fmt: skip
            assert set(getattr(phrases, name)) == {"fr", "en"}, name
        assert set(FACET_NAMES["fr"]) == set(FACET_NAMES["en"]) == set(FACET_QUESTIONS["fr"])

    @pytest.mark.parametrize("facet", list(FACET_NAMES["fr"]))
    def test_what_it_depends_on_reads_well(self, facet: str) -> None:
        french = phrases.DEPENDS["fr"].format(facet=FACET_NAMES["fr"][facet])
        assert not re.search(r"\bde (?:de|du|des|le)\b", french)
        assert phrases.DEPENDS["en"].format(facet=FACET_NAMES["en"][facet]).startswith("It depends on ")
