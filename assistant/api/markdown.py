"""An answer as one Markdown text, for windows that show nothing beside it: prose, what to do, what to know, sources.

Guarantee: what the page shows around an answer is here too, in its order; the prose comes first and unchanged, so that
a stream may send it as it is verified. A notice of ours is named as one, with the text it follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from assistant.answer import Answer, Citation
from assistant.api.links import Link
from assistant.reading.dates import say_date
from ingest.language.claims import Language

_WORDS: dict[str, dict[Language, str]] = {
    "next": {"fr": "À faire", "en": "To do"},
    "due": {"fr": "échéance : {day}", "en": "due: {day}"},
    "near": {"fr": "Ce qui s'en approche, sans répondre à la question", "en": "What comes near, without answering"},
    "contacts": {"fr": "À qui demander", "en": "Whom to ask"},
    "sources": {"fr": "Sources", "en": "Sources"},
    "notice": {"fr": "Notice Clapvert « {title} », d'après {basis}", "en": "Clapvert notice “{title}”, after {basis}"},
    "changed": {"fr": "Cela a changé", "en": "Changed"},
    "upcoming": {"fr": "À venir", "en": "Coming"},
    "conflict": {"fr": "Sources en désaccord", "en": "Sources disagree"},
    "stale": {"fr": "À revérifier", "en": "To be checked again"},
    "read": {"fr": "Répond à", "en": "Answers"},
    "otherwise": {"fr": "Pas votre question ? Posez l'une de celles-ci", "en": "Not your question? Ask one of these"},
}


def markdown(answer: Answer, link: Link) -> str:
    """The whole answer."""
    return answer.answer + tail(answer, link)


def tail(answer: Answer, link: Link) -> str:
    """What follows the prose."""
    return "".join(f"\n\n{block}" for block in _blocks(answer, link))


def _blocks(answer: Answer, link: Link) -> Iterator[str]:
    lang = answer.understood.language
    if read := [part.answers_to for part in answer.parts if part.answers_to]:
        yield f"**{_WORDS['read'][lang]}** : {' · '.join(read)}"
    if answer.depends_on and answer.depends_on.ask not in answer.answer:
        yield answer.depends_on.ask
    if answer.depends_on and answer.depends_on.options:
        yield _list("", list(answer.depends_on.options))
    if answer.project:
        yield _list(
            "", [answer.project.said, *(f"{o.code or o.key} {o.title} ({o.status})" for o in answer.project.open)]
        )
    if answer.next:
        yield _list(_WORDS["next"][lang], [f"{s.text} {_marks(s.citations)}{_due(s.due, lang)}" for s in answer.next])
    for w in answer.warnings:
        yield f"> **{_WORDS[w.kind][lang]}** : {w.text} {_marks(w.citations)}".rstrip()
    if answer.near:
        yield _list(_WORDS["near"][lang], [f"{n.source_title}, {n.locator} : « {n.quote} »" for n in answer.near])
    if answer.contacts:
        yield _list(_WORDS["contacts"][lang], [_linked(c.name, c.url) for c in answer.contacts])
    if answer.citations:
        yield _list(_WORDS["sources"][lang], [_source(c, link, lang) for c in answer.citations])
    if answer.alternatives:
        yield _list(_WORDS["otherwise"][lang], [a.question for a in answer.alternatives])
    if answer.disclaimer:
        yield f"*{answer.disclaimer}*"


def source_name(c: Citation, lang: Language) -> str:
    """The text that a citation is of, and its place; a notice says what it follows."""
    if c.based_on is None:
        return f"{c.source_title}, {c.locator}"
    basis = ", ".join(p for p in (c.based_on.title, c.based_on.locator) if p)
    return _WORDS["notice"][lang].format(title=c.source_title, basis=basis)


def _source(c: Citation, link: Link, lang: Language) -> str:
    return f"[{c.n}] {_linked(source_name(c, lang), link(c))} : « {' '.join(c.quote.split())} »"


def _linked(name: str, url: str | None) -> str:
    return f"[{name.replace('[', '(').replace(']', ')')}]({url})" if url else name


def _list(title: str, items: Sequence[str]) -> str:
    lines = "\n".join(f"- {item}" for item in items)
    return f"**{title}**\n\n{lines}" if title else lines


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{n}]" for n in numbers)


def _due(day: date | None, lang: Language) -> str:
    return f" ({_WORDS['due'][lang].format(day=say_date(day, lang))})" if day else ""
