"""An answer as a chat completion, whole or in chunks.

Guarantee: the chunks joined are the content of the whole completion, to the character; the prose comes first,
sentence by sentence, as it was verified. Each marker [n] of the prose has its annotation, that spans it and opens
its passage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.answer import Answer
from assistant.api.links import Link
from assistant.api.markdown import markdown, source_name, tail
from assistant.api.stream import tokens
from assistant.openai.shapes import (
    MODEL,
    Annotation,
    AssistantMessage,
    Choice,
    Completion,
    UrlCitation,
    Usage,
)

_MARKER = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"\w+|[^\w\s]")
DONE = b"data: [DONE]\n\n"


def cited(answer: Answer, link: Link) -> list[Annotation]:
    """The citations of the prose, one a marker."""
    by_number = {c.n: c for c in answer.citations}
    out = []
    for m in _MARKER.finditer(answer.answer):
        c = by_number.get(int(m[1]))
        url = link(c) if c else None
        if c and url:
            title = source_name(c, answer.understood.language)
            span = UrlCitation(start_index=m.start(), end_index=m.end(), title=title, url=url)
            out.append(Annotation(url_citation=span))
    return out


def completion(answer: Answer, link: Link, created: int, read: str) -> Completion:
    """The whole completion; `read` is what the client sent, for counting."""
    content = markdown(answer, link)
    return Completion(
        id=_ident(answer),
        created=created,
        choices=[Choice(message=AssistantMessage(content=content, annotations=cited(answer, link)))],
        usage=usage(read, content),
        clapvert=answer,
    )


def chunks(answer: Answer, link: Link, created: int, read: str, with_usage: bool) -> Iterator[bytes]:
    """The same as server-sent events."""
    head = {"id": _ident(answer), "object": "chat.completion.chunk", "created": created, "model": MODEL}

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event({**head, "choices": [choice], **({"usage": None} if with_usage else {}), **more})

    yield chunk({"role": "assistant", "content": ""})
    for text in tokens(answer.answer):
        yield chunk({"content": text})
    rest = tail(answer, link)
    if rest:
        yield chunk({"content": rest})
    marks = [a.model_dump() for a in cited(answer, link)]
    yield chunk({"annotations": marks}, "stop", clapvert=answer.model_dump(mode="json"))
    if with_usage:
        counted = usage(read, answer.answer + rest).model_dump()
        yield _event({**head, "choices": [], "usage": counted})
    yield DONE


def usage(read: str, written: str) -> Usage:
    """Words and signs, read and written."""
    n, m = len(_WORD.findall(read)), len(_WORD.findall(written))
    return Usage(prompt_tokens=n, completion_tokens=m, total_tokens=n + m)


def _ident(answer: Answer) -> str:
    return f"chatcmpl-{answer.message_id}"


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
