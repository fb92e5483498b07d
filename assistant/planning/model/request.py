"""What a model receives: the message, what was read of it, the rules at hand, the evidence, all under opaque keys.

Guarantee: one JSON document of data, apart from the instructions; keys end in a mark drawn from a secret of the process
and from the document itself, so that no text can name a key; a key means something only in the request that gave it.
What leaves the machine is what stands here (`docs/modeles-de-langue.md` lists it).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.llm.wire import as_data, visible
from assistant.planning.model.evidence import Piece
from assistant.planning.model.facts import WHOLE, Known, Wanted
from assistant.planning.model.matters import Matter
from assistant.planning.model.procedures import Procedure
from assistant.planning.rules import Settled
from ingest.corpus.fiches import Polarity
from ingest.corpus.register import Contact
from ingest.corpus.rules import Input
from ingest.language.claims import Language

_LETTERS = "bcdfghjkmnpqrstvwxz"
_FORCE = {
    Polarity.OBLIGE: "oblige", Polarity.INTERDIT: "interdit", Polarity.PERMET: "permet",
    Polarity.N_OBLIGE_PAS: "n'oblige pas", Polarity.FAIT: "",
}  # fmt: skip


@dataclass(frozen=True)
class Brief:
    """The turn before, in brief: what was asked, and the first sentences that were shown."""

    asked: str
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """One request: its document, and what each key of it stands for."""

    text: str
    pieces: Mapping[str, Piece]
    matters: Mapping[str, Matter]
    wanted: Mapping[str, Wanted]
    known: Mapping[str, Known]
    contacts: Mapping[str, Contact]
    steps: Mapping[str, tuple[Procedure, int]] = field(default_factory=dict)
    round: int = 1
    message: str = ""

    def names(self) -> dict[str, str]:
        """Lasting names by key: of statements, matters, facts; for replies that are kept."""
        return {
            **{k: p.id for k, p in self.pieces.items()},
            **{k: f"matter:{m.name}" for k, m in self.matters.items()},
            **{k: _name(w) for k, w in self.wanted.items()},
            **{k: f"known:{w.field}:{w.value}" for k, w in self.known.items()},
            **{k: f"contact:{c.id}" for k, c in self.contacts.items()},
            **{k: p.name(n) for k, (p, n) in self.steps.items()},
        }


@dataclass(frozen=True)
class Held:
    """What a request is made from."""

    message: str
    understood: str
    day: str
    language: Language
    pieces: Sequence[Piece]
    matters: Sequence[Matter]
    settled: Mapping[str, Settled]
    wanted: Sequence[Wanted]
    known: Sequence[Known]
    contacts: Sequence[Contact]
    procedures: Sequence[Procedure] = ()
    named: Sequence[str] = ()
    """Titles of the added texts that the message names."""
    before: Brief | None = None
    against: Callable[[Piece, Known], bool] = lambda _, __: False
    """Whether a fact that was read contradicts a piece."""
    searched: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Phrases that were asked for → positions of what they found."""
    refused: Sequence[str] = ()
    previous: Mapping[str, Any] | None = None
    """The plan that was refused, or that asked for a search, by lasting names."""
    round: int = 1


