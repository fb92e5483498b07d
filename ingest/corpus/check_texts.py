"""Statements against the official texts that the data folder holds.

Guarantee: a locator names an article that a held version of its text has, and the article shares with the statement a
figure, or the negation that it rests on; what no held text can tell is counted as not checked, never as true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.corpus.check_statements import ARTICLE_NATURES
from ingest.corpus.fiches import Statement
from ingest.corpus.problems import HeldTexts, Known, Placed, Problem, error, warning
from ingest.language.claims import Claim, read_claim
from ingest.language.locators import locator_keys

_BARS = re.compile(r"\b(?:interdi|prohib|défend|défens|sans\b|ne peu|n'est|sauf|except|dispens|exempt|not\b|shall not|prohibit)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """Findings, and how many statements were compared with a held text or could not be."""

    problems: tuple[Problem, ...]
    checked: int
    not_checked: int


def check_texts(rows: list[Placed], known: Known) -> Reading:
    """Every statement that cites an article, against the held texts."""
    found: list[Problem] = []
    checked = not_checked = 0
    for place in rows:
        keys = _keys(place.statement, known)
        if not keys:
            continue
        if known.held is None or keys[0].partition(":")[0] not in known.held.works:
            not_checked += 1
            continue
        checked += 1
        found += _compare(place, keys, known.held)
    return Reading(tuple(found), checked, not_checked)


def _keys(s: Statement, known: Known) -> list[str]:
    source = known.register.sources.get(s.source.id)
    if source is None or source.nature not in ARTICLE_NATURES:
        return []
    return locator_keys(s.source.locator, source.work_id, known.register.names)


def _compare(place: Placed, keys: list[str], held: HeldTexts) -> list[Problem]:
    s, where = place.statement, place.where
    missing = [k for k in keys if k not in held.articles]
    out = [error("locator_missing", where, f"le texte tenu n'a pas {k}") for k in missing]
    words = " ".join(text for k in keys for text in held.articles.get(k, ()))
    if not words or missing:
        return out
    mine = read_claim(s.text)
    if mine.figures and not _shares_a_figure(mine, words):
        out.append(warning("article_figures", where, f"aucun chiffre commun avec {', '.join(keys)}"))
    elif not mine.figures and mine.negated and not _denies(words):
        out.append(warning("article_negation", where, f"{', '.join(keys)} n'a aucune négation, l'énoncé en a une"))
    return out


def _shares_a_figure(mine: Claim, words: str) -> bool:
    theirs = [read_claim(words, language) for language in ("fr", "en")]
    values = {f.value for c in theirs for f in c.figures} | {v for c in theirs for v in c.implied}
    return any(f.value in values for f in mine.figures)


def _denies(words: str) -> bool:
    return bool(_BARS.search(words)) or any(read_claim(words, lang).negated for lang in ("fr", "en"))
