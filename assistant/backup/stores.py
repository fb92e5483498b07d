"""What is backed up of an installation, store by store.

A new room that keeps something adds its line to `STORES`; the test that no table of the installation is forgotten fails
until it does.
"""

from __future__ import annotations

from assistant.access.store import ACCESS
from assistant.history.tables import CONVERSATIONS
from assistant.label.projects.tables import LABEL
from assistant.project.tables import PROJECTS
from ingest.index.store import PASSAGES
from ingest.storage.database import Database, Store
from ingest.storage.storage import Storage

STORES: tuple[Store, ...] = (ACCESS, LABEL, PROJECTS, PASSAGES)
"""Those whose rows are dumped as they are; conversations go with their memory (`assistant.backup.conversations`)."""
EVERY = (*STORES, CONVERSATIONS)
EVIDENCE = "label-evidence"


def databases(storage: Storage) -> dict[str, Database]:
    """Those of `STORES`, by name."""
    return {store.name: Database(storage.database(store.name), store) for store in STORES}
