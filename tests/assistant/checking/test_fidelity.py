"""The rules of fidelity one by one: each lie next to the truth that it must not be taken for."""

from __future__ import annotations

from typing import Literal

import pytest

from assistant.checking.fidelity import contradictions, omissions
from assistant.checking.fidelity.words import read
from assistant.checking.verifier import LONGEST, Cited, Sentence, Verifier
from tests.assistant.support import on, statement_passage, text_passage
from tests.samples import TODAY

Language = Literal["fr", "en"]


def faults(sentence: str, wording: str, language: Language = "fr") -> tuple[str, ...]:
    return (*contradictions(sentence, wording, language), *omissions(sentence, wording, language))


LIES: list[tuple[str, str, str]] = [
    ("unit", "L'audit vise 2,75 GWh par an.", "L'audit vise 2,75 MWh par an."),
    ("duration", "Le délai court sept mois par an.", "Le délai court sept semaines par an."),
    ("bound", "Il faut au moins 65 %.", "Il faut au plus 65 %."),
    ("bound denied", "Un gobelet ne peut contenir plus de 8 % de plastique.", "Un gobelet peut contenir plus de 8 % de plastique."),
    ("rank", "C'est une contravention de 5e classe.", "C'est une contravention de 4e classe."),
    ("body", "Le CNC publie la liste.", "L'ADEME publie la liste."),
    ("body first", "Le CNC publie la liste.", "Ecoprod publie la liste."),
    ("someone", "Le préfet met en demeure la société.", "Le maire met en demeure la société."),
    ("figures exchanged", "Le plafond est de 40 % en 2030, de 50 % en 2040.", "Le plafond est de 50 % en 2030, de 40 % en 2040."),
    ("names exchanged", "Ecoprod décide du label ; AFNOR réalise l'audit.", "AFNOR décide du label ; Ecoprod réalise l'audit."),
    ("negation lost", "Le règlement n'impose aucun logiciel.", "Le règlement impose un logiciel."),
    ("negation added", "Le BEGES couvre les émissions indirectes.", "Le BEGES ne couvre pas les émissions indirectes."),
    ("duty to right", "Le producteur doit remettre un bilan.", "Le producteur peut remettre un bilan."),
    ("right to duty", "Le président peut accorder un délai.", "Le président doit accorder un délai."),
    ("right to fact", "La Région peut accorder une bonification.", "La Région accorde une bonification."),
    ("ban to right", "Distribuer ce cadeau est interdit.", "Distribuer ce cadeau est permis."),
    ("and to or", "Il faut respecter la charte et la grille.", "Il faut respecter la charte ou la grille."),
    ("one for two", "Deux conditions se cumulent : vendre et dépenser.", "Une condition suffit : vendre, ou dépenser."),
    ("condition dropped", "L'amende est doublée si le règlement le prévoit.", "L'amende est doublée."),
    ("exception made up", "Toutes les fictions sont visées, commandées comprises.", "Toutes les fictions sont visées, sauf les commandées."),
    ("reserve dropped", "La cantine est en principe dans le champ.", "La cantine est dans le champ."),
    ("past as present", "La DPEF visait les sociétés non cotées.", "La DPEF vise les sociétés non cotées."),
    ("future as done", "L'interdiction est repoussée au 1er janvier 2030.", "L'interdiction est déjà en vigueur."),
    ("before and after", "La demande s'envoie avant le tournage.", "La demande s'envoie après le tournage."),
    ("from and until", "Le tri est dû depuis le 1er janvier 2025.", "Le tri est dû jusqu'au 1er janvier 2025."),
    ("repealed", "L'ordonnance est entrée en vigueur le 1er janvier 2024.", "L'ordonnance a été abrogée le 1er janvier 2024."),
    ("bill", "Le projet de loi a été adopté par le Sénat.", "La loi a été votée par le Sénat."),
    ("opposite", "L'usage est gratuit, sous licence.", "L'usage est payant, sous licence."),
    ("shift", "Le tournage est passé du printemps à l'automne.", "Le tournage est passé de l'automne au printemps."),
]  # fmt: skip
TRUTHS: list[tuple[str, str, str]] = [
    ("bound in other words", "Un gobelet ne peut contenir plus de 8 % de plastique.", "La part de plastique d'un gobelet est plafonnée à 8 %."),
    ("bound turned round", "La déclaration n'est due qu'à partir de 100 000 €.", "En dessous de 100 000 €, la déclaration n'est pas due."),
    ("other name", "Le Centre national du cinéma demande un bilan.", "Le CNC demande un bilan."),
    ("order", "Le plafond est de 40 % en 2030, de 50 % en 2040.", "En 2040 le plafond est de 50 %, contre 40 % en 2030."),
    ("ban without can", "Distribuer ce cadeau est interdit.", "Ce cadeau ne peut pas être distribué : c'est interdit."),
    ("duty in other words", "Le producteur doit remettre un bilan.", "Le producteur est tenu de remettre un bilan."),
    ("negation elsewhere", "L'exemption n'est pas automatique.", "L'exemption n'a rien d'automatique."),
    ("condition moved", "L'amende est doublée si le règlement le prévoit.", "Si le règlement le prévoit, l'amende est doublée."),
    ("restriction", "Il n'est visé que s'il a une filiale.", "Il est visé seulement s'il a une filiale."),
    ("reserve in other words", "La cantine est en principe dans le champ.", "La cantine entre normalement dans le champ."),
    ("since", "Le tri est dû depuis le 1er janvier 2025.", "Le tri est dû à compter du 1er janvier 2025."),
    ("before is after", "L'amende ne tombe qu'après une mise en demeure.", "Avant l'amende, il faut une mise en demeure."),
    ("each its own", "L'amende est de 3 000 € (personne physique) ou 15 000 € (personne morale).",
     "L'amende est de 3 000 € pour une personne physique et de 15 000 € pour une personne morale."),
]  # fmt: skip


