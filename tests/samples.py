"""Builders for tests: a tiny corpus that is complete and clean, and the pieces to bend it.

    write_corpus(folder)                          the tiny corpus, on disk
    write_corpus(folder, {"sources.yaml": None})  …without a file
    with edited_yaml(folder / DOUBLE_BILAN) as fiche:  change a file in place
        fiche["sections"][0]["statements"][0]["lead"] = "…"
    statement(id="x", text="…")                   one valid statement, as data, with changes
    statement_model(…), register_of(source(…))    the same, as the package's own models

The tiny corpus: 4 fiches, 15 statements, 8 sources, 2 contacts. `TODAY` is 25 November 2026, and then:

    topic double-bilan     two versions: fiction and documentary from 2023-02-01, animation and games from 2025-03-01
    topic csrd-seuil       three: 250 employees (2024), 1 000 employees (from 2026-03-19, current)
    topic label-seuil      65 %, and 70 % with a commitment phase
    dement                 `court-dispense`, `vsme-obligatoire`
    absence                `prix-bilan` (confidence basse, contact cnc), `label-points` (contact ecoprod)
    upcoming               `allegations-directive`, in force from 2026-09-27 ; `declaration-2027` from 2027-01-01
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ingest.corpus.fiches import Statement
from ingest.corpus.register import Register, Source

TODAY = date(2026, 11, 25)

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DOUBLE_BILAN = "fiches/cnc/double-bilan.yaml"
SEUILS = "fiches/csrd/csrd-seuils.yaml"
LABEL = "fiches/label/label-score.yaml"
CLIMAT = "fiches/climat/allegations.yaml"

ARTICLE_122_18 = (
    "Les entreprises sollicitant l'attribution d'une aide financière à la production remettent au Centre national "
    "du cinéma et de l'image animée :",
    "1° Lors de la remise du devis de production, un bilan prévisionnel détaillé relatif à l'empreinte carbone ;",
    "2° Lors de la remise du coût définitif de production, un bilan définitif détaillé relatif à l'empreinte carbone.",
)
OFFICIAL_TEXT = f"""---
title: "Code du cinéma (extrait d'essai)"
snapshot: "2026-03"
---

# Code du cinéma (extrait d'essai)

## Livre I : Dispositions générales

### Article L. 111-2

Le Centre national du cinéma et de l'image animée soutient la création. Il observe l'évolution des professions.

### Article 122-18

{"".join(part + chr(10) * 2 for part in ARTICLE_122_18)}### Article 122-19

Les entreprises sont à jour de la taxe prévue à l'article L. 452-5 du code des impositions.
"""
"""An official file as `corpus add` takes it: two articles of the RGA (hosted by the code), one of the code."""


def statement(**changes: Any) -> dict[str, Any]:
    """A valid statement, as YAML data; a change to None drops the field."""
    data: dict[str, Any] = {
        "id": "essai",
        "topic": "essai",
        "text": "Le producteur remet au CNC 2 bilans carbone avec sa demande d'aide.",
        "lead": "Le producteur remet 2 bilans carbone au CNC.",
        "en": "The producer files 2 carbon reports with the CNC when applying for support.",
        "role": "regle",
        "polarity": "oblige",
        "answers": ["dois-je", "quoi"],
        "asked_as": ["Que remettre au CNC ?", "faut il un bilan carbonne", "Do I need a carbon report?"],
        "regime": "cnc",
        "source": {"id": "rga", "locator": "art. 122-18", "version": "2026-03"},
        "confidence": "haute",
        "review_by": "2027-05-24",
    }
    data.update(changes)
    if data["polarity"] != "fait":
        data.setdefault("acteur", ["producteur"])
    if "2 bilans" in (data["text"] or ""):
        data.setdefault("values", [{"kind": "nombre", "value": 2, "unit": "bilans", "of": "bilans à remettre"}])
    return {k: v for k, v in data.items() if v is not None}


def statement_model(**changes: Any) -> Statement:
    """The same, validated."""
    return Statement.model_validate(statement(**changes))


def fiche(fiche_id: str, domain: str, *statements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A fiche with one section, as YAML data."""
    data: dict[str, Any] = {
        "id": fiche_id,
        "title": f"Fiche d'essai {fiche_id}",
        "domain": domain,
        "intent": "Savoir ce que la fiche d'essai permet de savoir.",
        "introduction": "Cette fiche d'essai réunit les règles utiles aux tests.",
        "sections": [{"title": "Règles", "statements": list(statements)}],
    }
    data.update(changes)
    return data


