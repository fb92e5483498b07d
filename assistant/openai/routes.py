"""`POST /v1/chat/completions`, `GET /v1/models`: the conversation is the messages given, and nothing of it is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as clock_time

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from assistant.api.links import Link
from assistant.dialogue.turns import Asked
from assistant.openai.completion import chunks, completion
from assistant.openai.shapes import Completion, CompletionRequest, Model, ModelList, check_model
from assistant.replay import Replay
from assistant.service import Service

Links = Callable[[Request], Link]
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def router(service: Service, replay: Replay, links: Links) -> APIRouter:
    """The routes under `/v1`."""
    routes = APIRouter(prefix="/v1", tags=["openai"])

    def known() -> Model:
        verified = datetime.combine(service.clock(), clock_time(), UTC)
        return Model(created=int(verified.timestamp()))

    @routes.get("/models", response_model=ModelList)
    def models() -> ModelList:
        """The only model."""
        return ModelList(data=[known()])

    @routes.get("/models/{model}", response_model=Model)
    def one(model: str) -> Model:
        """The only model, by its name."""
        check_model(model)
        return known()

    @routes.post("/chat/completions", response_model=Completion)
    def complete(body: CompletionRequest, request: Request) -> Completion | Response:
        """Answer the last question of a conversation; with `stream`, as chunks."""
        questions, how, link = body.questions(), body.clapvert, links(request)
        domains, language = tuple(how.domains), how.language
        before = [Asked(q, domains=domains, language=language, profile=how.profile) for q in questions[:-1]]
        last = Asked(questions[-1], how.as_of, False, domains, language, how.profile)
        answer = replay.answer([*before, last])
        now, read = int(time.time()), "\n".join(questions)
        if not body.stream:
            return completion(answer, link, now, read)
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        parts = chunks(answer, link, now, read, with_usage)
        return StreamingResponse(parts, media_type="text/event-stream", headers=_HEADERS)

    return routes
