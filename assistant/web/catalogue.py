"""The catalogue behind `/sources`: every text of the register, every added text and every notice, and what we hold.

Guarantee: nothing is listed as held that the serving snapshot does not hold; a notice is never listed among the texts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.history.words import folded
from assistant.service import Service
from assistant.web.words import french
from ingest.corpus.register import Domain, Nature, Rank, Regime, Register, Source
from ingest.texts.fetch import endpoints

NATURE_LABELS = {
    Nature.CODE: french("Code"),
    Nature.LOI: french("Loi"),
    Nature.ORDONNANCE: french("Ordonnance"),
    Nature.DECRET: french("Décret"),
    Nature.ARRETE: french("Arrêté"),
    Nature.DIRECTIVE: french("Directive"),
    Nature.REGLEMENT: french("Règlement"),
    Nature.DELIBERATION: french("Délibération"),
    Nature.DECISION: french("Décision"),
    Nature.PROJET: french("Projet de texte"),
    Nature.JURISPRUDENCE: french("Jurisprudence"),
    Nature.REFERENTIEL: french("Référentiel"),
    Nature.NORME: french("Norme"),
    Nature.RAPPORT: french("Rapport"),
    Nature.GUIDE: french("Guide"),
    Nature.PAGE: french("Page"),
    Nature.PRESSE: french("Presse"),
    Nature.NOTICE: french("Notice"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue. `passages`: how many the snapshot holds; `resting`: statements of ours that rest on
    it."""

    id: str
    kind: Literal["notice", "text"]
    title: str
    issuer: str
    nature: Nature
    rank: Rank
    domains: tuple[Domain, ...]
    regime: Regime | None
    passages: int
    url: str | None = None
    date: str | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    resting: int = 0
    intent: str = ""
    words: str = ""
    """What a search looks in: title, short title, issuer, aliases and identifiers, without case and accents."""

    @property
    def held(self) -> bool:
        """Whether the snapshot holds passages of it."""
        return self.passages > 0


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader filters by; an empty field filters nothing."""

    q: str = ""
    domain: Domain | None = None
    nature: Nature | None = None
    rank: Rank | None = None
    regime: Regime | None = None
    held: bool = False

    def keeps(self, e: Entry) -> bool:
        """Whether an entry is sought."""
        return (
            (self.domain is None or self.domain in e.domains)
            and (self.nature is None or e.nature is self.nature)
            and (self.rank is None or e.rank is self.rank)
            and (self.regime is None or e.regime is self.regime)
            and (not self.held or e.held)
            and all(word in e.words for word in folded(self.q).split())
        )


class Catalogue:
    """The entries of one snapshot."""

    def __init__(self, service: Service) -> None:
        counts = {sid: len(positions) for sid, positions in service.snapshot.by_source.items()}
        resting: Counter[str] = Counter(s.source.id for f in service.fiches.values() for _, s in f.fiche.statements())
        known = service.register.sources
        added = {
            t.own_source.id: t.own_source
            for t in service.library.texts.all()
            if t.own_source and t.own_source.id not in known
        }
        notices = [
            Entry(
                sid, "notice", f.fiche.title, "Clapvert", Nature.NOTICE, Rank.NOTICE, (f.fiche.domain,), None,
                counts.get(sid, 0), intent=f.fiche.intent, words=folded(f"{f.fiche.title} {f.fiche.intent}"),
            )
            for sid, f in service.fiches.items()
        ]  # fmt: skip
        notices += [
            Entry(
                sid, "notice", f.framework.title, "Clapvert", Nature.NOTICE, Rank.NOTICE, f.framework.domains,
                f.framework.regime, counts.get(sid, 0), words=folded(f.framework.title),
            )
            for sid, f in service.frameworks.items()
        ]  # fmt: skip
        order = list(Domain)
        notices.sort(key=lambda e: (order.index(e.domains[0]), e.id.endswith("-absences"), folded(e.title)))
        texts = [_entry(s, counts, resting) for s in (*known.values(), *added.values())]
        texts.sort(key=lambda e: (not e.held, e.rank.order, -e.resting, folded(e.title)))
        self.sources: dict[str, Source] = {**known, **added}
        self.entries = {e.id: e for e in (*notices, *texts)}

    def find(self, sought: Sought) -> list[Entry]:
        """The entries sought: notices by domain, then texts, those held first."""
        return [e for e in self.entries.values() if sought.keeps(e)]

    def missing(self) -> list[Entry]:
        """Official texts that the snapshot does not hold, those that most statements rest on first."""
        out = [e for e in self.entries.values() if e.kind == "text" and e.rank is Rank.OFFICIEL and not e.held]
        return sorted(out, key=lambda e: (-e.resting, folded(e.title)))


def bring(source: Source, register: Register) -> str:
    """The command that brings a text of the register: fetched where its address allows it, else added by hand."""
    if source.within and source.within.source in register.sources:
        return bring(register.sources[source.within.source], register)
    if source.identifiers_verified and endpoints(source):
        return f"clapvert corpus fetch {source.id}"
    return f"clapvert corpus add FICHIER --as {source.id}"


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """How many notices, texts, and texts held."""
    rows = list(entries)
    texts = [e for e in rows if e.kind == "text"]
    return {"notices": len(rows) - len(texts), "texts": len(texts), "held": sum(e.held for e in texts)}


def _entry(s: Source, counts: dict[str, int], resting: Counter[str]) -> Entry:
    names = (s.title, s.short_title or "", s.issuer, *s.aliases, *s.identifiers.values(), s.id)
    return Entry(
        s.id, "text", s.name if s.short_title and len(s.title) > 90 else s.title, s.issuer, s.nature, s.rank, s.domains,
        s.regime, counts.get(s.id, 0), s.url, s.date, s.valid_from, s.valid_until, resting[s.id], s.note or "",
        folded(" ".join(names)),
    )  # fmt: skip
