"""Criteria asked by their code and in words, over the real corpus and the real model; codes that collide stay apart.

Guarantee: each of the criteria is found by its code, in three ways of asking, and by one lay wording of its own; of the
words held out (`criteria_words.HELD_…`), a share. A code of unknown wording says that it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answer import Answer
from assistant.engine import Engine
from assistant.service import Service
from ingest.corpus.criteria import Criterion, FrameworkFile, load_frameworks
from ingest.corpus.register import Domain
from ingest.settings import Settings
from tests.assistant.criteria_words import HELD_AFNOR, HELD_LABEL, LAY_AFNOR, LAY_LABEL
from tests.assistant.support import statements_cited

FRAMEWORKS = load_frameworks(Settings().corpus_dir)
HELD = {"label-ecoprod": HELD_LABEL, "afnor-spec-2308": HELD_AFNOR}
LAY = {"label-ecoprod": LAY_LABEL, "afnor-spec-2308": LAY_AFNOR}
HELD_FOUND = 0.80
each_framework = pytest.mark.parametrize("file", FRAMEWORKS, ids=[f.framework.id for f in FRAMEWORKS])


@pytest.fixture(scope="module")
def engine(real: Service) -> Engine:
    return real.engine


def ids(engine: Engine, answer: Answer) -> list[str]:
    """Ids of the statements that an answer cites, in order."""
    return [s.id if s else "" for s in statements_cited(engine, answer)]


def first(engine: Engine, answer: Answer) -> str:
    """Id of the statement that leads an answer, or why there is none."""
    return next(iter(ids(engine, answer)), str(answer.reason))


def cited(answer: Answer) -> set[str]:
    return {c.source_id for c in answer.citations}


def ident(file: FrameworkFile, criterion: Criterion) -> str:
    """Id of a criterion's statement."""
    return f"critere-{file.framework.id}-{(criterion.code or criterion.id).lower()}"


@pytest.fixture(scope="module")
def lead(engine: Engine) -> Callable[..., str]:
    return lambda question, **how: first(engine, engine.ask(question, **how)[0])


def test_every_criterion_has_its_words() -> None:
    assert sum(len(f.framework.criteria) for f in FRAMEWORKS) == 76
    for file in FRAMEWORKS:
        criteria, name = file.framework.criteria, file.framework.id
        assert list(HELD[name]) == [c.code for c in criteria if c.code]
        assert list(LAY[name]) == [c.id for c in criteria]
        own = {q for c in criteria for q in c.asked_as}
        assert not own & {*HELD[name].values(), *LAY[name].values()}


@each_framework
def test_asked_by_code_comes_first(lead: Callable[..., str], file: FrameworkFile) -> None:
    framework = file.framework
    missed = []
    for criterion in framework.criteria:
        if criterion.code is None:
            continue
        for question in (
            f"Que demande le critère {criterion.code} {framework.of.fr} ?",
            f"{framework.name.fr} {criterion.code}, c'est quoi ?",
            f"What does criterion {criterion.code} of the {framework.name.en} ask for?",
        ):
            if (got := lead(question)) != ident(file, criterion):
                missed.append(f"{question} → {got}")
    assert missed == []


@each_framework
def test_asked_in_lay_words_is_among_the_first_five_or_in_the_answer(engine: Engine, file: FrameworkFile) -> None:
    missed = []
    for criterion in file.framework.criteria:
        words = LAY[file.framework.id][criterion.id]
        answer, _ = engine.ask(words)
        ranked = [o.statement.id for o in engine.local.found(engine.read_alone(words)).bare[:5] if o.statement]
        if ident(file, criterion) not in (*ranked, *ids(engine, answer)):
            missed.append(f"{criterion.id} : {words} → {ranked[:3]}")
    assert missed == []


@each_framework
def test_most_of_the_words_held_out_are_found(engine: Engine, file: FrameworkFile) -> None:
    held = HELD[file.framework.id]
    missed = []
    for criterion in file.framework.criteria:
        if criterion.code is None:
            continue
        asked = held[criterion.code]
        best = [o.statement.id for o in engine.local.found(engine.read_alone(asked)).bare[:5] if o.statement]
        if ident(file, criterion) not in best:
            missed.append(f"{criterion.code} : {asked} → {best[0]}")
    assert len(missed) <= (1 - HELD_FOUND) * len(held), missed


