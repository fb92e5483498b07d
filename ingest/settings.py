"""One frozen settings object, read once from the environment (`CLAPVERT_*`) and an optional `.env`.

Guarantee: no other module reads a setting from the environment, but for the judge of `eval judge`
(`CLAPVERT_EVAL_JUDGE`); `sandbox` and `ocr` hand the little of it that their children need. The table in the README is
generated from the descriptions below (`clapvert doctor --settings-table`), so the two cannot drift apart.
"""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent if (_PACKAGE.parent / "corpus" / "sources.yaml").is_file() else None

DEFAULT_MODEL = "intfloat/multilingual-e5-small"


RELEASE = "release-in-use.json"
"""What a taken release of the corpus says of itself, in its folder."""


def release_folder(data_dir: Path) -> Path:
    """Where releases of the corpus are taken to."""
    return data_dir / "corpus"


def _taken(data_dir: Path) -> Path | None:
    """The release of the corpus in use, if it was made for this version of the software."""
    held = release_folder(data_dir)
    try:
        folder = held / (held / "current").read_text("utf-8").strip()
        told = json.loads((folder / RELEASE).read_text("utf-8"))
        return folder if told["software"] == version("clapvert") else None
    except (OSError, ValueError, KeyError, PackageNotFoundError):
        return None


def _default_corpus_dir(given: dict[str, Any]) -> Path:
    data_dir = given.get("data_dir")
    if data_dir is not None and (taken := _taken(data_dir)) is not None:
        return taken
    return _CHECKOUT / "corpus" if _CHECKOUT else _PACKAGE / "_corpus"


def _default_data_dir() -> Path:
    return _CHECKOUT / "var" if _CHECKOUT else Path(platformdirs.user_data_dir("clapvert", appauthor=False))


def _default_model_dir() -> Path:
    return Path(platformdirs.user_cache_dir("clapvert", appauthor=False)) / "models"


class Settings(BaseSettings):
    """Settings of one process. Frozen: a changed setting is a new object."""

    model_config = SettingsConfigDict(
        env_prefix="CLAPVERT_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="All that is written at run time: snapshots, passage store, added texts, conversations.",
    )
    model_dir: Path = Field(
        default_factory=_default_model_dir,
        description="Where the embedding model is kept; shared by data folders.",
    )
    corpus_dir: Path = Field(
        default_factory=_default_corpus_dir, description="The corpus: register, fiches, criteria, glossary."
    )
    corpus_key: str = Field(
        default="", description="Public key of the corpus releases (`corpus update`): Ed25519, 32 bytes in base64."
    )
    piste_client: str = Field(
        default="",
        description="Key of the Légifrance API (piste.gouv.fr), to fetch French texts; empty: from the open archives.",
    )
    piste_secret: SecretStr | None = Field(default=None, description="Its secret.")
    model: str = Field(default=DEFAULT_MODEL, description="Embedding model: a hub name, or the path of a local folder.")
    offline: bool = Field(default=False, description="Never try the model hub.")
    hub_timeout: float = Field(
        default=3.0, gt=0, description="Seconds after which the model hub counts as out of reach."
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="Precision of the encoder; auto takes bfloat16 where the CPU has it."
    )
    threads: int | None = Field(default=None, ge=1, description="CPU threads of the encoder; empty: all.")
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL database of all that is stored, `postgresql://user:password@host/base`; empty: SQLite "
        "in the data folder.",
    )
    chroma_url: str | None = Field(
        default=None,
        description="Chroma server of the vectors, `http://host:8000` or `http://host:8000/database`; empty: Chroma in "
        "the data folder.",
    )
    files_url: str | None = Field(
        default=None,
        description="S3-compatible store of evidence files, `s3://bucket/prefix` (server and keys in `AWS_*`); empty: "
        "the data folder.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer.")
    host: str = Field(default="127.0.0.1", description="Address the server binds to.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the server.")
    allow_remote: bool = Field(default=False, description="Allow binding to a non-loopback address without API keys.")
    access: Literal["auto", "open", "closed"] = Field(
        default="auto",
        description="Who is answered: anyone (open), or only keys and people who signed in (closed); auto closes a "
        "server that listens beyond loopback, or that people sign in to.",
    )
    rate_per_key: int = Field(default=120, ge=1, description="Calls a minute of a key that has no rate of its own.")
    rate_per_address: int | None = Field(
        default=None,
        ge=1,
        description="Calls a minute of one address; empty: none (open), 120 (closed).",
    )
    concurrency: int = Field(default=64, ge=1, description="Calls answered at once; one caller has half at most.")
    trail_days: int = Field(default=180, ge=1, description="Days that the trail of who did what is kept.")
    person_header: str | None = Field(
        default=None,
        description="Header by which a trusted proxy says who signed in; empty: none.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1", description="Addresses, or networks, of the proxies whose headers are believed."
    )
    oidc_issuer: str | None = Field(default=None, description="OpenID Connect provider that people sign in with.")
    oidc_client_id: str | None = Field(default=None, description="Our name at that provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Our secret at that provider.")
    oidc_name: str = Field(default="sub", description="Claim that names someone: `sub`, or `email` once verified.")
    people_scopes: str = Field(default="ask,label", description="What people who signed in may do.")
    admins: str = Field(default="", description="Who among them may also administer, by name, separated by commas.")
    public_url: str | None = Field(
        default=None, description="Address that links lead to, as a visitor writes it; empty: that of the request."
    )
    retention_days: int = Field(default=30, ge=0, description="Days that conversations are kept; 0: none.")
    llm: str | None = Field(
        default=None,
        description="Language model that writes answers, `provider:model` (mistral, openai, anthropic, ollama); "
        "empty: none.",
    )
    llm_check: str | None = Field(
        default=None,
        description="Model that reads each written line again, `provider:model`; empty: the one that writes.",
    )
    llm_shares: Literal["evidence", "evidence+history"] = Field(
        default="evidence+history",
        description="What the language model is told beside the message: the evidence, or the turn before as well.",
    )
    llm_base_url: str | None = Field(
        default=None, description="Address of an OpenAI-compatible server (`openai:…`) or of Ollama."
    )
    llm_api_key: SecretStr | None = Field(
        default=None, description="Key of the language model; empty: the provider's own variable."
    )
    llm_timeout: float = Field(default=30.0, gt=0, description="Seconds that a question may wait for its model.")
    llm_silence: float = Field(default=8.0, gt=0, description="Seconds without a token after which a call is dropped.")
    llm_attempts: int = Field(default=3, ge=1, le=10, description="Times that one call is tried.")
    llm_tokens: int = Field(default=1500, ge=50, description="Tokens that the model may write in one call.")
    llm_price_in: float | None = Field(
        default=None, ge=0, description="Price of a million tokens read, for the cost in receipts; empty: not told."
    )
    llm_price_out: float | None = Field(default=None, ge=0, description="Price of a million tokens written.")
    metrics: bool = Field(
        default=False, description="Serve `/metrics` (Prometheus) to whoever asks; else to administrators alone."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="OpenTelemetry collector that spans are sent to (OTLP over gRPC), never with the text of a "
        "question; empty: none.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Log level; questions are never logged."
    )


def settings_table() -> str:
    """The settings as a Markdown table (README)."""
    rows = ["| Variable | Default | What it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = {
            "data_dir": "`var/` in a checkout, else the user's data folder",
            "model_dir": "the user's cache folder",
            "corpus_dir": "the release taken by `corpus update`, else `corpus/` of the checkout or of the wheel",
        }.get(name, f"`{field.default}`" if field.default is not None else "(empty)")
        rows.append(f"| `CLAPVERT_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
