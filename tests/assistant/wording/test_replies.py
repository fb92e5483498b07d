"""What is offered to reply with is read back as what was asked for."""

from __future__ import annotations

import pytest

from assistant.planning.asks import SUBJECT
from assistant.reading.case import wanted
from assistant.reading.question import Understanding
from assistant.wording.replies import _FIGURES, detail_of
from ingest.corpus.cards import DependsOn, load_card_files
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import CaseField
from ingest.corpus.glossary import Glossary, load_glossary
from ingest.corpus.register import TextNames
from ingest.corpus.rules import load_rules
from ingest.settings import Settings


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load_glossary(Settings().corpus_dir)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("field", [f for f in CaseField if f in _FIGURES])
def test_a_figure_is_read_back_as_what_was_asked(field, language) -> None:
    found = wanted(_FIGURES[field][language].format("42"), field, language)
    assert found is not None, _FIGURES[field][language]
    assert found.field is field


def test_the_values_that_rules_tell_apart_are_read_back(glossary) -> None:
    read = Understanding(glossary, TextNames({})).facets
    asked = 0
    for rule in load_rules(Settings().corpus_dir):
        for i in rule.inputs:
            told = dict.fromkeys(v for o in rule.outcomes for f, v in facets_of(o.when) if f == i.field)
            values = glossary.choices(i.field, i.value) if i.value else tuple(told)
            detail = detail_of(DependsOn(field=i.field, ask=i.ask, values=values), glossary, "fr")
            for value, option in zip(values, detail.options, strict=False):
                assert value in read(option).get(i.field, ()), (rule.id, option)
                asked += 1
    for file in load_card_files(Settings().corpus_dir):
        for card in file.cards:
            if (depends := card.depends_on) and depends.values:
                for value, option in zip(depends.values, detail_of(depends, glossary, "fr").options, strict=True):
                    assert value in read(option).get(depends.field, ()), (card.id, option)
                    asked += 1
    assert asked > 550


def test_a_day_is_put_in_words_and_what_is_told_by_no_facet_has_messages(glossary) -> None:
    day = detail_of(DependsOn(field="filing", ask="Quand déposez-vous ?"), glossary, "fr")
    assert (day.kind, day.reply, day.options) == ("day", "dépôt le {}", ())
    assert len(detail_of(SUBJECT, glossary, "en").options) == len(detail_of(SUBJECT, glossary, "fr").options) == 5
    assert detail_of(DependsOn(field="score", ask="Quel score ?"), glossary, "fr").kind == "words"
