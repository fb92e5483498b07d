"""The parts of a question, each with its candidates and its verdict.

Guarantee: every part is answered by a statement of its own, told by one that another part shows, or found missing; none
is dropped. The parts of one message are read like the turns of a conversation: a part that says too little by itself
(« et c'est versé quand ? ») is asked of the subject of the parts before it, whichever reading the evidence supports.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.dialogue import moves
from assistant.dialogue.memory import Memory
from assistant.dialogue.turns import Asked, DialogueReader, Reading
from assistant.planning.abstention import Gate, Verdict
from assistant.planning.features import named_companies
from assistant.planning.ranking import Scored, Selection, Selector
from assistant.planning.readings import Judged, better, fresh, held, own_terms
from assistant.planning.told import told
from assistant.reading.kinds import FILLER, RISK, is_follow_up, question_types
from assistant.reading.question import Question
from assistant.reading.scope import is_no_question
from assistant.search.hybrid import Candidates, HybridSearch
from ingest.corpus.fiches import AnswerType, Role
from ingest.language.lexical import fold

_ITS_OWN = 0.5
"""Share of a part's own terms, by weight, that a statement of another topic than the first part's must hold."""
_ITS_SUBJECT = 0.3
"""Share of the subject's terms that it must hold, when it is of another fiche."""
_NEARLY_ALL = 0.75
"""Share of its own terms from which a statement answers a part that was read by itself, whatever its topic."""
_NEAR = 0.8
"""Share of the best score from which a statement that holds some of the part's own words goes before one that holds
none."""
_MEASURED = {AnswerType.QUAND, AnswerType.COMBIEN}
_NOUN = re.compile(r"(?:et |and )?(?:le |la |les |l'|un |une |des |du |the |an? )")
_ROLES = {Role.SANCTION: RISK, Role.EXCEPTION: re.compile(r"\bexceptions?\b|\bderogations?\b|\bdispenses?\b|\bexempt")}
"""Words of a part that name the role of what it asks for."""


@dataclass(frozen=True)
class _Message:
    """A message of several questions: what all its parts share. `scene`: the facets that no later part names."""

    question: Question
    candidates: Candidates
    scene: dict[str, tuple[str, ...]]
    gate: Gate


