"""The HTTP contract: routes, fields and types, errors, headers, cookie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api import problems
from assistant.app import create_app
from assistant.project.asking import Obligations
from assistant.service import Ask, Service
from ingest.clock import Clock
from ingest.errors import ErrorCode
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import BILANS, problem
from tests.conftest import Build
from tests.samples import DOUBLE_BILAN, LABEL, TODAY, edited_yaml

QUESTION = "Quel score faut-il pour le Label Ecoprod ?"
Of = Callable[..., Any]


@pytest.fixture(scope="module")
def client(tiny: Service) -> TestClient:
    return TestClient(create_app(tiny))


def chat(client: TestClient, question: str = QUESTION, **body: Any) -> dict[str, Any]:
    response = client.post("/api/chat", json={"question": question, **body})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    data: dict[str, Any] = response.json()
    return data


class Shape:
    """Says what of a JSON value is not as the contract writes it."""

    @staticmethod
    def text(value: Any) -> bool:
        return isinstance(value, str)

    @staticmethod
    def day(value: Any) -> bool:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value

    @staticmethod
    def maybe(shape: Of) -> Of:
        return lambda value: value is None or shape(value)

    @staticmethod
    def one_of(*values: Any) -> Of:
        return lambda value: value in values

    @staticmethod
    def many(shape: Of) -> Of:
        return lambda value: isinstance(value, list) and all(shape(v) for v in value)

    @staticmethod
    def number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    @staticmethod
    def whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    @staticmethod
    def table(shape: Of) -> Of:
        return lambda value: isinstance(value, dict) and all(shape(v) for v in value.values())

    @staticmethod
    def fields(**shapes: Of) -> Of:
        def check(value: Any) -> bool:
            assert isinstance(value, dict)
            for name, shape in shapes.items():
                assert name in value, f"champ absent : {name}"
                assert shape(value[name]), f"champ {name} : {value[name]!r}"
            return True

        return check


S = Shape
DOMAIN = S.one_of("cnc", "csrd", "climat", "label", "tournage")
RANK = S.one_of("officiel", "autorite", "guide", "presse", "notice")
BASED_ON = S.fields(source_id=S.text, title=S.text, locator=S.maybe(S.text), url=S.maybe(S.text),
                    version=S.maybe(S.text))  # fmt: skip
ANSWER = S.fields(
    conversation_id=S.text,
    message_id=S.text,
    question=S.text,
    as_of=S.day,
    understood=S.fields(
        question=S.text, as_of=S.day, as_of_reason=S.one_of("today", "asked", "sticky"), domains=S.many(DOMAIN),
        profile=S.table(S.text),
    ),
    outcome=S.one_of("answered", "partial", "abstained"),
    reason=S.one_of(None, "false_premise", "unclear", "not_found", "out_of_scope", "not_in_force"),
    answer=S.text,
    citations=S.many(
        S.fields(
            n=S.whole, passage_id=S.text, source_id=S.text, source_title=S.text, locator=S.text, url=S.maybe(S.text),
            quote=S.text, rank=RANK, based_on=S.maybe(BASED_ON), valid_from=S.maybe(S.day), valid_until=S.maybe(S.day),
            page=S.maybe(S.whole), confidence=S.one_of(None, "haute", "moyenne"),
        )
    ),
    warnings=S.many(
        S.fields(kind=S.one_of("changed", "upcoming", "conflict", "stale"), text=S.text, citations=S.many(S.whole))
    ),
    near=S.many(S.fields(passage_id=S.text, source_title=S.text, locator=S.text, quote=S.text)),
    searched=S.fields(domains=S.many(DOMAIN), sources=S.whole),
    contacts=S.many(S.fields(name=S.text, url=S.maybe(S.text))),
    follow_ups=S.many(S.text),
    engine=S.text,
    receipt=S.fields(
        snapshot=S.text, corpus_version=S.text, passages=S.table(lambda v: re.fullmatch(r"[0-9a-f]{64}", v)),
        timings_ms=S.fields(retrieve=S.number, compose=S.number, verify=S.number),
    ),
)  # fmt: skip
PASSAGE = S.fields(
    passage_id=S.text, source_id=S.text, source_title=S.text, locator=S.text, heading_path=S.many(S.text), text=S.text,
    page_from=S.maybe(S.whole), page_to=S.maybe(S.whole), url=S.maybe(S.text), rank=RANK, valid_from=S.maybe(S.day),
    valid_until=S.maybe(S.day), attested_at=S.maybe(S.day), status=S.one_of("current", "superseded", "removed"),
    based_on=S.maybe(BASED_ON), previous_id=S.maybe(S.text), next_id=S.maybe(S.text),
)  # fmt: skip


class TestAnswer:
    @pytest.mark.parametrize(
        ("question", "body"),
        [
            (QUESTION, {}),
            (BILANS, {}),
            ("Ma boîte de prod est-elle concernée par la CSRD ?", {}),
            ("En 2010, quel était le seuil de la CSRD ?", {}),
            ("blorp zzz", {}),
            ("What score does the Ecoprod Label need?", {"language": "en"}),
            (QUESTION, {"as_of": "2024-06-01", "domains": ["label", "cnc"], "profile": {"genre": "fiction"}}),
        ],
    )
    def test_it_has_the_fields_and_types_of_the_contract(
        self, client: TestClient, question: str, body: dict[str, Any]
    ) -> None:
        assert ANSWER(chat(client, question, **body))

    def test_what_was_asked_comes_back(self, client: TestClient) -> None:
        data = chat(client, f"  {QUESTION}\n", as_of="2026-06-01", domains=["label"], profile={"genre": "fiction"})
        assert data["question"] == QUESTION
        assert data["as_of"] == data["understood"]["as_of"] == "2026-06-01"
        assert data["understood"]["domains"] == data["searched"]["domains"] == ["label"]
        assert data["understood"]["profile"] == {"genre": "fiction"}
        assert data["engine"] == "extractive"

    def test_nulls_are_as_good_as_nothing(self, client: TestClient) -> None:
        assert chat(client, as_of=None, conversation_id=None, language=None)["outcome"] == "answered"

    @pytest.mark.parametrize("question", ["x", "?", "a" * 4000, "  " + "a" * 4000 + "\n", "🎬", "\u0000", "é" * 4000])
    def test_one_to_four_thousand_characters(self, client: TestClient, question: str) -> None:
        data = chat(client, question)
        assert data["citations"] == []
        assert data["outcome"] == "abstained" or data["depends_on"]

    @pytest.mark.parametrize("question", ["' OR 1=1; --", "<script>alert(1)</script>", "{{7*7}}", "asdf qsdf ghjk"])
    def test_nonsense_is_given_no_rule(self, client: TestClient, question: str) -> None:
        """It is out of scope, or asked about."""
        data = chat(client, question)
        assert data["citations"] == []
        assert data["outcome"] == "abstained" or data["depends_on"]
        assert question not in data["answer"]


class TestBadRequests:
    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "question : champ obligatoire"),
            ({"question": ""}, "question : texte vide"),
            ({"question": " \n\t "}, "question : texte vide"),
            ({"question": "a" * 4001}, "4 000 caractères"),
            ({"question": None}, "question"),
            ({"question": 3}, "question"),
            ({"question": ["x"]}, "question"),
            ({"question": "x", "more": 1}, "more : champ inconnu"),
            ({"question": "x", "Question": "x"}, "Question : champ inconnu"),
            ({"question": "x", "as_of": "hier"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "2026-02-30"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "01/02/2026"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "2026-2-3"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "2026"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "2026-02-03T00:00:00"}, "as_of : date attendue"),
            ({"question": "x", "as_of": "86400"}, "as_of : date attendue"),
            ({"question": "x", "as_of": 86400}, "as_of : date attendue"),
            ({"question": "x", "as_of": 0}, "as_of : date attendue"),
            ({"question": "x", "as_of": ""}, "as_of : date attendue"),
            ({"question": "x", "as_of": ["2026-02-03"]}, "as_of"),
            ({"question": "x", "domains": ["cinema"]}, "domains.0 : valeur inconnue"),
            ({"question": "x", "domains": "cnc"}, "domains"),
            ({"question": "x", "domains": [1]}, "domains.0"),
            ({"question": "x", "domains": None}, "domains"),
            ({"question": "x", "language": "de"}, "language : valeur inconnue"),
            ({"question": "x", "profile": {"genre": 1}}, "profile.genre"),
            ({"question": "x", "profile": "fiction"}, "profile"),
            ({"question": "x", "conversation_id": 1}, "conversation_id"),
            ([], "demande"),
            ("x", "demande"),
            (None, "demande"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_named_in_french(self, client: TestClient, body: Any, named: str) -> None:
        data = problem(client.post("/api/chat", json=body), 422, "bad_request")
        assert data["title"] == "Demande invalide"
        assert named in data["detail"]

    @pytest.mark.parametrize("raw", [b"", b"nope", b"{", b'{"question": "x",}', b"\xff\xfe", b'{"question": "\xff"}'])
    def test_what_is_no_json(self, client: TestClient, raw: bytes) -> None:
        response = client.post("/api/chat", content=raw, headers={"content-type": "application/json"})
        data = problem(response, 422, "bad_request")
        assert data["detail"].startswith("demande")

    def test_half_a_character(self, client: TestClient) -> None:
        raw = b'{"question": "\\ud83c"}'
        problem(client.post("/api/chat", content=raw, headers={"content-type": "application/json"}), 422, "bad_request")

    def test_the_question_is_not_echoed(self, client: TestClient) -> None:
        body = {"question": "x", "as_of": "<script>secret</script>"}
        assert "secret" not in client.post("/api/chat", json=body).text

    def test_many_faults_are_told_a_few_at_a_time(self, client: TestClient) -> None:
        body = {"question": "x"} | {f"f{i}": i for i in range(50)}
        assert problem(client.post("/api/chat", json=body), 422, "bad_request")["detail"].count("champ inconnu") == 5


class TestNotFound:
    @pytest.mark.parametrize("unknown", ["nope", "é", "x" * 500, "' or 1=1"])
    def test_conversation(self, client: TestClient, unknown: str) -> None:
        response = client.post("/api/chat", json={"question": QUESTION, "conversation_id": unknown})
        problem(response, 404, "conversation_not_found")

    @pytest.mark.parametrize("unknown", ["nope", "0" * 20, "%20", "é"])
    def test_passage(self, client: TestClient, unknown: str) -> None:
        problem(client.get(f"/api/passages/{unknown}"), 404, "passage_not_found")

    def test_source(self, client: TestClient) -> None:
        problem(client.get("/api/sources/nope"), 404, "source_not_found")

    @pytest.mark.parametrize("path", ["/nope", "/api/nope", "/api", "/static/nope.js", "/static/../pages.py"])
    def test_address(self, client: TestClient, path: str) -> None:
        assert problem(client.get(path), 404, "not_found")["title"] == "Introuvable"

    def test_method(self, client: TestClient) -> None:
        assert problem(client.get("/api/chat"), 405, "bad_request")["title"] == "Méthode non admise"
        problem(client.delete("/api/sources"), 405, "bad_request")


class TestConversation:
    def fresh(self, client: TestClient) -> TestClient:
        return TestClient(client.app)

    def test_it_goes_on_with_its_cookie(self, client: TestClient) -> None:
        mine = self.fresh(client)
        first = chat(mine, BILANS)
        second = chat(mine, "Et quand ?", conversation_id=first["conversation_id"])
        assert second["conversation_id"] == first["conversation_id"]
        assert second["message_id"] != first["message_id"]
        assert BILANS in second["understood"]["question"]

    def test_nobody_else_can_go_on_with_it(self, client: TestClient) -> None:
        first = chat(self.fresh(client), BILANS)
        body = {"question": "Et quand ?", "conversation_id": first["conversation_id"]}
        problem(self.fresh(client).post("/api/chat", json=body), 404, "conversation_not_found")

    def test_a_date_sticks_and_null_returns_to_today(self, client: TestClient) -> None:
        mine = self.fresh(client)
        first = chat(mine, "Quel est le seuil de la CSRD ?", as_of="2024-06-01")
        again = {"conversation_id": first["conversation_id"]}
        sticky = chat(mine, "Quel est le seuil de la CSRD ?", **again)
        assert (sticky["as_of"], sticky["understood"]["as_of_reason"]) == ("2024-06-01", "sticky")
        back = chat(mine, "Quel est le seuil de la CSRD ?", as_of=None, **again)
        assert (back["as_of"], back["understood"]["as_of_reason"]) == (TODAY.isoformat(), "today")

    def test_the_cookie_is_the_caller_s_own_and_out_of_reach_of_scripts(self, client: TestClient) -> None:
        mine, other = self.fresh(client), self.fresh(client)
        response = mine.post("/api/chat", json={"question": QUESTION})
        cookie = response.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "set-cookie" not in mine.post("/api/chat", json={"question": QUESTION}).headers
        other.post("/api/chat", json={"question": QUESTION})
        assert mine.cookies["clapvert_owner"] != other.cookies["clapvert_owner"]
        assert len(mine.cookies["clapvert_owner"]) >= 32

    def test_a_cookie_that_can_be_guessed_is_replaced(self, client: TestClient) -> None:
        mine = TestClient(client.app, cookies={"clapvert_owner": "bob"})
        assert "set-cookie" in mine.post("/api/chat", json={"question": QUESTION}).headers

    def test_a_page_gives_none(self, client: TestClient) -> None:
        """Followed from another site, a link carries no SameSite=Strict cookie: a new one would replace the reader's."""
        assert "set-cookie" not in self.fresh(client).get("/").headers


