"""Whether the server lives, and whether it can answer.

Guarantee: `/readyz` is 200 only when a question would be answered and kept: its snapshot is open, its database and its
Chroma server answer now, its disk is not full. It says so within five seconds, whatever is frozen.
"""

from __future__ import annotations

from fastapi import APIRouter

from assistant.api.schemas import Health
from assistant.service import Service


def router(service: Service) -> APIRouter:
    """Liveness and readiness."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", response_model=Health)
    async def healthz() -> Health:
        """Liveness: waits for nothing, not even for a thread."""
        return Health(status="ok")

    @routes.get("/readyz", response_model=Health)
    def readyz() -> Health:
        """Readiness: a snapshot is open, the model is loaded, what they need answers; else 503 and its code."""
        snapshot = service.snapshot
        service.library.check()
        return Health(
            status="ready", snapshot=snapshot.manifest.name, passages=len(snapshot), model=service.encoder.info.name
        )

    return routes
