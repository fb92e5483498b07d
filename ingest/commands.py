"""Commands on texts and on the index: `corpus …` and `ingest`."""

from __future__ import annotations

import json
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.clock import paris_today
from ingest.corpus.register import Domain, Nature, Rank
from ingest.errors import ClapvertError, ErrorCode, ExitCode
from ingest.fetching import fetch, offer
from ingest.progress import Progress
from ingest.releases import release, update
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.texts.additions import Addition

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def corpus() -> None:
    """List, check, fetch, add, compare, remove and render the texts of the corpus; take a newer corpus."""


corpus.add_command(fetch)
corpus.add_command(update)
corpus.add_command(release)


@corpus.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--warnings", is_flag=True, help="Print the warnings too.")
@click.option("--only", default="", help="Print only findings whose file or id contains this text.")
def check(as_json: bool, warnings: bool, only: str) -> None:
    """Check register, glossary, fiches, criteria and cards; exit 1 when there is a problem.

    Statements are compared with the official texts that the data folder holds.
    """
    from ingest.corpus.check import check_corpus
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library, held_texts

    settings = Settings()
    held = held_texts(Library(settings), load_register(settings.corpus_dir))
    report = check_corpus(settings.corpus_dir, paris_today(), held)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        for p in report.problems + (report.warnings if warnings else []):
            if only in p.where:
                click.echo(f"{'✗' if p.level == 'error' else '·'} {p.where} [{p.code}] {p.message}")
        click.echo(
            f"{report.fiches} fiches, {report.statements} énoncés, {report.criteria} critères, "
            f"{report.sources} sources, {report.cards.total} cartes, {report.demarches.total} démarches : "
            f"{len(report.problems)} problème(s), {len(report.warnings)} avertissement(s)."
        )
        click.echo(
            f"{report.cards.statements_unshown} énoncé(s) qu'aucune carte ne montre ; "
            f"{report.texts.checked} énoncé(s) comparé(s) aux textes tenus, {report.texts.not_checked} non comparé(s), "
            "faute du texte."
        )
        click.echo(
            f"{len(report.without_address)} texte(s) officiel(s) du registre sans adresse de réception"
            f"{' : ' + ', '.join(report.without_address) if warnings else ''}."
        )
    if report.problems:
        raise SystemExit(ExitCode.NO)


@corpus.command("sample")
@click.option("--size", default=120, show_default=True, help="How many statements.")
@click.option("--seed", default=1, show_default=True, help="Which draw.")
@click.option("--facts", is_flag=True, help="Facts too, not rules alone.")
def sample(size: int, seed: int, facts: bool) -> None:
    """Draw statements at random, in YAML, to be read against their sources by someone who wrote none of them."""
    import yaml

    from ingest.corpus.fiches import load_fiches
    from ingest.corpus.sample import draw

    rows = draw([f.fiche for f in load_fiches(Settings().corpus_dir)], size, seed, normative=not facts)
    click.echo(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=140), nl=False)


@corpus.command("render")
def render() -> None:
    """Write the Markdown pages of the fiches."""
    from ingest.corpus.render import write_pages

    click.echo(f"{write_pages(Settings().corpus_dir)} page(s) écrite(s).")


