"""What `doctor` says of the engines: the database, the vectors, the files, the room on the disk, and a restoration that
was interrupted."""

from __future__ import annotations

from ingest.errors import ClapvertError
from ingest.settings import Settings

Row = tuple[str, bool, str, str]


def engine_rows(settings: Settings) -> list[Row]:
    """`(what, ready, detail, command that mends it)`; nothing is made that is not there."""
    from assistant.backup.backup import half_restored

    rows = [_database(settings), _vectors(settings), _files(settings), _room(settings)]
    if settings.workers > 1:
        kept = bool(settings.retention_days)
        detail = f"{settings.workers} processus" if kept else "sans conversations gardées, un seul processus"
        rows.append(("Processus", kept, detail, "posez CLAPVERT_RETENTION_DAYS à 1 ou plus"))
    if half_restored(settings):
        rows.append(("Restauration", False, "interrompue", "relancez la même commande `clapvert restore`"))
    if settings.otlp_endpoint:
        rows.append(_spans(settings))
    return rows


def _database(settings: Settings) -> Row:
    from assistant.backup.stores import EVERY
    from ingest.index.store import PASSAGES
    from ingest.storage.engine import shown
    from ingest.storage.storage import Storage
    from ingest.storage.versions import versions

    storage = Storage.of(settings)
    where = f"PostgreSQL, {shown(storage.database_url)}" if storage.database_url else "SQLite, dossier de données"
    try:
        every = versions(storage, EVERY)
        behind = [name for name, found, head in every if found not in (None, head)]
        if _passages_missing(settings, behind, made=any(name == PASSAGES.name and found for name, found, _ in every)):
            return "Base de données", False, f"{where} : les passages de l'index n'y sont pas", "clapvert ingest"
    except ClapvertError as exc:
        return "Base de données", False, f"{where} : {exc.message}", exc.hint or "vérifiez CLAPVERT_DATABASE_URL"
    detail = f"{where} ; à migrer : {', '.join(behind)} (au prochain démarrage)" if behind else where
    return "Base de données", True, detail, ""


def _passages_missing(settings: Settings, behind: list[str], made: bool) -> bool:
    """Whether there is an index whose passages the database has not; `made`: it has a table for them. One that is to be
    migrated first is not asked."""
    from ingest.index.pipeline import Library, has_passages
    from ingest.index.store import PASSAGES

    library = Library(settings)
    manifest = library.snapshots.current_manifest()
    if manifest is None or PASSAGES.name in behind:
        return False
    return not made or not has_passages(library, manifest)


def _room(settings: Settings) -> Row:
    from ingest.index.pipeline import rebuild_bytes
    from ingest.storage.room import free, size

    left, needed = free(settings.data_dir), rebuild_bytes(settings)
    detail = f"{size(left)} libres, reconstruire l'index en demande environ {size(needed)}"
    return "Place sur le disque", left >= needed, detail, f"libérez de la place dans {settings.data_dir}"


def _vectors(settings: Settings) -> Row:
    from ingest.index.server import answers, remote_collection
    from ingest.index.snapshot import SnapshotShelf

    manifest = SnapshotShelf(settings.data_dir, settings.chroma_url).current_manifest()
    if settings.chroma_url is None:
        well = manifest is None or not manifest.collection
        detail = "Chroma, dossier de données" if well else "l'index est sur un serveur Chroma que rien ne nomme"
        return "Vecteurs", well, detail, "posez CLAPVERT_CHROMA_URL, ou clapvert ingest"
    try:
        answers(settings.chroma_url)
        if manifest is None or not manifest.collection:
            return "Vecteurs", False, f"Chroma, {settings.chroma_url} : rien n'y est encore", "clapvert ingest"
        held = remote_collection(settings.chroma_url, manifest.collection).count()
    except ClapvertError as exc:
        return "Vecteurs", False, f"Chroma, {settings.chroma_url} : {exc.message}", exc.hint or ""
    whole = held == manifest.counts.get("passages", held)
    return "Vecteurs", whole, f"Chroma, {settings.chroma_url}, {held} vecteurs", "clapvert ingest --force"


def _files(settings: Settings) -> Row:
    from assistant.backup.stores import EVIDENCE
    from ingest.storage.storage import Storage

    where = settings.files_url or "dossier de données"
    try:
        Storage.of(settings).files(EVIDENCE).has("00/clapvert")
    except ClapvertError as exc:
        return "Fichiers de preuve", False, f"{where} : {exc.message}", exc.hint or ""
    return "Fichiers de preuve", True, where, ""


def _spans(settings: Settings) -> Row:
    from importlib.util import find_spec

    there = find_spec("opentelemetry.sdk") is not None
    detail = f"{settings.otlp_endpoint} (non interrogé)" if there else "OpenTelemetry n'est pas installé"
    return "Traces", there, detail, "pip install 'clapvert[otel]'"