@each_framework
def test_a_code_of_unknown_wording_says_so(engine: Engine, file: FrameworkFile) -> None:
    for poste in file.framework.postes:
        for code in poste.missing:
            answer, _ = engine.ask(f"Que demande le critère {code} {file.framework.of.fr} ?")
            assert code in answer.answer
            assert "n'est pas connu" in answer.answer, code


def test_a_group_without_any_known_criterion_says_so(engine: Engine) -> None:
    for code in ("B1", "B4"):
        answer, _ = engine.ask(f"Que demande le critère {code} du Label Ecoprod ?")
        assert "Aucun critère du poste B" in answer.answer
        assert {c.name for c in answer.contacts} >= {"Ecoprod"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("critère G1 du Label Ecoprod", "critere-label-ecoprod-g1"),
        ("Ecoprod criterion E1", "critere-label-ecoprod-e1"),
        ("c'est quoi le critère D3 du label ?", "critere-label-ecoprod-d3"),
        ("le E1 du label ecoprod, c'est quoi ?", "critere-label-ecoprod-e1"),
        ("action 2.3 de la prime RSE+", "critere-afnor-spec-2308-2.3"),
        ("critère D2 du Label Ecoprod", "poste-label-ecoprod-d"),
        ("critère B3 du Label Ecoprod", "poste-label-ecoprod-b"),
    ],
)
def test_a_named_code_reaches_its_criterion(lead: Callable[..., str], question: str, expected: str) -> None:
    assert lead(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "ESRS E1, c'est quoi ?",
        "Que demande la norme ESRS G1 ?",
        "E1-6 demande quoi ?",
        "critère E1 des ESRS",
        "scénario drone S3",
        "Quelle est la limite du scénario S3 pour un drone ?",
        "D3 ?",
        "E1 ?",
    ],
)
def test_other_codes_never_reach_a_criterion(engine: Engine, question: str) -> None:
    answer, _ = engine.ask(question)
    assert not {s for s in cited(answer) if s.startswith("notice.criteres-")}


def test_the_two_frameworks_never_mix(engine: Engine) -> None:
    for question, other in (
        ("Que dit le Label Ecoprod d'un plan de mobilité ?", "notice.criteres-afnor-spec-2308"),
        ("Que dit l'AFNOR SPEC 2308 d'un plan de mobilité ?", "notice.criteres-label-ecoprod"),
        ("critère 2.3 du Label Ecoprod", "notice.criteres-afnor-spec-2308"),
        ("critère D3 de l'AFNOR SPEC 2308", "notice.criteres-label-ecoprod"),
    ):
        assert other not in cited(engine.ask(question)[0]), question


def test_a_bare_code_needs_its_framework_or_its_domain(engine: Engine, lead: Callable[..., str]) -> None:
    assert lead("D3 ?", domains=(Domain.LABEL,)) == "critere-label-ecoprod-d3"
    _, turn = engine.ask("C'est quoi le critère D3 du Label Ecoprod ?")
    assert lead("Et le D4 ?", previous=turn) == "critere-label-ecoprod-d4"
    assert lead("et la preuve ?", previous=turn) == "critere-label-ecoprod-d3"
    _, turn = engine.ask("Que demande ESRS E1 ?")
    assert "notice.criteres-label-ecoprod" not in cited(engine.ask("Et G1 ?", previous=turn)[0])


def test_points_and_obligation_are_told_to_be_unknown(engine: Engine) -> None:
    for question in (
        "Le critère F1 rapporte combien de points au label ?",
        "Le critère F1 du Label Ecoprod est-il obligatoire ?",
    ):
        answer, _ = engine.ask(question)
        assert any(said in answer.answer for said in ("non publiés", "n'a pas été trouvé")), answer.answer
        assert not answer.answer.startswith(("Oui", "Non"))


def test_a_reconstructed_criterion_carries_its_doubt(engine: Engine) -> None:
    answer, _ = engine.ask("Que demande le critère H4 du Label Ecoprod ?")
    assert answer.answer.startswith("D'après une application tierce, à vérifier auprès d'Ecoprod")
    citation = answer.citations[0]
    assert (citation.rank, citation.confidence, citation.locator) == ("notice", None, "critère H4 (Label Ecoprod)")
    assert citation.based_on is not None
    assert citation.based_on.source_id == "perset-ecoprod-criteria"
