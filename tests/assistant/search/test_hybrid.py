"""Retrieval: only what is in force on the day and in the domains, what is named by its number first, and `Document`s."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.engine import Engine
from assistant.reading.dates import AsOf
from assistant.reading.question import Understanding
from assistant.search.fusion import blend
from assistant.search.hybrid import Candidates, HybridSearch, RetrievalConfig
from assistant.service import Service
from ingest.clock import Clock
from ingest.corpus.register import Domain
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from tests.assistant.support import add_text, on, understood, year
from tests.conftest import Build
from tests.samples import OFFICIAL_TEXT, TODAY

QUESTION = "Quels bilans carbone remettre au CNC ?"
ALWAYS = AsOf(date.min, date.max, "asked")


def ids(found: Candidates) -> list[str]:
    """Statements found, best first; official texts by their locator."""
    return [h.passage.statement.id if h.passage.statement else h.passage.locator for h in found.hits]


@pytest.fixture(scope="module")
def search(engine: Engine) -> HybridSearch:
    return engine.search


class TestDates:
    @pytest.mark.parametrize(
        ("day", "version"),
        [
            (date(2023, 1, 31), None),
            (date(2023, 2, 1), "double-bilan-2023"),
            (date(2025, 2, 28), "double-bilan-2023"),
            (date(2025, 3, 1), "double-bilan-2025"),
            (TODAY, "double-bilan-2025"),
            (date(2040, 1, 1), "double-bilan-2025"),
        ],
    )
    def test_the_version_of_the_day_and_no_other(self, search: HybridSearch, day: date, version: str | None) -> None:
        found = {i for i in ids(search.search_text(QUESTION, on(day))) if i.startswith("double-bilan-20")}
        assert found == ({version} if version else set())

    def test_a_period_brings_every_version_that_overlaps_it(self, search: HybridSearch) -> None:
        found = ids(search.search_text(QUESTION, year(2025)))
        assert {"double-bilan-2023", "double-bilan-2025"} <= set(found)
        assert "csrd-seuil-2026" not in found

    @pytest.mark.parametrize("text", [QUESTION, "seuil CSRD salariés", "publicité", "", "zzz"])
    @pytest.mark.parametrize("day", [date(2022, 6, 1), date(2024, 6, 1), date(2026, 3, 18), date(2026, 3, 19), TODAY])
    def test_every_candidate_is_in_force(self, search: HybridSearch, text: str, day: date) -> None:
        for hit in search.search_text(text, on(day)).hits:
            assert hit.passage.valid_from is None or hit.passage.valid_from <= day
            assert hit.passage.valid_until is None or day <= hit.passage.valid_until

    def test_even_what_a_question_names_by_its_number(self, search: HybridSearch, understanding: Understanding) -> None:
        question = understood(understanding, "Que dit l'article 122-18 du RGA ?", as_of=on(date(2022, 1, 1)))
        assert "double-bilan-2023" not in ids(search.search(question))
        assert "double-bilan-2025" not in ids(search.search(question))

    def test_future_law_is_no_candidate(self, search: HybridSearch) -> None:
        assert "declaration-2027" not in ids(search.search_text("déclarer les dépenses de publicité", on(TODAY)))
        assert "declaration-2027" in ids(search.search_text("déclarer les dépenses de publicité", on(date(2027, 1, 1))))

    @pytest.mark.parametrize(("day", "known"), [(date(2024, 6, 1), False), (date(2025, 12, 31), False), (TODAY, True)])
    def test_an_undated_statement_is_known_from_the_version_of_its_source(
        self, search: HybridSearch, day: date, known: bool
    ) -> None:
        """The label's reference document is that of 2026: it says nothing of the score asked for in 2024."""
        found = ids(search.search_text("Quel score faut-il pour le Label Ecoprod ?", on(day)))
        assert ("label-seuil-65" in found) is known

    def test_other_versions_are_fetched_apart(self, search: HybridSearch) -> None:
        others = search.out_of_force("csrd-seuil", on(TODAY))
        assert [p.statement.id for p in others if p.statement] == ["csrd-seuil-2024"]
        assert search.out_of_force("csrd-seuil", ALWAYS) == []
        assert search.out_of_force("inconnu", on(TODAY)) == []


class TestDomains:
    @pytest.mark.parametrize("domain", [Domain.CNC, Domain.CSRD, Domain.LABEL, Domain.CLIMAT])
    def test_only_the_domain_asked_for(self, search: HybridSearch, domain: Domain) -> None:
        found = search.search_text(QUESTION, on(TODAY), (domain,))
        assert found.hits
        assert all(domain in h.passage.domains for h in found.hits)

    def test_several_domains(self, search: HybridSearch) -> None:
        found = search.search_text(QUESTION, on(TODAY), (Domain.CNC, Domain.LABEL))
        assert {d for h in found.hits for d in h.passage.domains} == {Domain.CNC, Domain.LABEL}

    def test_a_domain_without_passages(self, search: HybridSearch) -> None:
        found = search.search_text(QUESTION, on(TODAY), (Domain.TOURNAGE,))
        assert found.hits == []
        assert found.best_lexical == 0

    def test_a_question_carries_its_domains(self, search: HybridSearch, understanding: Understanding) -> None:
        found = search.search(understood(understanding, QUESTION, domains=(Domain.LABEL,)))
        assert all(Domain.LABEL in h.passage.domains for h in found.hits)


