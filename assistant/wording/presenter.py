"""The answer as it leaves the pipeline: outcome and reason, parts, numbered sentences, what to do next, warnings, what
comes near, whom to ask.

Guarantee: prose is what the verifier kept, or fixed sentences of ours; the rest is data beside it, told apart.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Literal

from assistant.answer import (
    Answer,
    CaseItem,
    NextStep,
    Notice,
    Outcome,
    PartView,
    ProjectRef,
    Reason,
    Receipt,
    Searched,
    Timings,
    Understood,
)
from assistant.checking.verifier import Verifier
from assistant.dialogue.recall import standalone
from assistant.planning.plan import Plan, PlannedPart
from assistant.reading.dates import AsOf, say_date
from assistant.reading.message import Message
from assistant.reading.turn import ON_THE_ANSWER
from assistant.search.hybrid import HybridSearch
from assistant.wording import notes
from assistant.wording.citations import Numbering
from assistant.wording.composer import Draft, Line
from assistant.wording.figures import case_words, fact_words
from assistant.wording.layout import lay_out
from assistant.wording.phrases import (
    DISCLAIMER,
    DUE,
    FAILED,
    NOT_FOUND,
    NOT_IN_FORCE,
    OUT_OF_SCOPE,
    PROOFS,
    SILENT,
    UNWRITTEN,
    WRITTEN,
)
from assistant.wording.replies import detail_of
from ingest.clock import FACT_BASE_DATE, Clock
from ingest.corpus.glossary import Glossary
from ingest.corpus.register import Contact, Domain
from ingest.language.claims import Language
from ingest.passages.passages import Passage


class Presenter:
    """Presents the answers of one engine."""

    def __init__(
        self,
        search: HybridSearch,
        verifier: Verifier,
        glossary: Glossary,
        contacts: dict[str, Contact],
        sources: int,
        clock: Clock,
    ) -> None:
        self.search, self.snapshot = search, search.snapshot
        self.verifier, self.glossary, self.contacts, self.sources, self.clock = (
            verifier, glossary, contacts, sources, clock,
        )  # fmt: skip

    def present(
        self,
        message: Message,
        plan: Plan,
        draft: Draft,
        kept: Sequence[Line],
        later: Passage | None,
        timings: Timings,
        conversation_id: str,
    ) -> Answer:
        """The answer to a message: the lines `kept` when there are any, else why there are none."""
        question, lang = message.question, message.question.language
        numbering = Numbering()
        warnings: list[Notice] = []
        laid = lay_out(plan, kept, numbering, lang)
        steps = [line for line in kept if line.place == "next"]
        said = [line for line in kept if line.place != "next"]
        outcome, reason = _outcome(plan, bool(said), later)
        vague = len(plan.parts) == 1 and plan.parts[0].state == "missing"
        depends = next((p.depends_on for p in plan.parts if p.depends_on and (vague or p.state != "missing")), None)
        detail = detail_of(depends, self.glossary, lang) if depends else None
        if said:
            body = laid.markdown
            next_steps = tuple(
                NextStep(
                    text=line.sentence.text,
                    citations=numbering.cite(line.sentence),
                    due=_due(line.passage, question.today),
                )
                for line in steps
            )
            warnings = self._warnings(message, draft, [line.passage for line in said], numbering)
        else:
            next_steps = ()
            if later is not None and reason == "not_in_force":
                note = notes.version_note("upcoming", later, question)
                warnings = [Notice(kind="upcoming", text=note.sentence.text, citations=numbering.cite(note.sentence))]
            body = (
                (detail.ask if detail else "")
                or silent(plan, lang)
                or {"out_of_scope": OUT_OF_SCOPE, "not_in_force": NOT_IN_FORCE}.get(reason or "", NOT_FOUND)[lang]
            )
        passages = [line.passage for line in said]
        ours = notes.nearest_domains(plan.near)
        wanted = [p.whom.id for p in plan.parts if p.whom]
        wanted = wanted or [c for p in passages if p.statement for c in p.statement.contacts]
        show_contacts = bool(wanted) or (outcome != "answered" and reason not in ("out_of_scope", "unclear"))
        return Answer(
            conversation_id=conversation_id,
            message_id=secrets.token_urlsafe(12),
            question=message.text,
            as_of=question.as_of.day,
            understood=understood(message),
            outcome=outcome,
            reason=reason,
            parts=tuple(self._view(p, laid.sentences.get(n, ()), lang) for n, p in enumerate(plan.parts)),
            shape=_shape(plan),
            next=next_steps,
            depends_on=detail,
            answer=body,
            written=tuple(laid.written) if said else (),
            citations=tuple(numbering.citations()),
            warnings=tuple(warnings),
            near=notes.near(next((p.near for p in plan.parts if p.near), plan.near))
            if outcome == "abstained" and reason != "out_of_scope"
            else (),
            searched=Searched(domains=question.domains or tuple(Domain), sources=self.sources),
            contacts=notes.cards(self.contacts, wanted, question.domains or ours[:1]) if show_contacts else (),
            follow_ups=((detail.ask,) if detail else ())
            + (notes.follow_ups(self.search, question, passages) if said else ()),
            alternatives=tuple(a for p in plan.parts for a in p.others),
            engine=draft.engine,
            receipt=Receipt(
                snapshot=self.snapshot.manifest.name,
                corpus_version=self.snapshot.manifest.corpus_version,
                passages={p.id: p.sha256 for p in numbering.passages()},
                timings_ms=timings,
                model=draft.model,
                said=_said(kept),
            ),
            disclaimer=_by(draft, kept, lang) + DISCLAIMER[lang].format(date=say_date(FACT_BASE_DATE, lang)),
        )

    def again(self, message: Message, body: str, numbering: Numbering, conversation_id: str) -> Answer:
        """An answer made of the one on screen, or of fixed words alone."""
        lang = message.question.language
        return Answer(
            conversation_id=conversation_id,
            message_id=secrets.token_urlsafe(12),
            question=message.text,
            as_of=message.question.as_of.day,
            understood=understood(message).model_copy(update={"act": message.act, "question": message.text}),
            outcome="answered",
            answer=body,
            citations=tuple(numbering.citations()),
            receipt=Receipt(
                snapshot=self.snapshot.manifest.name,
                corpus_version=self.snapshot.manifest.corpus_version,
                passages={p.id: p.sha256 for p in numbering.passages()},
            ),
            disclaimer=DISCLAIMER[lang].format(date=say_date(FACT_BASE_DATE, lang)),
        )

    def _view(self, part: PlannedPart, sentences: Sequence[int], language: str) -> PartView:
        head = part.head.passage.statement if part.head else None
        labels = self.glossary.facets.get("acteur", {})
        actors = part.bound.split(", ") if part.bound else head.acteur if head else ()
        bound = ", ".join(labels[a].label for a in actors if a in labels)
        said: Language = "en" if language == "en" else "fr"
        facts = dict.fromkeys(fact for o in part.openings.values() for fact in o.said)
        days = [*(o.due for o in part.openings.values()), *(s.step.due for s in part.shown if s.step)]
        dues = {say_date(day, said) for day in days if day}
        reasons = [*(case_words(r, said) for r in part.because), *(fact_words(n, w, said) for n, w in facts)]
        reasons += [DUE[said].format(day=day) for day in sorted(dues)]
        because = " ; ".join(reasons)
        return PartView(
            about=part.about,
            state=part.state,
            verdict=part.verdict,
            strength=part.strength,
            bound=bound or None,
            regime=part.head.passage.regime.value if part.head else None,
            because=because or None,
            sentences=tuple(sentences),
            rule=part.rule,
            card=part.card,
            title=part.title.of(said) if part.title else None,
            answers_to=part.answers_to or None,
        )

    def _warnings(
        self, message: Message, draft: Draft, passages: Sequence[Passage], numbering: Numbering
    ) -> list[Notice]:
        out, question = [], message.question
        recent = notes.RECENT if draft.model is None or not draft.model.lines else notes.JUST_NOW
        said_before = message.act in ON_THE_ANSWER  # beside the answer that it is made from
        timed = [] if said_before else notes.time_notes(self.search, question, passages, recent)
        shown = [n for n in timed if not self.verifier.faults(n.sentence, AsOf(date.min, date.max, "today"))]
        # A disagreement states two values that exclude one another: no passage supports the sentence whole.
        for note in (*shown, *notes.conflict_notes(question, draft.disagreements, passages)):
            out.append(Notice(kind=note.kind, text=note.sentence.text, citations=numbering.cite(note.sentence)))
        if due := notes.stale_days(passages, self.clock()):
            out.append(Notice(kind="stale", text=notes.stale_text(due, question)))
        for p in numbering.passages():
            if text := notes.undated_text(p, question):
                out.append(Notice(kind="stale", text=text))
                break
        return out


def _outcome(plan: Plan, said: bool, later: Passage | None) -> tuple[Outcome, Reason | None]:
    """Answered iff every part is; a missing part makes it partial, and so does a verdict that depends."""
    if not said:
        if plan.out_of_scope:
            return "abstained", "out_of_scope"
        if len(plan.parts) == 1 and plan.parts[0].depends_on:
            return "partial", "unclear"
        return "abstained", "not_in_force" if later is not None else "not_found"
    if any(p.state in ("missing", "not_in_force") for p in plan.parts):
        return "partial", "not_found"
    if any(p.verdict == "depends" for p in plan.parts):
        return "partial", "unclear"
    return "answered", "false_premise" if any(p.premise for p in plan.parts) else None


def _by(draft: Draft, kept: Sequence[Line], language: Language) -> str:
    """Who wrote what is shown, and by how many texts it is proved, or why no model did; empty where none was asked."""
    if draft.model is not None and (reason := draft.model.fallback):
        return UNWRITTEN[language].format(model=draft.model.name, why=FAILED[language].get(reason, reason))
    proofs = {c.passage.id for line in kept if line.sentence.written for c in line.sentence.cited}
    if not proofs or draft.model is None:
        return ""
    one, many = PROOFS[language]
    told = one if len(proofs) == 1 else many.format(n=len(proofs))
    return WRITTEN[language].format(model=draft.model.name, n=told)


def _said(kept: Sequence[Line]) -> tuple[str, ...]:
    """The words of the case that the written lines may say, besides the message."""
    return tuple(dict.fromkeys(w for line in kept if line.sentence.written for w in line.sentence.given))


def _shape(plan: Plan) -> Literal["sentence", "steps", "table", "cases"]:
    """The shape of an answer of one part; a letter is sentences."""
    shape = plan.parts[0].shape if len(plan.parts) == 1 else "sentence"
    return "sentence" if shape == "letter" else shape


def silent(plan: Plan, language: Language) -> str | None:
    """That the texts which a message names do not say, when nothing else answers it."""
    titles = list(dict.fromkeys(t for p in plan.parts for t in p.silent))
    if not titles:
        return None
    return SILENT[language].format(titles=", ".join(f"« {t} »" for t in titles[:3]))


def _due(passage: Passage, today: date) -> date | None:
    """The one date of a step, when its statement gives it in full and it is still to come."""
    s = passage.statement
    days = []
    for value in s.values if s else ():
        if value.kind == "date":
            try:
                days.append(date.fromisoformat(str(value.value)))
            except ValueError:
                continue
    return days[0] if len(days) == 1 and days[0] >= today else None


def understood(message: Message) -> Understood:
    """How a message was understood, as it is shown."""
    q = message.question
    quantities = [
        CaseItem(field=f.value, value=c.value if c.value is not None else (c.low, c.high), said=c.said, from_=c.origin)
        for f, c in message.case.items()
    ]
    known = message.known
    of_project = known.dates if known else {}
    days = [
        CaseItem(
            field=n.value,
            value=d.start.isoformat() if d.day else f"{d.start.isoformat()}/{d.end.isoformat()}",
            said=d.said,
            from_="message" if n in q.dates else "project" if d is of_project.get(n) else "earlier",
        )
        for n, d in message.dates.items()
    ]
    return Understood(
        question=standalone(q),
        as_of=q.as_of.day,
        as_of_reason="today" if q.as_of.day == q.today else q.as_of.reason,  # « en 2026 » is this year
        domains=q.domains,
        profile=q.profile,
        language=q.language,
        facets=q.facets,
        follow_up=q.follow_up,
        case=(*quantities, *days),
        project=ProjectRef(id=known.project_id, title=known.title) if known else None,
    )
