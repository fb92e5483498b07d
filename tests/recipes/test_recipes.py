"""The recipes of `docs/recettes.md`, run as they are written, on a closed server; chat windows replayed as they ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import yaml

from assistant.access.access import Access
from assistant.access.caller import Scope
from assistant.answer import Answer
from assistant.app import create_app
from assistant.service import Service
from tests.assistant.access.conftest import Closed, closed_over
from tests.assistant.conftest import opener
from tests.assistant.support import BILANS, faults
from tests.serving import serving_app

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "recettes.md").read_text(encoding="utf-8")
TASK = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: Quels bilans carbone ?
</chat_history>"""
"""What Open WebUI asks of the same model to name a conversation, in its shape."""


@pytest.fixture(scope="module")
def server(tiny: Service) -> Iterator[tuple[str, str, Closed]]:
    closed = closed_over(tiny.settings)
    token = closed.token("ask")
    with serving_app(create_app(closed.service, Access(closed.service.settings))) as address:
        yield address, token, closed


@pytest.fixture
def http(server: tuple[str, str, Closed]) -> Iterator[httpx.Client]:
    address, token, _ = server
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{address}/v1", headers=headers, trust_env=False, timeout=30) as client:
        yield client


def recipe(name: str, server: tuple[str, str, Closed], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a block of the page defines, once it has run."""
    monkeypatch.setenv("CLAPVERT_URL", server[0])
    monkeypatch.setenv("CLAPVERT_KEY", server[1])
    code = re.search(rf"```python\n# recette : {name}\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    scope: dict[str, Any] = {}
    exec(compile(code[1], f"recettes.md: {name}", "exec"), scope)
    return scope


def opened(url: str) -> str:
    """A citation as its reader opens it: a link, without any key."""
    page = httpx.get(url, trust_env=False, headers={"Accept": "text/html"})
    assert page.status_code == 200, url
    return page.text


def events(client: httpx.Client, body: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    """The chunks of a stream, as Open WebUI reads them: `data: …` line by line, until `[DONE]`."""
    out: list[dict[str, Any]] = []
    with client.stream("POST", "/chat/completions", json=body, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                out.append(json.loads(line.removeprefix("data: ")))
    return out


class TestOpenWebUi:
    """Its server sends `Authorization`, its user's headers, `stream_options`; it takes sources from
    `delta.annotations`."""

    HEADERS = {"X-OpenWebUI-User-Name": "L%C3%A9a", "X-OpenWebUI-User-Id": "u1", "X-OpenWebUI-Chat-Id": "c1"}

    def test_models_ask_follow_up_and_sources(self, http: httpx.Client) -> None:
        listed = http.get("/models", headers={"Content-Type": "application/json", **self.HEADERS}).json()
        assert [m["id"] for m in listed["data"]] == ["clapvert"]
        body = {
            "stream": True,
            "model": "clapvert",
            "stream_options": {"include_usage": True},
            "messages": [
                {"role": "user", "content": BILANS},
                {"role": "assistant", "content": '<details type="reasoning" done="true">…</details>\nDeux bilans.'},
                {"role": "user", "content": "et pour un documentaire ?"},
            ],
        }
        chunks = events(http, body, **self.HEADERS)
        text = "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])
        sources = {
            a["url_citation"]["url"]: a["url_citation"]["title"]
            for c in chunks
            if c["choices"]
            for a in c["choices"][0]["delta"].get("annotations") or ()
            if a.get("type") == "url_citation" and "url_citation" in a
        }
        assert "[1]" in text
        assert sources
        assert all("<mark" in opened(url) and title for url, title in sources.items())
        assert chunks[-1]["usage"]["total_tokens"] > 0
        assert chunks[-1]["choices"] == []

    def test_a_task_for_a_model_is_answered_as_any_question_is(self, http: httpx.Client, tiny: Service) -> None:
        """Verified sentences or an abstention: nothing is written to please a prompt."""
        body = {"model": "clapvert", "stream": False, "messages": [{"role": "user", "content": TASK}]}
        answer = Answer.model_validate(http.post("/chat/completions", json=body).json()["clapvert"])
        assert faults(answer, opener(tiny), tiny.snapshot.manifest.name) == []

    def test_a_refusal_is_an_error_that_it_shows(self, server: tuple[str, str, Closed]) -> None:
        refused = httpx.get(f"{server[0]}/v1/models", headers={"Authorization": "Bearer sk-faux"}, trust_env=False)
        assert refused.status_code == 401
        assert refused.json()["error"]["message"]


class TestLibreChat:
    """LangChain's JavaScript client: content in parts, sampling settings, a user; models fetched with `?user=`."""

    def test_the_configuration_is_one(self) -> None:
        text = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
        assert text is not None
        (endpoint,) = yaml.safe_load(text[1])["endpoints"]["custom"]
        assert endpoint["baseURL"].endswith("/v1")
        assert endpoint["models"]["default"] == ["clapvert"]

    def test_models_ask_and_follow_up(self, http: httpx.Client) -> None:
        listed = http.get("/models", params={"user": "665f"}, headers={"Accept": "application/json, text/plain, */*"})
        assert [m["id"] for m in listed.json()["data"]] == ["clapvert"]
        body = {
            "model": "clapvert", "temperature": 1, "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0, "n": 1,
            "stream": True, "stream_options": {"include_usage": True}, "user": "665f",
            "messages": [
                {"role": "system", "content": "The current date is 2026-11-25."},
                {"role": "user", "content": [{"type": "text", "text": BILANS}]},
                {"role": "assistant", "content": [{"type": "text", "text": "Deux bilans. [1]"}]},
                {"role": "user", "content": [{"type": "text", "text": "et pour un documentaire ?"}]},
            ],
        }  # fmt: skip
        headers = {"User-Agent": "LibreChat/JS 6.9.1", "X-Stainless-Lang": "js", "X-Stainless-Runtime": "node"}
        chunks = events(http, body, **headers)
        text = "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])
        links = re.findall(r"^- \[\d+\] \[[^\]]+\]\(([^)]+)\)", text, re.MULTILINE)
        assert links, "the sources stand in the text"
        assert all("<mark" in opened(url) for url in links)
        assert chunks[-2]["clapvert"]["understood"]["follow_up"]


def test_a_langchain_chain(server: tuple[str, str, Closed], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_openai", reason="needs langchain-openai")
    chain = recipe("chaine", server, monkeypatch)["chain"]
    first = chain.invoke({"question": BILANS})
    assert "[1]" in first
    assert server[0] in first
    after = chain.invoke({"before": [("user", BILANS), ("assistant", first)], "question": "et pour un documentaire ?"})
    assert "[1]" in after
    assert "".join(chain.stream({"question": BILANS})) == first


def test_a_langgraph_agent(server: tuple[str, str, Closed], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mcp", reason="needs the extra mcp")
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, ToolMessage

    asked: list[list[str]] = []

    class Scripted(GenericFakeChatModel):
        """Calls `ask`, then repeats what it was given; the tools that it is bound to are noted."""

        def bind_tools(self, tools: Any, **_: Any) -> Any:
            asked.append([t.name for t in tools])
            return self

        def _generate(self, messages: Any, *args: Any, **how: Any) -> Any:
            if isinstance(messages[-1], ToolMessage):
                object.__setattr__(self, "messages", iter([AIMessage(content=messages[-1].content)]))
            return super()._generate(messages, *args, **how)

    call = {"name": "ask", "args": {"question": BILANS}, "id": "1"}
    model = Scripted(messages=iter([AIMessage(content="", tool_calls=[call])]))
    agent = recipe("agent", server, monkeypatch)["agent"]

    async def run() -> Any:
        async with agent(model) as graph:
            return await graph.ainvoke({"messages": [("user", BILANS)]})

    said = anyio.run(run)["messages"][-1].content
    assert "ask" in asked[0]
    assert "label_status" in asked[0]
    assert "[1]" in said
    assert "<mark" in opened(re.findall(r"\]\((http[^)]+)\)", said)[0])


def test_the_json_of_hosts_is_json_and_names_what_exists() -> None:
    blocks = [json.loads(b) for b in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert [set(b["mcpServers"]["clapvert"]) for b in blocks] == [{"command", "args"}, {"type", "url", "headers"}]
    assert blocks[0]["mcpServers"]["clapvert"]["args"] == ["mcp"]


def test_the_key_that_the_page_tells_to_make_is_one(server: tuple[str, str, Closed]) -> None:
    """`Scope.ASK` alone opens every recipe but the label's."""
    assert Access(server[2].service.settings).keys.all()[0].scopes == (Scope.ASK,)
