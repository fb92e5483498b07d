"""The answer as it leaves the pipeline: outcome and reason, numbered sentences, warnings, what comes near, whom to ask.

Guarantee: prose is what the verifier kept, or fixed sentences of ours; the rest is data beside it, told apart.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from assistant.answer import Answer, Notice, Outcome, Reason, Receipt, Searched, Timings, Understood
from assistant.checking.verifier import Sentence, Verifier
from assistant.dialogue.recall import standalone
from assistant.planning.abstention import Verdict, depends_on
from assistant.planning.ranking import Selection, Selector
from assistant.planning.told import told
from assistant.reading.dates import AsOf, say_date
from assistant.reading.question import Question
from assistant.search.hybrid import Candidates
from assistant.wording import notes
from assistant.wording.citations import Numbering, paragraphs
from assistant.wording.extractive import Draft
from assistant.wording.phrases import (
    DEPENDS,
    DISCLAIMER,
    FACET_NAMES,
    FACET_QUESTIONS,
    NOT_FOUND,
    NOT_IN_FORCE,
    OUT_OF_SCOPE,
    PART_MISSING,
)
from ingest.clock import FACT_BASE_DATE, Clock
from ingest.corpus.register import Contact, Domain
from ingest.passages.passages import Passage


class Presenter:
    """Presents the answers of one engine."""

    def __init__(
        self, selector: Selector, verifier: Verifier, contacts: dict[str, Contact], sources: int, clock: Clock
    ) -> None:
        self.search, self.snapshot = selector.search, selector.search.snapshot
        self.selector, self.verifier, self.contacts, self.sources, self.clock = (
            selector, verifier, contacts, sources, clock,
        )  # fmt: skip

    def present(
        self,
        said: str,
        question: Question,
        candidates: Candidates,
        selections: Sequence[Selection],
        verdicts: Sequence[Verdict],
        draft: Draft,
        kept: Sequence[Sentence],
        later: Passage | None,
        timings: Timings,
        conversation_id: str,
    ) -> Answer:
        """The answer to what was `said`: the sentences `kept` when there are any, else why there are none."""
        numbering = Numbering()
        lang = question.language
        warnings: list[Notice] = []
        outcome: Outcome
        reason: Reason | None
        open_facet = _open_facet(question, selections, verdicts) if len(selections) == 1 else None
        if kept:
            body = paragraphs(kept, draft.used, numbering, lang)
            missing = [
                s.text
                for s, v in zip(selections, verdicts, strict=True)
                if len(selections) > 1
                and not (v.chosen and draft.says(v.chosen))
                and not told(self.selector, s.text, question, draft.used)
            ]
            outcome, reason = ("partial", "not_found") if missing else ("answered", _first_reason(verdicts))
            if open_facet:
                outcome, reason = "partial", "unclear"
                body = f"{DEPENDS[lang].format(facet=FACET_NAMES[lang][open_facet])} {body}"
            body += "".join("\n\n" + PART_MISSING[lang].format(part=part) for part in missing)
            warnings = self._warnings(question, draft, numbering)
        else:
            outcome, reason = (
                "abstained",
                next((v.reason for v in verdicts if v.reason and v.kind == "abstain"), "not_found"),
            )
            if later is not None and reason == "not_in_force":
                note = notes.version_note("upcoming", later, question)
                warnings = [Notice(kind="upcoming", text=note.sentence.text, citations=numbering.cite(note.sentence))]
            body = {"out_of_scope": OUT_OF_SCOPE, "not_in_force": NOT_IN_FORCE}.get(reason or "", NOT_FOUND)[lang]
        ours = notes.nearest_domains(candidates)
        wanted = [c for u in draft.used if u.statement for c in u.statement.contacts] if kept else []
        show_contacts = bool(wanted) or (outcome != "answered" and reason != "out_of_scope")
        return Answer(
            conversation_id=conversation_id,
            message_id=secrets.token_urlsafe(12),
            question=said,
            as_of=question.as_of.day,
            understood=understood(question),
            outcome=outcome,
            reason=reason,
            answer=body,
            citations=tuple(numbering.citations()),
            warnings=tuple(warnings),
            near=notes.near(candidates) if outcome == "abstained" and reason != "out_of_scope" else (),
            searched=Searched(domains=question.domains or tuple(Domain), sources=self.sources),
            contacts=notes.cards(self.contacts, wanted, question.domains or ours[:1]) if show_contacts else (),
            follow_ups=(
                ((FACET_QUESTIONS[lang][open_facet],) if open_facet and kept else ())
                + (notes.follow_ups(self.search, question, draft.used) if kept else ())
            ),
            engine=draft.engine,
            receipt=Receipt(
                snapshot=self.snapshot.manifest.name,
                corpus_version=self.snapshot.manifest.corpus_version,
                passages={p.id: p.sha256 for p in numbering.passages()},
                timings_ms=timings,
                model=draft.model,
            ),
            disclaimer=DISCLAIMER[lang].format(date=say_date(FACT_BASE_DATE, lang)),
        )

    def _warnings(self, question: Question, draft: Draft, numbering: Numbering) -> list[Notice]:
        out = []
        shown = [
            note
            for note in notes.time_notes(self.search, question, draft.used)
            if not self.verifier.faults(note.sentence, AsOf(date.min, date.max, "today"))
        ]
        # A disagreement states two values that exclude one another: no passage supports the sentence whole.
        for note in (*shown, *notes.conflict_notes(question, draft.disagreements, draft.used)):
            out.append(Notice(kind=note.kind, text=note.sentence.text, citations=numbering.cite(note.sentence)))
        if due := notes.stale_days(draft.used, self.clock()):
            out.append(Notice(kind="stale", text=notes.stale_text(due, question)))
        for p in numbering.passages():
            if text := notes.undated_text(p, question):
                out.append(Notice(kind="stale", text=text))
                break
        return out


def _open_facet(question: Question, selections: Sequence[Selection], verdicts: Sequence[Verdict]) -> str | None:
    return next(
        (depends_on(question, s, v.chosen) for s, v in zip(selections, verdicts, strict=True) if v.chosen), None
    )


def _first_reason(verdicts: Sequence[Verdict]) -> Reason | None:
    return next((v.reason for v in verdicts if v.kind == "answer" and v.reason), None)


def understood(q: Question) -> Understood:
    """How a question was understood, as it is shown."""
    return Understood(
        question=standalone(q),
        as_of=q.as_of.day,
        as_of_reason=q.as_of.reason,
        domains=q.domains,
        profile=q.profile,
        language=q.language,
        facets=q.facets,
        follow_up=q.follow_up,
    )
