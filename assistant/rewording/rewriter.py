"""Composition with a language model: it rewords what the extractive composer chose, sentence by sentence.

Guarantee: the model chooses no passage, states no outcome and adds no fact. A sentence of its own is released only when
the verifier of both engines accepts it against one of the passages it cites, alone, and when it is only another wording
of that passage (`grounding`); the sentences on a passage replace the extractive one only when they leave nothing of it
out that matters. Everything else is removed, and the extractive sentence stands. When nothing of the model's is left,
or the model fails, the answer is the extractive one and says so (`Draft.engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import ModelUse
from assistant.checking.verifier import Cited, Sentence, Verifier
from assistant.reading.question import Question
from assistant.reading.scope import is_injection
from assistant.rewording.condense import Condenser
from assistant.rewording.grounding import left_out, terms, unfounded
from assistant.rewording.models import LanguageModel, ModelFailure
from assistant.rewording.recent import Recent
from assistant.rewording.usage import Usage
from assistant.rewording.wire import RULES, SCHEMA, Reply, evidence, parse_reply, unshowable, visible
from assistant.wording.composer import Draft, Line
from assistant.wording.phrases import NO, YES, lower_first
from ingest.corpus.fiches import Polarity, Role
from ingest.passages.passages import Passage

_OPENINGS = tuple(f"{word}{colon}" for words in (YES, NO) for word in words.values() for colon in (" :", ":", ","))


@dataclass(frozen=True, slots=True)
class _Item:
    """One statement that may be reworded: the place of the extractive sentence on it, and what the model is given."""

    place: int
    passage: Passage
    wording: str
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """What became of one sentence of the model: the passage's wording it was held against, and why it was removed."""

    text: str
    wording: str
    faults: tuple[str, ...]

    @property
    def released(self) -> bool:
        """True when it is shown."""
        return not self.faults


Resolved = tuple[tuple[str, tuple[str, ...]], ...]
"""A reply without its keys: `(text, passage ids)` a sentence. This is what is cached."""


class Rewriter:
    """Rewords extractive drafts with a model."""

    def __init__(self, model: LanguageModel, verifier: Verifier, snapshot: str, cache_size: int = 512) -> None:
        self.model, self.verifier, self.snapshot = model, verifier, snapshot
        self.name = f"llm:{model.name}"
        self.watch: Callable[[JudgedSentence], None] | None = None
        """Told of every sentence judged, once the reply is whole (measurements)."""
        self._condenser = Condenser(model, cache_size)
        self._written_before: Recent[Resolved] = Recent(cache_size)

    def condense(self, question: Question, usage: Usage) -> Question:
        """A follow-up made whole (`Condenser`)."""
        return self._condenser.read(question, usage)

    def reword(self, question: Question, draft: Draft, usage: Usage | None = None) -> Draft:
        """The draft, in the model's words where they hold; `usage` holds what the question has cost so far."""
        usage, use = usage or Usage(), ModelUse(name=self.model.name)
        items = _items(draft, question)
        if not items:
            draft.model = _counted(use, usage, fallback=None) if usage.calls else None
            return draft
        try:
            written, cached = self._written(question, items, usage)
        except ModelFailure as failure:
            draft.model = _counted(use, usage, fallback=failure.reason)
            return draft
        reworded, kept = self._released(question, items, draft, written)
        use = use.model_copy(update={"cached": cached, "written": len(written), "removed": len(written) - kept})
        draft.model = _counted(use, usage, shown=kept, fallback=None if kept else "unsupported")
        return _merged(draft, reworded, self.name) if kept else draft

    def _written(self, question: Question, items: Sequence[_Item], usage: Usage) -> tuple[Resolved, bool]:
        """What the model wrote, from the cache when the same was asked of the same passages."""
        asked = visible(question.query if question.follow_up else question.raw)
        passages = tuple((i.passage.id, i.wording) for i in items)
        key = (self.snapshot, asked, question.language, question.as_of, passages, self.model.name)
        if (known := self._written_before.get(key)) is not None:
            return known, True
        sent = evidence(asked, question.as_of.day, question.language, [i.wording for i in items])
        reply = self.model.ask(usage, RULES, sent.document, SCHEMA, parse_reply)
        written = _resolved(reply, dict(zip(sent.keys, (i.passage.id for i in items), strict=True)))
        self._written_before.put(key, written)
        return written, False

    def _released(
        self, question: Question, items: Sequence[_Item], draft: Draft, written: Resolved
    ) -> tuple[dict[int, list[Sentence]], int]:
        """The sentences that hold, by the place of the extractive sentence they stand for; and how many they are."""
        held: dict[int, list[Sentence]] = {}
        judged: list[tuple[int, JudgedSentence]] = []
        by_passage = {i.passage.id: i for i in items}
        for text, cited in written:
            found = [by_passage[p] for p in dict.fromkeys(cited) if p in by_passage]
            place, verdict = -1, JudgedSentence(text, "", ("ne cite aucun passage donné",))
            for item in found:
                said = _as_sentence(text)
                verdict = JudgedSentence(said, item.wording, self._faults(said, item, question, draft))
                beside = held.setdefault(item.place, [])
                if verdict.released and not _adds(said, beside):
                    verdict = JudgedSentence(said, item.wording, ("déjà dit",))
                if verdict.released:
                    place = item.place
                    beside.append(Sentence(said, draft.sentences[place].cited, language=question.language))
                    break
            judged.append((place, verdict))
        for item in items:
            sentences = held.get(item.place, [])
            missing = left_out([s.text for s in sentences], item.wording, question.language) if sentences else []
            if missing:
                judged = [
                    (p, JudgedSentence(j.text, j.wording, tuple(missing)) if p == item.place and j.released else j)
                    for p, j in judged
                ]
            if missing or not sentences:
                held.pop(item.place, None)
        if self.watch:
            for _, verdict in judged:
                self.watch(verdict)
        return held, sum(len(sentences) for sentences in held.values())

    def _faults(self, text: str, item: _Item, question: Question, draft: Draft) -> tuple[str, ...]:
        """Why a sentence does not hold on one passage alone, or may not be shown; empty when it may."""
        out = unshowable(text) + unfounded(text, item.wording, question.language, item.polarity)
        alone = (Cited(item.passage, item.passage.text),)
        for cited in (alone, draft.sentences[item.place].cited):
            out += self.verifier.faults(Sentence(text, cited, language=question.language), question.as_of)
        return tuple(dict.fromkeys(out))


