"""Commands that answer: `serve`, `ask`, `chat`, `search`, `verify`, `doctor`."""

from __future__ import annotations

import json
import sys
import webbrowser
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import httpx

from assistant.commands.showing import show
from assistant.history.owner import LOCAL
from ingest.commands import DAY
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings, settings_table

if TYPE_CHECKING:
    from assistant.access.access import Access
    from assistant.answer import Answer
    from assistant.service import Service
    from ingest.model.info import ModelInfo


def _service() -> Service:
    from assistant.service import Service

    return Service(Settings())


@click.command()
@click.option("--host", help="Address to bind to (default: 127.0.0.1).")
@click.option("--port", type=int, help="Port (default: 8000).")
@click.option("--open", "open_browser", is_flag=True, help="Open the page in a browser.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer (default: 1).")
def serve(host: str | None, port: int | None, open_browser: bool, workers: int | None) -> None:
    """Serve the chat, the pages and the API."""
    from assistant.access.access import LOOPBACK, Access, closes
    from assistant.backup.backup import half_restored
    from ingest.index.pipeline import has_passages
    from ingest.index.store import without_passages

    settings = Settings()
    host, port = host or settings.host, settings.port if port is None else port
    workers = workers or settings.workers
    access = Access(settings, closed=closes(settings, host))
    if host not in LOOPBACK and not settings.allow_remote:
        _check_ways_in(access, host)
    if workers > 1 and not settings.retention_days:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "CLAPVERT_RETENTION_DAYS=0 garde les conversations dans la mémoire d'un seul processus.",
            "Servez avec un processus, ou gardez-les au moins un jour.",
        )
    if half_restored(settings):
        raise ClapvertError(
            ErrorCode.INDEX_MISSING, "Une restauration a été interrompue ici.", "Relancez la même `clapvert restore`."
        )
    service = _service()
    if service.library.snapshots.current_name() is None:
        raise ClapvertError(
            ErrorCode.INDEX_MISSING, "Aucun index n'a encore été construit.", "Lancez `clapvert ingest`."
        )
    service.language_model  # noqa: B018 - a model that cannot be had is said now, not at the first question
    service.library.store  # noqa: B018 - so is a database that cannot be had, or that a later version wrote
    manifest = service.library.snapshots.current_manifest()
    if manifest is not None and not has_passages(service.library, manifest):
        raise without_passages()
    _check_port(host, port)
    url = f"http://{'127.0.0.1' if host in LOOPBACK else host}:{port}/"
    click.echo(f"Clapvert : {url}  (Ctrl+C pour arrêter)")
    _say_models(settings)
    if open_browser:
        webbrowser.open(url)
    _run(service, access, host, port, workers)


def _say_models(settings: Settings) -> None:
    """Without a model, the one that this machine could use."""
    from assistant.llm.seen import seen

    if not settings.llm and (found := seen()):
        click.echo(f"Sans modèle de langue. Vu ici : {found[0].what}. Pour des réponses rédigées, puis l'essai :")
        click.echo(f"  {found[0].line}\n  clapvert llm try")


def _run(service: Service, access: Access, host: str, port: int, workers: int) -> None:
    """Serve in this process, or in several that it looks after."""
    import uvicorn

    from assistant import worker
    from assistant.api.connections import BoundedProtocol
    from assistant.app import create_app

    how: dict[str, Any] = {
        "http": BoundedProtocol,
        "timeout_graceful_shutdown": worker.LAST_SECONDS,
        "log_level": service.settings.log_level,
        "access_log": False,
        "proxy_headers": False,  # the application believes the proxies of its settings, and no other
    }
    if workers > 1:
        worker.serve(service.settings, host, port, workers, **how)
        return
    sys.setswitchinterval(worker.SWITCH)
    uvicorn.run(create_app(service, access), host=host, port=port, **how)


def _check_ways_in(access: Access, host: str) -> None:
    """Beyond loopback only who is recognised is answered: there must be someone to recognise."""
    from assistant.access.access import signs_in

    if access.closed and (signs_in(access.settings) or any(k.revoked is None for k in access.keys.all())):
        return
    raise ClapvertError(
        ErrorCode.UNSAFE_BIND,
        f"Refus d'écouter sur {host} sans clés d'API : tout le réseau pourrait poser des questions.",
        "Restez sur 127.0.0.1, créez une clé (`clapvert keys create`), ou posez CLAPVERT_ALLOW_REMOTE=1 derrière un "
        "mandataire qui authentifie.",
    )


