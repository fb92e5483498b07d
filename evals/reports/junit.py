"""A report as JUnit XML, for what already shows test results: one test case a question.

Guarantee: well-formed whatever a question or an answer holds (what XML cannot carry is left out). A question that did
not pass is a failure that says what is missing; one that could not be judged is an error.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Mapping[str, Any]) -> str:
    """The XML of a report (`REPORT` of `evals.running.runs`), a suite a domain."""
    by_domain: dict[str, list[Mapping[str, Any]]] = {}
    for q in report["questions"]:
        by_domain.setdefault(q["domain_label"], []).append(q)
    root = ET.Element("testsuites", {"name": "clapvert", **_counts(report["questions"])})
    for domain, rows in sorted(by_domain.items()):
        suite = ET.SubElement(root, "testsuite", {"name": _fit(domain), **_counts(rows)})
        if at := report["run"].get("at"):
            suite.set("timestamp", str(at)[:19])
        for q in sorted(rows, key=lambda q: str(q["id"])):
            suite.append(_case(q))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(q: Mapping[str, Any]) -> ET.Element:
    case = ET.Element(
        "testcase",
        {"classname": _fit(f"{q['domain']}.{q['kind']}"), "name": _fit(f"{q['id']} {q['question']}"),
         "time": f"{(q['ms'] or 0) / 1000:.3f}"},
    )  # fmt: skip
    if q["verdict"] == "unscored":
        _told(case, "error", "non jugée", q["checks"][0]["detail"])
    elif q["verdict"] == "failed":
        wrong = [c for c in q["checks"] if c["ok"] is False]
        first = " ; ".join(f"{c['label']} : non ({c['detail']})" for c in wrong if c["counts"])
        lines = [f"{c['label']} : non. {c['detail']}".strip() for c in wrong]
        _told(case, "failure", f"{'VITALE. ' if q['must_pass'] else ''}{first}", "\n".join(lines))
    if q["answer"]:
        ET.SubElement(case, "system-out").text = _fit(f"[{q['outcome']}] {q['answer']}")
    return case


def _told(case: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, {"message": _fit(message), "type": tag}).text = _fit(text)


def _counts(rows: list[Mapping[str, Any]]) -> dict[str, str]:
    verdicts = [q["verdict"] for q in rows]
    return {
        "tests": str(len(rows)), "failures": str(verdicts.count("failed")), "errors": str(verdicts.count("unscored")),
        "time": f"{sum(q['ms'] or 0 for q in rows) / 1000:.3f}",
    }  # fmt: skip


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)
