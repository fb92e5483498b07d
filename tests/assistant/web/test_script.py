"""The script of the conversation, run by node over a stand-in for a browser: an answer as it comes, then whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.api.stream import tokens
from tests.assistant.answers import MARKDOWN, answer
from tests.assistant.web.test_answer import html_of
from tests.assistant.web.test_page import STATIC

HERE = Path(__file__).parent
SCRIPT = """
import {{ read }} from {dom};
const {{ pendingTurn, showPassages, showSentence, showAnswer }} = await import({turn});
const {{ plainText }} = await import({format});
const {{ answer, tokens }} = await read();
const tools = {{ open() {{}}, ask() {{}}, edit() {{}}, domainLabel: (d) => d, rating: null }};
const turn = pendingTurn(answer.question);
showPassages(turn, {{ passages: [], understood: answer.understood }}, tools);
const coming = tokens.map((text) => {{ showSentence(turn, text); return turn.querySelector(".prose").html(); }});
showAnswer(turn, answer, tools);
console.log(JSON.stringify({{ coming, whole: turn.html(), plain: plainText(answer) }}));
"""
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node runs the modules of the page")


def run(a: Answer) -> dict[str, list[str] | str]:
    paths = {"dom": HERE / "dom.mjs", "turn": STATIC / "turn.js", "format": STATIC / "format.js"}
    script = SCRIPT.format(**{name: json.dumps(path.as_uri()) for name, path in paths.items()})
    given = json.dumps({"answer": a.model_dump(mode="json", by_alias=True), "tokens": tokens(a.answer)})
    node = ["node", "--input-type=module", "--eval", script]
    ran = subprocess.run(node, input=given, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    out: dict[str, list[str] | str] = json.loads(ran.stdout)
    return out


def shape(html: str) -> list[str]:
    return re.findall(r"<(p|ol|ul|li|strong)>", html)


def bare(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("&#39;", "'")).strip()


def prose(html: str) -> str:
    return re.findall(r'<div class="prose">(.*?)</div>', html, re.DOTALL)[0]


def test_the_page_and_the_server_show_the_same_prose() -> None:
    whole = run(answer())["whole"]
    assert isinstance(whole, str)
    assert shape(prose(whole)) == shape(prose(html_of(answer())))
    assert bare(prose(whole)).replace(" ", "") == bare(prose(html_of(answer()))).replace(" ", "")


def test_it_comes_in_the_shape_that_it_keeps() -> None:
    out = run(answer())
    coming, whole = out["coming"], out["whole"]
    assert isinstance(whole, str)
    assert len(coming) == len(tokens(MARKDOWN)) == 6
    assert [len(shape(c)) for c in coming] == sorted(len(shape(c)) for c in coming), "what is shown stays"
    assert bare(coming[-1]) == bare(prose(whole))


def test_what_to_do_and_the_figures_of_the_case() -> None:
    out = run(answer())
    whole, plain = out["whole"], out["plain"]
    assert isinstance(whole, str)
    assert isinstance(plain, str)
    (todo,) = re.findall(r'<section class="todo">(.*?)</section>', whole)
    assert bare(todo) == "À faire Écrire au parc. 2 échéance : 31 décembre 2026 Garder la preuve. 1"
    assert "effectif : 12 salariés" in bare(whole)
    assert "- Écrire au parc. [2] (échéance : 31 décembre 2026)" in plain.replace("\u00a0", " ")
    assert "**" not in plain
    assert 'class="todo"' not in str(run(answer(next=[]))["whole"])


def test_text_is_text() -> None:
    odd = "<script>alert(1)</script> **<b>gras</b>** [9]\n\n- <img src=x>\n- deux [1]"
    assert not re.search(r"<(?:script|b|img)\b", str(run(answer(answer=odd))["whole"]))
