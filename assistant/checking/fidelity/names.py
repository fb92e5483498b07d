"""Bodies, places, nationalities, and the people and works of the trade.

Guarantee: a name that the wording does not hold is a departure, whatever the name: nothing has to be listed for a body
to be missed. Listed are only the other names of one body (CNC, Centre national du cinéma) and the common nouns that
name someone (le préfet, l'annonceur) or a kind of work (documentaire, long métrage).
"""

from __future__ import annotations

# ruff: noqa: E501 - tables of patterns read best one pattern a line
import re

from assistant.checking.fidelity.words import ReadText, aligned_fold, bag, words_pattern

_SAME = (
    ("cnc", "centre national du cinema"),
    ("ademe", "agence de la transition ecologique"),
    ("arcom", "autorite de regulation"),
    ("h2a", "haute autorite de l'audit"),
    ("onf", "office national des forets"),
    ("vnf", "voies navigables de france"),
    ("rga", "reglement general des aides", "reglement du cnc", "reglement des aides", "general aid"),
    ("dgmic", "medias et des industries culturelles"),
    ("efrag", "european financial reporting"),
    ("union europeenne", "europe*", "european*", "communautaire*"),
    ("france", "francais*", "french"),
    ("allemagne", "allemand*", "german*"),
    ("italie", "italien*", "italian*", "italy"),
    ("espagne", "espagnol*", "spanish", "spain"),
    ("royaume-uni", "britannique*", "british", "uk", "united kingdom", "anglais*"),
    ("etats-unis", "americain*", "american", "united states"),
    ("pays-bas", "neerlandais*", "dutch", "netherlands"),
    ("belgique", "belge*", "belgian", "belgium"),
    ("canada", "canadien*", "canadian"),
    ("pays nordiques", "nordique*", "nordic"),
)
_SAME_PATTERNS = tuple(words_pattern(names) for names in _SAME)
_PEOPLE = tuple(
    (words_pattern(told), words_pattern((*told, *also)))
    for told, also in (
        (("ministre", "ministere", "minister", "ministry"), ("ministre*", "ministeriel*", "dgmic")),
        (("prefet", "prefets", "prefecture", "prefectures", "prefect"), ("prefectora*",)),
        (("maire", "maires", "mairie", "mairies", "mayor", "town hall"), ("municipal*", "commune*", "ville")),
        (("juge", "juges", "tribunal", "tribunaux", "the court", "courts", "judge"), ("judicia*",)),
        (("president", "presidente"), ()),
        (("senat", "senate"), ()),
        (("assemblee nationale", "national assembly"), ("deput*",)),
        (("parlement", "parliament"), ("parlement*", "assemblee*", "senat")),
        (("gouvernement", "government"), ("gouvernement*",)),
        (("constitutionnel", "constitutional council"), ()),
        (("region", "regions"), ("region*", "regional*")),
        (("departement", "departments"), ("departement*", "departmental*")),
        (("producteur", "producteurs", "productrice", "producer", "producers"), ("product*", "produi*")),
        (("distributeur", "distributeurs", "distributor", "distributors"), ("distribut*",)),
        (("exploitant", "exploitants", "exhibitor", "exhibitors"), ("exploit*", "salle*", "cinema*")),
        (("diffuseur", "diffuseurs", "broadcaster", "broadcasters"), ("diffus*", "chaine*", "channel*", "tele*")),
        (("annonceur", "annonceurs", "advertiser", "advertisers"), ("annonc*", "publicit*", "advert*")),
        (("commissaire aux comptes", "commissaires aux comptes"), ("audit*", "certifi*")),
        (("auditeur", "auditeurs", "auditor", "auditors"), ("audit*", "commissaire*", "verif*")),
        (("fournisseur", "fournisseurs", "supplier", "suppliers"), ()),
        (("proprietaire", "owner"), ()),
        (("banque", "banques", "bank", "banks"), ()),
        (("consommateur", "consommateurs", "consumer", "consumers"), ()),
        (("documentaire", "documentaires", "documentary", "documentaries"), ()),
        (("fiction", "fictions"), ("drama*",)),
        (("animation",), ("anime*", "animated")),
        (("serie", "series"), ()),
        (("court metrage", "courts metrages", "short film", "short films"), ("court-metrage*", "shorts")),
        (("long metrage", "longs metrages", "feature film", "feature films"), ("long-metrage*", "feature*")),
        (("clip", "clips", "music video"), ("videomusique*",)),
        (("jeu video", "jeux video", "video game", "video games"), ("video-game*",)),
        (("communal", "communale", "communaux"), ("commune*", "municipal*")),
    )
)
_BODIES = bag(
    "ecoprod arte arcom ademe afnor afdas canal canalplus tf1 m6 netflix bbc enedis edf engie totalenergies deloitte kpmg ficam "
    "fncf csa cst acpr esma efrag bpifrance audiens cofiloisirs coficine secoya albert ecomuvi legifrance xilam "
    "mediakwest commission bercy paris lyon marseille bordeaux bretagne corse occitanie normandie europe france"
)
"""Names that may open a sentence: elsewhere a capital is enough to tell a name."""
_TITLE = re.compile(r"(?<![\w])(?:[A-ZÀÂÉÈÊÎÏÔÇŒ][\w&+!-]*|[\w]*[A-Z][A-Z0-9&+-]+)")
_OPENS = re.compile(r"(?:[.!?:;]\s|[«\"“]\s?|\A\W+)$")
_NOT_NAMES = bag(
    "article articles directive regulation law act code decree order ordinance label labour environmental energy civil "
    "penal criminal commercial rural forestry member members states state january february march april may june july "
    "august september october november december monday in the a an since for from on if only under according omnibus "
    "delegated type no eur hr mr annex chapter co2 co2e kg kwh mwh gwh kw mw eco tco2e gco2e kgco2e loi decret region "
    "ville etat etats ht m iso spec base scheme performance article"
)