class TestPassages:
    def test_what_is_cited_opens(self, client: TestClient) -> None:
        for question in (QUESTION, BILANS, "What score does the Ecoprod Label need?"):
            for citation in chat(client, question)["citations"]:
                response = client.get(f"/api/passages/{citation['passage_id']}")
                assert PASSAGE(response.json())
                assert citation["quote"] in response.json()["text"]
                assert response.json()["status"] == "current"

    def test_neighbours_are_linked(self, client: TestClient) -> None:
        first = chat(client, BILANS)["citations"][0]["passage_id"]
        next_id = client.get(f"/api/passages/{first}").json()["next_id"]
        assert client.get(f"/api/passages/{next_id}").json()["previous_id"] == first

    def test_once_cited_it_opens_for_ever_and_says_where_it_stands(
        self, service: Service, build: Build, client: TestClient
    ) -> None:
        client = TestClient(create_app(service))
        changed = chat(client, QUESTION)["citations"][0]
        removed = chat(client, BILANS)["citations"][0]
        with edited_yaml(service.settings.corpus_dir / LABEL) as fiche:
            row = fiche["sections"][0]["statements"][0]
            row["text"] = row["text"].replace("65 %", "66 %")
            row["lead"], row["en"] = None, row["en"].replace("65%", "66%")
            row["values"][0]["value"] = 66
        with edited_yaml(service.settings.corpus_dir / DOUBLE_BILAN) as fiche:
            del fiche["sections"][0]["statements"][0]
        manifest, new = build()
        assert new
        assert "66 %" in chat(client, QUESTION)["answer"]
        for citation, status in ((changed, "superseded"), (removed, "removed")):
            data = client.get(f"/api/passages/{citation['passage_id']}").json()
            assert data["status"] == status
            assert citation["quote"] in data["text"]
            assert PASSAGE(data)
        assert client.get("/readyz").json()["snapshot"] == manifest.name

    def test_an_official_text_has_no_basis_and_its_own_rank(self, with_official: Service) -> None:
        client = TestClient(create_app(with_official))
        (citation,) = chat(client, "Que dit l'article 122-19 du RGA ?")["citations"]
        data = client.get(f"/api/passages/{citation['passage_id']}").json()
        assert PASSAGE(data)
        assert (data["rank"], data["based_on"], data["valid_from"]) == ("officiel", None, "2023-02-01")
        assert data["heading_path"][0] == "RGA du CNC"