class Parts:
    """Judges questions part by part."""

    def __init__(self, search: HybridSearch, selector: Selector, dialogue: DialogueReader) -> None:
        self.search, self.selector, self.dialogue = search, selector, dialogue
        self.searching = 0.0
        """Seconds of retrieval since it was last reset."""

    def judged(self, question: Question, reading: Reading, gate: Gate) -> Judged:
        """One reading of a turn with its candidates and its verdicts, one a part."""
        candidates = self._search(question)
        if len(question.parts) == 1 or is_no_question(question.raw):
            return self._whole(question, reading, candidates, gate)
        message = _Message(question, candidates, self._scene(question), gate)
        selection, verdict = self._first(message, question.parts[0])
        selections, verdicts = [selection], [verdict]
        subject = _sentence(question.parts[0])
        for part in question.parts[1:]:
            said = [v.chosen for v in verdicts if v.chosen]
            independent = self._independent(part)
            selection, verdict = self._later(message, part, subject, said, independent)
            if independent:
                subject = _sentence(part)
            selections.append(selection)
            verdicts.append(verdict)
        return Judged(question, candidates, selections, verdicts)

    def _search(self, question: Question) -> Candidates:
        start = time.perf_counter()
        found = self.search.search(question)
        self.searching += time.perf_counter() - start
        return found

    def _whole(self, question: Question, reading: Reading, candidates: Candidates, gate: Gate) -> Judged:
        selection = self.selector.select(question, candidates)
        if question.follow_up and reading.told:
            selection = fresh(selection, reading.told, own_terms(self.selector, question.raw), self.selector)
        return Judged(question, candidates, [selection], [gate.judge(question, selection, candidates)])

    def _first(self, message: _Message, part: str) -> tuple[Selection, Verdict]:
        """The first part: by itself when it says enough, then in the light of the whole question."""
        question, candidates, gate = message.question, message.candidates, message.gate
        if not self.selector.stands_alone(part) or (question.follow_up and not question.shift):
            within = self.selector.select(question, candidates, part)
            return within, gate.judge(question, within, candidates)
        selection, verdict = self._by_itself(message, part)
        asking = _sentence(part)
        if asking != part and self.selector.stands_alone(asking):  # its scene may hide what it asks, or tell the case
            own = own_terms(self.selector, asking)
            bare = self._by_itself(message, asking)
            if held(self.selector, bare[1].chosen, own) > held(self.selector, verdict.chosen, own):
                selection, verdict = bare
        if verdict.kind == "answer":
            return selection, verdict
        within = self.selector.select(question, candidates, part)
        if within.best is None or not told(self.selector, part, question, [within.best]):
            return selection, verdict
        return within, gate.judge(question, within, candidates)

    def _by_itself(self, message: _Message, text: str) -> tuple[Selection, Verdict]:
        asked = self._alone(message, text)
        found = self._search(asked)
        selection = self.selector.select(asked, found)
        return selection, message.gate.judge(asked, selection, found)

    def _alone(self, message: _Message, part: str) -> Question:
        """The first part as a question of its own, on the case and the day that the message sets."""
        question = message.question
        asked = Asked(part, domains=question.domains, language=question.language)
        own = self.dialogue.read(asked, None, question.today)
        return replace(
            own.question,
            as_of=question.as_of,
            facets=message.scene,
            references=own.question.references or question.references,
            parts=(part,),
            follow_up=question.follow_up,
            shift=question.shift,
            moved=question.moved.intersection(message.scene),
            context_topics=question.context_topics,
            context_sources=question.context_sources,
        )

    def _later(
        self, message: _Message, part: str, subject: str, said: Sequence[Scored], independent: bool
    ) -> tuple[Selection, Verdict]:
        """A part after the first, read as the next turn of what the message has said so far."""
        reading = self._read(message, part, subject, said)
        leans = bool(said) and (reading.leaned or not self.selector.stands_alone(part))
        own = _Own(self.selector, message.question, part, subject, said, leans, independent)
        judged = self._judged(reading.question, reading, own, message.gate)
        if reading.other is not None:
            other = replace(reading.other, as_of=message.question.as_of)
            judged = better(judged, lambda: self._judged(other, reading, own, message.gate), reading.own, self.selector)
        return replace(judged.selections[0], text=part), judged.verdicts[0]

    def _independent(self, part: str) -> bool:
        """True for a part that, « et » apart, says enough by itself and points back to nothing."""
        return self.selector.stands_alone(part) and not is_follow_up(moves.said(part), {})

    def _judged(self, question: Question, reading: Reading, own: _Own, gate: Gate) -> Judged:
        """A reading of a part; when its best candidate does not answer the part itself, those that may are left."""
        candidates = self._search(question)
        judged = self._whole(question, reading, candidates, gate)
        after = question.follow_up
        if judged.chosen is None or (own.answers(judged.chosen, after) and own.holds(judged.chosen)):
            return judged
        (selection,) = judged.selections
        left = [s for s in selection.scored if own.answers(s, after)]
        worded = [s for s in left if own.holds(s)]
        if worded and worded[0].score >= _NEAR * left[0].score:
            left = worded
        selection = replace(selection, scored=left)
        return Judged(question, candidates, [selection], [gate.judge(question, selection, candidates)])

    def _read(self, message: _Message, part: str, subject: str, said: Sequence[Scored]) -> Reading:
        question = message.question
        statements = [s.statement for s in said if s.statement]
        memory = Memory(
            base=subject,
            as_of=question.as_of,
            facets=message.scene,
            topics=tuple(dict.fromkeys(s.topic for s in statements)),
            domains=question.domains,
            language=question.language,
            sources=tuple(dict.fromkeys(s.passage.source_id for s in said)),
            profile=question.profile,
            heads=tuple(s.passage.id for s in said),
            last=subject,
            root=subject,
        )
        asked = Asked(part, domains=question.domains, language=question.language)
        reading = self.dialogue.read_part(asked, memory, question.today)
        return replace(reading, question=replace(reading.question, as_of=question.as_of, parts=(part,)))

    def _scene(self, question: Question) -> dict[str, tuple[str, ...]]:
        """The facets of a question that none of its later parts names for itself."""
        own: dict[str, set[str]] = {}
        for part in question.parts[1:]:
            for facet, values in self.dialogue.facets(part).items():
                own.setdefault(facet, set()).update(values)
        first = self.dialogue.facets(question.parts[0])
        scene = {
            f: tuple(v for v in values if v not in own.get(f, ()) or v in first.get(f, ()))
            for f, values in question.facets.items()
        }
        return {f: values for f, values in scene.items() if values}


