"""What may be replied to what is asked back: in one gesture, and in words that the next reading understands.

Guarantee: an option is a message as anyone may write it; a figure or a day is put in words that name what it is of
(« 600 salariés », « dépôt le 3 mars 2027 »), so that the page, the API and the terminal send what a person would.
"""

from __future__ import annotations

from assistant.answer import Detail
from ingest.corpus.cards import DependsOn
from ingest.corpus.fiches import CaseField
from ingest.corpus.glossary import FacetValue, Glossary
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import Language
from ingest.language.lexical import fold

_FIGURES: dict[str, dict[Language, str]] = {
    CaseField.HEADCOUNT: {"fr": "{} salariés", "en": "{} employees"},
    CaseField.TURNOVER: {"fr": "{} € de chiffre d'affaires", "en": "{} € turnover"},
    CaseField.BALANCE_SHEET: {"fr": "{} € de total de bilan", "en": "{} € balance sheet total"},
    CaseField.BUDGET: {"fr": "budget de {} €", "en": "budget of {} €"},
    CaseField.AD_SPEND: {"fr": "{} € de dépenses publicitaires", "en": "{} € of advertising spend"},
    CaseField.CONSUMPTION: {"fr": "{} GWh par an", "en": "{} GWh a year"},
    CaseField.SURFACE: {"fr": "{} m²", "en": "{} m²"},
    CaseField.POWER: {"fr": "{} kW", "en": "{} kW"},
    CaseField.DISTANCE: {"fr": "à {} mètres", "en": "{} metres away"},
    CaseField.HEIGHT: {"fr": "à {} mètres de haut", "en": "{} metres high"},
    CaseField.PEOPLE: {"fr": "{} personnes", "en": "{} people"},
    CaseField.VOLUME: {"fr": "{} litres par semaine", "en": "{} litres a week"},
    CaseField.DURATION: {"fr": "{} jours", "en": "{} days"},
    YearName.FINANCIAL_YEAR: {"fr": "exercice {}", "en": "financial year {}"},
}
"""A figure in the words that name it; `{}` holds the digits."""
_DAYS: dict[str, dict[Language, str]] = {
    DateName.FILING: {"fr": "dépôt le {}", "en": "filing on {}"},
    DateName.VISA: {"fr": "visa délivré le {}", "en": "visa issued on {}"},
    DateName.SHOOT: {"fr": "tournage le {}", "en": "shoot on {}"},
    DateName.SHOOT_END: {"fr": "fin du tournage le {}", "en": "shoot ends on {}"},
    DateName.DELIVERY: {"fr": "livraison le {}", "en": "delivery on {}"},
    DateName.BROADCAST: {"fr": "diffusion le {}", "en": "broadcast on {}"},
}
"""A day in the words that name it; `{}` holds the day, in words."""
_MOST = 8
"""Options that one chooses among, at most."""


def detail_of(depends: DependsOn, glossary: Glossary, language: Language) -> Detail:
    """What is asked back, in the language of the question, with what may be replied."""
    ask = (depends.ask_en if language == "en" else None) or depends.ask
    options = depends.options_en if language == "en" else depends.options
    values = glossary.facets.get(depends.field, {})
    if not options and language == "fr":  # labels are French
        options = tuple(_said(values[v]) for v in depends.values[:_MOST] if v in values)
    detail = Detail(field=depends.field, ask=ask, options=options)
    for kind, words in (("figure", _FIGURES), ("day", _DAYS)):
        if depends.field in words and not options:
            return detail.model_copy(update={"kind": kind, "reply": words[depends.field][language]})
    return detail


def _said(value: FacetValue) -> str:
    """A value in words that tell it: its label where it holds one of them, else the first of them."""
    label = fold(value.label)
    return value.label if any(fold(w) in label for w in value.words) or not value.words else value.words[0]
