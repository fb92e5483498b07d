"""Verification: nothing is shown that was not checked.

Guarantee, for both engines: a shown sentence's quotes are verbatim substrings of the passages it cites; its figures,
dates and references stand in them; its negation and modality are those of the passage; what it cites is in force on
the day, or the sentence says when it applied. What fails is removed, with the reason kept for the trace.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checking.fidelity import bounds_only, contradictions, covers, modal_forces, omissions
from assistant.checking.refuting import refutations
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Polarity
from ingest.language.claims import LANGUAGES, Claim, Language, flipped, merged, read_claim, unsupported
from ingest.language.lexical import analyse
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import Passage

LONGEST = 1500
"""Characters of a sentence that is not shown word for word, at most: past that, reading it costs too much."""
_MARKERS = re.compile(r"\s*\[\d+\]")
_DATED = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage cited by a sentence, with the words quoted from it."""

    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to show: its text without markers, what it cites, and whether it claims anything."""

    text: str
    cited: tuple[Cited, ...]
    claims: bool = True
    language: Language = "fr"
    given: tuple[str, ...] = ()
    """Words of the asker's own case, whose figures the sentence may say."""
    opening: str = ""
    """The computed verdict and reasons that the text opens with."""
    reviewed: bool = False
    """Words of a step, which `corpus check` compares with all that it rests on."""
    written: bool = False
    """Words of a language model, read a second time by another call before they came here."""

    @property
    def told(self) -> str:
        """The text after its opening, without markers."""
        return _MARKERS.sub("", self.text).removeprefix(self.opening).strip()


class Verifier:
    """The deterministic verifier."""

    def faults(self, sentence: Sentence, as_of: AsOf) -> list[str]:
        """Why a sentence may not be shown; empty when it may."""
        if not sentence.claims:
            return ["affirme sans citer"] if _claims_something(sentence) else []
        if sentence.written:
            return self._written(sentence, as_of)
        if not sentence.cited:
            return ["affirme sans citer"]
        out = [
            f"citation infidèle : « {c.quote[:40]}… »"
            for c in sentence.cited
            if not c.quote or c.quote not in c.passage.text
        ]
        claim = read_claim(sentence.told, sentence.language)
        told = [read_claim(support_text(c.passage), language_of(c.passage)) for c in sentence.cited]
        support = merged([*told, *(read_claim(words, sentence.language) for words in sentence.given)])
        out += unsupported(claim, support)
        if sentence.opening:
            out += unsupported(read_claim(sentence.opening, sentence.language), support)
        turned = flipped(claim, support)
        if _only_bounds(sentence):  # « ne dépasse pas 28 jours » is « jusqu'à 28 jours »
            turned = [f for f in turned if f != "négation ajoutée"]
        out += turned
        if not sentence.reviewed:
            if _drops_negation(sentence, claim):
                out.append("négation perdue")
            out += departures(sentence)
        for c in sentence.cited:
            if not in_force(c.passage, as_of) and not _DATED.search(sentence.text):
                out.append(f"hors vigueur au {as_of.day.isoformat()}")
        return out

    def _written(self, sentence: Sentence, as_of: AsOf) -> list[str]:
        """What refutes a sentence that a model wrote."""
        if not sentence.cited or len(sentence.text) > LONGEST:
            return ["affirme sans citer" if not sentence.cited else "phrase trop longue pour être vérifiée"]
        out = [f"citation infidèle : « {c.quote[:40]}… »" for c in sentence.cited if c.quote not in c.passage.text]
        passages, quotes = [c.passage for c in sentence.cited], [c.quote for c in sentence.cited]
        out += refutations(sentence.told, sentence.language, passages, quotes, sentence.given, as_of.day)
        ended = any(not in_force(p, as_of) for p in passages)
        return [*out, f"hors vigueur au {as_of.day.isoformat()}"] if ended and not _DATED.search(sentence.text) else out

    def keep(
        self, sentences: Sequence[Sentence], as_of: AsOf
    ) -> tuple[list[Sentence], list[tuple[Sentence, list[str]]]]:
        """Sentences that may be shown, and those that may not with their faults."""
        kept: list[Sentence] = []
        removed: list[tuple[Sentence, list[str]]] = []
        for sentence in sentences:
            faults = self.faults(sentence, as_of)
            if faults:
                removed.append((sentence, faults))
            else:
                kept.append(sentence)
        return kept, removed


def language_of(passage: Passage) -> Language:
    """The language that a passage's claims are read in."""
    return "fr" if passage.language == "fr" else "en"


def support_text(passage: Passage) -> str:
    """What a passage supports: its text, and the names of the place it stands at."""
    return f"{passage.text} ({passage.source_title}, {passage.locator})" if passage.kind == "text" else passage.text


def in_force(passage: Passage, as_of: AsOf) -> bool:
    """True when a passage is in force at some day of the period."""
    return (passage.valid_from is None or passage.valid_from <= as_of.end) and (
        passage.valid_until is None or passage.valid_until >= as_of.start
    )


