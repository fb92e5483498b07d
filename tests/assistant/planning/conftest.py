"""The tiny corpus with cards, and with a duty that bounds and reserves go with.

carded    a service over it, with the hashing double
plan      `plan("…", as_of=…, case={…})` → `Plan`, its faults looked for on the way
options   `options("…")` → the options of a message of one part, by the card or statement that they show
charted   a service that holds the charter of a broadcaster as well
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.dialogue.turns import Asked
from assistant.engine import EngineConfig
from assistant.planning.options import Option
from assistant.planning.plan import Plan
from assistant.planning.weighing import Head, PassagesConfig
from assistant.reading.case import Quantity
from assistant.reading.message import Message
from assistant.service import Service
from ingest.clock import Clock, fixed
from ingest.corpus.fiches import CaseField
from ingest.index.pipeline import Library
from ingest.model.embedding import HashingEncoder
from ingest.passages.versions import TextVersion
from ingest.texts.proposal import Given, propose
from ingest.texts.texts import read_document
from tests.assistant.conftest import DOUBLE
from tests.conftest import Build, ingest_with, settings_in
from tests.samples import TODAY, fiche, statement, write_corpus

PlanOf = Callable[..., Plan]
OptionsOf = Callable[..., dict[str, Option]]


CHARTE = """# Charte de Canal Azur 2026

## Article 1. Champ

La charte s'applique aux fictions dont le budget dépasse 150 000 euros. Les captations en sont dispensées.

## Article 2. Bilan

Le producteur remet à la chaîne :

- un bilan prévisionnel, trente jours avant le tournage ;
- un bilan définitif, dans les quatre-vingt-dix jours.

Les bilans sont établis avec un calculateur reconnu.

## Article 3. Livraison