def _check_port(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise ClapvertError(
                ErrorCode.PORT_TAKEN, f"Le port {port} est déjà pris.", f"Essayez `clapvert serve --port {port + 1}`."
            ) from exc


@click.command()
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One question a line."
)
@click.option("--as-of", type=DAY, help="Day asked about, YYYY-MM-DD.")
@click.option(
    "--domain", "domains", multiple=True, type=click.Choice([d.value for d in Domain]), help="Only this domain."
)
@click.option("--choose", type=click.IntRange(1), help="Answer this other reading of the question, by its number.")
@click.option("--json", "as_json", is_flag=True, help="Print answers as JSON, one a line.")
@click.option(
    "--export",
    "export",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the answer as a note (.docx, .pdf, .md), its deadlines (.ics) or its receipt (.json).",
)
def ask(
    question: str | None,
    file: Path | None,
    as_of: datetime | None,
    domains: tuple[str, ...],
    choose: int | None,
    as_json: bool,
    export: Path | None,
) -> None:
    """Ask one question, or every question of a file."""
    from assistant.planning.readings import unknown

    if bool(question) == bool(file):
        raise ClapvertError(ErrorCode.BAD_REQUEST, "Donnez une question, ou --file avec une question par ligne.")
    if export:
        from assistant.export.taking import taken_as

        if file:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "--export écrit une réponse : donnez une seule question.")
        taken_as(export)
    questions = [question] if question else [q.strip() for q in file.read_text("utf-8").splitlines() if q.strip()]  # type: ignore[union-attr]
    answers = _Asker(Settings())
    for text in questions:
        day = as_of.date() if as_of else None
        answer = answers.ask(text, day, domains)
        if choose:
            if choose > len(answer.alternatives):
                raise unknown()
            answer = answers.ask(text, day, domains, choose=answer.alternatives[choose - 1].id)
        click.echo(answer.model_dump_json() if as_json else show(answer))
        if export:
            _export(answer, export)


def _export(answer: Answer, to: Path) -> None:
    from assistant.export.taking import taken, taken_as, value_labels
    from ingest.clock import paris_today
    from ingest.corpus.glossary import load_glossary
    from ingest.index.pipeline import Library

    settings = Settings()
    labels = value_labels(load_glossary(settings.corpus_dir))
    data = taken(answer, taken_as(to), Library(settings).store.latest, paris_today(), labels)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(data)
    click.echo(f"Écrit : {to}", err=True)


