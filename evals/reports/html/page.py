"""The report as one page: style and script within, nothing fetched, everything escaped.

Guarantee: what a question, an answer or a source holds is text, never markup. The page carries its own content policy
(nothing runs but its one style and its one script, by their hashes), and `served_csp` gives the same policy to the
server that shows it, which so needs no exception to « no inline ». Only http and https addresses become links.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from assistant.reading.dates import say_date
from evals.reports.html import charts
from evals.reports.questions import KIND_LABELS, OUTCOME_LABELS, REASON_LABELS

_FOLDER = Path(__file__).resolve().parent
_MARK = re.compile(r"\[(\d+)\]")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_CHANGES = {"lost": "perdue", "won": "gagnée", "reworded": "dite autrement"}
_VERDICTS = {"passed": "juste", "failed": "manquée", "unscored": "non jugée"}


def page(report: Mapping[str, Any]) -> str:
    """The page of a report (`REPORT` of `evals.running.runs`)."""
    env = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "pc": charts.percent, "num": charts.number, "prose": prose, "safe_url": safe_url, "spread": spread,
        "points": points, "day": day, "french": french,
    }  # fmt: skip
    questions = report["questions"]
    return env.get_template("page.html.j2").render(
        r=report,
        run=report["run"],
        charts=charts,
        compared=word_diff,
        style=charts.trusted(_asset("report.css")),
        script=charts.trusted(_asset("report.js")),
        csp=csp(),
        headlines=_headlines(report),
        kinds={k: v for k, v in KIND_LABELS.items() if any(q["kind"] == k for q in questions)},
        domains=dict(sorted({q["domain"]: q["domain_label"] for q in questions}.items())),
        outcomes=OUTCOME_LABELS,
        reasons=REASON_LABELS,
        changes=_CHANGES,
        verdicts=_VERDICTS,
        counts={v: sum(q["verdict"] == v for q in questions) for v in _VERDICTS},
        changed={c: sum(q["change"] == c for q in questions) for c in _CHANGES},
    )


def csp() -> str:
    """The policy under which the page works: its own style and script, by their hashes, and nothing else."""
    style, script = (_hash(_asset(name)) for name in ("report.css", "report.js"))
    return f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"


def served_csp() -> str:
    """The policy to send with the page over HTTP."""
    return f"{csp()}; frame-ancestors 'none'"


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _headlines(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    names = [h["name"] for h in report["run"]["headlines"]]
    found = {m["name"]: m for m in report["metrics"]}
    return [found[n] for n in names if found[n]["value"] is not None]


def prose(text: str, ident: str) -> Markup:
    """An answer: escaped, its paragraphs and lines, its strong words and its markers kept."""
    out = []
    for block in str(escape(text)).split("\n\n"):
        marked = _MARK.sub(lambda m: f'<a class="cite" href="#{escape(ident)}-c{m[1]}">[{m[1]}]</a>', block)
        out.append("<p>" + _BOLD.sub(r"<strong>\1</strong>", marked).replace("\n", "<br>") + "</p>")
    return charts.trusted("".join(out))


def word_diff(before: str, after: str) -> Markup:
    """The second text with what the first one said differently struck out, word by word."""
    old, new = before.split(), after.split()
    out = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal" and i2 > i1:
            out.append(f"<del>{escape(' '.join(old[i1:i2]))}</del>")
        if j2 > j1:
            said = escape(" ".join(new[j1:j2]))
            out.append(str(said) if tag == "equal" else f"<ins>{said}</ins>")
    return charts.trusted(" ".join(out))


def safe_url(url: str | None) -> str | None:
    """An address that may become a link."""
    return url if url and re.match(r"https?://", url, re.IGNORECASE) else None


def spread(e: Mapping[str, Any]) -> str:
    """« [85,6 – 91,1] »; nothing when there is no interval."""
    if e["low"] is None:
        return ""
    low, high = (charts.percent(e[k]).removesuffix(" %") for k in ("low", "high"))
    return f"[{low} – {high}]"


def points(d: Mapping[str, Any]) -> str:
    """A difference in points, with its interval."""
    value, low, high = (f"{100 * d[k]:+.1f}".replace(".", ",").replace("-", "−") for k in ("value", "low", "high"))
    return f"{value} [{low} ; {high}]"


def day(at: str | None) -> str:
    """« 25 novembre 2026 à 09:00 UTC »."""
    return f"{french(at[:10])} à {at[11:16]} UTC" if at else ""


def french(iso: str | None) -> str:
    """« 25 novembre 2026 »."""
    return say_date(date.fromisoformat(iso), "fr") if iso else "–"
