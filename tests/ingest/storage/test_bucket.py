"""Files in an S3-compatible store: a small one of the tests' own, which checks how it is spoken to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.files import Bucket
from ingest.storage.storage import Storage
from tests.ingest.storage.test_database import kept_files

_KEY = "une-cle"


class Store(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE of objects by path-style address, for requests signed with our key."""

    objects: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Sat, 28 Nov 2026 06:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _signed(self) -> bool:
        said = self.headers.get("Authorization", "")
        if said.startswith(f"AWS4-HMAC-SHA256 Credential={_KEY}/"):
            return True
        self._answer(403)
        return False

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._signed():
            self.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        if self._signed():
            found = self.objects.get(self.path)
            self._answer(200 if found is not None else 404, found or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        """`?delete`: the keys that the body names."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._signed() and self.path.endswith("?delete"):
            names = [e.text or "" for e in ElementTree.fromstring(body).iter() if e.tag.endswith("Key")]
            for name in names:
                self.objects.pop(f"{self.path.removesuffix('?delete')}/{name}", None)
            gone = "".join(f"<Deleted><Key>{n}</Key></Deleted>" for n in names)
            space = "http://s3.amazonaws.com/doc/2006-03-01/"
            self._answer(200, f'<?xml version="1.0"?><DeleteResult xmlns="{space}">{gone}</DeleteResult>'.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    kept: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Kept", (Store,), {"objects": kept}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", _KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "un-secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    yield kept
    server.shutdown()
    server.server_close()


def test_files_of_a_store(objects: dict[str, bytes], tmp_path: Path) -> None:
    kept_files(Storage(tmp_path, files_url="s3://preuves/clapvert").files("label-evidence"))
    Storage(tmp_path, files_url="s3://preuves/clapvert/").files("label-evidence").put("ab/abc", b"x")
    assert list(objects) == ["/preuves/clapvert/label-evidence/ab/abc"]
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_refuses_or_does_not_answer_is_said(
    objects: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "une-autre")
    with pytest.raises(ClapvertError) as refused:
        Bucket("s3://preuves").put("a", b"x")
    assert refused.value.code is ErrorCode.FILES_UNAVAILABLE
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ClapvertError) as away:
        Bucket("s3://preuves").has("a")
    assert away.value.code is ErrorCode.FILES_UNAVAILABLE


def test_an_address_that_is_none() -> None:
    with pytest.raises(ClapvertError, match="CLAPVERT_FILES_URL"):
        Bucket("https://preuves")
