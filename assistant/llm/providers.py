"""The providers of `CLAPVERT_LLM`, each opened through `init_chat_model` and each an extra of the same name.

Guarantee: a model that cannot be had (unknown provider, package or key missing) is said so when it is opened, with what
to do; the key is never part of a message.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.llm.models import LanguageModel
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as `init_chat_model` knows it; `parameters` in its own words."""

    name: str
    package: str
    parameters: Callable[[Settings], dict[str, Any]]
    json_mode: Callable[[Mapping[str, Any]], dict[str, Any]]


def _response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    }


def _openai_json(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Through `extra_body`: as a plain argument it sends langchain-openai down openai's beta helpers, 700 modules that
    load at the first question, parse the reply as well, and hide the tokens counted."""
    return {"extra_body": _response_format(schema)}


def _openai(s: Settings) -> dict[str, Any]:
    return {"timeout": s.llm_silence, "max_retries": 0, "max_tokens": s.llm_tokens, "stream_usage": True}


def _mistral(s: Settings) -> dict[str, Any]:
    return {"timeout": max(1, round(s.llm_silence)), "max_retries": 0, "max_tokens": s.llm_tokens}


def _anthropic(s: Settings) -> dict[str, Any]:
    return {"timeout": s.llm_silence, "max_retries": 0, "max_tokens": s.llm_tokens}


def _ollama(s: Settings) -> dict[str, Any]:
    return {"client_kwargs": {"timeout": s.llm_silence}, "num_predict": s.llm_tokens}


PROVIDERS = {
    "openai": Provider("openai", "langchain_openai", _openai, _openai_json),
    "mistral": Provider("mistralai", "langchain_mistralai", _mistral, _response_format),
    "anthropic": Provider("anthropic", "langchain_anthropic", _anthropic, lambda _: {}),
    "ollama": Provider("ollama", "langchain_ollama", _ollama, lambda schema: {"format": dict(schema)}),
}
"""Each is an extra of the same name; `openai` with `CLAPVERT_LLM_BASE_URL` is any OpenAI-compatible server."""


def open_model(settings: Settings) -> LanguageModel | None:
    """The model of the settings; None when none is asked for; `LLM_UNAVAILABLE` when it cannot be had."""
    if not settings.llm:
        return None
    family, _, model = settings.llm.partition(":")
    provider = PROVIDERS.get(family)
    if provider is None or not model:
        raise ClapvertError(
            ErrorCode.LLM_UNAVAILABLE,
            f"CLAPVERT_LLM vaut « {settings.llm} » : on attend fournisseur:modèle.",
            f"Fournisseurs connus : {', '.join(PROVIDERS)}. Exemple : CLAPVERT_LLM=mistral:mistral-small-latest.",
        )
    if importlib.util.find_spec(provider.package) is None:
        raise ClapvertError(
            ErrorCode.LLM_UNAVAILABLE,
            f"Le fournisseur « {family} » demande le paquet {provider.package.replace('_', '-')}.",
            f'Installez-le : pip install "clapvert[{family}]", ou retirez CLAPVERT_LLM.',
        )
    from langchain.chat_models import init_chat_model

    parameters = provider.parameters(settings) | {"temperature": 0}
    if settings.llm_base_url:
        parameters["base_url"] = settings.llm_base_url
    if settings.llm_api_key:
        parameters["api_key"] = settings.llm_api_key.get_secret_value()
    try:
        chat = init_chat_model(model, model_provider=provider.name, **parameters)
    except Exception as error:  # a missing key, most often; its text names the variable, never the key
        raise ClapvertError(
            ErrorCode.LLM_UNAVAILABLE,
            f"Le modèle « {settings.llm} » ne s'ouvre pas ({type(error).__name__}).",
            "Vérifiez la clé (CLAPVERT_LLM_API_KEY, ou la variable du fournisseur) et CLAPVERT_LLM_BASE_URL.",
        ) from error
    return LanguageModel(
        settings.llm, chat, provider.json_mode, timeout=settings.llm_timeout, attempts=settings.llm_attempts
    )
