"""Errors over HTTP: RFC 9457 problem+json, with a stable code and a French title."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.label.grid.account import UndecidedError
from assistant.label.grid.problems import GridProblemError
from assistant.label.projects.edits import EditConflictError
from assistant.observing.counts import ERRORS
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.room import full_disk

_STATUS = {
    ErrorCode.BAD_REQUEST: 422,
    ErrorCode.FOREIGN_REQUEST: 403,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.KEY_MISSING: 401,
    ErrorCode.KEY_NOT_FOUND: 404,
    ErrorCode.TOO_BIG: 413,
    ErrorCode.TOO_MANY: 429,
    ErrorCode.CONVERSATION_NOT_FOUND: 404,
    ErrorCode.DEADLINE_NOT_FOUND: 404,
    ErrorCode.MESSAGE_NOT_FOUND: 404,
    ErrorCode.SHARE_NOT_FOUND: 404,
    ErrorCode.PASSAGE_NOT_FOUND: 404,
    ErrorCode.RULE_NOT_FOUND: 404,
    ErrorCode.DEMARCHE_NOT_FOUND: 404,
    ErrorCode.SOURCE_NOT_FOUND: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CRITERION_NOT_FOUND: 404,
    ErrorCode.EVIDENCE_NOT_FOUND: 404,
    ErrorCode.FRAMEWORK_NOT_FOUND: 404,
    ErrorCode.PROJECT_NOT_FOUND: 404,
    ErrorCode.EDIT_CONFLICT: 409,
    ErrorCode.GRID_MISSING: 409,
    ErrorCode.GRID_UNDECIDED: 409,
    ErrorCode.DOCUMENT_TOO_BIG: 413,
    ErrorCode.CHOICE_UNKNOWN: 422,
    ErrorCode.FACT_INVALID: 422,
    ErrorCode.REASON_MISSING: 422,
    ErrorCode.DATABASE_UNAVAILABLE: 503,
    ErrorCode.DISK_FULL: 503,
    ErrorCode.FILES_UNAVAILABLE: 503,
    ErrorCode.INDEX_MISSING: 503,
    ErrorCode.INDEX_UNAVAILABLE: 503,
    ErrorCode.INDEX_DAMAGED: 503,
    ErrorCode.INDEX_BUSY: 503,
    ErrorCode.LLM_UNAVAILABLE: 503,
    ErrorCode.MODEL_MISSING: 503,
    ErrorCode.MODEL_MISMATCH: 503,
    ErrorCode.MODEL_UNFITTED: 503,
}
_AGAIN = 5
"""Seconds after which what was not available may be asked again."""
_TITLES = {
    400: "Demande refusée",
    401: "Clé demandée",
    403: "Refusé",
    404: "Introuvable",
    405: "Méthode non admise",
    409: "Conflit",
    413: "Trop volumineux",
    422: "Demande invalide",
    429: "Trop de demandes",
    503: "Service indisponible",
}
_FIELDS = {
    "missing": "champ obligatoire",
    "extra_forbidden": "champ inconnu",
    "string_too_short": "texte vide",
    "string_too_long": "texte trop long (4 000 caractères au plus)",
    "enum": "valeur inconnue",
    "literal_error": "valeur inconnue",
    "json_invalid": "JSON invalide",
}
Next = Callable[[Request], Awaitable[Response]]
"""The rest of the middleware chain."""
Page = Callable[[Request, dict[str, Any]], Response | None]
"""A problem as a page; None for who reads JSON."""
_log = logging.getLogger("clapvert")
_LOG_AGAIN = 60.0
_logged: dict[ErrorCode, float] = {}
"""When each refusal of the server's own was last logged."""


class Problem(BaseModel):
    """An error (RFC 9457): `title` and `detail` in French, `code` stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of routes, for their documentation."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {s: {"description": _TITLES.get(s, "Erreur"), "content": content} for s in statuses}


def body(status: int, code: ErrorCode, detail: str) -> dict[str, Any]:
    """The body of a problem+json response."""
    return {
        "type": f"urn:clapvert:{code.value}",
        "title": _TITLES.get(status, "Erreur"),
        "status": status,
        "detail": detail,
        "code": code.value,
    }


def problem(status: int, code: ErrorCode, detail: str) -> JSONResponse:
    """One problem+json response."""
    return JSONResponse(body(status, code, detail), status, media_type="application/problem+json")


def as_read(request: Request, told: dict[str, Any]) -> dict[str, Any]:
    """A problem as the clients of its route read it: those of `/v1` look for OpenAI's `error` beside our members."""
    if not request.url.path.startswith("/v1/"):
        return told
    kind = "server_error" if told["status"] >= 500 else "invalid_request_error"
    return {**told, "error": {"message": told["detail"], "type": kind, "param": None, "code": told["code"]}}


