"""The extractive composer: statements chosen, ordered and joined; no other fact is written.

Guarantee: every sentence is a `lead`, a `text`, an `en`, or a verbatim quote of an official text introduced as such,
joined by the fixed words of `phrases`. The direct point first, then condition, exception, deadline, sanction and what
to do, one statement a role, the same topic before any other, and nothing that adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answer import ModelUse
from assistant.checking.verifier import Cited, Sentence, Verifier, departures
from assistant.planning.ranking import Scored, Selection
from assistant.reading.dates import AsOf
from assistant.reading.question import Question
from assistant.search.hybrid import HybridSearch
from assistant.wording.disagreement import Disagreement, disagreement
from assistant.wording.phrases import ARTICLE_SAYS, NO, YES, lower_first
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement
from ingest.language.claims import Language, flipped, read_claim, unsupported
from ingest.language.lexical import analyse, fold
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import Passage

_COMPARES = re.compile(
    r"\b(?:contre|vs|versus|par rapport|compar\w+|plus qu|moins qu|que celui|que celle|difference|lequel|laquelle|which|than)\b|\b(?:et|ou|and|or) (?:pour )?(?:une?|an?)\b"
)
_STATE = re.compile(
    r"\b(?:encore|deja|toujours|en vigueur|transpos|promulgu|adopte|publie|paru|yet|still|already|in force|adopted|published)"
)
"""Words of a question about where a text stands."""
_ORDER = {
    Role.DEMENT: 0,
    Role.REGLE: 1,
    Role.CHIFFRE: 1,
    Role.DEFINITION: 1,
    Role.CONDITION: 2,
    Role.EXCEPTION: 3,
    Role.ECHEANCE: 4,
    Role.SANCTION: 5,
    Role.DEMARCHE: 6,
    Role.CONTACT: 7,
    Role.ABSENCE: 8,
}


@dataclass(frozen=True, slots=True)
class ComposeConfig:
    """Limits of an answer."""

    sentences: int = 4
    words: int = 110
    companion: float = 0.65
    other_kind: float = 0.8
    new_terms: float = 0.25
    terse: float = 0.62
    rival: float = 0.9
    beside_rival: int = 3
    unbelieved: float = 0.6
    near: float = 0.85
    article_alone: float = 0.5
    article_beside: float = 0.3
    quote_words: int = 70


@dataclass
class Draft:
    """Sentences before verification, with the statements they came from; which engine wrote them, and at what cost."""

    sentences: list[Sentence] = field(default_factory=list)
    used: list[Scored] = field(default_factory=list)
    disagreements: dict[str, Disagreement] = field(default_factory=dict)
    """By the id of the notice's passage."""
    engine: str = "extractive"
    model: ModelUse | None = None

    def words(self) -> int:
        """Words so far."""
        return sum(len(s.text.split()) for s in self.sentences)

    def says(self, candidate: Scored) -> bool:
        """True when a candidate is already in the draft."""
        return any(u.hit.position == candidate.hit.position for u in self.used)