def source(**changes: Any) -> dict[str, Any]:
    """A valid source of the register, as YAML data."""
    data: dict[str, Any] = {
        "id": "texte",
        "title": "Texte d'essai",
        "issuer": "Clapvert",
        "nature": "reglement",
        "rank": "officiel",
        "domains": ["cnc"],
        "regime": "fr",
        "url": "https://www.legifrance.gouv.fr/essai",
    }
    data.update(changes)
    return {k: v for k, v in data.items() if v is not None}


def register_of(*sources: dict[str, Any]) -> Register:
    """A register of these sources."""
    return Register(tuple(Source.model_validate(s) for s in sources))


def tiny_sources() -> list[dict[str, Any]]:
    """The register of the tiny corpus."""
    return [
        source(
            id="code-cinema",
            title="Code du cinéma et de l'image animée",
            short_title="Code du cinéma",
            nature="code",
            aliases=["code du cinéma"],
        ),
        source(
            id="rga",
            title="Règlement général des aides financières du CNC",
            short_title="RGA du CNC",
            issuer="CNC",
            regime="cnc",
            within={"source": "code-cinema", "numbers": "^[0-9]"},
            aliases=["RGA", "règlement général des aides"],
        ),
        source(
            id="code-env",
            title="Code de l'environnement",
            nature="code",
            domains=["climat"],
            aliases=["code de l'environnement"],
        ),
        source(
            id="dir-csrd",
            title="Directive comptable, rédaction issue de la CSRD",
            short_title="Directive CSRD",
            issuer="Union européenne",
            nature="directive",
            domains=["csrd"],
            regime="ue",
            aliases=["CSRD", "directive CSRD"],
        ),
        source(
            id="dir-allegations",
            title="Directive sur les allégations environnementales",
            issuer="Union européenne",
            nature="directive",
            domains=["climat"],
            regime="ue",
        ),
        source(
            id="efrag-vsme",
            title="Norme volontaire VSME",
            issuer="EFRAG",
            nature="norme",
            rank="autorite",
            domains=["csrd"],
            regime="ue",
            language="en",
        ),
        source(
            id="ecoprod-label",
            title="Référentiel du Label Ecoprod",
            issuer="Ecoprod",
            nature="referentiel",
            rank="autorite",
            domains=["label"],
            regime="ecoprod",
        ),
        source(
            id="cnc-faq",
            title="Questions et réponses du CNC",
            issuer="CNC",
            nature="page",
            rank="autorite",
            regime="cnc",
        ),
    ]


def tiny_contacts() -> list[dict[str, Any]]:
    """The contacts of the tiny corpus."""
    return [
        {
            "id": "cnc",
            "name": "CNC",
            "url": "https://www.cnc.fr",
            "about": "aides et bilans carbone",
            "domains": ["cnc"],
        },
        {"id": "ecoprod", "name": "Ecoprod", "url": "https://ecoprod.com", "about": "label", "domains": ["label"]},
    ]


