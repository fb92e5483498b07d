"""Verification: every way that we know of to make a sentence lie is refused, and every true wording passes.

`TAMPERED` holds each sentence with the passage that it claims to rest on; most are built from the tiny corpus, by
changing one thing in a true sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from assistant.checking.verifier import Cited, Sentence, Verifier, in_force, support_text
from assistant.reading.dates import AsOf
from ingest.corpus.fiches import Statement
from ingest.language.claims import merged, read_claim
from ingest.passages.passages import Passage
from tests.assistant.support import on, statement_passage, text_passage, year
from tests.samples import ARTICLE_122_18, TODAY, tiny_fiches

Language = Literal["fr", "en"]
FOREVER = AsOf(date.min, date.max, "asked")
VERIFIER = Verifier()
MONTHS = {"janvier": "juin", "février": "mai", "mars": "août", "septembre": "octobre"} | {
    "January": "June", "February": "May", "March": "August", "September": "October",
}  # fmt: skip


@dataclass(frozen=True)
class Tampered:
    """A sentence that lies, on a passage that does not say it."""

    how: str
    text: str
    passage: Passage
    language: Language = "fr"
    quote: str | None = None

    def faults(self, as_of: AsOf = FOREVER) -> list[str]:
        quote = self.passage.text if self.quote is None else self.quote
        return VERIFIER.faults(Sentence(self.text, (Cited(self.passage, quote),), language=self.language), as_of)

    def __str__(self) -> str:
        return f"{self.how}: {self.text}"


def tiny_passages() -> list[Passage]:
    """One passage for each statement of the tiny corpus."""
    rows = [
        statement_passage(position=i, **({"lead": None} | data))
        for fiche in tiny_fiches().values()
        for section in fiche["sections"]
        for i, data in enumerate(section["statements"])
    ]
    assert len(rows) == 15
    return rows


def wordings(s: Statement) -> list[tuple[str, Language]]:
    """The true sentences of a statement."""
    return [(s.text, "fr"), *([(s.lead, "fr")] if s.lead else []), (s.en, "en")]  # type: ignore[list-item]


def other_number(match: re.Match[str]) -> str:
    """Another number of the same look: every digit moves by three, never to a leading zero."""
    digits = "".join(str((int(c) + 3) % 10) if c.isdigit() else c for c in match.group(0))
    return f"4{digits[1:]}" if digits.startswith("0") else digits


def each(pattern: str, change: Callable[[re.Match[str]], str], text: str) -> Iterator[str]:
    """The text with each match changed in turn."""
    for m in re.finditer(pattern, text):
        changed = text[: m.start()] + change(m) + text[m.end() :]
        if changed != text:
            yield changed


NEGATED = {
    r"\bsuppose\b": "ne suppose pas", r"\bdemandait\b": "ne demandait pas", r"\bdemandaient\b": "ne demandaient pas",
    r"\bse remet\b": "ne se remet pas", r"\bvisait\b": "ne visait pas", r"\bvise\b": "ne vise pas",
    r"\bse délivre\b": "ne se délivre pas", r"(?<=Ecoprod )\bdemande\b": "ne demande pas", r"\best\b": "n'est jamais",
    r"\bdéclarera\b": "ne déclarera pas", r"\brequires\b": "does not require", r"\brequired\b": "never required",
    r"\bis filed\b": "is not filed", r"\bapplied\b": "did not apply", r"\bapplies\b(?= to)": "does not apply",
    r"\bis granted\b": "is not granted", r"\bwill declare\b": "will not declare",
}  # fmt: skip
"""Where a negation may be put in the affirmative sentences of the tiny corpus."""
AFFIRMED = {
    r"\bne demande aucun\b": "demande un", r"\bn'est pas\b": "est", r"\bAucun texte ne fixe\b": "Un texte fixe",
    r"\bne peut plus afficher\b": "peut toujours afficher", r"\bdoes not require any\b": "requires a",
    r"\b(is|are) not\b": "is", r"\bNo text sets\b": "A text sets", r"\bmay not\b": "may",
}  # fmt: skip
"""How a negation may be taken away from the negative ones."""


def tampered() -> list[Tampered]:
    out: list[Tampered] = []
    for passage in tiny_passages():
        assert passage.statement
        for text, language in wordings(passage.statement):

            def add(how: str, *texts: str, p: Passage = passage, lang: Language = language) -> None:
                out.extend(Tampered(how, t, p, lang) for t in texts)

            add("figure", *each(r"(?<![\d-])\d+(?:[  ,]\d{3})*", other_number, text))
            add("month", *each("|".join(MONTHS), lambda m: MONTHS[m.group(0)], text))
            add("scale", *each("millions?", lambda _: "milliards" if language == "fr" else "billion", text))
            add("scale", *each(r"450 millions d'euros|EUR 450 million", lambda _: "450 000 euros", text))
            add("unit", *each(r"(?<=\d) ?%", lambda _: " euros", text))
            if language == "fr":
                added = (
                    "sous 45 jours",
                    "jusqu'au 30 juin 2029",
                    "depuis 2019",
                    "pour 500 €",
                    "à 12 %",
                    "en trois mois",
                )
                law = ("article 122-99 du RGA", "art. L. 229-25", "directive 2022/2464", "critère D9", "ISO 20121")
            else:
                added = (
                    "within 45 days",
                    "until 30 June 2029",
                    "since 2019",
                    "for EUR 500",
                    "at 12%",
                    "in three months",
                )
                law = ("Article 29b", "Article L. 229-25", "Directive 2022/2464", "criterion D9", "ISO 20121")
            stem = text.rstrip(".")
            add("added figure", *(f"{stem}, {a}." for a in added))
            add("added reference", *(f"{stem} ({ref})." for ref in law))
            for pattern, affirmed in AFFIRMED.items():
                add("negation lost", *each(pattern, lambda _, a=affirmed: a, text))  # type: ignore[misc]
            claim = read_claim(passage.text)
            if not claim.negated and not claim.privative:
                for pattern, negation in NEGATED.items():
                    add("negation", *each(pattern, lambda _, n=negation: n, text))  # type: ignore[misc]
    return [*out, *hand_made()]


ARTICLE = "\n\n".join(ARTICLE_122_18)
DUTY = "Le producteur doit remettre un bilan carbone au CNC."
RIGHT = "Le producteur peut demander une aide au CNC."
BAN = "Une publicité pour les énergies fossiles est interdite."
FREE = "La norme VSME est facultative."
NOT_DUTY = "La norme VSME n'est pas obligatoire."
LIMIT = "L'amende va de 20 000 € à 100 000 €, et atteint 4 % du chiffre d'affaires (article L. 229-63 du code)."
TERM = "Le bilan se remet au plus tard le 1er mars 2025, dans un délai de 3 mois."


ENGLISH = {
    DUTY: "The producer must file a carbon report with the CNC.",
    RIGHT: "The producer may apply to the CNC for support.",
    BAN: "Advertising for fossil fuels is prohibited.",
    FREE: "The VSME standard is optional.",
    NOT_DUTY: "The VSME standard is not mandatory.",
    LIMIT: "The fine ranges from EUR 20,000 to EUR 100,000, and reaches 4% of turnover (Article L. 229-63 of the code).",
    TERM: "The report is due by 1 March 2025, within 3 months.",
}
"""How their statements put them in English."""


def hand_made() -> list[Tampered]:
    """What changing one word cannot build."""
    rows: list[tuple[str, str, Language, list[str]]] = [
        ("modality", DUTY, "fr", [
            "Le producteur peut remettre un bilan carbone au CNC.",
            "Il est possible de remettre un bilan carbone au CNC.",
            "Remettre un bilan carbone au CNC est facultatif.",
            "Le producteur ne doit pas remettre de bilan carbone au CNC.",
            "Le producteur n'est pas tenu de remettre un bilan carbone au CNC.",
        ]),
        ("modality", DUTY, "en", [
            "The producer may file a carbon report with the CNC.",
            "Filing a carbon report with the CNC is optional.",
            "The producer is free to file a carbon report with the CNC.",
            "The producer does not have to file a carbon report with the CNC.",
            "The producer need not file a carbon report with the CNC.",
        ]),
        ("modality", RIGHT, "fr", [
            "Le producteur doit demander une aide au CNC.",
            "Le producteur est tenu de demander une aide au CNC.",
            "Il faut que le producteur demande une aide au CNC.",
            "Il est interdit au producteur de demander une aide au CNC.",
            "Le producteur ne peut pas demander une aide au CNC.",
        ]),
        ("modality", RIGHT, "en", [
            "The producer must apply to the CNC for support.",
            "Applying to the CNC for support is mandatory.",
            "The producer is required to apply to the CNC for support.",
            "The producer is banned from applying to the CNC for support.",
            "The producer may not apply to the CNC for support.",
        ]),
        ("modality", BAN, "fr", [
            "Une publicité pour les énergies fossiles est autorisée.",
            "Une publicité peut porter sur les énergies fossiles.",
            "Une publicité pour les énergies fossiles n'est pas permise que le soir : elle est possible.",
        ]),
        ("modality", BAN, "en", [
            "Advertising for fossil fuels is allowed.",
            "An advertisement may promote fossil fuels.",
            "Fossil fuel advertising is permitted.",
        ]),
        ("modality", FREE, "fr", ["La norme VSME est obligatoire.", "Il faut appliquer la norme VSME."]),
        ("modality", FREE, "en", ["The VSME standard is mandatory.", "The VSME standard must be applied."]),
        ("negation lost", NOT_DUTY, "fr", ["La norme VSME est obligatoire.", "La VSME, norme obligatoire."]),
        ("negation lost", NOT_DUTY, "en", ["The VSME standard is mandatory.", "The VSME standard is compulsory."]),
        ("amount", LIMIT, "fr", [
            "L'amende va de 20 000 € à 10 000 €.",
            "L'amende atteint 100 000 000 €.",
            "L'amende atteint 4 M€.",
            "L'amende atteint 20 %.",
            "L'amende atteint 4 € du chiffre d'affaires.",
            "L'amende est de 100 k€ ou de 1 M€.",
            "L'amende va de vingt à trente mille euros.",
        ]),
        ("amount", LIMIT, "en", [
            "The fine ranges from EUR 20,000 to EUR 10,000.",
            "The fine is €1 million.",
            "The fine reaches 5% of turnover.",
            "The fine is one of twenty-five levels.",
        ]),
        ("article", LIMIT, "fr", [
            "L'amende est prévue à l'article L. 229-61.",
            "L'amende est prévue à l'article L. 229-63-1.",
            "L'amende est prévue à l'article R. 229-63.",
            "L'amende est prévue à l'article 229.",
            "L'amende est prévue par la loi n° 2021-1104.",
            "L'amende est prévue par la directive (UE) 2024/825.",
        ]),
        ("article", LIMIT, "en", ["The fine is set by Article L. 229-61.", "The fine is set by Annex I."]),
        ("date", TERM, "fr", [
            "Le bilan se remet au plus tard le 1er mars 2026.",
            "Le bilan se remet au plus tard le 2 mars 2025.",
            "Le bilan se remet au plus tard le 1er avril 2025.",
            "Le bilan se remet au plus tard le 01/04/2025.",
            "Le bilan se remet en 2024.",
            "Le bilan se remet en mars 2024.",
            "Le bilan se remet le 31 mars.",
            "Le bilan se remet dans un délai de 6 mois.",
            "Le bilan se remet dans un délai de deux mois.",
        ]),
        ("date", TERM, "en", [
            "The report is due by 1 March 2026.",
            "The report is due by March 2, 2025.",
            "The report is due by 2025-03-10.",
            "The report is due within 6 months.",
            "The report is due within two months.",
        ]),
    ]  # fmt: skip
    out = [
        Tampered(how, text, statement_passage(text=base, lead=None, en=ENGLISH[base]), language)
        for how, base, language, texts in rows
        for text in texts
    ]
    article = text_passage(ARTICLE)
    out += [
        Tampered("article", "Selon l'article 122-19, le producteur remet un bilan définitif.", article),
        Tampered("article", "L'article 122-18-1 demande un bilan définitif.", article),
        Tampered("figure", "L'article 122-18 demande 3 bilans.", article),
        Tampered("negation", "L'article 122-18 ne demande aucun bilan définitif.", article),
    ]
    return out


TAMPERED = tampered()


def test_there_are_enough_of_them() -> None:
    kinds = {t.how for t in TAMPERED}
    assert len(TAMPERED) >= 120
    assert len({t.text for t in TAMPERED}) >= 120
    assert {"figure", "month", "unit", "added figure", "added reference", "negation", "modality", "article"} <= kinds


@pytest.mark.parametrize("lie", TAMPERED, ids=str)
def test_a_tampered_sentence_is_refused(lie: Tampered) -> None:
    assert lie.faults() != []


class TestQuotes:
    @pytest.mark.parametrize("passage", tiny_passages(), ids=lambda p: p.statement.id)
    def test_an_altered_quote_is_refused(self, passage: Passage) -> None:
        text = passage.text
        altered = [
            text.swapcase(),
            text.lower(),
            text + " ",
            text.replace(" ", "  ", 1),
            text.replace("'", "’", 1) if "'" in text else text + "…",
            text[:-1] + "!",
            text.replace("e", "é", 1),
            f"« {text} »",
            text[1:] + text[0],
            "",
            "un bilan à la carte",
        ]
        for quote in altered:
            assert Tampered("quote", text, passage, quote=quote).faults(), quote

    @pytest.mark.parametrize("passage", tiny_passages(), ids=lambda p: p.statement.id)
    def test_a_piece_of_the_text_is_a_quote(self, passage: Passage) -> None:
        text = passage.text
        for quote in (text, text[: len(text) // 2], text[5:-3]):
            assert not Tampered("", text, passage, quote=quote).faults()

    def test_one_unfaithful_quote_is_enough(self) -> None:
        one, two = tiny_passages()[:2]
        sentence = Sentence(one.text, (Cited(one, one.text), Cited(two, "autre chose")))
        assert VERIFIER.faults(sentence, FOREVER)


class TestCitations:
    @pytest.mark.parametrize("passage", tiny_passages(), ids=lambda p: p.statement.id)
    def test_what_is_not_cited_is_refused(self, passage: Passage) -> None:
        assert passage.statement
        for text, language in wordings(passage.statement):
            assert VERIFIER.faults(Sentence(text, (), language=language), FOREVER) == ["affirme sans citer"]

    @pytest.mark.parametrize("text", ["Combien de salariés ?", "Pour aller plus loin", "**Droit européen**"])
    def test_questions_and_headings_claim_nothing(self, text: str) -> None:
        assert VERIFIER.faults(Sentence(text, (), claims=False), FOREVER) == []

    @pytest.mark.parametrize("text", ["28 000 € ?", "Avant le 1er mars 2025 ?", "**Article 122-18**", "Plus de 65 % ?"])
    def test_but_may_not_smuggle_a_figure(self, text: str) -> None:
        assert VERIFIER.faults(Sentence(text, (), claims=False), FOREVER) == ["affirme sans citer"]

    def test_the_passages_of_a_sentence_support_it_together(self) -> None:
        rule, term = statement_passage(text=LIMIT, lead=None), statement_passage(text=TERM, lead=None)
        text = "L'amende va de 20 000 € à 100 000 € au plus tard le 1er mars 2025."
        assert VERIFIER.faults(Sentence(text, (Cited(rule, LIMIT), Cited(term, TERM))), FOREVER) == []
        assert VERIFIER.faults(Sentence(text, (Cited(rule, LIMIT),)), FOREVER)
        assert VERIFIER.faults(Sentence(text, (Cited(term, TERM),)), FOREVER)

    def test_markers_are_not_figures(self) -> None:
        passage = statement_passage(text=DUTY, lead=None)
        assert VERIFIER.faults(Sentence(f"{DUTY} [12][3]", (Cited(passage, DUTY),)), FOREVER) == []


TRUE: list[tuple[str, Language, list[str]]] = [
    (LIMIT, "fr", [
        LIMIT,
        "L'amende va de 20 000 euros à 100 000 euros.",
        "L'amende va de 20\u202f000\u00a0€ à 100\u202f000\u00a0€.",
        "L'amende atteint 100 k€.",
        "L'amende atteint quatre pour cent du chiffre d'affaires.",
        "L'article L. 229-63 prévoit une amende.",
        "L'article L229-63 prévoit une amende.",
        "Une amende est prévue.",
    ]),
    (LIMIT, "en", [
        "The fine ranges from EUR 20,000 to EUR 100,000.",
        "The fine is between €20,000 and €100,000.",
        "The fine reaches 4% of turnover (Article L. 229-63 of the code).",
        "The fine reaches four percent of turnover.",
    ]),
    (TERM, "fr", [
        "Le bilan se remet au plus tard le 1er mars 2025.",
        "Le bilan se remet au plus tard le 01/03/2025.",
        "Le bilan se remet en mars 2025.",
        "Le bilan se remet en 2025.",
        "Le bilan se remet dans un délai de trois mois.",
    ]),
    (TERM, "en", [
        "The report is due by 1 March 2025.",
        "The report is due by March 1, 2025.",
        "The report is due by 2025-03-01, within three months.",
    ]),
    (DUTY, "fr", ["Le bilan carbone est obligatoire.", "Il faut remettre un bilan carbone.", "Oui : " + DUTY]),
    (DUTY, "en", ["The producer must file a carbon report.", "Yes: a carbon report is required."]),
    (RIGHT, "en", ["The producer may apply to the CNC.", "The producer can apply to the CNC."]),
    (BAN, "en", ["Advertising for fossil fuels is prohibited.", "Fossil fuel advertising is banned."]),
    (NOT_DUTY, "fr", ["La norme VSME n'est pas obligatoire.", "Non : la norme VSME n'est pas obligatoire."]),
    (NOT_DUTY, "en", ["The VSME standard is not mandatory."]),
]  # fmt: skip


@pytest.mark.parametrize(("base", "language", "texts"), TRUE, ids=[f"{b[:20]}-{lang}" for b, lang, _ in TRUE])
def test_a_true_paraphrase_passes(base: str, language: Language, texts: list[str]) -> None:
    passage = statement_passage(text=base, lead=None, en=ENGLISH[base])
    for text in texts:
        assert VERIFIER.faults(Sentence(text, (Cited(passage, base),), language=language), FOREVER) == [], text


@pytest.mark.parametrize("passage", tiny_passages(), ids=lambda p: p.statement.id)
def test_every_wording_of_a_statement_passes(passage: Passage) -> None:
    assert passage.statement
    for text, language in wordings(passage.statement):
        sentence = Sentence(text, (Cited(passage, passage.text),), language=language)
        assert VERIFIER.faults(sentence, FOREVER) == []


class TestOfficialText:
    def test_the_place_of_a_text_supports_its_own_name(self) -> None:
        article = text_passage(ARTICLE)
        assert "122-18" in support_text(article)
        text = "L'article 122-18 demande un bilan prévisionnel lors de la remise du devis."
        assert VERIFIER.faults(Sentence(text, (Cited(article, ARTICLE_122_18[1]),)), FOREVER) == []

    def test_a_notice_is_not_supported_by_its_heading(self) -> None:
        notice = statement_passage(text=DUTY, lead=None).model_copy(update={"locator": "Article 122-18"})
        text = "L'article 122-18 demande un bilan carbone."
        assert VERIFIER.faults(Sentence(text, (Cited(notice, DUTY),)), FOREVER)

    def test_a_text_in_english_is_read_as_such(self) -> None:
        passage = text_passage("The fine is EUR 1,000.", locator="Point 3", language="en")
        sentence = Sentence("The fine is EUR 1,000.", (Cited(passage, passage.text),), language="en")
        assert VERIFIER.faults(sentence, FOREVER) == []


class TestDates:
    OLD: dict[str, Any] = {"text": DUTY, "lead": None, "in_force": {"from": "2023-02-01", "until": "2025-02-28"}}

    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            (on(date(2023, 1, 31)), False),
            (on(date(2023, 2, 1)), True),
            (on(date(2025, 2, 28)), True),
            (on(date(2025, 3, 1)), False),
            (on(TODAY), False),
            (year(2022), False),
            (year(2023), True),
            (year(2025), True),
            (year(2026), False),
            (FOREVER, True),
        ],
    )
    def test_in_force(self, as_of: AsOf, expected: bool) -> None:
        assert in_force(statement_passage(**self.OLD), as_of) is expected

    def test_an_open_interval(self) -> None:
        assert in_force(statement_passage(text=DUTY, lead=None), on(date(1900, 1, 1)))

    def test_what_is_not_in_force_is_refused_unless_the_sentence_says_when(self) -> None:
        passage = statement_passage(**self.OLD)
        cited = (Cited(passage, DUTY),)
        assert VERIFIER.faults(Sentence(DUTY, cited), on(date(2024, 6, 1))) == []
        assert VERIFIER.faults(Sentence(DUTY, cited), on(TODAY)) == ["hors vigueur au 2026-11-25"]
        dated = "De 2023 à 2025, le producteur devait remettre un bilan carbone au CNC."
        told = statement_passage(**(self.OLD | {"text": dated}))
        assert VERIFIER.faults(Sentence(dated, (Cited(told, dated),)), on(TODAY)) == []

    def test_future_law_is_refused_too(self) -> None:
        passage = statement_passage(text=DUTY, lead=None, in_force={"from": "2027-01-01", "until": None})
        assert VERIFIER.faults(Sentence(DUTY, (Cited(passage, DUTY),)), on(TODAY))

    @pytest.mark.parametrize("passage", tiny_passages(), ids=lambda p: p.statement.id)
    def test_a_sentence_without_its_date_does_not_outlive_its_passage(self, passage: Passage) -> None:
        days = [d + timedelta(days=n) for d, n in ((passage.valid_from, -1), (passage.valid_until, 1)) if d]
        plain = re.sub(r"\b(?:19|20)\d{2}\b", "", passage.text)
        for day in days:
            assert VERIFIER.faults(Sentence(plain, (Cited(passage, passage.text),)), on(day)), day


class TestKeep:
    def test_what_fails_is_removed_with_its_reason(self) -> None:
        passage = statement_passage(text=DUTY, lead=None)
        good, bad = Sentence(DUTY, (Cited(passage, DUTY),)), Sentence("Il faut 3 bilans.", (Cited(passage, DUTY),))
        kept, removed = VERIFIER.keep([good, bad, replace(good, cited=())], on(TODAY))
        assert kept == [good]
        assert [(s.text, faults) for s, faults in removed] == [
            ("Il faut 3 bilans.", ["chiffre 3"]),
            (DUTY, ["affirme sans citer"]),
        ]

    def test_nothing_to_keep(self) -> None:
        assert VERIFIER.keep([], on(TODAY)) == ([], [])

    def test_support_is_the_union_of_claims(self) -> None:
        both = merged([read_claim(LIMIT), read_claim(TERM)])
        assert both.figures == read_claim(LIMIT).figures | read_claim(TERM).figures
        assert merged([]).figures == frozenset()