def request_of(held: Held, secret: bytes) -> Request:
    """The request made from what is held; the same twice for the same secret."""
    seen = "\x1f".join((held.message, held.day, str(held.round), *(p.id for p in held.pieces)))
    digest = hmac.new(secret, seen.encode(), hashlib.sha256).digest()
    mark = "".join(_LETTERS[b % len(_LETTERS)] for b in digest[:4])
    pieces = {f"e{n:02d}{mark}": p for n, p in enumerate(held.pieces, 1)}
    wanted = {f"f{n:02d}{mark}": w for n, w in enumerate(held.wanted, 1)}
    matters = {f"r{n:02d}{mark}": m for n, m in enumerate(held.matters, 1)}
    known = {f"c{n:02d}{mark}": k for n, k in enumerate(held.known, 1)}
    contacts = {f"w{n:02d}{mark}": c for n, c in enumerate(held.contacts, 1)}
    every = [(p, n) for p in held.procedures for n in range(len(p.steps))]
    steps = {f"s{n:02d}{mark}": step for n, step in enumerate(every, 1)}
    request = Request("", pieces, matters, wanted, known, contacts, steps, held.round, held.message)
    keys = {name: key for key, name in request.names().items()}
    document: dict[str, Any] = {
        "message": visible(held.message),
        "date": held.day,
        "language": "français" if held.language == "fr" else "anglais",
    }
    if held.understood and held.understood != held.message:
        document["understood_as"] = visible(held.understood)
    if held.named:
        document["texts_named"] = [visible(t) for t in held.named]
    if held.before is not None:
        document["before"] = {"asked": visible(held.before.asked), "shown": [visible(t) for t in held.before.shown]}
    document["facts_read"] = [
        {"key": key, "fact": k.field, "value": k.value, "words": k.said} for key, k in known.items()
    ]
    document["facts_wanted"] = [_wanted(key, w) for key, w in wanted.items()]
    document["rules"] = [_matter(key, m, held, keys) for key, m in matters.items()]
    document["evidence"] = [
        _piece(key, p, keys, [c for c, k in known.items() if held.against(p, k)]) for key, p in pieces.items()
    ]
    document["procedures"] = [
        {
            "title": p.title.of(held.language),
            "steps": [{"key": k, "text": one.said(n, held.language)} for k, (one, n) in steps.items() if one is p],
        }
        for p in held.procedures
    ]
    document["contacts"] = [{"key": key, "name": c.name, "about": c.about} for key, c in contacts.items()]
    if held.searched:
        at = {p.position: key for key, p in pieces.items()}
        document["searched"] = [
            {"phrase": visible(phrase), "found": [at[p] for p in found if p in at]}
            for phrase, found in held.searched.items()
        ]
    if held.previous is not None:
        document["previous_plan"] = renamed(held.previous, keys)
    if held.refused:
        document["refused"] = [renamed(r, keys) for r in held.refused]
    return replace(request, text=as_data(document))


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A plan, or a reason, with one set of names in the place of another; a name that is not known stays."""
    if isinstance(value, Mapping):
        return {k: renamed(v, names) for k, v in value.items()}
    if isinstance(value, str):
        if value in names:
            return names[value]
        return " ".join(
            names.get(w.strip("«»,;.()"), w) if w.strip("«»,;.()") in names else w for w in value.split(" ")
        )
    return [renamed(v, names) for v in value] if isinstance(value, list | tuple) else value


def _wanted(key: str, w: Wanted) -> dict[str, Any]:
    out: dict[str, Any] = {"key": key, "ask": w.ask, "kind": w.kind}
    if w.values:
        out["values"] = dict(w.values)
    return out


def _matter(key: str, m: Matter, held: Held, keys: Mapping[str, str]) -> dict[str, Any]:
    english = held.language == "en"
    out: dict[str, Any] = {"key": key, "settles": m.settles(english)}
    out["facts"] = [keys[_name(w)] for w in held.wanted if any(_same(w, r.inputs) for r in m.rules)]
    settled = held.settled.get(m.name)
    if settled is None:
        out["outcome"] = "undecided"
        return out
    out["outcome"] = settled.verdict if settled.strength == "firm" else f"{settled.verdict} (likely)"
    out["shows"] = [keys[s] for s in (*settled.heads, *settled.needs) if s in keys]
    if settled.depends_on is not None:
        out["missing"] = settled.depends_on.ask_en if english else settled.depends_on.ask
    return out


def _name(w: Wanted) -> str:
    return f"fact:{w.field}:{w.ask}"


def _same(w: Wanted, inputs: Iterable[Input]) -> bool:
    whole = w.field in WHOLE
    return any(i.field == w.field and (not w.values or whole or i.ask == w.source.ask) for i in inputs)


def _piece(key: str, p: Piece, keys: Mapping[str, str], against: Sequence[str]) -> dict[str, Any]:
    out: dict[str, Any] = {"key": key, "text": visible(p.text)}
    s = p.statement
    if s is None:
        place = " › ".join((p.passage.source_title, *p.passage.heading_path[1:-1], p.passage.locator))
        out |= {"role": "texte", "of": visible(place)}
        if p.passage.valid_until:
            out["in_force"] = f"{p.passage.valid_from or '…'} → {p.passage.valid_until}"
        return out
    out["role"] = s.role.value
    if force := _FORCE[s.polarity]:
        out["force"] = force
    out["law"] = s.regime.value
    if s.acteur:
        out["binds"] = list(s.acteur)
    when = s.in_force
    if when.from_ or when.until:
        out["in_force"] = f"{when.from_ or '…'} → {when.until or '…'}"
    if s.applies_to and (s.applies_to.from_ or s.applies_to.until):
        reach = s.applies_to
        out["applies_to"] = f"{reach.from_ or '…'} → {reach.until or '…'}" + (
            f" ({reach.basis})" if reach.basis else ""
        )
    if needs := [keys[n] for n in s.needs if n in keys]:
        out["needs"] = needs
    if against:
        out["against"] = list(against)
    if s.nature.value != "droit":
        out["nature"] = s.nature.value
    if s.confidence != "haute":
        out["confidence"] = s.confidence
    return out
