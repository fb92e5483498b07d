"""French texts from a peer of ours that publishes LEGI archives: what is taken, what fails, what resumes."""

from __future__ import annotations

import random
import tarfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.corpus.register import Domain, Nature, Rank, Regime, Source, Within, load_register
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.index.pipeline import Library, text_passages
from ingest.main import main
from ingest.settings import Settings
from ingest.texts import legitaking, opendata
from ingest.texts.download import Policy
from ingest.texts.fetch import Fetcher
from ingest.texts.opendata import OpenData
from ingest.texts.tarstream import TarStream
from ingest.texts.texts import TextShelf
from tests.ingest.texts.dumps import (
    CODE,
    FIRST,
    LAW,
    OTHER,
    SECOND,
    WHOLE,
    Handle,
    Peer,
    article,
    article_path,
    packed,
    publishing,
    send,
)
from tests.samples import edited_yaml

DAY = date(2026, 2, 1)
CODES = Source(
    id="code-essai", title="Code d'essai", issuer="Essai", nature=Nature.CODE, rank=Rank.OFFICIEL,
    domains=(Domain.CNC,), regime=Regime.FR, identifiers={"LEGITEXT": CODE},
)  # fmt: skip
RULES = CODES.model_copy(
    update={"id": "regles", "nature": Nature.REGLEMENT, "within": Within(source="code-essai", numbers="^[0-9]")}
)
LOI = CODES.model_copy(update={"id": "loi-essai", "nature": Nature.LOI, "identifiers": {"JORFTEXT": LAW}})
EVERY = (CODES, RULES, LOI)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with publishing() as held:
        yield held


def base(peer: Peer, folder: Path, pauses: list[float] | None = None, attempts: int = 3) -> OpenData:
    kept = pauses if pauses is not None else []
    return OpenData(folder / "legi", peer.url, EVERY, Policy(attempts, timeout=5.0), kept.append)


def brought(peer: Peer, folder: Path, **how: object) -> OpenData:
    held = base(peer, folder, **how)  # type: ignore[arg-type]
    held.bring(held.plan())
    return held


def page(held: OpenData, folder: Path, *numbers: str, source: Source = CODES, day: date = DAY) -> str:
    fetched = held.get(source, numbers, folder / "page", day)
    assert fetched.path is not None
    return fetched.path.read_text("utf-8")


def numbers(text: str) -> list[str]:
    return [part.partition("</NUM>")[0] for part in text.split("<NUM>")[1:]]


def downloads(peer: Peer) -> list[str]:
    return [name for method, name, _ in peer.asked if method == "GET" and name]


def test_the_articles_in_force_come_in_the_order_of_the_code(peer: Peer, tmp_path: Path) -> None:
    held = brought(peer, tmp_path)
    assert downloads(peer) == [WHOLE, FIRST, SECOND]
    everything = ["L. 1-10", "L. 1-1", "L. 1-2", "L. 1-2-1", "L. 1-13", "112-1"]  # L. 1-4: removed on the second day
    assert numbers(page(held, tmp_path)) == everything
    assert numbers(page(held, tmp_path, "L1-2", "L1-10")) == ["L. 1-10", "L. 1-2"]
    assert numbers(page(held, tmp_path, source=RULES)) == ["112-1"]
    assert numbers(page(held, tmp_path, source=LOI)) == ["1"]
    assert "vingt bilans" in page(held, tmp_path)
    assert "L. 1-13" not in numbers(page(held, tmp_path, day=date(2026, 3, 1)))  # the day it ends
    assert "L. 1-12" in numbers(page(held, tmp_path, day=date(2040, 1, 1)))
    text = page(held, tmp_path)
    assert not any(s in text for s in ("Ancien titre", "<LIENS>", "<VERSIONS>"))


