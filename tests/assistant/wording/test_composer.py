"""The composer: a plan in sentences: reviewed wordings, quotes and a fixed form; each cited, and no other fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from assistant.engine import Engine
from assistant.planning.plan import Place, Plan, PlannedPart, Reason, Shown
from assistant.reading.case import Quantity
from assistant.reading.dates import AsOf
from assistant.reading.question import Question, Understanding
from assistant.search.hybrid import HybridSearch
from assistant.search.quotes import best_official, best_quote
from assistant.service import Ask, Service
from assistant.wording import phrases
from assistant.wording.composer import Composer, Draft, shown_text
from assistant.wording.phrases import lower_first
from ingest.corpus.fiches import Bound, CaseField
from ingest.language.claims import read_claim
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage
from tests.assistant.support import on, statement_passage, text_passage, understood
from tests.samples import ARTICLE_122_18, TODAY, statement_model

RULE = "Le producteur remet au CNC un bilan carbone prévisionnel avec le devis de son film."
CONDITION = "Une œuvre reçue après achèvement échappe au contrôle des émissions sonores du plateau."


class Texts:
    """Stands in for a search that holds these official passages."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)

    def official(self, keys: tuple[str, ...], as_of: AsOf) -> list[Passage]:
        return [p for p in self.passages if set(keys) & set(p.keys)]


def made(position: int, text: str, place: Place = "head", **changes: Any) -> Shown:
    data: dict[str, Any] = {"id": f"s{position}", "topic": "bilan", "text": text, "lead": None}
    return Shown(position, statement_passage(position, **(data | changes)), place)


def compose(question: Question, shown: list[Shown], *texts: Passage, **part: Any) -> Draft:
    """The draft of a plan of one part."""
    planned = PlannedPart(question.raw, state="answered", shown=tuple(shown), **part)
    return Composer(cast(HybridSearch, Texts(*texts))).compose(question, Plan((planned,)))


@pytest.fixture
def question(understanding: Understanding) -> Question:
    return understood(understanding, "Quels bilans carbone remettre ?")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ce bilan visait les films.", "Ce bilan visait les films, en vigueur jusqu'au 17 mars 2026."),
        ("Jusqu'au 17 mars 2026, ce bilan visait les films.", "Jusqu'au 17 mars 2026, ce bilan visait les films."),
    ],
)
def test_what_ended_within_the_period_asked_is_told_with_its_day(question: Question, text: str, shown: str) -> None:
    year = replace(question, as_of=AsOf(date(2026, 1, 1), date(2026, 11, 25), "asked"))
    ended = {"from": date(2023, 1, 5), "until": date(2026, 3, 17)}
    draft = compose(year, [made(0, text, in_force=ended)])
    assert [line.sentence.text for line in draft.lines] == [shown]


class TestHead:
    def test_the_lead_is_the_direct_form(self) -> None:
        s = statement_model(text="Le producteur remet au CNC deux bilans carbone.", lead="Il faut deux bilans carbone.")
        assert shown_text(s, "fr", terse=0) == s.lead

    @pytest.mark.parametrize(
        ("text", "lead"),
        [
            ("Le Label demande un score de 65 %.", "Le Label demande un score."),
            ("Depuis le 1er mars 2025, un bilan est dû.", "Un bilan est dû."),
            ("L'article 122-18 du RGA demande un bilan.", "Le RGA demande un bilan."),
        ],
    )
    def test_a_lead_that_leaves_out_a_figure_a_date_or_an_article_is_not_enough(self, text: str, lead: str) -> None:
        assert shown_text(statement_model(text=text, lead=lead), "fr", terse=0) == text

    def test_a_lead_that_says_too_little_is_not_enough(self) -> None:
        s = statement_model(text=RULE, lead="Un bilan carbone.")
        assert shown_text(s, "fr") == RULE

    def test_without_a_lead_the_text(self) -> None:
        assert shown_text(statement_model(text=RULE, lead=None), "fr") == RULE

    def test_english_has_its_own_wording(self) -> None:
        s = statement_model()
        assert shown_text(s, "en") == s.en

    def test_beside_the_head_the_whole_text(self) -> None:
        s = statement_model(text="Le producteur remet au CNC deux bilans carbone.", lead="Il faut deux bilans carbone.")
        assert shown_text(s, "fr", terse=0, head=False) == s.text


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
    def test_what_is_planned_is_said_in_its_order_and_nothing_else(self, question: Question) -> None:
        draft = compose(
            question, [made(1, RULE), made(0, CONDITION, "then"), made(2, "Le CNC répond par courrier.", "next")]
        )
        assert [line.sentence.text for line in draft.lines] == [RULE, CONDITION, "Le CNC répond par courrier."]
        assert [(line.part, line.place) for line in draft.lines] == [(0, "head"), (0, "then"), (0, "next")]
        assert [p.id for p in draft.passages] == [line.passage.id for line in draft.lines]

    def test_each_part_has_its_lines(self, question: Question) -> None:
        parts = (PlannedPart("a", state="answered", shown=(made(0, RULE),)), PlannedPart("b"),
                 PlannedPart("c", state="answered", shown=(made(1, CONDITION),)))  # fmt: skip
        draft = Composer(cast(HybridSearch, Texts())).compose(question, Plan(parts))
        assert [line.part for line in draft.lines] == [0, 2]

    def test_nothing_planned_nothing_said(self, question: Question) -> None:
        assert Composer(cast(HybridSearch, Texts())).compose(question, Plan()).sentences == []


