"""`corpus check`: what must hold of the corpus before anyone is answered from it.

Guarantee: a corpus without problems has statements that stand alone, whose `lead`, `en` and `text` make the same
claim with the same hedges, that name registered sources, known facets and whom they bind, and whose dates do not
contradict one another; plain sentences say no more than their statements; its cards show statements that exist, hold
and come with what they need; its rules cite the figures that they decide by, and their cases come out as expected; each
step of its démarches rests on statements that hold its figures. Warnings (review dates past, sources never cited, cards
read by nobody else) do not block.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.corpus.addresses import without_address
from ingest.corpus.cards import load_card_files
from ingest.corpus.check_cards import CardCounts, check_cards
from ingest.corpus.check_demarches import DemarcheCounts, check_demarches
from ingest.corpus.check_fields import check_needs
from ingest.corpus.check_rules import RuleCounts, check_rules
from ingest.corpus.check_statements import check_statement, check_together, unknown_contacts, unknown_sources
from ingest.corpus.check_texts import check_texts
from ingest.corpus.check_wordings import check_wordings
from ingest.corpus.criteria import FrameworkFile, load_frameworks
from ingest.corpus.criteria_statements import framework_statements
from ingest.corpus.fiches import FicheFile, load_fiches
from ingest.corpus.glossary import load_glossary
from ingest.corpus.problems import HeldTexts, Known, Placed, Problem, error, warning
from ingest.corpus.register import Rank, Register, load_contacts, load_register
from ingest.corpus.render import pages
from ingest.corpus.renderings import load_renderings
from ingest.language.claims import read_claim


@dataclass(frozen=True, slots=True)
class TextCounts:
    """Statements that cite an article: compared with a held text, or not."""

    checked: int
    not_checked: int


@dataclass(frozen=True, slots=True)
class Report:
    """Result of a check; `problems` are errors, `warnings` are not."""

    fiches: int
    statements: int
    criteria: int
    sources: int
    by_domain: dict[str, int]
    by_confidence: dict[str, int]
    by_role: dict[str, int]
    cards: CardCounts
    rules: RuleCounts
    demarches: DemarcheCounts
    texts: TextCounts
    without_address: tuple[str, ...]
    """Official texts of the register that only a person can get."""
    problems: list[Problem]
    warnings: list[Problem]

    def as_json(self) -> dict[str, Any]:
        """The shape of `corpus check --json`."""
        return asdict(self)


def check_corpus(corpus_dir: Path, today: date, held: HeldTexts | None = None) -> Report:
    """Check the whole corpus, against the official texts in hand where there are any.

    Raises `CORPUS_INVALID` only for files that cannot be read as what they are at all.
    """
    known = Known(
        register=load_register(corpus_dir),
        glossary=load_glossary(corpus_dir),
        contacts=frozenset(load_contacts(corpus_dir)),
        today=today,
        renderings=load_renderings(corpus_dir),
        held=held,
    )
    files, frameworks = load_fiches(corpus_dir), load_frameworks(corpus_dir)
    rows, found = _placed(files, corpus_dir), []
    for file in files:
        found += _check_fiche(file, {f.fiche.id for f in files})
    for place in rows:
        found += check_statement(place.statement, place.where, known)
    for framework in frameworks:
        found += _check_framework(framework, known, corpus_dir)
    criteria = [Placed(f.file.path.name, s) for f in frameworks for s, _ in framework_statements(f.framework)]
    found += check_together(rows, criteria)
    found += check_needs(rows, [p.statement for p in criteria], today)
    texts = check_texts(rows, known)
    carded, cards = check_cards(load_card_files(corpus_dir), [p.statement for p in rows], known, corpus_dir)
    ruled, rules = check_rules([p.statement for p in rows], known, corpus_dir)
    guided, demarches = check_demarches([p.statement for p in rows], known, corpus_dir)
    found += [*texts.problems, *carded, *ruled, *guided]
    found += _check_pages(corpus_dir, files, known.register)
    found += _never_cited(rows, frameworks, known.register)
    statements = [p.statement for p in rows]
    return Report(
        fiches=len(files),
        statements=len(rows),
        criteria=sum(len(f.framework.criteria) for f in frameworks),
        sources=len(known.register.sources),
        by_domain=dict(Counter(f.fiche.domain.value for f in files for _ in f.fiche.statements())),
        by_confidence=dict(Counter(s.confidence for s in statements)),
        by_role=dict(Counter(s.role.value for s in statements)),
        cards=cards,
        rules=rules,
        demarches=demarches,
        texts=TextCounts(texts.checked, texts.not_checked),
        without_address=tuple(s.id for s in without_address(known.register)),
        problems=[p for p in found if p.level == "error"],
        warnings=[p for p in found if p.level == "warning"],
    )


def _placed(files: list[FicheFile], corpus_dir: Path) -> list[Placed]:
    out = []
    for file in files:
        lines, path = file.lines(), file.file.path.relative_to(corpus_dir)
        out += [Placed(f"{path}:{lines[s.id]} {s.id}", s) for _, s in file.fiche.statements()]
    return out


def _check_fiche(file: FicheFile, known: set[str]) -> list[Problem]:
    fiche, where = file.fiche, file.file.path.name
    out = []
    if file.file.path.stem != fiche.id or file.file.path.parent.name != fiche.domain.value:
        out.append(error("fiche_path", where, "le fichier doit s'appeler <domaine>/<id>.yaml"))
    claim = read_claim(fiche.introduction)
    if claim.figures or claim.dates:
        said = "l'introduction porte un chiffre ou une date : seul un énoncé peut"
        out.append(error("introduction_claims", where, said))
    out += [error("see_also", where, f"fiche inconnue : {other}") for other in fiche.see_also if other not in known]
    return out


def _check_framework(file: FrameworkFile, known: Known, corpus_dir: Path) -> list[Problem]:
    """A framework names registered texts and people, and each of its criteria says the same in both languages."""
    framework, name = file.framework, str(file.file.path.relative_to(corpus_dir))
    register = known.register
    out = unknown_sources(name, (framework.source, *(t.source.id for t in framework.thresholds)), register)
    out += unknown_contacts(name, framework.contacts, known.contacts)
    if framework.source in register.sources and register.get(framework.source).work_id != framework.id:
        out.append(error("framework", name, f"{framework.source} n'est pas une version de {framework.id}"))
    if framework.review_by < known.today:
        out.append(warning("review_due", name, f"à revoir depuis le {framework.review_by.isoformat()}"))
    if file.file.path.stem != framework.id:
        out.append(error("framework_path", name, "le fichier doit s'appeler <id>.yaml"))
    for s, criterion in framework_statements(framework):
        where = f"{name}:{file.line(criterion)} {s.id}" if criterion else f"{name} {s.id}"
        impact = (criterion.impact.according_to,) if criterion and criterion.impact else ()
        out += unknown_sources(where, (s.source.id, *s.also, *impact), register)
        out += check_wordings(s, where, known.renderings)
    return out


def _check_pages(corpus_dir: Path, files: list[FicheFile], register: Register) -> list[Problem]:
    """The rendered pages, once there are any, are those of the fiches."""
    if not any((corpus_dir / "fiches").glob("*/*.md")) or any(
        s.source.id not in register.sources for f in files for _, s in f.fiche.statements()
    ):
        return []
    return [
        error("page_drift", path.name, "page absente ou en retard : lancez `clapvert corpus render`")
        for path, text in pages(corpus_dir, files, register).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _never_cited(rows: list[Placed], frameworks: list[FrameworkFile], register: Register) -> list[Problem]:
    cited = {sid for p in rows for sid in (p.statement.source.id, *p.statement.also)}
    cited |= {sid for f in frameworks for c in f.framework.criteria for sid in (c.source.id, *c.also)}
    return [
        warning("source_never_cited", source.id, "source du registre jamais citée")
        for source in register.sources.values()
        if source.id not in cited and source.rank is not Rank.OFFICIEL
    ]