def tiny_glossary() -> dict[str, Any]:
    """The glossary of the tiny corpus."""
    return {
        "facets": {
            "genre": {
                "cinema": {"label": "cinéma", "words": ["cinéma"]},
                "court-metrage": {
                    "label": "court métrage",
                    "within": ["cinema"],
                    "words": ["court métrage", "short film"],
                },
                "long-metrage": {
                    "label": "long métrage",
                    "within": ["cinema"],
                    "words": ["long métrage", "feature film"],
                },
                "fiction": {"label": "fiction", "words": ["fiction"]},
                "documentaire": {"label": "documentaire", "words": ["documentaire", "documentary"]},
                "animation": {"label": "animation", "words": ["animation", "dessin animé"]},
                "jeu-video": {"label": "jeu vidéo", "words": ["jeu vidéo", "video game"]},
                "publicite": {"label": "publicité", "words": ["publicité", "pub", "commercial"]},
            },
            "aide": {
                "production": {"label": "aide à la production", "words": ["aide à la production"]},
                "selective": {"label": "aide sélective", "within": ["production"], "words": ["aide sélective"]},
                "ecriture": {"label": "aide à l'écriture", "words": ["aide à l'écriture"]},
            },
            "taille": {"grande": {"label": "grande entreprise", "words": ["grande entreprise"]}},
            "lieu": {"studio": {"label": "studio", "words": ["studio", "en studio"]}},
            "acteur": {"producteur": {"label": "producteur", "words": ["producteur", "production", "producer"]}},
        },
        "terms": [
            {"term": "bilan carbone", "also": ["carbon report", "bilan co2"], "domains": ["cnc"]},
            {
                "term": "CSRD",
                "also": ["rapport de durabilité"],
                "definition": "Directive européenne.",
                "domains": ["csrd"],
            },
        ],
    }


def tiny_fiches() -> dict[str, dict[str, Any]]:
    """The fiches of the tiny corpus, by path."""
    return copy.deepcopy(_FICHES)


