"""`corpus check`: what must hold of the corpus before anyone is answered from it.

Guarantee: a corpus without problems has statements that stand alone, whose `lead`, `en` and `text` make the same
claim, that name registered sources and known facets, and whose dates do not contradict one another. Warnings
(review dates past, sources never cited) do not block.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ingest.corpus.criteria import FrameworkFile, load_frameworks
from ingest.corpus.criteria_statements import framework_statements
from ingest.corpus.fiches import FicheFile, Role, Statement, load_fiches
from ingest.corpus.glossary import Glossary, load_glossary
from ingest.corpus.register import Nature, Rank, Register, load_contacts, load_register
from ingest.corpus.render import pages
from ingest.language.claims import Claim, flipped, read_claim, unsupported
from ingest.language.locators import locator_keys

TEXT_WORDS, LEAD_WORDS = 35, 18
_PRONOUN = re.compile(
    r"^(?:Il|Elle|Ils|Elles|Ce|C'est|Cela|Ça|Ceci|Celui(?:-ci|-là)?|Celle(?:-ci|-là)?|Ceux|Celles|Leurs?|Son|Sa|Ses|On|En effet|Le même|La même|Les mêmes|Lui|Y)\b(?!\s(?:faut|existe|n'existe|y a|n'y a|convient|est possible|reste))"
)
_ARTICLE_NATURES = {
    Nature.CODE,
    Nature.LOI,
    Nature.ORDONNANCE,
    Nature.DECRET,
    Nature.DIRECTIVE,
    Nature.REGLEMENT,
    Nature.DELIBERATION,
}
_NEAR_DUPLICATE = 0.86


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where, what, and whether it blocks."""

    level: Literal["error", "warning"]
    code: str
    where: str
    message: str


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
    problems: list[Problem]
    warnings: list[Problem]

    def as_json(self) -> dict[str, Any]:
        """The shape of `corpus check --json`."""
        return asdict(self)


def words(text: str) -> int:
    """Words as a reader counts them: French punctuation standing alone is not one."""
    return sum(1 for token in text.split() if re.search(r"\w", token))


def check_corpus(corpus_dir: Path, today: date) -> Report:
    """Check the whole corpus. Raises `CORPUS_INVALID` only for files that cannot be read as fiches at all."""
    register, glossary, contacts = (
        load_register(corpus_dir),
        load_glossary(corpus_dir),
        set(load_contacts(corpus_dir)),
    )
    files = load_fiches(corpus_dir)
    found: list[Problem] = []
    rows: list[tuple[str, FicheFile, Statement]] = []
    for file in files:
        found += _check_fiche(file, {f.fiche.id for f in files})
        lines = file.lines()
        for _, statement in file.fiche.statements():
            where = f"{file.file.path.relative_to(corpus_dir)}:{lines[statement.id]} {statement.id}"
            rows.append((where, file, statement))
            found += check_statement(statement, register, glossary, contacts, where, today)
    frameworks = load_frameworks(corpus_dir)
    for framework in frameworks:
        found += _check_framework(framework, register, contacts, today, corpus_dir)
    found += _check_together(rows, frameworks)
    found += _check_pages(corpus_dir, files, register)
    cited = {sid for _, _, s in rows for sid in (s.source.id, *s.also)}
    cited |= {sid for f in frameworks for c in f.framework.criteria for sid in (c.source.id, *c.also)}
    found += [
        Problem("warning", "source_never_cited", source.id, "source du registre jamais citée")
        for source in register.sources.values()
        if source.id not in cited and source.rank is not Rank.OFFICIEL
    ]
    statements = [s for _, _, s in rows]
    return Report(
        fiches=len(files),
        statements=len(rows),
        criteria=sum(len(f.framework.criteria) for f in frameworks),
        sources=len(register.sources),
        by_domain=dict(Counter(f.fiche.domain.value for _, f, _ in rows)),
        by_confidence=dict(Counter(s.confidence for s in statements)),
        by_role=dict(Counter(s.role.value for s in statements)),
        problems=[p for p in found if p.level == "error"],
        warnings=[p for p in found if p.level == "warning"],
    )


