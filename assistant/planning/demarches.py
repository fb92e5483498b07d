"""Démarches: the steps that answer a part that asks how, or that asks for no more than where to start.

Guarantee: a démarche is opened by how near its own questions are and by whether a part asks for steps, never by words
of ours; a step that the case excludes, or that rests first on what is out of force on the day, is left out; a
day is computed from a milestone that the message gives, and from nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assistant.planning.options import Option
from assistant.planning.plan import Place, PlannedPart, PlannedStep, Shown
from assistant.planning.steps_head import NONE, opened
from assistant.reading.dates import CaseDate
from assistant.reading.kinds import FILLER
from assistant.reading.message import Message, Part
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from ingest.corpus.cards import Card, Kind
from ingest.corpus.deciding import Facts, due_of
from ingest.corpus.demarches import Step
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DateName, YearName
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage

Usable = Callable[[int], bool]
_RISKED = (Kind.AMOUNT, Kind.COST, Kind.SANCTION, Kind.WHICH_TEXT)
"""Kinds of a phrase that steps do not answer: it keeps an answer of its own."""


@dataclass(frozen=True, slots=True)
class GuideConfig:
    """When steps are what is asked for. `words`: weight of shared words in how near a question is, and `scored` of an
    option's score beside it; `named`: share of the head (`steps_head`) from which its démarche is opened as such;
    `least`: otherwise, the least overlap with one of their questions (without it, on 465 messages planned by hand,
    which did not set it, the head of the plan is right 3.6 points less often); `asked`: the least
    chance that a part asks for steps, to which `known` of the overlap with one of their questions is added;
    `leaning`: how far their nearest question may trail that of any other card for a part that surely asks for steps;
    `behind`: how far their score may trail the best option's; `far`: the same where nothing answers the part well,
    that is where it asks for steps (`sure`) and the best option has a low score (`answered`) and few of its words
    (`told`); `cut`: by how much a cut must be nearer than the whole of it; `ours`: overlap with one of their
    questions from which a message is of our field; `held`: share of a phrase's own words that steps hold."""

    words: float = 1.0
    scored: float = 0.25
    named: float = 0.5
    least: float = 0.35
    asked: float = 0.45
    known: float = 0.25
    leaning: float = 1.0
    behind: float = 3.0
    far: float = 5.0
    sure: float = 0.7
    answered: float = 2.0
    told: float = 0.5
    cut: float = 0.3
    ours: float = 0.5
    held: float = 0.5


