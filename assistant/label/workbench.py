"""The workbench of a data folder: projects, their criteria and their evidence, checked against their framework.

Guarantee: a criterion is written only when the project holds it; evidence that nothing refers to any more leaves the
disk. Everything is asked on behalf of an owner (None: the user of the data folder).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.label.evidence.store import MAX_PROJECT_BYTES, EvidenceFiles, checked_type, harmless_name
from assistant.label.frameworks import Frameworks, folded
from assistant.label.projects.history import Now
from assistant.label.projects.progress import Progress, progress
from assistant.label.projects.projects import CriterionState, EvidenceFile, Project, Row, rows
from assistant.label.projects.store import LabelStore, utc_now
from ingest.clock import Clock
from ingest.corpus.criteria import Framework
from ingest.errors import ClapvertError, ErrorCode
from ingest.storage.storage import Storage


class Workbench:
    """Projects over the frameworks of a corpus."""

    def __init__(self, storage: Storage, frameworks: Frameworks, clock: Clock, now: Now = utc_now) -> None:
        self.frameworks = frameworks
        self.store = LabelStore(storage.database("label"), now)
        self.clock = clock
        self._files = EvidenceFiles(storage.files("label-evidence"))

    def framework(self, project: Project) -> Framework:
        """The framework of a project."""
        return self.frameworks.get(project.framework)

    def create(self, owner: str, framework: str, title: str, scheme: str | None = None, note: str = "") -> Project:
        """A new project; `FRAMEWORK_NOT_FOUND`, or `BAD_REQUEST` for a scheme that the framework does not have."""
        self._scheme(framework, scheme)
        return self.store.create(owner, framework, title, scheme, note)

    def edit(
        self, project_id: str, owner: str | None, changes: Mapping[str, Any], revision: int | None = None
    ) -> Project:
        """Change the title, the scheme or the note of a project."""
        if "scheme" in changes:
            self._scheme(self.store.get(project_id, owner).framework, changes["scheme"])
        return self.store.edit(project_id, owner, changes, revision)

    def board(self, project_id: str, owner: str | None) -> tuple[Project, list[Row], Progress]:
        """A project, its rows and its progress today."""
        project = self.store.get(project_id, owner)
        lines = rows(project, self.framework(project))
        return project, lines, progress(lines, self.clock())

    def row(self, project_id: str, owner: str | None, code: str) -> tuple[Project, Row]:
        """One row of a project, by key or by code in any case; `CRITERION_NOT_FOUND`."""
        project = self.store.get(project_id, owner)
        wanted = code.strip()
        lines = rows(project, self.framework(project))
        found = next((r for r in lines if r.key == wanted), None) or next(
            (r for r in lines if wanted and wanted.upper() in (r.key.upper(), (r.code or "").upper())), None
        )
        if found is None:
            raise ClapvertError(
                ErrorCode.CRITERION_NOT_FOUND,
                f"Le critère « {code[:40]} » n'est pas dans ce projet.",
                "Importez la grille qui le contient, ou vérifiez son code.",
            )
        return project, found

    def put(
        self, project_id: str, owner: str | None, code: str, changes: Mapping[str, Any], revision: int | None = None
    ) -> CriterionState:
        """Change what is said of a criterion of the project."""
        _, row = self.row(project_id, owner, code)
        return self.store.put_state(project_id, owner, row.key, changes, revision)

    def rename_department(self, project_id: str, owner: str | None, old: str, new: str) -> Project:
        """Give a department of the board another name; the name of another one merges them; empty: the grid's again."""
        project, lines, _ = self.board(project_id, owner)
        shown = {folded(d): d for r in lines for d in r.departments}
        if folded(old) not in shown:
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"Aucun critère n'est du département « {old[:60]} ».")
        name = " ".join(new.split())[:80]
        if name and folded(name) in shown and folded(name) != folded(old):
            name = shown[folded(name)]
        written = [k for k, v in project.renamed.items() if folded(v) == folded(old)]
        return self.store.set_departments(
            project_id, owner, renamed=dict.fromkeys(dict.fromkeys([*written, shown[folded(old)]]), name)
        )

    def move(self, project_id: str, owner: str | None, codes: Sequence[str], departments: Sequence[str]) -> Project:
        """Put criteria in departments; none: back where the grid puts them."""
        keys = [self.row(project_id, owner, code)[1].key for code in codes]
        names = tuple(dict.fromkeys(" ".join(d.split())[:80] for d in departments if d.strip()))
        return self.store.set_departments(project_id, owner, moved=dict.fromkeys(keys, names))

    def put_all(
        self, project_id: str, owner: str | None, codes: Sequence[str], changes: Mapping[str, Any]
    ) -> dict[str, ClapvertError]:
        """Change the same fields of several criteria; those that could not be, each with why."""
        failed: dict[str, ClapvertError] = {}
        for code in codes:
            try:
                self.put(project_id, owner, code, changes)
            except ClapvertError as exc:
                if exc.code is ErrorCode.PROJECT_NOT_FOUND:
                    raise
                failed[code] = exc
        return failed

    def attach(self, project_id: str, owner: str | None, code: str, name: str, content: bytes) -> EvidenceFile:
        """Attach a file to a criterion, once checked."""
        _, row = self.row(project_id, owner, code)
        if self.store.stored_bytes(project_id) + len(content) > MAX_PROJECT_BYTES:
            raise ClapvertError(
                ErrorCode.DOCUMENT_TOO_BIG,
                f"Les preuves de ce projet dépassent {MAX_PROJECT_BYTES // 1024**2} Mo.",
                "Retirez des fichiers, ou rangez les plus lourds ailleurs et notez où ils sont.",
            )
        harmless = harmless_name(name)
        media_type, digest = checked_type(harmless, content), hashlib.sha256(content).hexdigest()
        return self.store.add_evidence(
            project_id, owner, row.key, harmless, digest, len(content), media_type, lambda: self._files.keep(content)
        )

    def open(self, project_id: str, owner: str | None, evidence_id: str) -> tuple[EvidenceFile, bytes]:
        """An attached file and its content."""
        file = self.store.evidence(project_id, owner, evidence_id)
        return file, self._files.read(file.sha256)

    def detach(self, project_id: str, owner: str | None, evidence_id: str) -> None:
        """Remove an attached file, and its bytes when no other criterion or project has them."""
        removed = self.store.remove_evidence(project_id, owner, evidence_id)
        self.store.unheld({removed}, self._files.erase)

    def delete(self, project_id: str, owner: str | None) -> None:
        """Erase a project with its history and its evidence, for good."""
        self.store.unheld(self.store.delete(project_id, owner), self._files.erase)

    def _scheme(self, framework_id: str, scheme: str | None) -> None:
        known = {t.scheme for t in self.frameworks.get(framework_id).thresholds}
        if scheme is not None and scheme not in known:
            raise ClapvertError(
                ErrorCode.BAD_REQUEST,
                f"Le parcours « {scheme} » n'existe pas dans ce référentiel.",
                f"Parcours : {', '.join(sorted(known))}."
                if known
                else "Ce référentiel n'a pas de seuil : laissez vide.",
            )
