"""Renders the pages with Jinja2; everything is escaped."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from assistant.service import Service
from ingest.register import DOMAIN_LABELS

_TEMPLATES = Path(__file__).resolve().parent / "templates"


class Pages:
    """The pages over a service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._env = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def chat(self) -> str:
        """The chat page."""
        facets = {v: entry.label for values in self._service.glossary.facets.values() for v, entry in values.items()}
        return self._env.get_template("chat.html").render(
            domains=[(d.value, label) for d, label in DOMAIN_LABELS.items()],
            facets=json.dumps(facets, ensure_ascii=False),
            today=self._service.clock().isoformat(),
            examples=EXAMPLES,
        )


EXAMPLES = (
    "Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?",
    "Combien vaut la prime RSE+ et qui peut la demander ?",
    "En 2024, quel était le seuil de la CSRD ?",
    "Une publicité peut-elle dire « neutre en carbone » ?",
)
