"""The chat page, without a browser: it renders, runs nothing inline, and every control is named."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import assistant.web
from assistant.app import create_app
from assistant.service import Service
from assistant.web.examples import ROLES
from assistant.web.render import FOOTER, NAVIGATION
from assistant.web.words import english
from ingest.clock import fixed
from ingest.corpus.register import DOMAIN_LABELS, Domain, Rank
from ingest.settings import Settings

STATIC = Path(assistant.web.__file__).parent / "static"
MODULES = sorted(STATIC.glob("*.js"))
VOID = {"meta", "link", "input", "img", "br"}
CORPUS = {
    "sources.yaml": "sources: []\n",
    "contacts.yaml": "contacts: []\n",
    "glossaire.yaml": """
facets:
  genre:
    court-metrage: {label: 'court « "métrage" » </body><b>', words: [court]}
  situation:
    en-mer: {label: 'en « "mer" » </body><b>', words: [en mer]}
""",
}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Elements in order, each with the text inside it."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(attrs) == len(element.attrs), f"attribute twice on <{tag}>"
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [e for e in self.elements if e.tag in tags]

    def ids(self) -> list[str]:
        return [e.attrs["id"] or "" for e in self.elements if "id" in e.attrs]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    root = tmp_path_factory.mktemp("web")
    for name, text in CORPUS.items():
        (root / name).write_text(text, encoding="utf-8")
    service = Service(Settings(corpus_dir=root, data_dir=root / "var"), clock=fixed(date(2026, 11, 25)))
    return TestClient(create_app(service))  # not entered: the model and the index stay unloaded


@pytest.fixture(scope="module")
def html(client: TestClient) -> str:
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in response.headers["content-security-policy"]
    return response.text


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    parsed = Page()
    parsed.feed(html)
    parsed.close()
    assert not parsed._open
    return parsed


def test_says_what_it_is_in_french(page: Page) -> None:
    assert page.all("html")[0].attrs["lang"] == "fr"
    assert [e.text for e in page.all("h1")] == ["Conversation"]
    asked = [e.attrs["value"] for e in page.all("button") if e.attrs.get("class") == "ask"]
    assert asked == [q for role in ROLES for q in role.questions]
    boxes = [e.attrs["value"] for e in page.all("input") if e.attrs.get("type") == "checkbox"]
    assert boxes == [d.value for d in Domain]


def test_nothing_runs_or_styles_inline(page: Page) -> None:
    assert not page.all("style")
    for script in page.all("script"):
        assert script.attrs.get("src")
        assert not script.text
    for element in page.elements:
        assert "style" not in element.attrs
        assert not [name for name in element.attrs if name.startswith("on")]


def test_everything_comes_from_here_and_exists(page: Page, client: TestClient) -> None:
    references = [e.attrs.get(a) or "" for e in page.elements for a in ("src", "href") if a in e.attrs]
    files = {r for r in references if r.startswith("/static/")}
    assert {r for r in references if r not in files} - {path for path, _ in (*NAVIGATION, *FOOTER)} == {
        "#question",
        "/?lang=en",
    }
    needed = imported(STATIC / "chat.js", set())
    assert files >= {f"/static/{m.name}" for m in needed}, "a module is not preloaded"
    for name in files:
        response = client.get(name)
        assert response.status_code == 200, name
        assert response.content, name


def imported(module: Path, seen: set[Path]) -> set[Path]:
    """A module and all that it imports."""
    if module not in seen:
        seen.add(module)
        for name in re.findall(r'from "\./([^"]+)"', module.read_text(encoding="utf-8")):
            imported(STATIC / name, seen)
    return seen


def test_every_control_has_a_name(page: Page) -> None:
    labels = {e.attrs.get("for"): e.text.strip() for e in page.all("label")}
    for control in page.all("input", "textarea", "select"):
        if control.attrs.get("type") == "hidden":
            continue
        assert labels.get(control.attrs.get("id")), control
    for button in page.all("button", "summary"):
        assert button.text.strip() or button.attrs.get("aria-label"), button
    assert labels["question"] == "Votre question"
    assert labels["as-of"] == "À la date du"
    for image in page.all("img"):
        assert "alt" in image.attrs


def test_ids_are_unique_and_references_resolve(page: Page) -> None:
    ids = page.ids()
    assert len(ids) == len(set(ids))
    made_by_script = {"panel-title", "history-title", "help-title", "share-title"}
    for element in page.elements:
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (element.attrs.get(attribute) or "").split():
                assert target in {*ids, *made_by_script}, (element.tag, attribute, target)


def test_data_for_the_script_survives_escaping(page: Page) -> None:
    body = page.all("body")[0].attrs
    assert body["data-today"] == "2026-11-25"
    assert json.loads(body["data-facets"] or "") == {"en-mer": 'en « "mer" » </body><b>'}
    assert json.loads(body["data-asked-as"] or "") == {"genre": {"court-metrage": "court"}}, "only what may be chosen"


def test_a_label_that_the_form_offers_is_not_sent_twice(page: Page) -> None:
    offered = [e.text for e in page.all("option") if (e.attrs.get("value") or "").startswith("genre:")]
    assert offered == ['court « "métrage" » </body><b>']
    assert "[data-facet] option" in (STATIC / "format.js").read_text(encoding="utf-8")


def test_script_finds_the_elements_it_names(page: Page) -> None:
    source = (STATIC / "chat.js").read_text(encoding="utf-8")
    listed = re.search(r"\[((?:\"[a-z-]+\"(?:, )?)+)\]\.map\(byId\)", source)
    assert listed
    named = re.findall(r'"([a-z-]+)"', listed.group(1)) + re.findall(r'byId\("([a-z-]+)"\)', source)
    assert set(named) - {"welcome", "kept-project"} <= set(page.ids())


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_data_is_never_parsed_as_markup(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|https?://"
    assert not re.search(forbidden, source)
    assert '"style"' not in source
    for imported in re.findall(r'from "([^"]+)"', source):
        assert imported.startswith("./")
        assert (STATIC / imported).is_file()


def test_style_sheet_fetches_nothing() -> None:
    css = (STATIC / "clapvert.css").read_text(encoding="utf-8")
    assert "url(" not in css
    assert "@import" not in css
    assert "prefers-color-scheme: dark" in css


def test_every_value_of_the_contract_has_its_words() -> None:
    words = (STATIC / "format.js").read_text(encoding="utf-8")
    for rank in Rank:
        assert re.search(rf"^  {rank.value}: _", words, re.MULTILINE), rank
    for kind in ("changed", "upcoming", "conflict", "stale"):
        assert re.search(rf"^  {kind}: _", words, re.MULTILINE), kind
    for reason in ("today", "asked", "sticky"):
        assert f"{reason}: _(" in words
    panel = (STATIC / "panel.js").read_text(encoding="utf-8")
    for status in ("superseded", "removed"):
        assert f"{status}: _(" in panel
    for label in DOMAIN_LABELS.values():
        assert label in english()


def test_page_stays_light(html: str, page: Page) -> None:
    files = {e.attrs.get("src") or e.attrs.get("href") or "" for e in page.all("script", "link", "img")}
    sizes = [(STATIC / f.removeprefix("/static/")).stat().st_size for f in files if f.startswith("/static/")]
    assert len(html.encode()) + sum(sizes) < 150_000


def test_the_documentation_of_the_api_asks_nothing_of_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "http" not in page.replace("http-equiv", "")
    for path in re.findall(r'(?:src|href)="(/docs/static/[^"]+)"', page):
        assert client.get(path).status_code == 200, path
