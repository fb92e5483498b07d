"""Two states of a text compared: every article counted once, renumbering told from rewriting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles.structure import split_units
from ingest.articles.units import Unit
from ingest.documents.markdown import read_markdown
from ingest.main import main
from ingest.settings import Settings
from ingest.texts.diff import diff_units, diff_words, shown_words

FIRST = "Les entreprises remettent un bilan provisoire de leurs émissions avec le devis de production."
SECOND = "Le calcul suit un référentiel que le président du Centre fixe par décision publiée au bulletin."
THIRD = "À défaut de bilan définitif, le solde de l'aide n'est pas versé à l'entreprise qui l'a demandé."


def units(*articles: tuple[str, str]) -> list[Unit]:
    text = "# Code\n\n" + "\n\n".join(f"## Article {number}\n\n{body}" for number, body in articles)
    return split_units(read_markdown(text.encode()))


def told(before: list[Unit], after: list[Unit]) -> list[tuple[str, str | None, str | None]]:
    return [
        (c.kind, c.before.number if c.before else None, c.after.number if c.after else None)
        for c in diff_units(before, after).changes
    ]


def test_nothing_changed() -> None:
    same = units(("1", FIRST), ("2", SECOND))
    assert diff_units(same, same).counts() == {"changed": 0, "renumbered": 0, "added": 0, "removed": 0, "unchanged": 2}


def test_the_shape_of_apostrophes_and_spaces_is_no_change() -> None:
    assert told(units(("1", THIRD)), units(("1", THIRD.replace("'", "’").replace(" ", " ", 1)))) == []


def test_changed_added_and_removed() -> None:
    before = units(("1", FIRST), ("2", SECOND))
    after = units(("1", FIRST.replace("provisoire", "prévisionnel")), ("3", THIRD))
    assert told(before, after) == [("changed", "1", "1"), ("added", None, "3"), ("removed", "2", None)]
    (change,) = [c for c in diff_units(before, after).changes if c.kind == "changed"]
    assert [w for w in change.words if w[0] != "="] == [("-", "provisoire"), ("+", "prévisionnel")]


def test_an_article_put_first_renumbers_the_others_and_rewrites_none() -> None:
    before = units(("1", FIRST), ("2", SECOND))
    after = units(("1", THIRD), ("2", FIRST), ("3", SECOND))
    assert told(before, after) == [("added", None, "1"), ("renumbered", "1", "2"), ("renumbered", "2", "3")]


def test_renumbered_and_touched_at_once() -> None:
    rows = told(units(("L1", FIRST)), units(("L9", FIRST.replace("provisoire", "prévisionnel"))))
    assert rows == [("renumbered", "L1", "L9")]


def test_a_rewritten_article_keeps_its_number() -> None:
    assert told(units(("1", FIRST)), units(("1", THIRD))) == [("changed", "1", "1")]


def test_short_words_alone_do_not_make_a_renumbering() -> None:
    assert told(units(("1", "(Abrogé)")), units(("2", "(Abrogé)"))) == [("added", None, "2"), ("removed", "1", None)]


def test_twins_in_one_file_are_paired_by_their_words() -> None:
    twice = units(("1", FIRST), ("1", SECOND))
    assert told(twice, units(("1", SECOND), ("1", FIRST))) == []


WORDS = st.lists(st.sampled_from(["un", "bilan", "28 000", "€", "l'aide", "n'est", "pas"]), max_size=25).map(" ".join)


@given(WORDS, WORDS)
def test_each_text_can_be_read_back_from_its_words(before: str, after: str) -> None:
    words = diff_words(before, after)
    for sign, text in (("-", before), ("+", after)):
        assert " ".join(w for s, w in words if s in ("=", sign)).split() == text.split()


def test_a_space_lost_after_a_full_stop_is_no_change_of_words() -> None:
    words = diff_words(
        "Il est libre. L'exercice est annuel, puis clos.", "Il est libre.L'exercice est annuel, puis ouvert."
    )
    assert [w for w in words if w[0] != "="] == [("-", "clos."), ("+", "ouvert.")]


def test_words_on_one_line() -> None:
    assert shown_words(diff_words("Le seuil est de 250 salariés.", "Le seuil est de 1 000 salariés.")) == (
        "Le seuil est de [-250-] {+1 000+} salariés."
    )


def test_on_the_command_line(use_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text(f"# Code\n\n## Article 1\n\n{FIRST}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Code\n\n## Article 1\n\n{FIRST.replace('devis', 'coût')}\n", encoding="utf-8")
    main_exit("corpus", "add", "a.md", "--as", "code-cinema", "--attested-at", "2026-03-01")
    capsys.readouterr()
    main_exit("corpus", "diff", "code-cinema-2026-03-01", "b.md")
    shown = capsys.readouterr().out
    assert "[-devis-] {+coût+}" in shown
    assert "1 article(s) modifié(s)" in shown
    main_exit("corpus", "diff", "code-cinema-2026-03-01", "b.md", "--json")
    assert json.loads(capsys.readouterr().out)["counts"]["changed"] == 1
    assert main_exit("corpus", "diff", "inconnu", "b.md") == 1
    assert "source_not_found" in capsys.readouterr().err


def main_exit(*arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    return int(done.value.code or 0)
