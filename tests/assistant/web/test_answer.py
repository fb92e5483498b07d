"""An answer as a page shows it without a script: its paragraphs and lists, what to do, the figures of the case."""

from __future__ import annotations

import re
from html import unescape

import pytest

from assistant.answer import Answer
from assistant.web.render import Renderer
from assistant.web.said import Said
from assistant.web.words import Words
from ingest.clock import fixed
from ingest.corpus.fiches import CaseField
from ingest.language.claims import Language
from tests.assistant.answers import answer
from tests.assistant.web.test_page import STATIC
from tests.samples import TODAY


def html_of(a: Answer, language: Language = "fr") -> str:
    environment = Renderer(fixed(TODAY))._environments[language]
    page = '{% from "answer.html" import turn with context %}{{ turn(a) }}'
    shown = {
        "say": Said(Words(language), TODAY),
        "lang": language,
        "labels": {},
        "exports": False,
        "formats": (),
        "today": TODAY,
    }
    return environment.from_string(page).render(a=a, **shown)


def said(html: str, pattern: str) -> list[str]:
    """The text of what a pattern finds, spaces ordinary."""
    found = re.findall(pattern, html, re.DOTALL)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", f))).replace("\u00a0", " ").strip() for f in found]


def test_paragraphs_steps_and_bullets() -> None:
    prose = re.findall(r'<div class="prose">(.*?)</div>', html_of(answer()), re.DOTALL)[0]
    assert re.findall(r"<(p|ol|ul|li)>", prose) == ["p", "ol", "li", "li", "ul", "li", "li", "p"]
    assert said(prose, r"<li>(.*?)</li>") == [
        "Demander l'accord du parc.2", "Payer la redevance.12", "Le 1er mars pour la fiction.1", "Le 2 mars pour l'animation.2",
    ]  # fmt: skip
    assert said(prose, r"<strong>(.*?)</strong>") == [
        "Non, a priori : votre effectif, 12 salariés, ne dépasse pas 500.", "Quand",
    ]  # fmt: skip
    assert "**" not in prose
    assert prose.count('class="cite"') == 7


def test_what_to_do_has_its_sources_and_its_day() -> None:
    (todo,) = re.findall(r'<section class="todo">(.*?)</section>', html_of(answer()), re.DOTALL)
    assert said(todo, r"<h3>(.*?)</h3>") == ["À faire"]
    assert said(todo, r"<li>(.*?)</li>") == ["Écrire au parc.2 échéance : 31 décembre 2026", "Garder la preuve.1"]
    assert todo.count('href="/passages/p') == 2
    assert 'class="todo"' not in html_of(answer(next=[]))


def test_in_english() -> None:
    html = html_of(answer(), "en")
    assert said(html, r'<section class="todo">.*?<h3>(.*?)</h3>') == ["To do"]
    assert "due : 31 December 2026" in html.replace("\u00a0", " ")
    assert "headcount : 12 salariés" in said(html, r'<span class="chip">(.*?)</span>')


def test_the_figures_of_the_case_are_among_how_it_was_understood() -> None:
    chips = said(html_of(answer()), r'<span class="chip">(.*?)</span>')
    assert "effectif : 12 salariés" in chips
    assert "chiffre d'affaires : 2 à 3 M€" in chips


@pytest.mark.parametrize("field", list(CaseField))
def test_every_quantity_has_its_word_on_both_sides(field: CaseField) -> None:
    item = answer().understood.case[0].model_copy(update={"field": field.value})
    word, _ = Said(Words("fr"), TODAY).figure(item).split(" : ")
    script = (STATIC / "format.js").read_text(encoding="utf-8")
    assert f'  {field.value}: _("{word}"),' in script


def test_text_is_text() -> None:
    odd = "<script>alert(1)</script> [lien](javascript:1) [9] **<b>gras</b>**\n\n- <img src=x>\n- deux [1]"
    html = html_of(answer(answer=odd, next=[{"text": "<i>Écrire</i>", "citations": [9]}]))
    assert "<script>" not in html
    assert "<img" not in html
    assert "<i>" not in html
    assert "<strong>&lt;b&gt;gras&lt;/b&gt;</strong>" in html
    assert "[9]" in html
