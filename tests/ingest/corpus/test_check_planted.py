"""A small clean corpus with cards, renderings and a held text; one defect planted in a copy is caught by its code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.corpus.check import Report, check_corpus
from ingest.corpus.problems import HeldArticle, HeldTexts
from tests.samples import CLIMAT, DOUBLE_BILAN, LABEL, SEUILS, TODAY, edited_yaml, statement, write_yaml

CARDS = "cartes/cnc/essai.yaml"
RENDERINGS = "rendus.yaml"
PREFIX = {"double-bilan": "double-bilan-2025", "csrd-seuil": "csrd-seuil-2026", "label-seuil": "label-seuil-65"}
ALONE = (
    "bilan-moments", "bilan-sanction", "ecriture-sans-bilan", "court-dispense", "prix-bilan", "vsme", "label-points",
    "allegations", "declaration-2027",
)  # fmt: skip
IDS = {
    "bilan-moments": "double-bilan-moments", "vsme": "vsme-obligatoire", "allegations": "allegations-directive",
    "declaration-2027": "declaration-2027",
}  # fmt: skip
HELD = HeldTexts(
    {
        "rga:122-18": (HeldArticle("Les entreprises remettent deux bilans relatifs à l'empreinte carbone.", TODAY),),
        "dir-csrd:19bis": (
            HeldArticle("Plus de 1 000 salariés et 450 millions d'euros de chiffre d'affaires.", TODAY),
        ),
        "dir-allegations:1": (HeldArticle("Il est interdit d'afficher une allégation générique.", TODAY),),
    }
)


def card(topic: str, **changes: Any) -> dict[str, Any]:
    """A card on one topic, read by another."""
    head = PREFIX.get(topic) or IDS.get(topic, topic)
    data: dict[str, Any] = {
        "id": f"carte-{topic}",
        "subject": f"sujet {topic}",
        "topics": [topic],
        "kinds": ["yes_no"],
        "asks": [f"Et pour {topic} ?"],
        "head": [head],
        "reviewed": {"by": "essai", "on": "2026-11-25"},
    }
    return data | changes


@pytest.fixture
def carded(corpus_dir: Path) -> Path:
    """The tiny corpus with a card on every topic that holds today, and two renderings."""
    cards = [card(t) for t in (*PREFIX, *ALONE) if t != "declaration-2027"]
    cards[-1]["then"] = ["declaration-2027"]
    cards[-1]["topics"].append("declaration-2027")
    write_yaml(corpus_dir / CARDS, cards)
    rows = [
        {"fr": "bilan carbone", "en": "carbon report", "not": ["carbon footprint"], "unless": ["empreinte"]},
        {"fr": "VHSS", "en": "harassment and violence", "always": True},
    ]
    write_yaml(corpus_dir / RENDERINGS, {"rendus": rows})
    return corpus_dir


def check(folder: Path) -> Report:
    return check_corpus(folder, TODAY, HELD)


def test_the_carded_corpus_is_clean(carded: Path) -> None:
    report = check(carded)
    assert report.problems == []
    assert report.warnings == []
    assert (report.cards.total, report.cards.reviewed, report.cards.topics_without) == (11, 11, 0)
    assert report.cards.statements_unshown == 3
    assert (report.texts.checked, report.texts.not_checked) == (8, 1)


def test_without_held_texts_nothing_is_said_to_be_compared(carded: Path) -> None:
    report = check_corpus(carded, TODAY)
    assert (report.texts.checked, report.texts.not_checked) == (0, 9)


def planted(**changes: Any) -> Callable[[Path], None]:
    """A statement of its own topic, with a card, added to the fiche of the carbon reports."""

    def plant(folder: Path) -> None:
        with edited_yaml(folder / DOUBLE_BILAN) as data:
            data["sections"][0]["statements"].append(statement(**{"id": "plante", "topic": "plante"} | changes))
        with edited_yaml(folder / CARDS) as data:
            data.append(card("plante"))

    return plant


def carding(**changes: Any) -> Callable[[Path], None]:
    """The first card, changed."""

    def plant(folder: Path) -> None:
        with edited_yaml(folder / CARDS) as data:
            data[0] |= changes

    return plant


def editing(file: str, ident: str, **changes: Any) -> Callable[[Path], None]:
    """A statement of the tiny corpus, changed."""

    def plant(folder: Path) -> None:
        with edited_yaml(folder / file) as data:
            for s in data["sections"][0]["statements"]:
                if s["id"] == ident:
                    s |= changes

    return plant


def both(*plants: Callable[[Path], None]) -> Callable[[Path], None]:
    """Several changes, together one defect."""

    def plant(folder: Path) -> None:
        for one in plants:
            one(folder)

    return plant


def said(text: str, lead: str | None, en: str, **more: Any) -> Callable[[Path], None]:
    """A planted fact with these three wordings."""
    return planted(text=text, lead=lead, en=en, polarity="fait", **more)


SEUIL = {"kind": "seuil", "value": 10, "unit": "salariés", "of": "salariés"}
ERRORS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "en principe dropped": (
        "lead_hedge",
        said(
            "En principe, le producteur tient le registre des bilans carbone.",
            "Le producteur tient le registre des bilans carbone.",
            "In principle, the producer keeps the register of carbon reports.",
        ),
    ),
    "author dropped": (
        "lead_hedge",
        said(
            "Selon Le Film français, le CNC publie la liste des bilans carbone.",
            "Le CNC affiche la liste des bilans carbone.",
            "According to Le Film français, the CNC publishes the list of carbon reports.",
        ),
    ),
    "to be checked dropped": (
        "lead_hedge",
        said(
            "Le CNC répond aux producteurs par courriel, à vérifier auprès de lui.",
            "Le CNC répond aux producteurs par courriel.",
            "The CNC answers producers by email, to be checked with it.",
        ),
    ),
    "conditional dropped": (
        "lead_hedge",
        said(
            "La région rembourserait le coût des bilans carbone.",
            "La région rembourse le coût des bilans carbone.",
            "The region would refund the cost of the carbon reports.",
        ),
    ),
    "formal notice dropped": (
        "lead_hedge",
        said(
            "L'oubli du registre expose à une amende après mise en demeure du ministre.",
            "L'oubli du registre expose à une amende.",
            "Omitting the register exposes to a fine after a formal notice from the minister.",
        ),
    ),
    "European law dropped": (
        "lead_hedge",
        said(
            "En droit européen, la société mère répond pour tout le groupe.",
            "La société mère répond pour tout le groupe.",
            "In EU law, the parent company answers for the whole group.",
        ),
    ),
    "end of validity dropped": (
        "lead_hedge",
        said(
            "Jusqu'au 30 juin 2028, le guichet accepte les dossiers sur papier.",
            "Le guichet accepte les dossiers sur papier.",
            "Until 30 June 2028, the desk accepts files on paper.",
        ),
    ),
    "hedge added by the lead": (
        "lead_hedge",
        said(
            "Le guichet accepte les dossiers sur papier.",
            "Le guichet accepte en principe les dossiers sur papier.",
            "The desk accepts files on paper.",
        ),
    ),
    "hedge lost in English": (
        "en_hedge",
        said(
            "Selon Le Film français, le guichet accepte en principe les dossiers sur papier.",
            None,
            "According to Le Film français, the desk accepts files on paper.",
        ),
    ),
    "bill told as law": (
        "bill_as_law",
        said(
            "Le projet de loi de finances prolonge le guichet papier.",
            None,
            "The finance bill extends the paper desk.",
        ),
    ),
    "vote told as law": (
        "bill_as_law",
        said(
            "Le Sénat a voté la fin du guichet papier.",
            None,
            "The Senate voted the end of the paper desk.",
        ),
    ),
    "bill that binds": ("bill_norm", planted(nature="projet")),
    "rule that binds nobody": ("acteur", planted(acteur=None)),
    "actor unknown": ("facet", planted(acteur=["machiniste"])),
    "need unknown": ("needs card_need", planted(needs=["inconnu"])),
    "need out of force": ("needs_out_of_force card_need", planted(needs=["double-bilan-2023"])),
    "needs in a circle": (
        "needs_circle",
        both(planted(needs=["bilan-sanction"]), editing(DOUBLE_BILAN, "bilan-sanction", needs=["plante"])),
    ),
    "unit of another field": (
        "bound_unit",
        planted(bounds=[{"field": "headcount", "op": "above", "value": 10, "unit": "EUR"}]),
    ),
    "figure untyped": ("value_missing", planted(values=[])),
    "English of a term": (
        "en_term",
        said("Le bilan carbone se lit en ligne.", None, "The carbon footprint is read online."),
    ),
    "term not spelled out": (
        "en_term",
        said("La formation VHSS se suit en ligne.", None, "The VHSS training is taken online."),
    ),
    "card on an unknown statement": ("card_statement", carding(then=["inconnu"])),
    "statement twice in a card": ("card_repeat", carding(then=["double-bilan-2025"])),
    "card headed by an old rule": ("card_head_out_of_force", carding(head=["double-bilan-2023"])),
    "card headed by a rule to come": (
        "card_head_out_of_force",
        carding(head=["declaration-2027"], topics=["double-bilan", "declaration-2027"]),
    ),
    "card on an unknown topic": ("card_topic", carding(topics=["double-bilan", "inconnu"])),
    "case unknown": ("card_supposes", carding(supposes={"genre": ["peplum"]})),
    "facet unknown": ("card_supposes", carding(supposes={"humeur": ["joyeuse"]})),
    "detail unknown": ("card_depends", carding(depends_on={"field": "humeur", "ask": "Quelle humeur ?"})),
    "verdict that depends": (
        "card_verdict",
        carding(verdict="yes", depends_on={"field": "aide", "ask": "Quelle aide demandez-vous ?"}),
    ),
    "card of an unknown rule": ("card_rule", carding(kinds=["yes_no"], rule="inconnue")),
    "kind twice": ("card_kinds", carding(kinds=["yes_no", "yes_no"])),
    "card id twice": ("card_id", carding(id="carte-csrd-seuil")),
    "question of two cards": ("card_ask_shared", carding(asks=["et pour CSRD-seuil"])),
    "question twice in a card": ("card_ask", carding(asks=["Deux fois ?", "deux fois"])),
}
WARNINGS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "threshold without bounds": (
        "threshold_unbound",
        planted(
            text="Au-delà de 10 salariés, le producteur remet un bilan carbone.",
            lead=None,
            en="Above 10 employees, the producer files a carbon report.",
            values=[SEUIL],
            source={"id": "cnc-faq"},
        ),
    ),
    "figure of what": ("value_of", planted(values=[{"kind": "nombre", "value": 2}])),
    "review past": ("review_due", planted(review_by="2026-11-01")),
    "head of another topic": ("card_head_topic", carding(head=["bilan-sanction"])),
    "card read by nobody": ("card_unreviewed", carding(reviewed=None)),
    "topic without a card": ("topic_without_card", editing(LABEL, "label-seuil-70", topic="seul")),
    "article that the text has not": (
        "locator_missing",
        editing(DOUBLE_BILAN, "bilan-sanction", source={"id": "rga", "locator": "art. 122-99"}),
    ),
    "figure that the article has not": (
        "article_figures",
        editing(
            DOUBLE_BILAN,
            "bilan-sanction",
            text="Un bilan carbone qui manque coûte 900 € au producteur.",
            lead=None,
            en="A missing carbon report costs the producer EUR 900.",
            values=[{"kind": "montant", "value": 900, "unit": "EUR", "of": "pénalité"}],
        ),
    ),
    "ban that the article has not": (
        "article_negation",
        editing(
            DOUBLE_BILAN,
            "bilan-sanction",
            text="Déposer un bilan carbone sur papier est interdit au producteur.",
            lead=None,
            en="Filing a carbon report on paper is prohibited for the producer.",
            polarity="interdit",
            acteur=["producteur"],
        ),
    ),
}


def test_there_are_enough_defects() -> None:
    assert len(ERRORS) + len(WARNINGS) >= 25


@pytest.mark.parametrize(("code", "plant"), ERRORS.values(), ids=ERRORS.keys())
def test_a_planted_defect_is_caught(carded: Path, code: str, plant: Callable[[Path], None]) -> None:
    plant(carded)
    assert {p.code for p in check(carded).problems} == set(code.split())


@pytest.mark.parametrize(("code", "plant"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_planted_doubt_is_listed(carded: Path, code: str, plant: Callable[[Path], None]) -> None:
    plant(carded)
    report = check(carded)
    assert report.problems == []
    assert {p.code for p in report.warnings} == {code}


@pytest.mark.parametrize(
    ("text", "lead", "en"),
    [
        (
            "Le montant de l'aide varie selon la taille de la société.",
            "Le montant de l'aide varie avec la taille.",
            "The amount of the aid depends on the size of the company.",
        ),
        (
            "Selon Ecoprod, le guide des décors est gratuit.",
            "Ecoprod dit son guide des décors gratuit.",
            "Ecoprod says that its set guide is free.",
        ),
        (
            "Le producteur doit vérifier les devis des prestataires.",
            "Le producteur doit contrôler les devis.",
            "The producer must check the quotes of suppliers.",
        ),
        (
            "Depuis le 1er janvier 2023, le guichet accepte les dossiers.",
            "Le guichet accepte les dossiers.",
            "Since 1 January 2023, the desk accepts files.",
        ),
        (
            "La loi qui a suivi le projet de loi de finances garde le guichet.",
            "La loi garde le guichet.",
            "The act that followed the finance bill keeps the desk.",
        ),
        (
            "Un poids lourd garde la vignette Crit'Air 1, et la vague 2 de contrôles attend.",
            "Un poids lourd garde la vignette Crit'Air 1.",
            "A lorry keeps the Crit'Air 1 sticker, and wave 2 of checks waits.",
        ),
    ],
)
def test_what_only_looks_like_a_defect_passes(carded: Path, text: str, lead: str, en: str) -> None:
    said(text, lead, en)(carded)
    assert check(carded).problems == []


def test_a_bill_that_says_so_passes(carded: Path) -> None:
    said("Le Sénat a voté la fin du guichet.", None, "The Senate voted the end of the desk.", nature="projet")(carded)
    assert check(carded).problems == []


def test_a_copy_of_another_day_says_nothing_of_a_rule(carded: Path) -> None:
    old = "Jusqu'au 1er mars 2025, un bilan carbone manquant coûtait 900 €."
    editing(
        DOUBLE_BILAN,
        "bilan-sanction",
        text=old,
        lead=None,
        en="Until 1 March 2025, a missing carbon report cost EUR 900.",
        values=[{"kind": "montant", "value": 900, "unit": "EUR", "of": "pénalité"}],
        in_force={"from": None, "until": "2025-03-01"},
    )(carded)
    assert "article_figures" not in {p.code for p in check(carded).warnings}


def test_an_extract_convicts_nobody(carded: Path) -> None:
    editing(SEUILS, "csrd-seuil-2024", source={"id": "dir-csrd", "locator": "art. 29 bis"})(carded)
    report = check(carded)
    assert "locator_missing" not in {p.code for p in report.warnings}
    assert report.texts.not_checked == 2


def test_an_unreadable_card_is_named(carded: Path) -> None:
    carding(kinds=["who"], verdict="yes")(carded)
    with pytest.raises(Exception, match="yes_no"):
        check(carded)


def test_the_climate_fiche_is_untouched_by_renderings_it_does_not_use(carded: Path) -> None:
    with edited_yaml(carded / CLIMAT) as data:
        data["sections"][0]["statements"][0]["en"] += " This is its carbon footprint."
    assert "en_term" not in {p.code for p in check(carded).problems}
