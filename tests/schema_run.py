"""schemathesis, all its phases, against a closed server on loopback: `python -m tests.schema_run [EXAMPLES A ROUTE]`.

The server has the tiny corpus and the real frameworks, in a folder that goes away; the key has every scope.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from assistant.access.access import Access
from assistant.access.caller import EVERYTHING
from assistant.app import create_app
from assistant.service import Service
from ingest.clock import fixed
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE
from tests.conftest import ingest_with, settings_in
from tests.samples import TODAY, write_corpus
from tests.serving import serving_app

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
RUN = "from schemathesis.cli import schemathesis; schemathesis()"


def main(examples: str = "100") -> int:
    """Exit code of schemathesis: 0 when nothing was found."""
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "corpus")
        settings = settings_in(Path(folder)).model_copy(update={"access": "closed"})
        ingest_with(settings)
        criteria = Settings(_env_file=None).corpus_dir / "criteria"  # type: ignore[call-arg]
        shutil.copytree(criteria, settings.corpus_dir / "criteria", dirs_exist_ok=True)
        access = Access(settings)
        _, token = access.keys.create("schemathesis", EVERYTHING, rate=1_000_000)
        app = create_app(Service(settings, HashingEncoder(), fixed(TODAY), DOUBLE), access)
        with serving_app(app) as address:
            command = [sys.executable, "-c", RUN, "run", f"{address}/openapi.json", "--checks", CHECKS]
            asked = ["-H", f"Authorization: Bearer {token}", "--max-examples", examples, "--workers", "2", "--no-color"]
            return subprocess.run([*command, *asked], check=False, cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
