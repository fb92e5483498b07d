"""The invariants of a plan, as properties: of the questions of the reference set, alone and put together, over
the real corpus and the real model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.planning.local import PlanConfig
from assistant.planning.plan import Plan, PlannedPart
from assistant.reading.message import Message
from assistant.service import Service
from evals.reference_set import load_reference
from ingest.corpus.cards import Card
from tests.drawn import by_day

ASKED = sorted({q.question for q in load_reference().questions})
MESSAGES = st.one_of(
    st.sampled_from(ASKED),
    st.tuples(st.sampled_from(ASKED), st.sampled_from(ASKED)).map(" ".join),
    st.tuples(st.integers(2, 5000), st.sampled_from(ASKED)).map(lambda m: f"On est {m[0]} salariés. {m[1]}"),
)
DAYS = st.one_of(st.none(), st.dates(date(2022, 1, 1), date(2029, 1, 1)))


@given(MESSAGES, DAYS)
@by_day(40)
def test_any_plan_holds(real: Service, text: str, as_of: date | None) -> None:
    service = real
    from assistant.dialogue.turns import Asked

    message = service.engine.read(Asked(text, as_of=as_of), None)
    plan = service.engine.local.plan(message)
    assert plan.faults() == []
    if not plan.out_of_scope:
        assert list(misplaced(service, plan, message)) == []
    assert list(out_of_force(service, plan, message)) == []
    assert list(unheld(service, plan, message)) == []
    assert list(unearned(service, plan)) == []


def misplaced(service: Service, plan: Plan, message: Message) -> Iterator[str]:
    """Parts that are not those of the message, in its order; the steps of a part tell the phrases behind it too, or all
    of the message."""
    asked = list(message.parts)
    for part in plan.parts:
        if asked and asked[0].text == part.about:
            del asked[0]
        elif part.title is None or part.about != message.question.raw:
            yield part.about
        while asked and part.title and part.card and service.engine.local.demarches.tells(part.card, asked[0]):
            del asked[0]
    yield from (p.text for p in asked)


def out_of_force(service: Service, plan: Plan, message: Message) -> Iterator[str]:
    """What is shown and is not in force on the day."""
    eligible = service.engine.search.eligible(message.question.as_of, ())
    for shown in plan.shown():
        if not eligible[shown.position]:
            yield shown.passage.text


def unheld(service: Service, plan: Plan, message: Message) -> Iterator[tuple[str, str]]:
    """What a statement shown misleads without, that is neither shown, nor out of force, nor contradicted, nor over the
    cap on reserves."""
    planner = service.engine.local
    asked = [p.text for p in message.parts]
    eligible = service.engine.search.eligible(message.question.as_of, ())
    held = {s.position for s in plan.shown()}
    cited = {p.id for s in plan.shown() if s.step for p in s.step.cited}
    held |= {p for pid in cited if (p := service.snapshot.position(pid)) is not None}
    for part in plan.parts:
        if part.title is not None:  # `corpus check` closes the steps of a démarche
            continue
        if len(part.placed("needs")) >= PlanConfig().needs:
            continue
        for shown in part.placed("head", "then", "needs"):
            for sid in shown.passage.statement.needs if shown.passage.statement else ():
                position = planner.options.positions.get(sid)
                if position is None or position in held or not eligible[position]:
                    continue
                statement = service.snapshot.open_passage(position).statement
                n = asked.index(part.about) if part.about in asked else None
                own = planner.parts.readings(message, n, ()) if n is not None else ()
                readings = (message.question, *own)  # a part may be of another genre than the message
                if statement and all(planner.options.fits(statement, q, message.case) for q in readings):
                    yield str(shown.passage.statement and shown.passage.statement.id), sid


def unearned(service: Service, plan: Plan) -> Iterator[str]:
    """Verdicts that come neither from a rule, nor from a ruling, nor from a card, nor from a statement that bears one."""
    cards: dict[str, Card] = {c.id: c for c in service.snapshot.cards.cards}
    for part in plan.parts:
        if part.rule is not None:  # what a rule says, its cases hold it to
            continue
        if part.verdict in ("yes", "no") and not (part.because or _of_card(part, cards) or _of_head(part)):
            yield f"{part.about} : {part.verdict}"
        if part.verdict == "depends" and not (part.depends_on or part.because):
            yield f"{part.about} : depends"


def _of_card(part: PlannedPart, cards: dict[str, Card]) -> bool:
    return part.card is not None and cards[part.card].verdict == part.verdict


def _of_head(part: PlannedPart) -> bool:
    statement = part.head.passage.statement if part.head else None
    return statement is not None and statement.polarity.value != "fait"