@corpus.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_texts(as_json: bool) -> None:
    """List the fiches, the frameworks of criteria and the added texts."""
    from ingest.corpus.criteria import load_frameworks
    from ingest.corpus.fiches import load_fiches
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library

    settings = Settings()
    register = load_register(settings.corpus_dir)
    fiches = [
        {
            "id": f.fiche.id,
            "domain": f.fiche.domain.value,
            "title": f.fiche.title,
            "statements": len(list(f.fiche.statements())),
        }
        for f in load_fiches(settings.corpus_dir)
    ]
    frameworks = [
        {
            "id": f.framework.id,
            "title": f.framework.title,
            "criteria": len(f.framework.criteria),
            "announced": f.framework.announced_criteria,
            "unverified": sum(c.confidence == "basse" for c in f.framework.criteria),
        }
        for f in load_frameworks(settings.corpus_dir)
    ]
    texts = [
        {"id": t.id, "title": t.source(register).title, **t.version.model_dump(mode="json"), "sha256": t.sha256}
        for t in Library(settings).texts.all()
    ]
    if as_json:
        click.echo(json.dumps({"fiches": fiches, "frameworks": frameworks, "texts": texts}, ensure_ascii=False))
        return
    for row in fiches:
        click.echo(f"{row['domain']:9} {row['id']:42} {row['statements']:3} énoncés  {row['title']}")
    for fw in frameworks:
        click.echo(
            f"{'critères':9} {fw['id']:42} {fw['criteria']:3} critères sur {fw['announced']} annoncés, "
            f"dont {fw['unverified']} à vérifier  {fw['title']}"
        )
    click.echo(f"{len(fiches)} fiches ; {len(frameworks)} référentiel(s) ; {len(texts)} texte(s) ajouté(s).")
    for text in texts:
        dates = text["valid_from"] or (f"copie du {text['attested_at']}" if text["attested_at"] else "sans date")
        click.echo(f"  {text['id']:40} {dates}  {text['title']}")


@corpus.command("add")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "registered", help="Register id of the text (see `corpus list`, corpus/sources.yaml).")
@click.option("--id", "text_id", help="Id of a text that the register does not know (default: from its title).")
@click.option("--title", help="Its title (default: what the file says).")
@click.option("--domain", type=click.Choice([d.value for d in Domain]), help="Its domain (default: the nearest).")
@click.option("--issuer", help="Who issued it.")
@click.option("--nature", type=click.Choice([n.value for n in Nature]), help="What it is (default: page).")
@click.option("--rank", type=click.Choice([r.value for r in Rank]), help="Its authority (default: guide).")
@click.option("--url", help="Its official address (with --id).")
@click.option("--valid-from", type=DAY, help="First day in force.")
@click.option("--valid-until", type=DAY, help="Last day in force.")
@click.option("--attested-at", type=DAY, help="Day of the copy, when the text gives no validity.")
@click.option("--language", help="Language of the text (default: what the file says, else the register).")
@click.option("--ocr", is_flag=True, help="Recognise the characters of scans with `ocrmypdf` (files you trust only).")
@click.option("--json", "as_json", is_flag=True, help="Print one object a file, as JSON.")
def add(
    files: tuple[Path, ...],
    registered: str | None,
    text_id: str | None,
    title: str | None,
    domain: str | None,
    issuer: str | None,
    nature: str | None,
    rank: str | None,
    url: str | None,
    valid_from: datetime | None,
    valid_until: datetime | None,
    attested_at: datetime | None,
    language: str | None,
    ocr: bool,
    as_json: bool,
) -> None:
    """Add official texts (PDF, HTML, XML, Word, sheets, Markdown, text), to be indexed by the next `ingest`.

    A refused file does not stop the others; exit 1 when there is one.
    """
    from ingest.corpus.register import load_register
    from ingest.index.pipeline import Library
    from ingest.texts.additions import Identity, add_files
    from ingest.texts.proposal import Given, propose, slug

    settings = Settings()
    register = load_register(settings.corpus_dir)
    given = Given(
        text_id,
        title,
        Domain(domain) if domain else None,
        issuer,
        Nature(nature) if nature else None,
        Rank(rank) if rank else None,
        url,
        language,
    )
    if registered and given != Given(language=language):
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, "Avec --as, le registre dit ce qu'est le texte : ôtez --id, --title…"
        )
    if text_id and slug(text_id) != text_id:
        raise ClapvertError(
            ErrorCode.BAD_REQUEST, f"--id : lettres sans accent, chiffres et tirets, comme {slug(text_id)}."
        )
    if text_id and len(files) > 1:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "--id ne vaut que pour un fichier.")
    source = register.get(registered) if registered else None
    dates = [d.date() if d else None for d in (valid_from, valid_until, attested_at)]
    if dates[0] and dates[1] and dates[1] < dates[0]:
        raise ClapvertError(ErrorCode.BAD_REQUEST, "--valid-until précède --valid-from.")
    proposed = partial(propose, register=register, corpus_dir=settings.corpus_dir, given=given)
    identity = Identity(source, bool(registered), dates[0], dates[1], dates[2], language, ocr, proposed, register)
    progress = Progress()
    tell = (lambda done, total: progress("fichiers", done, total)) if len(files) > 1 else None
    rows = []
    for row in add_files(Library(settings).texts, files, identity, paris_today(), tell):
        rows.append(row)
        if not as_json:
            _tell_addition(row)
    if as_json:
        click.echo(json.dumps([r.as_json() for r in rows], ensure_ascii=False))
    count = {state: sum(r.state == state for r in rows) for state in ("added", "kept", "refused")}
    if len(rows) > 1 and not as_json:
        click.echo(
            f"{count['added']} texte(s) ajouté(s), {count['kept']} déjà là, {count['refused']} refusé(s)."
            + (" Lancez `clapvert ingest` pour les indexer." if count["added"] else "")
        )
    if count["refused"]:
        raise SystemExit(ExitCode.NO)