_COUNTED = re.compile(r"co2|\d\d")
"""Units and article numbers, which `ingest.language.claims` reads."""
_EU = re.compile(r"(?<![a-z])(?:ue|eu|europ[a-z]*|union|directive|csrd|esrs)(?![a-z])")


def departures(mine: ReadText, theirs: ReadText) -> list[str]:
    """Names and common nouns for someone that `mine` holds and `theirs` does not."""
    held = theirs.folded
    out = [f"nom : {name}" for name in _names(mine) if not _known(aligned_fold(name), theirs)]
    for told, support in _PEOPLE:
        if (m := told.search(mine.folded)) and not support.search(held):
            out.append(f"sujet : {m.group(0)}")
    for pattern in _SAME_PATTERNS:
        if (
            (m := pattern.search(mine.folded))
            and not pattern.search(held)
            and not (_EU.search(held) and "urop" in m.group(0))
        ):
            out.append(f"nom : {m.group(0)}")
    return out


def _names(text: ReadText) -> list[str]:
    """Words with a capital that no sentence start explains, and acronyms."""
    out = []
    for m in _TITLE.finditer(text.text):
        word = m.group(0)
        opens = m.start() == 0 or _OPENS.search(text.text, max(0, m.start() - 4), m.start())
        if opens and not word[1:2].isupper() and aligned_fold(word) not in _BODIES:
            continue
        if aligned_fold(word) not in _NOT_NAMES and len(word) > 1 and not _COUNTED.search(aligned_fold(word)):
            out.append(word)
    return out


def _known(name: str, theirs: ReadText) -> bool:
    if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", theirs.folded):
        return True
    pieces = [p for p in re.split(r"[-&+!]", name) if len(p) > 1]
    if len(pieces) > 1 and all(re.search(rf"(?<![a-z]){re.escape(p)}(?![a-z])", theirs.folded) for p in pieces):
        return True
    if name in {"ue", "eu", "union"} or name.startswith("europ"):
        return bool(_EU.search(theirs.folded))
    return any(p.search(name) and p.search(theirs.folded) for p in _SAME_PATTERNS)


def named(text: ReadText) -> frozenset[str]:
    """Folded names of a text, for `roles`."""
    return frozenset(aligned_fold(n) for n in _names(text))
