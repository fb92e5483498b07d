"""The OpenAPI document against the application, by schemathesis: no server error, no status that it does not tell, no
body other than it tells. Each route is called with drawn values and with the caller's own ids, valid and not."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="needs schemathesis")
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given
from hypothesis import settings as how
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.assistant.access.conftest import Closed
from tests.assistant.access.test_attempts import World, world
from tests.drawn import is_night

__all__ = ["world"]
EACH = 30 if is_night() else 6
"""Calls of a route, with drawn values and again with real ids, of each kind."""
CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
           "response_headers_conformance", "unsupported_method", "negative_data_rejection")  # fmt: skip
OWN = {"conversation_id": "conversation", "message_id": "message", "project_id": "project", "other_id": "project",
       "evidence_id": "evidence", "code": "criterion", "passage_id": "passage"}  # fmt: skip
"""Path parameters that the caller has something for; what would erase it is called with drawn values alone."""


def checks() -> list[Any]:
    load_all_checks()
    found: list[Any] = CHECKS.get_by_names(list(CHECKED))
    return found


@pytest.mark.hypothesis
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "not"])
def test_every_route_answers_as_documented(world: World, mode: GenerationMode) -> None:
    logging.disable(logging.CRITICAL)
    try:
        faults, answered = tried(world, mode)
    finally:
        logging.disable(logging.NOTSET)
    assert faults == {}
    routes = {label for label, _ in answered}
    assert len(routes) > (40 if mode is GenerationMode.POSITIVE else 20)
    assert sum(answered.values()) > 100
    print(f"{sum(answered.values())} appels, {len(routes)} routes, {Counter(s for _, s in answered.elements())}")


def test_a_title_with_control_characters_is_exported_in_every_format(world: World) -> None:
    """What schemathesis found on 28 November 2026: the properties of a workbook took the title as it was."""
    made = world.victim.post(
        "/api/label/projects", json={"title": "Film\x00 au\x1f zoo\ufffe", "framework": "label-ecoprod"}
    )
    at = f"/api/label/projects/{made.json()['id']}/export"
    assert {f: world.victim.get(at, params={"format": f}).status_code for f in ("csv", "xlsx", "docx", "pdf", "md")} == {
        "csv": 200, "xlsx": 200, "docx": 200, "pdf": 200, "md": 200,
    }  # fmt: skip


def test_a_number_that_no_database_holds_is_refused(world: World) -> None:
    """Found on the same day: a page of the history before line 3 × 10²⁰."""
    at = f"/api/label/projects/{world.names['project']}/history"
    assert world.victim.get(at, params={"before": 3 * 10**20}).status_code == 422


def tried(world: World, mode: GenerationMode) -> tuple[dict[str, str], Counter[tuple[str, int]]]:
    """What was wrong, by route, and the statuses that were answered."""
    closed: Closed = world.closed
    headers = closed.key("ask", "label", "admin", rate=1_000_000)
    headers_of_the_owner = {"Authorization": world.victim.headers["authorization"]}
    closed.access.settings = closed.access.settings.model_copy(update={"rate_per_key": 1_000_000})
    schema = schemathesis.openapi.from_asgi("/openapi.json", closed.app, timeout=300)  # a loaded machine is no fault
    faults: dict[str, str] = {}
    answered: Counter[tuple[str, int]] = Counter()
    operations = [result.ok() for result in schema.get_all_operations()]
    fixed = {o.path for o in operations if "{" not in o.path}
    for operation in operations:
        own = {p.name for p in operation.path_parameters} & set(OWN)
        for names in ({}, world.names) if own and operation.method.upper() != "DELETE" else ({},):
            sent = headers_of_the_owner if names else headers

            @given(case=operation.as_strategy(generation_mode=mode))
            @how(max_examples=EACH, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                 suppress_health_check=list(HealthCheck))  # fmt: skip
            def call(case: Any) -> None:
                for name in own if names else ():
                    case.path_parameters[name] = names[OWN[name]]
                assume(case.formatted_path not in fixed)  # an id drawn « form » is another route's word
                response = case.call(headers=sent)
                label = case.operation.label
                answered[label, response.status_code] += 1
                try:
                    case.validate_response(response, headers=sent, checks=checks())
                except FailureGroup as exc:
                    faults[label] = "\n".join(str(e) for e in exc.exceptions)

            try:
                call()
            except Exception as exc:
                if "Unsatisfiable" not in type(exc).__name__:
                    faults[operation.label] = repr(exc)
    return faults, answered
