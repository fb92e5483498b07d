"""`clapvert llm`: the language model of the settings, put on trial."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from assistant.wording.phrases import FAILED
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from assistant.service import Service
    from assistant.trial import Report, Result

_EXPECTED = {"yes": "oui", "no": "non", "none": "ni oui ni non", "denied": "fausse prémisse niée", "unknown": "inconnu"}
_VERDICT = {"yes": "oui", "no": "non", "depends": "cela dépend", None: "sans verdict"}
_BAR = {"parsed": "réponses lisibles", "proved": "lignes prouvées", "right": "verdicts", "cited": "énoncés attendus"}


def _service() -> Service:
    from assistant.service import Service

    return Service(Settings())


@click.group()
def llm() -> None:
    """The language model: put it on trial."""


@llm.command("try")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def try_(as_json: bool) -> None:
    """Answer 24 kept messages through the model and say whether it is capable enough; exit 1 when it is not.

    The messages and what the index holds about them are sent to the model that the settings name.
    """
    from assistant.trial import run, trials

    service = _service()
    if not service.settings.llm:
        raise _unset()
    if service.library.snapshots.current_name() is None:
        raise ClapvertError(
            ErrorCode.INDEX_MISSING, "Aucun index n'a encore été construit.", "Lancez `clapvert ingest`."
        )
    engine, count, done = service.engine, len(trials()), 0

    def heard(result: Result) -> None:
        nonlocal done
        done += 1
        click.echo(f"{done:2}/{count}  {_line(result)}", err=True)

    report = run(engine, heard)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else show(report))
    if not report.capable:
        sys.exit(ExitCode.NO)


def _unset() -> ClapvertError:
    """No model is set: the line that sets one that is here, else the first of the recipes."""
    from assistant.llm.seen import line_of, seen

    found = seen()
    line = found[0].line if found else line_of("CLAPVERT_LLM=mistral:mistral-medium-latest CLAPVERT_LLM_API_KEY=…")
    where = f"Vu ici : {found[0].what}. " if found else ""
    return ClapvertError(
        ErrorCode.LLM_UNAVAILABLE,
        "Aucun modèle de langue n'est réglé (CLAPVERT_LLM).",
        f"{where}Réglez-le, puis relancez :\n  {line}\nRecettes : docs/modeles-de-langue.md.",
    )


def _line(result: Result) -> str:
    """A message and what became of it."""
    trial, use = result.trial, result.use
    if use.fallback:
        said = f"sans réponse du modèle ({FAILED['fr'].get(use.fallback, use.fallback)})"
    else:
        said = "verdict juste" if result.right else (
            f"verdict faux : {_VERDICT[result.verdict]}, attendu {_EXPECTED[trial.expects]}"
        )  # fmt: skip
        said += " ; énoncé attendu non cité" if result.cited is False else ""
    mark = "✓" if result.right and result.cited is not False else "✗"
    return f"{mark} {trial.message}  [{said}, {_number(result.seconds, 1)} s]"


def show(report: Report) -> str:
    """A report in French."""
    count, (cited, of) = len(report.results), report.cited
    reread = f", relu par {report.reader}" if report.reader != report.model else ""
    why = ", ".join(f"{FAILED['fr'].get(reason, reason)} : {n}" for reason, n in report.failures.items())
    rows = [
        f"{report.model}{reread} : {count} messages de l'essai",
        f"  Réponses lisibles    {report.parsed} sur {count}" + (f" ({why})" if why else ""),
        f"  Lignes prouvées      {report.proved} sur {report.written} écrites"
        f" ; récrites {report.mended}, remplacées {report.replaced}, retirées {report.dropped}",
        f"  Verdicts justes      {report.right} sur {count}",
        f"  Énoncés attendus     {cited} cités sur {of}",
        f"  Secondes             {_number(report.seconds(0.5), 1)} en médiane,"
        f" {_number(report.seconds(0.95), 1)} au 95e centile",
    ]
    read, wrote = report.an_answer(lambda u: u.prompt_tokens), report.an_answer(lambda u: u.completion_tokens)
    if read or wrote:
        rows.append(f"  Jetons par réponse   {read or 0:.0f} lus, {wrote or 0:.0f} écrits")
    if (cost := report.an_answer(lambda u: u.cost)) is not None:
        rows.append(f"  Prix par réponse     {_number(cost, 4)} (dans la monnaie de CLAPVERT_LLM_PRICE_IN et _OUT)")
    short = [
        f"{_BAR[name]} {_number(got * 100, 0)} % (il faut {_number(wanted * 100, 0)} %)"
        for name, (got, wanted) in report.checks.items()
        if got < wanted
    ]
    rows.append("Assez capable." if not short else f"Pas assez capable : {' ; '.join(short)}.")
    if short:
        rows.append("Prenez un modèle plus grand, ou faites relire par un autre (CLAPVERT_LLM_CHECK).")
    return "\n".join(rows)


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