class TestSearch:
    def hits(self, client: TestClient, query: str) -> list[dict[str, Any]]:
        response = client.get(f"/api/search?{query}")
        assert response.status_code == 200, response.text
        rows: list[dict[str, Any]] = response.json()["hits"]
        hit = S.fields(passage_id=S.text, source_id=S.text, source_title=S.text, locator=S.text, score=S.number,
                       text=S.text)  # fmt: skip
        assert set(response.json()) == {"hits"}
        assert all(hit(row) for row in rows)
        return rows

    def test_best_first(self, client: TestClient) -> None:
        rows = self.hits(client, f"q={QUESTION}")
        assert rows[0]["source_id"] == "notice.label-score"
        assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
        assert len(rows) <= 10

    def test_how_many(self, client: TestClient) -> None:
        assert len(self.hits(client, "q=bilan&k=2")) == 2

    def test_on_a_day_and_in_domains(self, client: TestClient) -> None:
        assert any("250 salariés" in r["text"] for r in self.hits(client, "q=seuil CSRD&as_of=2024-06-01"))
        rows = self.hits(client, "q=bilan&domains=label&domains=csrd")
        assert {r["source_id"] for r in rows} <= {"notice.label-score", "notice.csrd-seuils"}

    @pytest.mark.parametrize(
        "query",
        ["", "q=", "q=x&k=0", "q=x&k=101", "q=x&k=deux", "q=x&as_of=hier", "q=x&as_of=86400", "q=x&domains=zz",
         "q=" + "a" * 4001],
    )  # fmt: skip
    def test_bad_requests(self, client: TestClient, query: str) -> None:
        problem(client.get(f"/api/search?{query}"), 422, "bad_request")


