"""The pages under /sources: what the register, the notices and the added texts hold, readable and within bounds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.service import Service
from assistant.web.reading import Reader
from ingest.clock import Clock
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import add_text, problem
from tests.conftest import Build
from tests.samples import OFFICIAL_TEXT

LIMIT = 150_000
"""Bytes of a page."""


@pytest.fixture(scope="module")
def client(tiny: Service) -> TestClient:
    return TestClient(create_app(tiny))


def page(client: TestClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert len(response.content) <= LIMIT
    return response.text


def ids(html: str) -> list[str]:
    return re.findall(r'<h2 lang="fr"><a href="/sources/([^"]+)"', html)


def test_the_list_has_every_text_and_every_notice(client: TestClient, tiny: Service) -> None:
    found: list[str] = []
    number = 1
    while True:
        html = page(client, f"/sources?page={number}")
        found += ids(html)
        if 'rel="next"' not in html:
            break
        number += 1
    assert sorted(found) == sorted([*tiny.register.sources, *tiny.fiches, *tiny.frameworks])


def test_filters_work_together_and_without_javascript(client: TestClient, tiny: Service) -> None:
    html = page(client, "/sources?domain=cnc&rank=officiel")
    assert ids(html)
    sources = tiny.register.sources
    assert all(sources[i].rank.value == "officiel" and "cnc" in sources[i].domains for i in ids(html))
    assert 'value="cnc" selected' in html
    assert ids(page(client, "/sources?q=" + "REGLEMENT+general")) == ids(page(client, "/sources?q=règlement+général"))
    assert "Aucune source ne répond" in page(client, "/sources?q=introuvable")
    assert ids(page(client, "/sources?domain=inconnu")) == ids(page(client, "/sources"))  # filters nothing


def test_a_notice_is_never_dressed_up_as_the_law(client: TestClient, tiny: Service) -> None:
    for sid, file in tiny.fiches.items():
        html = page(client, f"/sources/{sid}")
        assert "pas un texte officiel" in html
        assert "rank-officiel" not in html
        for _, s in file.fiche.statements():
            assert f'id="{s.id}"' in html
            assert s.source.id in html


def test_a_text_that_is_not_held_says_how_to_bring_it(client: TestClient, tiny: Service) -> None:
    html = page(client, "/sources/rga")
    assert "l'index ne le tient pas" in html.replace("&#39;", "'")
    assert "clapvert corpus " in html
    missing = page(client, "/sources/manques")
    assert 'href="/sources/rga"' in missing
    for p in (tiny.snapshot.open_passage(i) for i in range(len(tiny.snapshot))):
        if p.statement and p.statement.role.value == "absence":
            assert p.statement.id in missing


def test_an_official_text_is_read_by_articles(with_official: Service) -> None:
    client = TestClient(create_app(with_official))
    html = page(client, "/sources/rga")
    assert "rank-officiel" in html
    assert 'id="art-122-18"' in html
    assert (
        client.get("/sources/rga?article=122-18", follow_redirects=False).headers["location"]
        == "/sources/rga?page=1#art-122-18"
    )
    assert "pas d'article" in page(client, "/sources/rga?article=999-9").replace("&#39;", "'")
    assert 'href="/sources/rga"' not in page(client, "/sources/manques")
    assert "Texte ajouté à cet index" in page(client, "/sources/nouveautes")


def test_a_large_text_is_cut_in_pages(
    library: Library, build: Build, tmp_path: Path, encoder: HashingEncoder, clock: Clock
) -> None:
    head = OFFICIAL_TEXT.split("---")[1]
    body = "".join(f"\n## Article 3{n:02d}-{n}\n\n{'Une phrase de la règle. ' * 30}\n" for n in range(1, 400))
    add_text(library, tmp_path, f"---{head}---\n{body}", valid_from=date(2023, 2, 1))
    build()
    service = Service(library.settings, encoder, clock, DOUBLE)
    leaves = Reader(service).leaves("rga")
    assert len(leaves) > 3
    held = service.snapshot.by_source["rga"]
    assert [i for leaf in leaves for i in leaf.positions] == list(held)
    client = TestClient(create_app(service))
    seen: list[str] = []
    for leaf in leaves:
        html = page(client, f"/sources/rga?page={leaf.number}")
        anchors = re.findall(r'<article id="([^"]+)" class="text">', html)
        assert len(set(anchors)) == len(anchors)
        seen += anchors
    assert len(seen) == len(held)
    moved = client.get(f"/sources/rga?passage={service.snapshot.columns.ids[held[-1]]}", follow_redirects=False)
    assert moved.headers["location"] == f"/sources/rga?page={len(leaves)}#{seen[-1]}"


def test_what_changes_is_read_from_the_data(client: TestClient) -> None:
    html = page(client, "/sources/nouveautes")
    for part in ("echeances", "a-venir", "recent", "fini", "fin", "textes"):
        assert f'id="{part}"' in html


def test_english_and_unknown(client: TestClient) -> None:
    assert "What is missing" in page(client, "/sources/manques?lang=en")
    client.cookies.clear()
    problem(client.get("/sources/inconnue", headers={"accept": "application/json"}), 404, "source_not_found")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_markup_is_text(client: TestClient, text: str) -> None:
    response = client.get("/sources", params={"q": text})
    assert text not in response.text
    assert "alert(1)" in response.text  # shown, escaped


def test_a_text_that_changed_at_its_source_is_shown(with_official: Service) -> None:
    mark = with_official.library.settings.data_dir / "fetch" / "rga" / "changed"
    mark.parent.mkdir(parents=True)
    mark.write_text("2026-11-20", encoding="utf-8")
    html = page(TestClient(create_app(with_official)), "/sources/nouveautes")
    assert "clapvert corpus fetch rga" in html
