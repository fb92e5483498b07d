"""Fiches → Markdown pages that people read, beside their YAML (`clapvert corpus render`).

Guarantee: a page says nothing that its fiche does not; `corpus check` fails when a page is missing or has drifted.
"""

from __future__ import annotations

from pathlib import Path

from ingest.fiches import Fiche, FicheFile, Role, Statement, load_fiches
from ingest.register import DOMAIN_LABELS, Register, load_contacts, load_register

_ROLE = {
    Role.CONDITION: "Condition",
    Role.EXCEPTION: "Exception",
    Role.ECHEANCE: "Échéance",
    Role.SANCTION: "Sanction",
    Role.DEMARCHE: "Démarche",
    Role.CONTACT: "Contact",
    Role.DEMENT: "Idée reçue",
    Role.ABSENCE: "Ce que les textes ne disent pas",
}


def render_fiche(fiche: Fiche, register: Register, contacts: dict[str, str], titles: dict[str, str]) -> str:
    """The page of one fiche."""
    lines = [
        f"# {fiche.title}",
        "",
        f"*Notice Clapvert, domaine « {DOMAIN_LABELS[fiche.domain]} ». Ce n'est pas un texte officiel : chaque énoncé "
        "nomme celui sur lequel il repose. Information, pas un conseil juridique.*",
        "",
        fiche.introduction,
        "",
    ]
    notes: dict[str, int] = {}
    for section in fiche.sections:
        lines += [f"## {section.title}", ""]
        for s in section.statements:
            lines.append(f"- {_statement(s, contacts, notes)}")
        lines.append("")
    lines += ["## Sources", ""]
    lines += [f"{n}. {_source(key, register)}" for key, n in notes.items()]
    if fiche.see_also:
        lines += ["", "## Voir aussi", ""]
        lines += [f"- [{titles.get(other, other)}](../{_folder(other, titles)}{other}.md)" for other in fiche.see_also]
    return "\n".join(lines) + "\n"


def _statement(s: Statement, contacts: dict[str, str], notes: dict[str, int]) -> str:
    label = _ROLE.get(s.role)
    parts = [f"**{label}.** " if label else ""]
    if s.belief:
        parts.append(f"*On croit : « {s.belief.rstrip('.')}. »* ")
    parts.append(s.text)
    if dates := _dates(s):
        parts.append(f" *({dates})*")
    if s.confidence != "haute":
        parts.append(" *(confiance moyenne)*")
    if s.contacts:
        parts.append(" → " + ", ".join(contacts.get(c, c) for c in s.contacts))
    key = "|".join((s.source.id, s.source.locator or "", str(s.source.version or "")))
    parts.append(f" [{notes.setdefault(key, len(notes) + 1)}]")
    return "".join(parts)


def _dates(s: Statement) -> str:
    start, end = s.in_force.from_, s.in_force.until
    if start and end:
        return f"en vigueur du {start.strftime('%d/%m/%Y')} au {end.strftime('%d/%m/%Y')}"
    if start:
        return f"depuis le {start.strftime('%d/%m/%Y')}"
    return f"jusqu'au {end.strftime('%d/%m/%Y')}" if end else ""


def _source(key: str, register: Register) -> str:
    sid, locator, version = key.split("|")
    source = register.get(sid)
    title = f"[{source.title}]({source.url})" if source.url else source.title
    tail = ", ".join(x for x in (locator, f"version {version}" if version else "") if x)
    return f"{title}{', ' + tail if tail else ''} ({source.rank.value})"


def _folder(fiche_id: str, titles: dict[str, str]) -> str:
    return titles.get(f"{fiche_id}/", "")


def pages(corpus_dir: Path, files: list[FicheFile] | None = None, register: Register | None = None) -> dict[Path, str]:
    """Every page of the corpus, by path."""
    files = load_fiches(corpus_dir) if files is None else files
    register = register or load_register(corpus_dir)
    contacts = {c.id: c.name for c in load_contacts(corpus_dir).values()}
    titles = {f.fiche.id: f.fiche.title for f in files} | {f"{f.fiche.id}/": f"{f.fiche.domain.value}/" for f in files}
    return {f.file.path.with_suffix(".md"): render_fiche(f.fiche, register, contacts, titles) for f in files}


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