class ExtractiveComposer:
    """Composes from the selections of the parts that have an answer."""

    name = "extractive"

    def __init__(self, search: HybridSearch, config: ComposeConfig | None = None) -> None:
        self.search = search
        self.config = config or ComposeConfig()

    def compose(self, question: Question, answered: Sequence[tuple[Selection, Scored]]) -> Draft:
        """The draft of an answer: each part's own statement, then what completes the first."""
        draft = Draft()
        for selection, chosen in answered:
            self._head(draft, question, selection, chosen)
        for selection, chosen in answered:
            self._other_sides(draft, question, selection, chosen)
            rival = self._rival(draft, selection, chosen)
            if rival is not None:
                self._head(draft, question, selection, rival, said=True)
            most = self.config.sentences if rival is None else self.config.beside_rival
            self._companions(draft, question, selection, chosen, most)
        return draft

    def _head(self, draft: Draft, question: Question, selection: Selection, chosen: Scored, said: bool = False) -> None:
        """The sentence that answers a part; « Oui » or « Non » opens it unless the part was `said` to already."""
        if draft.says(chosen):
            return
        s = chosen.statement
        if s is None:
            self._official(draft, question, chosen)
            return
        word = None if said else yes_or_no(s, selection, chosen)
        self._add(draft, question, chosen, head_text(s, question.language, self.config.terse), word)

    def _other_sides(self, draft: Draft, question: Question, selection: Selection, chosen: Scored) -> None:
        """When a question compares two genres, the one that the head does not speak of owns a sentence too."""
        asked = question.facets.get("genre", ())
        if len(asked) < 2 or chosen.statement is None or not _COMPARES.search(fold(selection.text)):
            return
        kinds = {v.kind for v in chosen.statement.values}
        for value in asked:
            if any(u.statement and value in u.statement.facets.get("genre", ()) for u in draft.used):
                continue
            sides = [
                c
                for c in selection.scored
                if c.statement is not None
                and value in c.statement.facets.get("genre", ())
                and kinds & {v.kind for v in c.statement.values}
                and c.score >= self.config.companion * chosen.score
            ]
            if sides:  # figures of one study compare; the score order settles the rest
                study = chosen.statement.source.id
                best = next((c for c in sides if c.statement and c.statement.source.id == study), sides[0])
                self._head(draft, question, selection, best)

    def _rival(self, draft: Draft, selection: Selection, chosen: Scored) -> Scored | None:
        """The best statement of another topic, when it comes so close that either may be what was asked."""
        if chosen.statement is None:
            return None
        for c in selection.scored[:6]:
            if c.statement is None or c.conflict or c.statement.topic == chosen.statement.topic:
                continue
            if c.features["place_unasked"] > chosen.features["place_unasked"]:
                continue
            if draft.says(c):
                return None
            return c if c.score >= self.config.rival * chosen.score and self._adds(c, draft.used) else None
        return None

    def _companions(self, draft: Draft, question: Question, selection: Selection, chosen: Scored, most: int) -> None:
        """Statements of the same topic that complete the head: best first, in reading order, up to `most` sentences."""
        s = chosen.statement
        if s is None:
            return
        if (
            s.role is Role.ABSENCE
        ):  # what is not known is told with the last that is, when the question is about a state
            most = min(most, len(draft.sentences) + 1) if _STATE.search(fold(selection.text)) else 0
        pool = [
            c
            for c in selection.scored
            if c.statement is not None
            and c.statement.topic == s.topic
            and not c.conflict
            and c.score >= (self.config.companion if c.type_match else self.config.other_kind) * chosen.score
            and c.statement.role is not Role.ABSENCE
            and (
                c.statement.role is not Role.DEMENT  # what nobody said needs no denial, unless it comes very near
                or c.features["not_believed"] <= self.config.unbelieved
                or c.score >= self.config.near * chosen.score
            )
            and c.features["place_unasked"] <= chosen.features["place_unasked"]
            and (
                c.features["facet_unasked"] <= chosen.features["facet_unasked"]
                or c.score >= self.config.near * chosen.score
            )
        ]
        picked: list[Scored] = []
        for c in pool:
            assert c.statement is not None
            if not draft.says(c) and self._adds(c, [*draft.used, *picked]):
                picked.append(c)
        for c in sorted(picked, key=lambda c: _ORDER[c.statement.role] if c.statement else 9):
            assert c.statement is not None
            text = c.statement.wording(question.language)
            if len(draft.sentences) < most and draft.words() + len(text.split()) <= self.config.words:
                self._add(draft, question, c, text)

    def _adds(self, candidate: Scored, used: Sequence[Scored]) -> bool:
        """True when a statement says something that those used do not."""
        mine = set(analyse(candidate.passage.text))
        theirs = {t for u in used for t in analyse(u.passage.text)}
        return len(mine - theirs) >= self.config.new_terms * len(mine)

    def _add(self, draft: Draft, question: Question, chosen: Scored, text: str, word: str | None = None) -> None:
        """The sentence, opened by « Oui » or « Non » when that reads as true of its passage (« Non : … ne demande que »
        would deny what is only restricted)."""
        notice = chosen.passage
        official = best_official(self.search, notice, question.as_of)
        found = disagreement(notice, official, self.search.official(notice.keys, question.as_of)) if official else None
        if found:
            draft.disagreements[notice.id] = found
            self._quote(draft, question, found.official)
        else:
            sentence = (
                self._sentence(opened(text, word, question.language), notice, official, question) if word else None
            )
            if sentence is None or Verifier().faults(sentence, question.as_of):
                sentence = self._sentence(text, notice, official, question)
            draft.sentences.append(sentence)
        draft.used.append(chosen)

    def _sentence(self, text: str, notice: Passage, official: Cited | None, question: Question) -> Sentence:
        return Sentence(text, self._citations(text, notice, official, question), language=question.language)

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

    def _official(self, draft: Draft, question: Question, chosen: Scored) -> None:
        """A quote of an official text, introduced as such."""
        p = chosen.passage
        self._quote(draft, question, Cited(p, best_quote(p.text, analyse(question.query), self.config.quote_words)))
        draft.used.append(chosen)

    def _quote(self, draft: Draft, question: Question, cited: Cited) -> None:
        p = cited.passage
        intro = ARTICLE_SAYS[question.language].format(title=p.source_title, locator=p.locator)
        draft.sentences.append(Sentence(f"{intro} « {cited.quote} »", (cited,), language="fr"))


