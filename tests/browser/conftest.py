"""Fixtures of the tests in a real Chromium: one server and one browser a session, one clean page a test.

    served      the address of a server on a free loopback port: real corpus, real model, a data folder of its own
                that reuses the ready index of `CLAPVERT_DATA_DIR` (or builds one); its clock says `tests.samples.TODAY`
    page        a fresh page, desktop 1280×860; a console error, an uncaught exception or a refusal of the content
                security policy fails the test at its end; `page.goto(served + "/label")`
    new_page    `new_page(viewport=…, color_scheme="dark", java_script_enabled=False, …)` → the same, otherwise set
    axe         `axe(page)` fails on a serious or critical finding of axe-core

They are of the night (`make nightly`), and skip, saying why, where Chromium, Playwright, axe or the model is not
installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.clock import fixed
from ingest.index.pipeline import Library
from ingest.model.embedding import Encoder
from ingest.settings import Settings
from tests.conftest import ingest_with, real_settings
from tests.samples import TODAY
from tests.serving import serving

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 860}
PATIENCE = 10_000
"""Milliseconds that an expectation may take on a loaded machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is of the night."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(scope="session")
def data_dir(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to write in, with an index of the real corpus."""
    folder = tmp_path_factory.mktemp("browser") / "data"
    ready = Settings()
    if (ready.data_dir / "current").is_file():
        shutil.copytree(ready.data_dir, folder, ignore=shutil.ignore_patterns("conversations.db*", "secret.key"))
        return folder
    folder.mkdir()
    ingest_with(real_settings(folder), encoder=model)
    return folder


@pytest.fixture(scope="session")
def served_service(model: Encoder, data_dir: Path) -> Any:
    """The service behind `served`, for what a test looks at beside the page."""
    from assistant.service import Service

    settings = Settings().model_copy(update={"data_dir": data_dir, "llm": None})
    assert Library(settings).snapshots.current_name()
    return Service(settings, model, fixed(TODAY))


@pytest.fixture(scope="session")
def served(served_service: Any) -> Iterator[str]:
    with serving(served_service) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (pip install playwright)")
    if not CHROMIUM.is_file():
        pytest.skip(f"Chromium is not installed at {CHROMIUM} (apt-get install chromium, or set CHROMIUM)")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_page(**options: Any) -> Any:
        context = browser.new_context(locale="fr-FR", **{"viewport": DESKTOP, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda m: m.type == "error" and troubles.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: troubles.append(f"uncaught: {e}"))
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) =>"
            " console.error(`CSP refused ${e.violatedDirective}: ${e.blockedURI}`))"
        )
        page.troubles = troubles  # a test that provokes an error takes it off the list
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    return new_page()


@pytest.fixture
def axe() -> Callable[..., None]:
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )

    def check(page: Any, *allowed: str) -> None:
        found = module.Axe().run(page).response["violations"]
        bad = [v for v in found if v["impact"] in ("serious", "critical") and v["id"] not in allowed]
        assert not bad, "\n".join(
            f"{v['impact']} {v['id']}: {n['html'][:160]}\n    {n['failureSummary']}" for v in bad for n in v["nodes"]
        )

    return check
