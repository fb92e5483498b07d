"""What the person who adds a text should know of it: numbers that stand twice, dates that prove nothing, drafts.

Guarantee: a remark states what was seen in the file and what was done with it; it changes nothing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from ingest.articles.units import Unit
from ingest.documents.tree import Document
from ingest.passages.passages import told_apart
from ingest.passages.versions import TextVersion, deferred_until

_OLD = timedelta(days=365)
_DRAFT = re.compile(
    r"(?:Proposition|Projet) (?:de|d[’']) ?(?:(?:loi|DIRECTIVE|RÈGLEMENT|DÉCISION)\b)"
    r"|\bCOM\(\d{4}\) \d+ (?:final|draft)|\bProposal for a (?:DIRECTIVE|REGULATION)|\bDraft (?:Commission Notice|Act)"
)


def remarks(document: Document, units: list[Unit], version: TextVersion, today: date, draft: bool = False) -> list[str]:
    """Remarks in French on a text that is being added, most important first; those of its reader are among them.

    `draft`: the person already says that it is one.
    """
    out: list[str] = []
    front = " ".join(b.text for b in document.blocks[:12])
    if not draft and _DRAFT.search(front[:1500]):
        out.append("C'est une proposition ou un projet, pas du droit en vigueur : ajoutez-le avec `--nature projet`.")
    claims = document.meta.get("status", "").lower() in ("in_force", "vigueur", "en vigueur")
    if claims and version.valid_from is None and version.attested_at and today - version.attested_at > _OLD:
        out.append(
            f"Le fichier se dit en vigueur, mais il n'est daté que du {version.attested_at:%d/%m/%Y} : "
            "il vaut pour ce jour, et rien n'est établi depuis."
        )
    twins = _twins(units)
    if twins:
        out.append(
            f"{len(twins)} numéro(s) d'article portent plusieurs textes différents ({_some(twins)}) : "
            "le fichier ne dit pas lequel est en vigueur, ils sont gardés séparément."
        )
    later = {u.locator: start for u in units if (start := deferred_until(u.text, version))}
    if later:
        first = min(later.values())
        out.append(
            f"{len(later)} article(s) n'entrent en vigueur que plus tard ({_some(list(later))}), dès le {first}."
        )
    return [*out, *document.notes]


def _twins(units: list[Unit]) -> list[str]:
    """Locators of the articles that stand in several texts, as the passages tell them apart."""
    numbered = [u for u in units if u.number]
    return list(dict.fromkeys(unit.locator for unit, twin in told_apart(numbered) if twin))


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
