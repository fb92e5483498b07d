"""French codes from a peer of ours that behaves like the Légifrance API: what it gives, what fails, what resumes."""

from __future__ import annotations

import gzip
import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.corpus.register import Domain, Nature, Rank, Regime, Source
from ingest.errors import ClapvertError, ErrorCode
from ingest.texts.download import Policy
from ingest.texts.fetch import Fetcher
from ingest.texts.legifrance import Legifrance
from ingest.texts.texts import TextShelf

DAY = date(2026, 11, 25)
CODE = "LEGITEXT000000000001"
CODES = Source(
    id="code-essai", title="Code d'essai", issuer="Essai", nature=Nature.CODE, rank=Rank.OFFICIEL,
    domains=(Domain.CNC,), regime=Regime.FR, identifiers={"LEGITEXT": CODE},
)  # fmt: skip


def article(n: int) -> dict[str, str]:
    return {
        "id": f"LEGIARTI{n:012d}",
        "num": f"L. 1-{n}",
        "etat": "VIGUEUR",
        "texteHtml": f"<p>Le producteur remet {n} bilans par an, dans les {n} mois.</p>",
    }


@dataclass
class Peer:
    """What the API holds, how it fails (one function a request, by its number), and what it was asked."""

    articles: list[dict[str, str]] = field(default_factory=lambda: [article(n) for n in range(1, 13)])
    fails: Callable[[int, BaseHTTPRequestHandler], bool] = lambda n, h: False
    asked: list[str] = field(default_factory=list)
    said: list[object] = field(default_factory=list)
    url: str = ""
    zipped: bool = False

    def answer(self, path: str, body: bytes) -> object:
        if path == "/token":
            return {"access_token": "jeton", "expires_in": 3600}
        said = json.loads(body)
        if path.endswith("tableMatieres"):
            assert said == {"textId": CODE, "nature": "CODE", "date": DAY.isoformat()}
            rows = [{k: a[k] for k in ("id", "num", "etat")} for a in self.articles]
            gone = {"id": "LEGIARTI999999999999", "num": "L. 9", "etat": "ABROGE"}
            return {"sections": [{"articles": rows[:4], "sections": [{"articles": [*rows[4:], gone]}]}]}
        if path.endswith(("lawDecree", "jorf", "getJoWithNor", "eliAndAliasRedirectionTexte")):
            self.said.append(said)
            rows = [
                {k: v for k, v in a.items() if k != "texteHtml"} | {"content": a["texteHtml"]} for a in self.articles
            ]
            gone = {"num": "9", "etat": "ABROGE", "content": "<p>Abrogé.</p>"}
            return {"articles": rows[:2], "sections": [{"articles": [*rows[2:], gone], "sections": []}]}
        return {"article": next(a for a in self.articles if a["id"] == said["id"])}


@pytest.fixture
def peer() -> Iterator[Peer]:
    held = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.asked.append(self.path)
            if held.fails(len(held.asked), self):
                return
            data = json.dumps(held.answer(self.path, body)).encode()
            send(self, 200, gzip.compress(data) if held.zipped else data, **zipped(held))

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield held
    http.shutdown()
    http.server_close()


def zipped(peer: Peer) -> dict[str, str]:
    return {"Content_Encoding": "gzip"} if peer.zipped else {}


def send(h: BaseHTTPRequestHandler, status: int, body: bytes, length: int | None = None, **headers: str) -> bool:
    h.send_response(status)
    for name, value in ({"Content_Type": "application/json"} | headers).items():
        h.send_header(name.replace("_", "-"), value)
    h.send_header("Content-Length", str(len(body) if length is None else length))
    h.end_headers()
    h.wfile.write(body)
    h.close_connection = length is not None
    return True


def asking(peer: Peer, pauses: list[float] | None = None, attempts: int = 4) -> Legifrance:
    kept = pauses if pauses is not None else []
    return Legifrance("c", "s", f"{peer.url}/api", f"{peer.url}/token", Policy(attempts, timeout=2.0), kept.append)


def page(peer: Peer, folder: Path, *numbers: str, **how: int) -> str:
    fetched = asking(peer, **how).get(CODES, numbers, folder, DAY)  # type: ignore[arg-type]
    assert fetched.path is not None
    return fetched.path.read_text("utf-8")


def test_the_articles_asked_for_come_in_the_order_of_the_code(peer: Peer, tmp_path: Path) -> None:
    text = page(peer, tmp_path, "L1-7", "L1-2")
    assert [n for n in range(1, 13) if f"Article L. 1-{n}<" in text] == [2, 7]
    assert text.index("L. 1-2<") < text.index("L. 1-7<")
    assert page(peer, tmp_path).count("<h2>") == 12  # whole, without what is repealed


def test_a_compressed_answer_is_read(peer: Peer, tmp_path: Path) -> None:
    plain = page(peer, tmp_path / "a")
    peer.zipped = True
    assert page(peer, tmp_path / "b") == plain


@pytest.mark.parametrize(
    "fail",
    [
        lambda h: send(h, 429, b"", Retry_After="7"),
        lambda h: send(h, 503, b""),
        lambda h: send(h, 200, b'{"article"', 500),
        lambda h: send(h, 200, b"not gzip", Content_Encoding="gzip"),
    ],
    ids=["429", "503", "truncated", "bad gzip"],
)
def test_what_passes_is_tried_again(peer: Peer, tmp_path: Path, fail: Callable[[object], bool]) -> None:
    pauses: list[float] = []
    plain = page(peer, tmp_path / "a")
    peer.asked.clear()
    peer.fails = lambda n, h: n == 5 and fail(h)
    fetched = asking(peer, pauses).get(CODES, (), tmp_path / "b", DAY)
    assert fetched.path is not None
    assert fetched.path.read_text("utf-8") == plain
    assert pauses in ([7.0], [1.0])


