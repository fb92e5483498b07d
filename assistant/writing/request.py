"""What a model receives: the message, what was read of it, what rules decide, the evidence, all under keys.

Guarantee: one JSON document of data, apart from the instructions; a key means something only in the request that gave
it, and citing one proves nothing (`proof`). What leaves the machine is what stands here (`docs/modeles-de-langue.md`
lists it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.answer import Act
from assistant.checking.verifier import Cited
from assistant.llm.wire import as_data, visible
from assistant.planning.plan import Shown
from assistant.planning.rules import Settled
from assistant.reading.dates import say_date
from assistant.wording.figures import case_words, fact_words
from assistant.writing.before import Before
from assistant.writing.evidence import Piece
from assistant.writing.facts import WHOLE, Known, Wanted
from assistant.writing.matters import Matter
from assistant.writing.procedures import Procedure
from ingest.corpus.cards import Card
from ingest.corpus.fiches import Polarity
from ingest.corpus.register import Contact
from ingest.language.claims import Language

_FORCE = {
    Polarity.OBLIGE: "oblige", Polarity.INTERDIT: "interdit", Polarity.PERMET: "permet",
    Polarity.N_OBLIGE_PAS: "n'oblige pas", Polarity.FAIT: "",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What a key stands for: the passages that citing it cites, its own words, those of what it misleads without, and
    the words of the case that it says (a rule's reasons, a step's day)."""

    cited: tuple[Cited, ...]
    text: str
    needs: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    note: str = ""
    """Its force and its dates, in words."""
    piece: Piece | None = None
    step: Shown | None = None
    outcome: Settled | None = None


