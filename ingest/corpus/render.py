"""Fiches → Markdown pages that people read, beside their YAML, and an index of them (`clapvert corpus render`).

Guarantee: a page says nothing that its fiche does not, word for word; `corpus check` fails when a page is missing or
has drifted. What the reader needs to weigh a sentence stands beside it: since when, for which exercises or practices,
whether it is an old rule or only a bill, how sure we are, where it is written and whom to ask.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from ingest.clock import FACT_BASE_DATE
from ingest.corpus.addresses import article_link
from ingest.corpus.fiches import Fiche, FicheFile, Interval, Nature, Role, Statement, load_fiches
from ingest.corpus.register import DOMAIN_LABELS, Contact, Domain, Rank, Register, load_contacts, load_register
from ingest.language.claims import MONTHS_FR, french_date
from ingest.language.locators import locator_keys

INDEX = "README.md"
_ROLE = {
    Role.CONDITION: "Condition",
    Role.EXCEPTION: "Exception",
    Role.ECHEANCE: "Échéance",
    Role.SANCTION: "Sanction",
    Role.DEMARCHE: "Démarche",
    Role.CONTACT: "Contact",
    Role.ABSENCE: "Ce que les textes ne disent pas",
}
_RANK = {
    Rank.OFFICIEL: "texte officiel",
    Rank.AUTORITE: "autorité publique",
    Rank.GUIDE: "guide",
    Rank.PRESSE: "source secondaire : presse, cabinet",
    Rank.NOTICE: "notice",
}
_LEGEND = (
    "*« Confiance moyenne » : une seule source secondaire, ou une déduction expliquée ; « confiance basse » : une "
    "recherche restée sans résultat. À vérifier avant de s'y fier.*"
)


def render_fiche(fiche: Fiche, register: Register, contacts: dict[str, Contact], titles: dict[str, str]) -> str:
    """The page of one fiche.

    `titles` gives the title of every fiche by its id, and its folder under `id/`.
    """
    lines = [
        f"# {fiche.title}",
        "",
        f"**À quoi sert cette fiche :** {_lower_first(fiche.intent)}",
        "",
        fiche.introduction,
        "",
        f"*Notice Clapvert, domaine « {DOMAIN_LABELS[fiche.domain]} ». Ce n'est pas un texte officiel : chaque énoncé "
        "nomme celui sur lequel il repose. Information, pas un conseil juridique. Textes vérifiés au "
        f"{french_date(FACT_BASE_DATE)}.*",
        "",
    ]
    if len(fiche.sections) > 2:
        links = " · ".join(f"[{s.title}](#{anchor(s.title)})" for s in fiche.sections)
        lines += [f"**Dans cette fiche :** {links}", ""]
    notes: dict[str, int] = {}
    for section in fiche.sections:
        lines += [f"## {section.title}", ""]
        lines += [f"- {_statement(s, contacts, notes)}" for s in section.statements]
        lines.append("")
    lines += ["## Sources", ""]
    lines += [f"{n}. {_source(key, register)}" for key, n in notes.items()]
    if any(s.confidence != "haute" for _, s in fiche.statements()):
        lines += ["", _LEGEND]
    if fiche.see_also:
        lines += ["", "## Voir aussi", ""]
        lines += [f"- [{titles.get(other, other)}]({_path(other, fiche, titles)})" for other in fiche.see_also]
    lines += ["", f"[Toutes les fiches](../{INDEX})"]
    return "\n".join(lines) + "\n"


def render_index(fiches: list[Fiche]) -> str:
    """The page that leads to the others: every fiche, by domain, with the need it answers; known unknowns last."""
    lines = ["# Les fiches de Clapvert", ""]
    for domain in Domain:
        here = sorted((f for f in fiches if f.domain is domain), key=lambda f: (f.id.endswith("-absences"), f.id))
        if here:
            lines += [f"## {DOMAIN_LABELS[domain]}", ""]
            lines += [f"- [{f.title}]({domain.value}/{f.id}.md) : {_lower_first(f.intent)}" for f in here]
            lines.append("")
    return "\n".join(lines)


def anchor(title: str) -> str:
    """The anchor that GitHub and most renderers give a heading: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _statement(s: Statement, contacts: dict[str, Contact], notes: dict[str, int]) -> str:
    parts = [_heading(s), s.text]
    told = [t for t in (_in_force(s), _applies_to(s)) if t]
    if s.confidence != "haute":
        told.append(f"confiance {s.confidence}")
    if told:
        parts.append(f" *({' ; '.join(told)})*")
    if s.contacts:
        parts.append(" → À qui demander : " + ", ".join(_contact(contacts.get(c), c) for c in s.contacts))
    key = "|".join((s.source.id, s.source.locator or "", str(s.source.version or "")))
    parts.append(f" [[{notes.setdefault(key, len(notes) + 1)}]](#sources)")
    return "".join(parts)


