"""One family of errors: a stable English code, a French message, and what to do next.

Guarantee: everything that Clapvert refuses, it refuses through `ClapvertError`; the command line turns
it into an exit code and the API into problem+json, and neither has to know the cause.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes. They are part of the HTTP and `--json` contracts: add, never rename."""

    BACKUP_INCOMPLETE = "backup_incomplete"
    BACKUP_REFUSED = "backup_refused"
    BAD_REQUEST = "bad_request"
    CHOICE_UNKNOWN = "choice_unknown"
    CONVERSATION_NOT_FOUND = "conversation_not_found"
    CORPUS_INVALID = "corpus_invalid"
    CORPUS_UNSIGNED = "corpus_unsigned"
    CRITERION_NOT_FOUND = "criterion_not_found"
    DATABASE_UNAVAILABLE = "database_unavailable"
    DEADLINE_NOT_FOUND = "deadline_not_found"
    DISK_FULL = "disk_full"
    DOCUMENT_DAMAGED = "document_damaged"
    DOCUMENT_DISGUISED = "document_disguised"
    DOCUMENT_ENCRYPTED = "document_encrypted"
    DOCUMENT_NEEDS_OCR = "document_needs_ocr"
    DOCUMENT_REFUSED = "document_refused"
    DOCUMENT_TOO_BIG = "document_too_big"
    EDIT_CONFLICT = "edit_conflict"
    EVIDENCE_NOT_FOUND = "evidence_not_found"
    EXTRA_MISSING = "extra_missing"
    FACT_INVALID = "fact_invalid"
    FETCH_BLOCKED = "fetch_blocked"
    FETCH_CHANGED = "fetch_changed"
    FETCH_FAILED = "fetch_failed"
    FETCH_UNCONFIRMED = "fetch_unconfirmed"
    FETCH_UNREACHABLE = "fetch_unreachable"
    FILES_UNAVAILABLE = "files_unavailable"
    FORBIDDEN = "forbidden"
    FOREIGN_REQUEST = "foreign_request"
    FRAMEWORK_NOT_FOUND = "framework_not_found"
    GRID_BAD_CELL = "grid_bad_cell"
    GRID_BAD_POINTS = "grid_bad_points"
    GRID_DUPLICATE = "grid_duplicate"
    GRID_EMPTY = "grid_empty"
    GRID_EXTERNAL_LINKS = "grid_external_links"
    GRID_MACROS = "grid_macros"
    GRID_MISSING = "grid_missing"
    GRID_NO_HEADER = "grid_no_header"
    GRID_NO_POINTS = "grid_no_points"
    GRID_REFUSED = "grid_refused"
    GRID_TOO_BIG = "grid_too_big"
    GRID_UNDECIDED = "grid_undecided"
    HUB_UNREACHABLE = "hub_unreachable"
    INDEX_BUSY = "index_busy"
    INDEX_DAMAGED = "index_damaged"
    INDEX_MISSING = "index_missing"
    INDEX_UNAVAILABLE = "index_unavailable"
    INTERNAL = "internal_error"
    KEY_MISSING = "key_missing"
    KEY_NOT_FOUND = "key_not_found"
    LLM_UNAVAILABLE = "llm_unavailable"
    MESSAGE_NOT_FOUND = "message_not_found"
    MODEL_MISMATCH = "model_mismatch"
    MODEL_MISSING = "model_missing"
    MODEL_UNFITTED = "model_unfitted"
    NOT_FOUND = "not_found"
    PASSAGE_NOT_FOUND = "passage_not_found"
    PORT_TAKEN = "port_taken"
    PROJECT_NOT_FOUND = "project_not_found"
    REASON_MISSING = "reason_missing"
    RULE_NOT_FOUND = "rule_not_found"
    DEMARCHE_NOT_FOUND = "demarche_not_found"
    SHARE_NOT_FOUND = "share_not_found"
    SOURCE_NOT_FOUND = "source_not_found"
    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    UNSAFE_BIND = "unsafe_bind"


class ExitCode:
    """Exit codes of the command line."""

    DONE = 0
    NO = 1
    USAGE = 2
    NOT_READY = 3


_NOT_READY = {
    ErrorCode.DATABASE_UNAVAILABLE,
    ErrorCode.DISK_FULL,
    ErrorCode.EXTRA_MISSING,
    ErrorCode.FETCH_UNREACHABLE,
    ErrorCode.FILES_UNAVAILABLE,
    ErrorCode.HUB_UNREACHABLE,
    ErrorCode.INDEX_BUSY,
    ErrorCode.INDEX_DAMAGED,
    ErrorCode.INDEX_MISSING,
    ErrorCode.INDEX_UNAVAILABLE,
    ErrorCode.LLM_UNAVAILABLE,
    ErrorCode.MODEL_MISMATCH,
    ErrorCode.MODEL_MISSING,
    ErrorCode.MODEL_UNFITTED,
    ErrorCode.PORT_TAKEN,
}
_USAGE = {ErrorCode.BAD_REQUEST, ErrorCode.UNSAFE_BIND}


class ClapvertError(Exception):
    """A refusal with a reason.

    Args:
        code: stable code.
        message: what happened, in French, one sentence.
        hint: what to do next, in French; a command where there is one.
    """

    def __init__(self, code: ErrorCode, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    @property
    def exit_code(self) -> int:
        """Exit code of the command line for this error."""
        if self.code in _NOT_READY:
            return ExitCode.NOT_READY
        if self.code in _USAGE:
            return ExitCode.USAGE
        return ExitCode.NO

    def as_json(self) -> dict[str, str | None]:
        """Plain data for `--json`: what a row about one file or text says of its refusal."""
        return {"code": self.code.value, "reason": self.message, "hint": self.hint}

    def told(self, about: str = "") -> str:
        """The lines that the command line prints; `about` names the one of many that was refused."""
        said = f"Erreur ({self.code.value}) : {f'{about} : ' if about else ''}{self.message}"
        return f"{said}\n{self.hint}" if self.hint else said

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message
