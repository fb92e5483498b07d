"""A draw of statements: the same for a seed, rules alone unless facts are wanted, with what each needs."""

from __future__ import annotations

from pathlib import Path

from ingest.corpus.fiches import load_fiches
from ingest.corpus.sample import draw

CORPUS = Path(__file__).resolve().parents[3] / "corpus"


def test_a_seed_draws_the_same_statements() -> None:
    fiches = [f.fiche for f in load_fiches(CORPUS)]
    one = draw(fiches, 30, 7)
    assert one == draw(fiches, 30, 7)
    assert [r["id"] for r in one] != [r["id"] for r in draw(fiches, 30, 8)]
    assert len({r["id"] for r in one}) == 30
    assert all(r["polarity"] != "fait" for r in one)


def test_what_a_statement_needs_is_laid_out_beside_it() -> None:
    fiches = [f.fiche for f in load_fiches(CORPUS)]
    rows = draw(fiches, 10_000, 1, normative=False)
    needing = [r for r in rows if "needs" in r]
    assert needing
    assert all(words for r in needing for words in r["needs"].values())
    assert any(r["polarity"] == "fait" for r in rows)