Le prêt à diffuser n'est accepté qu'avec le bilan définitif. À défaut, la chaîne retient 5 % du dernier versement.
"""


def duty(sid: str, text: str, **changes: Any) -> dict[str, Any]:
    """A statement of the topic of the duty."""
    return statement(**{
        "id": sid, "topic": "devoir-rapport", "text": text, "lead": None, "en": f"The duty of the report, {sid}.",
        "regime": "ue", "answers": ["dois-je", "qui"], "source": {"id": "dir-csrd", "locator": "art. 19 bis", "version": "2026-03"},
        "asked_as": [f"{sid} un ?", f"{sid} deux ?", f"{sid} three?"], **changes,
    })  # fmt: skip


def above(field: str, value: float, unit: str) -> dict[str, Any]:
    """A strict bound."""
    return {"field": field, "op": "above", "value": value, "unit": unit}


DUTIES = fiche(
    "csrd-devoirs",
    "csrd",
    duty(
        "devoir-ue",
        "En droit européen, une société qui dépasse les seuils publie un rapport annuel de durabilité vérifié.",
        bounds=[above("headcount", 1000, "salariés"), above("turnover", 450e6, "EUR")],
        needs=["devoir-reserve"],
        asked_as=["Ma société doit-elle publier un rapport de durabilité vérifié ?", "rapport vérifié obligatoire ?", "Must we publish?"],
    ),
    duty(
        "devoir-reserve",
        "La filiale d'un groupe qui publie pour elle échappe à cette publication séparée.",
        role="exception",
        polarity="n_oblige_pas",
        needs=["devoir-reserve-2"],
    ),
    duty("devoir-reserve-2", "Une filiale cotée garde toujours sa publication propre, groupe ou non.", role="exception"),
    duty(
        "devoir-fr",
        "En droit français, une société de plus de 250 salariés dépose son rapport au greffe du tribunal.",
        regime="fr",
        bounds=[above("headcount", 250, "salariés")],
    ),
    duty("devoir-greffe", "Le greffe reçoit les dépôts par voie électronique, sous sept mois.", topic="devoir-greffe", role="demarche", answers=["comment"], polarity="fait"),
)  # fmt: skip


def card(cid: str, **changes: Any) -> dict[str, Any]:
    """A card, as YAML data."""
    return {
        "id": cid,
        "subject": f"sujet {cid}",
        "topics": ["double-bilan"],
        "kinds": ["list"],
        "asks": [cid],
        **changes,
    }


CARDS = [
    card(
        "carte-bilans",
        subject="bilans carbone remis au CNC",
        asks=["Quels bilans carbone remettre au CNC pour une aide à la production ?"],
        head=["double-bilan-2025"],
        then=["double-bilan-moments", "court-dispense"],
        next=["bilan-sanction"],
    ),
    card(
        "carte-court",
        subject="bilan carbone du court métrage",
        topics=["court-dispense"],
        kinds=["yes_no"],
        asks=["Un court métrage doit-il remettre un bilan carbone ?"],
        supposes={"genre": ["court-metrage"]},
        verdict="yes",
        head=["court-dispense"],
        then=["double-bilan-2025"],
    ),
    card("carte-avant", kinds=["list"], asks=["Quels bilans carbone remettre en 2024 ?"], head=["double-bilan-2023"]),
    card(
        "carte-devoir",
        subject="publication du rapport de durabilité",
        topics=["devoir-rapport"],
        kinds=["yes_no"],
        asks=["Ma société doit-elle publier un rapport annuel de durabilité ?"],
        head=["devoir-ue"],
        then=["devoir-fr"],
        next=["devoir-greffe"],
        depends_on={"field": "headcount", "ask": "Combien de salariés avez-vous ?", "ask_en": "How many employees?"},
    ),
]


@pytest.fixture(scope="session")
def carded(tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("carded")
    write_corpus(folder / "corpus", {"fiches/csrd/csrd-devoirs.yaml": DUTIES, "cartes/cnc/bilans.yaml": CARDS})
    chosen = settings_in(folder)
    ingest_with(chosen)
    return Service(chosen, HashingEncoder(), fixed(TODAY), DOUBLE)


def message(service: Service, text: str, case: Mapping[str, float] | None = None, **asked: Any) -> Message:
    """A message, read; `case` adds figures."""
    read = service.engine.read(Asked(text, **asked), None)
    said = {CaseField(f): Quantity(CaseField(f), v, v, f"{v:g}") for f, v in (case or {}).items()}
    return replace(read, case={**read.case, **said})


@pytest.fixture(scope="session")
def plan(carded: Service) -> PlanOf:
    def run(text: str, **how: Any) -> Plan:
        made = carded.engine.local.plan(message(carded, text, **how))
        assert made.faults() == []
        return made

    return run


@pytest.fixture(scope="session")
def options(carded: Service) -> OptionsOf:
    def run(text: str, **how: Any) -> dict[str, Option]:
        planner = carded.engine.local
        found = planner.found(message(carded, text, **how))
        columns = carded.snapshot.columns.statements
        return {o.card.id if o.card else str(columns[o.head[0]]): o for o in reversed(found.options)}

    return run


@pytest.fixture
def charted(library: Library, build: Build, tmp_path: Path, encoder: HashingEncoder, clock: Clock) -> Service:
    path = tmp_path / "charte.md"
    path.write_text(CHARTE, encoding="utf-8")
    document = read_document(path)
    register = Service(library.settings, encoder, clock, DOUBLE).register
    source, known, alike = propose(document, path, register, library.settings.corpus_dir, Given(issuer="Canal Azur"))
    assert not known
    assert alike is None
    library.texts.add(path, source.id, None, source, TextVersion(attested_at=TODAY), source.language, document)
    build()
    loose = PassagesConfig(says=Head({}, -1.0), wins=Head({}, 2.0))  # the double's similarities have no scale
    config = EngineConfig(scope=DOUBLE.scope, rules=DOUBLE.rules, passages=loose)
    return Service(library.settings, encoder, clock, config)
