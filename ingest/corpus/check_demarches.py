"""Démarches against the statements that they rest on.

Guarantee: a corpus without problems has steps whose statements exist and hold today, whose every figure, date and
reference stands in them, in French and in English alike, which turn no negation or modality round, and which leave out
nothing that those statements mislead without; who does them and when are words of the vocabulary, and no other démarche
or card is asked the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus.cards import load_cards
from ingest.corpus.check_statements import plain, words
from ingest.corpus.demarches import Demarche, Step, Vocabulary, load_demarche_files, load_vocabulary
from ingest.corpus.fiches import FACETS, CaseField, Statement
from ingest.corpus.problems import Known, Problem, error, warning
from ingest.language.claims import Language, flipped, read_claim, unsupported

STEP_WORDS = 60
"""Words of a step, at most: what is done, with what, and what if it is late."""
_LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class DemarcheCounts:
    """How many démarches there are, their steps, and how many someone else read."""

    total: int
    steps: int
    reviewed: int


def check_demarches(
    statements: Iterable[Statement], known: Known, corpus_dir: Path
) -> tuple[list[Problem], DemarcheCounts]:
    """Findings on the démarches. `statements` are those that a step may rest on."""
    by_id = {s.id: s for s in statements}
    vocabulary = load_vocabulary(corpus_dir)
    files = load_demarche_files(corpus_dir)
    placed = [(str(f.file.path.relative_to(corpus_dir)), f.demarche) for f in files]
    found: list[Problem] = []
    for file in files:
        d, where = file.demarche, str(file.file.path.relative_to(corpus_dir))
        if file.file.path.stem != d.id:
            found.append(error("demarche_path", where, "le fichier doit s'appeler <id>.yaml"))
        found += _check_names(d, where, by_id, known)
        found += _check_needs(d, where, by_id, known)
        for n, step in enumerate(d.steps):
            at = f"{where}:{file.file.line('steps', n)} étape {n + 1}"
            found += [*_check_words(step, at, vocabulary), *_check_said(step, at, by_id)]
        for title in (d.title, *(c.title for c in d.cuts)):
            for language in _LANGUAGES:
                claim = read_claim(title.of(language), language)
                if claim.figures or claim.dates or claim.references:
                    found.append(error("demarche_title", where, f"un titre n'affirme rien : « {title.of(language)} »"))
        if d.reviewed is None:
            found.append(warning("demarche_unreviewed", where, "démarche que personne d'autre n'a relue"))
    found += _check_apart(placed, corpus_dir)
    steps = sum(len(d.steps) for _, d in placed)
    return found, DemarcheCounts(len(placed), steps, sum(d.reviewed is not None for _, d in placed))


def _check_names(d: Demarche, where: str, by_id: Mapping[str, Statement], known: Known) -> Iterator[Problem]:
    for sid in d.statements:
        if sid not in by_id:
            yield error("demarche_statement", where, f"énoncé inconnu : {sid}")
        elif not by_id[sid].in_force.contains(known.today):
            yield error("demarche_out_of_force", where, f"{sid} n'est pas en vigueur")
    for supposed in (d.supposes, *(s.supposes for s in d.steps)):
        for facet, values in supposed.items():
            for value in values:
                if value not in known.glossary.facets.get(facet, {}):
                    yield error("demarche_supposes", where, f"valeur de facette inconnue : {facet} = {value}")
    if d.depends_on and d.depends_on.field not in {*FACETS, *CaseField}:
        yield error("demarche_depends", where, f"champ inconnu : {d.depends_on.field}")


def _check_needs(d: Demarche, where: str, by_id: Mapping[str, Statement], known: Known) -> Iterator[Problem]:
    """What its statements mislead without is among them."""
    held = {*d.statements, *d.aside}
    for sid in d.statements:
        for need in by_id[sid].needs if sid in by_id else ():
            if need not in held and need in by_id and by_id[need].in_force.contains(known.today):
                yield error("demarche_need", where, f"{sid} demande {need}")
    needed = {need for sid in held if sid in by_id for need in by_id[sid].needs}
    for sid in d.aside:
        if sid in d.statements or sid not in needed:
            yield error("demarche_aside", where, f"{sid} est mis de côté sans que rien ne le demande")


def _check_words(step: Step, at: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    if step.stage not in vocabulary.stages:
        yield error("demarche_stage", at, f"moment inconnu : {step.stage}")
    if step.who not in vocabulary.who:
        yield error("demarche_who", at, f"acteur inconnu : {step.who}")
    if step.by is not None and step.deadline is None:
        yield error("demarche_by", at, "une échéance calculée se dit aussi (deadline)")
    if step.to is not None and step.document is None:
        yield error("demarche_to", at, "un destinataire sans document")
    for language in _LANGUAGES:
        if (n := sum(words(w) for w in step.wordings(language))) > STEP_WORDS:
            yield error("demarche_long", at, f"{language} : {n} mots, {STEP_WORDS} au plus")


def _check_said(step: Step, at: str, by_id: Mapping[str, Statement]) -> Iterator[Problem]:
    """Everything that a step says stands in what it rests on."""
    cited = [by_id[sid] for sid in step.rests_on if sid in by_id]
    support = read_claim(" ".join(s.text for s in cited))
    for language in _LANGUAGES:
        claim = read_claim(" ".join(f"{w.rstrip('.')}." for w in step.wordings(language)), language)
        for fault in (*unsupported(claim, support), *flipped(claim, support)):
            yield error("demarche_said", at, f"{language} : {fault} ({', '.join(step.rests_on)})")
    if step.by is not None:
        figures = {float(v.value) for s in cited for v in s.values if isinstance(v.value, int | float)}
        figures |= {float(f.value) for f in support.figures} | {float(n) for n in support.implied}
        for n in (step.by.months, step.by.days):
            if n and not _stands(abs(n), figures):
                yield error("demarche_by", at, f"{n} ne figure dans aucun énoncé cité")


def _stands(n: int, figures: set[float]) -> bool:
    """A delay, or a delay in months that a statement gives in years."""
    return n in figures or (n % 12 == 0 and n / 12 in figures)


def _check_apart(placed: list[tuple[str, Demarche]], corpus_dir: Path) -> Iterator[Problem]:
    """Ids and questions are one démarche's, or one card's, alone."""
    cards = load_cards(corpus_dir)
    ids = Counter([*(c.id for c in cards), *(i for _, d in placed for i in (d.id, *(c.id for c in d.cuts)))])
    asked = {plain(a): c.id for c in cards for a in c.asks}
    for where, d in placed:
        for name, asks in ((d.id, d.asks), *((c.id, c.asks) for c in d.cuts)):
            if ids[name] > 1:
                yield error("demarche_id", where, f"identifiant en double : {name}")
            for ask in asks:
                if (first := asked.setdefault(plain(ask), f"{where} {name}")) != f"{where} {name}":
                    yield error("demarche_ask", where, f"même question que {first} : « {ask} »")
            for ask, n in Counter(plain(a) for a in asks).items():
                if n > 1:
                    yield error("demarche_ask", where, f"question répétée : « {ask} »")
