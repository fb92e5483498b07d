"""Plain-text account of a calibration."""

from __future__ import annotations

from dataclasses import asdict

from evals.fitting.calibration import Calibration
from evals.fitting.scope_fit import OURS_SAID_FOREIGN
from evals.reports.report import change, percent, table
from evals.scoring.metrics import BY_NAME
from evals.scoring.statistics import Difference

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
    """What was fitted, the trade-off, and the development split before and after."""
    r, s = c.ranking, c.scope
    verdict = "retenus" if r.better else "non retenus : les poids actuels restent"
    parts = [
        f"Classement : {r.questions} questions, rappel vers les poids actuels {r.pull}. Hors pli (plis par sujet) :",
        _line("un bon énoncé en tête", r.first),
        _line("un bon énoncé dans les trois", r.top3),
        f"  dans l'échantillon : {percent(r.in_fold.value)} % en tête. Poids ajustés {verdict}.",
        "",
        _changed(c),
        "",
        f"Portée : {s.out_of_domain} questions hors domaine contre {s.answerable} qui ont une réponse ; "
        f"AUC hors pli {s.auc:.3f} (poids actuels {s.auc_before:.3f}). {_weights(c)}",
        f"Coûts : refus à tort {c.costs.refused:g}, réponse à tort {c.costs.answered:g}. Sous `out_of_scope`, au plus "
        f"{percent(OURS_SAID_FOREIGN)} % des questions du domaine.",
        "",
        _curve(c),
        "",
        "Partie de développement, chaîne entière (le candidat y a été ajusté : à confirmer sur la partie de test) :",
        _before_after(c),
    ]
    return "\n".join(parts)


def _weights(c: Calibration) -> str:
    s = c.scope
    costs = f"au meilleur seuil, coût {s.chosen.cost:.3f} contre {s.other.cost:.3f}"
    return f"Poids ajustés retenus : {costs}." if s.adopted else "Poids actuels gardés, seuils revus."


def _line(label: str, d: Difference) -> str:
    return f"  {label} : {percent(d.base)} → {percent(d.candidate)} %, écart {change(d)} points"


def _changed(c: Calibration) -> str:
    before, after = asdict(c.start), asdict(c.config)
    rows = [
        [f"{stage}.{name}", f"{before[stage][name]:g}", f"{after[stage][name]:g}"]
        for stage in ("selection", "abstain")
        for name in before[stage]
        if before[stage][name] != after[stage][name]
    ]
    return table(["réglage", "actuel", "conseillé"], rows) if rows else "Aucun réglage ne change."


def _curve(c: Calibration) -> str:
    s = c.scope
    rows = [
        [
            f"{p.threshold:.2f}{' ←' if p == s.chosen else ''}",
            percent(p.refused),
            percent(p.wrongly_answered),
            f"{p.cost:.3f}",
        ]
        for p in c.points()
    ]
    b = s.start
    rows.append([f"actuel ({b.threshold:g})", percent(b.refused), percent(b.wrongly_answered), f"{b.cost:.3f}"])
    return table(["seuil `not_found`", "refus à tort %", "réponses à tort %", "coût"], rows)


def _before_after(c: Calibration) -> str:
    rows = []
    for name in _TOLD:
        if d := c.change.metrics.get(name):
            rows.append([BY_NAME[name].label, percent(d.base), percent(d.candidate), change(d), str(d.n)])
    return table(["%", "avant", "après", "écart [95 %], points", "n"], rows)