SOURCE = S.fields(id=S.text, title=S.text, issuer=S.text, nature=S.text, rank=RANK, domains=S.many(DOMAIN),
                  url=S.maybe(S.text), passages=S.whole)  # fmt: skip


class TestSources:
    def test_the_register_and_the_notices(self, client: TestClient) -> None:
        rows = client.get("/api/sources").json()["sources"]
        assert all(SOURCE(row) for row in rows)
        ids = [row["id"] for row in rows]
        assert {"rga", "code-env", "notice.label-score"} <= set(ids)
        assert len(set(ids)) == len(ids)
        by_id = {row["id"]: row for row in rows}
        assert by_id["notice.label-score"]["passages"] == 3
        assert by_id["notice.label-score"]["rank"] == "notice"
        assert by_id["rga"]["passages"] == 0

    def test_one_source_with_its_passages_in_reading_order(self, client: TestClient) -> None:
        data = client.get("/api/sources/notice.label-score").json()
        assert SOURCE(data)
        assert len(data["passage_ids"]) == data["passages"] == 3
        first, second = (client.get(f"/api/passages/{i}").json() for i in data["passage_ids"][:2])
        assert first["next_id"] == second["passage_id"]

    def test_an_added_text_counts_its_passages(self, with_official: Service) -> None:
        rows = TestClient(create_app(with_official)).get("/api/sources").json()["sources"]
        counts = {row["id"]: row["passages"] for row in rows}
        assert (counts["rga"], counts["code-cinema"]) == (2, 1)

    def test_a_new_fiche_is_listed_at_once(self, service: Service, build: Build) -> None:
        client = TestClient(create_app(service))
        assert client.get("/api/sources/notice.autre").status_code == 404  # and an index is open
        path = service.settings.corpus_dir / LABEL
        with edited_yaml(path) as fiche:
            rows = fiche["sections"][0]["statements"]
            moved, rest = rows[2:], rows[:2]
            fiche["sections"][0]["statements"] = rest
            other = json.loads(json.dumps(fiche)) | {"id": "autre", "title": "Une autre fiche d'essai"}
        other["sections"][0]["statements"] = moved
        from tests.samples import write_yaml

        write_yaml(path.with_name("autre.yaml"), other)
        build()
        assert client.get("/api/sources/notice.autre").json()["passages"] == 1