class TestVerdict:
    BOUND = Bound(field=CaseField.HEADCOUNT, op="above", value=500, unit="salariés")
    LAW = "La publication vise les sociétés de plus de 500 salariés."

    def law(self) -> Shown:
        return made(0, self.LAW, bounds=[self.BOUND.model_dump(mode="json")])

    def reason(self, n: int) -> Reason:
        return Reason(Quantity(CaseField.HEADCOUNT, n, n, f"{n} salariés"), self.BOUND, n > 500)

    def test_it_opens_the_head_and_goes_on(self, question: Question) -> None:
        (sentence,) = compose(question, [made(0, RULE)], verdict="yes").sentences
        assert (
            sentence.text == "Oui : le producteur remet au CNC un bilan carbone prévisionnel avec le devis de son film."
        )

    @pytest.mark.parametrize(("strength", "word"), [("firm", "Non :"), ("likely", "Non, a priori :")])
    def test_what_is_not_sure_says_so(self, question: Question, strength: str, word: str) -> None:
        text = "Le producteur ne remet aucun bilan au CNC pour une aide à l'écriture."
        (sentence,) = compose(question, [made(0, text)], verdict="no", strength=strength).sentences
        assert sentence.text.startswith(f"{word} le producteur ne remet")

    def test_the_reason_says_the_figure_of_the_asker(self, question: Question) -> None:
        draft = compose(question, [self.law()], verdict="no", because=(self.reason(12),))
        (sentence,) = draft.sentences
        assert sentence.text == f"Non : votre effectif, 12 salariés, ne dépasse pas 500 salariés. {self.LAW}"
        assert sentence.given == ("12 salariés",)

    def test_the_reason_of_another_law_does_not_silence_the_verdict(self, question: Question) -> None:
        other = Reason(self.reason(12).quantity, self.BOUND.model_copy(update={"value": 250}), met=False)
        draft = compose(question, [self.law()], verdict="no", because=(self.reason(12), other))
        assert draft.sentences[0].text == f"Non : votre effectif, 12 salariés, ne dépasse pas 500 salariés. {self.LAW}"

    def test_only_the_first_sentence_bears_it(self, question: Question) -> None:
        draft = compose(question, [made(0, RULE), made(1, CONDITION, "then")], verdict="yes")
        assert [s.text.startswith("Oui") for s in draft.sentences] == [True, False]

    def test_a_verdict_that_the_gate_refuses_is_left_out(self, question: Question) -> None:
        (sentence,) = compose(question, [made(0, RULE)], verdict="no").sentences
        assert sentence.text == RULE

    @pytest.mark.parametrize("verdict", [None, "depends"])
    def test_what_depends_opens_nothing(self, question: Question, verdict: str | None) -> None:
        (sentence,) = compose(question, [made(0, RULE)], verdict=verdict).sentences
        assert sentence.text == RULE

    def test_english(self, understanding: Understanding) -> None:
        asked = understood(understanding, "Must I file a carbon report?")
        english = "The producer files a provisional carbon report with the CNC along with the budget of the film."
        (sentence,) = compose(asked, [made(0, RULE, en=english)], verdict="yes").sentences
        assert sentence.text.startswith("Yes: the producer files")


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
        (sentence,) = compose(question, [Shown(0, article, "head")]).sentences
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
        answer = with_official.ask(Ask("Que dit exactement l'article 122-19 du RGA ?"))
        assert "taxe prévue" in answer.answer
        assert answer.citations[0].rank.value == "officiel"

    def test_every_statement_of_the_tiny_corpus_makes_a_true_answer(self, engine: Engine) -> None:
        """As head of an answer, in both languages, at a day when it is in force: nothing is refused."""
        for text in ("Quels bilans carbone remettre ?", "Which carbon reports must I file?"):
            for position in range(len(engine.snapshot)):
                passage = engine.snapshot.open_passage(position)
                day = passage.valid_from or passage.valid_until or date(2026, 11, 25)
                question = understood(engine.understanding, text, as_of=on(day))
                planned = PlannedPart(text, state="answered", shown=(Shown(position, passage, "head"),))
                draft = engine.composer.compose(question, Plan((planned,)))
                assert engine.verifier.keep(draft.sentences, question.as_of)[1] == []


class TestFixedWords:
    @pytest.mark.parametrize(
        "table",
        [phrases.NOT_FOUND, phrases.OUT_OF_SCOPE, phrases.NOT_IN_FORCE, phrases.YES, phrases.NO],
    )
    def test_they_claim_nothing(self, table: dict[str, str]) -> None:
        for language, text in table.items():
            claim = read_claim(text, cast(Any, language))
            assert not claim.figures
            assert not claim.dates
            assert not claim.references

    def test_both_languages_have_them(self) -> None:
        for name in ("DISCLAIMER", "NOT_FOUND", "OUT_OF_SCOPE", "NOT_IN_FORCE", "PART_MISSING", "STALE",
                     "UNDATED", "SILENT", "YES", "NO"):  # fmt: skip
            assert set(getattr(phrases, name)) == {"fr", "en"}, name