def _sentence(part: str) -> str:
    """The sentence of a part that asks, without what only sets the scene before it; the facets hold the case."""
    return re.split(r"(?<=\w{3}[.!])\s+", part)[-1]


class _Own:
    """What answers a part itself, apart from the parts before it."""

    def __init__(
        self,
        selector: Selector,
        question: Question,
        part: str,
        subject: str,
        said: Sequence[Scored],
        leans: bool,
        independent: bool,
    ) -> None:
        self.selector, self.question, self.part, self.leans, self.independent = (
            selector, question, part, leans, independent,
        )  # fmt: skip
        self.companies = named_companies(part)
        self.types = question_types(part)
        self.noun = not self.types and bool(_NOUN.match(fold(part)))
        self.roles = {role for role, words in _ROLES.items() if words.search(fold(part))}
        self.roles |= {s.statement.role for s in said if s.statement} & {Role.SANCTION}
        self.terms = {t: w for t, w in own_terms(selector, part).items() if t not in FILLER}
        self.subject = own_terms(selector, subject)
        self.shown = {s.hit.position for s in said}
        self.topics = {s.statement.topic for s in said if s.statement}
        self.fiches = {s.passage.source_id for s in said}

    def holds(self, s: Scored) -> bool:
        """True for a statement that holds some of the part's own words, when it has any."""
        return not (self.leans and self.terms) or s.statement is None or held(self.selector, s, self.terms) > 0

    def answers(self, s: Scored, after: bool) -> bool:
        """False for what an earlier part shows, unless it tells this one too; for what speaks of another company than
        the part (« TF1 vise quelle baisse, et M6 ? »); and, for a part that leans on its subject, for a stray. Read by
        itself and not `after` its subject, a part that can be is answered by what holds nearly all of its words."""
        if s.hit.position in self.shown:
            return told(self.selector, self.part, self.question, [s])
        if s.statement is None:
            return True
        if self.companies - named_companies(s.statement.text):
            return False
        if not after and self.independent and held(self.selector, s, self.terms) >= _NEARLY_ALL:
            return True
        return not (self.leans and self._strays(s))

    def _strays(self, s: Scored) -> bool:
        """True for a statement of the same topic that holds none of the part's own words, when the part is a noun, or
        wants a date, a figure or another kind of answer; and for one of another topic that holds too little of them or
        of the subject's. What has the role asked for, of the same fiche, is none (« qui le fait, quelle amende ? »)."""
        if s.statement is None:
            return False
        same_topic, same_fiche = s.statement.topic in self.topics, s.passage.source_id in self.fiches
        if s.statement.role in self.roles and same_fiche:
            return False
        if not self.terms:
            return not same_topic
        own = held(self.selector, s, self.terms)
        if same_topic:
            other_kind = bool(self.types) and not set(self.types) & set(s.statement.answers)
            return own == 0 and (self.noun or other_kind or bool(_MEASURED & set(self.types)))
        return own < _ITS_OWN or not (same_fiche or held(self.selector, s, self.subject) >= _ITS_SUBJECT)