class TestRanking:
    def test_shared_words_come_first(self, search: HybridSearch) -> None:
        assert ids(search.search_text("Quel score faut-il pour le Label Ecoprod ?", on(TODAY)))[0] == "label-seuil-65"
        assert ids(search.search_text("Which standard is not mandatory for a small company?", on(TODAY)))[0] == (
            "vsme-obligatoire"
        )

    def test_slips_and_accents_do_not_count(self, search: HybridSearch) -> None:
        assert ids(search.search_text("norme vsme obligatoir", on(TODAY)))[0] == "vsme-obligatoire"
        assert "bilan" in search.search_text("bilans carbonne", on(TODAY)).terms

    def test_the_same_question_gives_the_same_candidates(self, search: HybridSearch) -> None:
        first, second = (search.search_text(QUESTION, on(TODAY)) for _ in range(2))
        assert [(h.position, h.score) for h in first.hits] == [(h.position, h.score) for h in second.hits]

    def test_a_candidate_comes_once_and_scores_fall(self, search: HybridSearch) -> None:
        hits = search.search_text(QUESTION, on(TODAY)).hits
        assert len({h.position for h in hits}) == len(hits)
        assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)

    def test_statements_of_the_best_topics_come_along(self, engine: Engine, encoder: HashingEncoder) -> None:
        narrow = HybridSearch(engine.snapshot, encoder, RetrievalConfig(depth=3, candidates=1, topics=1))
        found = ids(narrow.search_text("Quel score avec une phase d'engagement pour le label ?", on(TODAY)))
        assert set(found) == {"label-seuil-65", "label-seuil-70"}

    def test_the_index_is_asked_for_more_when_the_filters_leave_too_few(
        self, engine: Engine, encoder: HashingEncoder
    ) -> None:
        """No lexical match: all come from the vectors, and the three of the label are not the nearest ones."""
        narrow = HybridSearch(engine.snapshot, encoder, RetrievalConfig(depth=3, topics=0))
        found = narrow.search_text("zzz", on(TODAY), (Domain.LABEL,))
        assert len(found.hits) == 3

    def test_nothing_is_invented_for_an_unknown_word(self, search: HybridSearch) -> None:
        found = search.search_text("xylophone", on(TODAY))
        assert found.terms == []
        assert found.best_lexical == 0


class TestNamedArticles:
    def test_the_article_comes_before_all_else(self, with_official: Service) -> None:
        """The other words of the question are those of other passages."""
        engine = with_official.engine
        for text in (
            "Que dit l'article 122-19 du RGA ?",
            "Label Ecoprod score de 65 % points applicables : que dit l'article 122-19 du RGA ?",
            "Que dit le 122-19 ?",
        ):
            hits = engine.search.search(understood(engine.understanding, text)).hits
            assert hits[0].passage.locator.endswith("122-19"), text
            assert hits[0].exact

    def test_it_does_so_whatever_the_other_words_bring(self, with_official: Service, encoder: HashingEncoder) -> None:
        """Depth 1: another passage is first for its words and for its vector; the named one is neither."""
        engine = with_official.engine
        narrow = HybridSearch(engine.snapshot, encoder, RetrievalConfig(depth=1))
        text = "Quel score faut-il pour le Label Ecoprod ? Et que dit l'article 122-19 du RGA ?"
        hits = narrow.search(understood(engine.understanding, text)).hits
        assert hits[0].exact

    def test_only_the_named_article_is_exact(self, with_official: Service) -> None:
        engine = with_official.engine
        hits = engine.search.search(understood(engine.understanding, "Que dit l'article 122-18 du RGA ?")).hits
        for hit in hits:
            assert hit.exact == ("rga:122-18" in hit.passage.keys)
        assert any(h.exact and h.passage.kind == "text" for h in hits)

    def test_the_same_number_of_another_text_is_not_it(self, with_official: Service) -> None:
        engine = with_official.engine
        question = understood(engine.understanding, "Que dit l'article 122-18 du code de l'environnement ?")
        assert not any(h.exact for h in engine.search.search(question).hits)

    def test_an_article_that_nobody_holds_changes_nothing(
        self, search: HybridSearch, understanding: Understanding
    ) -> None:
        question = understood(understanding, "Que dit l'article 999-99 du RGA sur le bilan ?")
        found = search.search(question)
        assert found.hits
        assert not any(h.exact for h in found.hits)

    def test_a_notice_and_its_article_share_a_key(self, with_official: Service) -> None:
        search = with_official.engine.search
        official = search.official(("rga:122-18",), on(TODAY))
        assert [p.kind for p in official] == ["text"]
        assert "bilan prévisionnel détaillé" in official[0].text
        assert search.official(("rga:122-18",), on(date(2020, 1, 1))) == []
        assert search.official(("rga:999",), on(TODAY)) == []


