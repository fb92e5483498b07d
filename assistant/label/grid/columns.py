"""Which column is what: a guess by its name and by what it holds, each with a confidence and its reasons.

Guarantee: a guess is a proposal; name and content are told apart in the reasons, and content that contradicts a name
lowers the confidence. The same table always gives the same guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.label.grid.mapping import ColumnMapping, letter
from assistant.label.grid.table import CODE, Table
from assistant.label.grid.words import ROLE_NAMES, Role, answer, header_roles, mandatory, plain
from assistant.label.score.points import BadPointsError, points
from ingest.corpus.criteria import DEPARTMENT_LABELS
from ingest.documents.cells import Cell

Confidence = Literal["haute", "moyenne", "basse"]

_LEAST = 30
_SAMPLES = 4
_LEVEL = re.compile(r"^(?:niveau |palier |level |n)?\d$")
_DEPARTMENTS = {w for label in DEPARTMENT_LABELS.values() for w in plain(label).split() if len(w) > 3} | {
    "hmc", "deco", "lumiere", "machinerie", "regie", "postprod", "vfx", "sfx", "dit", "comedie", "casting", "catering",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column: what it seems to be, how surely (0–100), why, and some of its cells."""

    column: int
    letter: str
    name: str
    role: Role | None
    score: int
    confidence: Confidence
    reasons: tuple[str, ...]
    samples: tuple[str, ...]
    hidden: bool


_Chosen = tuple[int, Role | None, tuple[str, ...]]
_Scored = tuple[int, int, Role, tuple[str, ...]]


def guess_columns(table: Table) -> tuple[ColumnGuess, ...]:
    """A guess for each column of a table."""
    scored: list[_Scored] = []
    cells = {c: [cell for r in table.rows if (cell := r.cell(c)) and cell.text] for c in range(table.width)}
    for column, held in cells.items():
        named = dict(header_roles(_name(table, column)))
        for role in ROLE_NAMES:
            total, reasons = _score(role, named.get(role, 0), held, _name(table, column))
            if total >= _LEAST:
                scored.append((total, column, role, reasons))
    chosen: dict[int, _Chosen] = {}
    taken: set[Role] = set()
    for total, column, role, reasons in sorted(scored, key=lambda s: (-s[0], s[1])):
        if column in chosen or (role in taken and not (role == "points" and _by_level(table, column, chosen))):
            continue
        chosen[column] = (total, role, reasons)
        taken.add(role)
    _second_points(table, chosen, taken)
    _only_description(chosen)
    return tuple(_guess(table, c, held, chosen.get(c), scored) for c, held in cells.items() if held or _name(table, c))


def guessed_mapping(guesses: tuple[ColumnGuess, ...]) -> ColumnMapping:
    """The mapping that the guesses amount to. A department seen in the cells alone is left for a person to accept."""
    sure = [
        g
        for g in guesses
        if g.role and (g.role in ("code", "title", "description", "obtained") or _says(g.name, g.role))
    ]
    one = {str(g.role): g.column for g in sure if g.role != "points"}
    return ColumnMapping(points=tuple(g.column for g in sure if g.role == "points"), **one)


def _guess(table: Table, column: int, held: list[Cell], found: _Chosen | None, scored: list[_Scored]) -> ColumnGuess:
    if found is None:
        near = max((s for s in scored if s[1] == column), default=None)
        why = (*near[3], f"mais une autre colonne est déjà « {ROLE_NAMES[near[2]].lower()} »") if near else ()
        found = (0, None, why or ("rien ne la reconnaît",))
    score, role, reasons = found
    samples = tuple(dict.fromkeys(cell.text[:80] for cell in held))[:_SAMPLES]
    name, hidden = _name(table, column), column in table.hidden_columns
    return ColumnGuess(column, letter(column), name, role, score, _confidence(score), reasons, samples, hidden)


def _only_description(chosen: dict[int, _Chosen]) -> None:
    """A description where nothing else is a title is the title."""
    found = {role: column for column, (_, role, _) in chosen.items()}
    if "title" not in found and (column := found.get("description")) is not None:
        score, _, reasons = chosen[column]
        chosen[column] = (score, "title", (*reasons, "aucune autre colonne n'est l'intitulé"))


def _second_points(table: Table, chosen: dict[int, _Chosen], taken: set[Role]) -> None:
    """A second column of points that never exceeds the first is what was obtained: a proposal."""
    first = next((c for c, (_, role, _) in chosen.items() if role == "points"), None)
    if first is None or "obtained" in taken:
        return
    for column in range(table.width):
        if column in chosen or not _says(_name(table, column), "points"):
            continue
        pairs = [(_value(r.cell(column)), _value(r.cell(first))) for r in table.rows]
        told = [(a, b) for a, b in pairs if a is not None]
        if told and all(b is not None and a <= b for a, b in told):
            reasons = (f"des points, jamais plus que ceux de la colonne {letter(first)} : ceux obtenus ?",)
            chosen[column] = (50, "obtained", reasons)
            return


