"""What refutes a sentence that a model wrote: not wording, lies.

Guarantee: a figure, a date, a unit, an article, a body or a person that stands neither in what the sentence cites, nor
in the words of the case, nor in a sum that the sentence shows and that is done again here, is told; so is a duty, a
right, a ban or a negation contrary to what is cited. No likeness of words is asked for: whether the rest is borne is
for a second reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product

from dateutil.relativedelta import relativedelta

from assistant.checking.fidelity.force import denied, departures, forces
from assistant.checking.fidelity.names import departures as names_added
from assistant.checking.fidelity.words import ReadText, read
from ingest.corpus.fiches import Polarity
from ingest.corpus.register import Regime
from ingest.language.claims import Claim, Language, PartialDate, merged, numbers, read_claim, unsupported
from ingest.passages.passages import Passage

_SMALL = 10
"""Numbers in words up to it count the things that a sentence says, unless a measure follows."""
_MEASURE = re.compile(
    r"\s?(?:an(?:s|nées?)?|mois|semaines?|jours?|heures?|minutes?|fois|pour\s?cent|%|€|euros?|salari\w+|personnes?|km|m|kg|t|"
    r"years?|months?|weeks?|days?|hours?|times|employees?|people|per\s?cent|metres?|tonnes?|litres?)\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\s?(ans?|années?|years?|mois|months?|semaines?|weeks?|jours?|days?)\b", re.IGNORECASE)
_UNITS = {"a": "years", "y": "years", "m": "months", "s": "weeks", "w": "weeks", "j": "days", "d": "days"}
_SUM = re.compile(
    r"(?P<terms>\d[\d\s.,]*(?:\s?[^\W\d_%€²³]{1,12}\.?|\s?[%€])?(?:\s?[+\-−–×x*/÷]\s?\d[\d\s.,]*(?:\s?[^\W\d_%€²³]{1,12}\.?|\s?[%€])?)+)"
    r"\s?(?:=|≈|soit|donne|is)\s?(?P<total>\d[\d\s.,]*)"
)
_OPERATOR = re.compile(r"[+\-−–×x*/÷](?=\s?\d)")
_TOLERANCE = Decimal("0.006")
_CONVERTED = frozenset(map(Decimal, (7, 12, 24, 52, 60)))
"""What a sum may multiply or divide by without its being said: days of a week, months and weeks of a year, hours."""
_THOUSANDS = re.compile(r"\s?k\b", re.IGNORECASE)
_LAW: dict[Regime, str] = {
    Regime.FR: "droit français, French law, France", Regime.UE: "droit européen, EU law, Union européenne, Europe",
}  # fmt: skip
"""Whose law a statement is, which a sentence may say."""
_TURNED = {"dû": {"dispensé"}, "interdit": {"permis"}, "dispensé": {"dû"}, "permis": {"interdit"}}
_RECORDED = {
    Polarity.OBLIGE: "dû", Polarity.INTERDIT: "interdit", Polarity.N_OBLIGE_PAS: "dispensé", Polarity.PERMET: "permis",
}  # fmt: skip
_LIMITS = re.compile(
    r"\d|\b(?:sauf|seul\w*|uniquement|hors|excep\w+|si|lorsque|quand|tant que|condition\w*|sans|only|except\w*|unless|"
    r"if|when|without)\b",
    re.IGNORECASE,
)
"""What a sentence is limited by: whoever stands outside a rule is told the contrary of it, rightly."""
_REWORDED, _WOVEN, _SAME = 0.5, 0.8, 0.9
"""Likeness from which a sentence rewords the one text that it cites, one of those that it weaves together, and from
which it says it in the same words."""
_OPENING = re.compile(
    r"^(?:en principe |a priori |in principle )?(?:oui|non|yes|no|nor|ni l'une? ni l'autre|pas)\b[^:;.]{0,90}?[:.;]\s+|"
    r"^(?:oui|non|yes|no)\s?[:,.;]\s*|\bnon plus\b",
    re.IGNORECASE,
)
"""What answers the question in its words (« Non, le bandeau n'est pas dû : »), and denies nothing of what is cited."""


def refutations(
    text: str, language: Language, passages: Sequence[Passage], quotes: Sequence[str], given: Sequence[str], today: date
) -> list[str]:
    """What refutes a written sentence; empty when nothing does. `given`: the words of the case that it may say."""
    wordings = [w for p, q in zip(passages, quotes, strict=True) for w in _wordings(p, q)]
    support = merged([*(read_claim(t, lang) for t, lang in wordings), *(read_claim(w, language) for w in given)])
    claim = read_claim(text, language)
    out = [f for f in unsupported(claim, support) if not _counts(f, text, language)]
    if out:
        out = _derived(out, claim, support, text, language, [t for t, _ in wordings] + list(given), today)
    mine = read(_OPENING.sub("", text), language)
    held = read(" ; ".join((*(t for t, _ in wordings), *given)), language)
    out += [f for f in names_added(mine, held) if f.startswith("nom")]
    return out + _contrary(mine, passages, quotes)


def _wordings(p: Passage, quote: str) -> Iterator[tuple[str, Language]]:
    """What a passage says, in each language that it is reviewed in, with the names of the place it stands at."""
    place = f"{p.source_title}, {p.locator}"
    if (b := p.based_on) is not None:
        place += f" ; {b.title}, {b.locator or ''}, {b.version or ''}"
    s = p.statement
    if s is None:
        yield f"{quote} ({place})", "fr" if p.language == "fr" else "en"
        return
    place += f" ; {_LAW.get(p.regime, '')}"
    yield f"{s.text} ; {s.lead or ''} ({place})", "fr"
    yield f"{s.en} ({place})", "en"


def _counts(fault: str, text: str, language: Language) -> bool:
    """Whether a figure that was missed only counts what the sentence says: « deux bilans »."""
    if not fault.startswith("chiffre ") or fault.endswith((" €", " %")):
        return False
    try:
        value = Decimal(fault.removeprefix("chiffre "))
    except InvalidOperation:
        return False
    spots = [(a, b) for a, b, v in numbers(text, text, language) if v == value]
    return value <= _SMALL and all(not text[a].isdigit() and not _MEASURE.match(text, b) for a, b in spots)


def _derived(
    faults: list[str], claim: Claim, support: Claim, text: str, language: Language, told: Sequence[str], today: date
) -> list[str]:
    """The faults that no sum shown, and no date counted from another, explains."""
    known = {figure for figures in _sums(text, language, support) for figure in figures}
    known |= set(_thousands(told, language))
    worked = {str(f) for f in claim.figures if f.value in known}
    days = set(_days(support.dates)) | {today}
    spans = {span for t in told for span, *_ in _spans(t, language)}
    counted = {a + sign * span for a, span, sign in product(days, spans, (1, -1))}
    out = []
    for fault in faults:
        kind, _, value = fault.partition(" ")
        if kind == "chiffre" and (value in worked or _elapsed(value, text, language, days)):
            continue
        if kind == "date" and any(str(d) == value and _falls(d, counted) for d in claim.dates):
            continue
        out.append(fault)
    return out


def _sums(text: str, language: Language, support: Claim) -> Iterator[list[Decimal]]:
    """The figures of the sums that a text shows, each done again on figures that are borne, or thousands of them."""
    held = {v for f in support.figures for v in (f.value, *(f.value.scaleb(-k).normalize() for k in (3, 6)))}
    for m in _SUM.finditer(text):
        figures = [v for _, _, v in numbers(m.group("terms"), m.group("terms"), language)]
        operators = _OPERATOR.findall(m.group("terms"))
        total = next((v for _, _, v in numbers(m.group("total"), m.group("total"), language)), None)
        if total is None or len(figures) != len(operators) + 1:
            continue
        factors = {n for n, o in enumerate(operators) if o in "×x*/÷"}
        if not all(f.normalize() in held or (f in _CONVERTED and {n, n - 1} & factors) for n, f in enumerate(figures)):
            continue
        value = _worked_out(figures, operators)
        if total and min(abs(value / k - total) for k in (1, 100, Decimal("0.01"))) <= abs(total) * _TOLERANCE:
            yield [f.normalize() for f in (*figures, total, total.scaleb(3), total.scaleb(6))]


def _days(dates: Iterable[PartialDate]) -> Iterator[date]:
    for d in dates:
        if d.year and d.month:
            try:
                yield date(d.year, d.month, d.day or 1)
            except ValueError:
                continue


def _spans(text: str, language: Language) -> Iterator[tuple[relativedelta, str, int]]:
    """The lengths of time that a text says, in figures or in words, with their unit and their number."""
    for _, end, value in numbers(text, text, language):
        if (m := _SPAN.match(text, end)) and value == int(value):
            unit = _UNITS[m.group(1)[0].lower()]
            yield relativedelta(**{unit: int(value)}), unit, int(value)  # type: ignore[arg-type]


def _worked_out(figures: Sequence[Decimal], operators: Sequence[str]) -> Decimal:
    """What a sum makes, products first."""
    terms = [figures[0]]
    for operator, figure in zip(operators, figures[1:], strict=True):
        if operator in "×x*":
            terms[-1] *= figure
        elif operator in "/÷":
            terms[-1] /= figure or 1
        else:
            terms.append(figure if operator == "+" else -figure)
    return sum(terms, Decimal(0))


def _thousands(told: Iterable[str], language: Language) -> Iterator[Decimal]:
    """What « 27 k » says, unit or not: 27 000."""
    for t in told:
        yield from (
            value.scaleb(3).normalize() for _, end, value in numbers(t, t, language) if _THOUSANDS.match(t, end)
        )


def _falls(d: PartialDate, counted: Iterable[date]) -> bool:
    """Whether a date is one that was counted."""
    return any(d.within(PartialDate(c.year, c.month, c.day)) for c in counted)


def _elapsed(value: str, text: str, language: Language, days: Iterable[date]) -> bool:
    """Whether a figure is the time between two days that are known: « il vous reste 3 mois »."""
    if not re.search(rf"\b{re.escape(value)}\s", text):
        return False
    known = list(days)
    return any(
        a < b and abs((a + span - b).days) <= {"days": 1, "weeks": 4}.get(unit, 31)
        for span, unit, n in _spans(text, language)
        if str(n) == value
        for a, b in product(known, known)
    )


def _contrary(mine: ReadText, passages: Sequence[Passage], quotes: Sequence[str]) -> list[str]:
    """A duty, a right, a ban or a negation that is contrary to what is cited: told in nearly its words, or with no
    limit within which the contrary may hold."""
    texts = [read(t, mine.language) for p, q in zip(passages, quotes, strict=True) for t in _said(p, q, mine.language)]
    near = sorted(((_likeness(mine, t), t) for t in texts), key=lambda row: row[0], reverse=True)
    least = _REWORDED if len(passages) == 1 else _WOVEN
    out = min((departures(mine, t) for likeness, t in near if likeness >= least), key=len, default=[])
    if near and near[0][0] >= _SAME and _polarity(mine) != _polarity(near[0][1]):
        out.append("négation ou obligation changée")
    statements = [p.statement for p in passages if p.statement]
    recorded = {_RECORDED[s.polarity] for s in statements if s.polarity in _RECORDED}
    held = set().union(recorded, *(forces(t) for t in texts))
    told = set(forces(mine)) - held
    if len(statements) == len(passages) and held and not _LIMITS.search(mine.text):
        out += [f"{'/'.join(sorted(held))} → {f}" for f in sorted(told) if held <= _TURNED.get(f, set())]
    return out


def _said(p: Passage, quote: str, language: Language) -> Iterator[str]:
    """The wordings of a passage in a language."""
    s = p.statement
    if s is None:
        if (language == "fr") == (p.language == "fr"):
            yield quote
        return
    yield s.wording(language)
    if language == "fr" and s.lead:
        yield s.lead


def _likeness(one: ReadText, other: ReadText) -> float:
    """Share of their content words that two texts have in common."""
    return len(one.stems & other.stems) / (len(one.stems | other.stems) or 1)


def _polarity(text: ReadText) -> tuple[bool, frozenset[str], int]:
    """Whether a text denies, the modalities that it affirms, how many negations it has."""
    claim = read_claim(text.text, text.language)
    return claim.negated, claim.modality - claim.denied, denied(text).count
