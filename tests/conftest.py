"""Fixtures for every test: a tiny clean corpus, folders of its own, a fixed day, no model and no network.

    clock            always 25 November 2026
    encoder          `HashingEncoder`: deterministic vectors, close when words are shared; no torch
    corpus_dir       the tiny corpus of `tests.samples`, a fresh copy for the test to change
    settings         data, model and corpus folders under the test's own tmp folder, offline; reads no environment
    library          `Library(settings)` already ingested (a copy of one build, so it costs a few milliseconds)
    build            `build(force=False, encoder=…, progress=…)`: ingest `settings` again → `(Manifest, is_new)`
    service          `Service(settings, encoder, clock)` over `library`, for the test to change
    shared_service   the same over one build for the whole session: quick; ask it, never change its folders
    lexical          the real corpus with the hashing double, built once for the session
    tiny             `shared_service`, its gate set for the double's similarities
    model            the real encoder, loaded once for the session; skips where none can be had

With `TEST_ENGINE=postgresql` in the environment, what `settings` store goes to a PostgreSQL server of the run's own: the
API's tests hold on both engines (`.ci/nightly`). `postgres_server` and `chroma_server` start one each, once a run.

`use_settings` puts `settings` in the environment (`CLAPVERT_*`), for commands that read it.

`make test` shares the tests between two processes, each on one core (`tests.spread`).
"""

from __future__ import annotations

import gc
import os

if gc.isenabled():  # while modules are imported and tests collected: nothing of these is garbage
    gc.disable()  # until `pytest_collection_finish`
if "PYTEST_XDIST_WORKER" in os.environ:  # before torch is imported: each process has a core, not all of them
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.benchmarks.services import AbsentError, Chroma, Postgres, chroma, postgres
from ingest.clock import Clock, fixed
from ingest.errors import ClapvertError
from ingest.index.pipeline import Library, ingest
from ingest.index.snapshot import Manifest
from ingest.model.embedding import Encoder, HashingEncoder, load_encoder
from ingest.settings import Settings
from ingest.storage.dumping import dump, load
from ingest.storage.engine import postgres_engine
from tests import drawn, spread
from tests.samples import TODAY, write_corpus

if TYPE_CHECKING:
    from assistant.service import Service

Build = Callable[..., tuple[Manifest, bool]]
drawn.settings.load_profile("day")


_ON_POSTGRES = os.environ.get("TEST_ENGINE") == "postgresql"
OF_THE_FOLDER = pytest.mark.skipif(_ON_POSTGRES, reason="of the files of the data folder")
_running: dict[str, Any] = {}
"""The servers that this run started, and what stops them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        spread.in_order(items)


def pytest_collection_finish() -> None:
    """What is loaded stays to the end: the collector goes through what the tests make, and not through it at each turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return spread.scheduler(config, log)


