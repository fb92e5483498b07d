"""Questions about the caller's own project: « Qu'est-ce qu'il me manque pour la régie ? ».

Guarantee: deterministic, and shy: a question is taken here only when it asks what is left, says whose (me, nous, mon
dossier…), and names nothing but a department, a poste, a threshold, the label or a project. Everything else is a
question about the rules, and goes the ordinary way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.label.frameworks import folded
from assistant.label.projects.projects import Project, Row
from ingest.corpus.criteria import DEPARTMENT_LABELS, Department

_LEFT = re.compile(
    r"\b(?:(?:me|nous|m|lui) (?:manque|manquent|reste|restent)|(?:manque|reste) t il\b|qu est ce qui (?:manque|reste)"
    r"|(?:ce|qu) (?:qui |il )?(?:manque|reste)|reste a (?:faire|fournir|prouver)"
    r"|(?:dois|doit|devons|faut) (?:je |on |nous |il )?encore"
    r"|ou en (?:suis je|sommes nous|est on|est (?:mon|notre|le|ma|la))|avancement (?:du|de (?:mon|notre|la|ma))"
    r"|(?:what am i|what are we|what s|what is|am i|are we) (?:still )?missing|what(?: s| is) left|what remains)\b"
)
_OURS = re.compile(r"\b(?:me|m|nous|mon|ma|mes|notre|nos|je|on|dossier|projet|grille|label|my|our|i|we|project)\b")
_TARGET = re.compile(r"\b(?:pour|for)\b (?P<what>.+)$")
_PLAIN = frozenset(
    folded(
        "le la les mon ma notre nos mes du au a l d de des et en dans avoir obtenir atteindre finir terminer completer "
        "rendre boucler deposer etre pret prete passer label ecoprod dossier projet grille audit auditeur seuil "
        "critere criteres preuve preuves afnor spec 2308 departement poste equipe pour cent percent the my our "
        "department project file grid threshold to reach get"
    ).split()
)
"""Words that name no subject of their own: « pour avoir le label », « for my project »."""
_NEXT = re.compile(r"^(?:et|and|puis) (?:(?:pour|en|a|au|aux|a la|cote|du cote de|for|in) )?(?P<what>.+)$")
_POSTE = re.compile(r"\bposte ([a-z]|\d)\b")
_PERCENT = re.compile(r"\b(\d{1,3}) ?(?:%|pour ?cent|percent)")
_ALIASES = {
    Department.DIRECTION: r"direction de la societe",
    Department.ADMINISTRATION: r"administrat\w+",
    Department.BUREAU: r"bureaux?|offices?",
    Department.REALISATION: r"realisat\w+",
    Department.MISE_EN_SCENE: r"mise en scene",
    Department.REPERAGES: r"reperages?|locations?",
    Department.REGIE: r"regie|regisseur\w*|unit management",
    Department.TRANSPORT: r"transports?|deplacements?|vehicules?|travel",
    Department.CANTINE: r"cantine|catering|repas|table",
    Department.DECORATION: r"deco|decors?|decorat\w+|sets?",
    Department.CONSTRUCTION: r"construction|constructeurs?",
    Department.COSTUMES: r"costum\w+|habill\w+|hmc",
    Department.MAQUILLAGE_COIFFURE: r"maquill\w+|coiff\w+|hmc|make up|hair",
    Department.IMAGE: r"image|camera",
    Department.ELECTRICITE: r"elec|electric\w*|electro|lumieres?|lighting",
    Department.SON: r"(?:le|du|au|pour le|departement) son|sound",
    Department.MACHINERIE: r"machin\w+|grip",
    Department.EFFETS_SPECIAUX: r"effets speciaux|sfx|vfx",
    Department.POST_PRODUCTION: r"post ?prod\w*|montage",
    Department.DONNEES: r"dit|donnees",
    Department.PRODUCTION: r"(?<!post )(?:(?:la|en|a la|departement|for|the) )production",
}


@dataclass(frozen=True, slots=True)
class ProjectQuestion:
    """What is asked of a project: its departments (empty: all), a poste, a threshold in percent."""

    departments: tuple[str, ...] = ()
    poste: str = ""
    target: int | None = None

    @property
    def scope(self) -> str:
        """What the question is limited to, in French; empty for the whole project."""
        return ", ".join(self.departments) or self.poste

    def takes(self, row: Row) -> bool:
        """Whether a row is asked about."""
        if self.departments and not any(row.acts(d) for d in self.departments):
            return False
        return not self.poste or row.poste == self.poste


def may_ask(question: str) -> bool:
    """Whether a question could be about a project: cheap, before any project is looked up."""
    text = folded(question)
    return bool(_LEFT.search(text) and _OURS.search(text))


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
    if not may_ask(question):
        return None
    text = folded(question)
    for title in sorted((folded(t) for t in titles if folded(t)), key=len, reverse=True):
        text = re.sub(rf"\b(?:dans |sur |pour |for |in )?(?:le dossier |le projet )?{re.escape(title)}\b", "", text)
    return _scoped(text, question, rows, _TARGET)


def read_next(question: str, rows: Sequence[Row]) -> ProjectQuestion | None:
    """« Et pour la déco ? » after an answer about a project; None when it names no part of it."""
    if not may_go_on(question):
        return None
    found = _scoped(folded(question), question, rows, _NEXT)
    return found if found and (found.departments or found.poste) else None


def _scoped(text: str, question: str, rows: Sequence[Row], target: re.Pattern[str]) -> ProjectQuestion | None:
    there = list(dict.fromkeys(d for r in rows for d in r.departments))
    departments: list[str] = []
    rest = text
    for department, pattern in _ALIASES.items():
        if re.search(rf"\b(?:{pattern})\b", rest):
            departments.append(DEPARTMENT_LABELS[department])
            rest = re.sub(rf"\b(?:{pattern})\b", "", rest)
    for name in there:
        if name not in departments and folded(name) and re.search(rf"\b{re.escape(folded(name))}\b", rest):
            departments.append(name)
            rest = re.sub(rf"\b{re.escape(folded(name))}\b", "", rest)
    poste = ""
    if m := _POSTE.search(rest):
        poste = next((r.poste for r in rows if folded(r.poste).split()[:1] == [m[1]]), "")
        rest = rest.replace(m[0], "") if poste else rest
    percent = _PERCENT.search(question.lower())
    left = target.search(" ".join(rest.split()))
    if left and not all(word in _PLAIN or word.isdigit() for word in left["what"].split()):
        return None
    return ProjectQuestion(tuple(departments), poste, int(percent[1]) if percent else None)
