"""Language models that this machine could use, seen without sending anything: a server on loopback, a provider's key.

Guarantee: nothing leaves the machine. A server is asked for the names of its models, on 127.0.0.1 alone, through no
proxy, within a third of a second; of a key only its presence is read. Nothing here chooses a model: it says the line.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

OLLAMA, LLAMA_CPP = 11434, 8080
"""The ports that they listen on unless told otherwise."""
KEYS = {
    "MISTRAL_API_KEY": ("Mistral", "mistral:mistral-medium-latest"),
    "OPENAI_API_KEY": ("OpenAI", "openai:gpt-4.1"),
    "ANTHROPIC_API_KEY": ("Anthropic", "anthropic:claude-sonnet-4-5"),
}
"""A provider's own variable → its name, and a model of its that is capable."""
_WAIT, _LONGEST = 0.3, 1_000_000
"""Seconds, and bytes of an answer, after which a server is none of these."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,119}")
"""Names of models that may stand in a line for a shell."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A model that could be used: what it is, in French, and the one line to type."""

    what: str
    line: str


def seen(environment: Mapping[str, str] = os.environ, ollama: int = OLLAMA, llama_cpp: int = LLAMA_CPP) -> list[Seen]:
    """What is there, servers of this machine first: what is asked of them stays on it."""
    found = [*_ollama(ollama), *_llama_cpp(llama_cpp)]
    for variable, (provider, model) in KEYS.items():
        if environment.get(variable, "").strip():
            found.append(Seen(f"une clé de {provider} ({variable})", line_of(f"CLAPVERT_LLM={model}")))
    return found


def line_of(setting: str) -> str:
    """The line that sets a model, and installs what opens it where that is missing."""
    from assistant.llm.providers import PROVIDERS

    family = setting.removeprefix("CLAPVERT_LLM=").partition(":")[0]
    there = importlib.util.find_spec(PROVIDERS[family].package) is not None
    return ("" if there else f'pip install "clapvert[{family}]" && ') + f"export {setting}"


def _ollama(port: int) -> Iterator[Seen]:
    """Its largest model that runs here and writes; those named for vectors do not, those of its cloud are not here."""
    models = [m for m in _rows(port, "/api/tags", "models") if not m.get("remote_host") and not m.get("remote_model")]
    sizes = {
        name: size if isinstance(size := m.get("size"), int) else 0
        for m in models
        if (name := _name(m.get("name"))) and "embed" not in name and not name.endswith("cloud")
    }
    if sizes:
        best = max(sizes, key=lambda name: (sizes[name], name))
        base = "" if port == OLLAMA else f" CLAPVERT_LLM_BASE_URL=http://127.0.0.1:{port}"
        yield Seen(f"Ollama ({best})", line_of(f"CLAPVERT_LLM=ollama:{best}{base}"))


def _llama_cpp(port: int) -> Iterator[Seen]:
    """Its model, under a name that it takes: another OpenAI-compatible server, ours among them, is not suggested."""
    models = [m for m in _rows(port, "/v1/models", "data") if m.get("owned_by") == "llamacpp"]
    if models:
        name = _name(models[0].get("id")) or "local"
        base = f"CLAPVERT_LLM_BASE_URL=http://127.0.0.1:{port}/v1 CLAPVERT_LLM_API_KEY=none"
        yield Seen(f"llama.cpp ({name})", line_of(f"CLAPVERT_LLM=openai:{name} {base}"))


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _rows(port: int, path: str, under: str) -> list[dict[str, Any]]:
    """The objects listed under a name by a server of this machine; none when it is not there, slow, or another."""
    started, body = time.monotonic(), b""
    try:
        with (
            httpx.Client(trust_env=False, timeout=_WAIT) as client,
            client.stream("GET", f"http://127.0.0.1:{port}{path}") as response,
        ):
            if response.status_code != 200:
                return []
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _LONGEST or time.monotonic() - started > _WAIT:
                    return []
        rows = json.loads(body).get(under)
    except (httpx.HTTPError, ValueError, AttributeError):
        return []
    return [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []
