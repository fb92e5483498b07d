"""Statements drawn at random, laid out for someone who reads them against their sources.

Guarantee: the same corpus, size and seed give the same statements; each stands with all that a reader is asked of: its
words and lead, dates, bounds, actor, what it needs (with its words), and what it rests on.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from ingest.corpus.fiches import Fiche, Polarity, Statement


def draw(fiches: Iterable[Fiche], size: int, seed: int, normative: bool = True) -> list[dict[str, Any]]:
    """`size` statements (all when there are fewer), in the order drawn; `normative` leaves facts out."""
    by_id = {s.id: s for fiche in fiches for _, s in fiche.statements()}
    among = sorted(sid for sid, s in by_id.items() if not normative or s.polarity is not Polarity.FAIT)
    drawn = random.Random(seed).sample(among, min(size, len(among)))  # noqa: S311 - a draw to read, no secret
    return [_laid_out(by_id[sid], by_id) for sid in drawn]


def _laid_out(s: Statement, by_id: dict[str, Statement]) -> dict[str, Any]:
    kept = {"text", "lead", "en", "role", "polarity", "nature", "acteur", "bounds", "bounds_met", "values", "regime"}
    kept |= {"in_force", "applies_to", "source", "also", "confidence"}
    row = s.model_dump(mode="json", include=kept, exclude_none=True, exclude_defaults=True)
    needs = {sid: by_id[sid].text for sid in s.needs if sid in by_id}
    return {"id": s.id, **row, **({"needs": needs} if needs else {})}
