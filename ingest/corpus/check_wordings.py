"""`text`, `lead`, `en` and `values` make one claim: same figures, dates, negation, force and hedges.

Guarantee: what is shown of a statement, in either language and at either length, is as sure and as bounded as its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from ingest.corpus.fiches import Statement
from ingest.corpus.hedges import drift, lost_in_english
from ingest.corpus.problems import Problem, error, warning
from ingest.corpus.renderings import Rendering
from ingest.language.claims import MONTHS_FR, Claim, Figure, flipped, read_claim, unsupported
from ingest.language.locators import strip_spans

_NUMBERED = re.compile(
    r"\b(?:vagues?|niveaux?|critères?|scopes?|périmètres?|jeux?|étapes?|phases?|alinéas?|points?|versions?|activités?|modules?|questions?|"
    r"pages?|catégories?|classes?|saisons?|numéros?|Crit'Air|Euro)\s(?:n°\s?)?\d[\d.]*(?:(?:,|\s(?:et|à|ou))\s\d[\d.]*)*(?!\s?(?:%|[kM]?d?€)|[\d,])"
)
"""A number that names (« vague 1 », « niveaux 1 et 2 », « France 3 », « BS 8909 »), and counts nothing."""
_QUOTED = re.compile(r"«[^»]*»")
_NUMBER = re.compile(r"(?<![\w,./-])(?:\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?![\w/]|[.,-]\d)")
_COUNTS = re.compile(
    r"(?:\s?(?:à|et|ou|-|–)\s?\d[\d ]*(?:,\d+)?)*"
    rf"(?:\s?[%€]|\s(?:M|Md|k)€|\s(?:[MGTk]?(?:Wh?|VA|t(?:CO2e?)?|V)|L|dB)\b|\s(?!(?:à|a|au|aux|contre|dans|de|des|du|en|est|et|les?|la|n|ne|ont|ou|où|par|pas|pour|que?|qui|selon|sont|sur|voire|{'|'.join(MONTHS_FR)})\b)"
    r"[a-zéèêàœµ]+[\w²³₂]*)"
)
"""What stands after a number that counts: a unit, or what is counted, perhaps after the other end of a range."""
_SCALES = (1.0, 1e3, 1e6, 1e9, 1e-3, 1e-6)
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})


def check_wordings(s: Statement, where: str, renderings: Iterable[Rendering] = ()) -> list[Problem]:
    """The wordings of a statement or of a criterion, compared with its text."""
    text = read_claim(s.text)
    out = []
    if s.lead:
        lead = read_claim(s.lead)
        out += [
            error("lead_claim", where, f"lead dit plus que text : {m}")
            for m in (*unsupported(lead, text), *flipped(lead, text))
        ]
    english = read_claim(s.en, "en")
    differ = (*unsupported(english, text), *unsupported(text, english), *_translation_flips(english, text))
    out += [error("en_claim", where, f"en et text diffèrent : {m}") for m in dict.fromkeys(differ)]
    out += [error("en_hedge", where, f"en n'a pas la réserve de text : {d}") for d in lost_in_english(s.text, s.en)]
    out += [error("en_term", where, fault) for r in renderings for fault in r.faults(s.text, s.en)]
    return out + _check_values(s, where)


def check_lead(s: Statement, where: str) -> list[Problem]:
    """A lead is neither surer nor less sure than its text."""
    if not s.lead:
        return []
    return [
        error("lead_hedge", where, f"lead plus {'faible' if d.added else 'fort'} que text : {d}")
        for d in drift(s.text, s.lead)
    ]


def _check_values(s: Statement, where: str) -> list[Problem]:
    support = read_claim(f"{s.text} {s.source.locator or ''}")
    out = []
    for value in s.values:
        if value.kind == "date":
            if unsupported(read_claim(str(value.value)), support):
                out.append(error("value", where, f"values : la date {value.value} n'est pas dans text"))
        elif isinstance(value.value, str):
            said = f"values : un nombre est attendu, pas « {value.value} » (une fourchette fait deux valeurs)"
            out.append(error("value", where, said))
        elif not _number_in(float(value.value), support):
            out.append(warning("value", where, f"values : {value.value} n'est pas dans text"))
    return out


def untyped_figures(s: Statement) -> list[str]:
    """What a text counts, written in digits, that its `values` do not have."""
    text = s.text.translate(_PLAIN)
    rest = strip_spans(text, [m.span() for regex in (_NUMBERED, _QUOTED) for m in regex.finditer(text)])
    counted = {
        Decimal(m.group(0).replace(" ", "").replace(",", "."))
        for m in _NUMBER.finditer(rest)
        if _COUNTS.match(rest, m.end())
    }
    typed = {round(abs(float(v.value)), 9) for v in s.values if v.kind != "date" and not isinstance(v.value, str)}
    figures = sorted(read_claim(s.text).figures, key=str)
    return [str(f) for f in figures if (f.unit or f.value in counted) and not _typed(f, typed)]


def _typed(figure: Figure, values: set[float]) -> bool:
    found = abs(float(figure.value))
    return any(round(v * scale, 9) == round(found, 9) for v in values for scale in (*_SCALES, 100.0))


def _translation_flips(english: Claim, french: Claim) -> list[str]:
    out = flipped(english, french)
    if french.negated and not (english.negated or english.privative):
        out.append("négation perdue")
    return out


def _number_in(value: float, claim: Claim) -> bool:
    numbers = {abs(float(f.value)) for f in claim.figures} | {float(o) for o in claim.implied}
    return any(abs(value) * scale in numbers for scale in _SCALES) or abs(value) <= 1
