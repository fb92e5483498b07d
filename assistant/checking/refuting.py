"""What refutes a sentence that a model wrote: not wording, lies.

Guarantee: a figure, a date, a unit, an article, a body or a person that stands neither in what the sentence cites, nor
in the words of the case, nor in a sum that the sentence shows and that is done again here, is told; so is a duty, a
right, a ban or a negation contrary to what is cited. No likeness of words is asked for: whether the rest is borne is
for a second reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from assistant.checking.fidelity.force import denied, departures, forces
from assistant.checking.fidelity.names import departures as names_added
from assistant.checking.fidelity.words import ReadText, read
from assistant.checking.working import unexplained
from ingest.corpus.fiches import Polarity
from ingest.corpus.register import Regime
from ingest.language.claims import LANGUAGES, Language, merged, numbers, read_claim, unsupported
from ingest.passages.passages import Passage

_SMALL = 10
"""Numbers in words up to it count the things that a sentence says, unless a measure follows."""
_MEASURE = re.compile(
    r"\s?(?:an(?:s|nées?)?|mois|semaines?|jours?|heures?|minutes?|fois|pour\s?cent|%|€|euros?|salari\w+|personnes?|km|m|kg|t|"
    r"years?|months?|weeks?|days?|hours?|times|employees?|people|per\s?cent|metres?|tonnes?|litres?)\b",
    re.IGNORECASE,
)
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
    support = merged(
        [*(read_claim(t, lang) for t, lang in wordings), *(read_claim(w, lang) for w in given for lang in LANGUAGES)]
    )
    claim = read_claim(text, language)
    out = [f for f in unsupported(claim, support) if not _counts(f, text, language)]
    if out:
        out = unexplained(out, claim, support, text, language, [t for t, _ in wordings] + list(given), today)
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


def _contrary(mine: ReadText, passages: Sequence[Passage], quotes: Sequence[str]) -> list[str]:
    """A duty, a right, a ban or a negation that is contrary to what is cited: told in nearly its words, or with no
    limit within which the contrary may hold."""
    texts = [read(t, mine.language) for p, q in zip(passages, quotes, strict=True) for t in _said(p, q, mine.language)]
    near = sorted(((_likeness(mine, t), t) for t in texts), key=lambda row: row[0], reverse=True)
    least = _REWORDED if len(passages) == 1 else _WOVEN
    out = min((departures(mine, t) for likeness, t in near if likeness >= least), key=len, default=[])
    out = [f for f in out if f != "généralisé"]  # « toujours » says « still » more often than « always »
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