_ALL_GENRES = ["cinema", "fiction", "documentaire", "animation", "jeu-video"]
_FICHES: dict[str, dict[str, Any]] = {
    DOUBLE_BILAN: fiche(
        "double-bilan",
        "cnc",
        statement(
            id="double-bilan-2025",
            topic="double-bilan",
            text="Depuis le 1er mars 2025, toute demande d'aide du CNC à la production, animation et jeux vidéo "
            "compris, suppose de remettre 2 bilans carbone : un prévisionnel et un définitif.",
            lead="Depuis le 1er mars 2025, une aide du CNC à la production suppose de remettre 2 bilans carbone.",
            en="Since 1 March 2025, any application for CNC production support, animation and video games included, "
            "requires 2 carbon reports: a provisional one and a final one.",
            facets={"genre": _ALL_GENRES, "aide": ["production"]},
            values=[
                {"kind": "nombre", "value": 2, "unit": "bilans", "of": "bilans à remettre"},
                {"kind": "date", "value": "2025-03-01"},
            ],
            answers=["dois-je", "quoi", "combien"],
            asked_as=[
                "Quels bilans carbone remettre pour une aide du CNC ?",
                "faut il calculer le co2 de mon film pour l'aide",
                "Do I need a carbon report to get CNC funding?",
            ],
            in_force={"from": "2025-03-01", "until": None},
        ),
        statement(
            id="double-bilan-2023",
            topic="double-bilan",
            text="Du 1er février 2023 au 28 février 2025, seules les aides à la fiction et au documentaire demandaient "
            "2 bilans carbone au producteur.",
            lead=None,
            en="From 1 February 2023 to 28 February 2025, only support for fiction and documentary required 2 carbon "
            "reports from the producer.",
            facets={"genre": ["fiction", "documentaire"], "aide": ["production"]},
            asked_as=[
                "Quels bilans carbone remettre au CNC en 2024 ?",
                "avant 2025 l'animation devait un bilan carbone ?",
                "Were carbon reports needed for fiction in 2024?",
            ],
            in_force={"from": "2023-02-01", "until": "2025-02-28"},
            source={"id": "rga", "locator": "art. 122-18", "version": "2023-02"},
        ),
        statement(
            id="double-bilan-moments",
            topic="bilan-moments",
            text="Le bilan carbone prévisionnel se remet avec le devis de production, et le bilan carbone définitif "
            "avec le coût définitif de production.",
            lead="Le bilan prévisionnel se remet avec le devis, le définitif avec le coût définitif.",
            en="The provisional carbon report is filed with the production budget, and the final carbon report with "
            "the final production cost.",
            role="echeance",
            answers=["quand"],
            asked_as=[
                "Quand remettre le bilan prévisionnel et le bilan définitif ?",
                "je rends les papiers carbone à quel moment",
                "When do I file the carbon reports?",
            ],
            source={"id": "rga", "locator": "art. 122-18, 1° et 2°", "version": "2026-03"},
            in_force={"from": "2023-02-01", "until": None},
        ),
        statement(
            id="bilan-sanction",
            topic="bilan-sanction",
            text="Un bilan carbone qui manque entraîne le refus de l'aide du CNC, ou le retrait de l'aide accordée et "
            "le reversement des sommes reçues.",
            lead="Un bilan carbone qui manque entraîne le refus ou le retrait de l'aide.",
            en="A missing carbon report leads to refusal of the CNC support, or to withdrawal of the support granted "
            "and repayment of the sums received.",
            role="sanction",
            polarity="fait",
            answers=["quoi"],
            asked_as=[
                "Que risque le producteur qui ne remet pas le bilan carbone ?",
                "si j'oublie le bilan je perds l'aide ?",
                "What happens if a carbon report is missing?",
            ],
        ),
        statement(
            id="ecriture-sans-bilan",
            topic="ecriture-sans-bilan",
            text="Une aide à l'écriture du CNC ne demande aucun bilan carbone.",
            lead="Une aide à l'écriture ne demande aucun bilan carbone.",
            en="CNC writing support does not require any carbon report.",
            role="exception",
            polarity="n_oblige_pas",
            facets={"aide": ["ecriture"]},
            answers=["dois-je"],
            asked_as=[
                "Faut-il un bilan carbone pour une aide à l'écriture ?",
                "scenario : bilan co2 ou pas",
                "Is a carbon report needed for writing support?",
            ],
            source={"id": "cnc-faq", "locator": "question 4", "version": "2026-10"},
        ),
        statement(
            id="court-dispense",
            topic="court-dispense",
            text="Le court métrage aidé n'est pas dispensé des bilans carbone du CNC.",
            lead="Le court métrage n'est pas dispensé des bilans carbone.",
            en="A supported short film is not exempt from the CNC carbon reports.",
            role="dement",
            polarity="oblige",
            belief="Les courts métrages sont dispensés de bilan carbone.",
            facets={"genre": ["court-metrage"], "aide": ["production"]},
            answers=["dois-je"],
            asked_as=[
                "Les courts métrages sont-ils dispensés de bilan carbone ?",
                "mon court est exempté non ?",
                "Are short films exempt from carbon reports?",
            ],
        ),
        statement(
            id="prix-bilan",
            topic="prix-bilan",
            text="Aucun texte ne fixe le prix d'un bilan carbone de production.",
            lead=None,
            en="No text sets the price of a production carbon report.",
            role="absence",
            polarity="fait",
            answers=["combien"],
            asked_as=[
                "Combien coûte un bilan carbone ?",
                "c'est quoi le tarif d'un bilan co2",
                "How much does a carbon report cost?",
            ],
            contacts=["cnc"],
            confidence="basse",
            source={"id": "cnc-faq", "locator": None, "version": "2026-10"},
        ),
        title="Les deux bilans carbone du CNC",
        intent="Savoir quels bilans carbone remettre au CNC, et quand.",
        introduction="Les aides du CNC à la production supposent de remettre des bilans carbone.",
        see_also=["label-score"],
    ),
    SEUILS: fiche(
        "csrd-seuils",
        "csrd",
        statement(
            id="csrd-seuil-2024",
            topic="csrd-seuil",
            text="Du 1er janvier 2024 au 18 mars 2026, la CSRD visait les grandes entreprises de plus de 250 salariés.",
            lead="Jusqu'au 18 mars 2026, la CSRD visait les grandes entreprises de plus de 250 salariés.",
            en="From 1 January 2024 to 18 March 2026, the CSRD applied to large companies with more than 250 "
            "employees.",
            role="chiffre",
            polarity="fait",
            regime="ue",
            facets={"taille": ["grande"]},
            values=[{"kind": "seuil", "value": 250, "unit": "salariés", "of": "salariés"}],
            answers=["combien", "qui"],
            asked_as=[
                "En 2024, quel était le seuil de la CSRD ?",
                "avant l'omnibus combien de salariés pour la csrd",
                "What was the CSRD threshold in 2024?",
            ],
            in_force={"from": "2024-01-01", "until": "2026-03-18"},
            source={"id": "dir-csrd", "locator": "art. 19 bis", "version": "2022-12"},
        ),
        statement(
            id="csrd-seuil-2026",
            topic="csrd-seuil",
            text="Depuis le 19 mars 2026, la CSRD vise les entreprises de plus de 1 000 salariés et de plus de "
            "450 millions d'euros de chiffre d'affaires.",
            lead="La CSRD vise les entreprises de plus de 1 000 salariés et 450 millions d'euros d'affaires.",
            en="Since 19 March 2026, the CSRD applies to companies with more than 1,000 employees and more than EUR "
            "450 million in turnover.",
            role="chiffre",
            polarity="fait",
            regime="ue",
            facets={"taille": ["grande"]},
            bounds=[
                {"field": "headcount", "op": "above", "value": 1000, "unit": "salariés"},
                {"field": "turnover", "op": "above", "value": 450000000, "unit": "EUR"},
            ],
            values=[
                {"kind": "seuil", "value": 1000, "unit": "salariés", "of": "salariés"},
                {"kind": "montant", "value": 450000000, "unit": "EUR", "of": "chiffre d'affaires"},
            ],
            answers=["combien", "qui", "dois-je"],
            asked_as=[
                "Quel est le seuil de la CSRD ?",
                "ma boite de prod est concernee par la csrd ?",
                "Which companies fall under the CSRD?",
            ],
            in_force={"from": "2026-03-19", "until": None},
            applies_to={"from": "2027-01-01", "until": None, "basis": "exercices ouverts à compter de cette date"},
            source={"id": "dir-csrd", "locator": "art. 19 bis", "version": "2026-03"},
        ),
        statement(
            id="vsme-obligatoire",
            topic="vsme",
            text="La norme VSME n'est pas obligatoire : une petite société de production l'applique si elle le veut.",
            lead="La norme VSME n'est pas obligatoire.",
            en="The VSME standard is not mandatory: a small production company applies it if it wishes.",
            role="dement",
            polarity="n_oblige_pas",
            belief="La norme VSME est obligatoire pour les petites sociétés.",
            regime="ue",
            answers=["dois-je"],
            asked_as=[
                "La norme VSME est-elle obligatoire ?",
                "vsme c'est forcé pour les petits ?",
                "Is the VSME standard mandatory?",
            ],
            source={"id": "efrag-vsme", "locator": None, "version": "2024-12"},
        ),
        title="Les seuils de la CSRD",
        intent="Savoir si une société de production relève de la CSRD.",
        introduction="La CSRD demande un état de durabilité aux entreprises d'une certaine taille.",
    ),
    LABEL: fiche(
        "label-score",
        "label",
        statement(
            id="label-seuil-65",
            topic="label-seuil",
            text="Le Label Ecoprod se délivre à partir d'un score de 65 % des points applicables.",
            lead="Le Label Ecoprod demande un score de 65 %.",
            en="The Ecoprod Label is granted from a score of 65% of the applicable points.",
            role="chiffre",
            polarity="fait",
            regime="ecoprod",
            values=[{"kind": "taux", "value": 65, "unit": "%", "of": "score"}],
            answers=["combien"],
            asked_as=[
                "Quel score faut-il pour le Label Ecoprod ?",
                "combien de points pour le label",
                "What score does the Ecoprod Label need?",
            ],
            source={"id": "ecoprod-label", "locator": "critère D3", "version": "2026"},
        ),
        statement(
            id="label-seuil-70",
            topic="label-seuil",
            text="Avec une phase d'engagement, le Label Ecoprod se délivre à partir d'un score de 70 %.",
            lead="Avec une phase d'engagement, le seuil du Label Ecoprod est de 70 %.",
            en="With a commitment phase, the Ecoprod Label is granted from a score of 70%.",
            role="condition",
            polarity="fait",
            regime="ecoprod",
            values=[{"kind": "taux", "value": 70, "unit": "%", "of": "score"}],
            answers=["combien"],
            asked_as=[
                "Quel score avec une phase d'engagement ?",
                "le seuil monte si on s'engage avant ?",
                "What is the threshold with a commitment phase?",
            ],
            source={"id": "ecoprod-label", "locator": "critère D3", "version": "2026"},
        ),
        statement(
            id="label-points",
            topic="label-points",
            text="Le barème en points de chaque critère du Label Ecoprod n'est pas public.",
            lead=None,
            en="The points of each criterion of the Ecoprod Label are not public.",
            role="absence",
            polarity="fait",
            regime="ecoprod",
            answers=["combien"],
            asked_as=[
                "Combien de points vaut chaque critère du label ?",
                "ou trouver le bareme du label",
                "How many points is each criterion worth?",
            ],
            contacts=["ecoprod"],
            source={"id": "ecoprod-label", "locator": None, "version": "2026"},
        ),
        title="Le score du Label Ecoprod",
        intent="Savoir quel score le Label Ecoprod demande.",
        introduction="Le Label Ecoprod s'obtient sur un score, calculé sur des critères.",
    ),
    CLIMAT: fiche(
        "allegations",
        "climat",
        statement(
            id="allegations-directive",
            topic="allegations",
            text="Depuis le 27 septembre 2026, une publicité ne peut plus afficher une allégation environnementale "
            "générique sans preuve.",
            lead=None,
            en="Since 27 September 2026, an advertisement may not display a generic environmental claim without proof.",
            role="regle",
            polarity="interdit",
            regime="ue",
            facets={"genre": ["publicite"]},
            answers=["puis-je"],
            asked_as=[
                "Une publicité peut-elle dire « vert » sans preuve ?",
                "j'ai le droit d'ecrire ecologique dans ma pub ?",
                "Can an ad say green without proof?",
            ],
            in_force={"from": "2026-09-27", "until": None},
            source={"id": "dir-allegations", "locator": "art. 1", "version": "2024-02"},
        ),
        statement(
            id="declaration-2027",
            topic="declaration-2027",
            text="À partir du 1er janvier 2027, l'annonceur déclarera chaque année ses dépenses de publicité.",
            lead=None,
            en="From 1 January 2027, the advertiser will declare its advertising spending every year.",
            role="echeance",
            polarity="oblige",
            regime="fr",
            facets={"genre": ["publicite"]},
            answers=["quand", "dois-je"],
            asked_as=[
                "Quand déclarer les dépenses de publicité ?",
                "declaration des pubs c'est pour quand",
                "When must advertising spending be declared?",
            ],
            in_force={"from": "2027-01-01", "until": None},
            source={"id": "code-env", "locator": "art. L. 229-67", "version": "2026-03"},
        ),
        title="Les allégations environnementales en publicité",
        intent="Savoir ce qu'une publicité a le droit de dire de l'environnement.",
        introduction="Une publicité qui parle d'environnement suit des règles européennes et françaises.",
    ),
}