def _check_pages(corpus_dir: Path, files: list[FicheFile], register: Register) -> list[Problem]:
    """The rendered pages, once there are any, are those of the fiches."""
    if not any((corpus_dir / "fiches").glob("*/*.md")) or any(
        s.source.id not in register.sources for f in files for _, s in f.fiche.statements()
    ):
        return []
    return [
        Problem("error", "page_drift", path.name, "page absente ou en retard : lancez `clapvert corpus render`")
        for path, text in pages(corpus_dir, files, register).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _check_framework(
    file: FrameworkFile, register: Register, contacts: set[str], today: date, corpus_dir: Path
) -> list[Problem]:
    """A framework names registered texts and people, and each of its criteria says the same in both languages."""
    framework, name = file.framework, str(file.file.path.relative_to(corpus_dir))
    out = _unknown(name, (framework.source, *(t.source.id for t in framework.thresholds)), register)
    out += _strangers(name, framework.contacts, contacts)
    if framework.source in register.sources and register.get(framework.source).work_id != framework.id:
        out.append(Problem("error", "framework", name, f"{framework.source} n'est pas une version de {framework.id}"))
    if framework.review_by < today:
        out.append(Problem("warning", "review_due", name, f"à revoir depuis le {framework.review_by.isoformat()}"))
    if file.file.path.stem != framework.id:
        out.append(Problem("error", "framework_path", name, "le fichier doit s'appeler <id>.yaml"))
    for s, criterion in framework_statements(framework):
        where = f"{name}:{file.line(criterion)} {s.id}" if criterion else f"{name} {s.id}"
        impact = (criterion.impact.according_to,) if criterion and criterion.impact else ()
        out += _unknown(where, (s.source.id, *s.also, *impact), register)
        out += _check_wordings(s, where)
    return out


def _check_fiche(file: FicheFile, known: set[str]) -> list[Problem]:
    fiche, where = file.fiche, file.file.path.name
    out = []
    if file.file.path.stem != fiche.id or file.file.path.parent.name != fiche.domain.value:
        out.append(Problem("error", "fiche_path", where, "le fichier doit s'appeler <domaine>/<id>.yaml"))
    claim = read_claim(fiche.introduction)
    if claim.figures or claim.dates:
        out.append(
            Problem(
                "error",
                "introduction_claims",
                where,
                "l'introduction porte un chiffre ou une date : seul un énoncé peut",
            )
        )
    out += [
        Problem("error", "see_also", where, f"fiche inconnue : {other}")
        for other in fiche.see_also
        if other not in known
    ]
    return out


def check_statement(
    s: Statement, register: Register, glossary: Glossary, contacts: set[str], where: str, today: date
) -> list[Problem]:
    """Everything that one statement must satisfy by itself."""
    out: list[Problem] = []

    def error(code: str, message: str) -> None:
        out.append(Problem("error", code, where, message))

    if (n := words(s.text)) > TEXT_WORDS:
        error("text_long", f"text : {n} mots, {TEXT_WORDS} au plus")
    if s.lead and (n := words(s.lead)) > LEAD_WORDS:
        error("lead_long", f"lead : {n} mots, {LEAD_WORDS} au plus")
    for field, value in (("text", s.text), ("lead", s.lead)):
        if value and _PRONOUN.match(value):
            error("pronoun", f"{field} commence par un mot qui renvoie à autre chose : « {value[:30]}… »")
    out += _check_wordings(s, where)
    for facet, values in s.facets.items():
        for value in values:
            if value not in glossary.facets.get(facet, {}):
                error("facet", f"valeur de facette inconnue : {facet} = {value}")
    out += _unknown(where, (s.source.id, *s.also), register)
    out += _strangers(where, s.contacts, contacts)
    if len({a.casefold().strip(" ?!.") for a in s.questions}) != len(s.questions):
        error("asked_as", "deux questions identiques dans asked_as")
    source = register.sources.get(s.source.id)
    cites_article = source and source.nature in _ARTICLE_NATURES and (s.source.locator or "").startswith("art")
    if cites_article and source and not locator_keys(s.source.locator, source.work_id, register.names):
        error("locator", f"référence illisible : « {s.source.locator} »")
    if s.review_by < today:
        out.append(Problem("warning", "review_due", where, f"à revoir depuis le {s.review_by.isoformat()}"))
    return out


def _unknown(where: str, sources: Iterable[str], register: Register) -> list[Problem]:
    return [
        Problem("error", "source", where, f"source inconnue : {sid}") for sid in sources if sid not in register.sources
    ]


def _strangers(where: str, wanted: Iterable[str], contacts: set[str]) -> list[Problem]:
    return [Problem("error", "contact", where, f"contact inconnu : {cid}") for cid in wanted if cid not in contacts]


def _check_wordings(s: Statement, where: str) -> list[Problem]:
    text = read_claim(s.text)
    out = []
    if s.lead:
        lead = read_claim(s.lead)
        out += [
            Problem("error", "lead_claim", where, f"lead dit plus que text : {m}")
            for m in (*unsupported(lead, text), *flipped(lead, text))
        ]
    english = read_claim(s.en, "en")
    out += [
        Problem("error", "en_claim", where, f"en et text diffèrent : {m}")
        for m in dict.fromkeys(
            (*unsupported(english, text), *unsupported(text, english), *_translation_flips(english, text))
        )
    ]
    support = read_claim(f"{s.text} {s.source.locator or ''}")
    for value in s.values:
        if value.kind == "date":
            if unsupported(read_claim(str(value.value)), support):
                out.append(Problem("error", "value", where, f"values : la date {value.value} n'est pas dans text"))
        elif isinstance(value.value, str):
            out.append(
                Problem(
                    "error",
                    "value",
                    where,
                    f"values : un nombre est attendu, pas « {value.value} » (une fourchette fait deux valeurs)",
                )
            )
        elif not _number_in(float(value.value), support):
            out.append(Problem("warning", "value", where, f"values : {value.value} n'est pas dans text"))
    return out


def _translation_flips(english: Claim, french: Claim) -> list[str]:
    out = flipped(english, french)
    if french.negated and not (english.negated or english.privative):
        out.append("négation perdue")
    return out


def _number_in(value: float, claim: Claim) -> bool:
    numbers = {abs(float(f.value)) for f in claim.figures} | {float(o) for o in claim.implied}
    return any(abs(value) * scale in numbers for scale in (1, 1e3, 1e6, 1e9, 1e-3, 1e-6)) or abs(value) <= 1


def _check_together(rows: list[tuple[str, FicheFile, Statement]], frameworks: list[FrameworkFile]) -> list[Problem]:
    out = []
    criteria = [(f.file.path.name, s) for f in frameworks for s, _ in framework_statements(f.framework)]
    ids = Counter([*(s.id for _, _, s in rows), *(s.id for _, s in criteria)])
    out += [Problem("error", "duplicate_id", sid, "identifiant d'énoncé en double") for sid, n in ids.items() if n > 1]
    tokens = [(where, frozenset(re.findall(r"\w+", s.text.casefold())), s) for where, _, s in rows]
    by_token: dict[str, list[int]] = defaultdict(list)
    for i, (_, bag, _) in enumerate(tokens):
        for token in bag:
            by_token[token].append(i)
    for i, (where, bag, s) in enumerate(tokens):
        rare = sorted(bag, key=lambda t: len(by_token[t]))[: max(3, len(bag) // 6)]
        for j in {j for t in rare for j in by_token[t] if j > i}:
            other = tokens[j]
            if len(bag & other[1]) / len(bag | other[1]) >= _NEAR_DUPLICATE and not _distinct(s, other[2]):
                out.append(Problem("error", "near_duplicate", where, f"presque identique à {other[2].id}"))
    aliases: dict[str, str] = {}
    for where, s in [*((where, s) for where, _, s in rows), *criteria]:
        for question in s.questions:
            key = re.sub(r"\W+", " ", question.casefold()).strip()
            if (first := aliases.setdefault(key, s.id)) != s.id:
                out.append(Problem("error", "asked_as_twice", where, f"même question que {first} : « {question} »"))
    return out


def _distinct(a: Statement, b: Statement) -> bool:
    """Two versions, or two figures, of one rule are not duplicates."""
    ca, cb = read_claim(a.text), read_claim(b.text)
    return bool(
        ca.figures ^ cb.figures or ca.dates ^ cb.dates or ca.references ^ cb.references or a.in_force != b.in_force
    ) or {a.role, b.role} == {Role.DEMENT, Role.REGLE}