@pytest.mark.parametrize(
    "identifiers",
    [{"JORFTEXT": LAW}, {"NOR": "ABCD2600001L"}, {"ELI": "loi/2024/2/8/2024-1"}],
    ids=["JORFTEXT", "NOR", "ELI"],
)
def test_a_law_is_known_by_any_of_its_identifiers(peer: Peer, tmp_path: Path, identifiers: dict[str, str]) -> None:
    law = LOI.model_copy(update={"identifiers": identifiers})
    held = OpenData(tmp_path / "legi", peer.url, (law,), Policy(timeout=5.0))
    held.bring(held.plan())
    assert numbers(page(held, tmp_path, source=law)) == ["1"]
    with pytest.raises(ClapvertError) as caught:
        page(held, tmp_path)  # the base was not read for the code
    assert caught.value.code is ErrorCode.FETCH_BLOCKED


def test_an_archive_is_never_brought_twice_and_another_text_costs_none(peer: Peer, tmp_path: Path) -> None:
    brought(peer, tmp_path)
    peer.asked.clear()
    held = brought(peer, tmp_path)
    assert downloads(peer) == []
    late = "LEGI_20260108-210000.tar.gz"
    peer.files[late] = packed([(article_path(1), article(1, "L. 1-1", "Réécrit."))], "20260108-210000/")
    held = brought(peer, tmp_path)
    assert downloads(peer) == [late]
    assert "Réécrit." in page(held, tmp_path)
    assert held.get(CODES, (), tmp_path / "page", DAY).attested_at == date(2026, 1, 8)


def test_a_text_that_the_base_was_not_read_for_has_it_read_again(peer: Peer, tmp_path: Path) -> None:
    brought(peer, tmp_path)
    peer.asked.clear()
    other = CODES.model_copy(update={"id": "autre", "identifiers": {"LEGITEXT": OTHER}})
    held = OpenData(tmp_path / "legi", peer.url, (*EVERY, other), Policy(timeout=5.0))
    held.bring(held.plan())
    assert downloads(peer) == [WHOLE, FIRST, SECOND]
    assert numbers(page(held, tmp_path, source=other)) == ["1"]


def test_changes_that_left_the_listing_have_a_newer_base_read(peer: Peer, tmp_path: Path) -> None:
    brought(peer, tmp_path)
    newer = "Freemium_legi_global_20260701-140000.tar.gz"
    peer.files = {newer: peer.files[WHOLE], "LEGI_20260702-210000.tar.gz": peer.files[SECOND]}
    plan = base(peer, tmp_path).plan()
    assert [a.name for a in plan.archives] == [newer, "LEGI_20260702-210000.tar.gz"]


