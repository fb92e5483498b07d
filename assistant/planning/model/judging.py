"""The gate of a model's plan: what may stand of each part, and why the rest may not.

Guarantee: a part that stands is words of the message; shows evidence of the request alone, once, which the case does
not contradict; is closed under what misleads alone; and has a verdict only from a rule that decides on the facts, or
from a statement that is recorded as bearing it on what the part asks. Reasons name keys, so that a model may mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as dataclass_replace
from typing import Literal

from assistant.planning.decide import decide, outside, reasons_of
from assistant.planning.local import LocalPlanner
from assistant.planning.model.evidence import Gathering, Piece
from assistant.planning.model.facts import said_in
from assistant.planning.model.matters import Matters
from assistant.planning.model.procedures import Procedure
from assistant.planning.model.reckoning import Reckoned, reckoned
from assistant.planning.model.reply import Reply, ReplyPart
from assistant.planning.model.request import Request
from assistant.planning.model.verdict import bears
from assistant.planning.model.words import heading_of, showable
from assistant.planning.named import Named
from assistant.planning.plan import RECKONED, Opening, Place, PlannedPart, Reason, Shown, State, Verdict
from assistant.planning.quoting import joined
from assistant.planning.rules import Settled
from assistant.planning.scope import is_unknown
from assistant.reading.message import Message, Part
from ingest.corpus.cards import DependsOn, Kind
from ingest.corpus.fiches import Role, Statement
from ingest.passages.evidence import Span

Mark = int | tuple[int, Span]

_NEEDS, _SHOWN, _STEPS = 3, 5, 9
_MAYBE = 0.05
"""Share below which a question surely wants no yes or no, or no steps."""


@dataclass(frozen=True)
class Fault:
    """Why a part, or something of it, may not stand; `fatal`: the part falls back when it is not mended."""

    part: int
    code: str
    reason: str
    fatal: bool = True


@dataclass
class Judged:
    """The parts of a plan: what stands of each (None: nothing), and the faults."""

    parts: list[PlannedPart | None] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unseen: bool = False
    """Whether a rule shows what the model was not shown."""

    def fatal(self, n: int) -> bool:
        """Whether a part may not stand."""
        return any(f.part == n and f.fatal for f in self.faults)


class Judging:
    """Judges the plans of one snapshot."""

    def __init__(self, local: LocalPlanner, gathering: Gathering, matters: Matters) -> None:
        self.local, self.gathering, self.matters = local, gathering, matters

    def judge(self, reply: Reply, request: Request, message: Message, texts: Sequence[str]) -> Judged:
        """What stands of a plan; `message` holds the facts that were read, `texts` what people wrote."""
        out, shown = Judged(), set[Mark]()
        for n, part in enumerate(reply.parts):
            later = {k for p in reply.parts[n + 1 :] for k in (*p.show, *p.then)}
            kept = set[Mark]().union(*(_marks(request.pieces[k]) for k in later if k in request.pieces))
            planned = self._part(n, part, reply, request, message, texts, shown, kept, out)
            out.parts.append(planned)
            shown |= set[Mark]().union(*map(_marks, planned.shown)) if planned else set()
        self._next(reply, request, message, shown, out)
        return out

    def _part(
        self, n: int, part: ReplyPart, reply: Reply, request: Request, message: Message, texts: Sequence[str],
        shown: set[Mark], kept: set[Mark], out: Judged,
    ) -> PlannedPart | None:  # fmt: skip
        """One part; `shown`: what earlier parts show, `kept`: what later ones do, and which is left to them."""
        about, source = next(((w, t) for t in texts if (w := said_in(part.about, t, whole=True))), ("", ""))
        if not about or not showable(about):
            out.faults.append(Fault(n, "words", "about n'est pas des mots du message, d'une seule phrase"))
            return None
        heading = heading_of(about, source)
        heads = self._pieces(n, part.show, request, message, out)
        then = self._pieces(n, part.then, request, message, out)
        if part.verdict in ("yes", "no") and not _asks_yes_or_no(about, message):
            out.faults.append(Fault(n, "bears", f"« {about} » ne demande pas oui ou non : verdict none", False))
            part = part.model_copy(update={"verdict": "none"})
        settled = self._settled(n, part, request, message, out)
        named = self._named(about, reply, texts)
        if heads is None or then is None or not self._of_its_text(n, about, named, (*heads, *then), out):
            return None
        spared = {i for s in part.spared if said_in(s.words, texts[0]) and (i := _id(request, s.evidence))}
        steps = self._steps(n, part, request, message, out)
        evidence = self._evidence(part, settled, heads, then, spared, message, shown, kept)
        taken = shown | {e.position for e in evidence}
        own = [s for s in steps if s.position not in taken and not named.firm]
        if own and not evidence:
            own[0] = dataclass_replace(own[0], place="head")
        evidence = [*(e for e in evidence if e.place == "head"), *own, *(e for e in evidence if e.place != "head")]
        kinds = Part.of(about).likeliest
        if not evidence:
            if settled or heads:
                return PlannedPart(about, kinds, "answered", told=True, heading=heading)
            contact = request.contacts.get(part.contact)
            if not named.firm:
                return PlannedPart(about, kinds, whom=contact, heading=heading)
            near = {p.passage.id: p.passage for p in request.pieces.values() if p.passage.source_id in named.sources}
            return PlannedPart(about, kinds, heading=heading, silent=named.titles, near=tuple(near.values())[:3])
        first = evidence[0].passage.statement
        depends = settled.depends_on if settled else self._depends(n, part, reply, request, out)
        sums = self._reckoned(n, part, evidence, message, texts, out)
        met = sums.met if sums else None
        verdict, strength = self._verdict(n, part, about, settled, first, heads, message, evidence, met, out)
        if verdict == "depends" and settled is None and depends is None:
            verdict = None
        return PlannedPart(
            about,
            kinds,
            _state(first, settled),
            tuple(evidence),
            "steps" if own else part.shape,
            verdict,
            strength,
            bound=", ".join(settled.rule.bound) if settled else None,
            because=_because(settled, first, verdict, message),
            openings=self._openings(settled, evidence, message, verdict, strength, sums),
            title=procedure.title if own and (procedure := _procedure(part, request)) else None,
            depends_on=depends if verdict in (None, "depends") else None,
            rule=settled.rule.id if settled else None,
            case=settled.case if settled else {},
            premise=first is not None and first.role is Role.DEMENT and verdict == "no",
            heading=heading,
        )

    def _openings(
        self, settled: Settled | None, evidence: Sequence[Shown], message: Message, verdict: Verdict | None,
        strength: Literal["firm", "likely"], sums: Reckoned | None,
    ) -> dict[str, Opening]:  # fmt: skip
        """What sentences open with: what rules say, the sum that was reckoned, else the case's own figures against the
        bounds of what is shown."""
        out = dict(settled.openings) if settled else {}
        first = evidence[0].passage.statement
        if sums is not None and first is not None:
            asked: Literal["yes", "no"] = "no" if verdict == "no" else "yes"
            plain = Opening(asked, strength, asked=verdict in ("yes", "no"))
            before = out.get(first.id, plain)
            out[first.id] = dataclass_replace(before, because=(), said=(*before.said, (RECKONED, sums.said)))
        elif settled is None and first is not None and verdict in ("yes", "no"):
            out[first.id] = Opening(verdict, strength, _because(settled, first, verdict, message))
        said = {r.quantity.field for o in out.values() for r in o.because}
        for shown in evidence:
            s = shown.passage.statement
            if s is None or s.id in out or shown.place == "needs" or shown.step is not None:
                continue
            reasons = tuple(r for r in reasons_of(s, message.case) if r.quantity.field not in said)
            if not reasons or (decide(s, message.case) is None and not all(r.met for r in reasons)):
                continue
            said |= {r.quantity.field for r in reasons}
            out[s.id] = Opening("yes", "likely", reasons, asked=False)
        return out

    def _pieces(
        self, n: int, keys: Sequence[str], request: Request, message: Message, out: Judged
    ) -> list[Piece] | None:
        """The pieces under some keys; None when one is unknown, or of another case."""
        found: list[Piece] = []
        for key in keys:
            piece = request.pieces.get(key)
            if piece is None:
                out.faults.append(Fault(n, "key", f"{key} n'est pas une clé de evidence"))
                return None
            if not self.gathering.usable(piece.position, message):
                why = "un fait lu l'écarte : un autre texte, ou ce fait dans misread s'il n'est pas du cas"
                out.faults.append(Fault(n, "case", f"{key} : {why}"))
                return None
            found.append(piece)
        return found

    def _steps(self, n: int, part: ReplyPart, request: Request, message: Message, out: Judged) -> list[Shown]:
        """The steps of one démarche that a part chooses, in their order; those that the case leaves."""
        procedure, chosen = _procedure(part, request), set[int]()
        asked = self.local.demarches.asked
        if procedure and max(asked(text, message) for text in (part.about, message.text)) < _MAYBE:
            out.faults.append(Fault(n, "steps", f"« {part.about} » ne demande pas d'étapes", False))
            return []
        for key in part.steps:
            found = request.steps.get(key)
            if found is None or found[0] is not procedure:
                out.faults.append(Fault(n, "key", f"{key} n'est pas une étape de cette démarche", False))
            else:
                chosen.add(found[1])
        steps = procedure.of(chosen) if procedure else []
        return [dataclass_replace(s, place="then") for s in steps if self.gathering.usable(s.position, message)]

    def _reckoned(
        self, n: int, part: ReplyPart, evidence: Sequence[Shown], message: Message, texts: Sequence[str], out: Judged
    ) -> Reckoned | None:
        """The sum that a part asks for, when it can be made of figures that are said."""
        if part.reckon is None or not part.reckon.figures:
            return None
        language = message.question.language
        shown = [s.wording(language) for e in evidence if (s := e.passage.statement) is not None]
        found = reckoned(part.reckon, texts[0], shown, language)
        if isinstance(found, str):
            out.faults.append(Fault(n, "sum", f"reckon : {found}", False))
            return None
        return found

    def _settled(self, n: int, part: ReplyPart, request: Request, message: Message, out: Judged) -> Settled | None:
        """What the rule that a part names decides, when it agrees with the verdict that the part gives."""
        if not part.rule:
            return None
        matter = request.matters.get(part.rule)
        if matter is None:
            out.faults.append(Fault(n, "rule", f"{part.rule} n'est pas une clé de rules"))
            return None
        settled = self.matters.settled(matter, message, part.verdict != "none", part.contrary, named=True)
        if settled is None:
            out.faults.append(
                Fault(
                    n,
                    "undecided",
                    f"{part.rule} ne tranche rien sur les faits lus : à ôter, ou lire ses faits",
                    False,
                )
            )
            return None
        if part.verdict not in ("none", settled.verdict):
            out.faults.append(
                Fault(n, "verdict", f"{part.rule} dit « {settled.verdict} » sur les faits lus, pas « {part.verdict} »")
            )
            return None
        seen = {p.id for p in request.pieces.values()}
        out.unseen |= not set(settled.heads) <= seen
        return settled

    def _evidence(
        self, part: ReplyPart, settled: Settled | None, heads: Sequence[Piece], then: Sequence[Piece],
        spared: set[str], message: Message, shown: set[Mark], kept: set[Mark],
    ) -> list[Shown]:  # fmt: skip
        """What a part shows, in order: what its rule shows, what the model chose, and what misleads without."""
        quotes: dict[int, set[Span]] = {}
        for piece in (*heads, *then):
            if piece.statement is None and not _marks(piece) <= shown:
                quotes.setdefault(piece.position, set()).update(piece.spans)
        ruled = [p for s in (settled.heads if settled else ()) if (p := self.gathering.place(s)) is not None]
        places: dict[int, Place] = {}
        for position in ruled:
            if position not in shown:
                places[position] = "head"
        for piece in heads:
            if not _marks(piece) <= shown:
                places.setdefault(piece.position, "then" if ruled else "head")
        most = _STEPS if part.shape != "sentence" else _SHOWN
        for piece in then:
            if not _marks(piece) <= shown and len(places) < most:
                places.setdefault(piece.position, "then" if places else "head")
        heading = [p for p, place in places.items() if place == "head"]
        needs = [*(settled.needs if settled else ()), *self._misleading(heading)]
        for sid in dict.fromkeys(needs):
            beside = self.gathering.place(sid)
            if beside is None or sid in spared or beside in places or beside in shown | kept:
                continue
            if (need := self.local.snapshot.open_passage(beside).statement) and outside(need, message.case):
                continue
            if sum(p == "needs" for p in places.values()) < _NEEDS and self.gathering.usable(beside, message):
                places[beside] = "needs"
        order: list[Place] = ["head", "then", "needs"]
        ranked = sorted(places, key=lambda p: order.index(places[p]))
        snapshot = self.local.snapshot
        held = {p: snapshot.open_passage(p) for p in ranked}
        return [Shown(p, held[p], places[p], joined(held[p].text, quotes.get(p, ()))) for p in ranked]

    def _named(self, about: str, reply: Reply, texts: Sequence[str]) -> Named:
        """The added texts that a part names; those of the whole message, when it has no other part."""
        naming = self.local.passages.naming
        named = naming.read(about)
        return naming.read(texts[0]) if not named.firm and len(reply.parts) == 1 else named

    def _of_its_text(self, n: int, about: str, named: Named, pieces: Sequence[Piece], out: Judged) -> bool:
        """Whether what a part shows is of the text that it names, when it names one: no other may answer."""
        if not named.firm or all(self.local.passages.of_text(p.passage, named) for p in pieces):
            return True
        titles = ", ".join(named.titles)
        out.faults.append(Fault(n, "text", f"« {about} » nomme {titles} : seul ce texte répond, ou la part manque"))
        return False

    def _misleading(self, places: Iterable[int]) -> list[str]:
        """What the statements shown mislead without."""
        statements = [self.local.snapshot.open_passage(p).statement for p in places]
        return [need for s in statements if s for need in s.needs]

    def _verdict(
        self, n: int, part: ReplyPart, about: str, settled: Settled | None, first: Statement | None,
        heads: Sequence[Piece], message: Message, evidence: Sequence[Shown], met: bool | None, out: Judged,
    ) -> tuple[Verdict | None, Literal["firm", "likely"]]:  # fmt: skip
        if settled is not None:
            return settled.verdict, settled.strength
        if part.verdict == "none":
            return None, "firm"
        if part.verdict == "depends":
            return "depends", "likely"
        if first is None:  # a text is quoted; nothing is concluded from it
            return None, "firm"
        nearness = heads[0].nearness if heads else 0.0
        strength = bears(self.local, first, about, part.verdict, message, nearness, evidence, met, part.contrary)
        if strength is None:
            out.faults.append(
                Fault(
                    n,
                    "bears",
                    f"rien de montré ne porte {part.verdict} : verdict none, ou une règle",
                    False,
                )
            )
            return None, "firm"
        return part.verdict, strength

    def _depends(self, n: int, part: ReplyPart, reply: Reply, request: Request, out: Judged) -> DependsOn | None:
        """The one detail that decides: a fact that the rules know how to ask for."""
        if part.verdict != "depends":
            return None
        wanted = request.wanted.get(reply.ask)
        if wanted is None:
            out.faults.append(Fault(n, "ask", "depends demande ask : la clé du fait de facts_wanted qui décide", False))
            return None
        return DependsOn(field=wanted.source.field, ask=wanted.source.ask, ask_en=wanted.source.ask_en)

    def _next(self, reply: Reply, request: Request, message: Message, shown: set[Mark], out: Judged) -> None:
        """The next steps, on the last part that shows anything."""
        last = next((i for i in reversed(range(len(out.parts))) if (p := out.parts[i]) and p.shown), None)
        steps: dict[int, Shown] = {}
        for key in reply.next:
            piece = request.pieces.get(key)
            if piece is None:
                out.faults.append(Fault(-1, "key", f"{key} (next) n'est pas une clé de evidence", False))
            elif not _marks(piece) <= shown and self.gathering.usable(piece.position, message):
                steps[piece.position] = Shown(piece.position, piece.passage, "next", piece.spans)
        part = out.parts[last] if last is not None else None
        if last is not None and part is not None and steps:
            out.parts[last] = dataclass_replace(part, shown=(*part.shown, *steps.values()))


def _marks(held: Piece | Shown) -> set[Mark]:
    """What tells a piece of evidence from another: its place, and for an added text each of the words shown of it."""
    return {(held.position, span) for span in held.spans} or {held.position}


def _procedure(part: ReplyPart, request: Request) -> Procedure | None:
    """The démarche of the first step that a part chooses."""
    return next((request.steps[k][0] for k in part.steps if k in request.steps), None)


def _id(request: Request, key: str) -> str | None:
    piece = request.pieces.get(key)
    return piece.id if piece else None


def _asks_yes_or_no(about: str, message: Message) -> bool:
    """Whether a part, or the message that it is of, may ask yes or no at all."""
    return any(Part.of(text).kinds.get(Kind.YES_NO, 0.0) >= _MAYBE for text in (about, message.text))


def _because(
    settled: Settled | None, first: Statement | None, verdict: Verdict | None, message: Message
) -> tuple[Reason, ...]:
    """The figures that a verdict rests on."""
    if settled is not None:
        return tuple(r for o in settled.openings.values() for r in o.because)
    return tuple(reasons_of(first, message.case)) if first is not None and verdict in ("yes", "no") else ()


def _state(first: Statement | None, settled: Settled | None) -> State:
    if settled is not None:
        return "answered" if settled.verdict == "depends" else "computed"
    if is_unknown(first):
        return "absent"
    return "denied" if first is not None and first.role is Role.DEMENT else "answered"