def tiny_corpus() -> dict[str, Any]:
    """Every file of the tiny corpus, by path relative to the corpus folder."""
    return {
        "sources.yaml": {"sources": tiny_sources()},
        "contacts.yaml": {"contacts": tiny_contacts()},
        "glossaire.yaml": tiny_glossary(),
        "regles/csrd.yaml": tiny_rules(),
        "regles/cas/csrd.yaml": tiny_cases(),
        **tiny_fiches(),
    }


def tiny_steps_vocabulary() -> dict[str, Any]:
    """Who does the steps of the tiny démarche, and when."""
    return {
        "who": {"production": {"fr": "production", "en": "production company"}},
        "stages": {
            "filing": {"fr": "au dépôt", "en": "on filing", "turns_on": "filing"},
            "after": {"fr": "après", "en": "afterwards"},
        },
    }


def demarche(**changes: Any) -> dict[str, Any]:
    """A démarche of the tiny corpus, of two steps, with a cut."""
    data: dict[str, Any] = {
        "id": "rendre-les-bilans",
        "title": {"fr": "Rendre les bilans carbone", "en": "Handing in the carbon reports"},
        "domain": "cnc",
        "about": ["double-bilan-2025"],
        "asks": [
            "Comment rendre les bilans carbone, étape par étape ?",
            "On s'organise comment pour les bilans carbone ?",
            "bilans carbone, marche à suivre",
            "par quoi commencer pour les bilans carbone",
            "démarches pour remettre les bilans",
            "qui fait quoi pour les bilans carbone et dans quel ordre",
            "que faire pour nos bilans carbone",
            "How do we hand in the carbon reports?",
        ],
        "steps": [
            {
                "stage": "filing",
                "who": "production",
                "do": {"fr": "Remettez les bilans carbone.", "en": "Hand in the carbon reports."},
                "rests_on": ["double-bilan-2025"],
            },
            {
                "stage": "after",
                "who": "production",
                "do": {"fr": "Gardez-en la preuve.", "en": "Keep proof of it."},
                "document": {"fr": "la preuve", "en": "the proof"},
                "late": {"fr": "l'aide est refusée.", "en": "the support is refused."},
                "rests_on": ["bilan-sanction"],
            },
        ],
        "cuts": [
            {
                "id": "rendre-le-definitif",
                "title": {"fr": "Rendre le bilan définitif", "en": "Handing in the final report"},
                "asks": [
                    "garder la preuve du bilan",
                    "preuve du bilan, que faire",
                    "how do we keep proof of the report",
                ],
                "steps": [2],
            }
        ],
    }
    return data | changes


