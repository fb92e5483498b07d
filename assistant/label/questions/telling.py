"""What the project says in answer to a question: a sentence, and the criteria it is about, in order.

Guarantee: every figure is computed from the project's statuses, days and imported grid, by the same code as its pages;
without a grid, the sentence says that there is no score and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from assistant.label.projects.agenda import due_rows
from assistant.label.projects.progress import late, progress, status_line
from assistant.label.projects.projects import Project, Row
from assistant.label.questions.asking import ProjectQuestion
from assistant.label.score.points import in_points
from assistant.label.score.score import score_items
from assistant.label.score.tally import Item, items
from assistant.label.score.whatif import least_effort
from ingest.corpus.criteria import Framework
from ingest.errors import ClapvertError
from ingest.language.claims import Language

_HEAD = {"fr": "D'après votre dossier « {title} »{where} : ", "en": "According to your project “{title}”{where}: "}
_EMPTY = {"fr": "aucun critère n'y est rattaché.", "en": "no criterion is attached to it."}
_SCORE = {
    "fr": "Score sur la grille importée : {headline} ({points}).",
    "en": "Score on the imported grid: {headline} ({points}).",
}
_MUST = {
    "fr": "{n} obligatoires manquent : {keys}.",
    "en": "{n} mandatory criteria are missing: {keys}.",
}
_NEXT = {"fr": "prochaine échéance le {day}, {what}{who}.", "en": "next due on {day}: {what}{who}."}
_LATE = {"fr": " {n} en retard.", "en": " {n} late."}
_NO_DUE = {
    "fr": "aucune échéance n'est posée sur ce qui reste à faire.",
    "en": "nothing that is left has a due date.",
}
_KEYS = 6

Told = tuple[str, list[Row]]


def told(
    project: Project, framework: Framework, board: Sequence[Row], wanted: ProjectQuestion, today: dt.date,
    language: Language,
) -> Told:  # fmt: skip
    """The sentence, and the open criteria to list under it."""
    asked = [r for r in board if wanted.takes(r)]
    where = f", {wanted.scope}" if wanted.scope else ""
    head = _HEAD[language].format(title=project.title, where=where)
    if not asked:
        return head + _EMPTY[language], []
    if wanted.about == "due":
        return _due(head, asked, today, language)
    if wanted.about == "effort":
        return _effort(head, project, framework, board, wanted, language)
    left = [r for r in asked if r.state.open]
    if wanted.about == "score":
        left.sort(key=lambda r: (not _must(r), -(r.grid.points or 0) if r.grid else 0))
        return head + _lower(_score(project, framework, wanted, language)), left
    left.sort(key=lambda r: (not _must(r), not late(r, today), r.state.due or dt.date.max))
    scored = "" if wanted.scope or project.grid is None else _score(project, framework, wanted, language)
    return f"{head}{_left(asked, today, language)} {scored}".strip(), left


def _left(asked: Sequence[Row], today: dt.date, language: Language) -> str:
    whole = progress(asked, today).whole
    if language == "en":
        return f"{whole.done} of {whole.applicable} done, {whole.left} left to do, {whole.late} late."
    left = f"{whole.left} critère{'s restent' if whole.left > 1 else ' reste'} à faire"
    return f"{status_line(whole)} ; {left if whole.left else 'rien ne reste à faire'}."


def _score(project: Project, framework: Framework, wanted: ProjectQuestion, language: Language) -> str:
    """What the score says, with the thresholds and the mandatory criteria that are missing; why there is none."""
    try:
        found = score_items(items(project, framework, language), framework.thresholds, language)
    except ClapvertError as exc:
        return " ".join(t for t in (exc.message, exc.hint) if t)
    said = [_SCORE[language].format(headline=found.headline, points=in_points(found.obtained, language))]
    said += [v.sentence for v in found.verdicts if wanted.target in (None, v.minimum_percent)]
    if missing := found.mandatory.missing:
        keys = ", ".join(missing[:_KEYS]) + ("…" if len(missing) > _KEYS else "")
        said.append(_MUST[language].format(n=len(missing), keys=keys))
    return " ".join(said)


def _due(head: str, asked: Sequence[Row], today: dt.date, language: Language) -> Told:
    days = due_rows(asked)
    if not days:
        return head + _NO_DUE[language], []
    rows = [r for _, due in days for r in due]
    behind = [r for r in rows if late(r, today)]
    first = next((r for r in rows if not late(r, today)), rows[0])
    assert first.state.due is not None
    day = first.state.due.strftime("%d/%m/%Y" if language == "fr" else "%d %b %Y")
    what = " ".join(t for t in (first.code, f"« {first.title} »" if language == "fr" else f"“{first.title}”") if t)
    who = f" ({first.state.person})" if first.state.person else ""
    said = head + _NEXT[language].format(day=day, what=what, who=who)
    return said + (_LATE[language].format(n=len(behind)) if behind else ""), rows


def _effort(
    head: str, project: Project, framework: Framework, board: Sequence[Row], wanted: ProjectQuestion, language: Language
) -> Told:  # fmt: skip
    try:
        counted: list[Item] = items(project, framework, language)
    except ClapvertError as exc:
        return head + _lower(" ".join(t for t in (exc.message, exc.hint) if t)), []
    aimed = [t.minimum_percent for t in framework.thresholds if t.scheme == project.scheme]
    targets = [wanted.target] if wanted.target else aimed or [t.minimum_percent for t in framework.thresholds]
    plans = [least_effort(counted, target, language=language) for target in targets if target and 1 <= target <= 100]
    said = " ".join(line for plan in plans for line in plan.explanation)
    rows = {r.key: r for r in board}
    steps = list(dict.fromkeys(s.key for plan in plans for s in plan.steps))
    return head + said, [rows[key] for key in steps if key in rows]


def _must(row: Row) -> bool:
    return bool(row.grid and row.grid.mandatory)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
