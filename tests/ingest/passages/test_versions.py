"""Versions: where a date comes from, when a wording ends, and what is never believed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ingest.articles.structure import split_units
from ingest.articles.units import Unit
from ingest.corpus.register import Register, Source
from ingest.documents.markdown import read_markdown
from ingest.documents.tree import Block, Document
from ingest.passages.passages import Passage, told_apart, unit_passages
from ingest.passages.succession import settle
from ingest.passages.versions import TextVersion, day, deferred_until, implied_end, said_dates
from ingest.texts.remarks import remarks
from ingest.texts.texts import version_of
from tests.samples import TODAY

CODE = Source.model_validate(
    {"id": "code-essai", "title": "Code d'essai", "issuer": "Essai", "nature": "code", "rank": "officiel",
     "domains": ["cnc"], "regime": "fr", "aliases": ["code d'essai"]}
)  # fmt: skip
REGISTER = Register((CODE,))


def added(text: str, version: TextVersion, source: Source = CODE, register: Register = REGISTER) -> list[Passage]:
    return unit_passages(split_units(read_markdown(text.encode())), source, register, version, "fr")


def article(number: str, words: str, **dates: date) -> list[Passage]:
    return added(f"# Article {number}\n\n{words}\n", TextVersion(**dates))


def intervals(*texts: list[Passage]) -> list[tuple[str, date | None, date | None]]:
    settled = settle([(str(n), passages) for n, passages in enumerate(texts)])
    return [(p.text, p.valid_from, p.valid_until) for p in settled]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15", date(2026, 3, 15)),
        ("2026-03", date(2026, 3, 1)),
        ("2026-02-30", None),
        ("2999-01-01", None),
        ("mars 2026", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_a_day_or_nothing(text: str | None, expected: date | None) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    ("name", "start", "attested"),
    [
        ("2016-01-01.md", date(2016, 1, 1), None),
        ("code_2023-12-03.html", None, date(2023, 12, 3)),
        ("code-cinema_2009-07-26_legalize_PERIME.md", None, date(2009, 7, 26)),
        ("2026-03_copie.md", None, date(2026, 3, 1)),
        ("loi_2019-1147_energie.md", None, None),
        ("JORF_2023-06-21_PRMG2311809S.pdf", None, date(2023, 6, 21)),
        ("article.md", None, None),
    ],
)
def test_a_name_can_say_the_first_day_or_the_day_of_the_copy(
    name: str, start: date | None, attested: date | None
) -> None:
    assert said_dates({}, name) == TextVersion(valid_from=start, attested_at=attested)


def test_the_command_wins_over_the_file_and_the_file_over_the_register() -> None:
    source = CODE.model_copy(update={"valid_from": date(2020, 1, 1), "valid_until": date(2025, 1, 1)})
    bare = Document(None, ())
    read = Document(None, (), valid_from=date(2021, 1, 1))
    fronted = Document(None, (), {"date_debut": "2022-01-01"})
    assert version_of(bare, None, None, None, TODAY, source).valid_from == date(2020, 1, 1)
    assert version_of(bare, None, None, None, TODAY, source).valid_until == date(2025, 1, 1)
    assert version_of(read, None, None, None, TODAY, source).valid_from == date(2021, 1, 1)
    assert version_of(fronted, None, None, None, TODAY, source).valid_from == date(2022, 1, 1)
    assert version_of(fronted, date(2023, 1, 1), None, None, TODAY, source).valid_from == date(2023, 1, 1)


def test_the_next_start_ends_the_former() -> None:
    one, two, three = date(2010, 1, 1), date(2015, 6, 1), date(2020, 3, 1)
    assert intervals(
        article("L. 1-1", "Trois.", valid_from=three),
        article("L. 1-1", "Un.", valid_from=one),
        article("L. 1-1", "Deux.", valid_from=two),
        article("L. 1-2", "Autre.", valid_from=two),
    ) == [
        ("Trois.", three, None),
        ("Un.", one, two - timedelta(days=1)),
        ("Deux.", two, three - timedelta(days=1)),
        ("Autre.", two, None),
    ]


def test_an_end_that_a_file_gives_is_kept_when_it_comes_first() -> None:
    early = article("1", "Un.", valid_from=date(2010, 1, 1), valid_until=date(2012, 1, 1))
    assert intervals(early, article("1", "Deux.", valid_from=date(2015, 1, 1)))[0][2] == date(2012, 1, 1)


def test_a_copy_with_other_words_ends_what_was_known_and_starts_nothing() -> None:
    dated = article("122-18", "Fiction.", valid_from=date(2023, 2, 1))
    copy = article("122-18", "Fiction et animation.", attested_at=date(2026, 3, 1))
    assert intervals(dated, copy) == [
        ("Fiction.", date(2023, 2, 1), date(2026, 2, 28)),
        ("Fiction et animation.", None, None),
    ]


def test_a_copy_with_the_same_words_ends_nothing() -> None:
    dated = article("122-18", "<p>Fiction.</p>", valid_from=date(2023, 2, 1))
    copy = article("122-18", "Fiction.", attested_at=date(2026, 3, 1))
    assert {until for _, _, until in intervals(dated, copy)} == {None}


def test_translations_are_no_versions_of_each_other() -> None:
    english = [p.model_copy(update={"language": "en"}) for p in article("1", "One.", valid_from=date(2020, 1, 1))]
    assert intervals(article("1", "Un.", valid_from=date(2010, 1, 1)), english)[0][2] is None


def test_what_a_whole_newer_copy_no_longer_holds_has_left_the_text() -> None:
    old, new = date(2009, 7, 26), date(2026, 3, 1)
    numbers = range(1, 13)
    before = added("".join(f"# Article L{n}-1\n\nRègle {n}.\n\n" for n in numbers), TextVersion(attested_at=old))
    after = added(
        "".join(f"# Article L{n}-1\n\nRègle {n}.\n\n" for n in numbers if n != 5), TextVersion(attested_at=new)
    )
    part = added("# Article L1-1\n\nRègle 1.\n", TextVersion(attested_at=new))
    gone = {text for text, _, until in intervals(before, after) if until}
    assert gone == {"Règle 5."}
    assert not [text for text, _, until in intervals(before, part) if until]


NOTA = "NOTA : Conformément à l'article 9, ces dispositions entrent en vigueur le 1er janvier 2028."


@pytest.mark.parametrize(
    ("text", "version", "start"),
    [
        (NOTA, TextVersion(attested_at=date(2026, 3, 1)), date(2028, 1, 1)),
        (NOTA, TextVersion(valid_from=date(2026, 3, 1)), date(2028, 1, 1)),
        (NOTA, TextVersion(attested_at=date(2028, 3, 1)), None),
        (NOTA, TextVersion(valid_from=date(2028, 1, 1)), None),
        ("Le présent article entre en vigueur le 1er\njanvier 2028.", TextVersion(), date(2028, 1, 1)),
        ("Le I du présent article entre en vigueur le 1er janvier 2028.", TextVersion(), None),
        (f"{NOTA} Ces dispositions entrent en vigueur le 2 mars 2029.", TextVersion(), None),
        ("Ces dispositions entrent en vigueur le 31 février 2028.", TextVersion(), None),
        ("<i>NOTA:<p>…, ces dispositions entrent en vigueur le 1<sup>er</sup> janvier 2028.</p></i>", TextVersion(),
         date(2028, 1, 1)),
    ],
)  # fmt: skip
def test_an_article_put_off_starts_on_the_day_that_it_says(text: str, version: TextVersion, start: date | None) -> None:
    assert deferred_until(text, version) == start


def test_an_article_put_off_is_not_in_force_before() -> None:
    (passage,) = article("L. 5-1", NOTA, attested_at=date(2026, 3, 1))
    assert (passage.valid_from, passage.attested_at) == (date(2028, 1, 1), date(2026, 3, 1))


def test_the_register_s_next_version_of_a_work_ends_the_former() -> None:
    first = CODE.model_copy(update={"id": "dir-1", "work": "dir", "aliases": ()})
    second = CODE.model_copy(update={"id": "dir-2", "work": "dir", "valid_from": date(2026, 3, 18), "aliases": ()})
    register = Register((first, second))
    version = TextVersion(valid_from=date(2023, 1, 5))
    assert implied_end(first, register, version).valid_until == date(2026, 3, 17)
    assert implied_end(second, register, TextVersion(valid_from=date(2026, 3, 18))).valid_until is None
    assert implied_end(first, register, TextVersion(attested_at=TODAY)) == TextVersion(attested_at=TODAY)


def unit(number: str, text: str) -> Unit:
    return Unit(number, f"art. {number}", (), (Block("text", text),))


def test_a_number_that_stands_twice_gives_two_articles_told_apart_and_twins_count_once() -> None:
    units = [unit("1", "Un."), unit("1", "Autre."), unit("1", "Un."), unit("2", "Deux.")]
    assert [(u.text, suffix) for u, suffix in told_apart(units)] == [
        ("Un.", ", texte 1 sur 2"),
        ("Autre.", ", texte 2 sur 2"),
        ("Deux.", ""),
    ]
    passages = added("# Article 7\n\nUn.\n\n# Article 7\n\nAutre.\n", TextVersion(attested_at=TODAY))
    assert [(p.locator, p.keys) for p in passages] == [
        ("art. 7, texte 1 sur 2", ("code-essai:7",)),
        ("art. 7, texte 2 sur 2", ("code-essai:7",)),
    ]
    assert {p.valid_until for p in settle([("x", passages)])} == {None}


def test_a_claim_to_be_in_force_is_not_believed_and_twins_and_drafts_are_pointed_out() -> None:
    stale = Document("Code", (Block("text", "Un."),), {"status": "in_force", "last_updated": "2009-07-26"})
    version = version_of(stale, None, None, None, TODAY)
    assert version == TextVersion(attested_at=date(2009, 7, 26))
    (said,) = remarks(stale, split_units(stale), version, TODAY)
    assert "se dit en vigueur" in said
    assert "26/07/2009" in said
    (twice,) = remarks(Document(None, ()), [unit("1", "Un."), unit("1", "Autre.")], TextVersion(), TODAY)
    assert twice.startswith("1 numéro(s) d'article")
    draft = Document(None, (Block("text", "Proposition de DIRECTIVE DU PARLEMENT EUROPÉEN"),), notes=("Note.",))
    assert [r[:26] for r in remarks(draft, [], TextVersion(), TODAY)] == ["C'est une proposition ou u", "Note."]
    assert remarks(draft, [], TextVersion(), TODAY, draft=True) == ["Note."]
    (later,) = remarks(Document(None, ()), [unit("9", NOTA)], TextVersion(attested_at=TODAY), TODAY)
    assert "2028-01-01" in later
