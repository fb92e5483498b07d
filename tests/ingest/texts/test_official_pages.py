"""Real Légifrance pages: every article counted and compared, letter for letter, with the source read without a parser.

The files are not committed. They are read from the folder shared by the checkouts, else skipped.
"""

from __future__ import annotations

import html
import random
import re
from pathlib import Path

import pytest

from ingest.articles.structure import split_units
from ingest.documents.html import read_html
from tests.official import TEXTS

PAGES = sorted((TEXTS / "fr" / "codes").glob("*.html"))
pytestmark = pytest.mark.skipif(not PAGES, reason=f"official pages are not on this machine ({TEXTS})")


def source_articles(page: Path) -> list[tuple[str, str]]:
    """Heading and letters of each article, in order, by regular expressions alone."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"<article[^>]*>\s*<h3>(.*?)</h3>(.*?)</article>", text, re.DOTALL)
    return [(html.unescape(head), letters(html.unescape(re.sub(r"<[^>]*>", " ", body)))) for head, body in found]


def letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]", text))


@pytest.mark.parametrize("page", PAGES, ids=[p.stem[:50] for p in PAGES])
def test_every_article_of_a_page_is_there_with_its_heading(page: Path) -> None:
    document = read_html(page.read_bytes())
    headings = [b.text for b in document.blocks if b.kind == "heading" and b.level == 3]
    assert headings == [" ".join(head.split()) for head, _ in source_articles(page)]
    assert document.meta["snapshot"] == "2023-12-03"


def test_a_hundred_articles_drawn_by_lot_say_what_their_source_says() -> None:
    pool: list[tuple[str, str, str]] = []
    for page in PAGES:
        bodies: dict[str, list[str]] = {}
        for head, body in source_articles(page):
            bodies.setdefault(re.sub(r"\W", "", head.removeprefix("Article")), []).append(body)
        for unit in split_units(read_html(page.read_bytes())):
            number = re.sub(r"\W", "", unit.number or "")
            if len(bodies.get(number, [])) == 1:
                pool.append((unit.locator, letters(unit.text), bodies[number][0]))
    assert len(pool) > 1500
    for locator, read, source in random.Random(6).sample(pool, 100):
        assert read == source, locator
