"""The doors of « Vérifier un texte »: API, page, Word comments, list."""

from __future__ import annotations

import io

import docx
import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.proofing.claims import Claims
from assistant.proofing.comments import AUTHOR, commented
from assistant.proofing.proof import prove
from assistant.proofing.sentences import Sentence
from assistant.service import Service
from assistant.web.proofs import pieces
from ingest.errors import ClapvertError
from tests.assistant.proofing.test_proof import faulty_of
from tests.assistant.support import statement_passage


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service))


def _word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_text_comes_back_with_remarks_at_its_offsets(client: TestClient, service: Service) -> None:
    _, faulty = faulty_of(service)
    got = client.post("/api/proofs", json={"text": f"Clause.\r\n{faulty}"}).json()
    (remark,) = got["remarks"]
    assert got["text"][remark["start"] : remark["end"]] == remark["words"] == faulty
    assert client.get(f"/api/passages/{remark['cited']['passage_id']}").status_code == 200


@pytest.mark.parametrize("body", [b"{", b'{"texte": "x"}', b'{"text": "  "}', b'{"text": "x", "as_of": "hier"}'])
def test_what_is_no_request_is_refused_in_french(client: TestClient, body: bytes) -> None:
    refused = client.post("/api/proofs", content=body, headers={"content-type": "application/json"})
    assert refused.status_code in (400, 422)
    assert refused.json()["code"] == "bad_request"


def test_a_word_file_gets_its_remarks_as_comments_and_no_other_word(client: TestClient, service: Service) -> None:
    _, faulty = faulty_of(service)
    sent = _word("Charte", faulty)
    got = client.post("/api/proofs?format=docx", files={"file": ("charte.docx", sent)})
    assert got.status_code == 200
    back = docx.Document(io.BytesIO(got.content))
    assert [p.text for p in back.paragraphs] == ["Charte", faulty]
    told = [c.text for c in back.comments]
    assert len(told) == 2
    assert "977" in told[0]
    assert "non vérifiée" in told[1]
    assert {c.author for c in back.comments} == {AUTHOR}


@pytest.mark.parametrize(("wanted", "magic"), [("pdf", b"%PDF"), ("md", b"# Texte v"), ("docx", b"PK")])
def test_a_text_gets_its_remarks_as_a_list(client: TestClient, service: Service, wanted: str, magic: bytes) -> None:
    _, faulty = faulty_of(service)
    got = client.post(f"/api/proofs?format={wanted}", json={"text": faulty})
    assert got.content.startswith(magic)
    assert f"texte-verifie.{wanted}" in got.headers["content-disposition"]


def test_the_page_shows_the_text_marked_and_refuses_clearly(client: TestClient, service: Service) -> None:
    _, faulty = faulty_of(service)
    assert "Rien n&#39;est gardé" in client.get("/verifier").text
    shown = client.post("/verifier", files={"text": (None, faulty)}).text
    assert "<mark>" in shown
    assert 'id="remarque-1"' in shown
    refused = client.post("/verifier", files={"text": (None, " ")})
    assert refused.status_code == 422
    assert "Ce texte est vide" in refused.text


def test_a_file_that_is_no_word_document_is_refused_by_name(service: Service) -> None:
    with pytest.raises(ClapvertError, match="commentaires"):
        commented(b"PK nothing", prove("Le plateau sera repeint en bleu.", service))


def test_the_text_is_cut_where_remarks_begin_and_end(service: Service) -> None:
    _, faulty = faulty_of(service)
    text = f"Avant.\n{faulty}\nAprès."
    cut = pieces(text, prove(text, service).remarks)
    assert "".join(words for words, _ in cut) == text
    assert [words for words, numbers in cut if numbers == (1,)] == [faulty]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Notre film est neutre en carbone.", True),
        ("Notre film n'est pas neutre en carbone.", False),
        ("La mention « neutre en carbone » est interdite sur nos affiches.", False),
        ("Le film sera dit neutre en carbone si un bilan est publié.", False),
        ("Notre film est sobre.", False),
    ],
)
def test_a_wording_that_a_statement_forbids_is_told_where_it_is_used(text: str, told: bool) -> None:
    claims = Claims([statement_passage(forbids=["neutre en carbone"], polarity="interdit", acteur=["annonceur"])])
    found = list(claims.remarks(Sentence(0, len(text), text), frozenset()))
    assert bool(found) is told
