"""What is said of how a workbook was read: rows set aside, remarks, and what a person must decide beside totals.

Guarantee: what is not plain is told with its rows or cells; a doubt is a sentence that stands on its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.label.grid.account import Aside
from assistant.label.grid.mapping import ColumnMapping
from assistant.label.grid.rows import RowReader
from assistant.label.grid.sheets import Source
from assistant.label.grid.subtotals import HEAD_OF, TOTAL_OF
from assistant.label.grid.table import CODE, Table
from assistant.label.projects.projects import GridCriterion
from assistant.label.score.points import some

_NAMED = 6
"""How many cells or rows a message names."""


def rows_aside(
    tables: Sequence[tuple[Table, ColumnMapping]], readers: Sequence[tuple[Table, ColumnMapping, RowReader]]
) -> tuple[Aside, ...]:
    """The rows of the sheets that are read which are no criterion, each with why."""
    out: list[Aside] = []
    for (table, _), (_, _, reader) in zip(tables, readers, strict=True):
        texts = {r.number: next((c.text for c in r.cells if c and c.text), "")[:60] for r in table.rows}
        found = [
            *((r.number, _text(r.cells), "au-dessus de l'en-tête") for r in table.above),
            *((n, text, "titre de section") for n, text in table.titles),
            *((r.number, _text(r.cells), "total du classeur") for r in table.totals),
            *((n, "", "en-tête répété") for n in table.repeated),
            *((n, texts.get(n, ""), why) for n, why in reader.aside),
        ]
        out += [Aside(table.sheet, n, text, why) for n, text, why in sorted(found)]
    return tuple(out)


def _text(cells: Sequence[object]) -> str:
    return next((t for c in cells if (t := getattr(c, "text", ""))), "")[:60]


def reading_doubts(
    source: Source, criteria: Sequence[GridCriterion], readers: Sequence[tuple[Table, ColumnMapping, RowReader]],
    tables: Sequence[tuple[Table, ColumnMapping]],
) -> list[str]:  # fmt: skip
    """What a person must decide, beside totals."""
    out = [
        f"Feuille « {left.sheet.name} » non lue ({some(len(left.sheet.rows), 'ligne')}) : {left.why}."
        for left in source.left
        if left.suspect
    ]
    for table, mapping, reader in readers:
        where = f" sur « {table.sheet} »" if len(readers) > 1 else ""
        if stray := [(n, why) for n, why in reader.aside if why.startswith("sans code")]:
            out.append(f"Lignes sans code, intitulé ni points{where}, mises de côté : {named([n for n, _ in stray])}.")
        if lone := _lone_titles(table):
            told = named([f"{n} « {text[:40]} »" for n, text in lone])
            out.append(f"Lignes lues comme titres, sans critère dessous{where} : {told}.")
        if reader.uncoded:
            told = named([f"{n} « {text[:40]} »" for n, text in reader.uncoded])
            out.append(f"Lignes sans code, comptées comme critères{where} : {told}.")
        if summed := [(n, why) for n, why in reader.aside if why in (TOTAL_OF, HEAD_OF)]:
            texts = {r.number: next((c.text for c in r.cells if c and c.text), "") for r in table.rows}
            told = named([f"{n} « {texts.get(n, '')[:40]} »" for n, _ in summed])
            out.append(f"Lignes sans code, somme d'autres lignes, non comptées{where} : {told}.")
        columns = table.title_columns
        among = [(n, t) for n, t in table.titles if mapping.code is not None and columns.get(n) == mapping.title]
        if among:
            told = named([f"{n} « {text[:40]} »" for n, text in among])
            out.append(f"Lignes de la colonne des intitulés lues comme titres de section{where} : {told}.")
        if reader.unsure:
            cells = named(reader.unsure)
            out.append(f"« Obligatoire » : réponse non comprise{where}, laissée inconnue ({cells}).")
        if reader.uncounted:
            out.append(f"« Points obtenus » : formules jamais calculées{where}, non lues ({named(reader.uncounted)}).")
    if none := [c.key for c in criteria if c.points is None and not c.mandatory]:
        out.append(f"Sans points dans le classeur, donc hors du score : {named(none)}.")
    accounted = sum(len(t.rows) for t, _ in tables)
    if any(c for c in criteria if not c.row) or accounted < len(criteria):
        out.append("Le compte des lignes ne tombe pas juste.")
    return out


def _lone_titles(table: Table) -> list[tuple[int, str]]:
    """Section titles with no row under them: notes at the foot, or criteria that lost their cells."""
    under = set(table.sections.values())
    return [(n, text) for n, text in table.titles if text not in under]


def about_sheet(table: Table, mapping: ColumnMapping) -> list[str]:
    """What a person should know of how a sheet was read."""
    out: list[str] = []
    if table.hidden_rows:
        out.append(f"Lignes masquées dans le classeur, comptées ici : {named(list(table.hidden_rows))}.")
    if used := [c for c in table.hidden_columns if mapping.role_of(c)]:
        out.append(f"Colonnes masquées dans le classeur, lues ici : {', '.join(table.header.names[c] for c in used)}.")
    if table.titles:
        told = named([f"{n} « {text[:40]} »" for n, text in table.titles])
        out.append(f"Lues comme titres de section, pas comme critères : lignes {told}.")
    if table.repeated:
        out.append(f"En-tête répété, sauté : lignes {named(list(table.repeated))}.")
    return out


def about_grid(criteria: Sequence[GridCriterion], mappings: Sequence[ColumnMapping], source: Source) -> list[str]:
    """What a person should know of the whole grid."""
    out: list[str] = []
    if bare := [c.key for c in criteria if c.points is None and c.mandatory]:
        out.append(f"Obligatoires sans points : {named(bare)}. Ils comptent comme conditions, pas dans le score.")
    if any(c.levels for c in criteria):
        out.append("Critères à niveaux : le plus haut donne les points possibles, les niveaux ne s'ajoutent pas.")
    if all(m.mandatory is None and m.mandatory_fill is None for m in mappings):
        out.append("Le classeur n'a pas de colonne « obligatoire » : les critères obligatoires sont inconnus.")
    if odd := [c.key for c in criteria if c.code and not CODE.match(c.code) and not c.code.isdigit()]:
        out.append(f"Codes d'une forme inhabituelle : {named(odd)}.")
    if source.kind == "csv" and len(criteria) < 5:
        out.append(f"{some(len(criteria), 'critère')} seulement : vérifiez le séparateur du fichier CSV.")
    if hidden := [f"« {x.sheet.name} »" for x in source.left if x.sheet.hidden and not x.suspect]:
        out.append(f"Feuilles masquées non lues : {', '.join(hidden)}.")
    return out


def named(items: list[int] | list[str], limit: int = _NAMED) -> str:
    """`1, 2, 3` or `1, 2… (12 en tout)`."""
    shown = ", ".join(str(i) for i in items[:limit])
    return shown if len(items) <= limit else f"{shown}… ({len(items)} en tout)"
