"""What `/v1` takes and gives, as OpenAI's clients write and read it.

Guarantee: what a client sends beside what is read here (temperature, tools, its own fields…) is accepted and changes
nothing: an answer is not sampled. What would be silently left out of an answer is refused: an image, another model,
several choices, a forced tool.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.answer import Answer
from assistant.api.schemas import Day
from ingest.corpus.register import Domain
from ingest.errors import ClapvertError, ErrorCode

MODEL = "clapvert"
_LONGEST = 4000
_REFUSED = "Clapvert répond à des questions écrites, une réponse à la fois."


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Piece(_Loose):
    """A part of a message's content."""

    type: str
    text: str = ""


class Message(_Loose):
    """A message of the conversation; the questions are those of `user`."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, StringConstraints(max_length=200_000)] | list[Piece] | None = None

    def words(self) -> str:
        """What it says; `BAD_REQUEST` when part of it is no text."""
        if not isinstance(self.content, list):
            return (self.content or "").strip()
        if other := [p.type for p in self.content if p.type not in ("text", "input_text")]:
            raise ClapvertError(ErrorCode.BAD_REQUEST, f"Contenu non admis : {other[0][:40]}.", _REFUSED)
        return "\n".join(p.text for p in self.content).strip()


class Options(BaseModel):
    """How the question is to be read: the fields of `/api/chat`."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = None
    domains: list[Domain] = []
    language: Literal["fr", "en"] | None = None
    profile: dict[str, str] = {}


class StreamOptions(_Loose):
    """What a stream says beside the answer."""

    include_usage: bool = False


class CompletionRequest(_Loose):
    """A conversation, the last question at its end."""

    model: Annotated[str, StringConstraints(max_length=200)] = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    tool_choice: Any = None
    clapvert: Options = Options()

    def questions(self) -> list[str]:
        """The questions of the conversation, in order; the last is the one to answer."""
        check_model(self.model)
        if self.n not in (None, 1) or self.tool_choice == "required" or isinstance(self.tool_choice, dict):
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Choix multiples et outils forcés ne sont pas admis.", _REFUSED)
        asked = [words for m in self.messages if m.role == "user" and (words := m.words())]
        if not asked or self.messages[-1].role not in ("user", "system", "developer"):
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Aucune question à la fin de la conversation.", _REFUSED)
        if len(asked[-1]) > _LONGEST:
            raise ClapvertError(ErrorCode.BAD_REQUEST, "Une question fait 4 000 caractères au plus.", _REFUSED)
        return [q[:_LONGEST] for q in asked]


def check_model(name: str) -> None:
    """`NOT_FOUND` for any other model than ours."""
    if name != MODEL:
        raise ClapvertError(ErrorCode.NOT_FOUND, f"Le modèle « {name[:60]} » est inconnu.", f"Le seul : {MODEL}.")


class UrlCitation(BaseModel):
    """Where the words of the text from `start_index` to `end_index` (excluded) come from."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """One marker [n] of the text, and what it cites."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class AssistantMessage(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only choice."""

    index: int = 0
    message: AssistantMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(BaseModel):
    """Words and signs read and written; nothing is billed."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """A chat completion; `clapvert` is the whole answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage
    clapvert: Answer


class Model(BaseModel):
    """What can be asked."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "clapvert"


class ModelList(BaseModel):
    """The only model."""

    object: Literal["list"] = "list"
    data: list[Model]
