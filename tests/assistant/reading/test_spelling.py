"""Chat spelling: written out where it means one thing, left where it may be a code."""

from __future__ import annotations

import pytest

from assistant.reading.spelling import spelt_out


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cest koi la prime", "c'est quoi la prime"),
        ("c koi la norme qu on peut zapper", "c'est quoi la norme qu on peut zapper"),
        ("quon peut pas zapper", "qu'on peut pas zapper"),
        ("Ya un seuil ds le bilan ?", "Y a un seuil dans le bilan ?"),
        ("on peu ecrire bio", "on peut ecrire bio"),
        ("cb de critères pr le label", "combien de critères pour le label"),
        # codes, figures and ordinary words
        ("C2I c'est quoi ?", "C2I c'est quoi ?"),
        ("le poste C est-il dû ?", "le poste C est-il dû ?"),
        ("critère C 2", "critère C 2"),
        ("payer en CB, mettre en DS", "payer en CB, mettre en DS"),
        ("un peu plus", "un peu plus"),
        ("l'article L. 229-61", "l'article L. 229-61"),
    ],
)
def test_spelt_out(said: str, meant: str) -> None:
    assert spelt_out(said) == meant
    assert spelt_out(meant) == meant
