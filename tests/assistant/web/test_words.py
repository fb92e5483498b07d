"""Every sentence of the interface has its English, and the pages say which one they show."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2.ext import extract_from_ast

import assistant.web
from assistant.label.projects.progress import UNASSIGNED
from assistant.web.words import Words, english, page_words, pages, script_words
from ingest.corpus.criteria import DEPARTMENT_LABELS
from ingest.language.claims import Language

WEB = Path(assistant.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
MODULES = sorted((WEB / "static").rglob("*.js"))
CODE = sorted(WEB.rglob("*.py"))
CALL = re.compile(r'(?<![\w.$])_\(\s*"((?:[^"\\]|\\.)*)"')


def said_in(path: Path) -> set[str]:
    """The sentences that a file marks for translation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        parsed = Environment(loader=FileSystemLoader(WEB / "templates")).parse(text)
        return {message for _, _, message in extract_from_ast(parsed, ("_",)) if isinstance(message, str)}
    if path.suffix == ".js":
        return {re.sub(r"\\(.)", r"\1", m) for m in CALL.findall(text)}
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    named = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id in ("_", "french")]
    return {c.args[0].value for c in named if c.args and isinstance(c.args[0], ast.Constant)}


@pytest.mark.parametrize("path", [*TEMPLATES, *MODULES, *CODE], ids=lambda p: p.relative_to(WEB).as_posix())
def test_every_sentence_has_its_english(path: Path) -> None:
    assert said_in(path) <= set(english()), sorted(said_in(path) - set(english()))


def test_modules_get_what_they_say_and_no_more() -> None:
    said = set().union(*map(said_in, MODULES))
    sent = set().union(*map(script_words, pages()))
    assert said <= sent
    assert "Que voulez-vous savoir ?" not in sent, "the server says it"


def test_a_number_is_followed_by_words_that_agree_with_it() -> None:
    """« 1 manquants » : what follows a number in the plural gives its singular too, but where there are always many."""
    many = {
        "Cherché parmi {n} textes du registre.",
        "Question trop longue : {n} caractères, {most} au plus.",
        "De {a} à {b} %, en {n} essais",
        "Les points et les critères obligatoires ne sont pas publics : importez le classeur reçu d'AFNOR Certification "
        "ou d'Ecoprod. En attendant, cette page suit les {n} critères que Clapvert connaît, sur {all} annoncés.",
        "{n} critères connus sur {all} annoncés ({version}).",
        "Accepter les {n} propositions",
        "J'ai lu ces {n} écarts : importer ainsi",
        "{before} → {after} points",
        "{notices} notices rédigées par Clapvert, {texts} textes au registre, dont {held} à lire ici. Une notice nomme "
        "toujours le texte sur lequel elle repose ; elle n'est pas ce texte.",
    }
    plural = re.compile(r"\{\w+\} (?!(?:en cours|sans)\b)(?:[\w'’]+ ){0,1}[\w'’]{2,}s\b")
    assert {fr for fr in english() if plural.search(fr)} == many


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("fr", 0, "0 texte lu"),
        ("fr", 1, "1 texte lu"),
        ("fr", "1,5", "1,5 texte lu"),
        ("fr", 2, "2 textes lus"),
        ("fr", "1 200", "1 200 textes lus"),
        ("en", 0, "0 textes lus"),
        ("en", 1, "1 texte lu"),
    ],
)
def test_two_is_the_first_plural_in_french(language: Language, number: object, said: str) -> None:
    assert Words(language)("{n|texte lu|textes lus}", n=number) == said


def test_every_department_has_its_english() -> None:
    named = {*DEPARTMENT_LABELS.values(), UNASSIGNED, "Sans département", "Sans poste"}
    assert named <= set(english()), sorted(named - set(english()))


def test_a_sentence_has_one_english_and_the_same_values() -> None:
    said: dict[str, str] = {}
    for page in pages():
        for fr, en in page_words(page).items():
            assert said.setdefault(fr, en) == en, f"two English versions of {fr!r}"
            assert sorted(re.findall(r"\{(\w+)", fr)) == sorted(re.findall(r"\{(\w+)", en)), fr
