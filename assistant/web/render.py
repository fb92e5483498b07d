"""What every page gets: one Jinja environment a language, the navigation, the language and the day.

Guarantee: all text is escaped; nothing of a page runs or is styled inline. A page of ours is rendered as

    render.page(request, "label.html", projects=…)

with `_`, `say` (ranks, validity, dates: `said.Said`), `lang`, `today`, `nav`, `here` and `other_language` known to its
template, and `spaced` (French spacing) and `day` (a date in words) as filters. Data for a module goes in an attribute
in single quotes, `data-x='{{ x | tojson }}'`; its English is the `data-words` of the body (`static/words.js`). The
navigation names the pages that the application has, no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.routing import BaseRoute, Match

from assistant.api.owner import caller_of
from assistant.reading.dates import say_date
from assistant.web.said import Said
from assistant.web.words import COOKIE, YEAR, Words, asked_language, french, script_words
from ingest.clock import Clock
from ingest.language.claims import Language

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_LANGUAGES: tuple[Language, ...] = ("fr", "en")
NAVIGATION = (
    ("/", french("Conversation")),
    ("/projets", french("Mes projets")),
    ("/demarches", french("Démarches")),
    ("/sources", french("Sources")),
    ("/label", french("Label")),
    ("/verifier", french("Vérifier un texte")),
)
FOOTER = (("/evals", french("Évaluations")),)
"""For evaluators: below every page, not among what producers need."""


class Renderer:
    """Renders the pages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._environments = {language: _environment(language) for language in _LANGUAGES}

    def page(
        self, request: Request, template: str, /, *, status: int = 200, words: Sequence[str] = (), **context: Any
    ) -> HTMLResponse:
        """A page as a response; `?lang=` is kept in a cookie.

        Args:
            request: what the page answers.
            template: file of `templates/`; `label/project.html` takes its modules' English from `english/label.yaml`.
            status: HTTP status.
            words: more files of `english/` that the page's modules need.
            context: what the template shows.
        """
        lang, caller = asked_language(request), caller_of(request)
        page = template.split("/")[0].removesuffix(".html")
        known = {k: v for name in ("base", page, *words) for k, v in script_words(name).items()}
        html = (
            self._environments[lang]
            .get_template(template)
            .render(
                lang=lang,
                today=self._clock(),
                say=Said(self.words(request), self._clock()),
                here=request.url.path,
                person=caller.name.removeprefix("person:") if caller.way == "person" else None,
                signs_out=serves(request, "/signin"),
                nav=[(path, said) for path, said in NAVIGATION if serves(request, path)],
                footer=[(path, said) for path, said in FOOTER if serves(request, path)],
                other_language=_in_language(request, "fr" if lang == "en" else "en"),
                words=known if lang == "en" else {},
                **context,
            )
        )
        response = HTMLResponse(html, status)
        if request.query_params.get("lang") in _LANGUAGES:
            response.set_cookie(
                COOKIE, lang, max_age=YEAR, httponly=True, samesite="lax", secure=request.url.scheme == "https"
            )
        return response

    def extend(self, filters: Callable[[Words], Mapping[str, Callable[..., Any]]]) -> None:
        """Give pages filters of their own, made for each language."""
        for language, env in self._environments.items():
            env.filters.update(filters(Words(language)))

    def words(self, request: Request) -> Words:
        """The words of the language that a request asks for."""
        return Words(asked_language(request))


def spaced(text: str) -> str:
    """French spacing, for display only: no line starts with « : », « ? », « » » or « € »."""
    text = re.sub(r" (?=[:;?!»%€]|Md?€)", "\u00a0", text)
    text = re.sub(r"« ", "«\u00a0", text)
    text = re.sub(r"(\d) (?=\d{3}(?!\d))", "\\1\u00a0", text)
    return re.sub(r"(art\.|n°|§|\b[LRDA]\.) (?=\S)", "\\1\u00a0", text)


@cache
def _environment(language: Language) -> Environment:
    """Where the templates of a language are compiled, once a process: applications have the same."""
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    env.globals["_"] = Words(language)
    env.filters["spaced"] = spaced

    def day(value: date | str) -> str:
        return say_date(date.fromisoformat(value) if isinstance(value, str) else value, language)

    env.filters["day"] = day
    return env


def serves(request: Request, path: str) -> bool:
    """True when the application has a page or a route at a path."""
    routes: Sequence[BaseRoute] = request.app.routes
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    return any(r.matches(scope)[0] is Match.FULL for r in routes)


def _in_language(request: Request, language: Language) -> str:
    """The address of this page in a language, as a path; a page that answers a form has that of the form."""
    url = request.url.include_query_params(lang=language)
    return f"{url.path}?{url.query}"