def _items(draft: Draft, question: Question) -> list[_Item]:
    """The statements that may be reworded: no known unknown, nothing of low confidence, nothing that gives orders.

    The words of an added text are never handed to the model: they are shown between quotation marks or not at all.
    """
    out = []
    for place, line in enumerate(draft.lines):
        s = line.passage.statement
        if s is None or s.role is Role.ABSENCE or line.passage.certainty == "basse" or is_injection(s.text):
            continue
        out.append(_Item(place, line.passage, s.wording(question.language), s.polarity))
    return out


def _resolved(reply: Reply, passages: dict[str, str]) -> Resolved:
    """The reply with passages for keys; a key that was not given stands for no passage."""
    return tuple((w.text, tuple(passages.get(k, "") for k in w.keys)) for w in reply.sentences)


def _adds(text: str, beside: Sequence[Sentence]) -> bool:
    """True when a sentence says something that those beside it do not."""
    return bool(set(terms(text)) - {t for s in beside for t in terms(s.text)})


def _as_sentence(text: str) -> str:
    """The sentence with its full stop, and without « Oui » or « Non » at its head: that word is the extractive
    composer's to say."""
    text = text.strip()
    for opening in _OPENINGS:
        if text.startswith(opening):
            rest = text[len(opening) :].lstrip()
            text = rest[:1].upper() + rest[1:]
            break
    return text if text.endswith((".", "!", "?", "…", "»")) else f"{text}."


def _verdict(text: str) -> str:
    return next((text[: len(o) + 1] for o in _OPENINGS if text.startswith(o + " ")), "")


def _merged(draft: Draft, reworded: dict[int, list[Sentence]], name: str) -> Draft:
    """The draft with the model's sentences in the place of those they reword, in the extractive order."""
    out = Draft(disagreements=draft.disagreements, engine=name, model=draft.model)
    for place, line in enumerate(draft.lines):
        extractive, sentences = line.sentence, reworded.get(place)
        if sentences and (word := _verdict(extractive.text)):
            first = sentences[0]
            opened = Sentence(word + lower_first(first.text), first.cited, language=first.language)
            sentences = [opened, *sentences[1:]]
        for sentence in sentences or [extractive]:
            out.lines.append(Line(sentence, line.part, line.place, line.passage))
    return out


def _counted(use: ModelUse, usage: Usage, *, shown: int = 0, fallback: str | None) -> ModelUse:
    return use.model_copy(
        update={
            "calls": usage.calls,
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "ms": round(usage.ms, 1),
            "shown": shown,
            "fallback": fallback,
        }
    )
