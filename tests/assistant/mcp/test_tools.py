"""The tools by the official client, over HTTP and over stdio: list, ask, follow up, cite, open the citation."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

pytest.importorskip("mcp", reason="needs the extra mcp")
from mcp import Client, StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from assistant.answer import Answer
from assistant.service import Service
from ingest.clock import fixed
from ingest.model.embedding import HashingEncoder
from ingest.settings import Settings
from tests.assistant.conftest import DOUBLE, opener
from tests.assistant.support import BILANS, bytes_of, faults
from tests.conftest import ingest_with, settings_in
from tests.samples import SEUILS, TODAY, edited_yaml, tiny_rule_card, write_corpus
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[3]
TOOLS = {"ask", "search", "get_passage", "verify_citation", "decide", "obligations", "label_status"}
Use = Callable[[Any], Awaitable[Any]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The tiny corpus, its threshold of 1 000 employees written as a bound too."""
    folder = tmp_path_factory.mktemp("bounded")
    write_corpus(folder / "corpus", {"cartes/csrd/regle.yaml": [tiny_rule_card()]})
    with edited_yaml(folder / "corpus" / SEUILS) as fiche:
        rule = next(s for part in fiche["sections"] for s in part["statements"] if "1 000" in s["text"])
        rule |= {"role": "regle", "polarity": "oblige", "acteur": ["producteur"]}
        rule["bounds"] = [
            {"field": "headcount", "op": "above", "value": 1000, "unit": "salariés"},
            {"field": "turnover", "op": "above", "value": 450, "unit": "M€"},
        ]
    settings = settings_in(folder)
    ingest_with(settings)
    return Service(settings, HashingEncoder(), fixed(TODAY), DOUBLE)


@pytest.fixture(scope="module")
def address(tiny: Service) -> Iterator[str]:
    with serving(tiny) as found:
        yield found


@pytest.fixture
def use(address: str) -> Callable[[Use], Any]:
    def run(what: Use) -> Any:
        async def connected() -> Any:
            async with Client(f"{address}/mcp") as client:
                return await what(client)

        return anyio.run(connected)

    return run