@pytest.mark.parametrize(("wording", "lie"), [(w, s) for _, w, s in LIES], ids=[n for n, _, _ in LIES])
def test_a_lie_is_named(wording: str, lie: str) -> None:
    assert faults(lie, wording) != ()


@pytest.mark.parametrize(("wording", "truth"), [(w, s) for _, w, s in TRUTHS], ids=[n for n, _, _ in TRUTHS])
def test_a_truth_passes(wording: str, truth: str) -> None:
    assert faults(truth, wording) == ()


@pytest.mark.parametrize("text", sorted({w for _, w, _ in (*LIES, *TRUTHS)}))
def test_a_wording_departs_from_itself_in_nothing(text: str) -> None:
    assert faults(text, text) == ()


@pytest.mark.parametrize(
    ("wording", "lie"),
    [
        ("The fund may grant a bonus.", "The fund must grant a bonus."),
        ("The fund must not be used abroad.", "The fund may be used abroad."),
        ("The label requires at least 65%.", "The label requires at most 65%."),
        ("The application is sent before shooting.", "The application is sent after shooting."),
        ("The CNC pays the bonus.", "The Arcom pays the bonus."),
        ("Both thresholds must be exceeded: 1,000 employees and EUR 450 million.", "One of the thresholds is enough: 1,000 employees or EUR 450 million."),
        ("Work is supported, except advertising.", "Work is supported, including advertising."),
        ("It uses 60 kW.", "It uses 60 MW."),
    ],
)  # fmt: skip
def test_so_in_english(wording: str, lie: str) -> None:
    assert faults(lie, wording, "en") != ()
    assert faults(wording, wording, "en") == ()


def test_folding_keeps_every_offset_and_tells_ou_from_ou() -> None:
    text = "Où l'œuvre est tournée, dès 2024, ou l’an prochain : 1 000 €…"
    reading = read(text, "fr")
    assert len(reading.folded) == len(reading.text) == len(text)
    assert "ov " in reading.folded
    assert " ou " in reading.folded
    assert "dez " in reading.folded


class TestVerifier:
    def check(self, text: str, passage_text: str, language: Language = "fr", **changes: str | None) -> list[str]:
        passage = statement_passage(text=passage_text, **({"lead": None} | changes))
        return Verifier().faults(Sentence(text, (Cited(passage, passage_text),), language=language), on(TODAY))

    def test_a_lead_may_say_less_and_so_may_a_sentence_that_follows_it(self) -> None:
        text, lead = "Le CNC aide les films si le budget est contrôlé.", "Le CNC aide les films."
        assert self.check("Les films sont aidés par le CNC.", text) != []
        assert self.check("Les films sont aidés par le CNC.", text, lead=lead) == []

    def test_but_a_lead_does_not_excuse_a_contradiction(self) -> None:
        text, lead = "Le CNC aide les films avant le tournage.", "Le CNC aide les films."
        assert self.check("Le CNC aide les films après le tournage.", text, lead=lead) != []

    def test_a_prefix_of_a_wording_is_not_the_wording(self) -> None:
        assert self.check("Le CNC aide les films.", "Le CNC aide les films si le budget est contrôlé.") != []

    def test_an_official_quote_is_introduced(self) -> None:
        passage = text_passage("Les films sont aidés si le budget est contrôlé. Le reste est réservé.")
        quote = "Les films sont aidés si le budget est contrôlé."
        sentence = Sentence(f"RGA du CNC, Article 122-18 : « {quote} »", (Cited(passage, quote),))
        assert Verifier().faults(sentence, on(TODAY)) == []

    def test_an_endless_sentence_is_refused(self) -> None:
        assert self.check("Le CNC aide les films. " * (LONGEST // 20), "Le CNC aide les films.") != []

    def test_two_passages_support_a_sentence_together(self) -> None:
        one = statement_passage(text="Le CNC aide les films.", lead=None)
        two = statement_passage(text="L'ADEME publie un guide gratuit.", lead=None)
        text = "Le CNC aide les films et l'ADEME publie un guide gratuit."
        both = tuple(Cited(p, p.text) for p in (one, two))
        assert Verifier().faults(Sentence(text, both), on(TODAY)) == []
        assert Verifier().faults(Sentence(text, both[:1]), on(TODAY)) != []
