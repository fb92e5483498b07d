"""A quantity of the case against a bound, in a fixed form: « votre effectif, 12 salariés, ne dépasse pas 500 ».

Guarantee: the figures are the asker's own words and the bound's typed value; nothing else is said.
"""

from __future__ import annotations

from assistant.planning.plan import Reason
from ingest.corpus.fiches import Bound, CaseField
from ingest.corpus.rules import DateName
from ingest.language.claims import Language

_NAMES: dict[Language, dict[CaseField, str]] = {
    "fr": {
        CaseField.HEADCOUNT: "votre effectif", CaseField.PEOPLE: "le nombre de personnes",
        CaseField.TURNOVER: "votre chiffre d'affaires", CaseField.BALANCE_SHEET: "votre total de bilan",
        CaseField.BUDGET: "votre budget",
        CaseField.AD_SPEND: "l'investissement publicitaire", CaseField.CONSUMPTION: "votre consommation",
        CaseField.SURFACE: "la surface", CaseField.POWER: "la puissance", CaseField.EMISSIONS: "l'émission",
        CaseField.DURATION: "la durée", CaseField.DISTANCE: "la distance", CaseField.WEIGHT: "le poids",
    },
    "en": {
        CaseField.HEADCOUNT: "your headcount", CaseField.PEOPLE: "the number of people",
        CaseField.TURNOVER: "your turnover", CaseField.BALANCE_SHEET: "your balance sheet total",
        CaseField.BUDGET: "your budget",
        CaseField.AD_SPEND: "the advertising spend", CaseField.CONSUMPTION: "your consumption",
        CaseField.SURFACE: "the surface", CaseField.POWER: "the power", CaseField.EMISSIONS: "the emission",
        CaseField.DURATION: "the duration", CaseField.DISTANCE: "the distance", CaseField.WEIGHT: "the weight",
    },
}  # fmt: skip
_VERBS: dict[Language, dict[str, tuple[str, str]]] = {
    "fr": {
        "above": ("dépasse", "ne dépasse pas"), "from": ("atteint", "n'atteint pas"),
        "below": ("est inférieur à", "n'est pas inférieur à"), "up_to": ("ne dépasse pas", "dépasse"),
    },
    "en": {
        "above": ("exceeds", "does not exceed"), "from": ("reaches", "does not reach"),
        "below": ("is below", "is not below"), "up_to": ("does not exceed", "exceeds"),
    },
}  # fmt: skip
_FEMININE = frozenset({CaseField.CONSUMPTION, CaseField.SURFACE, CaseField.POWER, CaseField.EMISSIONS,
                       CaseField.DURATION, CaseField.DISTANCE})  # fmt: skip


def case_words(reason: Reason, language: Language) -> str:
    """« votre chiffre d'affaires, 380 M€, ne dépasse pas 450 M€ »."""
    bound, quantity = reason.bound, reason.quantity
    name = _NAMES[language].get(quantity.field, "votre chiffre" if language == "fr" else "your figure")
    verb = _VERBS[language][bound.op][0 if reason.met else 1]
    if language == "fr" and quantity.field in _FEMININE:
        verb = verb.replace("inférieur à", "inférieure à")
    return f"{name}, {quantity.said}, {verb} {bound_words(bound, language)}"


_DAYS: dict[Language, dict[str, str]] = {
    "fr": {
        DateName.FILING: "dépôt", DateName.VISA: "visa", DateName.SHOOT: "tournage", DateName.DELIVERY: "livraison",
        DateName.SHOOT_END: "fin du tournage", DateName.BROADCAST: "diffusion", DateName.DECISION: "décision",
        DateName.PRINCIPLE: "décision de principe", DateName.PRELIMINARY: "autorisation préalable",
        DateName.INVESTMENT: "agrément des investissements", DateName.PROVISIONAL: "décision provisoire",
        DateName.GRANT: "décision d'aide",
    },
    "en": {
        DateName.FILING: "filing", DateName.VISA: "visa", DateName.SHOOT: "shoot", DateName.DELIVERY: "delivery",
        DateName.SHOOT_END: "end of shoot", DateName.BROADCAST: "broadcast", DateName.DECISION: "decision",
        DateName.PRINCIPLE: "decision in principle", DateName.PRELIMINARY: "preliminary authorisation",
        DateName.INVESTMENT: "investment approval", DateName.PROVISIONAL: "provisional decision",
        DateName.GRANT: "award of the aid",
    },
}  # fmt: skip


def fact_words(name: str, said: str, language: Language) -> str:
    """A fact of the case that is no quantity: « dépôt : mars 2027 », « long métrage »."""
    day = _DAYS[language].get(name)
    return f"{day}{' :' if language == 'fr' else ':'} {said}" if day else said


def bound_words(bound: Bound, language: Language) -> str:
    """« 450 M€ », « 500 salariés »."""
    value, unit = bound.value, bound.unit
    if unit == "EUR":
        for scale, name in ((1e9, "Md€"), (1e6, "M€")):
            if value >= scale and (value / scale * 10).is_integer():
                return (
                    f"{_number(value / scale, language)} {name}"
                    if language == "fr"
                    else f"€{_number(value / scale, language)}{'bn' if scale == 1e9 else 'm'}"
                )
        return f"{_number(value, language)} €" if language == "fr" else f"€{_number(value, language)}"
    if language == "en" and unit.startswith("salari"):
        unit = "employees"
    return f"{_number(value, language)} {unit}"


def _number(value: float, language: Language) -> str:
    whole = f"{value:,.2f}".rstrip("0").rstrip(".")
    if language == "en":
        return whole
    return whole.replace(",", "\u202f").replace(".", ",")


def matter_words(name: str) -> str:
    """The name of a rule within parentheses: « montrer un label vert ». Whose law it is, a heading says."""
    name = name.partition(" (")[0]
    return name[0].lower() + name[1:] if name[1].islower() else name
