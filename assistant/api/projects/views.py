"""What goes in and out of `/api/projects`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from assistant.api.schemas import Sent, View
from assistant.planning.sayings import Saying
from assistant.project.projects import Given, Picked, Project, Text, Title, all_given
from assistant.project.questions import Question
from assistant.project.sheet import Row, Sheet
from assistant.project.steps import Todo
from assistant.project.words import Speaker
from ingest.corpus.intake import FIELDS, Intake
from ingest.corpus.register import Domain
from ingest.corpus.rules import Stage, Subject


class NewProject(Sent):
    """A project to make. `picked`: choices of the form (`GET /api/projects/form`); `given`: facts by name, as
    `POST /api/obligations` takes them."""

    title: Title
    note: Text = ""
    picked: dict[str, str | list[str]] = Field(default_factory=dict, max_length=10)
    given: Given = Field(default_factory=dict, max_length=60)


class ProjectEdit(Sent):
    """Fields to change; those that are not sent stay. A fact of `given` that is null goes; the others stay. `revision`
    is the one that the change is based on."""

    title: Title | None = None
    note: Text | None = None
    picked: dict[str, str | list[str]] | None = Field(default=None, max_length=10)
    given: Given | None = Field(default=None, max_length=60)
    done: dict[str, dt.date | None] | None = Field(default=None, max_length=400)
    aside: list[str] | None = Field(default=None, max_length=400)
    label: str | None = None
    revision: int | None = Field(default=None, ge=1, le=1 << 53, strict=True)


class ProjectView(View):
    """A project; `facts`: everything that it says, its choices among it."""

    id: str
    title: str
    note: str
    picked: Picked
    given: Given
    facts: Given
    done: dict[str, dt.date]
    aside: tuple[str, ...]
    label: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    revision: int

    @classmethod
    def of(cls, project: Project, form: Intake) -> ProjectView:
        """The view of a project."""
        return cls.read(project, facts=all_given(project, form))


class ProjectList(BaseModel):
    """The caller's projects, the last changed first."""

    projects: list[ProjectView]


class ChoiceView(BaseModel):
    """One choice of the form."""

    id: str
    label: str
    label_en: str
    sets: dict[str, tuple[str, ...]]


class FormView(BaseModel):
    """The form: choices by field, then figures and days asked as they are."""

    choices: dict[str, list[ChoiceView]]
    figures: list[str]
    days: list[str]

    @classmethod
    def of(cls, form: Intake) -> FormView:
        """The view of the form."""
        choices = {
            field: [ChoiceView(id=c.id, label=c.label, label_en=c.en, sets=c.sets) for c in form.choices(field)]
            for field in FIELDS
        }
        return cls(choices=choices, figures=[f.value for f in form.figures], days=[d.value for d in form.days])


class StepView(BaseModel):
    """A step of a démarche that fulfils an obligation; `due`: where the project's days tell."""

    demarche: str
    do: str
    due: dt.date | None

    @classmethod
    def of(cls, todo: Todo, say: Speaker) -> StepView:
        """The view of a step."""
        return cls(demarche=todo.demarche.id, do=todo.step.do.of(say.language), due=todo.due)


