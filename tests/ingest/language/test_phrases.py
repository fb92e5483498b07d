"""Lists of phrases: whole words, any ending where it is said so, the longest that starts at a place."""

from pathlib import Path

import pytest

from ingest.language.phrases import Phrases

LISTS = Phrases(
    {
        "bound": ["au moins", "l'un des", "lorsqu'"],
        "grow": ["augment*"],
        "link": ["et", "ou", "et/ou"],
        "open": ["et", "mais", "du coup"],
    }
)


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("au moins deux", "bound", ["au moins"]),
        ("au-moins deux", "bound", ["au-moins"]),
        ("au, moins", "bound", []),
        ("tableau moins", "bound", []),
        ("l'un des trois, lorsqu'il", "bound", ["l'un des", "lorsqu'"]),
        ("augmentera, augment", "grow", ["augmentera", "augment"]),
        ("les augures", "grow", []),
        ("a et/ou b et c", "link", ["et/ou", "et"]),
        ("the producer's and et's", "link", ["et"]),
    ],
)
def test_phrases_are_whole_words(text: str, name: str, found: list[str]) -> None:
    assert [text[slice(*span)] for span in LISTS.find(text, name)] == found


def test_a_text_opens_with_several() -> None:
    text = "mais, du coup et quand"
    assert text[LISTS.opening(text, "open") :] == "quand"
    assert LISTS.opening("quand et mais", "open") == 0


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        LISTS.has("x", "nothing")


def test_words_of_a_file_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("a: [on, no, 12]\n", encoding="utf-8")
    assert Phrases.load(path).all("on no 12")["a"] == ((0, 2), (3, 5), (6, 8))
