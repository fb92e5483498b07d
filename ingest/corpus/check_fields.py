"""The typed fields of a statement: who is bound, by which bounds, with what beside it, law or only a bill.

Guarantee: a rule says whom it binds in words of the glossary; a quantity of a case can be compared with its bounds; the
statements that it needs exist, hold when it holds, and do not need it back; a bill is never told as law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter

from ingest.corpus.check_wordings import untyped_figures
from ingest.corpus.fiches import CaseField, Nature, Polarity, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.problems import Placed, Problem, error, warning

UNITS: Mapping[CaseField, frozenset[str]] = {
    field: frozenset(units.split(" | "))
    for field, units in {
        CaseField.HEADCOUNT: "salariés",
        CaseField.TURNOVER: "EUR",
        CaseField.BALANCE_SHEET: "EUR",
        CaseField.BUDGET: "EUR",
        CaseField.AD_SPEND: "EUR",
        CaseField.CONSUMPTION: "kWh | MWh | GWh",
        CaseField.SURFACE: "m²",
        CaseField.POWER: "kW | kVA",
        CaseField.EMISSIONS: "g CO2/km | t CO2e | kg CO2e",
        CaseField.DURATION: "heures | jours | mois | ans",
        CaseField.DISTANCE: "m | km",
        CaseField.HEIGHT: "m",
        CaseField.PEOPLE: "personnes",
        CaseField.VOLUME: "L | m³ | L/semaine | m³/semaine | repas/jour",
        CaseField.WEIGHT: "kg | t",
        CaseField.SHARE: "%",
        CaseField.SCORE: "% | points",
        CaseField.LEVEL: "niveau | étoiles",
        CaseField.NOISE: "dB(A) | dB",
        CaseField.AMOUNT: "EUR | unités",
        CaseField.POPULATION: "habitants",
        CaseField.AGE: "ans | mois",
    }.items()
}
"""The units that a bound of each field may be given in."""
_BILL = (
    r"(?:pro(?:jet|position)s? (?:de (?:loi|directive|règlement|décret|ordonnance|résolution)|d'(?:acte|arrêté|ordonnance))|"
    r"projet [A-Z]{4,}|(?:sous-)?amendements?)\b"
)
_OPENS_ON_A_BILL = re.compile(
    rf"^(?:(?:Selon|D'après)\s)?(?:L[ea]s?\s|l[ea]s?\s|[LlDd]'|[Uu]ne?\s|[Cc]ett?e?\s){_BILL}"
)
_VOTED = re.compile(
    r"\b(?:Assemblée(?: nationale)?|Sénat|Parlement(?: européen)?|députés|sénateurs|commission mixte(?: paritaire)?)\s"
    r"(?:a|ont)\s(?:\w+\s)?(?:voté|adopté|supprimé|conservé|rejeté)"
)
_ENACTED = re.compile(
    r"\b(?:promulgu\w+|publiée? au|devenue?s?|est une loi|entrée? en vigueur|loi n°|définitivement)\b"
)


def check_fields(s: Statement, where: str, glossary: Glossary) -> list[Problem]:
    """The typed fields of one statement, by themselves."""
    out = []
    for facet, values in (*s.facets.items(), ("acteur", s.acteur)):
        for value in values:
            if value not in glossary.facets.get(facet, {}):
                out.append(error("facet", where, f"valeur de facette inconnue : {facet} = {value}"))
    if s.polarity is not Polarity.FAIT and not s.acteur:
        out.append(error("acteur", where, f"{s.polarity.value} sans acteur : qui est visé ?"))
    return out + _check_nature(s, where) + _check_bounds(s, where) + _check_values(s, where)


def _check_nature(s: Statement, where: str) -> list[Problem]:
    if s.nature is Nature.PROJET:
        if s.polarity is Polarity.FAIT:
            return []
        return [error("bill_norm", where, f"un projet n'oblige ni ne permet : polarity {s.polarity.value}")]
    speaks = _OPENS_ON_A_BILL.search(s.text) or _VOTED.search(s.text)
    if s.nature is Nature.DROIT and speaks and not _ENACTED.search(s.text):
        said = f"« {speaks.group(0)} » : nature projet, ou dire la loi qui en est issue"
        return [error("bill_as_law", where, said)]
    return []


def _check_bounds(s: Statement, where: str) -> list[Problem]:
    out = [
        error("bound_unit", where, f"bounds : {b.field.value} en « {b.unit} » ({', '.join(sorted(UNITS[b.field]))})")
        for b in s.bounds
        if b.unit not in UNITS[b.field]
    ]
    if s.polarity is not Polarity.FAIT and not s.bounds and any(v.kind == "seuil" for v in s.values):
        out.append(warning("threshold_unbound", where, "un seuil dans values, aucune borne (bounds)"))
    return out


def _check_values(s: Statement, where: str) -> list[Problem]:
    out = [
        error("value_missing", where, f"values : le chiffre {figure} de text n'y est pas")
        for figure in untyped_figures(s)
    ]
    out += [
        warning("value_of", where, f"values : {v.value} sans « of » : qu'est-ce qui est compté ?")
        for v in s.values
        if v.kind != "date" and not v.of
    ]
    return out


def check_needs(rows: list[Placed], others: Iterable[Statement], today: date) -> list[Problem]:
    """What statements need: it exists, holds when they hold, and does not need them back."""
    known = {s.id: s for s in (*(p.statement for p in rows), *others)}
    out = []
    for where, s in ((p.where, p.statement) for p in rows):
        for need in s.needs:
            if need not in known:
                out.append(error("needs", where, f"needs : énoncé inconnu : {need}"))
            elif s.in_force.contains(today) and not known[need].in_force.contains(today):
                out.append(error("needs_out_of_force", where, f"needs : {need} n'est pas en vigueur, la règle l'est"))
    places = {p.statement.id: p.where for p in rows}
    graph = {p.statement.id: {n for n in p.statement.needs if n in known} for p in rows}
    for circle in _circles(graph):
        out.append(error("needs_circle", places[circle[0]], f"needs : en rond ({' → '.join(circle)})"))
    return out


def _circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The circles of a graph, each once, until none is left."""
    out: list[list[str]] = []
    left = {node: set(after) for node, after in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
            return out
        except CycleError as exc:
            circle = list(exc.args[1])[::-1]
            out.append(circle)
            left[circle[0]].discard(circle[1])