def tiny_rule_card() -> dict[str, Any]:
    """The card whose question the rule decides."""
    return {
        "id": "carte-csrd-publier",
        "subject": "la publication d'un rapport CSRD",
        "topics": ["csrd-seuil"],
        "kinds": ["yes_no"],
        "rule": "csrd-publier",
        "asks": ["Doit-on publier un rapport CSRD ?", "rapport csrd à publier ?", "Must we publish a CSRD report?"],
        "head": ["csrd-seuil-2026"],
    }


def tiny_rules() -> list[dict[str, Any]]:
    """One rule, on the thresholds of the CSRD."""
    figures = ("headcount", "Combien de salariés avez-vous ?"), ("turnover", "Quel est votre chiffre d'affaires ?")
    return [
        {
            "id": "csrd-publier",
            "matter": "csrd-publier",
            "settles": "Une société doit-elle publier un rapport CSRD ?",
            "settles_en": "Must a company publish a CSRD report?",
            "stage": "company",
            "name": "Rapport CSRD",
            "name_en": "CSRD report",
            "regime": "ue",
            "bound": ["producteur"],
            "asks": [
                "Doit-on publier un rapport CSRD avec 12 salariés ?",
                "Sommes-nous obligés de publier un rapport CSRD ?",
                "Must we publish a CSRD report with 12 employees?",
            ],
            "inputs": [{"field": f, "ask": ask, "ask_en": "How much?"} for f, ask in figures],
            "versions": [
                {
                    "in_force": {"from": "2026-03-19"},
                    "outcomes": [
                        {
                            "if": "headcount > 1000 && turnover > 450000000",
                            "verdict": "yes",
                            "strength": "likely",
                            "shown": ["csrd-seuil-2026"],
                        },
                        {"verdict": "no", "strength": "likely", "shown": ["csrd-seuil-2026"]},
                    ],
                }
            ],
        }
    ]


