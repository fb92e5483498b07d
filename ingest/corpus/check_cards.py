"""Cards against the statements: what they show exists, holds today, and comes with all that it needs.

Guarantee: a corpus without problems has cards whose every statement and rule exists, whose heads are in force, whose
case is in the words of the glossary, and which no other card answers for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus.cards import Card, CardFile, Kind
from ingest.corpus.check_statements import plain
from ingest.corpus.fiches import FACETS, CaseField, Statement
from ingest.corpus.glossary import Glossary
from ingest.corpus.problems import Known, Problem, error, warning
from ingest.corpus.rules import load_rule_files


@dataclass(frozen=True, slots=True)
class CardCounts:
    """How far the cards cover the statements."""

    total: int
    reviewed: int
    topics_without: int
    statements_unshown: int


def check_cards(
    files: list[CardFile], statements: Iterable[Statement], known: Known, corpus_dir: Path
) -> tuple[list[Problem], CardCounts]:
    """Findings on the cards, and what they cover. `statements` are those that a card may show."""
    by_id = {s.id: s for s in statements}
    topics = {s.topic for s in by_id.values()}
    placed = [
        (f"{file.file.path.relative_to(corpus_dir)}:{file.line(n)} {card.id}", card)
        for file in files
        for n, card in enumerate(file.cards)
    ]
    rules = {rule.id for file in load_rule_files(corpus_dir) for rule in file.rules}
    found: list[Problem] = []
    for where, card in placed:
        found += _check_names(card, where, by_id)
        found += _check_topics(card, where, by_id, topics)
        found += _check_case(card, where, known.glossary)
        if card.rule is not None and card.rule not in rules:
            found.append(error("card_rule", where, f"règle inconnue : {card.rule}"))
        found += _check_force(card, where, by_id, known)
        if card.reviewed is None:
            found.append(warning("card_unreviewed", where, "fiche de réponse que personne d'autre n'a relue"))
    found += _check_apart(placed)
    covered = {t for _, card in placed for t in card.topics}
    bare = sorted(topics - covered) if placed else []
    found += [warning("topic_without_card", topic, "aucune carte sur ce sujet") for topic in bare]
    shown = {sid for _, card in placed for sid in card.statements}
    counts = CardCounts(
        total=len(placed),
        reviewed=sum(card.reviewed is not None for _, card in placed),
        topics_without=len(bare),
        statements_unshown=len(by_id.keys() - shown),
    )
    return found, counts


def _check_names(card: Card, where: str, by_id: Mapping[str, Statement]) -> list[Problem]:
    named = Counter((*card.head, *card.then, *card.needs, *card.next))
    out = [error("card_statement", where, f"énoncé inconnu : {sid}") for sid in named if sid not in by_id]
    out += [error("card_repeat", where, f"énoncé nommé deux fois : {sid}") for sid, n in named.items() if n > 1]
    if len(set(card.kinds)) != len(card.kinds):
        out.append(error("card_kinds", where, "un genre de question est donné deux fois"))
    if card.verdict and Kind.YES_NO not in card.kinds:
        out.append(error("card_verdict", where, "un verdict demande le genre yes_no"))
    if card.verdict and card.depends_on:
        out.append(error("card_verdict", where, "un verdict pour tous, et un détail dont la réponse dépend"))
    return out


def _check_topics(card: Card, where: str, by_id: Mapping[str, Statement], topics: set[str]) -> list[Problem]:
    out = [error("card_topic", where, f"sujet inconnu : {t}") for t in card.topics if t not in topics]
    out += [
        warning("card_head_topic", where, f"{sid} est du sujet {by_id[sid].topic}, que la carte ne nomme pas")
        for sid in card.head
        if sid in by_id and by_id[sid].topic not in card.topics
    ]
    return out


def _check_case(card: Card, where: str, glossary: Glossary) -> list[Problem]:
    out = [
        error("card_supposes", where, f"valeur de facette inconnue : {facet} = {value}")
        for facet, values in card.supposes.items()
        for value in values
        if value not in glossary.facets.get(facet, {})
    ]
    if (depends := card.depends_on) is not None:
        if depends.field not in {*FACETS, *CaseField}:
            out.append(error("card_depends", where, f"champ inconnu : {depends.field}"))
        unknown = [v for v in depends.values if v not in glossary.facets.get(depends.field, {})]
        out += [error("card_depends", where, f"valeur inconnue : {value}") for value in unknown]
    return out


def _check_force(card: Card, where: str, by_id: Mapping[str, Statement], known: Known) -> list[Problem]:
    """The heads hold today, and so does everything that they and what follows them need."""
    out = [
        error("card_head_out_of_force", where, f"{sid} n'est pas en vigueur")
        for sid in card.head
        if sid in by_id and not by_id[sid].in_force.contains(known.today)
    ]
    seen: set[str] = set()
    waiting = [sid for sid in (*card.head, *card.then, *card.needs) if sid in by_id]
    while waiting:
        holder = by_id[waiting.pop()]
        for need in holder.needs:
            if need in seen:
                continue
            seen.add(need)
            if need not in by_id:
                out.append(error("card_need", where, f"{holder.id} demande un énoncé inconnu : {need}"))
            elif holder.in_force.contains(known.today) and not by_id[need].in_force.contains(known.today):
                out.append(error("card_need", where, f"{holder.id} demande {need}, qui n'est pas en vigueur"))
            else:
                waiting.append(need)
    return out


def _check_apart(placed: list[tuple[str, Card]]) -> list[Problem]:
    """Ids and questions are one card's alone."""
    ids = Counter(card.id for _, card in placed)
    out = [error("card_id", where, "identifiant de carte en double") for where, card in placed if ids[card.id] > 1]
    asked: dict[str, str] = {}
    for where, card in placed:
        own = [plain(ask) for ask in card.asks]
        out += [error("card_ask", where, f"question répétée : « {a} »") for a, n in Counter(own).items() if n > 1]
        for ask in dict.fromkeys(own):
            if (first := asked.setdefault(ask, where)) != where:
                out.append(error("card_ask_shared", where, f"même question que {first} : « {ask} »"))
    return out
