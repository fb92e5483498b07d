"""What keeps a sentence from saying more than it knows: hedges, attributions, conditions, regimes, days of validity.

Guarantee: the grammar is of the languages, not of the corpus; a hedge has one name in French and in English, so that a
`lead` can be compared with its `text`, and an `en` with both. Some hedges keep another: what is « à vérifier » may be
said in the conditional, and a sentence that names its author needs no « selon ».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.language.claims import MONTHS_FR, Language, read_claim

_MARKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'"})


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_LAW = (
    r"(?:l'|les?\s|la\s|leurs?\s|du\s|des\s|cet(?:te)?\s|ces\s)?(?:articles?|art\.|lois?|codes?|décrets?|arrêtés?|"
    r"directives?|règlements?|ordonnances?|normes?|textes? officiels?|[LRD]\.)"
)
_SHARE = (
    r"(?:que\b|qu'|les?\s(?:un|autre|département)s?\b|la\s(?:méthode|nomenclature|charte|réglementation)\b|leurs?\b|son\b|sa\b|ses\b|chaque\b|le(?:s|ur)?\s(?:cas|niveau|type|genre|lieu|lieux|mode|format|poste|poids|volume|montant|"
    r"budget|régime|stade|nombre|rôle|besoins?|contrat|modèle|département|pays|territoires?|filières?|branches?|étapes?|espèces?|saisons?|usages?|résultats?)\b|"
    r"la\s(?:taille|nature|durée|région|gravité|surface|puissance|zone|saison|date|complexité|classe|catégorie|forme|place|quantité|longueur|commune)\b|"
    r"l'(?:une?\b|autre|indicateur|œuvre|étape|aide|activité|usage|âge|équipement|ampleur|effectif|heure|outil|espèce|emploi)\b|des?\s|deux\b|trois\b|quatre\b|un\s(?:barème|modèle|calendrier|ordre)\b|une\s(?:grille|échelle|méthode)\b)"
)
"""What « selon » distributes over, rather than whom it quotes."""
_SPEAKS = (
    r"\b(?:dit|disent|dis(?:ait|aient)|déclar\w+|estim\w+|jug(?:e|ent|eait)|relèv\w+|relev\w+|rappel\w+|annon[cç]\w+|recommand\w+|situ(?:e|ent|ait)|"
    r"cit(?:e|ent|ait|ée?s?)|écri(?:t|vent|vait)|affirm\w+|indiqu\w+|présent(?:e|ent|ait|ée?s?)|revendiqu\w+|constat\w+|calcul(?:e|ent|ait)|compt(?:e|ent|ait)|"
    r"mesur(?:e|ent|ait)|montr\w+|chiffr\w+|évalu\w+|précis\w+|donn(?:e|ent|ait)|attribu\w+|retien\w+|propos\w+|cons(?:idère|eill)\w*|rapport\w+|publi\w+|prévoi\w+|décri\w+|signal\w+|classe|voit|prévien\w+|admet\w*|qualifi\w+|soulign\w+|not(?:e|ent|ait))\b"
)
_CONDITIONAL = (
    r"\b\w*(?:erai(?:t|ent)|(?<!t)(?<!exp)(?<!insp)(?<!resp)(?<!adm)(?<!v)irai(?:t|ent)|rrai(?:t|ent)|(?:[aeiou]n|ou|au)drai(?:t|ent)|(?:de|ce|i)vrai(?:t|ent)|"
    r"(?:met|[îi]|bat)trai(?:t|ent)|(?:d|l|u)irai(?:t|ent)|clurai(?:t|ent)|\baurai(?:t|ent)|\bsaurai(?:t|ent))\b"
)
_FR: dict[str, re.Pattern[str]] = {
    "principe": _any(r"\ben principe\b", r"\ben règle générale\b", r"\bnormalement\b", r"\ben général\b", r"\bsauf exception"),
    "verifier": _any(r"\bà (?:vérifier|confirmer|relire)\b", r"\b(?:non|pas|pas encore) vérifiée?s?\b", r"[;:,] vérifi(?:er|ez)\b"),
    "probable": _any(r"\bpar déduction\b", r"\bprobable(?:ment)?\b", r"\bvraisemblable(?:ment)?\b", r"\bsemblent?\b", r"\bpeut-être\b", r"\bpar lecture\b", r"\bsans doute\b"),
    "conditionnel": re.compile(_CONDITIONAL, re.IGNORECASE),
    "attribution": _any(rf"\b(?:selon|d'après|aux dires d[eu]s?)\s(?!{_SHARE})(?!{_LAW})(?=\S)", r"\bsuivant (?:la|le|l'|les) (?:rapport|presse|guide)"),
    "mise_en_demeure": _any(r"\baprès (?:une |deux |la )?mises? en demeure\b", r"\bmises? en demeure (?:restée|préalable)"),
    "droit_ue": _any(r"\b(?:en |du |le |au )droit (?:européen|de l'Union|de l'UE)\b", r"\bau niveau européen\b"),
    "droit_fr": _any(r"\b(?:en |du |le |au |ni )?droit français\b"),
}  # fmt: skip
_EN: dict[str, re.Pattern[str]] = {
    "principe": _any(r"\bin principle\b", r"\bas a rule\b", r"\bnormally\b", r"\bgenerally\b", r"\bin general\b", r"\bexcept(?:ion|ional)\w*\b", r"\busually\b"),
    "verifier": _any(r"\b(?:to be|not|un|yet to be|should be|remains? to be|needs? to be|must be|not been)\s?(?:independently )?(?:checked|verified|confirmed|established|re-?read)\b", r"\b(?:check|verify|confirm(?:ation|ed)?)\b", r"\bneeds? (?:checking|confirming)\b"),
    "probable": _any(r"\bby deduction\b", r"\bdeduc\w+|\bdedu(?:ced?|ction)\b", r"\binfer\w*\b", r"\bprobabl[ey]\b", r"\b(?:un)?likely\b", r"\bseems?\b", r"\bappears?\b", r"\bperhaps\b|\bmay\b|\bmight\b", r"\breading of\b|\bas we read\b|\bon (?:our|a) reading\b|\bon the wording\b", r"\bdoubtless\b"),
    "conditionnel": _any(r"\bwould\b", r"\bcould\b", r"\bshould\b", r"\bmight\b", r"\bmay\b", r"\bif\b", r"\breported(?:ly)?\b", r"\bsaid to\b", r"\bput at\b", r"\bdue to\b", r"\bplan(?:s|ned)?\b", r"\bwas to\b|\bwere to\b", r"\bestimated\b"),
    "attribution": _any(r"\b(?:according to|depending on|under|based on|varies with)\b", r"\bsays?\b|\bsaid\b|\bstates?\b|\bstated\b|\breport\w*\b|\bputs?\b|\bdescribe\w*\b|\bfinds?\b|\bfound\b|\bestimat\w+|\bnot(?:es|ed)\b|\bconsider\w*|\bbelieve\w*|\bclaim\w*|\bannounce\w*|\brecommend\w*|\bby \w+'s\b|\bin the view of\b|\bcited?\b|\bgive[sn]?\b|\bon the account of\b|\bper\b|\blist\w*\b|\bas \w+ (?:reads|sees)\b|\bshow\w*\b|\bin \w+'s\b|\bcount\w*\b|\bpresent\w*\b|\bpublish\w*\b|\bquot\w+|\bread(?:ing|s)?\b|\bview\b"),
    "mise_en_demeure": _any(r"\bformal(?:ly)? (?:notice|notif\w+)\b", r"\bnotices?\b"),
    "droit_ue": _any(r"\b(?:EU|European|Union)\b"),
    "droit_fr": _any(r"\b(?:French|France)\b"),
}  # fmt: skip
_LOOSE: dict[str, re.Pattern[str]] = {
    "principe": _any(r"\bprincipe\b", r"\bsauf\b", r"\bhors\b", r"\bgénéralement\b", r"\bd'ordinaire\b", r"\bpeu(?:t|vent)\b"),
    "verifier": _any(r"\bvérifi\w+", r"\bconfirm\w+", r"\bétabli\w*", r"\b(?:in)?certain\w*", r"\binconnue?s?\b", r"\bpas (?:été )?(?:lue?s?|trouvée?s?)\b", r"\btrouvée?s?\b", r"\bdonnent? pas\b|\bdisent? (?:pas|ni)\b"),
    "probable": _any(r"\bincertain\w*", r"\bétabli\w*", r"\bpeu(?:t|vent)\b"),
    "conditionnel": _any(r"\bpeu(?:t|vent)\b", r"\bpouvai\w+", r"\bprojets?\b", r"\bpropos\w+", r"\bprévu\w*|\bprévoi\w+|\bprévoyai\w+", r"\bannonc\w+", r"\bsi\b|\bs'il", r"\bdemand\w+", r"\bestim\w+", r"\bpossible\w*", r"\bdevai\w+|\bdevra\w*", r"\battendue?s?\b", r"\benvisag\w+", r"\bvisai\w+", r"\b\w+er(?:a|ont)\b"),
    "attribution": _any(_SPEAKS, r"\bselon\b|\bd'après\b", r"\bprésentée?s? (?:par|comme)\b"),
    "mise_en_demeure": _any(r"\bmises? en demeure\b", r"\bmis en demeure\b"),
    "droit_ue": _any(r"\beurop\w+", r"\bUE\b", r"\bUnion\b", r"\bdirectives?\b", r"\bCommission\b"),
    "droit_fr": _any(r"\bfran[cç]\w+", r"\bFrance\b", r"\bordonnance\b"),
}  # fmt: skip
"""Other words that keep a hedge in a shorter French sentence."""
_BY: dict[str, tuple[str, ...]] = {
    "principe": ("conditionnel", "probable", "verifier"),
    "verifier": ("probable", "conditionnel", "attribution"),
    "probable": ("verifier", "conditionnel", "attribution"),
    "conditionnel": ("attribution", "verifier", "probable"),
    "attribution": (),
    "mise_en_demeure": (),
    "droit_ue": (),
    "droit_fr": (),
}
"""Hedges that keep another: each says that the sentence is less than certain."""
LABELS = {
    "principe": "« en principe »",
    "verifier": "« à vérifier »",
    "probable": "déduction ou probabilité",
    "conditionnel": "conditionnel",
    "attribution": "auteur (« selon… »)",
    "mise_en_demeure": "« après mise en demeure »",
    "droit_ue": "« en droit européen »",
    "droit_fr": "« en droit français »",
    "dates": "dates de validité",
}
_ADDED = ("principe", "verifier", "probable", "conditionnel", "mise_en_demeure")
"""Hedges that weaken a lead when its text has none of them."""
_QUOTED = re.compile(r"«[^»]*»")
_NAME = re.compile(
    rf"\b(?:[Ss]elon|[Dd]'après|[Aa]ux dires d[eu]s?)\s(?!{_SHARE})(?!{_LAW})(?P<said>[^,;:.()]+)", re.IGNORECASE
)
_CAPITALS = re.compile(
    r"\b(?:(?!L[ea]s?\b|Une?\b)[A-ZÉÈ][\w'+&-]+|(?:presse|guides?|rapport|audit|étude|sources?|relevés?|comptage))\b"
)
_DAY = rf"(?:\d{{1,2}}(?:er)?\s)?(?:(?:{'|'.join(MONTHS_FR)})\s)?(?:19|20)\d{{2}}"
_ENDS = re.compile(
    rf"\b(?:jusqu'(?:au|à|en)|avant(?: le)?|d'ici(?: le| à)?|du\s{_DAY}\sau)\s(?:(?:la )?(?:fin|mi)[\s-])?(?:de\s)?{_DAY}\b",
    re.IGNORECASE,
)
_THEN = re.compile(r"^(?:En|Pour|De|Au|Lors de|Fin|Début|Pour l'exercice|Pour l'année)\s(?:\w+\s){0,2}(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Drift:
    """A hedge that a shorter sentence drops, or one that it adds."""

    hedge: str
    added: bool

    def __str__(self) -> str:
        return f"{LABELS[self.hedge]} {'ajouté' if self.added else 'perdu'}"


@lru_cache(maxsize=16384)
def hedges(text: str, language: Language = "fr") -> frozenset[str]:
    """The hedges of a sentence, outside what it quotes."""
    plain = _QUOTED.sub(" ", text.translate(_MARKS))
    return frozenset(name for name, regex in (_EN if language == "en" else _FR).items() if regex.search(plain))


def drift(text: str, lead: str) -> list[Drift]:
    """What a lead loses of its text's hedges, dates of validity included, and what it adds to them."""
    mine, theirs = hedges(lead), hedges(text)
    out = [Drift(h, added=False) for h in sorted(theirs - mine) if not _kept(h, text, lead)]
    out += [Drift(h, added=True) for h in _ADDED if h in mine - theirs and not _kept(h, lead, text)]
    return out + ([Drift("dates", added=False)] if _loses_its_days(text, lead) else [])