def test_every_tool_is_listed_read_only_and_says_what_it_returns(use: Any) -> None:
    async def look(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {t.name: t for t in use(look)}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.output_schema["type"] == "object"
        assert tool.output_schema["properties"]
        assert tool.title
        assert "context" not in tool.input_schema["properties"]
    assert "citations" in tools["ask"].output_schema["properties"]


def test_ask_follow_up_cite_and_open_the_citation(use: Any, tiny: Service) -> None:
    async def talk(client: Client) -> Any:
        first = await client.call_tool("ask", {"question": BILANS})
        second = await client.call_tool("ask", {"question": "et pour un documentaire ?", "earlier": [BILANS]})
        cited = first.structured_content["citations"][0]
        opened = await client.call_tool("get_passage", {"passage_id": cited["passage_id"]})
        checked = await client.call_tool(
            "verify_citation", {"passage_id": cited["passage_id"], "quote": cited["quote"]}
        )
        return first, second, cited, opened, checked

    first, second, cited, opened, checked = use(talk)
    answer = Answer.model_validate(first.structured_content)
    assert faults(answer, opener(tiny), tiny.snapshot.manifest.name) == []
    text = first.content[0].text
    assert text.startswith(answer.answer)
    assert all(f"[{c.n}]" in text and c.quote in text for c in answer.citations)
    after = Answer.model_validate(second.structured_content)
    assert after.understood.follow_up
    assert "documentaire" in after.understood.question.lower()
    assert cited["quote"] in opened.structured_content["text"]
    assert checked.structured_content == {
        "passage_id": cited["passage_id"], "holds": True, "quote_found": True, "status": "current", "in_force": True,
        "faults": [],
    }  # fmt: skip
    link = next(line for line in text.splitlines() if line.startswith("- [1] ")).split("](")[1].split(")")[0]
    page = httpx.get(link, trust_env=False)
    assert page.status_code == 200
    assert "<mark" in page.text, urlsplit(link)


def test_a_citation_that_was_changed_does_not_hold(use: Any) -> None:
    async def check(client: Client) -> Any:
        cited = (await client.call_tool("ask", {"question": BILANS})).structured_content["citations"][0]
        wrong = {"passage_id": cited["passage_id"], "quote": cited["quote"], "sentence": "Il faut 7 bilans carbone."}
        return [
            (await client.call_tool("verify_citation", asked)).structured_content
            for asked in (wrong, wrong | {"quote": "des mots que nul n'a écrits", "sentence": None})
        ]

    said, quoted = use(check)
    assert said["quote_found"]
    assert not said["holds"]
    assert any("7" in fault for fault in said["faults"])
    assert not quoted["quote_found"]
    assert not quoted["holds"]


def test_search_gives_passages_that_open(use: Any) -> None:
    async def look(client: Client) -> Any:
        hits = (await client.call_tool("search", {"query": "bilan carbone", "k": 3})).structured_content["hits"]
        opened = [(await client.call_tool("get_passage", {"passage_id": h["passage_id"]})) for h in hits]
        return hits, [o.structured_content["text"] for o in opened]

    hits, texts = use(look)
    assert 1 <= len(hits) <= 3
    assert [h["text"] for h in hits] == texts


def test_decide_asks_the_rules_first(use: Any, tiny: Service) -> None:
    large = {"headcount": 1200, "turnover": 5e8}

    async def look(client: Client) -> Any:
        async def decide(**asked: Any) -> Any:
            return (await client.call_tool("decide", asked)).structured_content

        found = {
            "all": await decide(given={"headcount": 12}),
            "rule": await decide(rule="csrd-publier"),
            "asked": await decide(question="Doit-on publier un rapport CSRD ?", given=large),
            "said": await decide(question="Doit-on publier un rapport CSRD avec 12 salariés ?"),
            "spared": await decide(question="Est-on dispensé de publier un rapport CSRD avec 12 salariés ?"),
        }
        shown = found["all"]["rules"][0]["shown"][0]
        found["named"] = await decide(given=large, passage_ids=[shown["passage_id"]])
        opened = (await client.call_tool("get_passage", {"passage_id": shown["passage_id"]})).structured_content
        return found, shown, opened

    found, shown, opened = use(look)
    assert all(told["by"] == "rules" and told["decided"] == [] for told in found.values())
    assert {name: told["rules"][0]["verdict"] for name, told in found.items()} == {
        "all": "no", "rule": "open", "asked": "yes", "said": "no", "spared": "no", "named": "yes",
    }  # fmt: skip
    verdicts = {name: [p["verdict"] for p in told["asked"]] for name, told in found.items() if told["asked"]}
    assert verdicts == {"asked": ["yes"], "said": ["no"], "spared": ["yes"]}
    assert found["rule"]["rules"][0]["missing"]["field"] == "headcount"
    assert opened["text"] == shown["text"]


def test_decide_reads_bounds_where_no_rule_speaks(use: Any) -> None:
    before = {"as_of": "2026-03-01"}  # the rule holds from 19 March

    async def look(client: Client) -> Any:
        async def decide(given: dict[str, float], **asked: Any) -> Any:
            return (await client.call_tool("decide", {"given": given, **before, **asked})).structured_content

        bounded = (await client.call_tool("search", {"query": "seuil 1 000 salariés", "k": 10})).structured_content
        named = [h["passage_id"] for h in bounded["hits"]]
        return (
            await decide({"headcount": 12}, passage_ids=named),
            await decide({"headcount": 1200, "turnover": 5e8}, passage_ids=named),
            await decide({"headcount": [1200, 1300]}, passage_ids=named),
            await decide({"surface": 3}),
        )

    small, large, half, nothing = use(look)
    assert small["by"] == large["by"] == "bounds"
    assert [d["verdict"] for d in small["decided"]] == ["no"]
    assert "12" in small["decided"][0]["because"][0]
    assert [t["verdict"] for t in small["together"]] == ["no"]
    assert [" ".join(why.split()) for why in large["decided"][0]["because"]] == [
        "votre effectif, 1 200 salariés, dépasse 1 000 salariés",
        "votre chiffre d'affaires, 500 M€, dépasse 450 M€",
    ]
    assert half["decided"] == []
    assert [o["field"] for o in half["open"]] == ["turnover"]
    assert nothing["by"] == "nothing"


def test_obligations_are_those_of_the_route_with_passages_that_open(use: Any, address: str) -> None:
    given = {"headcount": 1200}

    async def look(client: Client) -> Any:
        told = await client.call_tool("obligations", {"given": given})
        says = told.structured_content["missing"][0]["shown"]
        opened = [await client.call_tool("get_passage", {"passage_id": s["passage_id"]}) for s in says]
        wrong = [await client.call_tool(tool, {"given": {"taille_du_chien": 3}}) for tool in ("obligations", "decide")]
        return told, says, [o.structured_content["text"] for o in opened], wrong

    told, says, texts, wrong = use(look)
    posted = httpx.post(f"{address}/api/obligations", json={"given": given}, trust_env=False)
    assert told.structured_content == posted.json()
    assert [s["text"] for s in says] == texts
    assert "Quel est votre chiffre d'affaires ?" in told.content[0].text
    assert all(w.is_error and "fact_invalid" in w.content[0].text for w in wrong)


def test_sources_and_notices_are_resources(use: Any, tiny: Service) -> None:
    async def look(client: Client) -> Any:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        register = (await client.read_resource("clapvert://sources")).contents[0].text
        notice = next(r for r in listed if r.name.startswith("notice."))
        read = (await client.read_resource(str(notice.uri))).contents[0].text
        return listed, templates, register, notice, read

    listed, templates, register, notice, read = use(look)
    assert {str(t.uri_template) for t in templates} == {
        "clapvert://sources/{source_id}", "clapvert://passages/{passage_id}",
    }  # fmt: skip
    assert notice.name in register
    assert read.startswith(f"# {notice.title}")
    held = tiny.snapshot.by_source[notice.name]
    assert all(p.text in read for p in tiny.snapshot.passages(list(held)))
    assert len(listed) == 1 + len(tiny.snapshot.by_source)


def test_refusals_say_what_is_wrong_and_nothing_else(use: Any) -> None:
    async def ask(client: Client) -> Any:
        unknown = await client.call_tool("get_passage", {"passage_id": "nulle-part"})
        empty = await client.call_tool("ask", {"question": "   "})
        try:
            await client.read_resource("clapvert://sources/nulle-part")
        except MCPError as exc:
            return unknown, empty, str(exc)
        raise AssertionError("an unknown source was read")

    unknown, empty, missing = use(ask)
    assert unknown.is_error
    assert "passage_not_found" in unknown.content[0].text
    assert empty.is_error
    assert "Source inconnue" in missing


def test_nothing_that_a_tool_does_is_kept(tiny: Service, use: Any) -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("ask", {"question": "Quels bilans carbone pour un film au zèbre violet ?"})

    use(ask)
    assert "zèbre violet".encode() not in bytes_of(tiny.settings.data_dir)


def test_a_page_of_another_site_is_refused(address: str) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepted = {"Accept": "application/json, text/event-stream"}
    rebound = httpx.post(f"{address}/mcp", json=call, headers=accepted | {"Host": "ailleurs.example"}, trust_env=False)
    assert rebound.status_code == 421
    crossed = httpx.post(
        f"{address}/mcp", json=call, headers=accepted | {"Origin": "https://ailleurs.example"}, trust_env=False
    )
    assert crossed.status_code == 403


def test_over_stdio_the_caller_is_the_user_of_the_data_folder(tiny: Service, tmp_path: Path) -> None:
    """The command itself, as a host starts it; the double stands for the model."""
    started = tmp_path / "host.py"
    started.write_text(
        "import sys\n"
        "from assistant.mcp.server import build, on_this_machine\n"
        "from assistant.replay import Replay\n"
        "from assistant.service import Service\n"
        "from ingest.clock import fixed\n"
        "from ingest.model.embedding import HashingEncoder\n"
        "from ingest.settings import Settings\n"
        "from tests.assistant.conftest import DOUBLE\n"
        "from tests.samples import TODAY\n"
        "service = Service(Settings(_env_file=None), HashingEncoder(), fixed(TODAY), DOUBLE)\n"
        "service.workbench.create('local', 'label-ecoprod', 'Court métrage') if service.frameworks else None\n"
        "build(service, Replay(service), on_this_machine(None)).run('stdio')\n",
        encoding="utf-8",
    )
    folders = {f"CLAPVERT_{n.upper()}": str(getattr(tiny.settings, n)) for n in ("data_dir", "model_dir", "corpus_dir")}
    host = StdioServerParameters(
        command=sys.executable,
        args=[str(started)],
        env={**os.environ, **folders, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )

    async def talk() -> Any:
        async with Client(stdio_client(host)) as client:
            listed = {t.name for t in (await client.list_tools()).tools}
            answer = await client.call_tool("ask", {"question": BILANS})
            status = await client.call_tool("label_status", {})
            return listed, answer, status

    listed, answer, status = anyio.run(talk)
    assert listed == TOOLS
    assert answer.structured_content["citations"]
    assert not status.is_error


@pytest.mark.nightly
def test_the_command_itself_over_stdio(real: Service) -> None:
    """`clapvert mcp` as a host starts it: the real corpus and the real model; stdout is the protocol's alone."""
    folders = {f"CLAPVERT_{n.upper()}": str(getattr(real.settings, n)) for n in ("data_dir", "model_dir", "corpus_dir")}
    host = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from assistant.commands.mcp import mcp; mcp()"],
        env={**os.environ, **folders, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    asked = "Ma boîte de prod de 12 salariés doit-elle publier un rapport CSRD en 2026 ?"

    async def talk() -> Any:
        async with Client(stdio_client(host)) as client:
            first = await client.call_tool("ask", {"question": asked})
            after = await client.call_tool("ask", {"question": "et avec 1 800 salariés ?", "earlier": [asked]})
            return first, after, await client.list_resources()

    first, after, listed = anyio.run(talk)
    assert [item["said"] for item in first.structured_content["understood"]["case"]][:1] == ["12 salariés"]
    assert first.structured_content["citations"]
    assert after.structured_content["understood"]["case"]
    assert len(listed.resources) > 90


def test_the_command_tells_what_it_needs(use_settings: Settings) -> None:
    from click.testing import CliRunner

    from assistant.commands.mcp import mcp

    result = CliRunner().invoke(mcp)
    assert result.exception is not None
    assert getattr(result.exception, "code", None) == "index_missing"
