"""Instructions and errands in the place of a question: what to leave out, and what to turn away.

Guarantee: nothing in a question is followed as an instruction. An order slipped into a comment, a bracket or a sentence
of its own is left out and the question beside it is answered; a text that is nothing but an order is out of scope.
"""

from __future__ import annotations

import re

from assistant.reading.kinds import question_types
from ingest.language.lexical import analyse, fold

_INJECTION = re.compile(
    r"\b(?:ignore[zrs]?|oublie[zrs]?|disregard|forget|override|bypass)\b.{0,50}\b(?:instruction|consigne|regle|prompt|rules?|above|sources?|conformite|precedent|previous)"
    r"|\b(?:system prompt|prompt systeme|system override|jailbreak|developer mode|mode developpeur|dan mode|unrestricted)\b"
    r"|^\W*(?:system|systeme|assistant|user|admin)\s*:|^\W*(?:repond[sz]?|dis|say|answer) (?:que|juste|only|that)\b|\btu es (?:maintenant|desormais)\b|\byou are now\b|\bact as\b|\bfais comme si\b|\bpretend (?:to be|that|you)\b|\bquitter? (?:ton|votre) role\b"
    r"|<\/?(?:system|assistant|tool|instructions?)\b|\b(?:repete|affiche|revele|montre|print|reveal|show|donne)\b.{0,40}\b(?:prompt|instructions?|consignes?|hidden rules|api keys?|regles cachees)\b"
)
_ERRAND = re.compile(
    r"^(?:\W*(?:salut|bonjour|hello|hi|hey|stp|please|merci d'avance|s'il te plait)\W+)*(?:tu peux |peux-tu |pouvez-vous |can you |could you )?"
    r"(?:m'?)?(?:ecris|ecrire|redige|rediger|raconte|invente|compose|traduis|write|tell me a|compose|draft|translate)(?:-moi|-nous)?\b"
    r"|\b(?:blague|poeme|poem|joke|pitch|recette d(?:e|u|es)|horoscope|slogan)\b|\brecette d'"
    r"|\b(?:pleuvoir|weather forecast|quel(?:le)? (?:est la )?meteo|meteo (?:de |du |pour )?(?:demain|aujourd|ce soir|week))\b"
)
"""Requests for something other than an answer from the texts."""
_OTHER_FIELD = re.compile(
    r"\b(?:salaires?|se paie|est paye|cachets?|minimum syndical|grille des salaires|conges spectacles|france travail|assedic|chomage|unemployment"
    r"|droits? (?:d'auteur|musica\w+|voisins?|a l'image)|sacem|music rights|copyright|credits? d'impots?|tax credits?|tax rebate|tva|vat|soficas?"
    r"|cameras?|objectifs? (?:photo|anamorph)\w*|lens(?:es)?|etalonnage|casting|(?:mon|ton|notre|votre|my|our) (?:scenario|script)|screenplay|billetterie|box.?office|statuts? (?:type|d'une s)"
    r"|mes actions|action d'une|buy shares|visa de|permis de conduire"
    # pay, contracts and social charges
    r"|(?:on |se |je |nous )(?:paye|paie|paient|payer?) (?:combien|mini\w*|un|une|les)? ?(?:scenar|acteur|comedien|figurant|technicien|stagiaire)"
    r"|charges? (?:social|patronal|salarial)|urssaf|audiens|defraie|heures? supp?|contrat de travail"
    # company tax, insurance
    r"|impots? sur les societes|(?:taux|tx) d'is\b|cfe\b|assurances? (?:rc|multi|annulation|materiel|tournage|tous risques)|rc pro\b"
    # advertising of other regulated goods
    r"|loi evin|alcool|bieres?\b|vins?\b|tabac|cigarette|jeux? d'argent|paris sportif|medicament|complements? alimentaire"
    # stunts, planning, software
    r"|cascad|feuilles? de service|plans? de travail|logiciels? de (?:planning|montage|devis|paie))\w*"
)
"""Matters of a production that other rules than ours govern."""
_GREEN = re.compile(
    r"\b(?:eco|carbon|co2|vert|green|climat|dechet|waste|recycl|label|csrd|rse|esrs|vsme|beges|ges|durab|sustain|environ|energ|emission|bilan|footprint"
    r"|empreinte|pollu|afnor|dpef|vigilance|plastic|plastique|reemploi|responsab|conditionn|omnibus|drone|bruit|foret|parc nat|enfant|chaleur)\w*"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
_WRAPPED = re.compile(
    r"<!--.*?-->|<(?P<tag>system|assistant|tool\w*|instructions?|user)\b[^>]*>.*?</(?P=tag)>|\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(r"[^.!?;\n]*[.!?;\n]+|[^.!?;\n]+")


def is_injection(text: str) -> bool:
    """True for a question that tries to instruct rather than ask."""
    return bool(_INJECTION.search(fold(text)))


def is_errand(text: str) -> bool:
    """True for a request that no regulatory text can answer (a poem, a joke, the weather)."""
    return bool(_ERRAND.search(fold(text)))


def is_no_question(text: str) -> bool:
    """True for a text that is an order or an errand: nothing in it is looked up."""
    return is_injection(text) or is_errand(text)


def is_other_field(text: str) -> bool:
    """True for a question of pay, rights, taxes or gear that says nothing of ecology: other rules than ours govern it."""
    folded = fold(text)
    return bool(_OTHER_FIELD.search(folded)) and not _GREEN.search(folded)


def without_instructions(text: str) -> str:
    """A text without the orders slipped into it; the text as it is when it holds none, or when nothing else asks.

    Invisible characters go in any case: they hide orders, and break words.
    """
    seen = _INVISIBLE.sub("", text)
    if not is_injection(seen):
        return seen
    bare = _WRAPPED.sub(lambda m: " " if is_injection(m.group(0)) or "{" in m.group(0) else m.group(0), seen)
    if is_injection(bare):
        bare = "".join(s for s in _SENTENCE.findall(bare) if not is_injection(s))
    bare = " ".join(bare.split())
    asks = "?" in bare or bool(question_types(bare))
    return bare if asks and len(analyse(bare)) > 1 and not is_injection(bare) else seen
