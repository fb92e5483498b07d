"""What a sentence claims, in a form that two sentences can be compared by.

Figures, dates, references, negation and modality are read from French and from English into one normal form:
« 28 000 € » and "EUR 28,000" are the same figure, « 1er janvier 2024 » and "1 January 2024" the same date.
The corpus check uses it (a `lead` may not say more than its `text`), and so does the verifier (a sentence may
not show a figure that its passage does not hold). It is deliberately strict on figures and dates, and asks of
negation and modality only that they are not flipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from ingest.language.locators import ENGLISH_SUFFIX, parse_references, strip_spans
from ingest.language.numerals import ordinal_words, spelled

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

MONTHS_FR = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
]  # fmt: skip
MONTHS_EN = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
_MONTHS = {
    **{name: i for i, name in enumerate(MONTHS_FR, 1)},
    **{name: i for i, name in enumerate(MONTHS_EN, 1)},
    "fevrier": 2, "aout": 8, "decembre": 12,
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE_PATTERNS = (
    re.compile(r"\b(?P<y>(?:19|20)\d{2})-(?P<m>\d{2})-(?P<d>\d{2})\b"),
    re.compile(r"\b(?P<y>(?:19|20)\d{2})-(?P<m>0[1-9]|1[0-2])\b(?!-?\d)"),
    re.compile(r"(?<![\w/.])(?P<d>\d{1,2})[/.](?P<m>0?[1-9]|1[0-2])[/.](?P<y>(?:19|20)\d{2})\b"),
    re.compile(r"(?<![\w-])--(?P<m>\d{2})-(?P<d>\d{2})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s(?P<mon>{_MONTH})\b(?:,?\s(?P<y>(?:19|20)\d{{2}})\b)?", re.IGNORECASE),
    re.compile(rf"\b(?P<mon>{'|'.join(MONTHS_EN)})\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s(?P<y>(?:19|20)\d{{2}})\b)?", re.IGNORECASE),
    re.compile(rf"\b(?P<mon>{_MONTH})\s(?P<y>(?:19|20)\d{{2}})\b", re.IGNORECASE),
)  # fmt: skip
_YEAR = re.compile(
    r"(?<![\w.,/-])(?:19|20)\d{2}(?=(?:[-–](?:(?:19|20)\d{2}|\d{2}))?(?![\w/]|-\d))(?!\s?(?:€|%|EUR|euros?|t\b|kg|kWh|m²|salari))"
)
_YEAR_RANGE = re.compile(r"\b((?:19|20)\d{2})\s?[-–/]\s?((?:19|20)?\d{2})\b")
_SUFFIXED = re.compile(r"(?<![\w.])(\d{2,3})([a-f])(?!\w)")
"""English gives « 19 bis » as "19a", also in a list that only its first word calls articles."""
_OPAQUE = re.compile(
    r"\b[nN](?:°|o\b\.?|os\b(?=\s?\d+[-/]))\s?\d[\d-]*(?:/\w+)*|\b\d{4}/[A-Z]+/\d+\b|\b\d{2,4}/\d{2,5}(?:/(?:UE|CE|EU|EC))?\b|\b(?:19|20)\d{2}-\d{3,4}\b|"
    r"\b(?:ISO|NF|EN|SPEC)(?:\s(?:ISO|SPEC|EN)){0,3}\s?\d[\d-]*\b|\b(?:CO|N|CH|NF|SF)[₂0-9]e?\b|\b[A-Z]+\d+(?:-\d+)*\b",
)
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
"""No-break and thin spaces, which French puts inside figures and before units, and typographic apostrophes."""
_NUMBER = {
    "fr": re.compile(r"(?<![\w,.])[-–−]?\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)|(?<![\w,.])\d+(?:[.,]\d+)?(?!\d)"),
    "en": re.compile(r"(?<![\w,.])[-–−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|(?<![\w,.])\d+(?:\.\d+)?(?!\d)"),
}
_ORDINAL = re.compile(r"(?<![\w,.-])(\d{1,3})(?:er|re|e|ère|ème|st|nd|rd|th|°)(?!\w)")
_AFTER_ORDINAL = re.compile(r"(?:er|re|e|ère|ème|st|nd|rd|th)\b|°(?!C)")
_TWO_WORDS = re.compile(r"(?:[\s'-]*\w+){1,2}")
_TWO = re.compile(r"\b(?:both|double|twice|pair|à la fois|l'un et l'autre|et l'autre)\b", re.IGNORECASE)
"""Words that imply « deux » without stating it: they support a figure, they do not claim one."""
_PERCENT = re.compile(r"\s?(?:%|pour\s?cent\b|per\s?cent\b|percent\b)", re.IGNORECASE)
_EURO_AFTER = re.compile(
    r"\s?(?P<mult>milliards?|millions?|billion|Md|bn|[Mmk])?\s?(?:d['’]\s?)?(?:€|EUR\b|euros?\b)",
    re.IGNORECASE,
)
_EURO_BEFORE = re.compile(r"(?:€|EUR)\s?$", re.IGNORECASE)
_MULTIPLE = re.compile(r"\s?(?P<mult>milliards?|millions?|billion|bn|thousand|mille|[mk](?=\b))(?!\w)", re.IGNORECASE)
_SCALE = {
    "milliard": 9,
    "million": 6,
    "billion": 9,
    "md": 9,
    "bn": 9,
    "m": 6,
    "k": 3,
    "thousand": 3,
    "mille": 3,
}

_NEGATION = {
    "fr": re.compile(
        r"(?:\bne\s|\bn')(?:[^\s.;:]{1,60}\s){0,7}?(?:pas|plus|jamais|aucune?|ni|guère|nullement|rien|personne)\b"
        r"|\b(?:aucune?|ni|rien|personne|nul|nulle|pas)\s(?:[^\s.;:]{1,60}\s){0,8}?(?:ne\s|n')"
        r"|(?:,|\bet|\bmais|\bou)\s(?:pas|non)\s(?:de\b|du\b|des\b|d'|l'|la\b|le\b|les\b|aux?\b|à\b|celle|celui|pour|par|en\b)"
        r"|\bpas\s(?:de\s|d'|obligatoire|encore|un\b|une\b)|\bni\b|\bnon\s?[,:]|\bnon$",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not|cannot|never|none|(?<!or )nothing|neither|nor|nobody)\b|n't\b|"
        r"\bno\b(?!\s(?:later|more|less|fewer)\b)(?!\.|\s?\d)",
        re.IGNORECASE,
    ),
}
"""Sentence negation, which turns a rule round."""
_PRIVATION = {
    "fr": re.compile(
        r"\b(?:sans|faute d|interdi\w+|sinon|sous peine|refus\w*|limit\w+|plafonn\w+|maxim\w+|échapp\w+|omet\w+|omission|aucune?s?|hors|défaut|n(?:e\s|')[^,;.:]{1,60}\bqu(?=e\b|')|absence|exclu\w*|écart\w+|manqu\w+|non|pas|ir[rm]\w+|"
        r"in(?!cit|clu|dexe?|dic|dividu|diqu|dust|flu|form|gén|iti|nov|scri|spir|sta|stit|stru|tégr|tens|tent|ter|térê|tern|titul|trodu|ven|vesti|vit|voq)\w+|"
        r"im(?!age|agin|mat|meub|mers|médiat|pact|plant|pliq|port|pos|pôt|prim|put)\w+)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:without|outside|prohibit\w*|ban|banned|forbid\w*|failing|otherwise|refus\w*|limit\w*|capped|missing|exclud\w+|absence|lack\w*|no|except|fail\w*|only|"
        r"un(?!der|ion|iq|it|iv|less|til)\w+|ir[rm]\w+|"
        r"in(?!clu|come|corpor|creas|deed|dex|dic|divid|dust|flu|form|itia|nov|put|scri|sid|spe|sta|sti|stru|sur|te[grn]|to|troduc|ven|vest|vit|vol)\w+|"
        r"im(?!ag|mediat|mers|pact|plement|pl[iy]|port|pos|prov)\w+)\b|\bnon-\w+",
        re.IGNORECASE,
    ),
}
"""Words that may carry in one wording the negation that another wording gives to the verb."""
_MODALITY = {
    "fr": {
        "oblige": re.compile(r"\b(?:doit|doivent|devra|devront|devai\w+|obligat\w+|oblige\w*|tenue?s?\sd|exig\w+|requi\w+|impos\w+|faut|suppos\w+)", re.IGNORECASE),
        "permet": re.compile(r"\b(?:peut(?!-être)|peuvent|pourra|pourront|permet\w*|autoris(?:e|ent|ée?s?)\b|facultati\w+|volontaire\w*|libre\sde|possible)", re.IGNORECASE),
        "interdit": re.compile(r"\b(?:interdi\w+|prohib\w+|défend\w+)", re.IGNORECASE),
    },
    "en": {
        "oblige": re.compile(r"\b(?:must|shall|has to|have to|mandatory|compulsory|oblig\w+|requir\w+|impos\w+)\b", re.IGNORECASE),
        "permet": re.compile(r"\b(?:(?<!\d\s)may(?!\s\d)|can|could|might|allow\w*|permit\w*|permission|optional\w*|voluntar\w*|possible|free to)\b", re.IGNORECASE),
        "interdit": re.compile(r"\b(?:prohibit\w*|ban(?:s|ned|ning)?|forbid\w*|forbidden)\b", re.IGNORECASE),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the unit that changes its meaning: `%`, `€`, or none."""

    value: Decimal
    unit: Literal["%", "€", ""]

    def __str__(self) -> str:
        return f"{self.value.normalize():f}{' ' + self.unit if self.unit else ''}"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written: any part may be missing."""

    year: int | None
    month: int | None
    day: int | None

    def within(self, other: PartialDate) -> bool:
        """True when `other` says at least what this date says."""
        return all(
            a is None or a == b
            for a, b in zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        )

    def __str__(self) -> str:
        return "-".join("??" if p is None else f"{p:02d}" for p in (self.year, self.month, self.day))


@dataclass(frozen=True, slots=True)
class Claim:
    """The comparable features of one sentence; `implied` are numbers it supports without claiming them (5e, both)."""

    figures: frozenset[Figure]
    implied: frozenset[Decimal]
    dates: frozenset[PartialDate]
    references: frozenset[str]
    negated: bool
    privative: bool
    modality: frozenset[str]
    denied: frozenset[str] = frozenset()
    """The modalities that stand only under a negation: « n'est pas obligatoire », "may not"."""