@dataclass(frozen=True)
class Held:
    """What a request is made from."""

    message: str
    today: str
    day: str
    language: Language
    pieces: Sequence[Piece]
    matters: Sequence[Matter] = ()
    settled: Mapping[str, Settled] = field(default_factory=dict)
    wanted: Sequence[Wanted] = ()
    known: Sequence[Known] = ()
    contacts: Sequence[Contact] = ()
    procedures: Sequence[Procedure] = ()
    cards: Sequence[Card] = ()
    named: Sequence[str] = ()
    """Titles of the added texts that the message names."""
    before: Before | None = None
    searched: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Phrases that were asked for → positions of what they found."""


@dataclass(frozen=True)
class Request:
    """One request: its document, and what each key of it stands for."""

    text: str
    message: str
    sources: Mapping[str, Source]
    matters: Mapping[str, Matter]
    wanted: Mapping[str, Wanted]
    known: Mapping[str, Known]
    contacts: Mapping[str, Contact]
    before: Before | None = None

    def said(self, act: Act) -> dict[str, Any]:
        """The words that a line answers, for who reads it again: « résume » says nothing without what was asked, nor
        of what."""
        return {**(self.before.said(act) if self.before else {}), "message": visible(self.message)}


def request_of(held: Held) -> Request:
    """The request made from what is held."""
    language = held.language
    pieces = {f"e{n}": p for n, p in enumerate(held.pieces, 1)}
    at = {p.position: key for key, p in reversed(pieces.items())}
    by_id = {p.statement.id: key for key, p in pieces.items() if p.statement}
    matters = {f"r{n}": m for n, m in enumerate(held.matters, 1)}
    wanted = {f"f{n}": w for n, w in enumerate(held.wanted, 1)}
    known = {f"c{n}": k for n, k in enumerate(held.known, 1)}
    contacts = {f"w{n}": c for n, c in enumerate(held.contacts, 1)}
    steps = {
        f"s{n}": (p, i) for n, (p, i) in enumerate(((p, i) for p in held.procedures for i in range(len(p.steps))), 1)
    }
    sources = {key: _of_piece(p, pieces, by_id) for key, p in pieces.items()}
    sources |= {key: _of_step(p, n, language) for key, (p, n) in steps.items()}
    for key, matter in matters.items():
        settled = held.settled.get(matter.name)
        shown = [by_id[s] for s in settled.heads if s in by_id] if settled else []
        if settled is not None and shown:
            sources[key] = _of_rule(matter, settled, [sources[k] for k in shown[:2]], language)
    document: dict[str, Any] = {
        "message": visible(held.message),
        "today": held.today,
        "language": "français" if language == "fr" else "anglais",
    }
    if held.day != held.today:
        document["law_of"] = held.day
    if held.before is not None:
        document["before"] = held.before.document(at)
    if held.named:
        document["texts_named"] = [visible(t) for t in held.named]
    document["facts_read"] = [
        {"key": k, "fact": one.field, "value": one.value, "words": one.said} for k, one in known.items()
    ]
    document["facts_wanted"] = [_wanted(k, w) for k, w in wanted.items()]
    document["rules"] = [_matter(k, m, held, sources.get(k), wanted, by_id) for k, m in matters.items()]
    document["answered_before"] = [
        {"question": c.asks[0], "verdict": c.verdict or "", "cites": [by_id[s] for s in c.head if s in by_id]}
        for c in held.cards
        if any(s in by_id for s in c.head)
    ]
    document["evidence"] = [_evidence(k, p, by_id) for k, p in pieces.items()]
    document["procedures"] = [
        {
            "title": p.title.of(language),
            "steps": [{"key": k, "text": sources[k].text} for k in steps if steps[k][0] is p],
        }
        for p in held.procedures
    ]
    document["contacts"] = [{"key": k, "name": c.name, "about": c.about} for k, c in contacts.items()]
    if held.searched:
        document["searched"] = [
            {"phrase": visible(phrase), "found": [at[p] for p in found if p in at]}
            for phrase, found in held.searched.items()
        ]
    text = as_data({k: v for k, v in document.items() if v not in ([], "", None)})
    return Request(text, held.message, sources, matters, wanted, known, contacts, held.before)


def _of_piece(p: Piece, pieces: Mapping[str, Piece], by_id: Mapping[str, str]) -> Source:
    """A statement, or sentences of an added text."""
    s = p.statement
    if s is None:
        return Source(tuple(Cited(p.passage, p.passage.text[a:b]) for a, b in p.spans), p.text, note=_place(p), piece=p)
    needs = tuple(pieces[by_id[n]].text for n in s.needs if n in by_id)
    return Source((Cited(p.passage, p.passage.text),), p.text, needs, note=_note(p), piece=p)


def _of_step(procedure: Procedure, n: int, language: Language) -> Source:
    """A step of a démarche: its own reviewed words, which `corpus check` compares with all that it rests on."""
    shown = procedure.steps[n]
    planned = shown.step
    assert planned is not None
    cited = tuple(Cited(p, p.text) for p in planned.cited)
    days = [say_date(planned.due, language)] if planned.due else []
    words = procedure.said(n, language)
    return Source(cited, words, given=(words, *days, *([planned.told] if planned.told else [])), step=shown)


def _of_rule(matter: Matter, settled: Settled, shown: Sequence[Source], language: Language) -> Source:
    """What a rule decides: its outcome with its reasons, over the statements that it shows."""
    reasons = [case_words(r, language) for o in settled.openings.values() for r in o.because]
    facts = [fact_words(n, w, language) for o in settled.openings.values() for n, w in o.said]
    days = [say_date(o.due, language) for o in settled.openings.values() if o.due]
    said = tuple(dict.fromkeys((*reasons, *facts, *days)))
    words = f"{matter.settles(language == 'en')} → {_outcome(settled)}" + (f" ({' ; '.join(said)})" if said else "")
    cited = once(c for s in shown for c in s.cited)
    needs = tuple(dict.fromkeys(n for s in shown for n in s.needs))
    return Source(cited, words, needs, (words, *said), outcome=settled)


def once(cited: Iterable[Cited]) -> tuple[Cited, ...]:
    """What is cited, each words of a passage once."""
    return tuple({(c.passage.id, c.quote): c for c in cited}.values())


def _outcome(settled: Settled) -> str:
    return settled.verdict if settled.strength == "firm" else f"{settled.verdict} (likely)"


def _wanted(key: str, w: Wanted) -> dict[str, Any]:
    return {"key": key, "ask": w.ask, **({"values": list(w.values)} if w.values else {})}


def _matter(
    key: str, m: Matter, held: Held, source: Source | None, wanted: Mapping[str, Wanted], by_id: Mapping[str, str]
) -> dict[str, Any]:
    english = held.language == "en"
    settled = held.settled.get(m.name)
    if source is not None and settled is not None:
        out: dict[str, Any] = {"key": key, "decides": source.text}
        out["shows"] = [by_id[s] for s in (*settled.heads, *settled.needs) if s in by_id]
        if settled.depends_on is not None:
            out["missing"] = settled.depends_on.ask_en if english else settled.depends_on.ask
        return out
    takes = [k for k, w in wanted.items() if any(_same(w, i) for r in m.rules for i in r.inputs)]
    return {"key": key, "settles": m.settles(english), "facts": takes}


def _same(w: Wanted, i: Any) -> bool:
    return i.field == w.field and (not w.values or w.field in WHOLE or i.ask == w.source.ask)


def _place(p: Piece) -> str:
    """Where the words of an added text stand in it, and until when they held."""
    place = " › ".join((p.passage.source_title, *p.passage.heading_path[1:-1], p.passage.locator))
    ended = f" ; {p.passage.valid_from or '…'} → {p.passage.valid_until}" if p.passage.valid_until else ""
    return visible(place) + ended


def _note(p: Piece) -> str:
    """What a statement is, its law and its force, whom it binds, when it holds, what it is of, how sure it is."""
    s = p.statement
    assert s is not None
    said = [s.role.value, s.regime.value, _FORCE[s.polarity], f"binds {', '.join(s.acteur)}" if s.acteur else ""]
    if s.in_force.from_ or s.in_force.until:
        said.append(f"in_force {s.in_force.from_ or '…'} → {s.in_force.until or '…'}")
    if (reach := s.applies_to) and (reach.from_ or reach.until):
        basis = f" ({reach.basis})" if reach.basis else ""
        said.append(f"applies_to {reach.from_ or '…'} → {reach.until or '…'}{basis}")
    said += [s.nature.value] if s.nature.value != "droit" else []
    said += [f"confidence {s.confidence}"] if s.confidence != "haute" else []
    return " ; ".join(w for w in said if w)


def _evidence(key: str, p: Piece, by_id: Mapping[str, str]) -> dict[str, Any]:
    s = p.statement
    if s is None:
        return {"key": key, "text": visible(p.text), "of": _place(p)}
    needs = [by_id[n] for n in s.needs if n in by_id]
    return {"key": key, "text": visible(p.text), "note": _note(p), **({"needs": needs} if needs else {})}