class TestUndatedCopies:
    """A copy attested in 2026, without validity, of an article whose earlier wording is dated."""

    @pytest.fixture
    def copied(
        self, library: Library, build: Build, tmp_path: Path, encoder: HashingEncoder, clock: Clock
    ) -> HybridSearch:
        add_text(library, tmp_path, OFFICIAL_TEXT, attested_at=date(2026, 3, 1))
        build()
        return Service(library.settings, encoder, clock).engine.search

    def test_it_serves_from_its_day_on(self, copied: HybridSearch) -> None:
        found = ids(copied.search_text("remise du devis de production, bilan prévisionnel", on(TODAY)))
        assert any(i.endswith("122-18") for i in found)
        assert [p.locator for p in copied.official(("rga:122-18",), on(date(2026, 3, 1)))]

    @pytest.mark.parametrize("day", [date(2023, 2, 1), date(2024, 6, 1), date(2026, 2, 28)])
    def test_it_never_stands_in_for_dated_text_of_an_earlier_day(self, copied: HybridSearch, day: date) -> None:
        """Article 122-18 has dated statements; the copy says nothing of the days before its own."""
        found = ids(copied.search_text("remise du devis de production, bilan prévisionnel", on(day)))
        assert not any(i.endswith("122-18") for i in found)
        assert copied.official(("rga:122-18",), on(day)) == []

    def test_it_does_not_even_when_it_is_named(self, copied: HybridSearch, understanding: Understanding) -> None:
        question = understood(understanding, "Que dit l'article 122-18 du RGA ?", as_of=on(date(2024, 6, 1)))
        assert not any(h.passage.kind == "text" and h.exact for h in copied.search(question).hits)

    def test_it_is_all_there_is_when_nothing_is_dated(self, copied: HybridSearch) -> None:
        """Article 122-19 has no dated text: its copy may serve (the answer then says so)."""
        found = ids(copied.search_text("taxe prévue par le code des impositions", on(date(2024, 6, 1))))
        assert any(i.endswith("122-19") for i in found)

    def test_a_dated_copy_serves_its_own_days(self, with_official: Service) -> None:
        search = with_official.engine.search
        assert search.official(("rga:122-18",), on(date(2024, 6, 1)))
        assert search.official(("rga:122-18",), on(date(2023, 1, 31))) == []


class TestContrast:
    def test_a_known_question_stands_out_more_than_noise(self, search: HybridSearch) -> None:
        known = search.search_text("Quel score faut-il pour le Label Ecoprod ?", on(TODAY)).contrast
        noise = search.search_text("recette du cassoulet aux haricots lingots", on(TODAY)).contrast
        assert known > noise

    def test_it_does_not_depend_on_the_day(self, search: HybridSearch) -> None:
        """What makes a question ours is not whether the rule is in force."""
        assert search.search_text(QUESTION, on(TODAY)).contrast == pytest.approx(
            search.search_text(QUESTION, on(date(2010, 1, 1))).contrast
        )


class TestBlend:
    """How all the passages are ranked: meaning and words by how their scores stand."""

    LEXICAL = np.array([0.0, 4.0, 8.0, 2.0], np.float32)

    def test_by_hand(self) -> None:
        found = blend([0, 1, 3], [0.9, 0.8, 0.7], [2, 1], self.LEXICAL, 0.5)
        assert found == pytest.approx({0: 0.5, 1: 0.5, 2: 0.5, 3: 0.125})

    def test_cosines_of_any_encoder_read_alike(self) -> None:
        wide, narrow = ([0.9, 0.5, 0.1], [0.90, 0.88, 0.86])
        one, other = (blend([0, 1, 3], near, [2, 1], self.LEXICAL, 0.7) for near in (wide, narrow))
        assert one == pytest.approx(other)

    def test_what_lies_beyond_the_ranking_counts_for_nothing(self) -> None:
        assert blend([0, 1], [0.9, 0.8, 0.1], [2], self.LEXICAL, 0.5)[2] == 0.5

    @pytest.mark.parametrize(("dense", "near", "words"), [([], [], [2]), ([2], [0.9], []), ([], [], [])])
    def test_one_ranking_or_none(self, dense: list[int], near: list[float], words: list[int]) -> None:
        assert set(blend(dense, near, words, self.LEXICAL, 0.5)) == {*dense, *words}
