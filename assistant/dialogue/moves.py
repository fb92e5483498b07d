"""What a turn does to the conversation, told by its words: coming back, correcting, shifting, leaning.

Guarantee: pure functions of the text, on folded text like `assistant.reading.kinds`; none guesses at a meaning
that the words do not carry.
"""

from __future__ import annotations

import re

from assistant.reading.folding import Aligned
from assistant.reading.kinds import DATE_TERMS, question_types
from ingest.language.lexical import analyse, fold

_OPENER = re.compile(
    r"^(?:(?:et|mais|ok|okay|d'accord|alors|donc|du coup|sinon|bon|au fait|and|but|so|then|well|what about|how about)\b"
    r"[\s,]*)+"
)
_BACK = re.compile(
    r"^(?:pour (?:en )?revenir|(?:j'en|je|on|nous)? ?(?:reviens|revient|revenons)|retour"
    r"|(?:going |coming |getting )?back|returning|let's (?:go|get) back)"
    r"\s(?:a|au|aux|sur|to|chez|en)\s"
    r"(?:(?:l'|la |le |les |cette? |ces |mon |ma |mes |notre |nos |the |that |this |those |my |our ))?"
    r"(?P<what>[^,:;.?!]{2,60})(?P<rest>[,:;.?!].*)?$"
)
_MISTAKEN = r"je me suis (?:plantee?|trompee?)|je (?:voulais|veux) (?:dire|parler)|je parl(?:ais|e)"
_CORRECTS = re.compile(
    r"^(?:(?:ah|euh|oh|mais|ok)\b[\s,]*)?(?:non|pardon|oups|desolee?|sorry|erreur|rectification|correction|no|nope|oops"
    rf"|plutot|en fait|actually|i mean(?:t)?|{_MISTAKEN})\b(?P<rest>.*)$"
)
_CORRECTS_LEAD = re.compile(
    rf"^(?:[\s,:;.!…-]|(?:pardon|desolee?|non|sorry|{_MISTAKEN}|on parle|c'etait|c'est|il s'agit|i mean(?:t)?"
    r"|i was (?:talking|asking)|it's|it is|about|de|du|des)\b|d')+"
)
_GOES_ON = re.compile(r"[\s,.;!]*\b(?:alors|du coup|donc|so|then)\b[\s?!.]*$")
_LEANS = re.compile(
    r"\b(?:celui|celle|ceux|celles)(?:-ci|-la)?\b|\bce(?:tte)? dernie|\b(?:le|la|les) memes?\b"
    r"|\b(?:l'un|l'autre|les deux)\b|\bl'(?:a|ont|avait|avaient|aura)\b"
    r"|\bce(?:t|tte|s)? (?:bilan|rapport|label|guide|texte|seuil|plan|fichier|dossier|delai|montant|aide|prime|regle"
    r"|liste|formation|referent|obligation|amende)s?\b"
    r"|\b(?:skip|drop|miss|of|do|get|have|need|choose) (?:one|it|them|those|these|that|this)\b"
    r"|\b(?:isn't|is|are|does|do|did|will|was|has) (?:it|they|that|this|those|these)\b"
    r"|\b(?:both|either|neither|which one)\b|^(?:it|they)\b|\bsi (?:je|on|nous) (?:l'|le |la |les |ne l|n')"
    r"|\b(?:le|la|les) (?:re)?(?:faire|rendre|remettre|payer|demander|toucher|obtenir|deposer)\b"
)
_ANEW = re.compile(
    r"^(?:(?:et|sinon|bon|and|also)[\s,]+)*(?:autre (?:sujet|question|chose)|also,|aussi,"
    r"|(?:ca n'a )?rien a voir(?: mais)?|tant (?:que j'y suis|qu'on y est)"
    r"|par ailleurs|au passage|pendant que j'y suis|another (?:question|thing)"
    r"|unrelated|while i'm at it)[\s,:]*"
)
_PAIRS = re.compile(r"\b(?:les deux|ni l'un|both|either|neither)\b(?! \w*(?:bilans?|aides?|labels?)\b)")
SHIFT_WORDS = frozenset(
    analyse(
        "version côté niveau équivalent équivalente pareil idem même aussi side equivalent same there et pour chez "
        "dans cas case about what how quid too also instead either aussi non plus sinon d'ailleurs"
    )
)
"""Words of a shift that say nothing of what is shifted to."""
_LAW_WORDS = SHIFT_WORDS | frozenset(analyse("droit loi règle texte rules law"))
_REGIME_WORDS = frozenset(
    analyse("européen européenne Europe Bruxelles UE directive français française France European EU French Brussels")
)
_OMITS = re.compile(
    r"\bsi (?:j|on\b|nous\b|jamais\b).{0,28}\b(?:pas|rien|jamais|oubli\w*|zapp\w*|rate\w*)\b"
    r"|\bamendes?\b|\bfined?\b|\bpenalty\b"
)
_FOCUS = re.compile(
    r"\b(?:combien(?: de)?|quel(?:le)?s?|quand|comment|pourquoi|est-ce que?|a (?:quel(?:le)? )?(?:moment|partir de)"
    r"|c'est|seuils?|scores?|montants?|prix|tarifs?|taux|pourcentage|dates?|delais?|echeances?|moments?|salaries?"
    r"|effectifs?|faut-il|faut|tombe|what|which|when|how (?:much|many|long)|thresholds?|amounts?|percentage|deadlines?"
    r"|employees|required?|requires|needed|needs?)\b"
)
"""What a question asks of its subject, apart from the subject itself."""
_SKIPPED = re.compile(r"^(?:(?:maintenant|aujourd'hui|ajd|now|today)\b[\s,]*)+")
_CASE = re.compile(r"(?:pour|a|au|aux|en|dans|sur|avec|sans|chez|for|with|without|in|on|at)\b")
_NEXT = re.compile(
    r"\bl'(?:annee|an) (?:suivante?|d'apres|prochaine?)|\b(?:the )?(?:next|following) year\b|\bthe year after\b"
)
_PREVIOUS = re.compile(r"\bl'(?:annee|an) (?:precedente?|d'avant)|\b(?:the )?(?:previous|year before)\b")
_THAT_YEAR = re.compile(r"\b(?:cette|la meme) annee(?:-la)?\b|\bthat (?:same )?year\b")