def _value(cell: Cell | None) -> Decimal | None:
    try:
        return points(cell)
    except BadPointsError:
        return None


def _says(name: str, role: Role) -> bool:
    return role in dict(header_roles(name))


def _name(table: Table, column: int) -> str:
    names = table.header.names
    return names[column] if column < len(names) else ""


def _by_level(table: Table, column: int, chosen: dict[int, _Chosen]) -> bool:
    """Whether this column of points goes with the one already chosen: « Points / Niveau 1 », « Points / Niveau 2 »."""
    others = [c for c, (_, role, _) in chosen.items() if role == "points"]
    names = [plain(_name(table, c)) for c in (column, *others)]
    return all(re.search(r"\b(?:niveau|palier|level) ?\d\b|\bn ?\d\b", n) for n in names) and len(set(names)) > 1


def _score(role: Role, named: int, held: list[Cell], name: str) -> tuple[int, tuple[str, ...]]:
    share, why = _CONTENT[role](held) if held else (0.0, "")
    content = round(100 * share)
    reasons: list[str] = []
    if named:
        reasons.append(f"son nom « {name[:60]} » dit « {ROLE_NAMES[role].lower()} »")
    if not held:
        reasons.append("colonne vide")
        return round(0.6 * named), tuple(reasons)
    if content >= 50 and why:
        reasons.append(f"{why} ({content} % des cellules)")
    if not named:
        return round(0.45 * content) if role in _BY_CONTENT and content >= 80 else 0, tuple(reasons)
    if content < 50 and role in _STRICT:
        reasons.append(f"mais son contenu n'y ressemble pas ({content} % des cellules)")
        return round(0.4 * named), tuple(reasons)
    return round(0.7 * named + 0.3 * content), tuple(reasons)


def _confidence(score: int) -> Confidence:
    return "haute" if score >= 75 else "moyenne" if score >= 50 else "basse"


def _share(held: list[Cell], test: Callable[[Cell], bool]) -> float:
    return sum(map(test, held)) / len(held)


def _codes(held: list[Cell]) -> tuple[float, str]:
    own = [c for c in held if not c.filled]
    if not own:
        return 0.0, ""
    numbered = all(c.text.isdigit() for c in own) and len({c.text for c in own}) == len(own)
    share = 1.0 if numbered else _share(own, lambda c: bool(CODE.match(c.text)))
    varied = len({c.text for c in own}) / len(own)
    return share * varied, "numéros tous différents" if numbered else "codes de la forme A1 ou 2.3"


def _titles(held: list[Cell]) -> tuple[float, str]:
    long = _share(held, lambda c: len(c.text) >= 20 and c.kind == "text")
    own = [c.text for c in held if not c.filled]
    return (long * len(set(own)) / len(own) if own else 0.0), "phrases différentes"


def _numbers(held: list[Cell]) -> tuple[float, str]:
    def good(cell: Cell) -> bool:
        try:
            return points(cell) is not None
        except BadPointsError:
            return cell.kind == "formula"

    return _share(held, good), "nombres"


def _few(held: list[Cell]) -> tuple[float, str]:
    """Short texts that come again."""
    counts = Counter(c.text for c in held)
    again = sum(n for n in counts.values() if n > 1) / len(held)
    return again * _share(held, lambda c: c.kind == "text" and 2 < len(c.text) <= 60), "textes courts répétés"


def _departments(held: list[Cell]) -> tuple[float, str]:
    return _share(held, lambda c: bool(set(plain(c.text).split()) & _DEPARTMENTS)), "noms de départements"


_CONTENT: dict[Role, Callable[[list[Cell]], tuple[float, str]]] = {
    "code": _codes,
    "title": _titles,
    "description": _titles,
    "poste": _few,
    "department": _departments,
    "mandatory": lambda held: (_share(held, lambda c: mandatory(c.text) is not None), "oui, non ou une croix"),
    "points": _numbers,
    "obtained": _numbers,
    "level": lambda held: (_share(held, lambda c: bool(_LEVEL.match(plain(c.text)))), "niveaux"),
    "answer": lambda held: (_share(held, lambda c: answer(c.text) is not None), "réponses"),
    "evidence": lambda held: (_share(held, lambda c: c.kind == "text" and len(c.text) > 10), "textes"),
    "comment": lambda held: (_share(held, lambda c: c.kind == "text"), "textes"),
}
_STRICT: set[Role] = {"points", "obtained", "mandatory", "code", "level"}
"""Roles whose content cannot be anything."""
_BY_CONTENT: set[Role] = {"code", "title", "department"}
"""Roles that content alone may give: a column of bare numbers is not taken for points."""
