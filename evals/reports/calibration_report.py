"""Plain-text account of a calibration."""

from __future__ import annotations

from dataclasses import asdict

from evals.fitting.calibration import Calibration
from evals.fitting.kinds_fit import KindsFit
from evals.reports.report import change, percent, spread, table
from evals.scoring.compare import Comparison
from evals.scoring.metrics import BY_NAME

_TOLD = (
    "passed",
    "must_pass",
    "coverage",
    "refused",
    "wrongly_answered",
    "pinpoint",
    "off_topic",
    "temporal",
    "dialogue",
)


def calibration_report(c: Calibration) -> str:
    """What was fitted and what it is worth, then the reference set before and after."""
    m = c.match
    d = m.out_of_fold
    verdict = "retenus" if m.adopted else "non retenus : les poids actuels restent"
    parts = [
        f"Options : {m.questions} questions. Justesse de la première option, face à la meilleure qu'il y a, hors pli "
        "(plis par sujet) :",
        f"  {percent(d.base)} → {percent(d.candidate)} %, écart {change(d)} points ; dans l'échantillon "
        f"{percent(m.in_fold)} %.",
        f"Poids ajustés {verdict}.",
        "",
        _weights(c),
    ]
    if c.change:
        parts += ["", "Jeu de référence, chaîne entière (le candidat y a été ajusté : à lire sur un jeu scellé) :"]
        parts.append(_before_after(c.change))
    return "\n".join(parts)


def kinds_report(k: KindsFit) -> str:
    """How often the head agrees with the cards."""
    return (
        f"Genres de question : {k.examples} formulations. Le genre le plus probable est l'un de ceux de la "
        f"carte : {spread(k.out_of_fold)} % hors pli (plis par carte), {percent(k.in_fold.value)} % dans l'échantillon."
    )


def _weights(c: Calibration) -> str:
    before, after = asdict(c.start.match), asdict(c.match.config)
    rows = [[f"match.{n}", f"{before[n]:g}", f"{after[n]:g}"] for n in before if before[n] != after[n]]
    return table(["poids", "actuel", "ajusté"], rows) if rows else "Aucun poids ne change."


def _before_after(found: Comparison) -> str:
    rows = []
    for name in _TOLD:
        if d := found.metrics.get(name):
            rows.append([BY_NAME[name].label, percent(d.base), percent(d.candidate), change(d), str(d.n)])
    return table(["%", "avant", "après", "écart [95 %], points", "n"], rows)
