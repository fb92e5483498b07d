"""Passages: what is retrieved, quoted and opened.

Guarantee: a passage's `text` is exact and never changes under its id (the id is a hash of source, locator, version
start and text); an article is never cut inside a sentence; a notice says what it is based on and is never given the
rank of the text it describes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ingest.articles.units import Unit
from ingest.corpus.addresses import article_link
from ingest.corpus.fiches import Fiche, Nature, Statement, notice_source_id
from ingest.corpus.register import Domain, Rank, Regime, Register, Source
from ingest.documents.tables import table_runs
from ingest.documents.tree import Block, OwnDates
from ingest.language.locators import locator_keys
from ingest.language.sentences import sentence_spans
from ingest.passages.versions import TextVersion, deferred_until

MAX_CHARACTERS = 1700
"""Longest passage: at most about 470 tokens of the encoder's 512 (measured on the cinema code: 3.6 to 4.2 characters a
token), which leaves room for the heading path and the prompt; article 122-18 of the RGA, 1,651 characters, is whole."""


class BasedOn(BaseModel):
    """The official text or page that a notice rests on."""

    model_config = ConfigDict(frozen=True)

    source_id: str
    title: str
    locator: str | None
    url: str | None
    version: str | None
    rank: Rank
    also: tuple[str, ...] = ()


class Passage(BaseModel):
    """One passage. Dates are inclusive; an open end is None."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["statement", "criterion", "text"]
    source_id: str
    source_title: str
    locator: str
    keys: tuple[str, ...] = ()
    heading_path: tuple[str, ...] = ()
    text: str
    index_text: str
    lexical_text: str = ""
    language: str = "fr"
    url: str | None = None
    rank: Rank
    regime: Regime
    domains: tuple[Domain, ...]
    position: int
    page_from: int | None = None
    page_to: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    attested_at: date | None = None
    based_on: BasedOn | None = None
    statement: Statement | None = None
    confidence: Literal["haute", "moyenne", "basse"] | None = Field(
        default=None, description="of a criterion: low ones are kept as data, and their text says so"
    )
    previous_id: str | None = None
    next_id: str | None = None

    @property
    def certainty(self) -> Literal["haute", "moyenne", "basse"] | None:
        """The confidence of a criterion or of a statement; None for an official text, which is what it is."""
        return self.confidence or (self.statement.confidence if self.statement else None)

    @property
    def bill(self) -> bool:
        """True when it tells of law that is only proposed: its dates are those of an event, and nothing is in force."""
        return self.statement is not None and self.statement.nature is Nature.PROJET

    @property
    def sha256(self) -> str:
        """Hash of the exact text, for receipts."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def passage_id(source_id: str, locator: str, start: date | None, text: str) -> str:
    """Stable id: the same text at the same place, from the same date, is the same passage for ever."""
    raw = "\x1f".join((source_id, locator, start.isoformat() if start else "", text))
    return hashlib.sha256(raw.encode()).hexdigest()[:20]


def fiche_passages(fiche: Fiche, register: Register) -> list[Passage]:
    """One passage a statement, in reading order."""
    out = []
    for position, (section, s) in enumerate(fiche.statements()):
        source = register.get(s.source.id)
        out.append(
            notice_passage(
                s,
                source,
                kind="statement",
                source_id=notice_source_id(fiche.id),
                source_title=fiche.title,
                locator=section,
                keys=tuple(locator_keys(s.source.locator, source.work_id, register.names)),
                heading_path=(fiche.title, section),
                index_text=f"{fiche.title} › {section}. {s.text} {' '.join(s.asked_as)}",
                domains=(fiche.domain,),
                position=position,
            )
        )
    return linked(out)


def notice_passage(s: Statement, source: Source, **place: Any) -> Passage:
    """The passage of a statement of ours, which rests on `source`; `place` says where it stands and how it is found
    (the other fields of `Passage`)."""
    link = article_link(source, place["keys"])
    return Passage(
        id=passage_id(place["source_id"], s.id, s.in_force.from_, s.text),
        text=s.text,
        lexical_text=" ".join((s.en, *source.id.split("-"), *s.also_asked)),
        url=link,
        rank=Rank.NOTICE,
        regime=s.regime,
        valid_from=s.in_force.from_,
        valid_until=s.in_force.until,
        attested_at=first_day(s.source.version) if s.in_force.from_ is None else None,
        based_on=BasedOn(
            source_id=source.id, title=source.name, locator=s.source.locator, url=link,
            version=s.source.version, rank=source.rank, also=s.also,
        ),
        statement=s,
        **place,
    )  # fmt: skip


def first_day(version: str | None) -> date | None:
    """`2026`, `2026-03`, `2026-03-01` → its first day: an undated statement is known from its source's version on."""
    if version is None:
        return None
    year, month, day = (*version.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))


