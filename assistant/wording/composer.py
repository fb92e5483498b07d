"""The composer: a plan in sentences, each with what it cites.

Guarantee: every sentence is a `lead`, a `text`, an `en`, a verbatim quote of an official text introduced as such, or a
computed verdict in a fixed form; the connectives are those of `phrases`. The verdict and its reason first, then each
part in the order of the message; what was not planned is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from assistant.answer import ModelUse
from assistant.checking.verifier import LONGEST, Cited, Sentence, Verifier, departures, language_of
from assistant.planning.plan import RECKONED, Opening, Place, Plan, PlannedPart, PlannedStep, Reason, Shown
from assistant.reading.dates import say_date
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from assistant.search.quotes import best_official, best_span
from assistant.wording.disagreement import Disagreement, disagreement
from assistant.wording.figures import case_words, fact_words, matter_words
from assistant.wording.phrases import DUE, IN_YOUR_CASE, LIKELY, NO, ORIGINAL, UNTIL, YES, lower_first
from assistant.wording.steps import body_of_step, given_of_step, label_of_step
from ingest.corpus.fiches import CaseField, Statement
from ingest.corpus.rules import DateName
from ingest.language.claims import Language, flipped, read_claim, unsupported
from ingest.language.lexical import analyse
from ingest.language.sentences import upper_first
from ingest.passages.passages import Passage

_TOGETHER = 4
"""Quotes of one passage in one sentence, at most; more of them are an article, a paragraph a line."""
_MEASURED = frozenset({*CaseField, *DateName, RECKONED})
"""Facts that a sentence may open with without a verdict: figures and days, not what something is."""


@dataclass(frozen=True, slots=True)
class ComposeConfig:
    """How a sentence rests on an official article that is held."""

    terse: float = 0.62
    article_alone: float = 0.5
    article_beside: float = 0.3
    quote_words: int = 70
    matter: float = 0.5
    """Share of the words of what a verdict is of that a part says, for the verdict not to say them again."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the draft: the part it is of, its place, and the evidence it is made from."""

    sentence: Sentence
    part: int
    place: Place | None
    passage: Passage
    label: str = ""
    """When and by whom, at the head of a step."""


