"""A reading told: as data for `eval report` and as tables for the terminal. « Forwarded » is the headline.

Guarantee: built from a sheet's folder alone; without verdicts it says so, and no rate is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from evals.reading.predictors import predictors
from evals.reading.rates import agreement, cluster, gain, rates
from evals.reading.sheet import read_sheet
from evals.reading.verdicts import Grade, all_verdicts
from evals.reports.report import percent, spread, table
from evals.scoring.statistics import Difference, Estimate
from ingest.errors import ClapvertError, ErrorCode


def reading_data(folder: Path, base: str | None = None) -> dict[str, Any]:
    """Rates, gains, agreements and predictors of a reading, JSON-ready; `BAD_REQUEST` when `base` is not one of its
    runs."""
    items, key = read_sheet(folder)
    readings = all_verdicts(folder)
    runs = sorted({o.run for o in key.values()})
    if base and base not in runs:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"Run absent de cette feuille : {base}.", f"Runs : {', '.join(runs)}."
        )
    base = base or runs[0]
    found = []
    for r in rates(key, readings):
        found.append(
            {
                "reader": r.reader,
                "run": r.run,
                "grades": {g.value: r.grades.get(g, 0) for g in Grade},
                "forwarded": r.forwarded.as_dict(),
                "asks": r.asks.as_dict(),
                "bad": r.bad.as_dict(),
                "by_kind": {k: e.as_dict() for k, e in r.by_kind.items()},
            }
        )
    gains = [
        {"reader": v.reader, "base": base, "candidate": run} | d.as_dict()
        for v in readings
        for run in runs
        if run != base and (d := gain(key, v, base, run)) is not None
    ]
    agreements = [asdict(a) for one, other in combinations(readings, 2) if (a := agreement(one, other))]
    by_key = {i.key: i for i in items}
    predicted = []
    for v in readings:
        keys = [k for k in v.verdicts if k in by_key and by_key[k].expected]
        good = [v.verdicts[k].grade.forwarded for k in keys]
        found_by = predictors([by_key[k] for k in keys], good, [cluster(key[k]) for k in keys])
        predicted.append({"reader": v.reader, "measures": [asdict(p) for p in found_by]})
    return {
        "folder": folder.name, "answers": len(items), "runs": runs, "rates": found, "gains": gains,
        "agreements": agreements, "predictors": predicted,
    }  # fmt: skip


def reading_report(told: Mapping[str, Any]) -> str:
    """The tables of a reading."""
    if not told["rates"]:
        return f"{told['answers']} réponses, aucun verdict encore."
    rows = [
        [f"{r['run']}, lu par {r['reader']}", _spread(r["forwarded"]), _spread(r["asks"]), _spread(r["bad"]),
         *(str(r["grades"][g.value]) for g in Grade)]
        for r in told["rates"]
    ]  # fmt: skip
    header = ["Envoyé tel quel, %", "de tout", "des demandes", "mauvais", *(g.value for g in Grade)]
    parts = [table(header, rows)]
    kinds = sorted({k for r in told["rates"] for k in r["by_kind"]})
    cells = [
        [k, *(f"{_spread(r['by_kind'][k])} {r['by_kind'][k]['n']:4}" if k in r["by_kind"] else "–"
              for r in told["rates"])]
        for k in kinds
    ]  # fmt: skip
    parts += ["", table(["Par genre, %, n", *(f"{r['run']}/{r['reader']}" for r in told["rates"])], cells)]
    for g in told["gains"]:
        d = Difference(**{k: g[k] for k in ("base", "candidate", "value", "low", "high", "n")})
        parts += [
            "",
            f"{g['reader']} : {told['runs']} écart apparié {100 * d.value:+.1f} points "
            f"[{100 * d.low:+.1f} ; {100 * d.high:+.1f}], n {d.n} (base {percent(d.base)}, "
            f"candidat {percent(d.candidate)}).",
        ]
    for a in told["agreements"]:
        shown = "–" if a["kappa"] is None else f"{a['kappa']:.2f}"
        parts += [
            "",
            f"Accord de {' et '.join(a['readers'])} : {percent(a['forwarded'])} sur « envoyé tel quel » "
            f"(kappa {shown}), {percent(a['same_grade'])} sur le verdict même, n {a['n']}.",
        ]
    for p in told["predictors"]:
        if p["measures"]:
            lines = [[m["name"], f"{m['auc']:.2f}", f"[{m['low']:.2f} – {m['high']:.2f}]"] for m in p["measures"]]
            parts += ["", table([f"Ce qui prédit {p['reader']}", "AUC", "95 %"], lines)]
    return "\n".join(parts)


def _spread(e: Mapping[str, Any]) -> str:
    return spread(Estimate(e["value"], e["low"], e["high"], e["n"]))
