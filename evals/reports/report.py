"""Plain-text tables of a run, of a comparison, of judges and of the verifier."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.running.runner import Record, Run
from evals.scoring.compare import SLICED, Comparison, dropped, gained
from evals.scoring.metrics import BY_NAME, METRICS, errors_by_class, estimates, latency, words
from evals.scoring.scores import Scores
from evals.scoring.statistics import Difference, Estimate
from evals.verifier_set import JudgedCase, lines

_STAGE_NAMES = {
    "understand": "comprendre", "retrieve": "chercher", "compose": "composer", "verify": "vérifier",
    "total": "ensemble",
}  # fmt: skip


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns aligned: the first to the left, the others to the right."""
    grid = [list(header), *(list(r) for r in rows)]
    widths = [max(len(row[i]) for row in grid) for i in range(len(header))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in grid
    ]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])


def percent(value: float | None) -> str:
    """A share as a percentage, « – » when nothing was judged."""
    return "–" if value is None else f"{100 * value:.1f}"


def spread(e: Estimate) -> str:
    """« value [low – high] », in percent."""
    if e.low is None or e.high is None:
        return percent(e.value)
    return f"{percent(e.value)} [{percent(e.low)} – {percent(e.high)}]"


def run_report(run: Run, scores: Scores, left_out: Mapping[str, int]) -> str:
    """The table of a run, intervals at 95 %."""
    found = estimates(scores)
    rows = [
        [f"{m.label}{' ↓' if m.better < 0 else ''}", f"{spread(found[m.name])} {found[m.name].n:5}"] for m in METRICS
    ]
    parts = [table(["%  (intervalles à 95 %)", "n"], rows), "", _classes(scores), "", _latency(run, scores)]
    if scores.unscored:
        parts += ["", f"Non jugées : {len(scores.unscored)}"]
        parts += [f"  {i} : {why}" for i, why in list(scores.unscored.items())[:10]]
    if left_out:
        counts = ", ".join(f"{domain} {n}" for domain, n in sorted(left_out.items()))
        parts += ["", f"Laissées de côté, domaine absent de l'index : {counts}."]
    about = run.about
    parts += [
        "",
        f"{len(run.records)} questions en {run.seconds:.1f} s ; index {about.get('snapshot')}, "
        f"{about.get('passages')} passages ; {about.get('model')} ({about.get('dtype')}) ; "
        f"{about.get('machine')} ; au {about.get('today')}.",
    ]
    return "\n".join(parts)


def _classes(scores: Scores) -> str:
    rows = [
        [f"{kind}, {BY_NAME[error].label.lower()}", f"{spread(e)} {e.n:5}"]
        for kind, errors in errors_by_class(scores).items()
        for error, e in errors.items()
        if e.n
    ]
    return table(["Erreurs d'abstention, par classe", "n"], rows)


def _latency(run: Run, scores: Scores) -> str:
    def ms(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}"

    rows = [[_STAGE_NAMES[stage], ms(t["p50"]), ms(t["p95"])] for stage, t in latency(run).items()]
    length = words(scores)
    rows.append(["mots par réponse", *("–" if length[p] is None else f"{length[p]:.0f}" for p in ("p50", "p95"))])
    return table(["Millisecondes par étape", "p50", "p95"], rows)


def misses(run: Run, scores: Scores, width: int = 110) -> str:
    """Every question that did not pass, with what was expected and what was answered."""
    records = {r.id: r for r in run.records}
    out = []
    for ident, row in scores.rows.items():
        if row.score.passed:
            continue
        record = records[ident]
        assert record.answer is not None
        marks = [
            *(["VITALE"] if row.score.must_pass else []),
            *(f"{n} {row.retrieval[n]:.0f}" for n in ("recall@5", "recall@30") if n in row.retrieval),
        ]
        out.append(f"✗ {ident} ({', '.join([row.score.kind, *marks])}) {record.expected.question}")
        out.append(f"    attendu : {_expectation(record)}")
        answer = f"[{record.answer.outcome}/{record.answer.reason}] {record.answer.answer}"
        out.append(textwrap.fill(answer, width, initial_indent="    rendu : ", subsequent_indent="      "))
    return "\n".join(out)


def _expectation(record: Record) -> str:
    e = record.expected
    wanted = " ; ".join(" | ".join(v[:2]) for v in e.must_include)
    refused = f", sans {' | '.join(e.must_not_include)}" if e.must_not_include else ""
    return f"{'|'.join(e.outcome)} ({'|'.join(str(r) for r in e.reason)}) {wanted}{refused}"


def stages_report(stages: Sequence[Mapping[str, Any]]) -> str:
    """Where the failed questions went wrong, each once (`stages` of a report)."""
    rows = [[f"{s['label']} : {s['meaning']}", str(s["n"]), str(s["must_pass"])] for s in stages if s["n"]]
    return table(["Où ça rate", "questions", "dont vitales"], rows) if rows else "Aucune question manquée."


