"""The departments and the people that a question names, as the board of a project calls them.

Guarantee: a department is the board's own (« Décors & accessoires » for « la déco »), or one of ours that the board
does not have, so that nothing is answered for another one; a person is one that the board names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.label.frameworks import folded
from assistant.label.projects.departments import NONE
from assistant.label.projects.projects import Row
from ingest.corpus.criteria import DEPARTMENT_LABELS, Department

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
_SHORTEST = 4
"""Letters of a word of a department's name that stands for it."""


def departments_named(text: str, rows: Sequence[Row]) -> tuple[list[str], str]:
    """The departments that a folded question names, and the question without them."""
    there = {folded(d): d for r in rows for d in r.departments if d != NONE}
    found: list[str] = []
    rest = text
    for name in sorted(there, key=len, reverse=True):
        if name and re.search(rf"\b{re.escape(name)}\b", rest):
            found.append(there[name])
            rest = re.sub(rf"\b{re.escape(name)}\b", "", rest)
    for department, pattern in _ALIASES.items():
        whole = rf"\b(?:{pattern})\b"
        if not re.search(whole, rest):
            continue
        label = DEPARTMENT_LABELS[department]
        own = [d for name, d in there.items() if re.search(whole, f"le {name}") or name == folded(label)]
        found += own or [label]
        rest = re.sub(whole, "", rest)
    for name, shown in there.items():
        word = name.split()[0] if name else ""
        if len(word) >= _SHORTEST and shown not in found and re.search(rf"\b{re.escape(word)}\b", rest):
            found.append(shown)
            rest = re.sub(rf"\b{re.escape(word)}\b", "", rest)
    return list(dict.fromkeys(found)), rest


def person_named(text: str, rows: Sequence[Row]) -> tuple[str, str]:
    """The person of the board that a folded question names, whole or by a name that is nobody else's; the rest of
    it."""
    people = list(dict.fromkeys(r.state.person for r in rows if r.state.person))
    for person in sorted(people, key=len, reverse=True):
        if re.search(rf"\b{re.escape(folded(person))}\b", text):
            return person, re.sub(rf"\b{re.escape(folded(person))}\b", "", text)
    for person in people:
        for word in folded(person).split():
            others = {w for p in people if p != person for w in folded(p).split()}
            if len(word) > 2 and word not in others and re.search(rf"\b{re.escape(word)}\b", text):
                return person, re.sub(rf"\b{re.escape(word)}\b", "", text)
    return "", text
