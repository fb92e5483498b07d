"""A small report for tests: three questions (one right, one wrong, one that crashed), and a base that answered better."""

from __future__ import annotations

from typing import Any

from evals.reports.data import report, row_of
from evals.running.catalogue import Catalogue, Held
from evals.running.runner import Record, Run
from evals.scoring.compare import compare
from evals.scoring.scores import score_run
from tests.evals.samples import FORFAIT, answer, expected, golds_of, passage

OTHER = passage("Le bonus vaut 10 000 € par série.", "bonus", topic="bonus")
HOSTILE = "<script>alert(1)</script> & « Combien ? » </details>"
ABOUT = {
    "snapshot": "s", "passages": 2, "model": "m", "machine": "essai", "today": "2026-11-25",
    "settings": {"scope": {"not_found": -1.0}},
}  # fmt: skip


def small_run(wrong: str = "Le bonus vaut 10 000 € par série. [1]") -> Run:
    good = answer("Le forfait est de 28 000 €. [1]", [FORFAIT])
    bad = answer(wrong, [OTHER])
    none = expected("Qui a gagné ?", kind="out_of_scope", outcome="abstained", must_include=[], facts=[], topic="jeu")
    records = [
        Record("q-1", expected(), good, ["forfait", "bonus"]),
        Record("q-2", expected(HOSTILE, must_pass=True), bad, ["bonus", "forfait"]),
        Record("q-3", expected("Et ceci ?"), None, error="ValueError: <b>essai</b>"),
        Record("q-4", none, answer("Rien.", outcome="abstained", reason="out_of_scope")),
    ]
    held = {"forfait": Held("cnc", "forfait", "notice.essai", FORFAIT.text),
            "bonus": Held("cnc", "bonus", "notice.essai", OTHER.text),
            "loin": Held("label", "loin", "notice.essai", "Un énoncé que rien n'atteint.")}  # fmt: skip
    catalogue = Catalogue(held, {"rga:0": "rga, art. 0", "rga:9": "rga, art. 9"})
    passages = {p.id: p for p in (FORFAIT, OTHER)}
    return Run(records, golds_of([FORFAIT]), passages, 1.0, dict(ABOUT), catalogue)


def small_report(**extra: Any) -> dict[str, Any]:
    run, base = small_run(), small_run("Le forfait est de 28 000 €. [1]")
    scores = score_run(run)
    row = {"id": "essai", "at": "2026-11-25T09:00:00+00:00", **row_of(run, scores)}
    return report(run, scores, row, compare(base, run), "base", [row, row | {"at": "2026-11-25T10:00:00+00:00"}], extra)
