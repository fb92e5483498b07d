"""The local planner: rules on the case, then cards, then slots; no model.

Guarantee: for the same snapshot and message, the same plan. What is shown is in force on the day, is not contradicted
by the case, and is closed under `needs`; a part is answered by what it shows, told by an earlier part, or missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from assistant.dialogue.parts import PartReader
from assistant.planning.asks import ROLE, SUBJECT
from assistant.planning.decision import (
    WHICH,
    DecisionConfig,
    asks_contrary,
    chance_of,
    strength_of,
    verdict_of,
    wants_verdict,
)
from assistant.planning.demarches import Demarches
from assistant.planning.features import counted_noun
from assistant.planning.options import Context, Found, MatchConfig, Option, Options, kind_of
from assistant.planning.passages import Passages, Told
from assistant.planning.plan import Place, Plan, PlannedPart, Shown
from assistant.planning.readings import OFFERED, OFFERED_EACH, Chosen, Readings, unknown
from assistant.planning.rules import RuleBook, RulesConfig, Settled
from assistant.planning.scope import Scope, state_of
from assistant.planning.terms import Terms
from assistant.planning.weighing import PassagesConfig, Rival
from assistant.reading.kinds import FILLER
from assistant.reading.message import Message, Part
from assistant.reading.question import Question
from assistant.reading.scope import is_injection
from assistant.search.hybrid import HybridSearch
from ingest.corpus.cards import DependsOn, Kind
from ingest.corpus.fiches import Role, Statement
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage


@dataclass(frozen=True, slots=True)
class PlanConfig:
    """How much is shown."""

    words: int = 125
    words_beside: int = 60
    """Of each part, when there are several."""
    then: int = 4
    then_beside: int = 1
    needs: int = 3
    next: int = 2
    steps: int = 8
    sibling: float = 1.5
    siblings: int = 2
    adds: float = 0.3
    other_reading: float = 1.0
    said_again: float = 2.5
    beside_told: float = 2.0
    beside_words: float = 0.3
    own_words: float = 0.5
    telling: float = 0.42
    told_kind: float = 0.3
    told_words: float = 0.5


class LocalPlanner:
    """Plans answers over one snapshot."""

    name = "local"

    def __init__(
        self,
        search: HybridSearch,
        terms: Terms,
        scope: Scope,
        parts: PartReader,
        match: MatchConfig | None = None,
        config: PlanConfig | None = None,
        rules: RulesConfig | None = None,
        passages: PassagesConfig | None = None,
        decision: DecisionConfig | None = None,
    ) -> None:
        self.search, self.terms, self.scope, self.parts = search, terms, scope, parts
        self.options = Options(terms, match)
        self.readings = Readings(self.options)
        self.passages = Passages(search, passages)
        self.config = config or PlanConfig()
        self.decision = decision or DecisionConfig()
        self.snapshot = search.snapshot
        self.demarches = Demarches(self.search, self.options.positions, terms.glossary, terms.of)
        self.rules = RuleBook(self.snapshot.rules, terms.glossary, self._statement, parts.facets, rules)

    def plan(self, message: Message) -> Plan:
        """The plan of a message."""
        if is_injection(message.question.raw):
            return Plan(out_of_scope=True)
        if message.chosen:
            return self._as_chosen(message, Chosen.parse(message.chosen))
        whole = self.whole(message)
        guide = self.demarches.chosen(whole.options, message.question.raw, max(map(_how, message.parts)))
        told, rival = self.against(message, whole)
        outside = rival.outside
        answers = self.passages.answers(told, rival)
        held = told.named.firm or (answers and (not outside or self.passages.of_field(told, rival)))
        ours = held or (self.demarches.ours(guide) and not self.scope.abroad(whole))
        if not ours and outside:
            nearest = self.passages.nearest(Part.of(message.question.raw), told, rival, set())
            return Plan((nearest,)) if nearest else Plan(out_of_scope=True)
        near = tuple(hit.passage for hit in whole.context.candidates.hits[:3])
        if not held and self.scope.vague(message):
            return Plan((PlannedPart(message.question.raw, depends_on=SUBJECT, verdict="depends"),), near=())
        if not held and self.demarches.bare(message):
            return Plan((PlannedPart(message.question.raw, depends_on=ROLE, verdict="depends"),), near=())
        if len(message.parts) > 1 and (one := self._in_one(message, whole, guide)) is not None:
            return Plan((one,), near=near)
        planned: list[PlannedPart] = []
        for n, part in enumerate(message.parts):
            opened = planned[-1].card if planned and planned[-1].title else None
            if opened is not None and self.demarches.tells(opened, part):
                continue
            planned.append(self._part(message, n, part, whole, planned))
        return Plan(tuple(planned), case={f: q for p in planned for f, q in p.case.items()}, near=near)

    def whole(self, message: Message) -> Found:
        """What is found for a message, all its parts together."""
        return self._found(message, message.question, message.parts[0] if len(message.parts) == 1 else None)

    def against(self, message: Message, whole: Found) -> tuple[Told, Rival]:
        """What the added texts say of a whole message, and what stands against them; decisions are fitted on it."""
        told = self.passages.read(message.question.raw, whole.context)
        outside = self.scope.outside(message, whole)
        if not told.quotes:  # nothing to weigh against ours
            return told, Rival(outside=outside)
        best = next(iter(self.demarches.without(whole.options)), None)
        return told, self._rival(told, whole, best, len(message.parts) == 1, outside)

    def _rival(self, told: Told, found: Found, best: Option | None, alone: bool, outside: bool = False) -> Rival:
        missing = best is None or self.scope.missing(found, best, alone)
        return Rival(best, missing, outside, self.scope.chance(found) if told.quotes else 0.0)

    def _in_one(self, message: Message, whole: Found, guide: Option | None) -> PlannedPart | None:
        """The steps that a message asks for as a whole, every phrase of it told by them; None otherwise."""
        if (
            guide is None
            or guide.card is None
            or not all(self.demarches.tells(guide.card.id, p) for p in message.parts)
        ):
            return None
        usable = partial(self._in_force, found=whole)
        one = Part.of(message.question.raw)
        return self.demarches.planned(message, one, whole.question, guide.card, set(), usable)

    def of_topic(self, message: Message, topic: str) -> Plan | None:
        """The plan of a message of one part by what a topic holds on its day; None when it holds nothing."""
        found = self.found(message)
        held = [o for o in found.options if (s := self.snapshot.open_passage(o.head[0]).statement) and s.topic == topic]
        if not held:
            return None
        part = self._planned(message, message.parts[0], replace(found, options=held), set(), True)
        return Plan((part,), near=tuple(hit.passage for hit in found.context.candidates.hits[:3]))

    def readings_of(self, message: Message, n: int, said: Sequence[Passage] = ()) -> list[Found]:
        """What is found for each way of reading a part of a message of several; `said`: by the parts before it."""
        return [self._found(message, q, message.parts[n]) for q in self.parts.readings(message, n, said)]

    def found(self, message: Message) -> Found:
        """What was found for the whole of a message."""
        return self._found(message, message.question, message.parts[0])

    def best(self, message: Message) -> tuple[Passage, float] | None:
        """The head of the best option of a message of one part, and its score."""
        found = self._found(message, message.question, message.parts[0])
        if found.best is None:
            return None
        return self.snapshot.open_passage(found.best.head[0]), found.best.score

    def _part(self, message: Message, n: int, part: Part, whole: Found, planned: Sequence[PlannedPart]) -> PlannedPart:
        alone = len(message.parts) == 1
        found = whole
        if alone:
            if message.other is not None:
                other = self._found(message, message.other, part)
                lost = self._named(message, whole) == 0.0 and self._named(message, other) >= self.config.own_words
                found = other if lost else self._better(whole, other, self.config.other_reading)
        else:
            said = [s.passage for p in planned for s in p.placed("head", "then")]
            found, *others = self.readings_of(message, n, said)
            for other in others:
                found = self._better(found, other, 0.0)
        shown = {s.position for p in planned for s in p.shown}
        answered = self._planned(message, part, found, shown, alone)
        return self._read_as(answered, found, planned, alone)

    def _read_as(self, part: PlannedPart, found: Found, before: Sequence[PlannedPart], alone: bool) -> PlannedPart:
        """A part with the reviewed question that it answers, and those that it may have meant instead, none of them
        told or offered by the parts before."""
        language = found.question.language
        told = {q for p in before for q in (p.answers_to, *(a.question for a in p.others))}
        most = OFFERED if alone else OFFERED_EACH
        most += part.depends_on is WHICH  # nothing is told: the first reading is among them
        others = self.readings.others(len(before), part, found.options, language, told, most)
        return replace(part, answers_to=self.readings.answered(part, language), others=tuple(others))

    def _as_chosen(self, message: Message, chosen: Chosen) -> Plan:
        """The plan of a message one part of which means the reading that was chosen for it; the others as they were."""
        plain = self.plan(replace(message, chosen=""))
        option = self.readings.option(chosen, self.search.eligible(message.question.as_of, ()))
        if chosen.part >= len(plain.parts):
            raise unknown()
        before, language = plain.parts[chosen.part], message.question.language
        card, first = option.card, self._statements(option.head)[0]
        meant = Part.of(self.readings.asked(card.id if card else None, first, language) or before.about)
        question = replace(message.question, raw=meant.text, query=meant.text)
        found = replace(self._found(message, question, meant), options=[option])
        shown = {s.position for n, p in enumerate(plain.parts) if n != chosen.part for s in p.shown}
        steps = None
        if card is not None and card.id in self.demarches.index.by_card:
            usable = partial(self._in_force, found=found)
            steps = self.demarches.planned(message, meant, question, card, shown, usable)
        part = steps or self._closed(
            self._ours(message, meant, found, shown, len(plain.parts) == 1, False), found, shown
        )
        part = replace(part, about=before.about, heading=before.heading, answers_to=meant.text, others=before.others)
        parts = tuple(part if n == chosen.part else p for n, p in enumerate(plain.parts))
        return replace(plain, parts=parts, case={**plain.case, **part.case})

    def _better(self, first: Found, other: Found, margin: float) -> Found:
        if other.best is None:
            return first
        if first.best is None or other.best.score > first.best.score + margin:
            return other
        return first

    def _named(self, message: Message, found: Found) -> float:
        """Share of what a turn itself names (« et les groupes électrogènes ? ») that what opens the answer holds."""
        own = self.terms.of_subject(message.own)
        if not own or found.best is None:
            return 0.0
        return self._held(own, found.best) / sum(own.values())

    def _found(self, message: Message, question: Question, part: Part | None) -> Found:
        candidates = self.search.search(question)
        text = part.text if part else question.raw
        kinds = part.kinds if part else message.parts[0].kinds
        terms, own = self.terms.weighed(question, text if len(message.parts) > 1 else None)
        vector = self.search.vector(question.query)
        context = Context(question, candidates, kinds, message.case, vector, terms, own, counted_noun(text))
        options = self.options.of(context)
        if question.follow_up and message.told:
            options = self._fresh(options, message)
        return Found(context, options)

    def _fresh(self, options: list[Option], message: Message) -> list[Option]:
        """What headed the last answers comes lower: a follow-up asks for something else."""
        if message.moved:
            return options
        told = {self.snapshot.position(t) for t in message.told}
        own = self.terms.of(message.own or message.question.raw)
        weight = sum(own.values()) or 1.0
        lowered = [
            replace(o, score=o.score - self.config.said_again * (1 - self._held(own, o) / weight))
            if told & set(o.head)
            else o
            for o in options
        ]
        return sorted(lowered, key=lambda o: (-o.score, o.head))

    def _held(self, own: Mapping[str, float], option: Option) -> float:
        words = frozenset().union(*(self.terms.held(p) for p in option.head))
        return sum(w for t, w in own.items() if t in words)

    def _planned(self, message: Message, part: Part, found: Found, shown: set[int], alone: bool) -> PlannedPart:
        told = self.passages.read(part.text, found.context, message.question.raw)
        ours = replace(found, options=self.demarches.without(found.options))
        rival = self._rival(told, found, ours.best, alone)
        leans = message.question.follow_up or message.leaned or message.other is not None
        rival = replace(rival, fragment=not alone or leans)
        said = told.named.firm or self.passages.answers(told, rival)
        guide = None if said else self.demarches.chosen(found.options, part.text, _how(part))
        if guide is not None and guide.card is not None and not (shown and self._stray(found, guide)):
            usable = partial(self._in_force, found=found)
            steps = self.demarches.planned(message, part, found.question, guide.card, shown, usable)
            if steps is not None:
                return steps
        found = ours
        best, missing = found.best, rival.missing
        missing = missing or (bool(shown) and best is not None and self._stray(found, best))
        rival = replace(rival, missing=missing)
        if (quoted := self.passages.answer(part, told, rival, shown)) is not None:
            return quoted
        if (best is None or missing) and (nearest := self.passages.nearest(part, told, rival, shown)) is not None:
            return nearest
        planned = self._ours(message, part, found, shown, alone, missing)
        return self.passages.beside(self._closed(planned, found, shown), told, rival, shown)

    def _ours(
        self, message: Message, part: Part, found: Found, shown: set[int], alone: bool, missing: bool
    ) -> PlannedPart:
        """A part answered by our rules, cards and statements."""
        about, kinds, best = part.text, part.likeliest, found.best
        if best is None or missing:
            return PlannedPart(about, kinds, score=best.score if best else 0.0)
        chance, ruled = chance_of(found.options), chance_of(found.options, self.rules.index.matter_of.get)
        if set(best.head) <= shown:
            beside = self._beside(found, shown)
            if beside is None and self._tells(found, shown):
                return PlannedPart(about, kinds, "answered", told=True, score=best.score)
            if beside is None:
                return PlannedPart(about, kinds, score=best.score)
            best = beside
        if alone and not message.chosen and chance < self.decision.told and not message.question.follow_up:
            return PlannedPart(about, kinds, verdict="depends", depends_on=WHICH, chance=chance, score=best.score)
        yes_no = wants_verdict(part, self.decision)
        settled = self._settled(message, part, found, best) if not yes_no or ruled >= self.decision.sure else None
        if settled is not None and settled.openings:
            return replace(self._by_rule(part, found, best, settled, shown, alone), chance=ruled)
        asked = yes_no and chance >= self.decision.verdict
        head = [p for p in best.head if p not in shown]
        statements = self._statements(head)
        evidence = self._evidence(found, best, head, shown, alone)
        first = statements[0] if statements else None
        verdict = verdict_of(best.card, part, message.case, statements) if asked else None
        depends = self._depends(message, part, found, best, settled) if verdict is None else None
        return PlannedPart(
            about,
            kinds,
            state_of(first),
            tuple(evidence),
            best.card.shape if best.card else "sentence",
            "depends" if depends else verdict,
            strength_of(best.card.strength, chance, self.decision) if best.card and verdict else "firm",
            depends_on=depends,
            card=best.card.id if best.card else None,
            premise=first is not None and first.role is Role.DEMENT and self.scope.denies(found.question, first),
            score=best.score,
            chance=chance,
        )  # fmt: skip

    def _settled(self, message: Message, part: Part, found: Found, best: Option) -> Settled | None:
        """What the rule that the card names says of a part, on the case of the message."""
        card = best.card
        contrary = asks_contrary(card, part.text) if card else None
        if card is None or card.rule is None or contrary is None:
            return None
        settled = self.rules.settled(card.rule, message, found.question, part, contrary is not card.contrary)
        if settled is None:
            return None
        place = self.options.positions
        heads = tuple(s for s in settled.heads if (p := place.get(s)) is not None and self._in_force(p, found))
        return replace(settled, heads=heads) if heads else None  # what shows nothing on the day settles nothing

    def _by_rule(
        self, part: Part, found: Found, best: Option, settled: Settled, shown: set[int], alone: bool
    ) -> PlannedPart:
        """A part that the rules settle, or leave open: what they show first, then what goes with it."""
        head = [p for s in settled.heads if (p := self.options.positions[s]) not in shown]
        if not head:
            return PlannedPart(part.text, part.likeliest, "answered", told=True, score=best.score)
        option = replace(best, head=tuple(head), hit=None)
        evidence = self._evidence(found, option, head, shown, alone, settled)
        first = self._statements(head)[0]
        return PlannedPart(
            part.text,
            part.likeliest,
            "answered" if settled.verdict == "depends" else "computed",
            tuple(evidence),
            verdict=settled.verdict,
            strength=settled.strength if first.confidence == "haute" else "likely",
            bound=", ".join(settled.rule.bound),
            because=tuple(r for o in settled.openings.values() for r in o.because),
            openings=settled.openings,
            depends_on=settled.depends_on,
            card=best.card.id if best.card else None,
            rule=settled.rule.id,
            case=settled.case,
            score=best.score,
        )

    def _stray(self, found: Found, best: Option) -> bool:
        """True when what would answer a later part is neither of what was said before nor holds what the part itself
        names: « et on risque quoi ? » is asked of the subject, not of whatever is punished."""
        if best.features["context"]:
            return False
        own = {t: w for t, w in found.context.own.items() if t not in FILLER}
        if len(own) < 2 and max(own.values(), default=0.0) < self.config.telling * self.terms.rarest:
            return True
        return self._held(own, best) / sum(own.values()) < self.config.own_words

    def _tells(self, found: Found, shown: set[int]) -> bool:
        """True when what an earlier part shows tells this one too: it holds its own words, or, where it has none of its
        own (« chez qui ? »), answers its kind."""
        own, kinds = found.context.own, found.context.kinds
        statements = self._statements(sorted(shown))
        if not any(t not in FILLER for t in own):
            return max((kind_of(s, kinds) for s in statements), default=0.0) >= self.config.told_kind
        words = frozenset().union(*(self.terms.held(p) for p in shown))
        held = sum(w for t, w in own.items() if t in words) / (sum(own.values()) or 1.0)
        return held >= self.config.told_words

    def _beside(self, found: Found, shown: set[int]) -> Option | None:
        """What answers a part nearly as well as what an earlier part shows already, is new, and is of what was said or
        holds the part's own words."""
        options, own = found.options, found.context.own
        weight = sum(own.values()) or 1.0
        for o in options:
            if o.score < options[0].score - self.config.beside_told:
                return None
            near = o.features["context"] and o.features["kind"] >= self.config.told_kind
            if not set(o.head) <= shown and (near or self._held(own, o) / weight >= self.config.beside_words):
                return o
        return None

    def _evidence(
        self,
        found: Found,
        best: Option,
        head: Sequence[int],
        shown: set[int],
        alone: bool,
        settled: Settled | None = None,
    ) -> list[Shown]:
        """Head, companions, reserves and next steps, in that order, within the words of a part."""
        c = self.config
        out: dict[int, Place] = dict.fromkeys(head, "head")
        budget = c.words if alone else c.words_beside
        most = c.then if alone else c.then_beside
        steps = best.card is not None and best.card.shape in ("steps", "table", "cases")
        if steps:
            budget, most = 2 * budget, c.steps if alone else 4
        beside = list(best.card.then) if best.card else self._siblings(found, best)
        own = [*(settled.needs if settled else ()), *(best.card.needs if best.card else ())]
        needed = [
            *own,
            *self._needs([*head, *(p for sid in own if (p := self.options.positions.get(sid)) is not None)]),
        ]
        for sid in dict.fromkeys(needed):
            p = self.options.positions.get(sid)
            if p is not None and p not in out and p not in shown and self._usable(p, found):
                out[p] = "needs"
            if sum(place == "needs" for place in out.values()) == c.needs:
                break
        held = sum(self._words(p) for p in out)
        for sid in dict.fromkeys(beside):
            p = self.options.positions.get(sid)
            if p is None or p in out or p in shown or not self._usable(p, found):
                continue
            if sum(place == "then" for place in out.values()) == most:
                break
            wanted = self._unborne(p, {*out, *shown}, found)
            cost = self._words(p) + sum(map(self._words, wanted))
            if held + cost > budget or len(wanted) > 1 or not self._adds(p, out):
                continue
            out[p] = "then"
            out.update(dict.fromkeys(wanted, "needs"))
            held += cost
        steps_next = (*(settled.next if settled else ()), *(best.card.next if best.card else ()))
        for sid in steps_next[: c.next] if alone else ():
            p = self.options.positions.get(sid)
            if p is not None and p not in out and p not in shown and self._usable(p, found):
                out[p] = "next"
        order: list[Place] = ["head", "then", "needs", "next"]
        ranked = sorted(out, key=lambda p: (order.index(out[p]), list(out).index(p)))
        return [Shown(p, self.snapshot.open_passage(p), out[p]) for p in ranked]

    def _needs(self, positions: Sequence[int]) -> list[str]:
        """What statements mislead without, and what that misleads without."""
        out: dict[str, None] = {}
        stack = self._statements(positions)
        while stack:
            for sid in stack.pop(0).needs:
                if sid not in out and (p := self.options.positions.get(sid)) is not None:
                    out[sid] = None
                    stack += self._statements([p])
        return list(out)

    def _closed(self, planned: PlannedPart, found: Found, shown: set[int]) -> PlannedPart:
        """A part with what all that it shows misleads without, room for reserves left."""
        borne = planned.placed("head", "then", "needs")
        held = {*shown, *(s.position for s in planned.shown)}
        room = max(0, self.config.needs - len(planned.placed("needs")))
        wanted = [self.options.positions[sid] for sid in self._needs([s.position for s in borne])]
        more = [p for p in wanted if p not in held and self._usable(p, found)][:room]
        if not more:
            return planned
        reserves = (Shown(p, self.snapshot.open_passage(p), "needs") for p in more)
        return replace(planned, shown=(*borne, *reserves, *planned.placed("next")))

    def _unborne(self, position: int, held: set[int], found: Found) -> list[int]:
        """What a companion misleads without, and is not shown yet."""
        wanted = self._needs([position])
        places = [p for sid in wanted if (p := self.options.positions.get(sid)) is not None]
        return [p for p in places if p not in held and self._usable(p, found)]

    def _usable(self, position: int, found: Found) -> bool:
        """True for what is in force on the day and what the case does not contradict."""
        passage = self.snapshot.open_passage(position)
        if not self.search.eligible(found.question.as_of, ())[position]:
            return False
        s = passage.statement
        return s is None or self.options.fits(s, found.question, found.context.case)

    def _siblings(self, found: Found, best: Option) -> list[str]:
        """Statements of the head's topic that come close to it."""
        head = best.statement
        if head is None or head.role is Role.ABSENCE:
            return []
        close = [
            s.id
            for o in found.bare
            if (s := o.statement) is not None
            and s.topic == head.topic
            and s.id != head.id
            and s.role not in (Role.ABSENCE, Role.DEMENT)
            and o.score >= best.score - self.config.sibling
        ]
        return close[: self.config.siblings]

    def _words(self, position: int) -> int:
        return len(self.snapshot.open_passage(position).text.split())

    def _adds(self, position: int, held: dict[int, Place]) -> bool:
        """True when a statement says something that those held do not."""
        mine = set(analyse(self.snapshot.open_passage(position).text))
        theirs = {t for p in held for t in analyse(self.snapshot.open_passage(p).text)}
        return len(mine - theirs) >= self.config.adds * len(mine)

    def _statement(self, sid: str) -> Statement | None:
        position = self.options.positions.get(sid)
        return None if position is None else self.snapshot.open_passage(position).statement

    def _statements(self, positions: Sequence[int]) -> list[Statement]:
        return [s for p in positions if (s := self.snapshot.open_passage(p).statement) is not None]

    def _in_force(self, position: int, found: Found) -> bool:
        return bool(self.search.eligible(found.question.as_of, ())[position])

    def _depends(
        self, message: Message, part: Part, found: Found, best: Option, settled: Settled | None
    ) -> DependsOn | None:
        """The one detail that decides, when the message leaves it out: the one that the rule lacks, else the card's."""
        card = best.card
        if card is None or part.kinds.get(Kind.YES_NO, 0.0) < 0.5:
            return None
        if settled is not None or card.depends_on is None:
            return settled.depends_on if settled else None
        field = card.depends_on.field
        if field in found.question.facets or any(f.value == field for f in message.case):
            return None
        return card.depends_on


def _how(part: Part) -> float:
    return part.kinds.get(Kind.HOW, 0.0)