def lost_in_english(text: str, english: str) -> list[Drift]:
    """The hedges of a text that its English does not have; a name that is quoted keeps the attribution to it."""
    has = hedges(english, "en")
    return [
        Drift(h, added=False)
        for h in sorted(hedges(text) - has)
        if not has & set(_BY[h]) and not (h == "attribution" and _named(text, english))
    ]


def _kept(hedge: str, text: str, lead: str) -> bool:
    """True when another word, another hedge or the author's own name keeps a hedge."""
    plain = lead.translate(_MARKS)
    if _LOOSE[hedge].search(plain) or hedges(lead) & set(_BY[hedge]):
        return True
    return hedge == "attribution" and _named(text, lead)


def _named(text: str, other: str) -> bool:
    """True when the author that a text names stands in the other sentence too."""
    said = " ".join(m.group("said") for m in _NAME.finditer(text.translate(_MARKS)))
    return any(re.search(rf"\b{re.escape(name)}\b", other) for name in _CAPITALS.findall(said))


def _loses_its_days(text: str, lead: str) -> bool:
    """True when a text that holds until a day, or for a past year, has a lead without any date."""
    plain = text.translate(_MARKS)
    dates = read_claim(text).dates
    return bool(dates and not read_claim(lead).dates and (_ENDS.search(plain) or _THEN.search(plain)))