def comparison_report(c: Comparison, width: int = 110) -> str:
    """The comparison of two runs: measures, slices, flips, verdict."""
    rows, won = [], sum(f.won for f in c.flips)
    for name, d in c.metrics.items():
        metric = BY_NAME[name]
        verdict = "recul" if dropped(metric, d) else "progrès" if gained(metric, d) else ""
        arrow = " ↓" if metric.better < 0 else ""
        rows.append([f"{metric.label}{arrow}", percent(d.base), percent(d.candidate), change(d), str(d.n), verdict])
    parts = [
        table(["%", "base", "candidat", "écart [95 %], points", "n", ""], rows),
        "",
        _slices(c),
        "",
        f"Questions qui changent de verdict : {len(c.flips) - won} perdue(s), {won} gagnée(s).",
    ]
    for f in c.flips:
        parts.append(f"{'+' if f.won else '−'} {f.id}{' (VITALE)' if f.must_pass else ''} {f.question}")
        for label, text in (("base", f.base), ("candidat", f.candidate)):
            indent = f"    {label} : "
            parts.append(textwrap.fill(text, width, initial_indent=indent, subsequent_indent="      "))
    parts += ["", *(f"Attention, {note}" for note in c.notes)]
    parts += [f"✗ {f.text}" for f in c.failures] or [f"✓ Aucun recul sur {c.compared} questions."]
    return "\n".join(parts)


def change(d: Difference) -> str:
    """A difference with its interval, in points."""
    return f"{100 * d.value:+.1f} [{100 * d.low:+.1f} ; {100 * d.high:+.1f}]"


def _slices(c: Comparison) -> str:
    rows = []
    for name, values in c.slices.items():
        for value, found in values.items():
            cells = [f"{100 * found[m].value:+.1f} ({found[m].n})" if m in found else "–" for m in SLICED]
            rows.append([f"{name} : {value}", *cells])
    return table(["Écart par tranche, points (n)", *(BY_NAME[m].label for m in SLICED)], rows)


def agreement_report(rows: Iterable[Mapping[str, Any]]) -> str:
    """How far each judge agrees with the deterministic scores (`evals.scoring.judges.agreement`)."""
    header = ["Juge", "n", "accord %", "[95 %]", "kappa", "oui/oui", "oui/non", "non/oui", "non/non", "non jugées"]
    cells = [
        [f"{j['judge']} : {j['label']}", str(j["n"]), percent(j["raw"]), f"{percent(j['low'])} – {percent(j['high'])}",
         "–" if j["kappa"] is None else f"{j['kappa']:.2f}",
         *(str(j[k]) for k in ("both", "score_only", "judge_only", "neither", "unjudged"))]
        for j in rows
    ]  # fmt: skip
    note = "« oui/non » : la note déterministe dit oui, le juge non. Aucun juge n'entre dans une mesure."
    return table(header, cells) + "\n" + note


_KIND_NAMES = {
    "figure": "chiffre", "unit": "unité, échelle", "date": "date", "amount": "montant", "reference": "référence",
    "body": "organisme", "actor": "acteur, sujet", "negation": "négation", "modality": "modalité",
    "condition": "condition", "time": "temps", "hedge": "réserve", "rewording": "reformulation",
    "order": "ordre des propositions", "words": "nombres en lettres", "dates": "dates dites autrement",
    "english": "en anglais",
}  # fmt: skip


def verifier_report(columns: Mapping[str, Sequence[JudgedCase]]) -> str:
    """Detection and false alarms of the verifier by kind, one column a split."""
    found = {
        name: {(line.true, line.kind): line.estimate for line in lines(judged)} for name, judged in columns.items()
    }
    rows = []
    for true, kind in dict.fromkeys(key for by_kind in found.values() for key in by_kind):
        whole = "Fausses alertes ↓" if true else "Détection"
        cells = [by_kind.get((true, kind)) for by_kind in found.values()]
        rows.append(
            [f"  {_KIND_NAMES[kind]}" if kind else whole, *(f"{spread(e)} {e.n:4}" if e else "–" for e in cells)]
        )
    return table(["%  (intervalles de Wilson à 95 %)", *(f"{name}, n" for name in columns)], rows)


def verifier_misses(judged: Sequence[JudgedCase]) -> str:
    """Every lie let through and every truth refused, with its passage."""
    out = []
    for j in judged:
        if j.wrong:
            what = f"refusée à tort ({' ; '.join(j.faults)})" if j.case.true else "laissée passer"
            out.append(f"✗ {j.case.row.statement}, {_KIND_NAMES[j.case.row.kind]} : {what}")
            out += [f"    phrase : {j.case.row.sentence}", f"    passage : {j.case.passage.text}"]
    return "\n".join(out)
