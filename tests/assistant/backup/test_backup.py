"""A backup: taken while serving, refused when it is not whole, restored on any engine, begun again when interrupted."""

from __future__ import annotations

import shutil
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import assistant.backup.backup as module
from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.backup.backup import half_restored, restore, take
from assistant.backup.stores import EVERY
from assistant.commands.backup import backup as backup_command
from assistant.history.feedback import FeedbackStore
from assistant.history.sharing import Shares
from assistant.service import Ask, Service
from ingest.clock import Clock
from ingest.errors import ClapvertError, ErrorCode
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.assistant.support import BILANS

LEA = "lea" * 8
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture
def desk(service: Service, clock: Clock) -> Service:
    criteria = Settings(_env_file=None).corpus_dir / "criteria"  # type: ignore[call-arg]
    shutil.copytree(criteria, service.settings.corpus_dir / "criteria", dirs_exist_ok=True)
    return Service(service.settings, HashingEncoder(), clock, DOUBLE)


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """An empty installation of the same corpus."""
    return settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})


@pytest.fixture
def lived(desk: Service) -> dict[str, Any]:
    """An installation that was used: what is to be found again."""
    first = desk.ask(Ask(BILANS), LEA)
    second = desk.ask(Ask("Et quand ?", first.conversation_id), LEA)
    FeedbackStore(desk.conversations, desk.clock).add(second.message_id, LEA, "up", "bien")
    desk.conversations.rename(first.conversation_id, LEA, "Nos bilans")
    bench = desk.workbench
    project = bench.create(LEA, "label-ecoprod", "Les Embruns")
    bench.put(project.id, LEA, "A1", {"note": "à jour"})
    digest = bench.attach(project.id, LEA, "A1", "z.pdf", PDF).sha256
    key, token = Access(desk.settings).keys.create("montage", [Scope.ASK])
    return {
        "conversation": first.conversation_id, "answers": [first, second], "project": project.id, "token": token,
        "shared": Shares(desk.conversations).make(second.message_id, LEA), "digest": digest, "key": key.id,
        "secret": Access(desk.settings).secret,
    }  # fmt: skip


def found_again(settings: Settings, clock: Clock, lived: dict[str, Any]) -> None:
    there = Service(settings, HashingEncoder(), clock, DOUBLE)
    summary, answers = there.conversations.messages(lived["conversation"], LEA)
    assert (summary.title, answers[:2]) == ("Nos bilans", lived["answers"])
    assert [f.comment for f in FeedbackStore(there.conversations, clock).all()] == ["bien"]
    assert Shares(there.conversations).open(lived["shared"]).message_id == lived["answers"][1].message_id
    assert there.ask(Ask("Et quand ?", lived["conversation"]), LEA).understood.follow_up
    project = there.workbench.store.get(lived["project"], LEA)
    assert project.state("A1").note == "à jour"
    assert there.workbench._files.read(lived["digest"]) == PDF
    assert len(there.workbench.store.history.of(lived["project"], LEA)) == 3
    access = Access(settings)
    assert (access.secret, access.keys.find(lived["token"]) is not None) == (lived["secret"], True)
    again = there.ask(Ask(BILANS), LEA)
    before = lived["answers"][0]
    assert (again.answer, again.citations) == (before.answer, before.citations)
    assert again.receipt.snapshot == before.receipt.snapshot


def test_an_installation_is_found_again(
    desk: Service, lived: dict[str, Any], elsewhere: Settings, clock: Clock, tmp_path: Path
) -> None:
    told = take(desk.settings, tmp_path / "b.zip", clock)
    assert told.counts["conversations"] == told.counts["evidence"] == 1
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    assert restore(elsewhere, tmp_path / "b.zip").snapshot == told.snapshot
    found_again(elsewhere, clock, lived)
    with pytest.raises(ClapvertError) as refused:
        restore(elsewhere, tmp_path / "b.zip")
    assert refused.value.code is ErrorCode.BACKUP_REFUSED


def test_it_moves_to_servers_and_back(
    desk: Service, lived: dict[str, Any], elsewhere: Settings, clock: Clock, tmp_path: Path, postgres_server: Any,
    chroma_server: Any,
) -> None:  # fmt: skip
    take(desk.settings, tmp_path / "b.zip", clock)
    servers = Settings(
        **elsewhere.model_dump(exclude={"database_url", "chroma_url"}),
        database_url=postgres_server.database(),
        chroma_url=chroma_server.url,
    )
    restore(servers, tmp_path / "b.zip")
    found_again(servers, clock, lived)
    take(servers, tmp_path / "c.zip", clock)
    back = elsewhere.model_copy(update={"data_dir": tmp_path / "back"})
    restore(back, tmp_path / "c.zip")
    found_again(back, clock, lived)


