"""Fetching from a server of ours on the loopback: redirects, failures that pass, truncation, stalls, blocks, changes."""

from __future__ import annotations

import gzip
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.corpus.fiches import load_fiches
from ingest.corpus.register import Domain, Nature, Rank, Regime, Register, Source, load_register
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.index.pipeline import Library
from ingest.main import main
from ingest.settings import Settings
from ingest.texts.download import Downloader, Policy
from ingest.texts.fetch import CELLAR, Fetcher, changed_at_source, endpoints, fetchable, starter
from ingest.texts.texts import TextShelf
from tests.samples import edited_yaml, write_corpus

DAY = date(2026, 11, 25)
PAGE = b"<html><body><h1>Decret</h1><h2>Article 1</h2><p>Un bilan est remis chaque annee.</p></body></html>"
LONG = b"<html><body><h2>Article 1</h2>" + b"<p>Un alinea de plus.</p>" * 400 + b"</body></html>"


class Answer(BaseHTTPRequestHandler):
    """One request of the scripted server."""

    protocol_version = "HTTP/1.1"
    script: Script

    def do_GET(self) -> None:
        self.script.seen.append((self.path, dict(self.headers)))
        self.script.answers[self.path](self)

    def send(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None and length > len(body):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@dataclass
class Script:
    """What the server answers by path, and what it was asked."""

    url: str = ""
    answers: dict[str, Callable[[Answer], None]] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def page(self, path: str, body: bytes = PAGE, status: int = 200, **headers: str) -> None:
        self.answers[path] = lambda h: h.send(status, body, **{"Content_Type": "text/html", **headers})

    def then(self, path: str, *answers: Callable[[Answer], None]) -> None:
        """One answer after the other; the last one stays."""
        left = list(answers)
        self.answers[path] = lambda h: (left.pop(0) if len(left) > 1 else left[0])(h)


@pytest.fixture
def server() -> Iterator[Script]:
    script = Script()
    handler = type("Handler", (Answer,), {"script": script})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    script.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield script
    http.shutdown()
    http.server_close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def shelf(tmp_path: Path) -> TextShelf:
    return TextShelf(tmp_path / "texts")


@pytest.fixture
def fetcher(tmp_path: Path, shelf: TextShelf, pauses: list[float]) -> Fetcher:
    policy = Policy(timeout=1.0, max_bytes=200_000)
    return Fetcher(tmp_path / "fetch", shelf, DAY, lambda folder: Downloader(folder, policy, pauses.append))


def source(retrieval: str | None, **more: object) -> Source:
    return Source(
        id="decret", title="Décret d'essai", issuer="Essai", nature=Nature.DECRET, rank=Rank.OFFICIEL,
        domains=(Domain.CNC,), regime=Regime.FR, retrieval=retrieval, **more,
    )  # fmt: skip


def fetched(fetcher: Fetcher, url: str, accept: bool = False) -> str:
    """The state, or the code of the error."""
    (row,) = fetcher.fetch([source(url)], accept)
    return row.error.code.value if row.error else row.state


def test_a_text_is_brought_locked_and_not_brought_twice(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    def page(h: Answer) -> None:
        if h.headers.get("If-None-Match") == '"v1"':
            h.send(304)
        else:
            h.send(200, PAGE, Content_Type="text/html", ETag='"v1"')

    server.answers["/decret"] = page
    assert fetched(fetcher, f"{server.url}/decret") == "added"
    (text,) = shelf.all()
    assert (text.id, text.registered) == ("decret-2026-11-25", "decret")
    assert shelf.path(text).read_bytes() == PAGE
    lock = fetcher.lock("decret")
    assert lock
    assert (lock.sha256, lock.etag, lock.text_id) == (text.sha256, '"v1"', text.id)
    assert fetched(fetcher, f"{server.url}/decret") == "unchanged"
    shelf.remove(text.id)
    assert fetched(fetcher, f"{server.url}/decret") == "added"


def test_redirects_are_followed_and_loops_are_not(server: Script, fetcher: Fetcher) -> None:
    server.page("/vrai")
    server.answers["/a"] = lambda h: h.send(303, Location="/b")
    server.answers["/b"] = lambda h: h.send(301, Location=f"{server.url}/vrai")
    server.answers["/tourne"] = lambda h: h.send(302, Location="/tourne")
    server.answers["/fichier"] = lambda h: h.send(302, Location="file:///etc/passwd")
    assert fetched(fetcher, f"{server.url}/tourne") == "fetch_failed"
    assert fetched(fetcher, f"{server.url}/fichier") == "fetch_failed"
    assert fetched(fetcher, f"{server.url}/a") == "added"


def test_an_https_address_never_leads_to_plain_http() -> None:
    from ingest.texts.download import _next

    assert _next("https://a.eu/x", "http://a.eu/y") == "https://a.eu/y"
    with pytest.raises(ClapvertError, match="pas sûre"):
        _next("https://a.eu/x", "http://b.eu/y")


def test_404_is_said_at_once(server: Script, fetcher: Fetcher, pauses: list[float]) -> None:
    server.page("/rien", status=404)
    assert fetched(fetcher, f"{server.url}/rien") == "fetch_failed"
    assert (len(server.seen), pauses) == (1, [])


def test_500_then_200(server: Script, fetcher: Fetcher, pauses: list[float]) -> None:
    down: Callable[[Answer], None] = lambda h: h.send(500)  # noqa: E731
    busy: Callable[[Answer], None] = lambda h: h.send(503, Retry_After="7")  # noqa: E731
    server.then("/x", down, down, busy, lambda h: h.send(200, PAGE, Content_Type="text/html"))
    assert fetched(fetcher, f"{server.url}/x") == "added"
    assert pauses == [1.0, 2.0, 7.0]


def test_500_for_ever_gives_up_with_growing_pauses(server: Script, fetcher: Fetcher, pauses: list[float]) -> None:
    server.page("/x", status=500)
    assert fetched(fetcher, f"{server.url}/x") == "fetch_failed"
    assert pauses == [1.0, 2.0, 4.0, 8.0]


def test_a_truncated_body_resumes_where_it_stopped(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    def rest(h: Answer) -> None:
        start = int(h.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        assert h.headers["If-Range"] == '"v1"'
        h.send(206, LONG[start:], Content_Type="text/html", ETag='"v1"', Content_Range=f"bytes {start}-{len(LONG) - 1}/{len(LONG)}")  # fmt: skip

    server.then("/x", lambda h: h.send(200, LONG[:3000], len(LONG), Content_Type="text/html", ETag='"v1"'), rest)
    assert fetched(fetcher, f"{server.url}/x") == "added"
    assert shelf.path(shelf.all()[0]).read_bytes() == LONG
    assert "Range" in server.seen[1][1]


def test_a_file_that_changed_meanwhile_is_taken_from_its_start(
    server: Script, fetcher: Fetcher, shelf: TextShelf
) -> None:
    server.then(
        "/x",
        lambda h: h.send(200, LONG[:3000], len(LONG), Content_Type="text/html", ETag='"v1"'),
        lambda h: h.send(200, PAGE, Content_Type="text/html", ETag='"v2"'),
    )
    assert fetched(fetcher, f"{server.url}/x") == "added"
    assert shelf.path(shelf.all()[0]).read_bytes() == PAGE


def test_a_body_that_is_always_truncated_is_refused(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    server.answers["/x"] = lambda h: h.send(200, PAGE[:50], len(PAGE), Content_Type="text/html")
    assert fetched(fetcher, f"{server.url}/x") == "fetch_failed"
    assert shelf.all() == []


def test_a_stall_is_given_up_in_bounded_time(server: Script, fetcher: Fetcher) -> None:
    def stall(h: Answer) -> None:
        h.send_response(200)
        h.send_header("Content-Length", "1000")
        h.end_headers()
        h.wfile.write(b"<html>")
        h.wfile.flush()
        time.sleep(3.0)
        h.close_connection = True

    server.answers["/x"] = stall
    started = time.monotonic()
    assert fetched(fetcher, f"{server.url}/x") == "fetch_failed"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<html>Forbidden</html>"),
        (200, b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"),
        (200, "<html><body>Accès refusé : vous semblez être un robot.</body></html>".encode()),
    ],
)
def test_a_page_that_blocks_robots_is_not_the_text(
    server: Script, fetcher: Fetcher, shelf: TextShelf, status: int, body: bytes
) -> None:
    server.page("/x", body, status)
    (row,) = fetcher.fetch([source(f"{server.url}/x")])
    assert row.error
    assert row.error.code is ErrorCode.FETCH_BLOCKED
    assert "corpus add" in (row.error.hint or "")
    assert shelf.all() == []


def test_a_page_where_a_pdf_was_promised_is_refused(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    server.page("/texte.pdf")
    assert fetched(fetcher, f"{server.url}/texte.pdf") == "fetch_failed"
    assert shelf.all() == []


def test_a_file_too_big_is_refused_announced_or_not(server: Script, fetcher: Fetcher) -> None:
    server.page("/gros", b"<p>x</p>" * 40_000)

    def unannounced(h: Answer) -> None:
        h.send_response(200)
        h.send_header("Connection", "close")
        h.end_headers()
        h.wfile.write(b"<p>x</p>" * 40_000)
        h.close_connection = True

    server.answers["/discret"] = unannounced
    assert fetched(fetcher, f"{server.url}/gros") == "document_too_big"
    assert fetched(fetcher, f"{server.url}/discret") == "document_too_big"


def test_a_changed_checksum_replaces_nothing_before_it_is_accepted(
    server: Script, fetcher: Fetcher, shelf: TextShelf
) -> None:
    url = f"{server.url}/x"
    server.page("/x")
    assert fetched(fetcher, url) == "added"
    server.page("/x", PAGE.replace(b"annee", b"mois"))
    (row,) = fetcher.fetch([source(url)])
    assert row.error
    assert row.error.code is ErrorCode.FETCH_CHANGED
    assert "corpus diff decret-2026-11-25" in (row.error.hint or "")
    assert b"annee" in shelf.path(shelf.all()[0]).read_bytes()
    assert fetched(fetcher, url, accept=True) == "added"
    assert b"mois" in shelf.path(shelf.all()[0]).read_bytes()
    assert fetched(fetcher, url) == "unchanged"


def test_a_refused_file_leaves_the_text_and_its_lock(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    url = f"{server.url}/x"
    server.page("/x")
    assert fetched(fetcher, url) == "added"
    before = fetcher.lock("decret")
    server.page("/x", b"<html><body></body></html>")
    assert fetched(fetcher, url, accept=True) == "document_refused"
    assert fetcher.lock("decret") == before
    assert shelf.path(shelf.all()[0]).read_bytes() == PAGE


def test_without_network_the_first_text_says_so_and_the_rest_is_not_tried(fetcher: Fetcher) -> None:
    rows = list(fetcher.fetch([source("http://127.0.0.1:9/a"), source("http://127.0.0.1:9/b")]))
    assert [r.error.code for r in rows if r.error] == [ErrorCode.FETCH_UNREACHABLE]
    assert rows[0].error
    assert rows[0].error.exit_code == ExitCode.NOT_READY


def test_addresses_come_from_the_register() -> None:
    eu = source(None, identifiers={"CELEX": "32022L2464"})
    assert [e.url for e in endpoints(eu)] == [f"{CELLAR}32022L2464"] * 3
    assert endpoints(eu)[0].headers == {"Accept": "application/xhtml+xml", "Accept-Language": "fra"}
    code = source(None, url="https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000020908868/")
    assert endpoints(code) == []
    register = Register((eu,))
    assert fetchable(register) == [eu]
    assert fetchable(Register((code,))) == []


def test_what_only_a_person_can_get_says_how(fetcher: Fetcher) -> None:
    (row,) = fetcher.fetch([source(None, url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT1")])
    assert row.error
    assert row.error.code is ErrorCode.FETCH_BLOCKED
    assert "corpus add FICHIER --as decret" in (row.error.hint or "")


def test_on_the_command_line(
    server: Script, use_settings: Settings, corpus_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.page("/code")
    register = corpus_dir / "sources.yaml"
    lines = register.read_text(encoding="utf-8").replace(
        "id: code-cinema\n", f"id: code-cinema\n  retrieval: {server.url}/code\n", 1
    )
    register.write_text(lines, encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["corpus", "fetch", "code-cinema"])
    assert done.value.code in (0, None)
    assert "Texte reçu : code-cinema-" in capsys.readouterr().out
    assert len(Library(use_settings).texts.all()) == 1
    server.page("/code", status=403)
    with pytest.raises(SystemExit) as refused:
        main(["corpus", "fetch", "code-cinema"])
    assert refused.value.code == ExitCode.NO
    assert "Erreur (fetch_blocked)" in capsys.readouterr().err


def test_a_body_that_comes_compressed_is_opened(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    server.page("/decret", gzip.compress(PAGE), Content_Encoding="gzip")
    assert fetched(fetcher, f"{server.url}/decret") == "added"
    assert shelf.path(shelf.all()[0]).read_bytes() == PAGE


def test_a_compressed_body_cut_short_is_tried_again(server: Script, fetcher: Fetcher, pauses: list[float]) -> None:
    packed = gzip.compress(PAGE)
    short = lambda h: h.send(200, packed[:-9], Content_Type="text/html", Content_Encoding="gzip")  # noqa: E731
    whole = lambda h: h.send(200, packed, Content_Type="text/html", Content_Encoding="gzip")  # noqa: E731
    server.then("/decret", short, whole)
    assert fetched(fetcher, f"{server.url}/decret") == "added"
    assert len(pauses) == 1


def test_check_tells_what_changed_and_replaces_nothing(server: Script, fetcher: Fetcher, shelf: TextShelf) -> None:
    server.page("/decret")
    here = source(f"{server.url}/decret")
    assert list(fetcher.check([here])) == []  # never fetched
    assert fetched(fetcher, here.retrieval or "") == "added"
    assert [r.state for r in fetcher.check([here])] == ["unchanged"]
    kept = shelf.all()[0]
    server.page("/decret", PAGE.replace(b"annee", b"semestre"))
    assert [(r.state, r.text_id) for r in fetcher.check([here])] == [("changed", kept.id)]
    assert shelf.all() == [kept]
    assert [r.state for r in fetcher.check([here])] == ["changed"]  # said again, until it is taken


def test_interrupted_anywhere_the_result_is_the_same(server: Script, tmp_path: Path) -> None:
    """A connection that breaks at random moments: run again until done, the file is the very file."""
    draw = random.Random(20)
    for n in range(20):
        cut = draw.randrange(1, len(LONG))

        def broken(h: Answer, cut: int = cut) -> None:
            begun = int(h.headers.get("Range", "bytes=0-")[6:-1])
            body = LONG[begun:]
            more = {"Content_Range": f"bytes {begun}-{len(LONG) - 1}/{len(LONG)}"} if begun else {}
            sent = body[:cut] if not begun else body
            h.send(206 if begun else 200, sent, len(body), ETag='"v1"', Content_Type="text/html", **more)

        server.answers["/long"] = broken
        shelf = TextShelf(tmp_path / f"texts{n}")
        policy = Policy(attempts=1, timeout=5.0)
        fetcher = Fetcher(tmp_path / f"fetch{n}", shelf, DAY, lambda f, p=policy: Downloader(f, p, lambda _: None))
        states = [fetched(fetcher, f"{server.url}/long") for _ in range(2)]
        assert states[-1] in ("added", "unchanged"), (cut, states)
        assert shelf.path(shelf.all()[0]).read_bytes() == LONG


def test_the_starter_is_what_our_notices_rest_on(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    register = load_register(tmp_path)
    assert starter(register, tmp_path) == []
    with edited_yaml(tmp_path / "sources.yaml") as data:
        for row in data["sources"]:
            row["identifiers"] = {"CELEX": "32022L2464"}
            row["rank"] = "officiel"
    register = load_register(tmp_path)
    found = [s.id for s in starter(register, tmp_path)]
    resting = Counter(s.source.id for f in load_fiches(tmp_path) for _, s in f.fiche.statements())
    assert set(found) == set(resting)
    assert [resting[i] for i in found] == sorted(resting.values(), reverse=True)


def test_a_change_seen_is_kept_until_it_is_taken(server: Script, fetcher: Fetcher) -> None:
    server.answers["/decret"] = lambda h: h.send(200, PAGE, Content_Type="text/html")
    assert fetched(fetcher, f"{server.url}/decret") == "added"
    here = source(f"{server.url}/decret")
    server.answers["/decret"] = lambda h: h.send(200, PAGE.replace(b"bilan", b"rapport"), Content_Type="text/html")
    assert [r.state for r in fetcher.check([here])] == ["changed"]
    assert changed_at_source(fetcher.folder) == {"decret": DAY}
    assert fetched(fetcher, f"{server.url}/decret", accept=True) == "added"
    assert changed_at_source(fetcher.folder) == {}
