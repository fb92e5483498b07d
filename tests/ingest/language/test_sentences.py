"""Where sentences end in French legal prose."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.language.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Le producteur remet un bilan.", "Le CNC le lit."],
        ["Voir l'art. L. 229-67 du code.", "Il dit tout."],
        ["Au sens du n° 12, M. Dupont et Mme Durand, cf. p. 3, sont tenus."],
        ["Est-ce vrai ?", "Oui !", "Non…"],
        ["« Il dit oui. »", "Puis il part."],
        ["Le devis est remis ;", "le coût l'est aussi."],
        ["Le seuil est de 1.5 million.", "Rien d'autre."],
        ["La S.A.R.L. de droit de l'U.E. est visée.", "Les autres non."],
        ["La page www.cnc.fr/page.html est à jour.", "Fin."],
        ["Une phrase sans fin"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("exercice libre.L'exercice suivant", ["exercice libre.", "L'exercice suivant"]),
        ("un titre\n\nun texte", ["un titre", "un texte"]),
        ("une ligne\nla suite", ["une ligne\nla suite"]),
        ("1° le devis ;\n2° le coût.", ["1° le devis ;", "2° le coût."]),
        ("  avant.   Après.  ", ["avant.", "Après."]),
        ("en 2024. les", ["en 2024. les"]),
        ("14 salles : 5,18.\n\nB. Les autres", ["14 salles : 5,18.", "B. Les autres"]),
        ("au sens du 2.\n\nla suite", ["au sens du 2.", "la suite"]),
        ("I. – Le producteur. II. – Le CNC.", ["I. – Le producteur.", "II. – Le CNC."]),
        ("I.-A. La proportion.\n\nII bis. Le CNC.", ["I.-A. La proportion.", "II bis. Le CNC."]),
        ("...", ["..."]),
        ('un " terme " est défini."', ['un " terme " est défini."']),
        ('défini." Œuvre " : fin."', ['défini."', 'Œuvre " : fin."']),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_that_copies_have_glued_or_broken(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text(alphabet="aÉL.;!? »«\n1M", max_size=200))
def test_spans_are_in_order_trimmed_and_hold_every_character_but_spaces(text: str) -> None:
    spans = sentence_spans(text)
    end = 0
    for a, b in spans:
        assert end <= a < b
        assert text[a:b] == text[a:b].strip()
        end = b
    assert "".join(text[a:b] for a, b in spans).replace(" ", "").replace("\n", "") == re.sub(r"\s", "", text)


@pytest.mark.parametrize("unit", [".", ". ", "A.", ".»", "\n", "; ", ".   "])
def test_hostile_text_is_split_in_linear_time(unit: str) -> None:
    started = time.thread_time()
    sentence_spans((unit * 200_000)[:200_000])
    assert time.thread_time() - started < 2
