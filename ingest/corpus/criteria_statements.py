"""Criteria → statements: each criterion is asked about and cited like any other statement.

Guarantee: a criterion known only through a third party says so in its own text; the list of a group names what is known
of it and what is not.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.corpus.criteria import Criterion, EvidenceStatus, Framework, Poste, Words
from ingest.corpus.fiches import AnswerType, Polarity, Role, Statement, StatementSource
from ingest.language.sentences import upper_first

_EVIDENCE = {
    EvidenceStatus.OFFICIELLE: Words(fr="Preuve décrite par la page officielle", en="Evidence on the official page"),
    EvidenceStatus.SUGGEREE: Words(fr="Preuve suggérée par un tiers", en="Evidence suggested by a third party"),
    EvidenceStatus.DEDUITE: Words(
        fr="Preuve possible, proposée par Clapvert", en="Possible evidence, proposed by Clapvert"
    ),
}


def criterion_text(framework: Framework, c: Criterion) -> Words:
    """What the passage of a criterion says: whose criterion, what it asks, according to whom, what would prove it."""
    poste = next(p for p in framework.postes if p.code == c.poste)
    according = framework.attributions[c.attribution]
    fr_tags, en_tags = [f"{framework.poste_word.fr} {poste.name}"], [poste.en]
    if c.level is not None:
        deduced = next(level.status for level in framework.levels if level.number == c.level) == "deduite"
        fr_tags.append(f"niveau {c.level}{' par déduction' if deduced else ''}")
        en_tags.append(f"level {c.level}{' by deduction' if deduced else ''}")
    meaning = {
        True: framework.obligatory_as, False: framework.not_obligatory_as, None: framework.unknown_as,
    }[c.obligatory]  # fmt: skip
    if meaning:
        fr_tags.append(meaning.fr)
        en_tags.append(meaning.en)
    if c.code:
        subject = f"le critère {c.code} {framework.of.fr}"
        english = f"criterion {c.code} {framework.of.en}"
    else:
        subject, english = (
            f"un critère {framework.of.fr}, sans numéro connu",
            f"a criterion {framework.of.en}, of unknown number,",
        )
    subject, english = f"{subject} ({' ; '.join(fr_tags)})", f"{english} ({'; '.join(en_tags)})"
    if c.confidence == "basse":
        fr = f"{upper_first(according.fr)}, {subject} demanderait ceci : {c.intent.fr}."
        en = f"{upper_first(according.en)}, {english} would ask to {c.intent.en}."
    else:
        fr = f"{upper_first(subject)}, {according.fr}, demande ceci : {c.intent.fr}."
        en = f"{upper_first(english)} asks, {according.en}, to {c.intent.en}."
    proof = _EVIDENCE[c.evidence.status]
    return Words(
        fr=f"{fr} {proof.fr} : {c.evidence.fr}.",
        en=f"{en} {proof.en}: {c.evidence.en}.",
    )


def criterion_statement(framework: Framework, c: Criterion) -> Statement:
    """The statement of a criterion, so that selection, abstention and composition treat it as any other.

    A statement may not be of low confidence; the doubt of a low one stands in its text (`criterion_text`).
    """
    text = criterion_text(framework, c)
    answers = [AnswerType.QUOI, AnswerType.COMMENT, AnswerType.DOIS_JE, *([AnswerType.COMBIEN] if c.values else [])]
    ident = f"critere-{framework.id}-{(c.code or c.id).lower()}"
    return Statement(
        id=ident, topic=ident, text=text.fr, en=text.en, role=Role.REGLE, polarity=Polarity.FAIT, values=c.values,
        answers=tuple(answers), asked_as=c.asked_as, regime=framework.regime, in_force=framework.in_force,
        source=c.source, also=c.also, confidence="moyenne" if c.confidence == "basse" else c.confidence,
        review_by=framework.review_by,
    )  # fmt: skip


def poste_statement(framework: Framework, poste: Poste) -> Statement:
    """The statement that lists what is known of a group of criteria."""
    coded = [c for c in framework.of_poste(poste.code) if c.code]
    fr_word, en_word = framework.poste_word.fr, framework.poste_word.en
    place = f"{fr_word} {poste.code} {framework.of.fr} ({poste.name})"
    english = f"{en_word} {poste.code} {framework.of.en} ({poste.en})"
    ident = f"poste-{framework.id}-{poste.code.lower()}"
    contacts: tuple[str, ...] = ()
    if coded:
        listed_fr = _listed(((c.code, c.short.fr) for c in coded), "et")
        listed_en = _listed(((c.code, c.short.en) for c in coded), "and")
        fr = f"Les critères du {place}, {framework.listed_as.fr}, sont {listed_fr}"
        en = f"The criteria of {english}, {framework.listed_as.en}, are {listed_en}"
        if poste.missing:
            fr += f" ; l'intitulé de {_enumerated(poste.missing, 'et')} n'est pas connu"
            en += f"; the wording of {_enumerated(poste.missing, 'and')} is not known"
        if not poste.complete:
            fr += f"{', et' if poste.missing else ' ;'} cette liste peut être incomplète"
            en += f"{', and' if poste.missing else ';'} this list may be incomplete"
        role = Role.DEFINITION
    else:
        fr = (
            f"Aucun critère du {place} n'a été retrouvé dans les sources consultées ; les demander à {framework.ask.fr}"
        )
        en = f"No criterion of {english} was found in the sources consulted; ask {framework.ask.en}"
        role, contacts = Role.ABSENCE, framework.contacts
    return Statement(
        id=ident, topic=ident, text=f"{fr}.", en=f"{en}.", role=role, polarity=Polarity.FAIT,
        answers=(AnswerType.QUOI,), asked_as=poste.asked_as, contacts=contacts, regime=framework.regime,
        in_force=framework.in_force, source=coded[0].source if coded else StatementSource(id=framework.source),
        confidence="moyenne", review_by=framework.review_by,
    )  # fmt: skip


def framework_statements(framework: Framework) -> list[tuple[Statement, Criterion | None]]:
    """Every statement of a framework, group by group: the list, then its criteria."""
    out: list[tuple[Statement, Criterion | None]] = []
    for poste in framework.postes:
        out.append((poste_statement(framework, poste), None))
        out += [(criterion_statement(framework, c), c) for c in framework.of_poste(poste.code)]
    return out


def _enumerated(items: Iterable[str], last: str) -> str:
    *head, tail = items
    return f"{', '.join(head)} {last} {tail}" if head else tail


def _listed(items: Iterable[tuple[str | None, str]], last: str) -> str:
    return _enumerated([f"{code} ({short})" for code, short in items], last)