class RowView(BaseModel):
    """What one rule says of the project. `verdict` answers `settles`; `mine`: it binds the production itself;
    `subject`: the environment, people, or the keeping of an aid."""

    rule: str
    name: str
    settles: str
    stage: Stage
    regime: str
    group: str
    verdict: Literal["yes", "no", "depends", "open"]
    strength: Literal["firm", "likely"]
    force: str
    bound: list[str]
    mine: bool
    because: list[str]
    verdict_said: str = Field(description="the verdict in words, where what is shown says the rule that spares it")
    subject: Subject
    documents: list[str]
    due: dt.date | None
    delay: str = Field(description="when `due` waits for a day of the project: the delay, in words")
    done: dt.date | None
    shown: tuple[Saying, ...]
    needs: tuple[Saying, ...]
    missing: list[str] = Field(description="the questions that turn what is not settled")
    next: tuple[Saying, ...]
    steps: list[StepView]

    @classmethod
    def of(cls, row: Row, sheet: Sheet, say: Speaker) -> RowView:
        """The view of a row."""
        o = row.obligation
        return cls(
            rule=row.rule.id,
            name=say.name(row.rule),
            settles=say.settles(row.rule),
            stage=row.stage,
            regime=row.rule.regime.value,
            group=o.group,
            verdict=o.decided.outcome.verdict if o.decided.outcome else "open",
            strength=o.strength,
            force=row.force.value,
            bound=say.bound(row.rule),
            mine=row.mine,
            because=say.because(row, sheet),
            verdict_said=say.verdict(row).strip(),
            subject=row.rule.subject,
            documents=say.papers(row),
            due=row.due,
            delay=say.delay(row.waits) if row.waits else "",
            done=row.done,
            shown=row.shown,
            needs=row.needs,
            missing=say.wanted(row, sheet),
            next=row.next,
            steps=[StepView.of(todo, say) for todo in row.steps],
        )


class QuestionView(BaseModel):
    """A fact that would settle rules; `values`: what answers it, for a facet."""

    field: str
    value: str | None
    ask: str
    kind: Literal["choice", "figure", "day"]
    values: tuple[str, ...]
    settles: list[str]

    @classmethod
    def of(cls, question: Question, say: Speaker) -> QuestionView:
        """The view of a question."""
        return cls(
            field=question.field,
            value=question.value,
            ask=question.ask if say.language == "fr" else question.ask_en,
            kind=question.kind,
            values=question.values,
            settles=[r.id for r in question.rules],
        )


class SectionView(BaseModel):
    """One moment of the work: what binds, what the rules do not settle, the rules that one more fact would settle."""

    stage: Stage
    title: str
    binding: list[RowView]
    depends: list[RowView]
    open: list[str]


class SheetView(BaseModel):
    """What the rules say of a project on a day."""

    project: str
    on: dt.date
    rules: int = Field(description="rules in force that day")
    sections: list[SectionView]
    questions: list[QuestionView]
    chances: list[RowView]
    sanctions: list[RowView]
    told: list[RowView]
    outside: list[RowView]

    @classmethod
    def of(cls, sheet: Sheet, say: Speaker) -> SheetView:
        """The view of a sheet."""

        def rows(found: tuple[Row, ...]) -> list[RowView]:
            return [RowView.of(r, sheet, say) for r in found]

        return cls(
            project=sheet.project.id,
            on=sheet.on,
            rules=sheet.rules,
            sections=[
                SectionView(
                    stage=s.stage,
                    title=say.stage(s.stage),
                    binding=rows(s.binding),
                    depends=rows(s.depends),
                    open=[o.rule.id for o in s.open],
                )
                for s in sheet.sections
            ],
            questions=[QuestionView.of(q, say) for q in sheet.questions],
            chances=rows(sheet.chances),
            sanctions=rows(sheet.sanctions),
            told=rows(sheet.told),
            outside=rows(sheet.outside),
        )


class Invite(Sent):
    """`renew`: the invitation before no longer opens the project."""

    renew: StrictBool = False


class Invitation(BaseModel):
    """An address to give to a colleague."""

    token: str
    path: str


class Join(Sent):
    """An invitation, and the name that the history will show."""

    token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""


class NewWatch(Sent):
    """What to follow: a project, else a domain."""

    project: str | None = None
    domain: Domain | None = None


class WatchView(BaseModel):
    """A secret link, and its two addresses."""

    token: str
    project: str | None
    domain: Domain | None
    feed: str
    calendar: str


class WatchList(BaseModel):
    """The caller's links."""

    watches: list[WatchView]


class FromChat(Sent):
    """The answer whose case goes into a project."""

    message_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