class TestOperations:
    def test_liveness(self, client: TestClient) -> None:
        assert client.get("/healthz").json()["status"] == "ok"

    def test_readiness(self, client: TestClient, tiny: Service) -> None:
        data = client.get("/readyz").json()
        assert data["status"] == "ready"
        assert data["snapshot"] == tiny.snapshot.manifest.name
        assert data["passages"] == 15
        assert data["model"] == "hashing"

    @pytest.fixture
    def empty(self, settings: Settings, encoder: HashingEncoder, clock: Clock) -> TestClient:
        return TestClient(create_app(Service(settings, encoder, clock)))

    def test_without_an_index_it_lives_and_is_not_ready(self, empty: TestClient) -> None:
        assert empty.get("/healthz").status_code == 200
        assert "clapvert ingest" in problem(empty.get("/readyz"), 503, "index_missing")["detail"]
        problem(empty.post("/api/chat", json={"question": QUESTION}), 503, "index_missing")
        problem(empty.get("/api/search?q=x"), 503, "index_missing")
        assert empty.get("/").status_code == 200

    def test_a_server_without_an_index_starts_and_takes_it_up(self, empty: TestClient, build: Build) -> None:
        with empty:
            assert empty.get("/readyz").status_code == 503
            build()
            assert empty.get("/readyz").json()["status"] == "ready"

    def test_it_starts_warm(self, tiny: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        """What every answer needs is made once, before a question comes, however many come at once."""
        made: list[object] = []

        class Counted(Obligations):
            def __init__(self, *args: Any) -> None:
                made.append(self)
                super().__init__(*args)

        monkeypatch.setattr("assistant.service.Obligations", Counted)
        monkeypatch.setattr(tiny, "_obligations_of", None)
        with TestClient(create_app(tiny)) as client:
            assert client.get("/readyz").status_code == 200
            assert len(made) == 1
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: chat(client, QUESTION), range(8)))
        assert len(made) == 1

    def test_openapi_is_at_docs(self, client: TestClient) -> None:
        assert client.get("/docs").status_code == 200
        paths = client.get("/openapi.json").json()["paths"]
        assert {"/api/chat", "/api/passages/{passage_id}", "/api/search", "/api/sources", "/api/sources/{source_id}",
                "/healthz", "/readyz"} <= set(paths)  # fmt: skip


