"""How questions are phrased, in French and in English: the patterns that tell what is asked.

Guarantee: pure functions of the text, by ordered patterns; each pattern is written against folded text (lower case, no
accents), so that « A QUEL MOMENT » and « à quel moment » are the same question.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.corpus.fiches import AnswerType
from ingest.corpus.register import Regime
from ingest.language.claims import Language
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Phrases

WORDS = Phrases.load(Path(__file__).resolve().parent / "data" / "words.yaml")
"""The words that questions are told by, beside the patterns below."""

_EN = frozenset(
    [
        "the",
        "of",
        "is",
        "are",
        "do",
        "does",
        "did",
        "we",
        "our",
        "my",
        "your",
        "you",
        "they",
        "must",
        "should",
        "can",
        "what",
        "which",
        "who",
        "when",
        "how",
        "why",
        "where",
        "if",
        "it",
        "its",
        "for",
        "with",
        "to",
        "in",
        "on",
        "at",
        "not",
        "any",
        "have",
        "has",
        "need",
        "want",
        "will",
        "would",
        "there",
        "be",
        "a",
        "an",
        "i",
    ]
)
_FR = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "du",
        "de",
        "un",
        "une",
        "est",
        "sont",
        "je",
        "tu",
        "il",
        "elle",
        "nous",
        "vous",
        "on",
        "que",
        "quoi",
        "quel",
        "quelle",
        "quels",
        "quelles",
        "qui",
        "quand",
        "comment",
        "pourquoi",
        "combien",
        "dois",
        "doit",
        "faut",
        "peut",
        "puis",
        "dans",
        "pour",
        "avec",
        "sur",
        "ne",
        "pas",
        "au",
        "aux",
        "et",
        "ou",
        "mon",
        "ma",
        "mes",
        "notre",
        "nos",
        "y",
        "ai",
        "a-t-on",
        "est-ce",
    ]
)


def _compiled(table: dict[AnswerType, str]) -> dict[AnswerType, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in table.items()}


_WH = _compiled(
    {
        AnswerType.COMBIEN: r"(?<!tous les )\bcombien\b(?! de temps)|\bquel(?:le)?s? (?:est |sont |etait |etaient )?(?:le |la |les )?(?:montant|somme|prix|cout|tarif|pourcentage|taux|seuil|score|nombre|part|plafond|amende|duree|budget|forfait|effectif|proportion|surface|superficie|tonnage|note)s?\b|\b(?:c'est|ca fait|ca coute) combien\b|\bcb\b|\bhow (?:much|many)\b|\bwhat (?:is |are |was )?(?:the )?(?:amount|threshold|percentage|rate|score|price|cost|fine|number|share|cap)s?\b",
        AnswerType.QUAND: r"(?:^|[,;:?!.] ?|\b(?:et|ou|mais|c'est|est-ce|a|de|depuis|jusqu'a|pour|des|avant|apres|partir de|duree) )(?:quand|qd|kan[dt]?)\b(?! (?:meme|bien))|\b(?:quand|qd|kan[dt]?)\b(?= (?:est|sont|faut|doi|dev|a-t|ser|peut|puis|s'appli|ca|finalement|exactement|au juste|deja)\b|\W*$|[,;:?!])|\btiming\b|\ba quel(?:le)? (?:moment|date|stade|etape)\b|\bquel(?:le)?s? (?:est |sont )?(?:le |la |les )?(?:date|delai|echeance|calendrier|moment|annee)s?\b|\bdepuis (?:quand|quelle)\b|\bjusqu'a quand\b|\b(?:combien de temps|tous les combien|how often)\b|\bdate limite\b|\bquel jour\b|\bquel(?:le)?s? (?:est |sont )?(?:le |la |les )?(?:premier|premiere|dernier|derniere)s? (?:exercice|annee|rapport|date)s?\b|(?:^|[,;:?!.] ?|\b(?:and|or|but|so|since|until|from|by|it's|know|exactly) )when\b|\bwhen\b(?= (?:do|does|did|is|are|was|were|must|should|shall|will|can|to)\b|\W*$)|\bdeadline\b|\bby what date\b|\bhow long\b",
        AnswerType.QUI: r"(?:^|[,;:] ?|\b(?:a|par|pour|avec|chez|de|et|c'est) )qui\b|\bquel(?:le)?s? (?:est |sont )?(?:l'|le |la |les )?(?:organisme|autorite|certificateur|auditeur|entreprise|societe|acteur)s?\b|\bwho(?:m|se)?\b|\bwhich (?:body|authority|companies|company)\b",
        AnswerType.COMMENT: r"\bcomm?ent\b|\bcmt\b|\bde quelle (?:maniere|facon)\b|\bquel(?:le)?s? (?:est |sont )?(?:la |les )?(?:demarche|etape|procedure|marche a suivre|methode|outil|justificatif|piece|document)s?\b|\bhow (?:do|does|to|can|should|is)\b|\bwhich (?:tool|calculator)",
        AnswerType.POURQUOI: r"\bpourquoi\b|\bp[kq]\b|\bpkoi\b|\bpour quelle raison\b|\bwhy\b",
        AnswerType.OU: r"\b(?:me |se |nous |va |va-t-on )?\bou\W*$|\bou (?:deposer|trouver|declarer|lire|envoyer|est-ce|sont|est|ca|je|on|puis)\b|\bdans quel(?:le)?s? (?:article|texte|loi|code|page|region)s?\b|\bquel(?:le)?s? (?:est |sont )?(?:l'|le |la )?(?:article|texte|loi|decret|base legale)s?\b|\bwhere\b|\bwhich (?:article|law|text)\b",
        AnswerType.QUOI: r"\bqu'est-ce que?\b(?! (?:je|on) (?:dois|peux))|\bc'est quoi\b|\bque (?:faut|faire|dit|doit|dois|prevoit|contient|risque|devient|signifie|veut|se passe|change|couvre|vise)\b|\bquoi\b|\bkoi\b|\b(?:les|la|le)?quel(?:le)?s?\b|\bdefinition\b|\bwhat\b|\bwhich\b|\blist\b",
    }
)
"""Question words, in the order they are looked for."""
_ASKED = _compiled(
    {
        AnswerType.DOIS_JE: r"\b(?:dois|doit|devons|devez|doivent|devait|devaient)(?:-t)?(?:-| )(?:je|on|nous|vous|il|elle|ils|elles)\b|\b(?:je|on|nous|il|elle) (?:dois|doit|devons)\b|\bfaut(?:-| )?il\b|\bfaut\b|\bsuis-je (?:oblige|tenu|soumis|concerne|assujetti)|\b(?:est|sont|sommes|etait|etaient)(?:-| )?(?:ce|il|elle|on|nous|ils|elles)? (?:oblig|obligatoire|soumis|concerne|assujetti|impose|exige|tenu)|\bou (?:pas|non)\b(?=\W*$|\s?[,;?])|\bor not\b|\bmust\b|\bhave to\b|\bneed to\b|\b(?:do|does) (?:i|we|\w+(?: \w+)?) need\b|\brequired\b|\bmandatory\b|\bcompulsory\b|\bsubject to\b|\bapply to\b|\bcovered\b",
        AnswerType.PUIS_JE: r"\b(?:puis|peut|pouvons|peuvent|pouvez|peux)(?:-t)?(?:-| )(?:je|on|nous|vous|il|elle|ils|elles)\b|\b(?:je|on|nous|il|elle) (?:peux|peut|pouvons)\b|\b(?:ai-je|a-t-on|on a|j'ai|avons-nous) le droit\b|\bdroit de\b|\bca passe\b|\bcan (?:i|we|a|an|the|you|it)\b|\bmay (?:i|we|a|an|the)\b|\ballowed\b|\bpermitted\b|\bbanned\b|\bprohibited\b|\bforbidden\b|\bpossible de\b",
    }
)
"""Yes/no questions put as such."""
_WHICH = re.compile(
    r"(?:^|[,;:?!.] ?|\b(?:et|and|de|sur|pour|dans|avec|c'est) )(?:quel(?:le)?s?|que|qu'est-ce qu|quoi|what|which)\b"
)
_HINTED = {AnswerType.DOIS_JE: "oblige", AnswerType.PUIS_JE: "allow"}
"""Words that make a question a yes/no one when no question word does."""
RISK = re.compile(
    r"\brisqu|\bsanction|\bamende|\bprunes?\b|\bpv\b|\bpenalit|\bpuni|\bpenalty|\bfine[ds]?\b|\bsi (?:je|j|on|nous)\s?(?:ne |n'|rends? rien|oublie)"
    r"|\bqu'est-ce qui se passe|\bque se passe|\bwhat happens\b|\bif (?:i|we|it)\b.{0,30}\b(?:not|never|don't|forget)\b"
    r"|\b(?:pas|sans) (?:de )?\w+.{0,40}(?:=|egale?|donc) (?:pas|plus)|\bperd(?:re|s|ons)? (?:l'|mon |notre |le )(?:aide|soutien|argent)|\boubli"
)
DATE_TERMS = frozenset(
    analyse(
        "aujourd'hui ajd maintenant actuellement avant après année mois exercice today now currently before after year "
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre ok alors mais et donc"
    )
)
FILLER = frozenset(
    analyse(
        "moment date délai combien quand comment pourquoi temps max maximum mini minimum sinon prendre prend when how much many time deadline otherwise"
    )
)
"""Terms of a question that tell what kind of answer it wants, not what it is about."""
QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”")
"""Quoted words: a figure or a year in them is not the question's (« on annonce « neutres en 2040 » »)."""
_SAYS_REACH = 40
"""Characters between "what does" and "say", at most."""
_REGIMES = {Regime.UE: "regime ue", Regime.FR: "regime fr"}
_INVERTED = re.compile(
    # « est-elle due ? », but « la norme est-elle due ? » names its subject and « faut-il » has none
    r"^(?:(?:et|mais|alors|donc|quand|comment|combien|pourquoi|qui|que|quoi|ou|a|de|depuis|jusqu'a|quel(?:le)?s?(?: \w+)?) ){0,3}"
    r"(?!faut|existe|suffit|convient|reste|y a)(?:(?:ne|se|y|en|le|la|les) |[nsl]')?\w+(?:-t)?-(?:il|elle|ils|elles)\b"
)
_THEY = ("il", "elle", "ils", "elles")


