"""Indexes for fitting and for measuring: our corpus and some added texts, in a data folder that is thrown away.

Guarantee: files go in as `corpus add` and `ingest` bring them; what the user's data folder holds is neither read nor
changed, but for the vectors that it has computed, so as not to compute them again, and what is fitted on its model.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from assistant.engine import Engine, EngineConfig
from assistant.service import Service
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.corpus.register import load_register
from ingest.index.pipeline import Library, ingest
from ingest.model.embedding import EncoderProtocol
from ingest.settings import Settings
from ingest.texts.additions import Identity, add_files
from ingest.texts.proposal import Given, propose


@contextmanager
def holding(
    settings: Settings, encoder: EncoderProtocol, files: Mapping[Path, str], config: EngineConfig | None = None
) -> Iterator[Engine]:
    """The engine over our corpus and some files: the id in the register that each is of, or empty.

    Raises:
        ClapvertError: a file is refused.
    """
    with tempfile.TemporaryDirectory(prefix="clapvert-texts-") as folder:
        mine = settings.model_copy(update={"data_dir": Path(folder)})
        library = Library(mine)
        known, fitted = settings.data_dir / "vectors.db", settings.data_dir / "fitted"
        if known.exists():
            shutil.copy(known, mine.data_dir / known.name)
        if fitted.exists():
            shutil.copytree(fitted, mine.data_dir / fitted.name)
        register = load_register(settings.corpus_dir)
        proposed = partial(propose, register=register, corpus_dir=settings.corpus_dir, given=Given())
        for path, registered in files.items():
            source = register.get(registered) if registered else None
            identity = Identity(source, bool(registered), proposed=proposed)
            for row in add_files(library.texts, [path], identity, TODAY):
                if row.error:
                    raise row.error
        ingest(library, encoder.info, lambda: encoder, clock=fixed(TODAY))
        yield Service(mine, encoder, fixed(TODAY), config).engine