class TestErrors:
    def test_an_unexpected_one_shows_nothing(self, tiny: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("mot de passe : hunter2")

        monkeypatch.setattr(tiny, "ask", broken)
        client = TestClient(create_app(tiny), raise_server_exceptions=False)
        response = client.post("/api/chat", json={"question": QUESTION})
        problem(response, 500, "internal_error")
        assert "hunter2" not in response.text
        assert "RuntimeError" not in response.text

    def test_every_code_has_a_status(self) -> None:
        """Those that the API can meet; the others are of the command line."""
        assert {problems._STATUS[c] for c in ErrorCode if c.value.endswith("not_found")} == {404}
        assert problems._STATUS[ErrorCode.BAD_REQUEST] == 422

    def test_questions_are_not_logged(self, client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        chat(client, "Quel score pour un film sur zanzibarique ?")
        client.post("/api/chat", json={"question": "zanzibarique", "zanzi": 1})
        assert not [r for r in caplog.records if r.name != "httpx" and "zanzibarique" in r.getMessage()]


class TestHeaders:
    PATHS = ("/", "/api/sources", "/healthz", "/nope", "/api/search", "/static/chat.js")

    @pytest.mark.parametrize("path", PATHS)
    def test_nothing_inline_nothing_from_elsewhere(self, client: TestClient, path: str) -> None:
        headers = client.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"

    def test_an_answer_is_not_kept_by_caches(self, client: TestClient) -> None:
        response = client.post("/api/chat", json={"question": QUESTION})
        assert "no-cache" in response.headers["cache-control"]

    def test_no_other_site_may_call(self, client: TestClient) -> None:
        response = client.post("/api/chat", json={"question": QUESTION}, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in response.headers


def test_two_services_do_not_mix(tiny: Service, service: Service) -> None:
    """Conversations live in their own data folder."""
    first = tiny.ask(Ask(QUESTION), "x" * 24)
    response = TestClient(create_app(service), cookies={"clapvert_owner": "x" * 24}).post(
        "/api/chat", json={"question": QUESTION, "conversation_id": first.conversation_id}
    )
    problem(response, 404, "conversation_not_found")


def test_the_double_is_what_the_tests_say(tiny: Service) -> None:
    assert tiny.engine.scope.config == DOUBLE.scope