@pytest.mark.parametrize(
    ("fail", "code"),
    [
        (lambda h: send(h, 302, b"", Location="/elsewhere"), ErrorCode.FETCH_FAILED),
        (lambda h: send(h, 200, b"<html>Maintenance</html>", Content_Type="text/html"), ErrorCode.FETCH_FAILED),
        (lambda h: send(h, 200, b'{"article": {"id": "LEGIARTI000000000099"}}'), ErrorCode.FETCH_FAILED),
        (lambda h: send(h, 403, b""), ErrorCode.FETCH_BLOCKED),
        (lambda h: send(h, 503, b""), ErrorCode.FETCH_FAILED),
    ],
    ids=["redirect", "wrong type", "another article", "key refused", "down"],
)
def test_what_does_not_pass_is_said(
    peer: Peer, tmp_path: Path, fail: Callable[[object], bool], code: ErrorCode
) -> None:
    peer.fails = lambda n, h: n >= 3 and fail(h)
    with pytest.raises(ClapvertError) as caught:
        page(peer, tmp_path)
    assert caught.value.code is code


def test_a_token_that_is_over_is_asked_for_again(peer: Peer, tmp_path: Path) -> None:
    peer.fails = lambda n, h: n == 6 and send(h, 401, b"")
    assert page(peer, tmp_path).count("<h2>") == 12
    assert peer.asked.count("/token") == 2


def test_interrupted_at_random_moments_it_resumes_to_the_same_text(peer: Peer, tmp_path: Path) -> None:
    whole = page(peer, tmp_path / "whole")
    draw = random.Random(22)
    for n in range(20):
        cut = draw.randrange(1, 15)
        peer.asked.clear()
        peer.fails = lambda k, h, cut=cut: k == cut and send(h, 200, b'{"a', 99)
        with pytest.raises(ClapvertError):
            page(peer, tmp_path / str(n), attempts=1)
        before = sum(p.endswith("getArticle") for p in peer.asked)
        peer.fails = lambda k, h: False
        peer.asked.clear()
        assert page(peer, tmp_path / str(n)) == whole
        again = sum(p.endswith("getArticle") for p in peer.asked)
        assert again == 12 - max(before - 1, 0)  # what had come is not asked for again


@pytest.mark.parametrize(
    ("nature", "identifiers", "path", "said"),
    [
        (Nature.LOI, {"JORFTEXT": "JORFTEXT000000000001"}, "lawDecree", {"textId": "JORFTEXT000000000001", "date": "2026-11-25"}),
        (Nature.ARRETE, {"LEGITEXT": CODE}, "lawDecree", {"textId": CODE, "date": "2026-11-25"}),
        (Nature.RAPPORT, {"JORFTEXT": "JORFTEXT000000000002"}, "jorf", {"textCid": "JORFTEXT000000000002"}),
        (Nature.DECRET, {"NOR": "ABCD0000001D", "ELI": "decret/2024/2/8/2024-1"}, "getJoWithNor", {"nor": "ABCD0000001D"}),
        (Nature.DECRET, {"ELI": "decret/2024/2/8/2024-1"}, "eliAndAliasRedirectionTexte", {"idEliOrAlias": "/eli/decret/2024/2/8/2024-1/jo/texte"}),
    ],
)  # fmt: skip
def test_a_law_comes_whole_by_the_identifier_that_it_has(
    peer: Peer, tmp_path: Path, nature: Nature, identifiers: dict[str, str], path: str, said: dict[str, str]
) -> None:
    law = CODES.model_copy(update={"nature": nature, "identifiers": identifiers})
    assert Legifrance.holds(law)
    fetched = asking(peer).get(law, {"L1-2", "L1-7"}, tmp_path / "a", DAY)
    assert (peer.asked[-1], peer.said) == (f"/api/consult/{path}", [said])
    assert fetched.path is not None
    assert fetched.path.read_text("utf-8").count("<h2>") == 2
    whole = asking(peer).get(law, (), tmp_path / "b", DAY)
    assert whole.path is not None
    assert whole.path.read_text("utf-8").count("<h2>") == 12  # without what is repealed


def test_a_code_is_added_by_article_locked_and_its_change_is_told(peer: Peer, tmp_path: Path) -> None:
    shelf = TextShelf(tmp_path / "texts")
    fetcher = Fetcher(tmp_path / "fetch", shelf, DAY, codes=asking(peer), numbers=lambda _: {"L1-3", "L1-4"})
    assert [r.state for r in fetcher.fetch([CODES])] == ["added"]
    (text,) = shelf.all()
    assert [u.number for u in shelf.units(text.id) if u.number] == ["L1-3", "L1-4"]
    assert text.version.attested_at == DAY
    assert [r.state for r in fetcher.fetch([CODES])] == ["unchanged"]
    assert [r.state for r in fetcher.check([CODES])] == ["unchanged"]
    peer.articles[2]["texteHtml"] = "<p>Le producteur remet 30 bilans.</p>"
    assert [r.state for r in fetcher.check([CODES])] == ["changed"]
    assert [r.state for r in fetcher.fetch([CODES])] == ["failed"]  # changed: to be accepted
    assert [r.state for r in fetcher.fetch([CODES], accept=True)] == ["added"]
