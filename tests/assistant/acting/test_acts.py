"""Acts on the answer on screen, in the form that they are asked in: what stays, what is said to be lost, what cites."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.acting.checklist import Checklist, lay
from assistant.acting.correcting import Change, preface
from assistant.acting.opened import Opened, Row
from assistant.acting.page import Page
from assistant.acting.retelling import Retelling, keeps, unreferenced
from assistant.acting.sides import sides
from assistant.acting.sourcing import sources
from assistant.acting.whole import as_it_is, whole
from assistant.acting.words import WORDS
from assistant.checking.verifier import Cited, Verifier
from assistant.dialogue.screen import Screen, Told, ToldPart, Worded
from assistant.reading.case import Quantity
from assistant.reading.kinds import only_language
from assistant.reading.turn import corrected
from ingest.corpus.demarches import Demarche
from ingest.corpus.fiches import Bound, load_fiches
from ingest.corpus.glossary import Glossary
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


THREE = (row(HEAD), row(NEED, "needs"), row(THEN, "then"))


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


class TestWritten:
    def test_what_takes_a_model_is_said_above_what_can_be_sent_as_it_is(self) -> None:
        said = laid(as_it_is, opened(*THREE)).split("\n\n")
        assert said[0] == WORDS["fr"]["needs_model"]
        assert MARK.findall(said[1]) == ["[1]", "[2]", "[3]"]
        assert HEAD in said[1]
        assert NEED in said[1]
        assert said[-1].startswith("Sources : ")


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
