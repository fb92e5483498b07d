"""Acts on the answer on screen, in the form that they are asked in: what stays, what is said to be lost, what cites."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.acting.addressee import person_in, role_in
from assistant.acting.asking import ASKS, Letter, ask, instruct
from assistant.acting.checklist import Checklist, Doing, Item, lay
from assistant.acting.correcting import Change, preface
from assistant.acting.draft import draft
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling, cut_short, keeps, plainly, unreferenced
from assistant.acting.sides import sides
from assistant.acting.simpler import simpler
from assistant.acting.sourcing import sources
from assistant.acting.summary import summary
from assistant.acting.whole import whole
from assistant.acting.words import WORDS
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.dialogue.screen import Screen, Told, ToldPart, Worded
from assistant.reading.case import Quantity
from assistant.reading.kinds import only_language
from assistant.reading.purposes import purpose_of
from assistant.reading.turn import corrected
from ingest.corpus.check_plain import check_briefs, check_plain
from ingest.corpus.demarches import Demarche, load_demarches
from ingest.corpus.fiches import Bound, load_fiches
from ingest.corpus.glossary import Glossary, Term
from ingest.corpus.plain import PlainWords, load_plain_words
from ingest.corpus.register import Domain
from ingest.language.claims import Language, read_claim
from ingest.settings import Settings
from tests.assistant.support import on, statement_passage
from tests.samples import TODAY

DAY = on(TODAY)
MARK = re.compile(r"\[\d+\]")
HEAD = "Depuis le 1er janvier 2024, une aide à la production exige deux bilans (article 122-18)."
NEED = "En principe, un seul bilan suffit sous 30 000 €, à vérifier auprès du CNC."
THEN = "Le bilan définitif se remet avec le coût définitif ; le bilan prévisionnel se remet avec le devis."


def row(
    text: str, place: str = "head", part: int = 0, words: dict[Language, Worded] | None = None, **changes: Any
) -> Row:
    """A sentence on screen."""
    passage = statement_passage(text=text, en=changes.pop("en", "English."), lead=changes.pop("lead", None), **changes)
    told = Told(passage.id, part, place, words or {}, given=("12 salariés",) if words else ())
    return Row(told, passage, (Cited(passage, passage.text),))


def opened(*rows: Row, parts: tuple[ToldPart, ...] = (ToldPart(""),)) -> Opened:
    """An answer on screen."""
    return Opened(Screen("question", tuple(r.told for r in rows), parts), rows)


def telling(**changes: Any) -> Retelling:
    return replace(Retelling(Verifier(), DAY, "fr"), **changes)


def laid(act: Callable[..., None], on_screen: Opened, *more: Any, tell: Retelling | None = None) -> str:
    page = Page("fr")
    act(page, on_screen, tell or telling(), *more)
    return page.markdown


LETTER = Letter(["loueur"], "Bonjour,", "Fiche d'essai", "un mail au loueur")
THREE = (row(HEAD), row(NEED, "needs"), row(THEN, "then"))


class TestSummary:
    def test_what_decides_stays_with_what_it_cites(self) -> None:
        said = laid(summary, opened(*THREE), "points", None)
        assert "1er janvier 2024" in said
        assert "30 000 €" in said
        assert "à vérifier" in said
        assert len(MARK.findall(said)) == said.count("\n- ") + said.startswith("- ")
        assert len(said) < sum(len(r.passage.text) for r in THREE)

    @pytest.mark.parametrize(("manner", "count"), [("sentence", None), ("count", 1)])
    def test_a_length_is_kept_to_with_the_reserve(self, manner: str, count: int | None) -> None:
        said = laid(summary, opened(*THREE), manner, count)
        assert said.startswith(WORDS["fr"]["one"])
        assert "à vérifier" in said
        assert "deux bilans [1] ; en principe" in said

    def test_a_length_that_makes_a_line_too_long_is_not_kept_to(self) -> None:
        long = tuple(row(f"{HEAD} {'Cela vaut pour tous les genres. ' * 9}", "needs") for _ in range(3))
        said = laid(summary, opened(*THREE, *long), "sentence", None)
        assert said.startswith(WORDS["fr"]["too_few"])

    def test_a_length_is_kept_to(self) -> None:
        said = laid(summary, opened(row(HEAD), row(THEN, "then")), "sentence", None)
        assert said.startswith(WORDS["fr"]["one"])
        assert len(MARK.findall(said)) == 1

    def test_what_has_no_answer_is_told(self) -> None:
        parts = (ToldPart("Quand"), ToldPart("Quelle amende", missing=True, whom="CNC"))
        said = laid(summary, opened(row(HEAD), parts=parts), "points", None)
        assert "**Quelle amende** : pas de réponse" in said
        assert "CNC" in said

    def test_the_verdict_stays(self) -> None:
        verdict: dict[Language, Worded] = {
            "fr": Worded("Oui, a priori : deux bilans carbone sont dus.", "Oui, a priori :")
        }
        said = laid(summary, opened(row("Deux bilans carbone sont dus.", words=verdict)), "points", None)
        assert "**Oui, a priori :** Deux bilans" in said


class TestRetelling:
    def test_every_lead_that_is_taken_keeps_what_its_text_says(self) -> None:
        taken = 0
        for file in load_fiches(Settings().corpus_dir):
            for _, s in file.fiche.statements():
                if s.lead and keeps(s.text, s.lead, "fr"):
                    taken += 1
                    whole_, short = read_claim(s.text), read_claim(s.lead)
                    assert whole_.figures <= short.figures | {f for f in whole_.figures if f.value in short.implied}, (
                        s.id
                    )
                    assert ("à vérifier" in s.text) <= any(w in s.lead for w in ("vérifi", "confirm", "selon", "Selon", "rait", "pas été", "trouvé", "établi", "certain", "probable", "déduction", "connu"))  # fmt: skip
        assert taken > 300

    def test_a_reference_between_brackets_goes_with_its_citation(self) -> None:
        assert unreferenced(HEAD, "fr") == HEAD.replace(" (article 122-18)", "")
        kept = "Le seuil vaut pour tous (30 000 € au plus)."
        assert unreferenced(kept, "fr") == kept

    def test_semicolons_part_sentences_outside_quotes_and_brackets(self) -> None:
        assert cut_short("Il faut A ; à vérifier (b ; c) « d ; e ».") == "Il faut A. À vérifier (b ; c) « d ; e »."

    def test_plain_words_change_no_figure_force_or_reserve(self) -> None:
        plain, changed = load_plain_words(Settings().corpus_dir), 0
        for file in load_fiches(Settings().corpus_dir):
            for _, s in file.fiche.statements():
                if (said := plainly(s.text, plain)) != s.text:
                    changed += 1
                    assert read_claim(said).figures == read_claim(s.text).figures
                    assert read_claim(said).dates == read_claim(s.text).dates
                    assert read_claim(said).modality == read_claim(s.text).modality
        assert changed > 100

    def test_a_hard_term_is_explained_once_and_not_to_who_used_it(self) -> None:
        term = Term(term="BEGES", definition="Bilan des émissions de la société.")
        texts = ["Le BEGES est dû.", "Le BEGES se publie."]
        said = telling(terms=(term,)).explained(texts, frozenset({Domain.CNC}))
        assert said == ["Le BEGES (bilan des émissions de la société) est dû.", "Le BEGES se publie."]
        assert telling(terms=(term,), known="BEGES obligatoire ?").explained(texts, frozenset({Domain.CNC})) == texts


class TestSimpler:
    def test_verdict_reserves_and_citations_stay_in_plain_words(self) -> None:
        plain = PlainWords(mots={"remet": "donne"})
        said = laid(
            simpler,
            opened(row("Le producteur remet deux bilans."), row(NEED, "needs")),
            "plain",
            tell=telling(plain=plain),
        )
        assert "Le producteur donne deux bilans. [1]" in said
        assert "à vérifier auprès du CNC. [2]" in said


class TestChecklist:
    def made(
        self, on_screen: Opened, manner: str = "list", demarches: tuple[Demarche, ...] = (), step: Any = None
    ) -> str:
        page, tell = Page("fr"), telling()
        made = Checklist(demarches, ("prep",), Glossary(facets={}))
        lay(page, on_screen, tell, made.doing(page, on_screen, tell, lambda s: step), manner)
        return page.markdown

    def test_what_is_ordered_is_a_line_and_a_reserve_stands_below(self) -> None:
        said = self.made(
            opened(row("Le producteur remet deux bilans.", polarity="oblige"), row(NEED, "needs", polarity="fait"))
        )
        assert "- [ ] **Obligatoire** : Le producteur remet deux bilans. [1]" in said
        assert said.index("**À savoir**") < said.index("à vérifier auprès du CNC")

    def test_a_fact_alone_leaves_nothing_to_do(self) -> None:
        said = self.made(opened(row("Le label existe depuis 2021.", polarity="fait", role="definition")))
        assert said.startswith(WORDS["fr"]["nothing"])
        assert "- [ ]" not in said

    def test_under_no_a_duty_is_not_to_be_done(self) -> None:
        on_screen = opened(row("Le bilan est obligatoire.", polarity="oblige"), parts=(ToldPart("", "no"),))
        assert WORDS["fr"]["nothing"] in self.made(on_screen)

    def test_what_no_text_says_is_to_be_asked(self) -> None:
        text = "Aucun texte consulté ne le dit ; s'adresser au CNC."
        said = self.made(opened(row(text, polarity="fait", role="absence", contacts=("cnc",))))
        assert "- [ ] **À demander** : Aucun texte consulté ne le dit ; s'adresser au CNC. [1]" in said


class TestDraft:
    def test_a_mail_has_subject_greeting_sentences_sources_and_closing(self) -> None:
        said = laid(draft, opened(*THREE), "mail", LETTER, "1er décembre 2026")
        for words in ("**À** : loueur", "**Objet** : Fiche d'essai", "Bonjour,", "1er janvier 2024", "à vérifier", "Sources :", "Bien cordialement,"):  # fmt: skip
            assert words in said
        assert {n for n in MARK.findall(said)} == {"[1]", "[2]", "[3]"}

    def test_nothing_of_the_message_is_told_as_a_fact(self) -> None:
        said = laid(draft, opened(*THREE), "mail", LETTER, "1er décembre 2026")
        assert "question" not in said.replace("notre question", "")

    def test_a_clause_is_only_its_basis(self) -> None:
        said = laid(draft, opened(*THREE), "clause", LETTER, "1er décembre 2026")
        assert said.startswith("**Base de clause, à faire relire par un juriste :**")

    @pytest.mark.parametrize(("text", "whom"), [
        ("écris un mail au directeur de production", "directeur de production"),
        ("draft an email to the location owner based on this", "location owner"),
        ("un courrier à la mairie pour lundi", "mairie"), ("un mail pour demain", ""),
        ("propose-lui autre chose", ""), ("mets ça au propre", ""), ("fais un mail au passage", ""),
        ("rédige-le au plus vite", ""), ("un mot au plus vite au loueur", "loueur"), ("rédige-le à l'attention du maire", "attention du maire"),
    ])  # fmt: skip
    def test_what_they_are_for_whom_it_is(self, text: str, whom: str) -> None:
        assert role_in(text) == whom

    @pytest.mark.parametrize(("text", "name"), [
        ("écris le mail à Mme Leroux de l'ONF", "Mme Leroux"), ("la réponse à M. Delmas, de la chaîne", "M. Delmas"),
        ("un message pour Karim, le régisseur", "Karim"), ("un mot à notre coproducteur Étienne", "Étienne"),
        ("draft it for Anne-Lise", "Anne-Lise"), ("écris au CNC", ""), ("un mail à l'ONF", ""),
        ("un mail pour Lyon, tournage de mai", ""), ("fais un mail", ""), ("écris à Paris", ""),
    ])  # fmt: skip
    def test_their_name(self, text: str, name: str) -> None:
        assert person_in(text, ["Lyon", "à Paris"]) == name

    def test_they_are_greeted_by_their_name(self) -> None:
        said = laid(draft, opened(*THREE), "mail", LETTER, "1er décembre 2026")
        assert "Bonjour,\n" in said
        said = laid(draft, opened(*THREE), "message", replace(LETTER, hello="Bonjour Karim,"), "1er décembre 2026")
        assert "Bonjour Karim," in said


class TestAsking:
    @pytest.mark.parametrize("purpose", ASKS)
    def test_what_is_asked_stands_first_then_what_it_rests_on_and_its_reserve(self, purpose: str) -> None:
        silent = row(NEED, "needs", role="absence", polarity="fait", contacts=("cnc",))
        said = laid(ask, opened(row(HEAD), silent), purpose, replace(LETTER, case=("30 kVA",)), Doing())
        wanted = WORDS["fr"][f"{purpose}_ask"].format(subject=LETTER.about)
        assert said.index("**Objet**") < said.index("Bonjour,") < said.index(wanted) < said.index("1er janvier 2024")
        assert said.index(WORDS["fr"]["left_open"]) < said.index("à vérifier")
        assert {"[1]", "[2]"} <= set(MARK.findall(said))
        assert ("30 kVA" in said) == (purpose != "refuse")
        assert said.index("[Nom") < said.index("Sources :")

    def test_an_instruction_gives_what_to_do_without_its_moment(self) -> None:
        step = Sentence("Au devis (régie). Joignez le bilan.", (Cited(row(HEAD).passage, HEAD),), reviewed=True)
        said = laid(instruct, opened(row(HEAD)), LETTER, Doing([Item(step, None, "Au devis (régie).")]))
        assert "- Joignez le bilan. [1]" in said
        assert WORDS["fr"]["instruct_end"] in said

    @pytest.mark.parametrize(("text", "purpose"), [
        ("réclame au loueur ses fiches de consommation", "document"),
        ("écris à l'ADEME pour savoir si c'est exact", "confirm"),
        ("réponds à la chaîne qu'on refuse", "refuse"), ("un mail à ma directrice pour lui expliquer", "inform"),
    ])  # fmt: skip
    def test_what_a_draft_is_for_is_told_by_its_form_alone_too(self, text: str, purpose: str) -> None:
        assert purpose_of(text, np.zeros(3, np.float32)) == purpose


class TestSides:
    def test_a_figure_is_set_beside_a_limit_of_its_unit(self) -> None:
        limit = row(HEAD, bounds=(Bound(field="amount", op="from", value=50000, unit="EUR", of="total des aides"),))
        told = list(sides("le total passe à 62 000 €", [limit.passage], "fr", WORDS["fr"]))
        assert [text for text, _ in told] == ["62 000 € atteint 50 000 € (total des aides)"]
        assert not list(sides("elle aura 15 ans", [limit.passage], "fr", WORDS["fr"]))
        assert not list(sides("ce sera en mai", [limit.passage], "fr", WORDS["fr"]))

    def test_a_limit_that_it_had_already_passed_is_not_told_as_a_change(self) -> None:
        limit = row(HEAD, bounds=(Bound(field="turnover", op="above", value=450e6, unit="EUR"),))
        for old, told in ((500e6, ["400 M€ ne dépasse pas 450 000 000 €"]), (300e6, [])):
            before = {"turnover": Quantity("turnover", old, old, "")}
            found = sides("c'est 400 M€", [limit.passage], "fr", WORDS["fr"], before)
            assert [text for text, _ in found] == told


class TestPlain:
    def test_a_plain_sentence_is_said_where_there_is_one(self) -> None:
        r = row(HEAD)
        assert r.statement is not None
        plain = PlainWords(phrases={r.statement.id: "Depuis le 1er janvier 2024, il faut deux bilans."})
        said = laid(simpler, opened(r), "plain", tell=telling(plain=plain))
        assert "il faut deux bilans. [1]" in said

    def test_a_sentence_that_adds_a_figure_or_drops_a_reserve_is_a_problem(self, tmp_path: Path) -> None:
        s = row(NEED).statement
        assert s is not None
        for said, code in (("En principe, un bilan suffit sous 40 000 €, à vérifier.", "plain_claim"), ("Un bilan suffit sous 30 000 €.", "plain_hedge")):  # fmt: skip
            (tmp_path / "clair.yaml").write_text(f'phrases:\n  {s.id}: "{said}"\n', encoding="utf-8")
            assert code in {p.code for p in check_plain([s], tmp_path)}

    def test_each_step_stands_in_one_line_in_brief(self, tmp_path: Path) -> None:
        d = load_demarches(Settings().corpus_dir)[0]
        (tmp_path / "clair.yaml").write_text(
            f'demarches:\n  {d.id}:\n    - {{etapes: [1], dit: "Vérifiez."}}\n', encoding="utf-8"
        )
        assert [p.code for p in check_briefs([d], tmp_path)] == ["brief_steps"]


class TestTheRest:
    def test_sources_give_the_address_or_say_that_there_is_none(self) -> None:
        assert "pas de lien connu" in laid(sources, opened(row(HEAD)), "link")

    def test_the_other_language_is_the_statements_own(self) -> None:
        page = Page("en")
        whole(
            page,
            opened(row(HEAD, en="Since 1 January 2024, production aid requires two reports (Article 122-18).")),
            telling(language="en"),
        )
        assert page.markdown.startswith("Since 1 January 2024")

    def test_a_screen_comes_back_from_plain_data(self) -> None:
        parts = (ToldPart("a", "no", ask={"fr": "Quoi ?"}, title={"fr": "Titre", "en": "Title"}),)
        screen = Screen(
            "q", (Told("p", 0, "head", {"fr": Worded("t", "o", "l")}, (("p", ""),), ("g",), True),), parts, ("c",)
        )
        assert Screen.of(screen.plain()) == screen

    @pytest.mark.parametrize(("text", "now"), [
        ("oups, c'est pas 9 kW mais 19", "oups, c'est pas  mais 19 kW"), ("on est 50, pas 15", "on est 50, pas "),
        ("620 salariés", "620 salariés"),
    ])  # fmt: skip
    def test_a_correction_without_the_figure_that_it_denies(self, text: str, now: str) -> None:
        assert corrected(text) == now

    @pytest.mark.parametrize(
        ("text", "language"), [("fais une to do", None), ("the source please", "en"), ("un résumé", "fr")]
    )
    def test_a_language_is_told_by_its_words_alone(self, text: str, language: str | None) -> None:
        assert only_language(text) == language


class TestCorrections:
    def before(self, passage: str, verdict: str) -> Screen:
        return Screen("q", (Told(passage, 0, "head"),), (ToldPart("", verdict),))

    def test_a_verdict_that_turns_is_said_first(self) -> None:
        said = preface(
            Change((("620 salariés", "120 salariés"),), ""),
            self.before("a", "no"),
            self.before("b", "yes"),
            (),
            "fr",
        )
        assert said == (
            "**Compris : 620 salariés (au lieu de 120 salariés).** "
            "**Ce qui change : le verdict passe de « non » à « oui ».**"
        )

    def test_what_changes_nothing_says_so(self) -> None:
        same = self.before("a", "no")
        assert preface(Change((("19 kW", ""),), ""), same, same, (), "fr").endswith(WORDS["fr"]["same"])

    def test_what_is_not_understood_is_quoted(self) -> None:
        assert Change((), "c'est un tracteur").words("fr") == "**Compris : « c'est un tracteur ».**"

    def test_what_is_new_is_told_before_the_whole(self) -> None:
        now = Screen("q", (Told("a", 0, "head"), Told("b", 0, "then")), (ToldPart("", "no"),))
        said = preface(Change((("docu", ""),), ""), self.before("a", "no"), now, ("Neuf. [2]",), "fr")
        assert "**Ce qui change :**\n\n- Neuf. [2]\n\n**La réponse entière :**" in said
