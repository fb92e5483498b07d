"""What a turn does to the conversation, told by its words: coming back, correcting, shifting, leaning.

Guarantee: pure functions of the text, on folded text like `assistant.reading.kinds`; none guesses at a meaning
that the words do not carry.
"""

from __future__ import annotations

from pathlib import Path

from assistant.reading.folding import Aligned
from assistant.reading.kinds import DATE_TERMS, question_types
from ingest.language.lexical import analyse, fold
from ingest.language.phrases import Phrases

WORDS = Phrases.load(Path(__file__).resolve().parent / "data" / "words.yaml")
"""The words that moves are told by."""
_MARKS, _BESIDE = ",:;.?!", " ,:;.!…-"
_RETURNED, _CORRECTED = range(2, 61), 10
"""Characters of what a turn comes back to; terms of a correction, at most."""
_IF_REACH = 28
"""Characters between « si on » and what is not done, at most."""
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
_POINTING = (
    ("this", "thing"), ("does", "it done"), ("asks of", "it asked of"), ("if one", "then it"), ("the", "done"),
)  # fmt: skip
_LEANING = 8
"""Terms of a turn that points at what was said before it, at most."""
_DENIED = frozenset(
    ["", "de", "du", "des", "un", "une", "le", "la", "les", "a", "an", "the", "in", "en", "au", "d", "l"]
)
"""What may stand between what denies and what is denied."""
_YEARS = {"next year": 1, "year before": -1, "that year": 0}


def back_to(text: str) -> tuple[str, str] | None:
    """What a turn comes back to, and what it then asks (perhaps nothing): « Back to that feature: is there…? »."""
    line = Aligned(_said(text))
    folded = line.folded
    end = WORDS.at(folded, "returns")
    to = WORDS.at(folded, "returns to", end + 1) if end else None
    if to is None:
        return None
    start = to + 1
    start = WORDS.at(folded, "determines", start) or start
    what = line.text[line.span_of(start, start)[0] :].lstrip()
    named = next((what[:i] for i, c in enumerate(what) if c in _MARKS), what)
    if len(named) not in _RETURNED:
        return None
    return fold(named).strip(), what[len(named) :].lstrip(f" {_MARKS}")


def correction(text: str) -> str | None:
    """What a turn says instead (« non, je parlais de l'animation » → « animation »); None when it corrects nothing, or
    asks a question of its own (« Non mais quel est le délai ? »)."""
    line = Aligned(text)
    first = WORDS.opening(line.folded, "hesitates") if not WORDS.at(line.folded, "corrects") else 0
    end = WORDS.at(line.folded, "corrects", first)
    if end is None:
        return None
    rest = Aligned(text[line.span_of(end, end)[0] :].lstrip(_BESIDE))
    start = rest.span_of(at := WORDS.opening(rest.folded, "leads to what is meant", _BESIDE), at)[0]
    instead = rest.text[start:].strip(" ,;:.?!")
    tail = Aligned(instead)
    ends = WORDS.closing(tail.folded, "goes on")
    instead = instead[: tail.span_of(ends, ends)[0]].strip(" ,;:.?!")
    return instead if instead and not question_types(instead) and len(analyse(instead)) <= _CORRECTED else None


def denies(text: str) -> bool:
    """Whether a text ends on what denies the words that follow."""
    folded = fold(text)
    said = WORDS.find(folded, "denies")
    rest = folded[said[-1][1] :] if said else ""
    return rest[:1] == " " and rest.strip(" '") in _DENIED


def goes_on(text: str) -> bool:
    """Whether a turn opens by going on (« et », « ok »)."""
    return WORDS.opening(fold(text), "opens") > 0


def said(text: str) -> str:
    """A turn without its opening « et », « ok », and its question mark."""
    return _said(text).strip(" ?!.,")


def _said(text: str) -> str:
    line = Aligned(text)
    end = WORDS.opening(line.folded, "opens")
    return text[line.span_of(end, end)[0] :]


def content(text: str) -> list[str]:
    """The terms of a turn that name something: no opener, no date, no figure."""
    return [t for t in analyse(said(text)) if not t.isdigit() and t not in DATE_TERMS]


def only_regime(terms: list[str]) -> bool:
    """True when a turn names another body of law and nothing else: « et la version européenne ? »."""
    return any(t in _REGIME_WORDS for t in terms) and all(t in _REGIME_WORDS or t in _LAW_WORDS for t in terms)


def names_a_case(text: str) -> bool:
    """True when a turn only says for whom, where or with what (« et pour ma cantine de trente couverts ? »)."""
    folded = fold(said(text))
    return WORDS.at(folded, "of a case", WORDS.opening(folded, "now")) is not None


def leans(text: str) -> bool:
    """True when a turn points at what was said before it (« skip one », « celle-là », « ce bilan »)."""
    folded = fold(text)
    points = WORDS.has(folded, "leans") or WORDS.at(folded, "it first") is not None
    points = points or any(WORDS.followed(folded, *pair) for pair in _POINTING)
    return points and len(content(text)) <= _LEANING


def anew(text: str) -> str | None:
    """What a turn asks of a new subject that it announces (« autre question : … »); None when it announces none."""
    line = Aligned(text)
    start = WORDS.opening(line.folded, "also", " ,")
    if (end := WORDS.at(line.folded, "anew", start)) is None and (end := WORDS.at(line.folded, "anew")) is None:
        return None
    return text[line.span_of(end, end)[0] :].lstrip(" ,:")


def pairs(text: str) -> bool:
    """True when a turn speaks of two things that only the turns before it name (« les deux à la fois ? »)."""
    folded = fold(text)
    return len(WORDS.find(folded, "two")) > len(WORDS.followed(folded, "two", "two of"))


def omits(text: str) -> bool:
    """True when a turn asks what comes of not doing what was spoken of (« et si on le fait pas ? »)."""
    folded = fold(text)
    undone = [start for start, _ in WORDS.find(folded, "undone")]
    ifs = [end for _, end in WORDS.find(folded, "if")]
    return WORDS.has(folded, "fine") or any(0 <= start - end <= _IF_REACH for end in ifs for start in undone)


def subject_words(question: str) -> str:
    """A question without what it asks of its subject: « Quel score faut-il pour le Label ? » → « pour le Label ? »."""
    line = Aligned(question)
    return line.without(line.span_of(*span) for span in WORDS.find(line.folded, "focus"))


def year_shift(text: str) -> int | None:
    """Years from the date of the conversation: « l'année suivante » 1, « cette année-là » 0; None when not said."""
    folded = fold(text)
    return next((years for name, years in _YEARS.items() if WORDS.has(folded, name)), None)


def without_year_words(text: str) -> str:
    """A turn without « l'année suivante », « cette année-là »."""
    line = Aligned(text)
    return line.without(line.span_of(*span) for name in _YEARS for span in WORDS.find(line.folded, name))
