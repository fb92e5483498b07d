"""The « note de conformité » of an answer: what was asked, how it was understood, what the texts say, how to check it.

Guarantee: the note says nothing that the answer does not: its sentences, quotes, warnings and contacts are those of the
`Answer`, word for word. A notice of ours is never shown as the law; the day that the rules are those of, and the day
that they were verified, stand on every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from assistant.answer import Answer, Citation, NextStep
from assistant.export import phrases as say
from assistant.export.document import Block, Column, Document, Heading, Listing, Paragraph, Quote, Run, Table, Text
from assistant.history.words import title as title_of
from assistant.reading.dates import say_date
from assistant.wording.prose import blocks, pieces
from ingest.corpus.register import DOMAIN_LABELS, Domain
from ingest.corpus.render import say_version
from ingest.language.claims import Language


@dataclass(frozen=True, slots=True)
class Beside:
    """What a note needs beside the answer: the day it is made, the words for the values of a profile, and the days of
    the copies that undated passages were read in, by passage. `bills` are the passages that tell of a bill."""

    made: date
    labels: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, date] = field(default_factory=dict)
    bills: Set[str] = frozenset()


def note(answer: Answer, beside: Beside) -> Document:
    """The note of one answer."""
    made = beside.made
    lang = answer.understood.language
    return Document(
        title=say.TITLE[lang],
        subtitle=say.MADE[lang].format(made=say_date(made, lang), as_of=say_date(answer.as_of, lang)),
        blocks=tuple(_blocks(answer, 0, beside)),
        footer=_footer(answer),
        date=made,
        subject=answer.question,
        keywords=tuple(dict.fromkeys(c.source_title for c in answer.citations)),
        language=lang,
    )


def conversation_note(answers: Sequence[Answer], title: str, beside: Beside) -> Document:
    """The notes of a whole conversation, one after the other. `answers` is not empty."""
    made = beside.made
    lang = answers[0].understood.language
    blocks: list[Block] = []
    for n, answer in enumerate(answers, 1):
        short = title_of(answer.question)
        blocks.append(Heading(f"{n}. {short}"))
        if short != answer.question:
            blocks.append(Paragraph(say.QUOTES[lang].format(text=answer.question)))
        blocks += _blocks(answer, n, beside)
    return Document(
        title=say.CONVERSATION[lang],
        subtitle=say.CONVERSATION_MADE[lang].format(made=say_date(made, lang), n=len(answers)),
        blocks=tuple(blocks),
        footer=_footer(answers[-1]),
        date=made,
        subject=title,
        language=lang,
    )


def validity(start: date | None, end: date | None, as_of: date, today: date, lang: Language) -> str:
    """Since when and until when, in a sentence, as seen today for a question about `as_of`."""
    first, last = (say_date(d, lang) if d else "" for d in (start, end))
    if start and end:
        return say.BETWEEN[lang].format(start=first, end=last)
    if start:
        words = say.COMING if start > today else say.LATER if start > as_of else say.SINCE
        return words[lang].format(start=first)
    return say.UNTIL[lang].format(end=last) if end else say.UNDATED[lang]


def bill(start: date | None, end: date | None, lang: Language) -> str:
    """A bill is never in force: since when things stand so, in a sentence."""
    first, last = (say_date(d, lang) if d else "" for d in (start, end))
    if start and end:
        return say.BILL_BETWEEN[lang].format(start=first, end=last)
    return say.BILL_SINCE[lang].format(start=first) if start else say.BILL[lang]


def _footer(answer: Answer) -> str:
    return f"Clapvert. {answer.disclaimer}".strip()


def _blocks(answer: Answer, place: int, beside: Beside) -> Iterator[Block]:
    """The parts of a note. `place`: which answer of a conversation, whose headings are then one level lower; 0 when
    the note is of this answer alone."""
    lang = answer.understood.language
    low = 1 if place else 0
    if not place:
        yield Paragraph(say.QUOTES[lang].format(text=answer.question), "lead")
    yield Table((Column("", 1.1), Column("", 4)), tuple(_understood(answer, lang, beside.labels)), headers=False)
    yield _heading(say.ANSWER[lang], low)
    yield from _answer(answer, place)
    if answer.next:
        yield _heading(say.NEXT[lang], low)
        yield Listing(tuple(_step(step, place, lang) for step in answer.next))
    if answer.warnings:
        yield _heading(say.BESIDE[lang], low)
        for w in answer.warnings:
            head = Run(say.KINDS[lang][w.kind] + say.COLON[lang], bold=True)
            yield Paragraph((head, w.text, *_marks(w.citations, place)), "notice")
    if answer.outcome != "answered":
        yield from _not_found(answer, low)
    if answer.contacts:
        yield _heading(say.CONTACTS[lang], low)
        yield Listing(tuple(_contact(c.name, c.url, c.about, lang) for c in answer.contacts))
    if answer.citations:
        yield _heading(say.SOURCES[lang], low)
        if any(c.based_on for c in answer.citations):
            yield Paragraph(say.NOTICES[lang], "small")
        for c in answer.citations:
            yield from _source(c, answer, place, beside)
    yield _heading(say.CHECK[lang], low)
    yield from _check(answer)


def _heading(text: str, low: int) -> Heading:
    return Heading(text, 2 if low else 1)


def _anchor(place: int, n: int) -> str:
    return f"source-{place}-{n}" if place else f"source-{n}"


def _marks(numbers: Sequence[int], place: int) -> tuple[Run, ...]:
    return tuple(Run(f"\u00a0[{n}]", link=f"#{_anchor(place, n)}") for n in numbers)


def _understood(answer: Answer, lang: Language, labels: Mapping[str, str]) -> Iterator[tuple[Text, ...]]:
    u = answer.understood
    if u.question != answer.question:
        yield (say.UNDERSTOOD[lang], u.question)
    yield (say.DATE[lang], f"{say_date(answer.as_of, lang)} ({say.DATE_REASON[lang][u.as_of_reason]})")
    if u.domains:
        yield (say.DOMAINS[lang], _domains(u.domains))
    if u.profile:
        yield (say.PROFILE[lang], ", ".join(labels.get(v, v) for v in u.profile.values()))
    if u.case:
        yield (say.CASE[lang], ", ".join(item.said for item in u.case))
    reason = f" ({say.REASONS[lang][answer.reason]})" if answer.reason else ""
    yield (say.OUTCOME[lang], say.OUTCOMES[lang][answer.outcome] + reason)


def _answer(answer: Answer, place: int) -> Iterator[Block]:
    for block in blocks(answer.answer):
        items = tuple(_item(item, place) for item in block.items)
        if block.form == "paragraph":
            yield Paragraph(items[0], "lead")
        else:
            yield Listing(items, block.form == "steps", "lead")


def _item(text: str, place: int) -> Text:
    """A paragraph or an item of a list: bold is bold, numbers lead to what they cite, the rest is text."""
    out: list[Run] = []
    for kind, held in pieces(text):
        out += _marks((int(held),), place) if kind == "cite" else (Run(held, bold=kind == "strong"),)
    return tuple(out)


def _step(step: NextStep, place: int, lang: Language) -> Text:
    due = (say.DUE[lang].format(day=say_date(step.due, lang)),) if step.due else ()
    return (step.text, *_marks(step.citations, place), *due)


def _not_found(answer: Answer, low: int) -> Iterator[Block]:
    lang = answer.understood.language
    yield _heading(say.MISSING[lang], low)
    if answer.searched.sources:
        yield Paragraph(
            say.SEARCHED[lang].format(n=answer.searched.sources, domains=_domains(answer.searched.domains)), "small"
        )
    if answer.near:
        yield Paragraph(say.NEAR[lang])
        for found in answer.near:
            yield Quote(found.quote, f"{found.source_title}, {found.locator}", quiet=True)
    if answer.outcome == "partial" and answer.follow_ups:
        yield Paragraph(say.DETAIL[lang])
        yield Listing(answer.follow_ups)


def _contact(name: str, url: str | None, about: str | None, lang: Language) -> Text:
    told: tuple[str | Run, ...] = (Run(name, bold=True), *([say.COLON[lang] + about] if about else []))
    return (*told, " (", Run(url, link=url), ")") if url else told


def _domains(domains: Sequence[Domain]) -> str:
    return ", ".join(DOMAIN_LABELS[d] for d in domains)


def _source(c: Citation, answer: Answer, place: int, beside: Beside) -> Iterator[Block]:
    lang = answer.understood.language
    kind = say.RANKS[lang][c.rank]
    title = say.QUOTES[lang].format(text=c.source_title) if c.based_on else f"{c.source_title}, {c.locator}"
    yield Heading(f"[{c.n}] {kind}{say.COLON[lang]}{title}", 3 if place else 2, _anchor(place, c.n))
    page = [say.PAGE[lang].format(page=c.page)] if c.page else []
    yield Quote(c.quote, ", ".join([*([c.locator] if c.based_on else []), *page]), quiet=c.based_on is not None)
    told: list[str | Run] = []
    if c.based_on:
        b = c.based_on
        where = [b.title, *([b.locator] if b.locator else []), *([say_version(b.version)] if b.version else [])]
        told += [say.BASED_ON[lang] + say.COLON[lang], Run(", ".join(where), bold=True), ". "]
    copied = beside.copies.get(c.passage_id)
    if c.passage_id in beside.bills:
        told.append(bill(c.valid_from, c.valid_until, lang))
    elif copied and not (c.valid_from or c.valid_until):
        told.append(say.COPY[lang].format(day=say_date(copied, lang)))
    else:
        told.append(validity(c.valid_from, c.valid_until, answer.as_of, beside.made, lang))
    if c.confidence and (sure := say.CONFIDENCE[lang][c.confidence]):
        told.append(f" {sure}")
    if url := (c.based_on.url if c.based_on else None) or c.url:
        told += [f" {say.READ[lang]}{say.COLON[lang]}", Run(url, link=url)]
    yield Paragraph(tuple(told), "small")


def _check(answer: Answer) -> Iterator[Block]:
    lang, receipt = answer.understood.language, answer.receipt
    command = f"clapvert verify {receipt_name(answer)}"
    if not answer.citations:
        yield Paragraph(say.NOTHING_TO_CHECK[lang], "small")
    else:
        yield Paragraph((say.CHECK_HOW[lang], Run(command, bold=True), say.CHECK_SAYS[lang]), "small")
    engine, _, model = answer.engine.partition(":")
    rows: list[tuple[Text, ...]] = [
        (say.SNAPSHOT[lang], receipt.snapshot),
        (say.CORPUS[lang], receipt.corpus_version),
        (say.ENGINE[lang], say.ENGINES[lang][engine].format(name=model)),
        (say.RECEIPT[lang], answer.message_id),
    ]
    rows += [
        (say.HASH[lang].format(n=c.n), f"sha256 {receipt.passages[c.passage_id]}")
        for c in answer.citations
        if c.passage_id in receipt.passages
    ]
    yield Table((Column("", 1.1), Column("", 4)), tuple(rows), headers=False)


def receipt_name(answer: Answer) -> str:
    """The name of the file of an answer that `clapvert verify` reads."""
    return f"clapvert-{answer.as_of.isoformat()}-{re.sub('[^A-Za-z0-9]', '', answer.message_id)[:8].lower()}.json"