def respond(request: Request, told: dict[str, Any], page: Page, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as its reader reads it: a page, or problem+json."""
    shown = page(request, told) or JSONResponse(
        as_read(request, told), told["status"], media_type="application/problem+json"
    )
    shown.headers.update(headers or {})
    return shown


def foreign() -> JSONResponse:
    """The answer to what another site asked for."""
    return problem(
        403,
        ErrorCode.FOREIGN_REQUEST,
        "Demande venue d'un autre site : refusée. Recommencez depuis les pages de Clapvert.",
    )


def problem_of(exc: Exception) -> dict[str, Any]:
    """The body of the problem that an error is; nothing of an unexpected one is shown. What only who runs the server
    can mend is logged, one line a code and a minute."""
    known = exc if isinstance(exc, ClapvertError) else full_disk(exc)
    if known is not None:
        detail = f"{known.message} {known.hint}" if known.hint else known.message
        ERRORS.labels(known.code.value).inc()
        status = _STATUS.get(known.code, 400)
        if status == 503 and time.monotonic() - _logged.get(known.code, -_LOG_AGAIN) >= _LOG_AGAIN:
            _logged[known.code] = time.monotonic()
            _log.error("%s: %s", known.code.value, known.message)
        return body(status, known.code, detail)
    _log.error("unexpected error", exc_info=exc)
    ERRORS.labels(ErrorCode.INTERNAL.value).inc()
    return body(
        500,
        ErrorCode.INTERNAL,
        "Une erreur inattendue s'est produite. Recommencez ; si elle persiste, signalez-la.",
    )


def describe(errors: Sequence[dict[str, object]]) -> str:
    """Validation errors in French, field by field."""
    out = []
    for error in errors[:5]:
        loc = error.get("loc")
        where = ".".join(str(p) for p in loc if p not in ("body", "query", "path")) if isinstance(loc, tuple) else ""
        kind = str(error.get("type"))
        where = "" if kind == "json_invalid" else where  # an offset, not a field
        out.append(f"{where or 'demande'} : {_FIELDS.get(kind, _readable(kind))}")
    return " ; ".join(out) + "."


def _readable(kind: str) -> str:
    if "date" in kind:
        return "date attendue, AAAA-MM-JJ"
    return "valeur du mauvais type" if kind.endswith(("_type", "_parsing")) else "valeur refusée"


def install(app: FastAPI, page: Page) -> None:
    """Turn every error of the app into problem+json, or into a page for who reads pages; nothing of an unexpected one
    is shown."""

    def answer(request: Request, told: dict[str, Any]) -> Response:
        return respond(request, told, page)

    @app.exception_handler(ClapvertError)
    async def _clapvert(request: Request, exc: ClapvertError) -> Response:
        told = problem_of(exc)
        again = {"Retry-After": str(_AGAIN)} if told["status"] == 503 else {}
        if isinstance(exc, EditConflictError):
            told["current"] = exc.current
        if isinstance(exc, GridProblemError):
            told["cells"] = [c.listed() for c in exc.cells]
        if isinstance(exc, UndecidedError):
            told["doubts"] = exc.listed()
        return respond(request, told, page, again)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, exc: RequestValidationError) -> Response:
        return answer(request, body(422, ErrorCode.BAD_REQUEST, describe(exc.errors())))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, exc: HTTPException) -> Response:
        if exc.status_code == 400:  # a body that is no UTF-8
            return answer(request, body(422, ErrorCode.BAD_REQUEST, f"demande : {_FIELDS['json_invalid']}."))
        code = ErrorCode.NOT_FOUND if exc.status_code == 404 else ErrorCode.BAD_REQUEST
        details = {404: "Cette adresse n'existe pas.", 405: "Cette adresse n'admet pas cette méthode."}
        return answer(request, body(exc.status_code, code, details.get(exc.status_code, str(exc.detail))))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, exc: Exception) -> Response:
        return answer(request, problem_of(exc))
