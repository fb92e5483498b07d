"""Cards for fitting kinds of question: two kinds, told apart by their words."""

from __future__ import annotations

from pathlib import Path

from ingest.corpus.cards import Card, Kind
from tests.samples import write_yaml

SUBJECTS = ("la prime", "le bilan", "le label", "l'amende", "le dossier", "le délai")


def cards() -> list[Card]:
    """Six subjects, each with a card of amounts and a card of dates."""
    return [
        Card(
            id=f"carte-{n}-{kind.value}", subject=subject, topics=("prime",), kinds=(kind,), head=("enonce",),
            asks=tuple(q.format(subject) for q in asks),
        )
        for n, subject in enumerate(SUBJECTS)
        for kind, asks in (
            (Kind.AMOUNT, ("Combien coûte {} ?", "{} vaut combien ?")),
            (Kind.DATE, ("Avant quelle date pour {} ?", "Quand remettre {} ?")),
        )
    ]  # fmt: skip


def write_cards(corpus_dir: Path) -> None:
    """The same in a corpus."""
    path = corpus_dir / "cartes" / "essai.yaml"
    write_yaml(path, [c.model_dump(mode="json", exclude_defaults=True) for c in cards()])
