"""What one statement must satisfy by itself, and what statements must satisfy together.

Guarantee: a statement that passes stands alone, names what is registered and known, and is said once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from ingest.corpus.check_fields import check_fields
from ingest.corpus.check_wordings import check_lead, check_wordings
from ingest.corpus.fiches import Role, Statement
from ingest.corpus.problems import Known, Placed, Problem, error, warning
from ingest.corpus.register import Nature, Register
from ingest.language.claims import read_claim
from ingest.language.locators import locator_keys

TEXT_WORDS, LEAD_WORDS = 35, 18
_PRONOUN = re.compile(
    r"^(?:Il|Elle|Ils|Elles|Ce|C'est|Cela|Ça|Ceci|Celui(?:-ci|-là)?|Celle(?:-ci|-là)?|Ceux|Celles|Leurs?|Son|Sa|Ses|On|En effet|Le même|La même|Les mêmes|Lui|Y)\b(?!\s(?:faut|existe|n'existe|y a|n'y a|convient|est possible|reste))"
)
ARTICLE_NATURES = frozenset(
    {
        Nature.CODE,
        Nature.LOI,
        Nature.ORDONNANCE,
        Nature.DECRET,
        Nature.DIRECTIVE,
        Nature.REGLEMENT,
        Nature.DELIBERATION,
    }
)
"""Texts that are cited by article."""
_NEAR_DUPLICATE = 0.86


def words(text: str) -> int:
    """Words as a reader counts them: French punctuation standing alone is not one."""
    return sum(1 for token in text.split() if re.search(r"\w", token))


def check_statement(s: Statement, where: str, known: Known) -> list[Problem]:
    """Everything that one statement must satisfy by itself."""
    return [
        *_check_form(s, where),
        *check_wordings(s, where, known.renderings),
        *check_lead(s, where),
        *check_fields(s, where, known.glossary),
        *_check_sources(s, where, known),
    ]


def _check_form(s: Statement, where: str) -> list[Problem]:
    out = []
    if (n := words(s.text)) > TEXT_WORDS:
        out.append(error("text_long", where, f"text : {n} mots, {TEXT_WORDS} au plus"))
    if s.lead and (n := words(s.lead)) > LEAD_WORDS:
        out.append(error("lead_long", where, f"lead : {n} mots, {LEAD_WORDS} au plus"))
    for field, value in (("text", s.text), ("lead", s.lead)):
        if value and _PRONOUN.match(value):
            said = f"{field} commence par un mot qui renvoie à autre chose : « {value[:30]}… »"
            out.append(error("pronoun", where, said))
    if len({a.casefold().strip(" ?!.") for a in s.questions}) != len(s.questions):
        out.append(error("asked_as", where, "deux questions identiques dans asked_as"))
    return out


def _check_sources(s: Statement, where: str, known: Known) -> list[Problem]:
    out = unknown_sources(where, (s.source.id, *s.also), known.register)
    out += unknown_contacts(where, s.contacts, known.contacts)
    source = known.register.sources.get(s.source.id)
    cites_article = source and source.nature in ARTICLE_NATURES and (s.source.locator or "").startswith("art")
    if cites_article and source and not locator_keys(s.source.locator, source.work_id, known.register.names):
        out.append(error("locator", where, f"référence illisible : « {s.source.locator} »"))
    if s.review_by < known.today:
        out.append(warning("review_due", where, f"à revoir depuis le {s.review_by.isoformat()}"))
    return out


def unknown_sources(where: str, sources: Iterable[str], register: Register) -> list[Problem]:
    """Sources that the register does not have."""
    return [error("source", where, f"source inconnue : {sid}") for sid in sources if sid not in register.sources]


def unknown_contacts(where: str, wanted: Iterable[str], contacts: Iterable[str]) -> list[Problem]:
    """Contacts that nobody knows."""
    return [error("contact", where, f"contact inconnu : {cid}") for cid in wanted if cid not in contacts]


def check_together(rows: list[Placed], criteria: list[Placed]) -> list[Problem]:
    """Ids, wordings and questions: each is one statement's alone."""
    ids = Counter(p.statement.id for p in (*rows, *criteria))
    out = [error("duplicate_id", sid, "identifiant d'énoncé en double") for sid, n in ids.items() if n > 1]
    out += _near_duplicates(rows)
    asked: dict[str, str] = {}
    for where, s in ((p.where, p.statement) for p in (*rows, *criteria)):
        for question in s.questions:
            if (first := asked.setdefault(plain(question), s.id)) != s.id:
                out.append(error("asked_as_twice", where, f"même question que {first} : « {question} »"))
    return out


def plain(question: str) -> str:
    """A question without its punctuation, for comparing."""
    return re.sub(r"\W+", " ", question.casefold()).strip()


def _near_duplicates(rows: list[Placed]) -> list[Problem]:
    out = []
    bags = [frozenset(re.findall(r"\w+", p.statement.text.casefold())) for p in rows]
    by_token: dict[str, list[int]] = defaultdict(list)
    for i, bag in enumerate(bags):
        for token in bag:
            by_token[token].append(i)
    for i, bag in enumerate(bags):
        rare = sorted(bag, key=lambda t: len(by_token[t]))[: max(3, len(bag) // 6)]
        for j in {j for t in rare for j in by_token[t] if j > i}:
            alike = len(bag & bags[j]) / len(bag | bags[j]) >= _NEAR_DUPLICATE
            if alike and not _distinct(rows[i].statement, rows[j].statement):
                said = f"presque identique à {rows[j].statement.id}"
                out.append(error("near_duplicate", rows[i].where, said))
    return out


def _distinct(a: Statement, b: Statement) -> bool:
    """Two versions, or two figures, of one rule are not duplicates."""
    ca, cb = read_claim(a.text), read_claim(b.text)
    return bool(
        ca.figures ^ cb.figures or ca.dates ^ cb.dates or ca.references ^ cb.references or a.in_force != b.in_force
    ) or {a.role, b.role} == {Role.DEMENT, Role.REGLE}