def french_date(day: date) -> str:
    """`2026-03-01` → `1er mars 2026`."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS_FR[day.month - 1]} {day.year}"


@lru_cache(maxsize=16384)
def read_claim(text: str, language: Language = "fr") -> Claim:
    """The features of a sentence, in French or in English."""
    text = text.translate(_PLAIN)
    if language == "en":
        text = _SUFFIXED.sub(lambda m: f"{m.group(1)} {ENGLISH_SUFFIX[m.group(2)]}", text)
    references = {r.number for r in parse_references(text)}
    rest = strip_spans(text, [(r.start, r.end) for r in parse_references(text)])
    dates, rest = _dates(rest)
    opaque, rest = _opaque(rest)
    return Claim(
        figures=frozenset(_figures(rest, language)),
        implied=frozenset(Decimal(m.group(1)) for m in _ORDINAL.finditer(rest)) | ordinal_words(rest) | _implied(rest),
        dates=frozenset(dates),
        references=frozenset(references | opaque),
        negated=bool(_NEGATION[language].search(text)),
        privative=bool(_PRIVATION[language].search(text)),
        modality=frozenset(kind for kind, regex in _MODALITY[language].items() if regex.search(text)),
        denied=_denied(text, language),
    )


def _denied(text: str, language: Language) -> frozenset[str]:
    spans = []
    for negation in _NEGATION[language].finditer(text):
        before = re.search(r"\w+\s$", text[max(0, negation.start() - 30) : negation.start()])
        after = _TWO_WORDS.match(text, negation.end())
        first = negation.start() - (len(before.group(0)) if before and language == "en" else 0)
        spans.append((first, after.end() if after else negation.end()))
    if not spans:
        return frozenset()
    return frozenset(
        kind
        for kind, regex in _MODALITY[language].items()
        if (at := [m.start() for m in regex.finditer(text)]) and all(any(a <= i < b for a, b in spans) for i in at)
    )


def _implied(text: str) -> frozenset[Decimal]:
    return frozenset({Decimal(2)}) if _TWO.search(text) else frozenset()


def _dates(text: str) -> tuple[set[PartialDate], str]:
    dates: set[PartialDate] = set()
    for pattern in _DATE_PATTERNS:
        spans = []
        for m in pattern.finditer(text):
            part = m.groupdict()
            month = _MONTHS[part["mon"].lower()] if part.get("mon") else int(part["m"])
            dates.add(PartialDate(_int(part.get("y")), month, _int(part.get("d"))))
            spans.append(m.span())
        text = strip_spans(text, spans)
    spans = []
    for m in _YEAR_RANGE.finditer(text):
        first, second = m.group(1), m.group(2)
        if len(second) == 4 and int(second) > int(first):
            dates.update({PartialDate(int(first), None, None), PartialDate(int(second), None, None)})
            spans.append(m.span())
    text = strip_spans(text, spans)
    spans = []
    for m in _YEAR.finditer(text):
        dates.add(PartialDate(int(m.group(0)), None, None))
        spans.append(m.span())
    return dates, strip_spans(text, spans)


def _int(value: str | None) -> int | None:
    return int(value) if value else None


def _opaque(text: str) -> tuple[set[str], str]:
    """Identifiers that hold digits but are names (2022/2464, n° 2021-1104, ISO 20121, CO2e): never figures."""
    found, spans = set(), []
    for m in _OPAQUE.finditer(text):
        name = re.sub(r"^[nN](?:°|os?\b)\.?|/(?:UE|CE|EU|EC)$", "", m.group(0)).strip()
        if re.search(r"\d{2}", name):
            found.add(re.sub(r"\s+", " ", name))
        spans.append(m.span())
    return found, strip_spans(text, spans)


def numbers(text: str, spoken: str, language: Language) -> Iterator[tuple[int, int, Decimal]]:
    """`(start, end, value)` of each number of a text, in figures, then in words; `spoken` is the text that has its
    accents, character for character."""
    for m in _NUMBER[language].finditer(text):
        yield m.start(), m.end(), _decimal(m.group(0), language)
    yield from spelled(spoken, language)


def _figures(text: str, language: Language) -> set[Figure]:
    return {
        _with_unit(value, text, start, end)
        for start, end, value in numbers(text, text, language)
        if not _AFTER_ORDINAL.match(text, end) or not text[end - 1].isdigit()
    }


def _decimal(raw: str, language: Language) -> Decimal:
    raw = raw.replace(" ", "").lstrip("-–−")
    return Decimal(raw.replace(",", "") if language == "en" else raw.replace(",", "."))


def _with_unit(value: Decimal, text: str, start: int, end: int) -> Figure:
    before = bool(_EURO_BEFORE.search(text[max(0, start - 5) : start]))
    if _PERCENT.match(text, end):
        return Figure(value.normalize(), "%")
    if m := _EURO_AFTER.match(text, end):
        return Figure(_scaled(value, m.group("mult")), "€")
    scale = _MULTIPLE.match(text, end)
    mult = scale.group("mult") if scale else None
    if mult and len(mult) == 1 and not before:  # « 30 m » is metres, « €30m » is millions
        mult = None
    return Figure(_scaled(value, mult), "€" if before else "")


def _scaled(value: Decimal, mult: str | None) -> Decimal:
    if not mult:
        return value.normalize()
    return (value * Decimal(10) ** _SCALE[mult.lower().rstrip("s")]).normalize()


def unsupported(claim: Claim, support: Claim) -> list[str]:
    """What `claim` says and `support` does not: figures, dates and references, each as a short label."""
    missing = [
        f"chiffre {f}"
        for f in sorted(claim.figures, key=lambda f: (f.value, f.unit))
        if f.value not in support.implied
        and not any(f.value == g.value and _same_unit(f, g, support) for g in support.figures)
    ]
    missing += [f"date {d}" for d in sorted(claim.dates, key=str) if not any(d.within(e) for e in support.dates)]
    missing += [f"référence {r}" for r in sorted(claim.references - support.references)]
    return missing


def _same_unit(mine: Figure, theirs: Figure, support: Claim) -> bool:
    """Units agree, or mine is left unsaid, or theirs is and the passage speaks of that unit elsewhere (« 25, 50 M€ »)."""
    return (
        mine.unit == theirs.unit
        or not mine.unit
        or (not theirs.unit and any(g.unit == mine.unit for g in support.figures))
    )


def flipped(claim: Claim, support: Claim) -> list[str]:
    """Negation or modality that `claim` turns round with respect to `support`."""
    out = []
    if claim.negated and not (support.negated or support.privative):
        out.append("négation ajoutée")
    if not claim.negated and not claim.privative:
        out += [f"négation perdue : {m}" for m in sorted(claim.modality & support.denied)]
    swaps = (("oblige", "permet"), ("permet", "oblige"), ("interdit", "permet"), ("permet", "interdit"))
    for mine, theirs in swaps:
        if (
            mine in claim.modality - claim.denied
            and theirs not in claim.modality
            and theirs in support.modality - support.denied
            and mine not in support.modality
        ):
            out.append(f"modalité {theirs} → {mine}")
    return out


def merged(claims: Sequence[Claim]) -> Claim:
    """The features that several passages hold together."""
    affirmed = frozenset().union(*(c.modality - c.denied for c in claims))
    return Claim(
        figures=frozenset().union(*(c.figures for c in claims)),
        implied=frozenset().union(*(c.implied for c in claims)),
        dates=frozenset().union(*(c.dates for c in claims)),
        references=frozenset().union(*(c.references for c in claims)),
        negated=any(c.negated for c in claims),
        privative=any(c.privative for c in claims),
        modality=frozenset().union(*(c.modality for c in claims)),
        denied=frozenset().union(*(c.denied for c in claims)) - affirmed,
    )