@dataclass
class Draft:
    """Sentences before verification; which engine wrote them, and at what cost."""

    lines: list[Line] = field(default_factory=list)
    disagreements: dict[str, Disagreement] = field(default_factory=dict)
    """By the id of the notice's passage."""
    engine: str = "extractive"
    model: ModelUse | None = None

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences, in order."""
        return [line.sentence for line in self.lines]

    @property
    def passages(self) -> list[Passage]:
        """What the sentences are made from, once each."""
        return list({line.passage.id: line.passage for line in self.lines}.values())


class Composer:
    """Composes from plans."""

    name = "extractive"

    def __init__(self, search: HybridSearch, config: ComposeConfig | None = None) -> None:
        self.search = search
        self.config = config or ComposeConfig()

    def compose(self, question: Question, plan: Plan) -> Draft:
        """The draft of a plan's answer."""
        draft = Draft()
        for n, part in enumerate(plan.parts):
            for shown in part.shown:
                self._line(draft, question, n, part, shown)
        return draft

    def _line(self, draft: Draft, question: Question, n: int, part: PlannedPart, shown: Shown) -> None:
        if shown.step is not None:
            draft.lines.append(_step_line(shown.step, n, shown, question.language))
            return
        first = not any(line.part == n for line in draft.lines)
        s = shown.passage.statement
        if s is None:
            self._official(draft, question, n, shown)
            return
        head = shown.place == "head"
        text = shown_text(s, question.language, self.config.terse, head and part.heading is None)
        text, ended = _until(text, s, question)
        own = s.id in part.openings or (first and not part.openings)
        opens = own and (head or s.id in part.openings)
        opening = self._opening(part, s, question.language) if opens else None
        notice = shown.passage
        official = best_official(self.search, notice, question.as_of)
        found = disagreement(notice, official, self.search.official(notice.keys, question.as_of)) if official else None
        if found:
            draft.disagreements[notice.id] = found
            at = found.official.passage.text.find(found.official.quote)
            span = (at, at + len(found.official.quote))
            self._quote(draft, question, n, shown, found.official.passage, (span,))
            return
        sentence = None
        if opening:
            said, given = opening
            opened = f"{said} {text if said.endswith('.') else lower_first(text)}"
            sums = any(n == RECKONED for n, _ in part.openings[s.id].said) if s.id in part.openings else False
            computed = said if said.endswith(".") or part.rule or sums else ""
            sentence = self._sentence(opened, notice, official, question, (*given, *ended), computed)
            if Verifier().faults(sentence, question.as_of):
                sentence = None
        if sentence is None:
            sentence = self._sentence(text, notice, official, question, ended)
        draft.lines.append(Line(sentence, n, shown.place, notice))

    def _opening(self, part: PlannedPart, s: Statement, language: Language) -> tuple[str, tuple[str, ...]] | None:
        """« Non, a priori (série) : votre effectif, 12 salariés, ne dépasse pas 500. », and the words of the case that
        it says; the reasons are those that stand in the statement it opens: others are in no passage that it cites."""
        opening = part.openings.get(s.id)
        if opening is None and (part.rule or part.verdict not in ("yes", "no")):
            return None
        if opening is None:
            verdict: Literal["yes", "no"] = "yes" if part.verdict == "yes" else "no"
            opening = Opening(verdict, part.strength, part.because)
        facts = [fact_words(n, w, language) for n, w in opening.said]
        given = tuple(w for _, w in opening.said)
        if opening.due is not None:
            day = say_date(opening.due, language)
            facts, given = [*facts, DUE[language].format(day=day)], (*given, day)
            if not opening.asked:
                since = f" ({' ; '.join(facts[:-1])})" if facts[:-1] else ""
                return f"{upper_first(facts[-1])}{since}.", given
        reasons = [r for r in opening.because if r.bound in s.bounds][:3]
        said = " ; ".join(case_words(r, language) for r in reasons)
        if not opening.asked and said:
            return f"{upper_first(said)}.", _given(reasons)
        if not opening.asked:
            told = [fact_words(n, w, language) for n, w in opening.said if n in _MEASURED]
            return (IN_YOUR_CASE[language].format(facts=" ; ".join(told)), given) if told else None
        if opening.matter is not None and not self._says(part, matter := matter_words(opening.matter.of(language))):
            facts, given = [matter, *facts], (*given, matter)
        beside = f" ({' ; '.join(facts)})" if facts else ""
        word = (YES if opening.verdict == "yes" else NO)[language]
        if opening.strength == "likely":
            word += LIKELY[language]
        colon = " :" if language == "fr" else ":"
        if not reasons:
            return f"{word}{beside}{colon}", given
        return f"{word}{beside}{colon} {said}.", (*_given(reasons), *given)

    def _says(self, part: PlannedPart, matter: str) -> bool:
        """Whether a part, or the question that it is told to answer, says most words of what a verdict is of."""
        words = set(analyse(matter))
        return len(words & set(analyse(f"{part.about} {part.answers_to or ''}"))) >= self.config.matter * len(words)

    def _sentence(
        self,
        text: str,
        notice: Passage,
        official: Cited | None,
        question: Question,
        given: tuple[str, ...] = (),
        opening: str = "",
    ) -> Sentence:
        cited = self._citations(text.removeprefix(opening).strip(), notice, official, question)
        return Sentence(text, cited, language=question.language, given=given, opening=opening)

    def _citations(self, text: str, notice: Passage, official: Cited | None, question: Question) -> tuple[Cited, ...]:
        """What the sentence rests on: the official article alone when the words quoted from it say as much; the article
        and the notice when they say part of it; the notice alone otherwise."""
        own = Cited(notice, notice.text)
        if official is None:
            return (own,)
        said, quoted = set(analyse(notice.text)), set(analyse(official.quote))
        shared = len(said & quoted) / (len(said) or 1)
        claim, support = read_claim(text, question.language), read_claim(official.quote)
        alone = shared >= self.config.article_alone and not unsupported(claim, support) and not flipped(claim, support)
        if alone and not departures(Sentence(text, (official,), language=question.language)):
            return (official,)
        return (official, own) if shared >= self.config.article_beside else (own,)

    def _official(self, draft: Draft, question: Question, n: int, shown: Shown) -> None:
        """Quotes of an added text, introduced by where they stand; an article that is shown whole, a paragraph a
        sentence."""
        p = shown.passage
        spans = shown.spans or (best_span(p.text, analyse(question.query), self.config.quote_words),)
        short = len(spans) <= _TOGETHER and sum(b - a for a, b in spans) <= LONGEST
        for run in [spans] if short else [(span,) for span in spans]:
            self._quote(draft, question, n, shown, p, run)

    def _quote(
        self, draft: Draft, question: Question, n: int, shown: Shown, p: Passage, spans: Sequence[tuple[int, int]]
    ) -> None:
        """Verbatim words of a passage in one sentence; the first of a passage says where it stands."""
        quotes = f"« {p.text[slice(*spans[0])]} »"
        for before, after in pairwise(spans):
            between = " " if not p.text[before[1] : after[0]].strip() else " (…) "
            quotes += f"{between}« {p.text[slice(*after)]} »"
        given: tuple[str, ...] = ()
        last = draft.lines[-1] if draft.lines else None
        ended = p.valid_until is not None and p.valid_until < question.as_of.start
        if ended or last is None or last.part != n or last.sentence.cited[0].passage.id != p.id:
            place = p.locator if p.locator not in (p.source_title, "texte") else ""
            where = f"{p.source_title}, {place}" if place else p.source_title
            foreign = question.language == "en" and p.language == "fr"
            if p.valid_until is not None and ended:
                day = say_date(p.valid_until, question.language)
                where, given = f"{where}{UNTIL[question.language].format(day=day)}", (day,)
            quotes = f"{where}{ORIGINAL if foreign else ''}{' :' if question.language == 'fr' else ':'} {quotes}"
        cited = tuple(Cited(p, p.text[slice(*s)]) for s in spans)
        sentence = Sentence(quotes, cited, language=language_of(p), given=given)
        draft.lines.append(Line(sentence, n, shown.place, shown.passage))


