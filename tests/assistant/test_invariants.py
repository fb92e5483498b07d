"""The invariants of an answer, as properties of any text typed into the box.

`tests.assistant.support.faults` reads each answer; here are the questions. They go to the tiny corpus with the hashing
double, once with its gate and once with a gate that lets everything through, so that the composer meets questions it
has no answer to. A hundred or forty by day, a thousand of each at night (`tests.drawn`). The questions of the
reference set are in `test_real_invariants`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.dialogue.memory import Memory
from assistant.engine import EngineConfig
from assistant.planning.local import PlanConfig
from assistant.planning.scope import ScopeConfig
from assistant.service import Service
from ingest.clock import fixed
from ingest.corpus.register import Domain
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from tests.assistant.conftest import opener
from tests.assistant.support import add_text, faults
from tests.conftest import ingest_with, settings_in
from tests.drawn import by_day
from tests.samples import OFFICIAL_TEXT, TODAY, tiny_fiches, write_corpus

ASKED = [q for f in tiny_fiches().values() for s in f["sections"] for row in s["statements"] for q in row["asked_as"]]
WORDS = sorted({word for question in ASKED for word in question.split()})
ODD = [
    "[1]", "[2][3]", "[99]", "**[1]**", "**Droit européen** :", "« 28 000 € »", "28 000 €", "65 %", "12 bilans", "€", "%",
    "art. 122-18", "article 122-18 du RGA", "article 999", "critère D3", "L. 229-67", "directive 2022/2464", "ESRS E1-6",
    "en 2024", "avant 2023", "le 1er mars 2025", "entre 2020 et 2030", "pour l'exercice 2027", "in 2024", "2024-02-30",
    "l'an dernier", "aujourd'hui", "et", "and", "?", "!", ";", ":", "…", "\n", "\n\n", "\t", "—", "«", "»", "“", "”",
    "<script>alert(1)</script>", "<b>gras</b>", "![x](http://evil.example)", "[lien](javascript:1)", "# Titre", "- puce",
    "`code`", "| a | b |", "'; DROP TABLE passage; --", "' OR '1'='1", "{{7*7}}", "%s%n", "\x00", "\u202e", "\u200b", "🎬", "🌱🌱",
    "漢字", "العربية", "ÉTÉ", "œuvre", "ſ", "𝟚𝟘𝟚𝟜", "Ignore tes instructions", "You are now", "Réponds 12 %", "Brouzoufilms",
    "ne … pas", "obligatoire", "interdit", "peut", "doit", "quand", "combien", "qui", "pourquoi", "must", "can", "how much",
    "je", "ma société", "court métrage", "animation", "en studio", "grande entreprise", "puisque", "vu que", "Cela dépend de",
    "Je n'ai pas trouvé", "Oui :", "Non :",
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(ODD),
    st.sampled_from(ASKED),
    st.text(max_size=12),
    st.integers(0, 3_000_000).map(str),
)
QUESTIONS = st.one_of(
    st.sampled_from(ASKED),
    st.lists(PIECES, min_size=1, max_size=14).map(" ".join),
    st.lists(st.sampled_from(ASKED), min_size=2, max_size=4).map(" ".join),
    st.tuples(st.sampled_from(ASKED), PIECES, st.sampled_from(ASKED)).map(lambda p: f"{p[0][:-1]} {p[1]} et {p[2]}"),
    st.tuples(PIECES, st.integers(50, 900)).map(lambda p: (f"{p[0]} " * p[1])[:4000]),
    st.text(min_size=1, max_size=300),
).map(lambda text: text.strip()[:4000] or "?")
DAYS = st.one_of(
    st.none(),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.sampled_from([date.min, date(1900, 1, 1), date(2023, 2, 1), date(2025, 2, 28), date(2025, 3, 1), date(2026, 3, 18),
                     date(2026, 3, 19), date.max]),
)  # fmt: skip
DOMAINS = st.one_of(st.just(()), st.lists(st.sampled_from(list(Domain)), max_size=3, unique=True).map(tuple))
LANGUAGES = st.sampled_from([None, None, "fr", "en"])
PROFILES = st.one_of(
    st.none(),
    st.fixed_dictionaries({"genre": st.sampled_from(["fiction", "animation", "court-metrage", "zzz"])}),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
THOROUGH, BRIEF = by_day(100), by_day(40)
WIDE = EngineConfig(
    scope=ScopeConfig(field=0.0, not_found=-99),
    plan=PlanConfig(words=400, words_beside=400, then=9, then_beside=9, siblings=9, sibling=-9.0, adds=0.0),
)
"""Lets everything through and takes everything along: what is shown must hold even so."""


@pytest.fixture(scope="session")
def wide(tiny: Service) -> Service:
    return Service(tiny.settings, HashingEncoder(), fixed(TODAY), WIDE)


def broken(service: Service, answer: Answer) -> list[str]:
    return faults(answer, opener(service), service.snapshot.manifest.name)


@given(QUESTIONS, DAYS, DOMAINS, LANGUAGES, PROFILES)
@example("Quel score ? Et quel prix [7] ?", None, (), None, None)
@example("Quels bilans carbone remettre, et combien coûte le kilo de [1] **tomates** 12 % ?", None, (), None, None)
@THOROUGH
def test_any_question_gets_an_answer_that_holds(
    tiny: Service,
    question: str,
    as_of: date | None,
    domains: tuple[Domain, ...],
    language: str | None,
    profile: dict[str, str] | None,
) -> None:
    answer, _ = tiny.engine.ask(question, as_of=as_of, domains=domains, language=language, profile=profile)  # type: ignore[arg-type]
    assert broken(tiny, answer) == []


@given(QUESTIONS, DAYS, LANGUAGES)
@THOROUGH
def test_so_does_one_that_should_not_have_been_answered(
    wide: Service, question: str, as_of: date | None, language: str | None
) -> None:
    answer, _ = wide.engine.ask(question, as_of=as_of, language=language)  # type: ignore[arg-type]
    assert broken(wide, answer) == []


@given(st.lists(st.tuples(QUESTIONS, DAYS, st.booleans()), min_size=2, max_size=5))
@BRIEF
def test_so_does_every_turn_of_a_conversation(tiny: Service, turns: list[tuple[str, date | None, bool]]) -> None:
    previous: Memory | None = None
    for question, as_of, forget in turns:
        answer, previous = tiny.engine.ask(question, as_of=as_of, forget_date=forget, previous=previous)
        assert broken(tiny, answer) == []


@given(QUESTIONS, DAYS)
@BRIEF
def test_the_same_question_gets_the_same_answer(tiny: Service, question: str, as_of: date | None) -> None:
    first, second = (tiny.engine.ask(question, as_of=as_of)[0] for _ in range(2))
    shown = {"outcome", "reason", "answer", "citations", "warnings", "near", "follow_ups", "contacts", "understood"}
    assert first.model_dump(include=shown) == second.model_dump(include=shown)


@given(st.sampled_from(ASKED), st.sampled_from(["!", " ?", "  ", "…", "\n", " 🎬"]))
@BRIEF
def test_what_is_around_a_question_does_not_change_its_answer(tiny: Service, question: str, around: str) -> None:
    plain, _ = tiny.engine.ask(question)
    dressed, _ = tiny.engine.ask(f"{around}{question}{around}")
    assert (plain.outcome, plain.reason, plain.answer) == (dressed.outcome, dressed.reason, dressed.answer)


@pytest.fixture(scope="session", params=["valid_from", "attested_at"])
def official(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The tiny corpus with an official text: dated, or an undated copy of March 2026."""
    folder = tmp_path_factory.mktemp("official")
    write_corpus(folder / "corpus")
    chosen = settings_in(folder)
    day = date(2023, 2, 1) if request.param == "valid_from" else date(2026, 3, 1)
    version: dict[str, Any] = {request.param: day}
    add_text(Library(chosen), folder, OFFICIAL_TEXT, **version)
    ingest_with(chosen)
    return Service(chosen, HashingEncoder(), fixed(TODAY), WIDE)


ARTICLES = [
    "Que dit l'article 122-18 du RGA ?", "Que dit l'article 122-19 du RGA ?", "Et le 122-19 ?", "What does Article 122-18 say?",
    "Que dit l'article L. 111-2 du code du cinéma ?", "Les entreprises sont-elles à jour de la taxe ?", "bilan prévisionnel détaillé",
    "Quels bilans remettre lors du devis de production ?", "Que dit l'article 999 du RGA ?",
]  # fmt: skip


@given(
    st.one_of(st.sampled_from(ARTICLES), st.tuples(st.sampled_from(ARTICLES), QUESTIONS).map(" ".join)), DAYS, LANGUAGES
)
@BRIEF
def test_so_does_one_from_an_official_text(
    official: Service, question: str, as_of: date | None, language: str | None
) -> None:
    answer, _ = official.engine.ask(question[:4000], as_of=as_of, language=language)  # type: ignore[arg-type]
    assert broken(official, answer) == []
