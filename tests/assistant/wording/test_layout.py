"""The layout: a paragraph a part under its own words, steps, bullets, the verdict in bold, what is missing said once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.verifier import Cited, Sentence
from assistant.planning.plan import Place, Plan, PlannedPart
from assistant.wording.citations import Numbering
from assistant.wording.composer import Line
from assistant.wording.layout import Laid, label_of, lay_out
from assistant.wording.phrases import DEPENDS_ON, PART_MISSING, TOLD
from assistant.wording.prose import blocks
from ingest.corpus.cards import DependsOn
from ingest.language.claims import Language
from tests.assistant.support import statement_passage


def line(n: int, part: int = 0, place: Place = "head", text: str = "", regime: str = "cnc") -> Line:
    passage = statement_passage(n, id=f"e{n}", text=f"Le producteur remet le bilan numéro {n}.", regime=regime)
    said = text or passage.text
    return Line(Sentence(said, (Cited(passage, passage.text),)), part, place, passage)


def written(n: int, text: str) -> Line:
    """A line of a model."""
    drawn = line(n, place="head" if n == 1 else "then")
    return replace(drawn, sentence=replace(drawn.sentence, text=text, written=True))


def laid(parts: list[PlannedPart], *lines: Line, language: Language = "fr") -> Laid:
    return lay_out(Plan(tuple(parts)), lines, Numbering(), language)


def part(about: str = "Quels bilans ?", state: Any = "answered", **changes: Any) -> PlannedPart:
    return PlannedPart(about, state=state, **changes)


class TestOnePart:
    def test_a_paragraph_and_no_label(self) -> None:
        found = laid([part()], line(1), line(2, place="then"), line(3, place="needs"))
        assert found.markdown == (
            "Le producteur remet le bilan numéro 1. [1] Le producteur remet le bilan numéro 2. [2] "
            "Le producteur remet le bilan numéro 3. [3]"
        )
        assert found.sentences == {0: [1, 2, 3]}

    def test_steps_are_numbered_between_their_head_and_their_reserve(self) -> None:
        found = laid(
            [part(shape="steps")], line(1), line(2, place="then"), line(3, place="then"), line(4, place="needs")
        )
        head, steps, needs = blocks(found.markdown)
        assert (head.form, steps.form, needs.form) == ("paragraph", "steps", "paragraph")
        assert [item.split(" [")[1] for item in steps.items] == ["2]", "3]"]

    @pytest.mark.parametrize("shape", ["table", "cases"])
    def test_rows_are_bullets(self, shape: str) -> None:
        found = laid([part(shape=shape)], line(1), line(2, place="then"), line(3, place="then"))
        (rows,) = blocks(found.markdown)
        assert (rows.form, len(rows.items)) == ("bullets", 3)

    @pytest.mark.parametrize("opens", ["Les deux se cumulent.", "Non : les deux se cumulent."])
    def test_the_answer_stands_above_the_rows_that_say_what_they_are_of(self, opens: str) -> None:
        texts = [opens, "Qui décide : le CNC.", "Coût : 28 000 €."]
        found = laid([part(shape="table")], *(written(n, t) for n, t in enumerate(texts, 1)))
        answer, rows = blocks(found.markdown)
        assert (answer.form, rows.form, len(rows.items)) == ("paragraph", "bullets", 2)

    def test_a_row_says_in_bold_what_it_is_of(self) -> None:
        texts = ["Demande : au CNC, avant le tournage.", "Pièces non listées.", "Coût : 28 000 €."]
        found = laid([part(shape="table")], *(written(n, t) for n, t in enumerate(texts, 1)))
        assert [line.split(" [")[0] for line in found.markdown.split("\n")] == [
            "- **Demande** : au CNC, avant le tournage.",
            "- Pièces non listées.",
            "- **Coût** : 28 000 €.",
        ]

    def test_a_checklist_has_no_answer_above_it(self) -> None:
        found = laid(
            [part(shape="table")],
            *(written(n, t) for n, t in enumerate(["Déclarez.", "Certifiez.", "Transmettez."], 1)),
        )
        (rows,) = blocks(found.markdown)
        assert len(rows.items) == 3

    @pytest.mark.parametrize("shape", ["steps", "table", "cases"])
    def test_a_single_companion_makes_no_list(self, shape: str) -> None:
        found = laid([part(shape=shape)], line(1), line(2, place="then"))
        assert [b.form for b in blocks(found.markdown)] == ["paragraph"]

    def test_next_steps_are_laid_elsewhere(self) -> None:
        found = laid([part()], line(1), line(2, place="next"))
        assert "numéro 2" not in found.markdown
        assert found.sentences == {0: [1]}

    def test_nothing_kept_nothing_said(self) -> None:
        assert laid([part()]).markdown == ""

    def test_what_it_depends_on_opens(self) -> None:
        found = laid(
            [part(verdict="depends", depends_on=DependsOn(field="taille", ask="Combien êtes-vous ?"))], line(1)
        )
        assert found.markdown.startswith(f"**{DEPENDS_ON['fr']}** Le producteur")

    def test_two_bodies_of_law_have_a_heading_each(self) -> None:
        lines = [line(1, regime="ue"), line(2, place="then", regime="fr"), line(3, place="then", regime="cnc")]
        found = laid([part()], *lines)
        first, second = found.markdown.split("\n\n")
        assert first.startswith("**Droit européen** : ")
        assert "numéro 3" in first
        assert second.startswith("**Droit français** : ")
        assert laid([part()], *lines, language="en").markdown.startswith("**EU law**: ")

    def test_one_body_of_law_has_none(self) -> None:
        assert "**" not in laid([part()], line(1, regime="ue"), line(2, place="then", regime="cnc")).markdown


class TestVerdict:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("Oui : le producteur remet un bilan.", "**Oui :** le producteur remet un bilan. [1]"),
            ("Non, a priori : le producteur ne remet rien.", "**Non, a priori :** le producteur ne remet rien. [1]"),
            ("Yes: the producer files a report.", "**Yes:** the producer files a report. [1]"),
            (
                "Non : votre effectif, 12 salariés, ne dépasse pas 500 salariés. La CSRD vise les grandes.",
                "**Non : votre effectif, 12 salariés, ne dépasse pas 500 salariés.** La CSRD vise les grandes. [1]",
            ),
            ("Le producteur remet un bilan : oui.", "Le producteur remet un bilan : oui. [1]"),
        ],
    )
    def test_it_stands_in_bold(self, text: str, said: str) -> None:
        assert laid([part()], line(1, text=text)).markdown == said

    def test_only_at_the_head(self) -> None:
        found = laid([part()], line(1), line(2, place="then", text="Oui : le producteur remet un bilan."))
        assert "**" not in found.markdown


class TestParts:
    def test_each_has_a_paragraph_under_its_words(self) -> None:
        found = laid([part("Quels bilans ?"), part("et quand ?")], line(1), line(2, 1), line(3, 1, "then"))
        first, second = found.markdown.split("\n\n")
        assert first.startswith("**Quels bilans** : Le producteur")
        assert second.startswith("**Quand** : Le producteur")
        assert found.sentences == {0: [1], 1: [2, 3]}

    def test_the_english_colon(self) -> None:
        found = laid([part("Which reports?"), part("and when?")], line(1), line(2, 1), language="en")
        assert [p.split(": ")[0] for p in found.markdown.split("\n\n")] == ["**Which reports**", "**When**"]

    def test_what_is_missing_is_said_once_where_it_is_asked(self) -> None:
        found = laid([part(), part("combien ça coûte", "missing")], line(1))
        assert found.markdown.split("\n\n")[1] == f"**Combien ça coûte** : {PART_MISSING['fr']}"
        assert found.markdown.count(PART_MISSING["fr"]) == 1

    def test_what_is_told_by_an_earlier_part_is_not_missing(self) -> None:
        found = laid([part(), part("et pour qui", told=True)], line(1))
        assert found.markdown.endswith(f"**Pour qui** : {TOLD['fr']}")
        assert PART_MISSING["fr"] not in found.markdown

    def test_the_same_words_keep_their_number(self) -> None:
        found = laid([part("Quels bilans ?"), part("et quand ?")], line(1), line(1, 1))
        assert re.findall(r"\[\d+\]", found.markdown) == ["[1]", "[1]"]


class TestLabels:
    @pytest.mark.parametrize(
        ("about", "label"),
        [
            ("et combien ça coûte ?", "Combien ça coûte"),
            ("On tourne en forêt à vingt, faut prévenir qui", "Faut prévenir qui"),
            ("« Quels » **bilans** [1] ?", "Quels bilans 1"),
            ("ok", "Ok"),
        ],
    )
    def test_its_last_clause(self, about: str, label: str) -> None:
        assert label_of(about) == label

    def test_at_most_eight_words(self) -> None:
        assert (
            label_of("un deux trois quatre cinq six sept huit neuf dix") == "… trois quatre cinq six sept huit neuf dix"
        )

    @given(st.text(max_size=200))
    def test_any_text_makes_a_label_that_is_no_markup(self, about: str) -> None:
        label = label_of(about)
        assert not set(label) & set("*[]«»")
        assert "\n" not in label
        assert len(label.removeprefix("… ").split()) <= 8


@given(
    st.lists(st.sampled_from(["head", "then", "needs"]), max_size=7),
    st.sampled_from(["sentence", "steps", "table", "cases"]),
)
def test_every_sentence_is_laid_once_whatever_the_shape(places: list[Place], shape: str) -> None:
    lines = [line(n, place=place) for n, place in enumerate(places, 1)]
    found = laid([part(shape=shape)], *lines)
    assert sorted(re.findall(r"numéro (\d+)\.", found.markdown)) == sorted(str(n) for n in range(1, len(places) + 1))
    assert found.sentences.get(0, []) == list(range(1, len(places) + 1))