def settings_in(folder: Path) -> Settings:
    """Settings whose every folder lies in `folder`."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder / "data",
        model_dir=folder / "models",
        corpus_dir=folder / "corpus",
        database_url=_postgres().database() if _ON_POSTGRES else None,
        offline=True,
    )


def _started(name: str, start: Callable[[], Any]) -> Any:
    """A server of this run, started at first use and stopped at its end."""
    if name not in _running:
        stack = ExitStack()
        try:
            _running[name] = stack.enter_context(start()), stack
        except AbsentError as error:
            pytest.skip(str(error))
    return _running[name][0]


def _postgres() -> Postgres:
    found = _started("postgres", postgres)
    assert isinstance(found, Postgres)
    return found


def pytest_unconfigure() -> None:
    for _, stack in _running.values():
        stack.close()
    _running.clear()


@pytest.fixture(scope="session")
def postgres_server() -> Postgres:
    return _postgres()


@pytest.fixture(scope="session")
def chroma_server() -> Chroma:
    found = _started("chroma", chroma)
    assert isinstance(found, Chroma)
    return found


def copied_folder(source: Path, target: Path) -> None:
    """A copy of a data folder, made by another process: this one may have its databases open, and would drop their locks
    by closing what it copies from."""
    subprocess.run(["cp", "-pR", source, target], check=True)


def copied(source: Settings, target: Settings) -> None:
    """What one installation ingested, in another."""
    copied_folder(source.data_dir, target.data_dir)
    if target.database_url is not None:
        passages = Library(source).store.database, Library(target).store.database
        load(passages[1], dump(passages[0]))


def real_settings(folder: Path) -> Settings:
    """The checkout's own corpus and model, data in `folder`: the index that the checkout has built, where it has one.

    To ingest it finds nothing to do when that index is of today's corpus; else vectors that are known are not made again.
    """
    mine = Settings()
    for known in (mine.data_dir / "passages.db", mine.data_dir / "vectors.db"):
        if known.is_file():
            with closing(sqlite3.connect(known)) as source, closing(sqlite3.connect(folder / known.name)) as copy:
                source.backup(copy)
    if (name := Library(mine).snapshots.current_name()) is not None:
        shutil.copytree(mine.data_dir / "snapshots" / name, folder / "snapshots" / name)
        shutil.copy(mine.data_dir / "current", folder)
    return mine.model_copy(update={"data_dir": folder})


def ingest_with(
    settings: Settings, force: bool = False, encoder: Any = None, progress: Any = None
) -> tuple[Manifest, bool]:
    """Ingest with the hashing double (or another), on the fixed day."""
    double = encoder or HashingEncoder()
    return ingest(Library(settings), double.info, lambda: double, force, progress, fixed(TODAY))


@pytest.fixture
def clock() -> Clock:
    return fixed(TODAY)


@pytest.fixture
def encoder() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture(scope="session")
def model() -> Encoder:
    try:
        return load_encoder(Settings())
    except ClapvertError as error:
        pytest.skip(f"the embedding model can be had neither from the disk, the hub nor the index: {error}")


@pytest.fixture
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("CLAPVERT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("written") / "corpus")


@pytest.fixture
def corpus_dir(tmp_path: Path, _corpus: Path) -> Path:
    return Path(shutil.copytree(_corpus, tmp_path / "corpus"))


@pytest.fixture
def settings(tmp_path: Path, corpus_dir: Path, _no_environment: None) -> Iterator[Settings]:
    found = settings_in(tmp_path)
    yield found
    if found.database_url is not None:
        postgres_engine(found.database_url.get_secret_value()).dispose()


@pytest.fixture
def use_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    for name in ("data_dir", "model_dir", "corpus_dir"):
        monkeypatch.setenv(f"CLAPVERT_{name.upper()}", str(getattr(settings, name)))
    if settings.database_url is not None:
        monkeypatch.setenv("CLAPVERT_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("CLAPVERT_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)  # no .env of the checkout
    return settings


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory, _corpus: Path) -> Settings:
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(_corpus, folder / "corpus")
    settings = settings_in(folder)
    ingest_with(settings)
    return settings


@pytest.fixture
def library(settings: Settings, _built: Settings) -> Library:
    copied(_built, settings)
    return Library(settings)


@pytest.fixture
def build(settings: Settings) -> Build:
    def run(force: bool = False, encoder: Any = None, progress: Any = None) -> tuple[Manifest, bool]:
        return ingest_with(settings, force, encoder, progress)

    return run


@pytest.fixture
def service(library: Library, encoder: HashingEncoder, clock: Clock) -> Service:
    from assistant.service import Service

    return Service(library.settings, encoder, clock)


@pytest.fixture(scope="session")
def shared_service(_built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Service:
    from assistant.service import Service

    folder = tmp_path_factory.mktemp("shared")
    settings = settings_in(folder)
    copied(_built, settings)
    shutil.copytree(_built.corpus_dir, settings.corpus_dir)
    return Service(settings, HashingEncoder(), fixed(TODAY))


@pytest.fixture(scope="session")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> Service:
    from assistant.service import Service
    from tests.assistant.conftest import DOUBLE

    folder = tmp_path_factory.mktemp("lexical")
    settings = settings_in(folder).model_copy(update={"corpus_dir": Settings().corpus_dir})
    ingest_with(settings)
    return Service(settings, HashingEncoder(), fixed(TODAY), DOUBLE)


@pytest.fixture(scope="session")
def tiny(shared_service: Service) -> Service:
    from assistant.service import Service
    from tests.assistant.conftest import DOUBLE

    return Service(shared_service.settings, HashingEncoder(), fixed(TODAY), DOUBLE)