class _Asker:
    """Asks a running server of this installation when there is one, else the pipeline in this process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._service: Service | None = None
        self._client = self._running(settings)

    @staticmethod
    def _running(settings: Settings) -> httpx.Client | None:
        from ingest.index.pipeline import Library

        client = httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=30, trust_env=False)
        try:
            ready = client.get("/readyz", timeout=httpx.Timeout(10, connect=0.5))  # a busy server is waited for
            same = ready.is_success and ready.json().get("snapshot") == Library(settings).snapshots.current_name()
        except (httpx.HTTPError, ValueError):
            same = False
        return client if same else None

    def ask(
        self,
        question: str,
        as_of: date | None,
        domains: tuple[str, ...],
        conversation: str | None = None,
        forget_date: bool = False,
        choose: str = "",
    ) -> Answer:
        """One answer."""
        from assistant.answer import Answer
        from assistant.service import Ask

        if self._client is not None:
            body: dict[str, Any] = {"question": question, "domains": list(domains), "conversation_id": conversation}
            if choose:
                body["choose"] = choose
            if as_of or forget_date:
                body["as_of"] = as_of.isoformat() if as_of else None
            response = self._client.post("/api/chat", json=body)
            if response.is_success:
                return Answer.model_validate(response.json())
            if response.status_code != 401:
                raise _refusal(response)
            self._client = None  # a closed server: the user of the data folder needs none
        if not question.strip() or len(question.strip()) > 4000:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Une question fait de 1 à 4 000 caractères.")
        self._service = self._service or _service()
        chosen = tuple(Domain(d) for d in domains)
        return self._service.ask(
            Ask(question.strip(), conversation, as_of=as_of, forget_date=forget_date, domains=chosen, choose=choose)
        )

    def forget(self, conversation: str) -> None:
        """Erase a conversation."""
        if self._client is not None:
            response = self._client.delete(f"/api/conversations/{conversation}")
            if not response.is_success:
                raise _refusal(response)
        elif self._service is not None:
            self._service.conversations.delete(conversation, LOCAL)


def _refusal(response: httpx.Response) -> ClapvertError:
    problem = response.json()
    return ClapvertError(ErrorCode(problem.get("code", "internal_error")), problem.get("detail", "Erreur du serveur."))


@click.command()
@click.option("--as-of", type=DAY, help="Day asked about, YYYY-MM-DD.")
def chat(as_of: datetime | None) -> None:
    """Talk with Clapvert in the terminal; an empty line ends, /aide lists the commands."""
    from assistant.commands.chat import Chat, talk

    talk(Chat(_Asker(Settings()), as_of.date() if as_of else None, show))


@click.command()
@click.argument("query")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many passages.")
@click.option("--as-of", type=DAY, help="Day asked about, YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def search(query: str, k: int, as_of: datetime | None, as_json: bool) -> None:
    """Search the passages."""
    from assistant.api.register import search_hit
    from assistant.reading.dates import AsOf

    service = _service()
    when = AsOf.on(as_of.date() if as_of else None, service.clock())
    found = service.engine.search.search_text(query, when)
    hits = [search_hit(h.passage, h.score) for h in found.hits[:k]]
    if as_json:
        click.echo(json.dumps({"hits": [h.model_dump() for h in hits]}, ensure_ascii=False))
        return
    for hit in hits:
        click.echo(f"{hit.score:.4f}  {hit.source_title}, {hit.locator}\n        {hit.text}")


@click.command()
@click.argument("answer", metavar="ANSWER.json", type=click.File(encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, one report a line.")
def verify(answer: TextIO, as_json: bool) -> None:
    """Check that a saved answer is still true."""
    from assistant.history.receipt import ReceiptChecker, read_answers, show_report, summary
    from ingest.clock import paris_today
    from ingest.index.pipeline import Library

    try:
        answers = read_answers(answer.read())
    except UnicodeDecodeError as exc:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST,
            "Ce fichier n'est pas une réponse enregistrée : ce n'est pas du texte.",
            "Donnez un fichier écrit par `clapvert ask --json`.",
        ) from exc
    library = Library(Settings())
    checker = ReceiptChecker(library.store, library.snapshots.open(library.store), paris_today())
    reports = [checker.check(a) for a in answers]
    for report in reports:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else show_report(report))
    if len(reports) > 1 and not as_json:
        click.echo(summary(reports))
    if not all(r.holds for r in reports):
        sys.exit(ExitCode.NO)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--settings-table", "table", is_flag=True, help="Print the settings as a Markdown table (README).")
def doctor(as_json: bool, table: bool) -> None:
    """Say what is ready, what is not, and the command that mends it; exit 3 when something is not."""
    if table:
        click.echo(settings_table(), nl=False)
        return
    rows = diagnose(Settings())
    if as_json:
        click.echo(
            json.dumps([{"what": w, "ok": ok, "detail": d, "mend": m} for w, ok, d, m in rows], ensure_ascii=False)
        )
    else:
        for what, ok, detail, mend in rows:
            click.echo(f"{'✓' if ok else '✗'} {what} : {detail}" + (f"  →  {mend}" if mend and not ok else ""))
    if not all(ok for _, ok, _, _ in rows):
        sys.exit(ExitCode.NOT_READY)


def diagnose(settings: Settings) -> list[tuple[str, bool, str, str]]:
    """`(what, ready, detail, command that mends it)`, without fetching or building anything."""
    from assistant.commands.engines import engine_rows
    from ingest.index.pipeline import Library, inputs_digest
    from ingest.model.info import ready_model

    rows: list[tuple[str, bool, str, str]] = [
        ("Python", sys.version_info >= (3, 11), sys.version.split()[0], "installez Python 3.11 ou plus"),
        (
            "Corpus",
            (settings.corpus_dir / "sources.yaml").is_file(),
            str(settings.corpus_dir),
            "vérifiez CLAPVERT_CORPUS_DIR",
        ),
    ]
    info, absent, mend = None, "absent", "clapvert ingest"
    try:
        info = ready_model(settings)
    except ClapvertError as exc:  # CLAPVERT_MODEL names a folder that is no model
        absent, mend = exc.message, exc.hint or mend
    rows.append(
        (
            "Modèle",
            info is not None,
            f"{info.name}, {info.origin}, {info.dtype}, empreinte {info.fingerprint[:12]}" if info else absent,
            mend,
        )
    )
    rows += _llm_rows(settings)
    rows += engine_rows(settings)
    library = Library(settings)
    manifest = library.snapshots.current_manifest()
    rows.append(
        (
            "Index",
            manifest is not None,
            f"{manifest.name}, {manifest.counts['passages']} passages" if manifest else "absent",
            "clapvert ingest",
        )
    )
    if info and manifest:
        fresh = manifest.inputs == inputs_digest(library, info)
        rows.append(
            ("Index à jour", fresh, "oui" if fresh else "le corpus ou les textes ont changé", "clapvert ingest")
        )
        rows.append(("Même modèle", manifest.model == info.fingerprint, manifest.model_name, "clapvert ingest"))
        rows.append(_tuning_row(settings, info))
    return rows


def _tuning_row(settings: Settings, info: ModelInfo) -> tuple[str, bool, str, str]:
    """Whether heads and thresholds are those of the model."""
    from assistant.tuning import COMMAND, TOLD, tuning_of

    state = tuning_of(settings.data_dir, info).state
    return "Réglages du modèle", state in ("shipped", "own"), TOLD[state], COMMAND


def _llm_rows(settings: Settings) -> list[tuple[str, bool, str, str]]:
    """Whether the language models open; nothing is asked of them. Without any, those that could be set."""
    from assistant.llm.providers import open_model
    from assistant.llm.seen import seen

    if not settings.llm:
        return [("Modèle de langue possible", True, f"{s.what}  →  {s.line}", "") for s in seen()]
    rows: list[tuple[str, bool, str, str]] = []
    for what, name in (("Modèle de langue", settings.llm), ("Modèle qui relit", settings.llm_check)):
        if not name:
            continue
        try:
            open_model(settings.model_copy(update={"llm": name}))
            rows.append((what, True, f"{name} (non interrogé ; `clapvert llm try` l'essaie)", ""))
        except ClapvertError as exc:
            rows.append((what, False, exc.message, exc.hint or ""))
    return rows
