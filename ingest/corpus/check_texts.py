"""Statements against the official texts that the data folder holds.

Guarantee: a locator names an article that a held copy of its text has, and the article shares with the statement a
figure, or the negation of a ban; a copy speaks only of rules in force on its day, an extract only of the articles that
it has, and what no held text can tell is counted as not checked, never as true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.corpus.check_statements import ARTICLE_NATURES
from ingest.corpus.fiches import Polarity, Statement
from ingest.corpus.problems import HeldTexts, Known, Placed, Problem, warning
from ingest.language.claims import Claim, read_claim
from ingest.language.locators import locator_keys

_WHOLE = 0.8
"""Share of the references to a text that its copies answer, under which they are extracts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Findings, and how many statements were compared with a held text or could not be."""

    problems: tuple[Problem, ...]
    checked: int
    not_checked: int


def check_texts(rows: list[Placed], known: Known) -> Reading:
    """Every statement that cites an article, against the held texts."""
    cited = [(place, keys) for place in rows if (keys := _keys(place.statement, known))]
    if known.held is None:
        return Reading((), 0, len(cited))
    whole = _whole((key for _, keys in cited for key in keys), known.held)
    found: list[Problem] = []
    checked = 0
    for place, keys in cited:
        missing = [k for k in keys if k not in known.held.articles]
        if missing and not all(_work(k) in whole for k in missing):
            continue
        checked += 1
        found += [warning("locator_missing", place.where, f"le texte tenu n'a pas {k}") for k in missing]
        if not missing:
            found += _compare(place, keys, known.held)
    return Reading(tuple(found), checked, len(cited) - checked)


def _keys(s: Statement, known: Known) -> list[str]:
    source = known.register.sources.get(s.source.id)
    if source is None or source.nature not in ARTICLE_NATURES:
        return []
    return locator_keys(s.source.locator, source.work_id, known.register.names)


def _work(key: str) -> str:
    return key.partition(":")[0]


def _whole(keys: Iterable[str], held: HeldTexts) -> set[str]:
    """The texts whose copies hold most of what is cited of them."""
    cited: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for key in keys:
        cited[_work(key)] += 1
        found[_work(key)] += key in held.articles
    return {work for work, n in cited.items() if found[work] >= _WHOLE * n}


def _compare(place: Placed, keys: list[str], held: HeldTexts) -> list[Problem]:
    s, named = place.statement, ", ".join(keys)
    copies = [c for k in keys for c in held.articles[k] if c.day is None or s.in_force.contains(c.day)]
    if not copies:
        return []
    words = " ".join(c.text for c in copies)
    mine, theirs = read_claim(s.text), [read_claim(words, language) for language in ("fr", "en")]
    denied = any(c.negated or c.privative or "interdit" in c.modality for c in theirs)
    if mine.figures and not _shares_a_figure(mine, theirs) and not (mine.negated and denied):
        return [warning("article_figures", place.where, f"aucun chiffre commun avec {named}")]
    if s.polarity is Polarity.INTERDIT and not mine.figures and not denied:
        return [warning("article_negation", place.where, f"{named} n'interdit ni n'exclut rien, l'énoncé interdit")]
    return []


def _shares_a_figure(mine: Claim, theirs: list[Claim]) -> bool:
    values = {f.value for c in theirs for f in c.figures} | {v for c in theirs for v in c.implied}
    return bool(({f.value for f in mine.figures} | mine.implied) & values)