def named_regimes(text: str) -> frozenset[Regime]:
    """The bodies of law that a question names: French, European, or neither."""
    folded = fold(text)
    return frozenset(regime for regime, name in _REGIMES.items() if WORDS.has(folded, name))


def asks_text(text: str) -> bool:
    """Whether a question wants the words of a text: « que dit l'article 12 », "what does it say"."""
    folded = fold(text)
    does, say = WORDS.find(folded, "what does"), WORDS.find(folded, "say")
    told = any(0 <= start - end <= _SAYS_REACH for _, end in does for start, _ in say)
    return told or WORDS.has(folded, "says")


def asks_risk(text: str) -> bool:
    """Whether a question is after what one risks."""
    return RISK.search(fold(text)) is not None


def asks(text: str) -> bool:
    """Whether a text asks anything: a question mark, or words that want a kind of answer."""
    return "?" in text or bool(question_types(text))


def question_types(text: str, hinted: bool = True) -> tuple[AnswerType, ...]:
    """The kinds of answer that a question wants, question words first; empty when it does not tell. `hinted`: words that
    only hint at a yes/no question (« obligatoire ») count when nothing else does.

    « obligatoire depuis quand » asks when, not whether; « quoi » counts only when nothing more precise does.
    """
    folded = fold(text)
    asked = [kind for kind, pattern in _ASKED.items() if pattern.search(folded)]
    words = [kind for kind, pattern in _WH.items() if pattern.search(folded)]
    precise: list[AnswerType] = [kind for kind in words if kind is not AnswerType.QUOI]
    if asked and AnswerType.QUOI in words and _WHICH.search(folded):
        precise = precise or [AnswerType.QUOI]  # « quelles mentions faut-il » is no yes/no question
    found = [*precise, *asked] or words
    if not found and hinted:
        found = [kind for kind, name in _HINTED.items() if WORDS.has(folded, name)]
    return tuple(found)