def _tell_addition(row: Addition) -> None:
    """One file, in one line; what was refused goes to stderr."""
    if row.error:
        click.echo(row.error.told(), err=True)
        return
    if row.state == "kept":
        click.echo(f"Déjà là : {row.id}.")
    else:
        click.echo(
            f"Texte ajouté : {row.id}, « {row.title} » ({row.units} articles ou parties). "
            "Lancez `clapvert ingest` pour l'indexer."
        )
    for note in row.notes:
        click.echo(f"  Attention : {note}", err=True)


@corpus.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Compare two texts article by article; each is the id of an added text, or a file."""
    from ingest.index.pipeline import Library
    from ingest.texts.diff import diff_units, shown_words

    shelf = Library(Settings()).texts
    found = diff_units(shelf.units(before), shelf.units(after))
    if as_json:
        click.echo(json.dumps({"a": before, "b": after, **found.as_json()}, ensure_ascii=False))
        return
    for change in found.changes:
        old, new = (u.locator if u else "" for u in (change.before, change.after))
        label = {"added": f"+ {new}", "removed": f"- {old}", "changed": f"~ {new}"}.get(change.kind, f"→ {old} → {new}")
        click.echo(label)
        if any(sign != "=" for sign, _ in change.words):
            click.echo(f"    {shown_words(change.words)}")
    counts = found.counts()
    click.echo(
        f"{counts['changed']} article(s) modifié(s), {counts['renumbered']} renuméroté(s), "
        f"{counts['added']} ajouté(s), {counts['removed']} supprimé(s), {counts['unchanged']} inchangé(s)."
    )


@corpus.command("remove")
@click.argument("text_id")
def remove(text_id: str) -> None:
    """Remove an added text; its passages stay openable from old answers."""
    from ingest.index.pipeline import Library

    Library(Settings()).texts.remove(text_id)
    click.echo(f"Texte retiré : {text_id}. Lancez `clapvert ingest` pour mettre l'index à jour.")


@click.command()
@click.option("--force", is_flag=True, help="Build the index again even if nothing changed.")
@click.option("--offer", "offering", is_flag=True, help="Offer the official texts first, once, if a network answers.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.pass_context
def ingest(ctx: click.Context, force: bool, offering: bool, as_json: bool) -> None:
    """Build the index from the corpus and the added texts."""
    from ingest.index.pipeline import Library
    from ingest.index.pipeline import ingest as run
    from ingest.model.embedding import load_encoder, model_info

    settings = Settings()
    if offering and not as_json:
        offer(ctx, settings)
    started = time.monotonic()
    model = model_info(settings, _say)
    manifest, new = run(Library(settings), model, lambda: load_encoder(settings, _say), force, Progress(), say=_say)
    if as_json:
        click.echo(json.dumps(manifest.__dict__, ensure_ascii=False))
        return
    counts = manifest.counts
    seconds = time.monotonic() - started
    state = f"Index {manifest.name} construit" if new else f"Index {manifest.name} déjà à jour"
    click.echo(
        f"{state} : {counts['passages']} passages, dont {counts['statements']} énoncés"
        + (f" ; {counts['embedded']} vecteurs calculés" if new else "")
        + f" ({seconds:.1f} s)."
    )


def _say(message: str) -> None:
    click.echo(message, err=True)
