"""The parts that can be left out, and how.

Guarantee: a part is left out through the settings of the pipeline, through the glossary it is given or through the text
that is indexed, never by replacing code: what runs is what would run if the part were removed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from assistant.engine import EngineConfig
from evals.fitting.match_fit import FEATURES as MATCHED
from evals.running.bare import without_aliases, without_more_aliases
from ingest.corpus.glossary import Glossary
from ingest.passages.passages import Passage

Reindexed = Callable[[Passage], Passage]
FEATURES = frozenset(f"match.{n}" for n in MATCHED)
"""The features of the options, by stage."""


@dataclass(frozen=True)
class Ablation:
    """One part left out: changed settings by stage, another glossary, or another text to index."""

    name: str
    label: str
    settings: tuple[tuple[str, str, Any], ...] = ()
    """`(stage, setting, value)`."""
    glossary: Callable[[Glossary], Glossary] | None = None
    reindexed: Reindexed | None = None

    @property
    def features(self) -> frozenset[str] | None:
        """The features that are left out, as `stage.name`, when nothing else is: what has none stays as it is."""
        if self.glossary or self.reindexed or not self.settings:
            return None
        named = frozenset(f"{stage}.{name}" for stage, name, _ in self.settings)
        return named if named <= FEATURES else None

    def config(self, base: EngineConfig) -> EngineConfig:
        """The settings of the pipeline without the part."""
        for stage, name, value in self.settings:
            base = replace(base, **{stage: replace(getattr(base, stage), **{name: value})})
        return base


def without_headings(p: Passage) -> Passage:
    """The passage indexed without the titles above it."""
    path = f"{' › '.join((*p.heading_path, p.locator) if p.kind == 'text' else p.heading_path)}. "
    return p.model_copy(update={"index_text": p.index_text.removeprefix(path)})


def _no_terms(glossary: Glossary) -> Glossary:
    return glossary.model_copy(update={"terms": ()})


def _no_facets(glossary: Glossary) -> Glossary:
    return glossary.model_copy(update={"facets": {}})


_ALIAS = (("match", "known", 0.0),)
_NEVER = -1e3
"""A weight under which no card is ever the best option."""
_PARTS = (
    Ablation("bm25", "BM25 seul", (("retrieval", "weight_dense", 0.0), ("match", "meant", 0.0))),
    Ablation("dense", "vecteurs seuls", (("retrieval", "weight_lexical", 0.0), ("match", "lexical", 0.0))),
    Ablation("rrf-egal", "RRF, poids égaux", (("retrieval", "weight_dense", 1.0),)),
    Ablation("rrf-dense-2", "RRF, vecteurs ×2", (("retrieval", "weight_dense", 2.0),)),
    Ablation("rrf-k-60", "RRF, k = 60", (("retrieval", "rrf_k", 60),)),
    Ablation("alias-index", "formulations hors de l'index", reindexed=without_aliases),
    Ablation("alias-mots", "autres formulations hors des mots", reindexed=without_more_aliases),
    Ablation("alias-choix", "formulations hors de la sélection", _ALIAS),
    Ablation("alias", "formulations nulle part", _ALIAS, reindexed=without_aliases),
    Ablation("titres", "titres hors de l'index", reindexed=without_headings),
    Ablation("glossaire", "synonymes du glossaire", glossary=_no_terms),
    Ablation("facettes", "facettes du glossaire", glossary=_no_facets),
    Ablation("references", "articles nommés par leur numéro", (("retrieval", "references", False),)),
    Ablation("sujets", "extension par sujet", (("retrieval", "topics", 0),)),
    Ablation("cartes", "cartes", (("match", "is_card", _NEVER),)),
)


def ablations() -> dict[str, Ablation]:
    """Every ablation by name: the parts, then each feature of the options."""
    features = [
        Ablation(f"option-{name.replace('_', '-')}", f"trait {name}", (("match", name, 0.0),)) for name in MATCHED
    ]
    return {a.name: a for a in (*_PARTS, *features)}
