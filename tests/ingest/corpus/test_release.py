"""Corpus releases: signed, whole, told before they are taken; refused when anything of them is not what it says."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ingest.corpus.release import MANIFEST, SIGNATURE, opened, pack
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.main import main
from ingest.settings import Settings, release_folder
from tests.ingest.texts.test_fetch import Answer, Script, server  # noqa: F401 - a fixture
from tests.samples import DOUBLE_BILAN, TODAY, edited_yaml

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def ran(argv: list[str]) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as caught:
        main(argv)
    return int(caught.value.code or 0)


def changed(data: bytes, name: str, body: bytes | None) -> bytes:
    """An archive with one file replaced, added, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for entry in before.namelist():
            if entry != name:
                after.writestr(entry, before.read(entry))
        if body is not None:
            after.writestr(name, body)
    return out.getvalue()


def test_a_release_opens_to_the_very_files(corpus_dir: Path) -> None:
    found = opened(pack(corpus_dir, TODAY, KEY), PUBLIC)
    assert found.day == TODAY
    assert found.files["sources.yaml"] == (corpus_dir / "sources.yaml").read_bytes()


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, "corpus/sources.yaml", "corpus/more.yaml", "corpus/../up.yaml"])
def test_what_is_not_what_was_signed_is_refused(corpus_dir: Path, name: str) -> None:
    data = pack(corpus_dir, TODAY, KEY)
    body = base64.b64encode(b"x" * 64) if name == SIGNATURE else b"{}"
    with pytest.raises(ClapvertError) as caught:
        opened(changed(data, name, body), PUBLIC)
    assert caught.value.code is ErrorCode.CORPUS_UNSIGNED


def test_a_file_left_out_another_key_and_no_key_are_refused(corpus_dir: Path) -> None:
    data = pack(corpus_dir, TODAY, KEY)
    other = base64.b64encode(
        Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    ).decode()
    for archive, key in ((changed(data, "corpus/sources.yaml", None), PUBLIC), (data, other), (data, ""), (data, "?")):
        with pytest.raises(ClapvertError) as caught:
            opened(archive, key)
        assert caught.value.code is ErrorCode.CORPUS_UNSIGNED
    with pytest.raises(ClapvertError, match="publication"):
        opened(changed(data, MANIFEST, None), PUBLIC)


def test_it_tells_what_it_changes_and_is_taken_whole(
    use_settings: Settings,
    corpus_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLAPVERT_CORPUS_KEY", PUBLIC)
    before = (corpus_dir / DOUBLE_BILAN).read_bytes()
    with edited_yaml(corpus_dir / DOUBLE_BILAN) as fiche:
        statement = fiche["sections"][0]["statements"][0]
        statement["asked_as"][0] = f"{statement['asked_as'][0].rstrip(' ?')} donc ?"
    file = tmp_path / "corpus.zip"
    file.write_bytes(pack(corpus_dir, TODAY, KEY))
    (corpus_dir / DOUBLE_BILAN).write_bytes(before)

    assert ran(["corpus", "update", str(file), "--json"]) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["changes"][0] == {"kind": "énoncés", "added": [], "removed": [], "changed": [statement["id"]]}
    assert not (release_folder(use_settings.data_dir) / "current").exists()

    assert ran(["corpus", "update", str(file), "--yes"]) == ExitCode.DONE
    assert statement["id"] in capsys.readouterr().out
    monkeypatch.delenv("CLAPVERT_CORPUS_DIR")
    taken = Settings().corpus_dir
    assert taken.parent == release_folder(use_settings.data_dir)
    assert (taken / "sources.yaml").read_bytes() == (corpus_dir / "sources.yaml").read_bytes()
    assert [p.name for p in taken.parent.iterdir() if p.is_dir()] == [taken.name]

    monkeypatch.setattr("ingest.settings.version", lambda _: "another")  # newer software brings its own corpus
    assert Settings().corpus_dir != taken


def test_a_release_comes_from_an_address_and_a_forged_one_leaves_nothing(
    use_settings: Settings,
    corpus_dir: Path,
    server: Script,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLAPVERT_CORPUS_KEY", PUBLIC)
    data = pack(corpus_dir, TODAY, KEY)
    forged = changed(data, "corpus/sources.yaml", b"sources: []")
    server.answers["/a.zip"] = lambda a: Answer.send(a, 200, data, Content_Type="application/zip")
    server.answers["/b.zip"] = lambda a: Answer.send(a, 200, forged, Content_Type="application/zip")
    assert ran(["corpus", "update", f"{server.url}/a.zip"]) == ExitCode.DONE
    assert "ne change rien" in capsys.readouterr().out
    assert ran(["corpus", "update", f"{server.url}/b.zip", "--yes"]) != ExitCode.DONE
    assert "corpus_unsigned" in capsys.readouterr().err
    assert list(release_folder(use_settings.data_dir).iterdir()) == []


def test_a_release_is_made_with_a_key_of_its_kind(
    use_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    out = tmp_path / "r.zip"
    assert ran(["corpus", "release", str(out), "--key", str(pem)]) == ExitCode.DONE
    assert PUBLIC in capsys.readouterr().out
    assert opened(out.read_bytes(), PUBLIC).software == version("clapvert")
    assert use_settings.corpus_dir.is_dir()