YES_TYPES = {Polarity.OBLIGE: {AnswerType.DOIS_JE}, Polarity.PERMET: {AnswerType.PUIS_JE}}
NO_TYPES = {Polarity.N_OBLIGE_PAS: {AnswerType.DOIS_JE}, Polarity.INTERDIT: {AnswerType.PUIS_JE}}


def head_text(s: Statement, language: Language, terse: float = 0.62) -> str:
    """The sentence shown at the head: the lead, unless it leaves out a figure, a date or most of what the text says."""
    if language == "en":
        return s.en
    if s.lead is None or unsupported(read_claim(s.text), read_claim(s.lead)):
        return s.text
    return s.lead if len(set(analyse(s.lead))) >= terse * len(set(analyse(s.text))) else s.text


def opened(text: str, word: str, language: Language) -> str:
    """A sentence opened by the word for `yes` or `no`."""
    colon = " :" if language == "fr" else ":"
    return f"{(YES if word == 'yes' else NO)[language]}{colon} {lower_first(text)}"


def yes_or_no(s: Statement, selection: Selection, chosen: Scored) -> str | None:
    """`yes`, `no`, or None: only when the question is a yes/no one that this statement's own questions already ask."""
    asked = set(selection.types)
    if not asked <= {AnswerType.DOIS_JE, AnswerType.PUIS_JE}:
        return None
    sure = chosen.entailed and chosen.alias >= 0.62 and chosen.coverage >= 0.7
    if not sure or re.match(r"(?:Oui|Non|Yes|No)\b", s.lead or s.text) or _turned(selection.text, s):
        return None
    yes, no = asked & YES_TYPES.get(s.polarity, set()), asked & NO_TYPES.get(s.polarity, set())
    if not yes and not no:
        return None
    if _PROHIBITED.search(fold(selection.text)):  # « est-ce interdit ? » asks the reverse of « puis-je ? »
        yes, no = no, yes
    return "yes" if yes else "no"


_PROHIBITED = re.compile(r"\b(?:interdit|banni|prohib|illegal|forbidden|banned|hors la loi)")
_EXCEPTED = re.compile(r"\b(?:sans|hors|sauf|without|except|unless)\b")


def _turned(question: str, s: Statement) -> bool:
    """True when a question puts a case that the statement may not be about: an exception, another figure."""
    figures = {t for t in analyse(question) if t.isdigit()}
    return bool(_EXCEPTED.search(fold(question))) or not figures <= set(analyse(f"{s.text} {s.en}"))


def best_official(search: HybridSearch, notice: Passage, as_of: AsOf) -> Cited | None:
    """The official passage on the notice's article that says most of what the notice says, with the words that do."""
    found = search.official(notice.keys, as_of)
    if not found:
        return None
    terms = analyse(notice.text)
    best = max(found, key=lambda p: (len(set(terms) & set(analyse(p.text))), -p.position))
    return Cited(best, best_quote(best.text, terms, 70))


def best_quote(text: str, terms: Sequence[str], limit: int) -> str:
    """The run of one to three sentences that shares most with the terms, verbatim, cut at a word when it is endless."""
    wanted = set(terms)
    spans = sentence_spans(text) or [(0, len(text))]
    held = [wanted & set(analyse(text[start:end])) for start, end in spans]
    best, gain = (0, 0), -1.0
    for i in range(len(spans)):
        for j in range(i, min(i + 3, len(spans))):
            size = len(text[spans[i][0] : spans[j][1]].split())
            if j > i and size > limit:
                break
            shared = len(set().union(*held[i : j + 1])) - 1.5 * (j - i)
            if shared > gain:
                best, gain = (i, j), shared
    quote = text[spans[best[0]][0] : spans[best[1]][1]]
    words = list(re.finditer(r"\S+", quote))
    return quote if len(words) <= limit else quote[: words[limit - 1].end()]