def shown_text(s: Statement, language: Language, terse: float = 0.62, head: bool = True) -> str:
    """The words of a statement that are shown: at the head its lead, unless that leaves out a figure, a date or most of
    what the text says."""
    if language == "en":
        return s.en
    if not head or s.lead is None or unsupported(read_claim(s.text), read_claim(s.lead)):
        return s.text
    return s.lead if len(set(analyse(s.lead))) >= terse * len(set(analyse(s.text))) else s.text


def _until(text: str, s: Statement, question: Question) -> tuple[str, tuple[str, ...]]:
    """A statement that ended within the period asked, with its last day unless its words tell the month; and that
    day."""
    end = s.in_force.until
    if end is None or end >= question.as_of.day:
        return text, ()
    day = say_date(end, question.language)
    if day.split(" ", 1)[1] in text:
        return text, ()
    return f"{text.removesuffix('.')}{UNTIL[question.language].format(day=day)}.", (day,)


def _step_line(planned: PlannedStep, n: int, shown: Shown, language: Language) -> Line:
    label = label_of_step(planned, language)
    cited = tuple(Cited(p, p.text) for p in planned.cited)
    text = f"{label} {body_of_step(planned.step, language)}"
    given = given_of_step(planned, language)
    return Line(
        Sentence(text, cited, language=language, given=given, reviewed=True), n, shown.place, shown.passage, label
    )


def _given(reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(r.quantity.said for r in reasons)
