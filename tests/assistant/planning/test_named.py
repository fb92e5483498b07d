"""Which added texts a message names."""

from __future__ import annotations

import pytest

from assistant.planning.named import TextNaming
from ingest.texts.naming import TextName


def name(source: str, title: str, phrases: tuple[str, ...], **more: tuple[str, ...] | bool) -> TextName:
    data = {"words": (), "kinds": (), "common": (), "bodies": (), "registered": False} | more
    return TextName(source, title, phrases, **data)  # type: ignore[arg-type]


CHARTE = name(
    "charte", "Charte de Canal Azur", ("charte de canal azur", "canal azur", "azur"),
    words=("canal",), kinds=("chart",), bodies=("chain",),
)  # fmt: skip
PARC = name(
    "parc", "Règlement du Parc de Valmont", ("parc de valmont", "valmont"), kinds=("regl",), common=("regl",),
    bodies=("redev",),
)  # fmt: skip
CODE = name("code-env", "Code de l'environnement", ("code de l'environnement",), kinds=("cod",), registered=True)
NAMES = TextNaming([CHARTE, PARC, CODE])


@pytest.mark.parametrize(
    ("message", "sources", "firm"),
    [
        ("Que retient Canal Azur ?", {"charte"}, True),
        ("canal azur retient combien ?", {"charte"}, True),
        ("La redevance à Valmont ?", {"parc"}, True),
        ("que dit la charte de la chaîne sur l'avion", {"charte"}, True),
        ("d'après la charte, quel délai ?", {"charte"}, True),
        ("la charte impose-t-elle un référent ?", {"charte"}, False),
        ("que prévoit notre règlement ?", {"parc"}, True),
        ("le règlement que j'ai ajouté parle du bruit ?", {"parc"}, True),
        ("le texte que j'ai ajouté parle du bruit ?", {"charte", "parc"}, True),
        ("que dit le code de l'environnement ?", {"code-env"}, False),
        ("que dit le règlement ?", set(), False),
        ("Que demande la charte de Canal Jade ?", set(), False),
        ("Que demande Canal Jade ?", set(), False),
        ("un canal navigable", set(), False),
        ("quels bilans carbone pour le CNC ?", set(), False),
    ],
)
def test_named(message: str, sources: set[str], firm: bool) -> None:
    found = NAMES.read(message)
    assert (set(found.sources), found.firm) == (sources, firm)


def test_what_is_left_of_a_message_is_its_question() -> None:
    assert NAMES.read("Combien retient Canal Azur ?").rest == "Combien retient ?"
    assert "Valmont" not in NAMES.read("La redevance à Valmont est de combien ?").rest


def test_a_body_that_one_text_alone_speaks_of_points_to_it() -> None:
    assert NAMES.read("que retient la chaîne ?").bodies == {"charte"}
    assert NAMES.read("que retient le CNC ?").bodies == frozenset()


def test_without_added_texts_nothing_is_named() -> None:
    assert TextNaming([]).read("la charte de la chaîne").sources == frozenset()
