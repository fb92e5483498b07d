"""Answers from the added texts: which sentences answer a part, whether they do, and whether ours answer it better.

Guarantee: what is shown is whole sentences of one text, in the order of the text, an item of a list with what opens it.
A part that names a text is answered from that text alone, or not at all; an article that is asked for by its number is
shown whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.planning.named import Named, TextNaming
from assistant.planning.options import Context
from assistant.planning.placed import Places
from assistant.planning.plan import PlannedPart
from assistant.planning.quoting import Quoting
from assistant.planning.weighing import PassagesConfig, Quoted, Rival, Weigher, deciding
from assistant.reading.message import Part
from assistant.search.hybrid import HybridSearch
from assistant.search.sentences import SentenceSearch
from ingest.language.lexical import analyse
from ingest.passages.passages import Passage


@dataclass(frozen=True)
class Told:
    """What the added texts say of a part, best first; `named`: the texts that it names; `whole`: the passages of the
    article that it asks for."""

    named: Named
    quotes: Sequence[Quoted] = ()
    whole: Sequence[int] = ()
    near: Sequence[Passage] = field(default=())

    @property
    def best(self) -> Quoted | None:
        """The sentence that answers best."""
        return self.quotes[0] if self.quotes else None


class Passages:
    """The added texts of one snapshot."""

    def __init__(self, search: HybridSearch, config: PassagesConfig | None = None) -> None:
        self.search, self.snapshot = search, search.snapshot
        self.config = config or PassagesConfig()
        self.sentences = SentenceSearch(search)
        self.naming = TextNaming(self.snapshot.sentences.texts)
        self.places = Places(search)
        self.weigher = Weigher(search, self.config)
        self.quoting = Quoting(self.snapshot, self.config)

    def read(self, part: str, context: Context, whole: str = "", ended: bool = False) -> Told:
        """What the added texts say of a part; `whole`: the message, whose texts are those of a part that names none;
        `ended`: what texts said that are no longer in force is wanted too, as it is of one that is named firmly."""
        question = context.question
        if not len(self.snapshot.sentences):
            return Told(Named(rest=part))
        named = self.naming.read(question.raw)
        if whole and not named.sources and (before := self.naming.read(whole)).firm:
            named = replace(before, rest=named.rest)
        placed = self.places.of(question, named)
        if placed and self.places.asked(question, named):
            return Told(named, whole=placed)
        among = named.sources if named.firm else ()
        vector = self.search.vector(named.rest) if named.sources and analyse(named.rest) else context.vector
        text, ended = named.rest or question.query, ended or named.firm
        pieces = self.sentences.find(vector, text, question.as_of, question.domains, among, ended=ended)
        if placed:
            pieces = [p for p in pieces if p.position in placed] or pieces
        quotes = sorted(self.weigher.weighed(pieces, context, named), key=lambda q: (-q.score, q.piece.row))
        return Told(named, quotes, near=[q.passage for q in _apart(quotes)][:3])

    def answers(self, told: Told, rival: Rival) -> bool:
        """Whether the added texts answer, and better than what is ours."""
        return bool(told.whole) if told.whole or told.best is None else self.margin(told, rival) >= 0

    def margin(self, told: Told, rival: Rival) -> float:
        """How far the best sentence stands above not answering, or above what is ours where no text is named."""
        head = self.config.says if told.named.firm else self.config.wins
        margin = head.margin(deciding(told.quotes, rival))
        if not rival.fragment or told.named.firm or self._spoken_of(told.quotes[0]):
            return margin
        return margin - self.config.fragment

    def _spoken_of(self, best: Quoted) -> bool:
        """Whether a text is named, or is one of the asker's own that what was said before rests on: one of the
        register is cited beside our notices without having been spoken of."""
        own = best.passage.source_id not in self.naming.registered
        return bool(best.features["pointed"] or (own and best.features["context"]))

    def answer(self, part: Part, told: Told, rival: Rival, shown: set[int]) -> PlannedPart | None:
        """The part answered from the added texts; missing, when it names a text that does not say; None when our own
        statements are to answer it."""
        if told.whole:
            if held := self.places.whole(told.whole, shown):
                return PlannedPart(part.text, part.likeliest, "answered", held)
            return None
        named, best = told.named, told.best
        ours, missing = rival.option, rival.missing
        noticed = not (missing or named.firm) and self._noticed(told, rival)
        if best is None or noticed or not self.answers(told, rival):
            known = ours is not None and any(self.of_text(self.snapshot.open_passage(i), named) for i in ours.head)
            if named.firm and not (known and not missing):
                comes_near = best is not None and self.margin(told, rival) >= self.config.near_margin
                held = self.quoting.shown(told.quotes, shown)[:1] if comes_near else ()
                return PlannedPart(part.text, part.likeliest, shown=held, silent=named.titles, near=tuple(told.near))
            return None
        held = self.quoting.shown(told.quotes, shown)
        if not held:
            return None
        return PlannedPart(part.text, part.likeliest, "answered", held, score=best.score)

    def of_field(self, told: Told, rival: Rival) -> bool:
        """Whether the added texts answer a message that is not of our field."""
        best, c = told.best, self.config
        if told.whole or best is None:
            return bool(told.whole)
        return best.features["passage"] >= c.field and self.margin(told, rival) >= c.outside

    def nearest(self, part: Part, told: Told, rival: Rival, shown: set[int]) -> PlannedPart | None:
        """A part that nothing answers, with the sentence of an added text that comes near, as what it is; nearer still
        when it is not of our field."""
        best, c = told.best, self.config
        if best is None or told.named.firm or best.features["passage"] < (c.field if rival.outside else c.near_words):
            return None
        if self.margin(told, rival) < (0.0 if rival.outside else -c.aside):
            return None
        held = self.quoting.shown(told.quotes, shown)[:1]
        silent = (best.passage.source_title,)
        return (
            PlannedPart(part.text, part.likeliest, shown=held, silent=silent, near=tuple(told.near)) if held else None
        )

    def beside(self, planned: PlannedPart, told: Told, rival: Rival, shown: set[int]) -> PlannedPart:
        """What our statements answer, with the sentence of an added text that answers nearly as well beside them."""
        best = told.best
        if best is None or told.whole or told.named.firm or planned.state not in ("answered", "computed", "denied"):
            return planned
        if planned.told or planned.title or self.margin(told, rival) < -self.config.aside:
            return planned
        if self._noticed(told, rival):
            return planned
        held = self.quoting.shown(told.quotes, {*shown, *(s.position for s in planned.shown)})[:1]
        return replace(planned, shown=(*planned.shown, *(replace(s, place="then") for s in held)))

    def _noticed(self, told: Told, rival: Rival) -> bool:
        """Whether a statement of ours is the notice of the very article, and says as much (it cites it first)."""
        ours, best = rival.option, told.best
        if ours is None or best is None:
            return False
        head = [self.snapshot.open_passage(p) for p in ours.head]
        if not any(set(p.keys) & set(best.passage.keys) for p in head):
            return False
        as_much = ours.features["coverage"] >= best.features["covered"] - self.config.as_much
        return as_much or self.margin(told, rival) < self.config.plainly

    def of_text(self, passage: Passage, named: Named) -> bool:
        """Whether a passage is of a text that is named, or what we know of that very text."""
        b = passage.based_on
        return passage.source_id in named.sources or (b is not None and bool({b.source_id, *b.also} & named.sources))


def _apart(quotes: Sequence[Quoted]) -> list[Quoted]:
    """The best of each passage."""
    return list({q.piece.position: q for q in reversed(quotes)}.values())[::-1]
