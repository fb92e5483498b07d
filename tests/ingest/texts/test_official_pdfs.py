"""Real PDFs of the Official Journals: every reference opens its passage, every passage stands on its page.

The page of a passage is checked against the page number that the Journal prints on it (« L 322/44 ») and against the raw
text of that page. Read from the folder shared by the checkouts (`shared/texts`), else skipped.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from pypdf import PdfReader

from ingest.articles.structure import split_units
from ingest.articles.units import Unit
from ingest.corpus.register import Register, load_register
from ingest.documents.pdf import read_pdf
from ingest.language.locators import parse_references
from ingest.language.sentences import sentence_spans
from ingest.passages.passages import MAX_CHARACTERS, Passage, unit_passages
from ingest.passages.versions import TextVersion
from tests.official import CORPUS, TEXTS, needs_texts

pytestmark = needs_texts
CSRD = TEXTS / "eu" / "pdf" / "CELEX_32022L2464_FR.pdf"


def letters(text: str) -> str:
    return "".join(c for c in text.replace("¹", "1").replace("²", "2").replace("³", "3") if c.isalnum())


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(CORPUS)


@pytest.fixture(scope="module")
def units() -> list[Unit]:
    return split_units(read_pdf(CSRD.read_bytes()))


@pytest.fixture(scope="module")
def passages(units: list[Unit], register: Register) -> list[Passage]:
    version = TextVersion(valid_from=date(2023, 1, 5))
    return unit_passages(units, register.get("dir-2022-2464"), register, version, "fr")


@pytest.fixture(scope="module")
def raw() -> list[str]:
    return [page.extract_text() for page in PdfReader(CSRD).pages]


def test_every_recital_article_and_point_is_a_unit(units: list[Unit], raw: list[str]) -> None:
    recitals = [u.number for u in units if u.number and u.number.startswith("considerant")]
    assert recitals == [f"considerant:{n}" for n in range(1, 85)]
    assert list(dict.fromkeys(u.number for u in units if u.number and u.number not in recitals)) == list("12345678")
    points = [sum(u.locator == f"art. {a}, point {n}" or u.locator.startswith(f"art. {a}, point {n} (")
                  for u in units) for a, n in ((1, 17), (2, 4), (3, 29), (4, 2))]  # fmt: skip
    assert points == [1, 1, 1, 1]
    inserted = set(re.findall(r"^[\"«]?Article (\d+ \w+)\s*$", "\n".join(raw), re.MULTILINE))
    assert inserted
    assert {n.replace(" ", "") for n in inserted} <= {n for u in units for n in u.also}


@pytest.mark.parametrize(
    ("reference", "words", "printed"),
    [
        ("considérant 1 de la CSRD", "Le pacte vert est la nouvelle stratégie de croissance", 15),
        ("considérant 17 de la directive CSRD", "Les articles 19 bis et 29 bis de la directive 2013/34/UE", 19),
        ("considérant (46) de la CSRD", "Il convient de veiller à ce que les informations publiées", 30),
        ("considérant 62 de la CSRD", "Afin de favoriser la libre circulation des services", 36),
        ("considérant 79 de la CSRD", "La directive 2004/109/CE confie aux autorités nationales", 40),
        ("article 19 bis de la directive comptable", "L’article 19 bis est remplacé par le texte suivant", 42),
        ("article 19 bis de la CSRD", "Pour les exercices commençant avant le 1er janvier 2028", 44),
        ("article 29 quater de la directive 2013/34/UE", "applicables aux petites et moyennes entreprises", 53),
        ("article 29 quinquies de la CSRD", "Format d’information électronique unique", 54),
        ("article 40 bis de la directive comptable", "Le chapitre suivant est inséré", 57),
        ("article 5 de la CSRD", "au plus tard le 6 juillet 2024", 77),
        ("article 7 de la CSRD", "entre en vigueur le vingtième jour", 79),
    ],
)
def test_a_reference_opens_its_passage_on_its_page(
    passages: list[Passage], register: Register, raw: list[str], reference: str, words: str, printed: int
) -> None:
    (found,) = parse_references(reference, register.names)
    key = found.key()
    opened = [p for p in passages if key in p.keys and letters(words) in letters(p.text)]
    assert len(opened) == 1, (key, [p.locator for p in opened])
    assert opened[0].page_from is not None
    assert opened[0].page_to is not None
    pages = range(opened[0].page_from, opened[0].page_to + 1)
    assert [n for n in pages if letters(words) in letters(raw[n - 1]) and f"L 322/{printed} " in f"{raw[n - 1]} "]


def test_every_passage_starts_and_ends_on_the_pages_that_it_gives(passages: list[Passage], raw: list[str]) -> None:
    pages = [letters(text) for text in raw]
    for p in passages:
        assert p.page_from is not None
        assert p.page_to is not None
        words = letters(p.text)
        assert words[:24] in pages[p.page_from - 1], (p.locator, p.page_from)
        assert words[-16:] in pages[p.page_to - 1], (p.locator, p.page_to)


def test_no_passage_is_cut_inside_a_sentence_nor_holds_a_running_head(passages: list[Passage]) -> None:
    for p in passages:
        assert len(p.text) <= MAX_CHARACTERS or len(sentence_spans(p.text)) == 1, p.locator
        assert not re.search(r"Journal officiel de l’Union européenne\s+(?:\d|L 322)|L 322/\d+ \d+\.12\.2022", p.text)


def test_no_passage_ends_on_words_that_open_the_next_one(passages: list[Passage]) -> None:
    pairs = [(p, q) for p, q in pairwise(passages) if p.text.endswith(":") and p.keys and p.keys == q.keys]
    same = [(p, q) for p, q in pairs if p.locator.split(" (")[0] == q.locator.split(" (")[0]]
    assert [p.locator for p, q in same if len(p.text.split("\n\n")[-1]) + len(q.text) < MAX_CHARACTERS] == []


def test_no_word_is_lost(units: list[Unit], raw: list[str]) -> None:
    """Every page's words, running heads apart, are in the units or in their titles, as often as on the pages."""
    said = "".join(letters(" ".join((*u.heading_path, u.locator, u.text))) for u in units)
    for n, text in enumerate(raw, 1):
        rows = [r for r in text.split("\n") if r.strip() and "Journal officiel de l’Union européenne" not in r]
        lost = [r for r in rows if len(letters(r)) > 12 and letters(r)[:40] not in said]
        assert len(lost) <= (6 if n == 1 else 1), (n, lost)


def test_articles_of_the_french_journal_that_run_into_their_text() -> None:
    path = TEXTS / "fr" / "jorf" / "JORF_2023-06-21_PRMG2311809S.pdf"
    document = read_pdf(path.read_bytes())
    found = split_units(document)
    assert [u.number for u in found if u.number] == [str(n) for n in range(1, 9)]
    assert (
        document.title
        == "Décision du 18 juin 2023 portant délégation de signature (direction interministérielle du numérique)"
    )
    first = next(u for u in found if u.number == "1")
    assert first.text.startswith("Délégation est donnée à l’effet de signer")
    assert not any("JOURNAL OFFICIEL" in u.text for u in found)
    assert found[-1].text.startswith("Fait le 18 juin 2023") or "Fait le 18 juin 2023" in found[-1].text
