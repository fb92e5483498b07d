"""How a missing detail of the case is asked for, in French and in English: fixed questions, which claim nothing."""

from __future__ import annotations

from ingest.corpus.cards import DependsOn
from ingest.corpus.fiches import CaseField

_FR = {
    CaseField.HEADCOUNT: "Combien de salariés votre société compte-t-elle, en moyenne sur l'exercice ?",
    CaseField.TURNOVER: "Quel est votre chiffre d'affaires net ?",
    CaseField.BALANCE_SHEET: "Quel est votre total de bilan ?",
    CaseField.BUDGET: "Quel est le budget ?",
    CaseField.AD_SPEND: "Combien investissez-vous en publicité sur l'année ?",
    CaseField.CONSUMPTION: "Quelle est votre consommation d'énergie par an ?",
    CaseField.SURFACE: "Quelle est la surface ?",
    CaseField.POWER: "Quelle est la puissance ?",
    CaseField.EMISSIONS: "Combien émet le véhicule, en grammes de CO2 par kilomètre ?",
    CaseField.DURATION: "Combien de temps cela dure-t-il ?",
    CaseField.DISTANCE: "À quelle distance ?",
    CaseField.PEOPLE: "Combien de personnes êtes-vous sur place ?",
    CaseField.SCORE: "Quel est votre score ?",
}
_EN = {
    CaseField.HEADCOUNT: "How many employees does your company have, on average over the financial year?",
    CaseField.TURNOVER: "What is your net turnover?",
    CaseField.BALANCE_SHEET: "What is your balance sheet total?",
    CaseField.BUDGET: "What is the budget?",
    CaseField.AD_SPEND: "How much do you spend on advertising over the year?",
    CaseField.CONSUMPTION: "What is your energy consumption a year?",
    CaseField.SURFACE: "What is the surface?",
    CaseField.POWER: "What is the power?",
    CaseField.EMISSIONS: "How much does the vehicle emit, in grams of CO2 per kilometre?",
    CaseField.DURATION: "How long does it last?",
    CaseField.DISTANCE: "At what distance?",
    CaseField.PEOPLE: "How many people are you on site?",
    CaseField.SCORE: "What is your score?",
}
ASKS = {
    field: {
        "ask": _FR.get(field, "Pouvez-vous préciser ce chiffre ?"),
        "ask_en": _EN.get(field, "Can you give that figure?"),
    }
    for field in CaseField
}
SUBJECT = DependsOn(
    field="subject",
    ask="De quoi parlez-vous : d'une aide du CNC, de la CSRD, d'une publicité, d'un label, d'un lieu ou d'une règle du "
    "tournage ? Et pour quel genre d'œuvre ou de société ?",
    ask_en="What is it about: CNC support, the CSRD, an advert, a label, a place or a rule of the shoot? And for what "
    "kind of work or company?",
)
ROLE = DependsOn(
    field="acteur",
    ask="Que préparez-vous (film, série, documentaire, animation, publicité…), et à quel titre : production, régie, "
    "agence, annonceur, chaîne, studio, association ?",
    ask_en="What are you preparing (film, series, documentary, animation, advert…), and in what role: production, "
    "unit, agency, advertiser, broadcaster, studio, non-profit?",
)
"""What is asked of who asks where to begin, and says no more."""