def detect_language(text: str, default: Language = "fr") -> Language:
    """French or English by function words; `default` when nothing tells."""
    french, english = _marks(text)
    if english == french:
        return default
    return "en" if english > french else "fr"


_TOLD_BY = 6


def spoken_in(text: str, around: Language) -> Language:
    """The language of a sentence, by itself where it has words enough: « now in English » is answered in it, whatever
    was spoken before."""
    return detect_language(text, around) if len(text.split()) >= _TOLD_BY else around


_ACCENTS = frozenset("éèêàçùœî")
_FEW = 3
"""How many words of a language one of another counts for."""


def only_language(text: str) -> Language | None:
    """The language of the function words of a text, but for a few; None when it is mixed (« fais une to do »), or has
    none."""
    french, english = _marks(text)
    if max(french, english) < _FEW * min(french, english) or french == english:
        return None
    return "fr" if french > english else "en"


def _marks(text: str) -> tuple[int, int]:
    """Words of French and of English alone."""
    words = re.findall(r"[a-zà-ÿ'-]+", text.lower())
    accents = not _ACCENTS.isdisjoint(text.lower())
    return sum(w in _FR for w in words) + accents, sum(w in _EN for w in words)


def is_follow_up(text: str, facets: dict[str, tuple[str, ...]]) -> bool:
    """True when a question leans on the turn before: an opening « et », a pronoun, or too little to stand alone."""
    folded = fold(text).strip()
    content = [t for t in analyse(text) if not t.isdigit()]
    if WORDS.at(folded, "opens") is not None:
        return len(content) <= 9
    if len(content) <= 5 and _leans(folded):
        return True
    if WORDS.at(folded, "preposition") is not None and not WORDS.has(folded, "asks"):
        return len(content) <= 5
    return len(content) <= 2 and not (facets and WORDS.has(folded, "asks"))


def _leans(folded: str) -> bool:
    """Whether a question points at what came before: a pronoun, « ce bilan », « est-elle due »."""
    first = folded.partition(" ")[0].rstrip(",;:.?!")
    return WORDS.has(folded, "points back") or first in _THEY or _INVERTED.search(folded) is not None


def asks_price(text: str) -> bool:
    """True when a text asks what something costs, in words that no question word goes with."""
    return WORDS.has(fold(text), "price")
