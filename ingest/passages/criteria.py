"""Criteria → passages: each criterion is found, cited and opened like any other statement.

Guarantee: a citation of a criterion carries no confidence that it does not have.
"""

from __future__ import annotations

from ingest.corpus.criteria import Criterion, Framework, Poste, framework_source_id
from ingest.corpus.criteria_statements import criterion_statement, poste_statement
from ingest.corpus.fiches import Statement
from ingest.corpus.register import Register
from ingest.language.sentences import upper_first
from ingest.passages.passages import Passage, linked, notice_passage


def criterion_passages(framework: Framework, register: Register) -> list[Passage]:
    """One passage a criterion, and one a group of criteria, in the order of the framework."""
    name, notice = framework.name.fr, framework_source_id(framework.id)
    out: list[Passage] = []
    for poste in framework.postes:
        section = f"{upper_first(framework.poste_word.fr)} {poste.code}, {poste.name}"
        rows: list[tuple[Statement, Criterion | None, str, tuple[str, ...]]] = [
            (
                poste_statement(framework, poste), None, f"{framework.poste_word.fr} {poste.code} ({name})",
                (f"{framework.id}:poste:{poste.code}", *(f"{framework.id}:critere:{code}" for code in poste.missing)),
            )
        ]  # fmt: skip
        for c in framework.of_poste(poste.code):
            locator = f"critère {c.code} ({name})" if c.code else f"critère sans numéro connu, {c.short.fr} ({name})"
            keys = (f"{framework.id}:critere:{c.code}",) if c.code else ()
            rows.append((criterion_statement(framework, c), c, locator, keys))
        for s, criterion, locator, codes in rows:
            out.append(
                notice_passage(
                    s,
                    register.get(s.source.id),
                    kind="criterion",
                    source_id=notice,
                    source_title=framework.title,
                    locator=locator,
                    keys=codes,
                    heading_path=(framework.title, section),
                    index_text=_indexed(framework, poste, criterion, s),
                    domains=framework.domains,
                    position=len(out),
                    confidence=criterion.confidence if criterion else poste.confidence,
                )
            )
    return linked(out)


def _indexed(framework: Framework, poste: Poste, c: Criterion | None, s: Statement) -> str:
    """What a passage is found by. The words that all criteria share (whose wording, who proposes the evidence) are left
    out: they would make all their vectors alike."""
    if c is None:
        return f"{framework.name.fr} › {poste.name}. {s.text} {' '.join(s.asked_as)}"
    code = f"critère {c.code} : " if c.code else ""
    return (
        f"{framework.name.fr} › {poste.name}. {upper_first(code + c.short.fr)}. {upper_first(c.intent.fr)}. "
        f"{upper_first(c.evidence.fr)}. {' '.join(s.asked_as)}"
    )