def test_the_size_is_known_before_anything_is_downloaded(peer: Peer, tmp_path: Path) -> None:
    plan = base(peer, tmp_path).plan()
    assert downloads(peer) == []
    exact = len(peer.files[WHOLE])
    assert plan.archives[0].size == exact  # from the server: the listing rounds it
    assert plan.size == exact + sum(max(1, len(peer.files[n]) // 1024) * 1024 for n in (FIRST, SECOND))
    peer.sizes = False
    assert base(peer, tmp_path).plan().size == sum(map(len, peer.files.values()))
    peer.fails = lambda h, name: h.command == "HEAD" and send(h, 405, b"")
    assert base(peer, tmp_path).plan().size is None
    assert "taille non annoncée" in base(peer, tmp_path).plan().said()


@pytest.mark.parametrize(
    "fail",
    [
        lambda h: send(h, 429, b"", Retry_After="7"),
        lambda h: send(h, 503, b""),
        lambda h: send(h, 200, b"\x1f\x8bcut", 5000),
    ],
    ids=["429", "503", "truncated"],
)
@pytest.mark.parametrize("where", ["", WHOLE, FIRST], ids=["listing", "whole", "later"])
def test_what_passes_is_tried_again(peer: Peer, tmp_path: Path, fail: Callable[[Handle], bool], where: str) -> None:
    pauses: list[float] = []
    plain = page(brought(peer, tmp_path / "a"), tmp_path)
    left = [1]
    peer.fails = lambda h, name: h.command == "GET" and name == where and bool(left) and bool(left.pop()) and fail(h)
    assert page(brought(peer, tmp_path / "b", pauses=pauses), tmp_path) == plain
    assert pauses in ([7.0], [1.0])


def test_redirects_are_followed(peer: Peer, tmp_path: Path) -> None:
    plain = page(brought(peer, tmp_path / "a"), tmp_path)
    peer.fails = lambda h, name: "/moved/" not in h.path and send(h, 302, b"", Location=f"/moved/{name}")
    assert page(brought(peer, tmp_path / "b"), tmp_path) == plain


@pytest.mark.parametrize(
    ("where", "fail"),
    [
        ("", lambda h: send(h, 200, b"<html>Maintenance</html>", Content_Type="text/html")),
        (WHOLE, lambda h: send(h, 200, b"<html>Maintenance</html>", Content_Type="text/html")),
        (WHOLE, lambda h: send(h, 404, b"")),
        (FIRST, lambda h: send(h, 503, b"")),
    ],
    ids=["no listing", "wrong type", "gone", "down"],
)
def test_what_does_not_pass_is_said(peer: Peer, tmp_path: Path, where: str, fail: Callable[[Handle], bool]) -> None:
    peer.fails = lambda h, name: name == where and h.command == "GET" and fail(h)
    with pytest.raises(ClapvertError) as caught:
        brought(peer, tmp_path)
    assert caught.value.code is ErrorCode.FETCH_FAILED
    peer.fails = lambda h, name: False
    peer.asked.clear()
    assert numbers(page(brought(peer, tmp_path), tmp_path))
    assert (WHOLE in downloads(peer)) is (where != FIRST)  # what was taken before stays taken


def test_a_damaged_archive_gives_nothing_and_is_brought_again(peer: Peer, tmp_path: Path) -> None:
    sound = dict(peer.files)
    plain = page(brought(peer, tmp_path / "a"), tmp_path)
    draw = random.Random(7)
    for n in range(12):
        name = draw.choice([WHOLE, FIRST])
        data = bytearray(sound[name])
        at = draw.randrange(12, len(data))
        data[at] ^= 1 << draw.randrange(8)
        peer.files = sound | {name: bytes(data) if n % 3 else sound[name][:at]}
        with pytest.raises(ClapvertError) as caught:
            brought(peer, tmp_path / str(n))
        assert caught.value.code is ErrorCode.FETCH_FAILED
        assert name in caught.value.message
        peer.files = sound
        assert page(brought(peer, tmp_path / str(n)), tmp_path) == plain


def test_an_archive_that_changes_between_two_requests_is_taken_as_it_is_now(peer: Peer, tmp_path: Path) -> None:
    old, new = peer.files[WHOLE], packed([(article_path(1), article(1, "L. 1-1", "Tout neuf."))])
    peer.fails = lambda h, name: (
        name == WHOLE and h.command == "GET" and send(h, 200, old[:300], len(old), ETag=peer.etag(WHOLE))
    )
    with pytest.raises(ClapvertError):
        brought(peer, tmp_path, attempts=1)
    peer.fails = lambda h, name: False
    peer.files = {WHOLE: new}
    assert "Tout neuf." in page(brought(peer, tmp_path), tmp_path)
    assert peer.asked[-1] == ("GET", WHOLE, "bytes=300-")  # asked for its rest, given the whole of another file


def test_interrupted_at_random_moments_it_resumes_to_the_same_texts(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut in a download, or killed while an archive is read: run again until done, the pages are the very pages."""
    whole = [page(brought(peer, tmp_path / "whole"), tmp_path, source=s) for s in EVERY]
    read = TarStream.__iter__
    draw = random.Random(32)
    for n in range(20):
        name = draw.choice([WHOLE, FIRST, SECOND])
        cut, stop = draw.randrange(1, len(peer.files[name])), draw.randrange(1, 24)

        def broken(h: Handle, asked: str, name: str = name, cut: int = cut) -> bool:
            data = peer.files.get(asked, b"")
            return asked == name and h.command == "GET" and send(h, 200, data[:cut], len(data), ETag=peer.etag(name))

        def killed(tar: TarStream, left: list[int] = [stop]) -> Iterator[str]:  # noqa: B006 - counts down
            for member in read(tar):
                left[0] -= 1
                if not left[0]:
                    raise KeyboardInterrupt
                yield member

        with monkeypatch.context() as patched:
            if n % 2:
                peer.fails = broken
            else:
                patched.setattr(TarStream, "__iter__", killed)
            with pytest.raises((ClapvertError, KeyboardInterrupt)):
                brought(peer, tmp_path / str(n), attempts=1)
        peer.fails = lambda h, name: False
        peer.asked.clear()
        held = brought(peer, tmp_path / str(n), attempts=1)
        assert [page(held, tmp_path, source=s) for s in EVERY] == whole
        if n % 2:
            assert ("GET", name, f"bytes={cut}-") in peer.asked
        else:
            assert WHOLE not in downloads(peer)  # it had come whole


def test_hostile_members_are_passed_over_and_told(peer: Peer, tmp_path: Path) -> None:
    plain = page(brought(peer, tmp_path / "a"), tmp_path)
    link = tarfile.TarInfo(article_path(72))
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    entity = article(74, "L. 1-74").replace(
        b"<ARTICLE>", b'<!DOCTYPE A [<!ENTITY x SYSTEM "file:///etc/passwd">]><ARTICLE>'
    )
    peer.files[SECOND] = packed(
        [
            ("../../" + article_path(70), article(70, "L. 1-70")),
            ("/" + article_path(71), article(71, "L. 1-71")),
            (article_path(75).replace("/article/", "/article/../article/"), article(75, "L. 1-75")),
            (link, b""),
            (article_path(73), article(79, "L. 1-79")),  # another article than its name says
            (article_path(74), entity),
            (article_path(4), article(4, "L. 1-4", end="2026-01-07")),
        ]
    )
    held = base(peer, tmp_path / "b")
    (remark,) = held.bring(held.plan())
    assert "2 fichier(s) illisible(s)" in remark
    assert page(held, tmp_path) == plain
    assert not list(tmp_path.rglob("*LEGIARTI*"))


def test_an_article_of_any_size_is_not_read_into_memory(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legitaking, "_BIGGEST", 5_000)
    peer.files[FIRST] = packed([(article_path(1), article(1, "L. 1-1", "Un bilan. " * 1000))])
    with pytest.raises(ClapvertError, match="dépasse 5 Ko"):
        brought(peer, tmp_path)
    peer.files[FIRST] = packed([("legi/autre.xml", bytes(50_000))])
    assert page(brought(peer, tmp_path), tmp_path)


def test_what_the_listing_links_elsewhere_is_not_followed(peer: Peer, tmp_path: Path) -> None:
    row = f'<a href="http://198.51.100.1/{WHOLE}">x</a><a href="../../{FIRST}">x</a>'.encode()
    peer.fails = lambda h, name: not name and send(h, 200, row, Content_Type="text/html")
    assert {a.url for a in base(peer, tmp_path).plan().archives} == {f"{peer.url}{WHOLE}", f"{peer.url}{FIRST}"}


def test_offline_is_said_at_once(tmp_path: Path) -> None:
    pauses: list[float] = []
    held = OpenData(tmp_path, "http://127.0.0.1:9/", EVERY, Policy(timeout=1.0), pauses.append)
    with pytest.raises(ClapvertError) as caught:
        held.plan()
    assert caught.value.code is ErrorCode.FETCH_UNREACHABLE
    assert len(pauses) <= 1


def test_a_code_is_added_by_article_dated_linked_and_locked(peer: Peer, tmp_path: Path) -> None:
    shelf = TextShelf(tmp_path / "texts")
    held = brought(peer, tmp_path)
    fetcher = Fetcher(tmp_path / "fetch", shelf, DAY, codes=held, numbers=lambda _: {"L1-1", "L1-2"})
    (row,) = fetcher.fetch([CODES])
    assert (row.state, row.notes) == ("added", ())
    (text,) = shelf.all()
    assert text.version.attested_at == date(2026, 1, 7)  # the day of the last archive, not today
    document = shelf.read(text)
    assert [u.number for u in shelf.units(text.id) if u.number] == ["L1-1", "L1-2"]
    assert shelf.units(text.id)[0].heading_path == ("Chapitre Ier : Des bilans",)
    assert document.title == "Code d'essai"
    assert {n: (a.ident, a.valid_from) for n, a in document.articles.items()} == {
        "L1-1": ("LEGIARTI000000000001", date(2020, 1, 1)),
        "L1-2": ("LEGIARTI000000000002", date(2026, 1, 6)),
    }
    lock = fetcher.lock("code-essai")
    assert lock
    assert (lock.url, lock.sha256) == (f"{peer.url}{SECOND}#code-essai", text.sha256)
    assert [r.state for r in fetcher.fetch([CODES])] == ["unchanged"]
    whole = Fetcher(tmp_path / "fetch", shelf, DAY, codes=held)
    (changed,) = whole.fetch([CODES])
    assert changed.error
    assert changed.error.code is ErrorCode.FETCH_CHANGED
    assert [r.state for r in whole.fetch([CODES], accept=True)] == ["added"]


@pytest.fixture
def served(peer: Peer, use_settings: Settings, corpus_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(opendata, "LEGI", peer.url)
    with edited_yaml(corpus_dir / "sources.yaml") as data:
        for row in data["sources"]:
            if row["id"] == "code-cinema":
                row["identifiers"] = {"LEGITEXT": CODE}
            elif row.get("identifiers", {}).get("LEGITEXT"):
                row["identifiers"]["LEGITEXT"] = CODE if row["id"] == "rga" else OTHER
    return use_settings


def fetch(*args: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(["corpus", "fetch", *args])
    return int(done.value.code or 0)


def test_on_the_command_line_a_large_download_is_agreed_to_first(
    peer: Peer, served: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opendata, "ASK_ABOVE", 10)
    assert fetch("code-cinema", "--whole") == ExitCode.NO
    said = capsys.readouterr().err
    assert "3 archives à télécharger, 1 Mo" in said
    assert "fetch_unconfirmed" in said
    assert "--yes" in said
    assert downloads(peer) == []
    assert fetch("code-cinema", "--whole", "--yes") == ExitCode.DONE
    assert "Texte reçu : code-cinema-2026-01-07" in capsys.readouterr().out
    peer.asked.clear()
    assert fetch("code-cinema", "--whole") == ExitCode.DONE  # nothing is left to download: nothing is asked
    assert downloads(peer) == []
    register = load_register(served.corpus_dir)
    passages = {p.locator: p for p in text_passages(Library(served), register)}
    changed = passages["art. L. 1-2"]
    assert changed.valid_from == date(2026, 1, 6)
    assert changed.url == "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000000000002"
    assert passages["art. 112-1"].source_id == "rga"


def test_asked_in_a_terminal_the_answer_is_followed(
    peer: Peer, served: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opendata, "ASK_ABOVE", 10)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, code in ((False, ExitCode.NO), (True, ExitCode.DONE)):
        monkeypatch.setattr("click.confirm", lambda *_, answer=answer, **__: answer)
        assert fetch("code-cinema", "--whole") == code
        assert "à télécharger, 1 Mo" in capsys.readouterr().err
        assert bool(downloads(peer)) is answer


def test_what_is_refused_leaves_the_other_texts_alone(
    peer: Peer, served: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opendata, "ASK_ABOVE", 10)
    peer.files["dossier.html"] = b"<html><h1>Dossier</h1><h2>Article 1</h2><p>Un bilan par an.</p></html>"
    with edited_yaml(served.corpus_dir / "sources.yaml") as data:
        other = next(row for row in data["sources"] if row["id"] not in ("code-cinema", "rga"))
        other |= {"retrieval": f"{peer.url}dossier.html", "rank": "officiel"}
    peer.fails = lambda h, name: name == "dossier.html" and send(h, 200, peer.files[name], Content_Type="text/html")
    assert fetch("code-cinema", other["id"]) == ExitCode.DONE
    said = capsys.readouterr()
    assert "1 texte(s) français : Rien n'a été téléchargé" in said.err
    assert f"Texte reçu : {other['id']}-" in said.out


def test_on_the_command_line_offline_is_said(
    served: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opendata, "LEGI", "http://127.0.0.1:9/")
    monkeypatch.setattr("ingest.texts.download.time.sleep", lambda _: None)
    assert fetch("code-cinema", "--yes") == ExitCode.NOT_READY
    assert "fetch_unreachable" in capsys.readouterr().err
    assert not Library(served).texts.all()
