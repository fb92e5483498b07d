"""The words that grids use: names of columns, answers, marks of what is mandatory.

Guarantee: a word means one thing here, and what is not in these lists means nothing; matching ignores case, accents and
punctuation. French first; the English words of the same columns are known too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Role = Literal[
    "code",
    "title",
    "description",
    "poste",
    "department",
    "mandatory",
    "points",
    "obtained",
    "level",
    "answer",
    "evidence",
    "comment",
]
"""What a column of a grid can be. `points` is what the criterion can bring, `obtained` what was counted."""

Answer = Literal["done", "partial", "todo", "declined", "not_applicable"]

ROLE_NAMES: dict[Role, str] = {
    "code": "Code",
    "title": "Intitulé du critère",
    "description": "Description",
    "poste": "Poste ou thème",
    "department": "Département",
    "mandatory": "Obligatoire",
    "points": "Points possibles",
    "obtained": "Points obtenus",
    "level": "Niveau",
    "answer": "Réponse",
    "evidence": "Preuve attendue",
    "comment": "Commentaire",
}

# « points obtenus » is looked for before « points », « code critère » before « critère ».
_HEADERS: tuple[tuple[Role, int, tuple[str, ...]], ...] = (
    ("obtained", 95, (
        r"\b(?:points?|pts?|score|note)\b.*\b(?:obtenus?|acquis|valides?|realises?|projet|declares?|obtained|earned)\b",
        r"\b(?:obtenus?|acquis)\b.*\b(?:points?|pts?)\b", r"^score$",
    )),
    ("mandatory", 95, (
        r"\bobligatoires?\b", r"\bprerequis\b", r"\bimperati\w+\b", r"^obl(?:ig)?$", r"\bmandatory\b", r"\brequired\b",
    )),
    ("evidence", 90, (
        r"\bpreuves?\b", r"\bjustificati\w+\b", r"\bevidence\b", r"\bproof\b",
        r"\bpieces?\b.*\b(?:fournir|jointes?|demandees?|attendues?)\b",
    )),
    ("comment", 85, (
        r"\bcommentaires?\b", r"\bremarques?\b", r"\bobservations?\b", r"\bnotes? explicatives?\b", r"\bprecisions?\b",
        r"\bcomments?\b",
    )),
    ("department", 88, (r"\bdepartements?\b", r"\bservices?\b", r"\bmetiers?\b", r"\bdepartment\b")),
    ("department", 70, (r"\bequipes?\b", r"\bresponsables?\b", r"\bqui\b")),
    ("answer", 80, (
        r"\breponses?\b", r"\bvalide(?:e|s)?\b", r"\bstatuts?\b", r"\brealise(?:e|s)?\b", r"\betat\b", r"\bfait\b",
        r"\bavancement\b", r"\bconforme\b", r"\boui non\b", r"\bstatus\b", r"\banswer\b", r"\bdone\b",
    )),
    ("points", 90, (
        r"\bpoints?\b", r"\bpts?\b", r"\bbaremes?\b", r"\bponderations?\b", r"\bpoids\b", r"\bcoefficients?\b",
        r"\bvaleur\b", r"\bweight\b", r"\b(?:score|note) max\w*\b",
    )),
    ("level", 80, (r"\bniveaux?\b", r"\bpaliers?\b", r"\blevels?\b")),
    ("code", 90, (
        r"\bcodes?\b", r"\breferences?\b", r"\bref\b", r"^n°?$", r"^no$", r"^num\w*$", r"^n° ", r"\bnumeros?\b",
        r"\bid\b", r"\bidentifiant\b",
    )),
    ("poste", 85, (
        r"\bpostes?\b", r"\bthemes?\b", r"\bthematiques?\b", r"\bcategories?\b", r"\bchapitres?\b", r"\bvolets?\b",
        r"\brubriques?\b", r"\bsections?\b", r"\btopic\b",
    )),
    ("description", 82, (
        r"\bdescri(?:ptions?|ptifs?)\b", r"\bdetails?\b", r"\bexplications?\b", r"\battendus?\b", r"^objectifs?\b",
    )),
    ("title", 80, (
        r"\bintitules?\b", r"\bcriteres?\b", r"\blibelles?\b", r"\bactions?\b", r"\bquestions?\b", r"\bdescriptions?\b",
        r"\bexigences?\b", r"\bmesures?\b", r"\bcriteri(?:a|on)\b", r"\btitle\b",
    )),
)  # fmt: skip
_COMPILED = tuple((role, re.compile("|".join(patterns)), weight) for role, weight, patterns in _HEADERS)

_LONGEST = 14
"""Words in the name of a column; more is a sentence of the grid."""

_YES = {"oui", "o", "x", "yes", "y", "1", "vrai", "true", "✓", "✔", "ok"}
_NO = {"non", "n", "no", "0", "faux", "false"}
_MANDATORY = {"obligatoire", "obl", "oblig", "obligatoires", "mandatory", "requis", "prerequis", "imperatif", "*"}
_OPTIONAL = {"facultatif", "optionnel", "optional", "recommande", "non obligatoire", "libre"}
_ANSWERS: dict[str, Answer] = {
    **dict.fromkeys(("oui", "o", "x", "yes", "vrai", "✓", "✔", "ok", "fait", "valide", "validee", "realise", "realisee",
                     "conforme", "acquis", "atteint", "done", "1"), "done"),
    **dict.fromkeys(("partiel", "partiellement", "en partie", "partial", "partielle", "en cours", "commence", "entame",
                     "engage", "demarre", "in progress", "started", "ongoing"), "partial"),
    **dict.fromkeys(("non", "n", "no", "a faire", "non realise", "non realisee", "non valide", "non conforme", "prevu",
                     "prevue", "planifie", "planned", "non atteint", "todo", "to do", "faux", "0"), "todo"),
    **dict.fromkeys(("non retenu", "non retenue", "abandonne", "ecarte", "refuse", "declined"), "declined"),
    **dict.fromkeys(("sans objet", "na", "n a", "so", "s o", "non applicable", "non concerne", "not applicable"),
                    "not_applicable"),
}  # fmt: skip


def plain(text: str) -> str:
    """Lower case, without accents, punctuation as spaces."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w°*✓✔✗]+", " ", bare.replace("_", " ")).split()) or ("*" if "*" in text else "")


def header_roles(name: str) -> list[tuple[Role, int]]:
    """The roles that the name of a column may stand for, likeliest first, each with a weight of 0–100."""
    text = plain(name)
    found: dict[Role, int] = {}
    if len(text.split()) > _LONGEST:
        return []
    for role, pattern, weight in _COMPILED:
        if text and pattern.search(text):
            found.setdefault(role, weight - 8 * len(found) - (10 if len(text.split()) > 6 else 0))
    return list(found.items())


def header_role(name: str) -> Role | None:
    """The likeliest role of a column by its name alone."""
    roles = header_roles(name)
    return roles[0][0] if roles else None


def mandatory(text: str) -> bool | None:
    """Whether a cell of the « obligatoire » column says yes; None when it says neither."""
    if text.strip() in ("", "-", "–", "—"):
        return False
    word = plain(text)
    if word in _YES or word in _MANDATORY:
        return True
    return False if word in _NO or word in _OPTIONAL else None


def answer(text: str) -> Answer | None:
    """What a cell of the answers column says; None when it says nothing known."""
    return _ANSWERS.get(plain(text))
