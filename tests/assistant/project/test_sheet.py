"""What the rules say of projects, over the rules of the corpus: each row in its place, and nothing that is beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from assistant.export.markdown import markdown_bytes
from assistant.project.calendar import entries
from assistant.project.changes import coming, lately, seen_of, since
from assistant.project.facts import moment_of
from assistant.project.ground import Ground
from assistant.project.papers import checklist, table
from assistant.project.projects import Project
from assistant.project.sheet import Row, Sheet, sheet
from assistant.project.visits import Last
from assistant.project.words import Speaker
from ingest.corpus.expressions import facets_of
from ingest.corpus.fiches import Polarity
from ingest.corpus.rules import Stage
from tests.assistant.project.conftest import DAY, NOW

Made = Callable[..., Project]
FILM = {"works": "fiction-cinema", "aids": "automatique", "places": "foret-domaniale,voie-publique", "headcount": 12,
        "shoots": "tournage-de-nuit,cantine", "filing": "2027-01-15", "shoot": "2027-03-01",
        "shoot_end": "2027-04-10", "delivery": "2027-11-01"}  # fmt: skip
SERIES = {"works": "serie", "aids": "automatique", "headcount": 60, "shoots": "client-csrd,benne-privee",
          "shoot": "2027-04-01", "shoot_end": "2027-07-10", "delivery": "2028-01-15"}  # fmt: skip
ADVERT = {"works": "publicite", "aids": "sans-aide-cnc", "shoots": "voiture-neuve,television"}
WILD = {"works": "documentaire-tv", "aids": "automatique", "places": "mercantour", "shoots": "drone,espece-protegee",
        "filing": "2027-02-01", "shoot": "2027-06-01"}  # fmt: skip
SHORT = {"works": "court-animation", "aids": "selective", "headcount": 4}


@pytest.fixture
def read(ground: Ground, made: Made) -> Callable[..., Sheet]:
    return lambda said, on=DAY: sheet(made(**said), ground, on)


def binding(found: Sheet) -> set[str]:
    return {r.rule.id for r in found.binding}


@pytest.mark.parametrize(
    ("said", "bound", "beside"),
    [
        (FILM, {"cnc-double-bilan-devoir", "cnc-vhss-equipe-devoir", "foret-autorisation", "tournage-biodechets-trier"},
         {"cnc-autorisation-prealable-delai", "climat-mobilite-message", "csrd-delai", "drone-enregistrement"}),
        (SERIES, {"cnc-autorisation-prealable-delai", "cnc-bilan-definitif-date", "tournage-bdese-environnement",
                  "tournage-tri-flux"}, {"cnc-agrement-production-delai", "foret-autorisation", "climat-classe-co2-due"}),
        (ADVERT, {"climat-mobilite-message", "climat-classe-co2-due", "climat-arpp-avis-du"},
         {"cnc-double-bilan-devoir", "cnc-rse-ouverte", "cnc-vhss-equipe-devoir"}),
        (WILD, {"parc-national-autorisation", "espece-protegee-tournage", "cnc-double-bilan-devoir"},
         {"decor-lieu-protege", "dune-du-pilat", "cnc-vhss-equipe-devoir", "parc-cevennes-autorisation"}),
        (SHORT, {"cnc-double-bilan-devoir"},
         {"cnc-autorisation-prealable-delai", "cnc-vhss-equipe-devoir", "tournage-tri-flux"}),
    ],
    ids=["film", "series", "advert", "wild", "short"],
)  # fmt: skip
def test_each_project_is_told_what_binds_it_and_not_what_is_beside_it(
    read: Callable[..., Sheet], said: dict[str, Any], bound: set[str], beside: set[str]
) -> None:
    found = read(said)
    assert bound <= binding(found), bound - binding(found)
    assert not beside & binding(found), beside & binding(found)


@pytest.mark.parametrize("said", [FILM, SERIES, ADVERT, WILD, SHORT, {}], ids=str)
def test_a_rule_is_in_one_place_and_says_why(read: Callable[..., Sheet], ground: Ground, said: dict[str, Any]) -> None:
    found = read(said)
    places = Counter(r.rule.id for r in found.rows)
    places.update(o.rule.id for s in found.sections for o in s.open)
    assert [i for i, n in places.items() if n > 1] == []
    assert all(r.shown and r.lead for r in found.rows)
    assert {r.obligation.group for r in found.binding} <= {"applies"}
    asked = {r.id: {(q.field, v) for v in q.values} for q in found.questions for r in q.rules}
    open_ = {o.rule.id for s in found.sections for o in s.open}
    loose = {r.rule.id for r in found.binding if r.obligation.decided.missing}
    told = {r.rule.id: r for r in found.rows}
    for rule in set(asked) - open_ - loose:  # what a question of the form would bring is not told yet, or would turn
        assert rule not in told or asked[rule] & {p for o in told[rule].rule.outcomes for p in facets_of(o.when)}
    assert len({q.id for q in found.questions}) == len(found.questions)


def test_a_deadline_runs_from_the_days_of_the_project(read: Callable[..., Sheet]) -> None:
    due = {r.rule.id: r.due for _, r in read(SERIES).dated}
    assert due["cnc-autorisation-prealable-delai"] == dt.date(2027, 6, 10)  # a month before the end of the shoot
    assert due["cnc-autorisation-definitive-delai"] == dt.date(2028, 5, 15)  # four months after delivery


def test_the_filing_of_an_aid_is_not_that_of_a_park(read: Callable[..., Sheet]) -> None:
    silence = next(r for r in read(WILD).binding if r.rule.id == "parc-national-silence")
    assert (silence.due, silence.force) == (None, Polarity.INTERDIT)


def test_what_is_sought_is_no_duty_until_it_is(read: Callable[..., Sheet]) -> None:
    before = read(FILM)
    chances = {r.rule.id for r in before.chances}
    assert {"cnc-rse-ouverte", "cnc-rse-declaration-a-temps", "label-candidature-a-temps"} <= chances
    after = read({**FILM, "aids": "automatique,prime-rse-plus"})
    assert "cnc-rse-declaration-a-temps" in binding(after)
    assert "cnc-rse-ouverte" in {r.rule.id for r in read(WILD).outside}  # it cannot be had


def test_what_presumes_another_rule_is_told_when_that_one_binds(read: Callable[..., Sheet]) -> None:
    small = {r.rule.id for r in read({"headcount": 12}).rows}
    large = {r.rule.id for r in read({"headcount": 1200, "turnover": 5e8, "financial_year": 2027}).rows}
    assert "csrd-delai" not in small
    assert {"csrd-publier-fr", "csrd-certifier"} <= large


def test_a_reason_is_the_projects_own_figure(read: Callable[..., Sheet], ground: Ground) -> None:
    found, say = read(SERIES), Speaker(ground.glossary)
    row = next(r for r in found.binding if r.rule.id == "tournage-bdese-environnement")
    assert say.because(row, found) == ["votre effectif, 60 salariés, atteint 50 salariés"]
    assert Speaker(ground.glossary, "en").because(row, found) == ["your headcount, 60 employees, reaches 50 employees"]


def test_a_place_with_a_name_that_the_project_does_not_name_is_not_asked(read: Callable[..., Sheet]) -> None:
    asked = {(q.field, q.value) for q in read({**FILM, "places": "foret-domaniale"}).questions}
    assert not any(v in {"dune-du-pilat", "paris", "calanques", "gironde"} for _, v in asked)


def test_what_is_put_aside_is_nowhere(read: Callable[..., Sheet], ground: Ground, made: Made) -> None:
    without = sheet(made(**FILM, aside=("foret-autorisation",)), ground, DAY)
    assert "foret-autorisation" not in {r.rule.id for r in without.rows}


def test_the_rules_of_a_day_are_told_on_that_day(read: Callable[..., Sheet]) -> None:
    then = read(SHORT, dt.date(2024, 6, 1))
    assert "cnc-double-bilan-devoir" not in binding(then)  # animation came in March 2025
    assert "cnc-double-bilan-devoir" in binding(read(SHORT))


def test_what_changed_is_told_by_its_cause(ground: Ground, made: Made) -> None:
    then = made(**{**SERIES, "headcount": 12})
    last = Last(NOW, seen_of(sheet(then, ground, DAY)))
    now = sheet(made(**SERIES), ground, DAY)
    changed = {c.rule.id: (c.how, c.why) for c in since(last, now, ground)}
    assert changed["tournage-bdese-environnement"] == ("begins", "facts")
    assert {why for _, why in changed.values()} == {"facts"}
    old = Last(NOW, seen_of(sheet(made(**SHORT), ground, dt.date(2024, 6, 1))))
    by_law = {c.rule.id: (c.how, c.why) for c in since(old, sheet(made(**SHORT), ground, DAY), ground)}
    assert by_law["cnc-double-bilan-devoir"] == ("begins", "law")
    assert since(Last(None, {}), now, ground) == []


def test_the_law_to_come_is_told_on_its_day(ground: Ground, made: Made) -> None:
    short = made(**SHORT)
    moves = {(c.rule.id, c.day, c.how) for c in coming(short, ground, dt.date(2024, 12, 1))}
    assert ("cnc-double-bilan-devoir", dt.date(2025, 3, 1), "begins") in moves
    assert ("cnc-double-bilan-devoir", dt.date(2025, 3, 1), "begins") in {
        (c.rule.id, c.day, c.how) for c in lately(short, ground, dt.date(2025, 6, 1))
    }
    assert not {c.rule.id for c in coming(short, ground, DAY)} & {"cnc-double-bilan-devoir"}


def test_every_rule_of_the_corpus_has_its_moment_and_its_name(ground: Ground) -> None:
    assert all(isinstance(r.stage, Stage) and r.name and r.name_en for r in ground.rules)
    assert len({r.name for r in ground.rules}) == len(ground.rules), "two rules of one name"


def row_of(found: Sheet, rule: str) -> Row:
    return next(r for r in found.rows if r.rule.id == rule)


def test_a_text_that_is_not_known_to_bind_binds_nobody_and_says_so(read: Callable[..., Sheet], ground: Ground) -> None:
    found, say = read(FILM), Speaker(ground.glossary)
    row = row_of(found, "climat-allegation-generique-ue")
    assert row.open
    assert row not in found.binding
    assert say.force(row) == "Dépend de votre cas"
    assert "n'est pas établi" in say.needs(row)[0]
    assert row_of(found, "climat-promesse-trompeuse") in found.binding  # the French law in force


@pytest.mark.parametrize("said", [FILM, SERIES, ADVERT, WILD, SHORT], ids=str)
def test_the_reserves_of_a_row_leave_with_it(read: Callable[..., Sheet], ground: Ground, said: dict[str, Any]) -> None:
    found, say = read(said), Speaker(ground.glossary)
    text, cells = (
        markdown_bytes(checklist(found, say)).decode(),
        table(found, say).decode("utf-8-sig").replace('""', '"'),
    )
    events = " ".join(e.text for e in entries(found, [], say, "http://x"))
    depends = [r for s in found.sections for r in s.depends]
    for row in (*found.binding, *depends, *found.chances):
        for need in say.needs(row):
            assert need in cells, row.rule.id
            assert need[:40] in text.replace("\\", ""), row.rule.id
            assert need in events or moment_of(row.stage, found.facts) is None or row.chance, row.rule.id


def test_a_decision_is_the_one_that_it_is_said_to_be(read: Callable[..., Sheet]) -> None:
    wild = {**WILD, "aids": "selective", "principle": "2027-03-15"}
    found = read(wild)
    assert row_of(found, "cnc-autorisation-prealable-selective").due == dt.date(2028, 3, 15)
    assert row_of(found, "cnc-autorisation-definitive-trois-ans").waits
    assert "preliminary" in {q.field for q in found.questions}
    assert row_of(read({**wild, "decision": "2027-03-15"}), "cnc-autorisation-definitive-trois-ans").due is None


def test_a_file_whose_day_ends_it_is_a_duty(read: Callable[..., Sheet], ground: Ground) -> None:
    found = read({**SERIES, "amount": 400_000})
    row = row_of(found, "cnc-autorisation-definitive-delai")
    assert (row.due, row.force) == (dt.date(2028, 7, 15), Polarity.OBLIGE)  # six months: the cost is certified
    assert row_of(found, "cnc-bilan-definitif-date").due == row.due
    assert {"environment", "aid"} <= set(found.subjects)
    assert "gestion de l'aide" in Speaker(ground.glossary).counted(found)


def test_a_day_that_the_facts_give_is_told_and_passes(read: Callable[..., Sheet], ground: Ground) -> None:
    found, say = read(FILM), Speaker(ground.glossary)
    report = row_of(found, "cnc-double-bilan-devoir")
    assert (report.due, say.papers(report)) == (dt.date(2027, 1, 15), ["bilan carbone prévisionnel"])
    assert row_of(found, "cnc-rse-declaration-a-temps").due == dt.date(2027, 2, 28)
    late = read({**FILM, "filing": "2026-03-01"})
    assert say.by(row_of(late, "cnc-double-bilan-devoir"), late.on).endswith("(jour passé)")


def test_what_decides_is_the_reason(read: Callable[..., Sheet], ground: Ground) -> None:
    say = Speaker(ground.glossary)
    office = read({**FILM, "company": "bureaux"})
    assert say.because(row_of(office, "tournage-bouteilles-offertes"), office) == ["bureaux"]  # not the forest
    both = read({**ADVERT, "format": ["television", "radio"]})
    assert "radio" not in say.because(row_of(both, "climat-classe-co2-due"), both)
    assert "radio" in say.because(row_of(both, "climat-mobilite-message"), both)


def test_an_agency_is_no_producer(read: Callable[..., Sheet]) -> None:
    picked, told = read({**ADVERT, "company": "agence"}), read({**ADVERT, "acteur": ["agence"], "turnover": 12e6})
    for found in (picked, told):
        assert "producteur" not in found.facts.facets["acteur"]
        assert not row_of(found, "climat-classe-co2-due").mine
    assert row_of(told, "climat-agec-fiche-due").open  # 12 M€ are the agency's, not the seller's
    assert "turnover" not in {q.field for q in picked.questions}


def test_what_a_project_does_not_say_by_itself_is_asked_or_told(read: Callable[..., Sheet]) -> None:
    found = read({**FILM, "places": "foret-domaniale", "shoots": "groupe-electrogene"})
    told = {"bruit-limite", "tournage-biodechets-trier", "vehicule-hors-voies"}
    assert told <= binding(found)
    asked = {(q.field, q.value) for q in found.questions}
    assert {("lieu", "bureau"), ("lieu", "cantine-mobile"), ("situation", "dechet-dangereux")} <= asked
    assert ("situation", "surtout-en-france") in asked
    assert ("lieu", "bureau") not in {(q.field, q.value) for q in read({**FILM, "company": "bureaux"}).questions}
    refused = read({**FILM, "shoots": "groupe-electrogene", "aside": ("lieu.cantine-mobile",), "company": "bureaux"})
    assert ("lieu", "cantine-mobile") not in {(q.field, q.value) for q in refused.questions}
    assert "tournage-bouteilles-offertes" in binding(refused)  # no canteen says nothing of the offices


def test_a_label_that_a_contract_may_exact_depends_on_it(read: Callable[..., Sheet]) -> None:
    assert row_of(read({**SERIES, "shoots": "clause-ecoproduction"}), "label-exige").open
    assert not row_of(read(SERIES), "label-exige").open


def test_a_day_that_passed_is_late_and_what_is_allowed_is_no_ban(read: Callable[..., Sheet]) -> None:
    late = read({**FILM, "investment": "2024-05-01"})
    row = row_of(late, "cnc-visa-delai")
    assert row in late.binding
    assert row.late(late.on)
    framework = read({**WILD, "situation": ["drone-scenario-national"]})
    assert row_of(framework, "drone-scenario").force is Polarity.INTERDIT  # S1 to S3 are over: it does bind
    quiet = read({**FILM, "situation": ["hors-periode-a-risque"]})
    smoking = row_of(quiet, "fumer-foret")
    assert (smoking.obligation.group, smoking.force) == ("told", Polarity.PERMET)


def test_a_right_that_the_project_has_not_is_not_said_to_be_allowed(read: Callable[..., Sheet], ground: Ground) -> None:
    found = read({"works": "serie", "headcount": 140, "shoots": "client-csrd"})
    denied = [r for r in found.rows if r.obligation.denied]
    assert denied
    assert not [r for r in denied if Speaker(ground.glossary).force(r).startswith("Permis")]


def test_a_no_puts_one_reason_aside_and_counts_as_a_fact(read: Callable[..., Sheet]) -> None:
    park = {**WILD, "places": "natura-2000,reserve-naturelle", "shoots": "decor-construit"}
    without = {"aside": ("lieu.plage", "lieu.domaine-public")}
    kept = row_of(read({**park, **without}), "natura-2000-evaluation")
    assert [s.statement for s in kept.shown] == ["tournage-natura2000-cas-travaux"]  # the works are a reason still
    noes = {"aside": ("lieu.domaine-public", "situation.decor-construit", "situation.travaux-loi-sur-l-eau")}
    bare = {"works": "documentaire-tv", "places": "mercantour,natura-2000"}
    assert row_of(read({**bare, **noes}), "natura-2000-evaluation").open  # never « yes » for want of a reason
    asked = {(q.field, q.value) for q in read({**bare, **noes}).questions}
    assert ("situation", "decor-construit") not in asked


def test_reasons_add_up(read: Callable[..., Sheet], ground: Ground) -> None:
    one = read({**FILM, "shoots": "cantine"})
    both = read({**FILM, "shoots": "cantine,dechet-dangereux", "situation": ["dechet-electrique"]})
    for rule in ("tournage-jeter-en-benne", "tournage-melanger-les-matieres"):
        was, now = row_of(one, rule), row_of(both, rule)
        assert {s.statement for s in was.shown} < {s.statement for s in now.shown}
        assert now.obligation.strength == "firm"
        assert "biodéchets" in Speaker(ground.glossary).because(now, both)
    told = read({**FILM, "shoots": "", "lieu": ["cantine-mobile"]})  # by a question as by the form
    assert row_of(told, "tournage-jeter-en-benne").shown == row_of(one, "tournage-jeter-en-benne").shown
    night = row_of(read({**FILM, "shoots": "tournage-de-nuit"}), "bruit-limite")
    assert {s.statement for s in night.shown} == {"tournage-bruit-emergence-nuit", "tournage-bruit-emergence-jour"}


def test_a_slip_for_hazardous_waste_leaves_the_register_of_the_rest(read: Callable[..., Sheet]) -> None:
    said = {**FILM, "shoots": "dechet-dangereux,benne-privee", "situation": ["bordereau-trackdechets-transmis"]}
    assert "tournage-registre-des-dechets" in binding(read(said))


def test_places_are_a_set(read: Callable[..., Sheet]) -> None:
    said = {
        "works": "fiction-cinema",
        "aids": "selective,fonds-regional",
        "company": "bureaux",
        "places": "bretagne,plage",
    }
    found = read(said)
    assert "cnc-region-piece-exigee" in binding(found)
    assert not any(q.field == "lieu" and "bretagne" in q.values for q in found.questions)


def test_a_delay_is_told_before_its_day(read: Callable[..., Sheet], ground: Ground) -> None:
    found, say = read(FILM), Speaker(ground.glossary)
    row = row_of(found, "cnc-agrement-production-delai")
    assert row in found.binding
    assert say.by(row, found.on) == "8 mois au plus après : visa d'exploitation (date à renseigner)"
    assert say.by(row, found.on) in table(found, say).decode("utf-8-sig")
    assert "visa" in {q.field for q in found.questions}
    given = row_of(read({**FILM, "visa": "2028-03-10"}), "cnc-agrement-production-delai")
    assert (given.due, given.waits) == (dt.date(2028, 11, 10), None)


def test_what_has_its_day_is_done(read: Callable[..., Sheet]) -> None:
    row = row_of(read({**SERIES, "preliminary": "2027-05-28"}), "cnc-autorisation-prealable-delai")
    assert (row.done, row.due) == (dt.date(2027, 5, 28), None)


def test_what_spares_a_project_is_said_before_the_rule(read: Callable[..., Sheet], ground: Ground) -> None:
    found, say = read({**FILM, "situation": ["hors-periode-a-risque"]}), Speaker(ground.glossary)
    row = row_of(found, "fumer-foret")
    assert say.lead(row).startswith("Dans votre cas, ce n'est pas interdit. La règle :")
    assert "hors période à risque d'incendie" in say.because(row, found)
