"""An answer, a citation, a passage in the words of a page: ranks, validity, dates, warnings, the pieces of its prose.

Guarantee: a notice is never named as the law is; an official text and a notice that rests on it have each their name.
The modules of the pages say the same in the same words (`static/format.js`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

from assistant.answer import Answer, BasedOn, CaseItem, Citation, Notice, Understood
from assistant.reading.dates import say_date
from assistant.web.words import Words, french
from assistant.wording.prose import Form, Piece, blocks, pieces
from ingest.corpus.fiches import CaseField
from ingest.corpus.register import DOMAIN_LABELS, Domain, Rank
from ingest.corpus.rules import DateName, YearName
from ingest.language.claims import MONTHS_EN, MONTHS_FR

RANKS = {
    Rank.OFFICIEL: french("Texte officiel"),
    Rank.AUTORITE: french("Document d'une autorité"),
    Rank.GUIDE: french("Guide"),
    Rank.PRESSE: french("Presse"),
    Rank.NOTICE: french("Notice Clapvert"),
}
_WARNINGS = {
    "changed": french("Cela a changé"),
    "upcoming": french("À venir"),
    "conflict": french("Les sources divergent"),
    "stale": french("À revérifier"),
}
_REASONS = {
    "today": french("aujourd'hui"),
    "asked": french("date demandée"),
    "sticky": french("date gardée"),
}
_STATUS = {
    "superseded": french("Rédaction remplacée depuis"),
    "removed": french("Retiré du corpus depuis"),
}
_FIGURES: dict[CaseField | DateName | YearName, str] = {
    CaseField.HEADCOUNT: french("effectif"),
    CaseField.TURNOVER: french("chiffre d'affaires"),
    CaseField.BALANCE_SHEET: french("total de bilan"),
    CaseField.BUDGET: french("budget"),
    CaseField.AD_SPEND: french("investissement publicitaire"),
    CaseField.CONSUMPTION: french("consommation"),
    CaseField.SURFACE: french("surface"),
    CaseField.POWER: french("puissance"),
    CaseField.EMISSIONS: french("émissions"),
    CaseField.DURATION: french("durée"),
    CaseField.DISTANCE: french("distance"),
    CaseField.HEIGHT: french("hauteur"),
    CaseField.PEOPLE: french("personnes"),
    CaseField.VOLUME: french("volume"),
    CaseField.WEIGHT: french("poids"),
    CaseField.SHARE: french("part"),
    CaseField.SCORE: french("score"),
    CaseField.LEVEL: french("niveau"),
    CaseField.NOISE: french("bruit"),
    CaseField.AMOUNT: french("montant"),
    CaseField.POPULATION: french("population"),
    CaseField.AGE: french("âge"),
    DateName.FILING: french("dépôt"),
    DateName.VISA: french("visa"),
    DateName.DECISION: french("décision"),
    DateName.PRINCIPLE: french("décision de principe"),
    DateName.PRELIMINARY: french("autorisation préalable"),
    DateName.INVESTMENT: french("agrément des investissements"),
    DateName.PROVISIONAL: french("décision provisoire"),
    DateName.GRANT: french("décision d'aide"),
    DateName.SHOOT: french("tournage"),
    DateName.SHOOT_END: french("fin du tournage"),
    DateName.DELIVERY: french("livraison"),
    DateName.BROADCAST: french("diffusion"),
    YearName.FINANCIAL_YEAR: french("exercice"),
    YearName.PUBLICATION_YEAR: french("publication"),
}


class Dated(Protocol):
    """What holds between two days."""

    @property
    def valid_from(self) -> date | None:
        """First day."""

    @property
    def valid_until(self) -> date | None:
        """Last day."""


class Said:
    """Says things in the language of a page, on its day."""

    def __init__(self, words: Words, today: date) -> None:
        self._ = words
        self._today = today

    def day(self, day: date) -> str:
        """A date in words."""
        return say_date(day, self._.language)

    def rank(self, rank: Rank) -> str:
        """The name of a rank."""
        return self._(RANKS[rank])

    def domain(self, domain: Domain) -> str:
        """The name of a domain."""
        return self._(DOMAIN_LABELS[domain])

    def domains(self, domains: Iterable[Domain]) -> str:
        """The names of domains."""
        return ", ".join(self.domain(d) for d in domains)

    def place(self, title: str, locator: str | None) -> str:
        """« Règlement général des aides du CNC, art. 122-18 »."""
        return f"{title}, {locator}" if locator else title

    def validity(self, of: Dated, bill: bool = False) -> str | None:
        """When a passage holds, or since when things stand so for a bill; None when nothing is dated."""
        start, end = of.valid_from, of.valid_until
        if bill:
            return self._bill(start, end)
        if start and end:
            return self._("en vigueur du {start} au {end}", start=self.day(start), end=self.day(end))
        if start and start > self._today:
            return self._("en vigueur à partir du {start}", start=self.day(start))
        if start:
            return self._("en vigueur depuis le {start}", start=self.day(start))
        return self._("en vigueur jusqu'au {end}", end=self.day(end)) if end else None

    def _bill(self, start: date | None, end: date | None) -> str:
        """A bill is never in force: its dates are those of what happened to it."""
        if start and end:
            return self._("projet, situation du {start} au {end}", start=self.day(start), end=self.day(end))
        if start:
            return self._("projet, situation depuis le {start}", start=self.day(start))
        return self._("projet, situation jusqu'au {end}", end=self.day(end)) if end else self._("projet")

    def validity_short(self, of: Dated) -> str | None:
        """The same in the few words of a card."""
        start, end = of.valid_from, of.valid_until
        if start and end:
            return self._("du {start} au {end}", start=self.day(start), end=self.day(end))
        if start and start > self._today:
            return self._("à partir du {start}", start=self.day(start))
        if start:
            return self._("depuis le {start}", start=self.day(start))
        return self._("jusqu'au {end}", end=self.day(end)) if end else None

    def out_of_force(self, of: Dated) -> bool:
        """True when the rule is no longer in force, or not yet."""
        return bool(
            (of.valid_until and of.valid_until < self._today) or (of.valid_from and of.valid_from > self._today)
        )

    def version(self, basis: BasedOn) -> str | None:
        """« version de mars 2026 »."""
        if not basis.version:
            return None
        parts = [int(p) for p in basis.version.split("-")]
        if len(parts) == 3:
            return self._("version du {day}", day=self.day(date(*parts)))
        months = MONTHS_EN if self._.language == "en" else MONTHS_FR
        said = f"{months[parts[1] - 1]} {parts[0]}" if len(parts) == 2 else str(parts[0])
        return self._("version de {month}", month=said)

    def pages(self, first: int | None, last: int | None = None) -> str | None:
        """« p. 12 » or « p. 12-13 »."""
        if not first:
            return None
        return f"p. {first}-{last}" if last and last != first else f"p. {first}"

    def status(self, status: str) -> str | None:
        """What became of a passage; None for a current one."""
        return self._(_STATUS[status]) if status in _STATUS else None

    def when_chip(self, understood: Understood) -> str:
        """The date of an answer, and how it came about; today is today on that day alone."""
        reason = _REASONS[understood.as_of_reason]
        if understood.as_of_reason == "today" and understood.as_of != self._today:
            reason = french("jour de la question")
        return self._("{day} ({reason})", day=self.day(understood.as_of), reason=self._(reason))

    def warning(self, warning: Notice, answer: Answer) -> str:
        """The heading of a warning; what was still to come on the day asked may have come since."""
        starts = [c.valid_from for c in answer.citations if c.n in warning.citations]
        if warning.kind == "upcoming" and starts and all(s and s <= self._today for s in starts):
            return self._("Changé depuis")
        return self._(_WARNINGS[warning.kind])

    def by_text(self, citations: Iterable[Citation]) -> list[list[Citation]]:
        """Citations by the text and place that they are of, or that our notice follows; the text before a notice."""
        groups: dict[tuple[str, str | None], list[Citation]] = {}
        for c in citations:
            text = (c.based_on.title, c.based_on.locator) if c.based_on else (c.source_title, c.locator)
            groups.setdefault(text, []).append(c)
        return [sorted(group, key=lambda c: c.rank is Rank.NOTICE) for group in groups.values()]

    def figure(self, item: CaseItem) -> str:
        """A figure of the case, in the words that were said: « effectif : 12 salariés »."""
        field = next((said for f, said in _FIGURES.items() if f.value == item.field), item.field)
        return f"{self._(field)} : {item.said}"

    def facts(self, answer: Answer) -> str:
        """The facts of an answer's case, as the address of a rule takes them."""
        out: dict[str, str] = {}
        for item in answer.understood.case:
            ends = item.value if isinstance(item.value, tuple) else (str(item.value).split("/")[0],)
            out[item.field] = "..".join(map(str, ends))
        out.update({name: values[0] for name, values in answer.understood.facets.items() if values})
        return urlencode(out)

    def due(self, day: date) -> str:
        """By when a step is to be done."""
        return f"{self._('échéance')} : {self.day(day)}"

    def blocks(self, markdown: str) -> list[tuple[Form, list[list[Piece]]]]:
        """The paragraphs and lists of an answer, each item in pieces."""
        return [(b.form, [pieces(item) for item in b.items]) for b in blocks(markdown)]

    def pieces(self, text: str, citations: Iterable[int] = ()) -> list[Piece]:
        """A sentence in pieces, with the numbers of what it cites after it."""
        return [*pieces(text), *(("cite", str(n)) for n in citations)]