def back_to(text: str) -> tuple[str, str] | None:
    """What a turn comes back to, and what it then asks (perhaps nothing): « Back to that feature: is there…? »."""
    line = Aligned(_said(text))
    m = _BACK.match(line.folded)
    if m is None:
        return None
    rest = line.text[line.span(m, "rest")[0] :] if m["rest"] else ""
    return m["what"].strip(), rest.lstrip(" ,:;.?!")


def correction(text: str) -> str | None:
    """What a turn says instead (« non, je parlais de l'animation » → « animation »); None when it corrects nothing, or
    asks a question of its own (« Non mais quel est le délai ? »)."""
    line = Aligned(text)
    m = _CORRECTS.match(line.folded)
    if m is None:
        return None
    rest = Aligned(text[line.span(m, "rest")[0] :])
    lead, tail = _CORRECTS_LEAD.match(rest.folded), _GOES_ON.search(rest.folded)
    start = rest.span(lead)[1] if lead else 0
    end = rest.span(tail)[0] if tail else len(rest.text)
    instead = rest.text[start:end].strip(" ,;:.?!")
    return instead if instead and not question_types(instead) and len(analyse(instead)) <= 10 else None


_DENIES = re.compile(
    r"\b(?:pas|non|plus|not|isn't|no longer)\s(?:(?:de|du|des|un|une|le|la|les|a|an|the|in|en|au|à)\s|(?:d|l)['’])?$",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether a text ends on what denies the words that follow."""
    return _DENIES.search(text) is not None


def goes_on(text: str) -> bool:
    """Whether a turn opens by going on (« et », « ok »)."""
    return _OPENER.match(Aligned(text).folded) is not None


def said(text: str) -> str:
    """A turn without its opening « et », « ok », and its question mark."""
    return _said(text).strip(" ?!.,")


def _said(text: str) -> str:
    line = Aligned(text)
    opener = _OPENER.match(line.folded)
    return text[line.span(opener)[1] :] if opener else text


def content(text: str) -> list[str]:
    """The terms of a turn that name something: no opener, no date, no figure."""
    return [t for t in analyse(said(text)) if not t.isdigit() and t not in DATE_TERMS]


def only_regime(terms: list[str]) -> bool:
    """True when a turn names another body of law and nothing else: « et la version européenne ? »."""
    return any(t in _REGIME_WORDS for t in terms) and all(t in _REGIME_WORDS or t in _LAW_WORDS for t in terms)


def names_a_case(text: str) -> bool:
    """True when a turn only says for whom, where or with what (« et pour ma cantine de trente couverts ? »)."""
    opened = _SKIPPED.sub("", fold(said(text)))
    return bool(_CASE.match(opened))


def leans(text: str) -> bool:
    """True when a turn points at what was said before it (« skip one », « celle-là », « ce bilan »)."""
    return bool(_LEANS.search(fold(text))) and len(content(text)) <= 8


def anew(text: str) -> str | None:
    """What a turn asks of a new subject that it announces (« autre question : … »); None when it announces none."""
    line = Aligned(text)
    m = _ANEW.match(line.folded)
    return text[line.span(m)[1] :] if m else None


def pairs(text: str) -> bool:
    """True when a turn speaks of two things that only the turns before it name (« les deux à la fois ? »)."""
    return bool(_PAIRS.search(fold(text)))


def omits(text: str) -> bool:
    """True when a turn asks what comes of not doing what was spoken of (« et si on le fait pas ? »)."""
    return bool(_OMITS.search(fold(text)))


def subject_words(question: str) -> str:
    """A question without what it asks of its subject: « Quel score faut-il pour le Label ? » → « pour le Label ? »."""
    line = Aligned(question)
    return line.without(map(line.span, _FOCUS.finditer(line.folded)))


def year_shift(text: str) -> int | None:
    """Years from the date of the conversation: « l'année suivante » 1, « cette année-là » 0; None when not said."""
    folded = fold(text)
    for pattern, years in ((_NEXT, 1), (_PREVIOUS, -1), (_THAT_YEAR, 0)):
        if pattern.search(folded):
            return years
    return None


def without_year_words(text: str) -> str:
    """A turn without « l'année suivante », « cette année-là »."""
    line = Aligned(text)
    return line.without(line.span(m) for p in (_NEXT, _PREVIOUS, _THAT_YEAR) for m in p.finditer(line.folded))