def unit_passages(
    units: Iterable[Unit],
    source: Source,
    register: Register,
    version: TextVersion,
    language: str,
    longest: int = MAX_CHARACTERS,
    articles: Mapping[str, OwnDates] | None = None,
) -> list[Passage]:
    """Passages of a text: whole articles where they fit, runs of alinéas otherwise.

    Articles that belong to a text published inside this one (`Source.within`) go to that text. An article that its
    file dates (`articles`, by number) has those dates and a link of its own; one that says when it enters into force is
    in force from then, whatever the file says of itself. A number that stands twice with
    different texts gives as many articles, told apart in their locators.
    """
    hosted = register.hosted_by(source.id)
    units = list(units)
    own = frozenset(u.number for u in units if u.number)
    lent = () if source.id in register.sources else register.titled(source.title)
    out: list[Passage] = []
    for unit, twin in told_apart(units):
        owner = next(
            (h for h in hosted if unit.number and h.within and re.search(h.within.numbers, unit.number)),
            source,
        )
        said = articles.get(unit.number) if articles and unit.number and not twin else None
        dated = version
        if said and said.valid_from:
            dated = version.model_copy(update={"valid_from": said.valid_from, "valid_until": said.valid_until})
        start = deferred_until(unit.text, dated) or dated.valid_from
        keys = unit_keys(unit, owner, register, own, lent)
        url = article_link(owner, keys, said.ident if said else "")
        pieces = split_text(unit.parts, longest)
        for n, (text, pages) in enumerate(pieces, 1):
            locator = f"{unit.locator}{twin}" if len(pieces) == 1 else f"{unit.locator}{twin} ({n}/{len(pieces)})"
            heading = (owner.name, *unit.heading_path)
            out.append(
                Passage(
                    id=passage_id(owner.id, locator, start, text), kind="text", source_id=owner.id,
                    source_title=owner.name, locator=locator, keys=keys,
                    heading_path=heading, text=text, index_text=f"{' › '.join((*heading, unit.locator))}. {text}",
                    language=language, url=url, rank=owner.rank, regime=owner.regime,
                    domains=owner.domains, position=len(out), page_from=pages[0], page_to=pages[1], valid_from=start,
                    valid_until=dated.valid_until, attested_at=version.attested_at,
                )
            )  # fmt: skip
    return linked(list({p.id: p for p in out}.values()))


def unit_keys(
    unit: Unit, owner: Source, register: Register, own: frozenset[str], alike: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Keys of a unit: its own, then those of the articles that it changes in another act, then the same under the works
    of the register that its title names (`alike`): a code added under an id of its own answers to its name.

    People cite « article 19 bis de la CSRD » for the article that the CSRD writes in another directive: unless the
    act has an article of that number, it answers to that name too.
    """
    if not unit.number:
        return ()
    named = register.names.find(unit.amends) if unit.also else []
    amended = [f"{named[0][2]}:{n}" for n in unit.also] if named else []
    lent = [n for n in unit.also if n not in own]
    mine = [f"{work}:{n}" for work in (owner.work_id, *alike) for n in (unit.number, *lent)]
    return tuple(dict.fromkeys((mine[0], *amended, *mine[1:])))


def told_apart(units: list[Unit]) -> list[tuple[Unit, str]]:
    """Each unit with what tells it from others of its locator: nothing, or « , texte 2 sur 3 »; twins to the word
    count once."""
    groups: dict[str, list[str]] = {}
    kept: list[tuple[Unit, str, int]] = []
    for unit in units:
        place = unit.locator if unit.number else " › ".join((*unit.heading_path, unit.locator))
        texts = groups.setdefault(place, [])
        plain = " ".join(unit.text.split())
        if plain not in texts:
            texts.append(plain)
            kept.append((unit, place, len(texts)))
    return [
        (unit, f", texte {n} sur {len(groups[place])}" if unit.number and len(groups[place]) > 1 else "")
        for unit, place, n in kept
    ]


def split_text(
    parts: Iterable[Block], longest: int = MAX_CHARACTERS
) -> list[tuple[str, tuple[int | None, int | None]]]:
    """Exact pieces of at most `longest` characters, cut between alinéas, else between sentences, with their pages.

    An alinéa that opens a list (« à partir du 1er janvier 2026: ») goes with its first item: alone at the end of a
    piece, it would leave items that no longer say from when, or for whom, they hold. Each piece of a long table keeps
    its caption and its header.
    """
    out: list[tuple[str, tuple[int | None, int | None]]] = []
    buffer: list[Block] = []

    def size(blocks: list[Block]) -> int:
        return sum(len(b.text) + 2 for b in blocks)

    def flush(until: int | None = None) -> None:
        if blocks := buffer[:until]:
            pages = blocks[0].pages(0, 1)[0], blocks[-1].pages(0, len(blocks[-1].text))[1]
            out.append(("\n\n".join(b.text for b in blocks), pages))
            del buffer[:until]

    for part in parts:
        if part.kind == "table" and len(part.text) > longest:
            flush()
            out += [(text, part.pages(0, len(part.text))) for text in table_runs(part.text, longest)]
            continue
        if len(part.text) > longest:
            flush()
            out += [(part.text[a:b], part.pages(a, b)) for a, b in _sentence_runs(part.text, longest)]
            continue
        if buffer and size(buffer) + len(part.text) > longest:
            cut = len(buffer)
            while cut and buffer[cut - 1].text.rstrip().endswith(":"):
                cut -= 1
            flush(cut if cut and size(buffer[cut:]) + len(part.text) <= longest else None)
        buffer.append(part)
    flush()
    return out


def _sentence_runs(text: str, longest: int) -> list[tuple[int, int]]:
    """Spans of a long paragraph, each a run of whole sentences; one endless sentence stays whole."""
    runs: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if runs and end - runs[-1][0] <= longest:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def linked(passages: list[Passage]) -> list[Passage]:
    """The passages of one source, each with its neighbours."""
    return [
        p.model_copy(
            update={
                "previous_id": passages[i - 1].id if i else None,
                "next_id": passages[i + 1].id if i + 1 < len(passages) else None,
            }
        )
        for i, p in enumerate(passages)
    ]