class Demarches:
    """The démarches of one snapshot. `positions`: of the statements, by id."""

    def __init__(
        self,
        search: HybridSearch,
        positions: Mapping[str, int],
        glossary: Glossary,
        terms: Callable[[str], Mapping[str, float]],
        config: GuideConfig | None = None,
    ) -> None:
        self.search, self.snapshot = search, search.snapshot
        self.positions, self.glossary, self.terms = positions, glossary, terms
        self.index = self.snapshot.demarches
        self.config = config or GuideConfig()

    def chosen(self, options: Sequence[Option], text: str, how: float) -> Option | None:
        """The option that opens steps, when a part asks for steps and its démarche is known, or one of their questions
        leads the options, or is about as near in meaning and in words as that of any other card. `how`: how likely a
        part asks how, which is all that is known where the head was fitted for other démarches."""
        c = self.config
        guides = [o for o in options if o.card is not None and o.card.id in self.index.by_card]
        if not guides:
            return None
        shares = self._opened(text)
        own = [o for o in guides if o.card and shares.get(self.index.by_card[o.card.id].id, 0.0) >= c.named]
        if own:
            return self._whole(max(own, key=self._fitness), own)
        best = guides[0] if options[0] is guides[0] else max(guides, key=self._fitness)
        steps, alias = self._asked(shares, how), best.features["alias"]
        if alias < c.least or steps + c.known * alias < c.asked:
            return None
        if options[0] is best:
            return self._whole(best, guides)
        rival = max((self._likeness(o) for o in options if o.card and o not in guides), default=0.0)
        near = self._likeness(best) - rival >= -c.leaning * steps
        behind = options[0].score - best.score
        unknown = steps >= c.sure and options[0].score < c.answered and options[0].features["alias"] < c.told
        if (near and behind <= c.behind) or (unknown and behind <= c.far):
            return self._whole(best, guides)
        return None

    def _fitness(self, option: Option) -> float:
        return self._likeness(option) + self.config.scored * option.score

    def _whole(self, best: Option, guides: Sequence[Option]) -> Option:
        """The whole of the démarche that an option opens a cut of, unless the cut is plainly nearer."""
        opened = self.index.by_card[best.card.id].id if best.card else ""
        whole = next((o for o in guides if o.card and o.card.id == opened), best)
        return whole if self._likeness(whole) >= self._likeness(best) - self.config.cut else best

    def without(self, options: Sequence[Option]) -> list[Option]:
        """The options that open no steps."""
        return [o for o in options if o.card is None or o.card.id not in self.index.by_card]

    def _likeness(self, option: Option) -> float:
        """How near a question of a card is, in meaning and in words."""
        return option.features["similarity"] + self.config.words * option.features["alias"]

    def ours(self, option: Option | None) -> bool:
        """Whether a message is of our field because it asks for steps that we have."""
        if option is None:
            return False
        return option.features["alias"] >= self.config.ours or option.features["supposed"] > 0

    def bare(self, message: Message) -> bool:
        """Whether a message asks where to begin and says nothing that tells one beginning from another: no facet, and
        no word but those that most beginnings are asked with."""
        if message.question.facets or message.question.context_topics:
            return False
        own = [t for t in self.terms(message.question.raw) if t not in FILLER]
        if not own or not all(t in self._common for t in own):
            return False
        return self.asked(message.question.raw, message) >= self.config.asked

    def asked(self, text: str, message: Message) -> float:
        """How likely a text of a message asks for steps."""
        return self._asked(self._opened(text), max(p.kinds.get(Kind.HOW, 0.0) for p in message.parts))

    def _opened(self, text: str) -> dict[str, float]:
        return opened(text, self.search.vector(text), self.search.fitted)

    def _asked(self, shares: Mapping[str, float], how: float) -> float:
        """How likely steps are asked for."""
        known = any(d.id in shares for d in self.index.demarches)
        return 1.0 - shares.get(NONE, 0.0) if known else how

    @cached_property
    def _common(self) -> frozenset[str]:
        """Words that half of the beginnings, or more, are asked with."""
        starts = [{t for ask in d.asks for t in analyse(ask)} for d in self.index.demarches if d.start]
        counts = Counter(t for words in starts for t in words)
        return frozenset(t for t, n in counts.items() if 2 * n >= len(starts) > 1)

    def tells(self, card: str, part: Part) -> bool:
        """Whether steps tell a further phrase of the same message (« …, je contacte qui et dans quel ordre ? »): it
        wants no figure, risk or text, and has no word of its own that they do not hold."""
        likeliest, demarche = max(part.kinds, key=lambda k: part.kinds[k]), self.index.by_card[card]
        if likeliest in _RISKED or (likeliest is Kind.DATE and not any(s.deadline for s in demarche.steps)):
            return False
        own = {t: w for t, w in self.terms(part.text).items() if t not in FILLER}
        said = [*demarche.asks, *(w for step in demarche.steps for w in step.wordings("fr"))]
        words = {t for text in said for t in analyse(text)}
        return sum(w for t, w in own.items() if t in words) >= self.config.held * sum(own.values())

    def planned(
        self, message: Message, part: Part, question: Question, card: Card, shown: set[int], usable: Usable
    ) -> PlannedPart | None:
        """The steps that a card opens for a part; None when the case leaves none."""
        demarche = self.index.by_card[card.id]
        title, steps = demarche.opened(card.id)
        out: dict[int, Shown] = {}
        for step in steps:
            position = self.positions[step.rests_on[0]]
            if position in shown or not usable(position) or self._excluded(step, question):
                continue
            place: Place = "then" if out else "head"
            out[position] = Shown(position, self._open(position), place, step=self._step(step, message))
        if not out:
            return None
        depends = demarche.depends_on
        for sid in demarche.reserve:
            position = self.positions[sid]
            if position not in shown and position not in out and usable(position):
                out[position] = Shown(position, self._open(position), "needs")
        return PlannedPart(
            part.text,
            part.likeliest,
            "answered",
            tuple(out.values()),
            "steps",
            depends_on=None if depends is None or self._told(depends.field, message, question) else depends,
            card=card.id,
            title=title,
        )

    def on_case(self, step: Step, message: Message) -> PlannedStep | None:
        """A step on the case of a message; None when the case leaves it out."""
        return None if self._excluded(step, message.question) else self._step(step, message)

    def _told(self, field: str, message: Message, question: Question) -> bool:
        return bool(question.facets.get(field)) or any(f.value == field for f in message.case)

    def _step(self, step: Step, message: Message) -> PlannedStep:
        stage = self.index.vocabulary.stages[step.stage]
        told = message.dates.get(stage.turns_on) if stage.turns_on and step.deadline is None else None
        due = due_of(step.by, _facts(message.dates)) if step.by else None
        cited = tuple(self._open(self.positions[sid]) for sid in step.rests_on)
        return PlannedStep(step, stage, self.index.vocabulary.who[step.who], cited, told.said if told else None, due)

    def _excluded(self, step: Step, question: Question) -> bool:
        """True when the question names a case that excludes the step's, or none of the places that it is local to."""
        glossary = self.glossary
        for facet, values in step.supposes.items():
            asked = question.facets.get(facet, ())
            if any(
                glossary.compatible(facet, a, values) or glossary.compatible(facet, v, asked)
                for a in asked
                for v in values
            ):
                continue
            if facet == "lieu" and all(glossary.local(v) for v in values):
                return True
            if asked and all(glossary.exclude(facet, a, v) for a in asked for v in values):
                return True
        return False

    def _open(self, position: int) -> Passage:
        return self.snapshot.open_passage(position)


def _facts(dates: Mapping[DateName | YearName, CaseDate]) -> Facts:
    """The days of a case that steps are counted from."""
    days = {name.value: (d.start, d.end) for name, d in dates.items() if isinstance(name, DateName)}
    return Facts(date.min, dates=days)