def _drops_negation(sentence: Sentence, claim: Claim) -> bool:
    """True when an affirmative sentence has the very words of a negative one that it cites, and of no other."""
    if claim.negated:
        return False
    mine, nearest, dropped = set(analyse(sentence.text)), 0.9, False
    for c in sentence.cited:
        s = c.passage.statement
        told = [s.en] if s and sentence.language == "en" else [c.passage.text, *([s.lead] if s and s.lead else [])]
        for text in (t[slice(*span)] for t in told for span in sentence_spans(t)):
            theirs = set(analyse(text))
            near = len(mine & theirs) / (len(mine | theirs) or 1)
            if near >= nearest:
                said = read_claim(text, sentence.language)
                nearest, dropped = near, said.negated and (said.privative or not claim.privative)
    return dropped


def departures(sentence: Sentence) -> list[str]:
    """What the sentence says otherwise than the passages it cites, or leaves out of every wording that it may follow.

    A wording shown as it stands (a `lead`, a `text`, an `en`, a quote) departs from nothing: `corpus check` compares
    the wordings of a statement with one another. Passages in another language than the sentence are not compared.
    """
    said, language = sentence.told, sentence.language
    texts = [t for c in sentence.cited if (t := _text_in(c, language))]
    wordings = [*texts, *(s.lead for c in sentence.cited if (s := c.passage.statement) and s.lead and language == "fr")]
    if len(texts) < len(sentence.cited) or any(_bare(said) == _bare(w) for w in wordings) or _introduces(sentence):
        return []
    if len(said) > LONGEST:
        return ["phrase trop longue pour être vérifiée"]
    if len(texts) > 1:
        texts = [*texts, " ".join(texts)]
        wordings.append(texts[-1])
    against = min((contradictions(said, t, language) for t in texts), key=len)
    left_out = min((omissions(said, w, language) for w in wordings if covers(said, w, texts[-1], language)), key=len)
    return [*against, *left_out, *_against_polarity(said, sentence)]


def _only_bounds(sentence: Sentence) -> bool:
    """True when every negation of a sentence turns a bound round, and the bounds are compared."""
    readable = all(_text_in(c, sentence.language) for c in sentence.cited)
    return readable and bounds_only(sentence.told, sentence.language)


def _against_polarity(said: str, sentence: Sentence) -> list[str]:
    """A duty, a right or a ban that the statements cited are recorded as the contrary of, and that no wording holds."""
    statements = [c.passage.statement for c in sentence.cited]
    if any(s is None for s in statements):
        return []
    held = {f for s in statements if s for f in modal_forces(s.wording(sentence.language), sentence.language)}
    recorded = {s.polarity for s in statements if s}
    mine = modal_forces(said, sentence.language)
    told = frozenset() if mine & {_RECORDED.get(p, "") for p in recorded} else mine - held
    return [f"{p.value} → {f}" for p in sorted(recorded) for f in sorted(told & _CONTRARY.get(p, frozenset()))]


_RECORDED = {
    Polarity.OBLIGE: "dû",
    Polarity.INTERDIT: "interdit",
    Polarity.N_OBLIGE_PAS: "dispensé",
    Polarity.PERMET: "permis",
}
_CONTRARY = {
    Polarity.OBLIGE: frozenset({"dispensé"}),
    Polarity.INTERDIT: frozenset({"permis"}),
    Polarity.N_OBLIGE_PAS: frozenset({"dû"}),
    Polarity.PERMET: frozenset({"interdit"}),
}


_QUOTE_MARKS = str.maketrans("«»:,", "    ")
_INTRODUCTION = 14
"""Words beside the quotes and the names of the place, at most, for a sentence to do no more than introduce them."""


def _introduces(sentence: Sentence) -> bool:
    """True when a sentence is verbatim quotes of what it cites, behind a few words that name the place."""
    left = sentence.text
    for c in sentence.cited:
        quoted = f"« {c.quote} »"
        if len(c.quote) < _SHORTEST or c.quote not in c.passage.text or quoted not in left:
            return False
        left = left.replace(quoted, " ", 1)
    for name in (n for c in sentence.cited for n in (c.passage.source_title, c.passage.locator)):
        left = left.replace(name, " ")
    return bool(sentence.cited) and len(left.replace("(…)", " ").translate(_QUOTE_MARKS).split()) <= _INTRODUCTION


_SHORTEST = 3


def _text_in(cited: Cited, language: Language) -> str | None:
    """The words of a passage that a sentence in this language is compared with; None when it has none."""
    s = cited.passage.statement
    if s is not None and language == "en":
        return s.en
    return (cited.quote if s is None else cited.passage.text) if language == language_of(cited.passage) else None


_LEAD_IN = re.compile(r"^(?:(?:Oui|Non|Yes|No)\s?[:,]\s*)")


def _bare(text: str) -> str:
    """A sentence without markers, « Oui : », capitals or final stop."""
    return _LEAD_IN.sub("", _MARKERS.sub("", text)).strip().rstrip(".").lower()


def _claims_something(sentence: Sentence) -> bool:
    """Whether it holds a figure, a date or a reference that the words of the case do not."""
    claim = read_claim(sentence.text, sentence.language)
    if not (claim.figures or claim.dates or claim.references):
        return False
    said = merged([read_claim(w, lang) for w in sentence.given for lang in LANGUAGES])
    return bool(unsupported(claim, said))
