"""Questions about the caller's own project: what is left, its score, what is due, the least effort to a threshold.

Guarantee: deterministic, and shy: a question is taken here only when it asks one of these, says whose (me, nous, mon
dossier, a person of the project…), and names nothing but a department, a poste, a person, a threshold, the label or a
project. Everything else is a question about the rules, and goes the ordinary way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.label.frameworks import folded
from assistant.label.projects.projects import Project, Row
from assistant.label.questions.named import departments_named, person_named

About = Literal["left", "score", "due", "effort"]
"""What is left to do, the score, what is due, the least effort to a threshold."""

_LEFT = re.compile(
    r"\b(?:(?:me|nous|m|lui) (?:manque|manquent|reste|restent)|(?:manque|reste) t il\b|qu est ce qui (?:manque|reste)"
    r"|(?:ce|qu) (?:qui |il )?(?:manque|reste)|reste a (?:faire|fournir|prouver)"
    r"|(?:dois|doit|devons|faut) (?:je |on |nous |il )?encore"
    r"|ou en (?:suis je|sommes nous|est on|est (?:mon|notre|le|ma|la))|avancement (?:du|de (?:mon|notre|la|ma))"
    r"|(?:what am i|what are we|what s|what is|am i|are we) (?:still )?missing|what(?: s| is) left|what remains)\b"
)
_SCORE = re.compile(
    r"\b(?:(?:mon|notre|my|our) (?:\w+ )?score|score (?:actuel|aujourd hui|du (?:dossier|projet)|de (?:mon|notre))"
    r"|(?:a|quel) score (?:suis je|sommes nous|on est|ai je|avons nous)"
    r"|combien de points (?:ai je|avons nous|j ai|on a|a t on|nous avons)|how many points (?:do|have) (?:i|we))\b"
)
_DUE = re.compile(
    r"\b(?:(?:ma|mes|nos|notre|my|our) (?:prochaines? |next )?(?:echeances?|deadlines?|due dates?)"
    r"|prochaines? echeances? (?:du|de (?:mon|notre)|dans (?:mon|notre)) |(?:quoi|qu est ce qui|que) est en retard"
    r"|suis je en retard|sommes nous en retard|en retard (?:dans|sur) (?:mon|notre|le) (?:dossier|projet)"
    r"|(?:what is|what s) (?:next|late) (?:in|on) (?:my|our))\b"
)
_EFFORT = re.compile(
    r"\b(?:(?:le )?(?:moins d|moindre) effort|least effort|au plus (?:vite|court|simple)|le plus (?:vite|simplement)"
    r"|(?:shortest|quickest|easiest) (?:way|path))\b"
)
_OURS = re.compile(r"\b(?:me|m|nous|mon|ma|mes|notre|nos|je|on|dossier|projet|grille|label|my|our|i|we|project)\b")
_TARGET = re.compile(r"\b(?:pour|for)\b (?P<what>.+)$")
_PLAIN = frozenset(
    folded(
        "le la les mon ma notre nos mes du au a l d de des et en dans avoir obtenir atteindre finir terminer completer "
        "rendre boucler deposer etre pret prete passer label ecoprod dossier projet grille audit auditeur seuil "
        "critere criteres preuve preuves afnor spec 2308 departement poste equipe pour cent percent the my our "
        "department project file grid threshold to reach get score moins moindre effort plus vite court simple "
        "possible points point schema performance engagement phase"
    ).split()
)
"""Words that name no subject of their own: « pour avoir le label », « for my project »."""
_NEXT = re.compile(r"^(?:et|and|puis) (?:(?:pour|en|a|au|aux|a la|cote|du cote de|for|in) )?(?P<what>.+)$")
_POSTE = re.compile(r"\bposte ([a-z]|\d)\b")
_REACH = re.compile(r"\b(?:\d{2} ?(?:pour ?cent|percent)?|seuil|label|threshold)\b")
_PERCENT = re.compile(r"\b(\d{1,3}) ?(?:%|pour ?cent|percent)")


@dataclass(frozen=True, slots=True)
class ProjectQuestion:
    """What is asked of a project: of what kind, its departments (empty: all), a poste, a person, a threshold in
    percent."""

    departments: tuple[str, ...] = ()
    poste: str = ""
    target: int | None = None
    about: About = "left"
    person: str = ""

    @property
    def scope(self) -> str:
        """What the question is limited to, in French; empty for the whole project."""
        return ", ".join([*self.departments, *(x for x in (self.poste, self.person) if x)])

    def takes(self, row: Row) -> bool:
        """Whether a row is asked about."""
        if self.departments and not any(row.acts(d) for d in self.departments):
            return False
        if self.person and row.state.person != self.person:
            return False
        return not self.poste or row.poste == self.poste


def may_ask(question: str) -> bool:
    """Whether a question could be about a project: cheap, before any project is looked up."""
    return _about(folded(question)) is not None


def _about(text: str) -> About | None:
    if _EFFORT.search(text) and _REACH.search(text):
        return "effort"
    if _DUE.search(text):
        return "due"
    if _SCORE.search(text):
        return "score"
    return "left" if _LEFT.search(text) else None


def may_go_on(question: str) -> bool:
    """Whether a question could go on with the project of the answer before."""
    text = folded(question)
    return bool(_NEXT.match(text)) and len(text.split()) <= 8


def named(question: str, projects: Sequence[Project]) -> list[Project]:
    """The projects whose title stands in a question, the longest titles first; all of them when none does."""
    text = f" {folded(question)} "
    found = [p for p in projects if folded(p.title) and f" {folded(p.title)} " in text]
    longest = max((len(folded(p.title)) for p in found), default=0)
    return [p for p in found if len(folded(p.title)) == longest] or list(projects)


def read_project_question(question: str, titles: Iterable[str], rows: Sequence[Row]) -> ProjectQuestion | None:
    """What a question asks of a project; None when it is no such question.

    Args:
        question: as it was put.
        titles: titles of the caller's projects: words of them are no subject of their own.
        rows: the board of the project that is meant, for its own departments and postes.
    """
    text = folded(question)
    about = _about(text)
    if about is None:
        return None
    whose = bool(_OURS.search(text)) or about != "left"
    for title in sorted((folded(t) for t in titles if folded(t)), key=len, reverse=True):
        text = re.sub(rf"\b(?:dans |sur |pour |for |in )?(?:le dossier |le projet )?{re.escape(title)}\b", "", text)
    found = _scoped(text, question, rows, _TARGET, about)
    return found if found and (whose or found.person) else None


def read_next(question: str, rows: Sequence[Row]) -> ProjectQuestion | None:
    """« Et pour la déco ? » after an answer about a project; None when it names no part of it."""
    if not may_go_on(question):
        return None
    found = _scoped(folded(question), question, rows, _NEXT)
    return found if found and (found.departments or found.poste or found.person) else None


def _scoped(
    text: str, question: str, rows: Sequence[Row], target: re.Pattern[str], about: About = "left"
) -> ProjectQuestion | None:
    departments, rest = departments_named(text, rows)
    person, rest = person_named(rest, rows)
    poste = ""
    if m := _POSTE.search(rest):
        poste = next((r.poste for r in rows if folded(r.poste).split()[:1] == [m[1]]), "")
        rest = rest.replace(m[0], "") if poste else rest
    percent = _PERCENT.search(question.lower())
    left = target.search(" ".join(rest.split()))
    if left and not all(word in _PLAIN or word.isdigit() for word in left["what"].split()):
        return None
    return ProjectQuestion(tuple(departments), poste, int(percent[1]) if percent else None, about, person)
