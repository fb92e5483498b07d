"""From proved lines to a plan and its sentences, as every answer is laid out and presented.

Guarantee: what is drawn is the proved lines, in the order of the reply, and statements in their own reviewed words; a
verdict stands only while the line that opens its part does; a part of which nothing stands is missing, with whom to
ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.planning.plan import Place, Plan, PlannedPart, Shown, State, Verdict
from assistant.reading.message import Message
from assistant.reading.question import Question
from assistant.wording.composer import Composer
from assistant.wording.composer import Line as Drawn
from assistant.writing.facts import said_in
from assistant.writing.headings import heading_of, showable
from assistant.writing.proof import ASK, NEXT, Line
from assistant.writing.reply import Ask, Reply, WrittenPart
from assistant.writing.request import Request
from ingest.corpus.cards import DependsOn

_SHORTEST = 8
"""Characters of a question that is asked back, at least."""


class Assembler:
    """Assembles answers; statements in their own words are the composer's."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer

    def assemble(
        self, message: Message, request: Request, reply: Reply, lines: Sequence[Line]
    ) -> tuple[Plan, list[Drawn]]:
        """The plan of a reply and what is shown of it."""
        question = message.question
        parts: list[PlannedPart] = []
        drawn: list[Drawn] = []
        several = len(reply.parts) > 1
        depends = _depends(reply.ask, request, [line.sentence.text for line in lines if line.part == ASK])
        for n, part in enumerate(reply.parts):
            mine = [line for line in lines if line.part == n]
            rows = self._draw(mine, len(parts), question, "head")
            opened = (bool(mine) and mine[0].written.text == part.lines[0].text) or any(
                line.mended for line in mine[:1]
            )
            planned = _part(part, message, request, bool(rows), opened, several)
            if not rows and planned.about == "" and parts:
                continue
            parts.append(planned)
            drawn += rows
        if not parts:
            parts = [PlannedPart(question.raw)] if reply.act != "out_of_field" else []
        if depends is not None:
            at = next((i for i, p in enumerate(parts) if p.verdict == "depends"), 0)
            parts = [replace(p, depends_on=depends) if i == at else p for i, p in enumerate(parts)]
        drawn += self._draw([line for line in lines if line.part == NEXT], 0, question, "next")
        near = () if any(p.state == "answered" for p in parts) else tuple(
            s.cited[0].passage for s in list(request.sources.values())[:3] if s.cited
        )  # fmt: skip
        return Plan(tuple(parts), out_of_scope=not parts, near=near), drawn

    def _draw(self, lines: Sequence[Line], part: int, question: Question, place: Place) -> list[Drawn]:
        """Lines as they are shown; those that cite nothing stand with what the others cite."""
        out: list[Drawn] = []
        passages = [c.passage for line in lines for c in line.sentence.cited]
        if not passages:
            return out
        for line in lines:
            at: Place = place if place == "next" or not out else "then"
            cited = [c.passage for c in line.sentence.cited] or passages
            if line.as_it_stands:
                out += self._as_it_stands(line, part, question, at)
            else:
                out.append(Drawn(line.sentence, part, at, cited[0]))
        return out

    def _as_it_stands(self, line: Line, part: int, question: Question, place: Place) -> list[Drawn]:
        """A statement, a step or a quote in its own words."""
        source = line.sources[0]
        shown = [
            Shown(source.piece.position, source.piece.passage, place, source.piece.spans)
        ] if source.piece else [source.step] if source.step else []  # fmt: skip
        if not shown:  # a rule is told by what it shows
            at = self.composer.search.snapshot.position(source.cited[0].passage.id)
            shown = [Shown(at, source.cited[0].passage, place)] if at is not None else []
        plan = Plan((PlannedPart(question.raw, state="answered", shown=tuple(shown)),))
        rows = self.composer.compose(question, plan).lines
        return [Drawn(row.sentence, part, place, row.passage, row.label) for row in rows]


def _part(
    part: WrittenPart, message: Message, request: Request, said: bool, opened: bool, several: bool
) -> PlannedPart:
    """A part of a reply, whose first line stands or not (`opened`)."""
    words = said_in(part.about, message.text)
    about = words if words and showable(words) else "" if several else message.question.raw
    state: State = "answered" if said else "missing"
    verdict: Verdict | None = None if part.verdict == "none" or not said or not opened else part.verdict
    if part.denies and said:
        state = "denied"
    matter = request.matters.get(part.rule)
    return PlannedPart(
        about,
        state=state,
        shape={"steps": "steps", "table": "table", "letter": "letter"}.get(part.shape, "sentence"),  # type: ignore[arg-type]
        verdict=verdict,
        rule=matter.rules[0].id if matter and verdict else None,
        premise=part.denies and said,
        whom=request.contacts.get(part.contact),
        heading=heading_of(about, message.text) if about and words else None,
    )


def _depends(ask: Ask | None, request: Request, proved: Sequence[str]) -> DependsOn | None:
    """What is asked back: a reviewed question, or one of the model's that was found to claim nothing."""
    if ask is None:
        return None
    if (wanted := request.wanted.get(ask.fact)) is not None:
        return DependsOn(field=wanted.field, ask=wanted.ask, ask_en=wanted.ask)
    text = next((t for t in proved if len(t) >= _SHORTEST and t.endswith("?") and showable(t)), None)
    return None if text is None else DependsOn(field="precision", ask=text, ask_en=text)