def test_what_is_written_meanwhile_is_whole_or_not_there(
    desk: Service, lived: dict[str, Any], elsewhere: Settings, clock: Clock, tmp_path: Path
) -> None:
    """Turns and edits go on while backups are taken: in each, a conversation has the memory of its last answer, and
    every file that a project names is there."""
    bench, stop = desk.workbench, threading.Event()

    def live() -> None:
        while not stop.is_set():
            desk.ask(Ask("Et quand ?", lived["conversation"]), LEA)
            file = bench.attach(lived["project"], LEA, "A1", "y.pdf", PDF + b"%")
            bench.detach(lived["project"], LEA, file.id)

    with ThreadPoolExecutor(1) as pool:
        living = pool.submit(live)
        try:
            for n in range(3):
                take(desk.settings, tmp_path / f"{n}.zip", clock)
        finally:
            stop.set()
        living.result(30)
    for n in range(3):
        there = elsewhere.model_copy(update={"data_dir": tmp_path / f"there{n}"})
        restore(there, tmp_path / f"{n}.zip")
        service = Service(there, HashingEncoder(), clock, DOUBLE)
        _, answers = service.conversations.messages(lived["conversation"], LEA)
        memory = service.conversations.memory(lived["conversation"])
        assert memory is not None
        assert memory.last == answers[-1].understood.question
        states = service.workbench.store.get(lived["project"], LEA).states
        for file in [f for state in states.values() for f in state.evidence]:
            service.workbench._files.read(file.sha256)


def test_a_restoration_that_was_interrupted_is_begun_again(
    desk: Service, lived: dict[str, Any], elsewhere: Settings, clock: Clock, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    take(desk.settings, tmp_path / "b.zip", clock)

    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_restore_snapshot", cut)
        with pytest.raises(KeyboardInterrupt):
            restore(elsewhere, tmp_path / "b.zip")
    assert half_restored(elsewhere)
    restore(elsewhere, tmp_path / "b.zip")
    assert not half_restored(elsewhere)
    found_again(elsewhere, clock, lived)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _changed(path: Path) -> None:
    with zipfile.ZipFile(path) as old:
        members = {n: old.read(n) for n in old.namelist()}
    members["stores/label.jsonl"] = members["stores/label.jsonl"].replace("à jour".encode(), b"faux")
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


@pytest.mark.parametrize("spoil", [_cut, _changed, Path.unlink, lambda p: p.write_text("rien")])
def test_what_is_not_a_whole_backup_changes_nothing(
    spoil: Callable[[Path], Any],
    desk: Service,
    lived: dict[str, Any],
    elsewhere: Settings,
    clock: Clock,
    tmp_path: Path,
) -> None:
    take(desk.settings, tmp_path / "b.zip", clock)
    spoil(tmp_path / "b.zip")
    with pytest.raises(ClapvertError) as refused:
        restore(elsewhere, tmp_path / "b.zip")
    assert refused.value.code is ErrorCode.BACKUP_REFUSED
    assert not half_restored(elsewhere)
    assert list(elsewhere.data_dir.glob("*.db")) == []


def test_no_table_of_the_installation_is_forgotten(desk: Service, lived: dict[str, Any]) -> None:
    """Whatever file of tables an installation has is backed up, but the cache of vectors."""
    assert {p.stem for p in desk.settings.data_dir.glob("*.db")} - {"vectors"} <= {s.name for s in EVERY}


def test_the_command_says_what_it_kept(use_settings: Settings, library: object, tmp_path: Path) -> None:
    done = CliRunner().invoke(backup_command, [str(tmp_path / "b.zip")])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Sauvegardé : ")
    assert "passages : 15" in done.output


def test_one_made_before_memory_was_a_table_is_restored(elsewhere: Settings, library: object, clock: Clock) -> None:
    restore(elsewhere, Path(__file__).with_name("before-memory.zip"))
    there = Service(elsewhere, HashingEncoder(), clock, DOUBLE)
    (summary,) = there.conversations.history(LEA)
    _, answers = there.conversations.messages(summary.conversation_id, LEA)
    memory = there.conversations.memory(summary.conversation_id)
    assert memory is not None
    assert (len(answers), memory.last) == (2, answers[-1].understood.question)
    assert there.ask(Ask("Et quand ?", summary.conversation_id), LEA).understood.follow_up


def test_it_says_what_was_acknowledged_and_is_not_there(
    service: Service, use_settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    """Two answers kept, the file put back as it was before them: the backup holds the rest, and says so."""
    where = service.library.storage.database("conversations")
    if not isinstance(where, Path):
        pytest.skip("of SQLite; PostgreSQL answers for what it acknowledged")
    desk = Service(service.settings, HashingEncoder(), clock, DOUBLE)
    first = desk.ask(Ask(BILANS), LEA)
    assert take(desk.settings, tmp_path / "a.zip", clock).missing == 0
    desk.conversations.close()
    before = where.read_bytes()
    again = Service(service.settings, HashingEncoder(), clock, DOUBLE)
    for _ in range(2):
        again.ask(Ask("Et quand ?", first.conversation_id), LEA)
    again.conversations.delete_all(LEA)
    assert take(again.settings, tmp_path / "b.zip", clock).missing == 0, "what is erased is not lost"
    again.conversations.close()
    where.write_bytes(before)
    assert take(service.settings, tmp_path / "c.zip", clock).missing == 2
    done = CliRunner().invoke(backup_command, [str(tmp_path / "d.zip"), "--json"])
    assert isinstance(done.exception, ClapvertError)
    assert (done.exception.code, done.exception.exit_code) == (ErrorCode.BACKUP_INCOMPLETE, 1)
    assert '"missing": 2' in done.stdout
    assert (tmp_path / "d.zip").is_file()
