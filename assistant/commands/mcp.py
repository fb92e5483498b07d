"""`clapvert mcp`: the tools over stdio, for a host that starts its servers itself."""

from __future__ import annotations

import logging
import sys

import click

from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings


@click.command()
def mcp() -> None:
    """Serve the tools to an MCP host over stdio; `clapvert serve` has them at /mcp."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)  # stdout is the host's alone
    try:
        from assistant.mcp.server import build, on_this_machine
    except ModuleNotFoundError as exc:
        if (exc.name or "").split(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise ClapvertError(
            ErrorCode.EXTRA_MISSING,
            "Le serveur MCP demande le paquet « mcp ».",
            "Installez-le : pip install 'clapvert[mcp]'.",
        ) from exc
    from assistant.replay import Replay
    from assistant.service import Service

    settings = Settings()
    service = Service(settings)
    if service.library.snapshots.current_name() is None:
        raise ClapvertError(
            ErrorCode.INDEX_MISSING, "Aucun index n'a encore été construit.", "Lancez `clapvert ingest`."
        )
    build(service, Replay(service), on_this_machine(settings.public_url)).run("stdio")
