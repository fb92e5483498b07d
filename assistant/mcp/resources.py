"""The resources: the register, each source and each notice as a text to read, passages by their id.

    clapvert://sources              the register, as JSON
    clapvert://sources/{id}         a source or a notice: what it is, then its passages in reading order
    clapvert://passages/{id}        one passage, as JSON

Guarantee: what is listed is what the serving index holds, asked for anew each time.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp_types import Resource

from assistant.api.register import source_views
from assistant.api.schemas import SourceList, SourceView
from assistant.mcp.checking import view
from assistant.mcp.desk import Desk
from ingest.corpus.register import Rank
from ingest.errors import ClapvertError

ROOT = "clapvert://sources"


def listed(views: list[SourceView]) -> list[Resource]:
    """The register, then every source that has passages."""
    every = Resource(uri=ROOT, name="sources", title="Registre des sources", mime_type="application/json")
    return [every, *(_resource(v) for v in views if v.passages)]


def _resource(v: SourceView) -> Resource:
    kind = "Notice Clapvert" if v.rank is Rank.NOTICE else v.issuer
    said = f"{kind} · {v.passages} passages"
    return Resource(
        uri=f"{ROOT}/{quote(v.id, safe='')}", name=v.id, title=v.title, description=said, mime_type="text/markdown"
    )


def add(server: MCPServer[Any], desk: Desk) -> None:
    """Add the resources."""

    @server.resource(ROOT, name="sources", title="Registre des sources", mime_type="application/json")
    def register() -> str:
        """The register, and our notices."""
        return SourceList(sources=source_views(desk.service)).model_dump_json(indent=1)

    @server.resource(ROOT + "/{source_id}", name="source", title="Une source ou une notice", mime_type="text/markdown")
    def source(source_id: str) -> str:
        """A source or a notice, its passages in reading order."""
        wanted, service = unquote(source_id), desk.service
        found = next((v for v in source_views(service) if v.id == wanted), None)
        if found is None:
            raise ResourceNotFoundError(f"Source inconnue : {wanted[:80]}. La liste : {ROOT}")
        passages = service.snapshot.passages(list(service.snapshot.by_source.get(wanted, ())))
        head = f"# {found.title}\n\n{found.issuer} · {found.rank.value}" + (f" · {found.url}" if found.url else "")
        return "\n\n".join([head, *(f"## {p.locator}\n\n{p.text}\n\n`{p.id}`" for p in passages)])

    @server.resource(
        "clapvert://passages/{passage_id}", name="passage", title="Un passage", mime_type="application/json"
    )
    def passage(passage_id: str) -> str:
        """A passage; once cited, it opens for ever."""
        try:
            found, status = desk.service.passage(unquote(passage_id))
        except ClapvertError as exc:
            raise ResourceNotFoundError(exc.told()) from exc
        return view(found, status).model_dump_json(indent=1)
