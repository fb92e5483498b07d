"""The tables of a store, on both engines: whole writes, one after the other, migrated once, refused when later."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select, update

from assistant.access.store import ACCESS, TRAIL
from assistant.backup.stores import EVERY
from ingest.errors import ClapvertError, ErrorCode
from ingest.index.store import VECTORS
from ingest.settings import Settings
from ingest.storage.database import Database, Store, lock_key
from ingest.storage.dumping import clear, dump, holds_rows, load
from ingest.storage.engine import Where, postgres_url, shown
from ingest.storage.files import Files
from ingest.storage.locks import locks_of
from ingest.storage.patience import ANSWER, LONG, REST
from ingest.storage.rows import Words, put
from ingest.storage.storage import Storage
from ingest.storage.versions import versions
from tests.assistant.support import bytes_of

_WORD = Table(
    "word", MetaData(), Column("n", Integer, primary_key=True), Column("text", Words), Column("times", Integer)
)
_FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.create_table("word", sa.Column("n", sa.Integer, primary_key=True), sa.Column("text", sa.Text), if_not_exists=True)
"""
_SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    op.add_column("word", sa.Column("times", sa.Integer, server_default="1"))
"""
Open = Callable[..., Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    if request.param == "sqlite":
        return tmp_path / "deep" / "words.db"
    address = request.getfixturevalue("postgres_server").database()
    assert isinstance(address, str)
    return address


@pytest.fixture
def words(where: Where, tmp_path: Path) -> Open:
    """Opens the store as its second version left it; `head="1"` as its first did."""
    folder = tmp_path / "migrations"
    for n in (1, 2):
        (folder / str(n)).mkdir(parents=True)
        for past in range(1, n + 1):
            (folder / str(n) / f"m{past}.py").write_text((_FIRST, _SECOND)[past - 1])

    def opened(head: str = "2") -> Database:
        return Database(where, Store("words", _WORD.metadata, folder / head, head))

    return opened


def texts(database: Database) -> list[Any]:
    with database.read() as db:
        return list(db.execute(select(_WORD.c.text).order_by(_WORD.c.n)).scalars())


def test_a_write_that_fails_leaves_nothing(words: Open) -> None:
    database = words()
    with database.write() as db:
        db.execute(insert(_WORD).values(n=1, text="avant"))
    with pytest.raises(ZeroDivisionError), database.write() as db:
        db.execute(insert(_WORD).values(n=2, text="perdu"))
        raise ZeroDivisionError
    assert texts(database) == ["avant"]


def test_what_is_read_in_a_write_is_still_so_when_it_writes(words: Open) -> None:
    """Forty writers that add one each, over two openings, as two processes have them: nothing is lost."""
    both = words(), words()
    with both[0].write() as db:
        db.execute(insert(_WORD).values(n=1, text="compte", times=0))

    def add(n: int) -> None:
        with both[n % 2].write("compte") as db:
            seen = db.execute(select(_WORD.c.times)).scalar_one()
            db.execute(update(_WORD).values(times=seen + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with both[0].read() as db:
        assert db.execute(select(_WORD.c.times)).scalar_one() == 40


def test_a_read_sees_one_state(words: Open, where: Where) -> None:
    one, other = words(), words()
    with one.write() as db:
        db.execute(insert(_WORD).values(n=1, text="un"))
    with one.read() as db:
        before = db.execute(select(func.count()).select_from(_WORD)).scalar()
        with other.write() as writing:
            writing.execute(insert(_WORD).values(n=2, text="deux"))
        assert db.execute(select(func.count()).select_from(_WORD)).scalar() == before
    assert texts(one) == ["un", "deux"]


def test_what_an_earlier_version_wrote_is_migrated_and_a_later_one_refused(words: Open) -> None:
    first = words("1")
    with first.write() as db:
        db.exec_driver_sql("insert into word (n, text) values (1, 'ancien')")
    with words("2").read() as db:
        assert tuple(db.execute(select(_WORD)).one()) == (1, "ancien", 1)
    with pytest.raises(ClapvertError, match="plus récente"):
        words("1")


def test_two_processes_that_come_first_migrate_once(words: Open) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: words(), range(4)))
    assert [texts(d) for d in opened] == [[]] * 4


def test_a_schema_that_another_process_makes_meanwhile_is_seen(words: Open, where: Where) -> None:
    """The one that waits for its turn looked for the schema before, and remembers that there was none."""
    if isinstance(where, Path):
        pytest.skip("a SQLite file has no schema")
    Database(where, ACCESS)  # the connection has made a schema already: it reads no catalogue again of itself
    engine = create_engine(postgres_url(where))
    with engine.connect() as first, ThreadPoolExecutor(1) as pool:
        first.exec_driver_sql("select pg_advisory_xact_lock(%s)", (lock_key("clapvert migrations"),))
        second = pool.submit(words)
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while not first.exec_driver_sql(waiting).scalar() and not second.done():
            time.sleep(0.02)
        first.exec_driver_sql('create schema "words"')
        first.commit()
        assert texts(second.result(timeout=20)) == []
    engine.dispose()


def test_rows_go_from_one_engine_to_the_other_and_are_counted_on(
    where: Where, tmp_path: Path, postgres_server: Any
) -> None:
    source, target = Database(tmp_path / "access.db", ACCESS), Database(postgres_server.database(), ACCESS)
    line = {"at": "2026-11-28", "who": "nul\0", "did": "GET", "place": "x", "status": 200}
    with source.write() as db:
        for _ in range(3):
            db.execute(insert(TRAIL).values(**line))
    load(target, dump(source))
    assert list(dump(target)) == list(dump(source))
    with target.write() as db:
        db.execute(insert(TRAIL).values(**line))
        assert db.execute(select(func.max(TRAIL.c.seq))).scalar() == 4
        assert set(db.execute(select(TRAIL.c.who)).scalars()) == {"nul"}
    assert holds_rows(target)
    clear(target)
    assert not holds_rows(target)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_migrations_make_the_tables_that_the_code_names(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue("postgres_server").database() if engine == "postgresql" else None
    for store in (*EVERY, *(() if address else (VECTORS,))):
        database = Database(address or tmp_path / f"{store.name}.db", store)
        with database.write() as db:
            context = MigrationContext.configure(db, opts={"compare_type": True})
            assert compare_metadata(context, store.tables) == [], store.name


def test_today_s_files_migrate_as_they_are(tmp_path: Path) -> None:
    """Files as version 0.1 of Clapvert left them, two files attached in an order that nothing but SQLite knew."""
    from assistant.label.projects.store import LabelStore

    old = Path(__file__).parent / "label-0.1.sql"
    with closing(sqlite3.connect(tmp_path / "label.db")) as db:
        db.executescript(old.read_text(encoding="utf-8"))
    assert versions(Storage(tmp_path), EVERY)[1] == ("label", "", "2")
    store = LabelStore(tmp_path / "label.db")
    (project,) = store.projects(None)
    assert project.title == "Les Embruns"
    assert [f.name for f in project.state("A1").evidence] == ["z-premier.pdf", "a-second.pdf"]
    assert project.state("A1").note == "à jour"
    assert versions(Storage(tmp_path), EVERY)[1] == ("label", "2", "2")


def test_a_file_up_to_date_opens_while_another_process_writes(words: Open, where: Where) -> None:
    if isinstance(where, str):
        pytest.skip("of SQLite, which has one writer")
    words()
    assert isinstance(where, Path)
    with closing(sqlite3.connect(where, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert texts(words()) == []


def test_what_is_deleted_leaves_no_byte(words: Open, where: Where) -> None:
    if isinstance(where, str):
        pytest.skip("of SQLite; PostgreSQL's vacuum sees to its pages")
    database = words()
    assert isinstance(where, Path)
    with database.write() as db:
        db.execute(insert(_WORD).values(n=1, text="mot-secret"))
    with database.write() as db:
        db.execute(_WORD.delete())
    database.empty_log()
    assert b"mot-secret" not in bytes_of(where.parent)
    assert where.stat().st_mode & 0o077 == 0


def test_the_log_is_emptied_once_nobody_reads_it(words: Open, where: Where) -> None:
    if isinstance(where, str):
        pytest.skip("of SQLite; PostgreSQL's vacuum sees to its pages")
    database = words()
    assert isinstance(where, Path)
    with database.write() as db:
        db.execute(insert(_WORD).values(n=1, text="mot-secret"))
    with closing(sqlite3.connect(where, isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select * from word").fetchall()
        with database.write() as db:
            db.execute(_WORD.delete())
        assert not database.empty_log()
    assert database.empty_log()
    assert b"mot-secret" not in bytes_of(where.parent)


def test_a_row_is_put_once(words: Open) -> None:
    database = words()
    with database.write() as db:
        put(db, _WORD, {"n": 1, "text": "un", "times": 1}, ("n",))
        put(db, _WORD, {"n": 1, "text": "autre", "times": 2}, ("n",), ("times",))
        put(db, _WORD, {"n": 1, "text": "encore", "times": 3}, ("n",), ())
        assert tuple(db.execute(select(_WORD)).one()) == (1, "un", 2)


def test_a_name_has_one_holder_and_two_names_do_not_wait(where: Where) -> None:
    locks, inside, most = locks_of(where), 0, 0

    def hold(n: int) -> None:
        nonlocal inside, most
        with locks.held("a"):
            inside += 1
            most = max(most, inside)
            inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, range(40)))
    assert most == 1
    with locks.held("a"), locks.held("b"):
        pass


def test_a_database_that_does_not_answer_is_said(settings: Settings) -> None:
    nowhere = "postgresql://moi:motdepasse@127.0.0.1:1/base"
    with pytest.raises(ClapvertError) as refused:
        Database(nowhere, EVERY[0])
    assert refused.value.code is ErrorCode.DATABASE_UNAVAILABLE
    assert "motdepasse" not in shown(nowhere) + str(refused.value)
    for wrong in ("mysql://x/y", "pas une adresse", "sqlite:///x.db"):
        with pytest.raises(ClapvertError, match="CLAPVERT_DATABASE_URL"):
            postgres_url(wrong)


def test_files_of_a_folder(tmp_path: Path) -> None:
    kept_files(Storage(tmp_path).files("preuves"))
    assert [p.stat().st_mode & 0o077 for p in tmp_path.rglob("*") if p.is_file()] == []


def kept_files(files: Files) -> None:
    """What any place of files does."""
    assert (files.get("ab/abc"), files.has("ab/abc")) == (None, False)
    files.put("ab/abc", b"un")
    files.put("ab/abc", b"deux")
    assert (files.get("ab/abc"), files.has("ab/abc")) == (b"deux", True)
    files.erase("ab/abc")
    files.erase("ab/abc")
    assert not files.has("ab/abc")


def test_a_frozen_postgresql_is_given_up_within_five_seconds_and_used_again(
    words: Open, where: Where, postgres_server: Any
) -> None:
    """Stopped between two questions, then in the middle of one; whoever comes behind does not wait in turn."""
    if not isinstance(where, str):
        pytest.skip("of PostgreSQL; SQLite has no server")
    database, locks = words(), locks_of(where)
    assert texts(database) == []

    def refused(call: Callable[[], object]) -> float:
        began = time.monotonic()
        with pytest.raises(ClapvertError) as error:
            call()
        assert error.value.code is ErrorCode.DATABASE_UNAVAILABLE
        return time.monotonic() - began

    def held() -> None:
        with locks.held("tour"):
            pass

    held()
    postgres_server.freeze()
    try:
        assert refused(lambda: texts(database)) < 5
        assert refused(database.check) < 1
        time.sleep(REST)
        with ThreadPoolExecutor(8) as pool:
            assert max(pool.map(lambda _: refused(held), range(8))) < 5
    finally:
        postgres_server.thaw()
    time.sleep(REST)
    assert texts(database) == []
    began = time.monotonic()
    with pytest.raises(ClapvertError), database.read() as db:
        postgres_server.freeze()
        try:
            db.execute(select(_WORD))
        finally:
            postgres_server.thaw()
    assert ANSWER <= time.monotonic() - began < 5
    with database.read(LONG) as db:
        db.exec_driver_sql(f"select pg_sleep({ANSWER + 0.5})")
    held()