def _heading(s: Statement) -> str:
    """What kind of statement it is, in bold; a denial first gives the belief that it denies."""
    if s.belief:
        return f"**Idée reçue** : *« {s.belief.rstrip('.')} »*. **En fait** : "
    start, end = (None, None) if s.nature is Nature.PROJET else (s.in_force.from_, s.in_force.until)
    when = "Ancienne règle" if end and end < FACT_BASE_DATE else "À venir" if start and start > FACT_BASE_DATE else ""
    label = _ROLE.get(s.role, "")
    words = label if s.role is Role.ABSENCE else when or label
    return f"**{words}.** " if words else ""


def _said(interval: Interval, text: str) -> bool:
    """True when the sentence itself gives the days of the interval: they are not said twice."""
    return all(french_date(d) in text for d in (interval.from_, interval.until) if d)


def _in_force(s: Statement) -> str:
    start, end = s.in_force.from_, s.in_force.until
    if s.nature is Nature.PROJET:
        return f"projet, situation {_since(start, end)}" if start or end else "projet"
    if _said(s.in_force, s.text):
        return ""
    if start and end:
        return f"en vigueur du {french_date(start)} au {french_date(end)}"
    if start:
        return f"depuis le {french_date(start)}" if start <= FACT_BASE_DATE else f"à partir du {french_date(start)}"
    return f"jusqu'au {french_date(end)}" if end else ""


def _since(start: date | None, end: date | None) -> str:
    """The days of what is known of a bill, which is not in force."""
    if start and end:
        return f"du {french_date(start)} au {french_date(end)}"
    return f"depuis le {french_date(start)}" if start else f"jusqu'au {french_date(end)}" if end else ""


def _applies_to(s: Statement) -> str:
    """Whom or which years the rule reaches, when the sentence does not tell."""
    interval = s.applies_to
    if interval is None or (interval.from_ and _said(interval, s.text)):
        return ""
    if interval.basis and re.search(r"\d", interval.basis):
        return f"concerne : {interval.basis}"
    start, end = interval.from_, interval.until
    first = f"à partir du {french_date(start)}" if start else ""
    last = f"jusqu'au {french_date(end)}" if end else ""
    days = " ".join(x for x in (first, last) if x)
    return f"concerne : {', '.join(x for x in (interval.basis, days) if x)}" if interval.basis or days else ""


def _contact(contact: Contact | None, ident: str) -> str:
    if contact is None:
        return ident
    return f"[{contact.name}]({contact.url})" if contact.url else contact.name


def _source(key: str, register: Register) -> str:
    sid, locator, version = key.split("|")
    source = register.get(sid)
    link = article_link(source, locator_keys(locator, source.work_id, register.names))
    title = f"[{source.title}]({link})" if link else source.title
    tail = [x for x in (locator, say_version(version) if version else "") if x]
    return f"{', '.join([title, *tail])} ({_RANK[source.rank]})"


def say_version(known: str) -> str:
    """The version read, whose date is known to the year, the month or the day."""
    year, *rest = known.split("-")
    if not rest:
        return f"version de {year}"
    month = MONTHS_FR[int(rest[0]) - 1]
    if len(rest) > 1:
        return f"version du {french_date(date.fromisoformat(known))}"
    of = "d'" if month[0] in "ao" else "de "
    return f"version {of}{month} {year}"


def _lower_first(text: str) -> str:
    """Text that goes on from a colon; a name or an acronym keeps its capital."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _path(other: str, fiche: Fiche, titles: dict[str, str]) -> str:
    folder = titles.get(f"{other}/", "")
    return f"{other}.md" if folder == f"{fiche.domain.value}/" else f"../{folder}{other}.md"


def pages(corpus_dir: Path, files: list[FicheFile] | None = None, register: Register | None = None) -> dict[Path, str]:
    """Every page of the corpus, by path: one for each fiche, and the index."""
    files = load_fiches(corpus_dir) if files is None else files
    register = register or load_register(corpus_dir)
    contacts = load_contacts(corpus_dir)
    titles = {f.fiche.id: f.fiche.title for f in files} | {f"{f.fiche.id}/": f"{f.fiche.domain.value}/" for f in files}
    made = {f.file.path.with_suffix(".md"): render_fiche(f.fiche, register, contacts, titles) for f in files}
    return {**made, corpus_dir / "fiches" / INDEX: render_index([f.fiche for f in files])}


def write_pages(corpus_dir: Path) -> int:
    """Write the pages that changed, drop those without a fiche; how many were written or dropped."""
    wanted = pages(corpus_dir)
    changed = 0
    for path in (corpus_dir / "fiches").glob("*/*.md"):
        if path not in wanted:
            path.unlink()
            changed += 1
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed += 1
    return changed
