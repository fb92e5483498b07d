"""Sources and hits as the contract shows them: the register, our notices, what a search found."""

from __future__ import annotations

from assistant.api.schemas import SearchHit, SourceView
from assistant.service import Service
from ingest.corpus.register import Domain, Nature, Rank, Regime
from ingest.passages.passages import Passage


def search_hit(p: Passage, score: float) -> SearchHit:
    """A passage as a search hit."""
    return SearchHit.read(p, passage_id=p.id, score=round(score, 5))


def source_views(service: Service) -> list[SourceView]:
    """Every registered text and every fiche, with how many passages the snapshot holds of it."""
    counts = {sid: len(positions) for sid, positions in service.snapshot.by_source.items()}
    out = [SourceView.read(s, passages=counts.get(s.id, 0)) for s in service.register.sources.values()]
    notices: list[tuple[str, str, list[Domain], Regime | None]] = [
        (sid, f.fiche.title, [f.fiche.domain], None) for sid, f in service.fiches.items()
    ]
    notices += [
        (sid, f.framework.title, list(f.framework.domains), f.framework.regime) for sid, f in service.frameworks.items()
    ]
    out += [
        SourceView(
            id=sid,
            title=title,
            issuer="Clapvert",
            nature=Nature.NOTICE,
            rank=Rank.NOTICE,
            domains=domains,
            regime=regime,
            passages=counts.get(sid, 0),
        )
        for sid, title, domains, regime in notices
    ]
    return out
