"""Reports: the data, the page, JUnit, what is kept, what was read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from evals.reading.verdicts import take
from evals.reports.html import charts
from evals.reports.html.page import page, prose, safe_url, served_csp, word_diff
from evals.reports.junit import junit
from evals.running.runs import folder_of, load_index
from tests.evals.conftest import Invoke
from tests.evals.reading.samples import sheet_in
from tests.evals.small_reports import HOSTILE, small_report
from tests.samples import TODAY


def by_id(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {q["id"]: q for q in report["questions"]}


def test_a_failed_question_says_what_is_missing_and_where_it_went_wrong() -> None:
    report = small_report()
    q = by_id(report)
    assert [q[f"q-{n}"]["verdict"] for n in (1, 2, 3, 4)] == ["passed", "failed", "unscored", "passed"]
    assert {c["code"]: c["detail"] for c in q["q-2"]["checks"] if c["ok"] is False} == {
        "coverage": "manque : « 28 000 »",
        "pinpoint": "aucun énoncé cité ne porte le fait",
    }
    assert (q["q-2"]["stage"], q["q-2"]["rank"], q["q-3"]["stage"], q["q-1"]["stage"]) == ("choice", 2, "crash", None)
    assert {s["name"]: (s["n"], s["must_pass"]) for s in report["stages"] if s["n"]} == {
        "crash": (1, 0), "choice": (1, 1),
    }  # fmt: skip


def test_what_needs_reading_comes_first_and_the_base_is_beside_it() -> None:
    report = small_report()
    assert report["questions"][0]["id"] == "q-2"
    assert report["questions"][0]["change"] == "lost"
    assert "28 000" in report["questions"][0]["base_answer"]
    assert report["gate"]["passed"] is False
    assert report["gate"]["lost"] == 1
    assert any(f["code"] == "must_pass" for f in report["gate"]["failures"])
    changes = {m["name"]: m["change"] for m in report["metrics"]}
    assert changes["passed"]["base"] > changes["passed"]["candidate"]


def test_the_recall_curve_ends_where_recall_does() -> None:
    recall = {p["k"]: p["value"] for p in small_report()["recall"]}
    assert recall == {1: 0.5, 2: 1.0}


def test_every_figure_is_json_without_nan() -> None:
    assert json.loads(json.dumps(small_report(), allow_nan=False))["clapvert_report"] == 1


def test_the_page_holds_hostile_text_as_text() -> None:
    html = page(small_report())
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<b>essai" not in html
    assert html.count("<script>") == html.count("</script>") == 1


def test_the_page_fetches_nothing_and_its_policy_names_its_own_style_and_script() -> None:
    html = page(small_report())
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in served_csp()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert policy[1].replace("&#39;", "'") == served_csp().removesuffix("; frame-ancestors 'none'")
    assert not re.search(r"\s(?:style|on\w+)=", html)
    assert not re.search(r"<(?:link|img|iframe|object|embed)\b|\ssrc=|url\(|@import", html)


def test_the_page_can_be_written_of_little() -> None:
    report = small_report()
    report |= {"recall": [], "base": None, "gate": None, "trend": [], "slices": [], "stages": []}
    report["latency"] |= {"n": 0, "bins": []}
    report["questions"] = [q | {"change": None, "base_answer": None} for q in report["questions"]]
    assert "554" not in page(report)


def test_charts_say_what_they_show() -> None:
    report = small_report()
    for chart in (charts.recall(report["recall"]), charts.latency(report["latency"]),
                  charts.trend(report["trend"], "passed")):  # fmt: skip
        root = ET.fromstring(str(chart))
        assert root.get("role") == "img"
        assert root.get("aria-label")
    assert str(charts.interval({"value": None})) == ""


def test_only_web_addresses_become_links() -> None:
    assert safe_url("https://example.org/a") == "https://example.org/a"
    assert [safe_url(u) for u in ("javascript:alert(1)", "data:text/html,x", "", None)] == [None] * 4


def test_the_difference_is_told_word_by_word() -> None:
    told = str(word_diff("le forfait <b> est 10", "le forfait est 28"))
    assert told == "le forfait <del>&lt;b&gt;</del> est <del>10</del> <ins>28</ins>"


def test_lines_of_an_answer_stay_lines() -> None:
    told = str(prose("**Étapes** : à suivre. [1]\n\n1. Déposer. [1]\n2. <b>Payer</b>. [2]", "q-1"))
    assert told.count("<p>") == 2
    assert "<strong>Étapes</strong>" in told
    assert "<br>2. &lt;b&gt;Payer" in told


def test_a_reading_heads_the_report(invoke: Invoke, tmp_path: Path) -> None:
    sheet, run, html = tmp_path / "feuille", tmp_path / "a.jsonl", tmp_path / "r.html"
    sheet.mkdir()
    items, key = sheet_in(sheet)
    invoke("run", "--out", str(run))
    unread = invoke("report", str(run), "--reading", str(sheet))
    assert f"{len(items)} réponses, aucun verdict encore." in unread.stdout
    take(sheet, {i.key: "forward" if n % 2 else "poor" for n, i in enumerate(items)}, "lea", TODAY, key)
    done = invoke("report", str(run), "--reading", str(sheet), "--html", str(html), "--json", str(tmp_path / "r.json"))
    assert done.stdout.startswith("Envoyé tel quel, %")
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))["reading"]
    assert {(r["reader"], r["run"]) for r in told["rates"]} == {("lea", "avant"), ("lea", "apres")}
    assert sum(r["forwarded"]["n"] for r in told["rates"]) == len(items)
    page_text = html.read_text("utf-8")
    assert page_text.index("avant, lea") < page_text.index("En bref</h2>")
    assert "Personne n'a lu" in page(small_report())


def test_junit_is_well_formed_whatever_it_holds() -> None:
    report = small_report()
    report["questions"][0]["answer"] = "avant\x00\x0b\ud800 après ]]>"
    root = ET.fromstring(junit(report))
    assert root.attrib | {"time": ""} == {"name": "clapvert", "tests": "4", "failures": "1", "errors": "1", "time": ""}
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message", "").startswith("VITALE. Faits attendus : non (manque : « 28 000 »)")
    case = next(c for c in root.iter("testcase") if c.find("failure") is not None)
    assert HOSTILE in case.get("name", "")
    assert case.findtext("system-out") == "[answered] avant après ]]>"


def test_a_run_is_kept_with_its_report(invoke: Invoke, use_settings: Any, tmp_path: Path) -> None:
    for _ in range(2):
        assert "Run :" in invoke("run").stdout
    rows = load_index(folder_of(use_settings.data_dir))
    assert len(rows) == 2
    assert rows[0]["csp"] == served_csp()
    kept = json.loads((use_settings.data_dir / "runs" / rows[0]["files"]["report"]).read_text("utf-8"))
    assert len(kept["trend"]) == 2
    assert kept["coverage"]["statements"] == 15
    assert invoke("run", "--no-keep").exit_code == 0
    assert len(load_index(folder_of(use_settings.data_dir))) == 2


def test_the_app_serves_the_page_of_a_kept_run_under_its_policy(
    invoke: Invoke, use_settings: Any, service: Any
) -> None:
    from fastapi.testclient import TestClient

    from assistant.app import create_app

    invoke("run")
    (row,) = load_index(folder_of(use_settings.data_dir))
    client = TestClient(create_app(service), base_url="http://127.0.0.1")
    listed, shown = client.get("/evals"), client.get(f"/evals/{row['id']}/rapport")
    assert row["id"] in listed.text
    assert shown.status_code == 200
    assert shown.headers["content-security-policy"] == served_csp()
    assert '<h2 id="questions">' in shown.text


def test_report_writes_what_is_asked(invoke: Invoke, use_settings: Any, tmp_path: Path) -> None:
    base = str(tmp_path / "base.jsonl")
    invoke("run", "--out", base)
    names = {kind: tmp_path / "out" / f"r.{kind}" for kind in ("html", "junit", "json")}
    done = invoke("report", "last", base, *(x for k, f in names.items() for x in (f"--{k}", str(f))))
    assert done.exit_code == 0
    assert "Aucun recul" in done.stdout
    assert "Énoncés par domaine" in done.stdout
    assert json.loads(names["json"].read_text("utf-8"))["run"]["questions"] == 5
    assert ET.parse(names["junit"]).getroot().get("tests") == "5"
    assert "Content-Security-Policy" in names["html"].read_text("utf-8")


@pytest.mark.parametrize("content", ['{"clapvert_judges": 9}', "[]", "x"])
def test_broken_verdicts_are_named(content: str, tmp_path: Path) -> None:
    from evals.scoring.judges import load_verdicts
    from ingest.errors import ClapvertError

    (tmp_path / "a.judges.json").write_text(content, encoding="utf-8")
    with pytest.raises(ClapvertError, match="verdicts"):
        load_verdicts(tmp_path / "a.judges.json")