def tiny_cases() -> list[dict[str, Any]]:
    """The cases of the rule: at each border, and what is asked for."""
    rows: list[tuple[dict[str, float], str, str | None]] = [
        ({"headcount": 1001, "turnover": 450000001}, "yes", None),
        ({"headcount": 1000, "turnover": 460000000}, "no", None),
        ({"headcount": 1200, "turnover": 450000000}, "no", None),
        ({"headcount": 12}, "no", None),
        ({"headcount": 1200}, "open", "turnover"),
    ]
    return [
        {"rule": "csrd-publier", "given": given, "expect": expect, "of": "art. 19 bis"}
        | ({"asks": asks} if asks else {})
        for given, expect, asks in rows
    ]


def write_corpus(folder: Path, files: dict[str, Any] | None = None) -> Path:
    """Write the tiny corpus, with `files` added or replaced; a file given as None is left out."""
    for name, data in (tiny_corpus() | (files or {})).items():
        if data is not None:
            write_yaml(folder / name, data)
    return folder


def write_yaml(path: Path, data: Any) -> Path:
    """Write data as YAML; text is written as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        data
        if isinstance(data, str)
        else yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    )
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def edited_yaml(path: Path) -> Iterator[Any]:
    """The data of a YAML file, written back at the end of the block."""
    data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    yield data
    write_yaml(path, data)
