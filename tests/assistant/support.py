"""What the tests of the assistant share: added official texts, hand-made passages, a clock that moves, readers of answers.

`faults(answer, open_passage, snapshot)` reads an `Answer` as a stranger would, from its JSON alone, and says which of
the invariants of an answer it breaks. It shares the grammar of claims with the verifier (`ingest.language.claims`), and nothing
else.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from assistant.answer import Answer
from assistant.checking.sums import sums_of
from assistant.engine import Engine
from assistant.reading.dates import AsOf, say_date
from assistant.reading.question import Question, Understanding
from assistant.wording import phrases
from assistant.wording.figures import matter_words
from ingest.corpus.fiches import Statement
from ingest.corpus.register import REGIME_LABELS, Domain, Rank, Regime
from ingest.corpus.rules import load_rules
from ingest.index.pipeline import Library
from ingest.language.claims import flipped, merged, read_claim, unsupported
from ingest.passages.passages import Passage, passage_id
from ingest.passages.versions import TextVersion
from tests.samples import TODAY, statement_model

BILANS = "Quels bilans carbone remettre pour une aide du CNC ?"
"""A question of the tiny corpus that follow-ups can follow."""
LABEL = re.compile(r"\*\*([^*]+)\*\*\s?:\s*")
MARK = re.compile(r"\[(\d+)\]")
YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
REASONS: Mapping[str, frozenset[str | None]] = {
    "answered": frozenset({None, "false_premise"}),
    "partial": frozenset({"unclear", "not_found"}),
    "abstained": frozenset({"not_found", "out_of_scope", "not_in_force"}),
}
"""Which reasons go with which outcome."""
ABSTENTIONS: Mapping[str, Mapping[str, str]] = {
    "not_found": phrases.NOT_FOUND,
    "out_of_scope": phrases.OUT_OF_SCOPE,
    "not_in_force": phrases.NOT_IN_FORCE,
}


ASKS = frozenset({"ask", "correct", "out_of_field"})
"""The acts that are answered from the texts; the others act on the answer on screen."""
LAWS = frozenset({*REGIME_LABELS.values(), "EU law", "French law"})


class Days:
    """A clock that one moves."""

    def __init__(self) -> None:
        self.today = TODAY

    def __call__(self) -> date:
        return self.today


def on(day: date) -> AsOf:
    """A day, asked for."""
    return AsOf(day, day, "today" if day == TODAY else "asked")


def year(number: int) -> AsOf:
    """A whole year, asked for."""
    return AsOf(date(number, 1, 1), date(number, 12, 31), "asked")


def statement_passage(position: int = 0, **changes: Any) -> Passage:
    """A notice's passage made of one statement (`tests.samples.statement`), with changes."""
    s = statement_model(**changes)
    return Passage(
        id=passage_id("notice.essai", s.id, s.in_force.from_, s.text),
        kind="statement",
        source_id="notice.essai",
        source_title="Fiche d'essai",
        locator="Règles",
        keys=("rga:122-18",),
        heading_path=("Fiche d'essai", "Règles"),
        text=s.text,
        index_text=f"Fiche d'essai › Règles. {s.text} {' '.join(s.asked_as)}",
        lexical_text=s.en,
        rank=Rank.NOTICE,
        regime=s.regime,
        domains=(Domain.CNC,),
        position=position,
        valid_from=s.in_force.from_,
        valid_until=s.in_force.until,
        statement=s,
    )


def text_passage(text: str, locator: str = "Article 122-18", **changes: Any) -> Passage:
    """A passage of an official text, with changes."""
    data: dict[str, Any] = {
        "id": passage_id("rga", locator, changes.get("valid_from"), text),
        "kind": "text",
        "source_id": "rga",
        "source_title": "RGA du CNC",
        "locator": locator,
        "keys": ("rga:122-18",),
        "text": text,
        "index_text": f"RGA du CNC › {locator}. {text}",
        "rank": Rank.OFFICIEL,
        "regime": Regime.CNC,
        "domains": (Domain.CNC,),
        "position": 0,
    }
    return Passage.model_validate(data | changes)


def add_text(library: Library, folder: Path, text: str, text_id: str = "code-cinema", **version: date) -> None:
    """Add an official file as `corpus add --as code-cinema` does; the next ingest reads it."""
    file = folder / f"{text_id}.md"
    file.write_text(text, encoding="utf-8")
    library.texts.add(file, text_id, "code-cinema", None, TextVersion.model_validate(version), "fr")


def understood(understanding: Understanding, text: str, **changes: Any) -> Question:
    """A question, understood on the fixed day, with changes."""
    return replace(understanding.read(text, TODAY), **changes)


def bytes_of(folder: Path) -> bytes:
    """Every byte of every file of a folder, and the names, as another process reads them: this one would drop the locks
    of the databases that it has open."""
    return subprocess.run(["tar", "-C", folder, "-cf", "-", "."], capture_output=True).stdout


def holding(folder: Path, word: bytes) -> list[tuple[str, int]]:
    """The files of a folder that hold a word, with their sizes."""
    found = subprocess.run(["grep", "-rlaF", word, folder], capture_output=True).stdout.decode().splitlines()
    return [(p.name, p.stat().st_size) for p in map(Path, sorted(found))]


def asked(client: TestClient, question: str = BILANS, **body: Any) -> dict[str, Any]:
    """Ask over HTTP; the answer as JSON."""
    response = client.post("/api/chat", json={"question": question, **body})
    assert response.status_code == 200, response.text
    return dict(response.json())


def other(client: TestClient) -> TestClient:
    """Another browser of the same server."""
    return TestClient(client.app)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """An RFC 9457 problem with this status and this code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    data: dict[str, Any] = response.json()
    assert set(data) == {"type", "title", "status", "detail", "code"}
    assert (data["status"], data["code"], data["type"]) == (status, code, f"urn:clapvert:{code}")
    assert data["title"]
    assert data["detail"]
    return data


def statements_cited(engine: Engine, answer: Answer) -> list[Statement | None]:
    """The statement behind each citation of an answer, in order; None for an official text."""
    out = []
    for citation in answer.citations:
        position = engine.snapshot.position(citation.passage_id)
        assert position is not None
        out.append(engine.snapshot.open_passage(position).statement)
    return out


Open = Callable[[str], Passage | None]


def faults(answer: Answer, open_passage: Open, snapshot: str | None = None) -> list[str]:
    """Which invariants an answer breaks; empty when none."""
    passages = {c.passage_id: p for c in answer.citations if (p := open_passage(c.passage_id)) is not None}
    if missing := [c.passage_id for c in answer.citations if c.passage_id not in passages]:
        return [f"passages introuvables : {missing}"]
    return [
        *_outcome(answer),
        *_citations(answer, passages),
        *_prose(answer, passages),
        *_abstention(answer),
        *_beside(answer, passages, open_passage),
        *_receipt(answer, passages, snapshot),
    ]


def _outcome(answer: Answer) -> list[str]:
    """The outcome is of the table, and is what the parts make it."""
    said, parts = (answer.outcome, answer.reason), answer.parts
    out = [] if answer.reason in REASONS[answer.outcome] else [f"issue et motif hors de la table : {said}"]
    silent = [p for p in parts if p.state in ("missing", "not_in_force")]
    if _asks_back(answer):
        if said != ("partial", "unclear") or answer.citations or len(parts) != len(silent):
            out.append(f"question en retour : {said}")
    elif answer.project is None and answer.outcome != "abstained":
        if silent and said != ("partial", "not_found"):
            out.append(f"partie sans réponse : {said}")
        if not silent and (answer.outcome == "partial") != any(p.verdict == "depends" for p in parts):
            out.append(f"verdict et issue : {said}")
    if any(p.sentences for p in silent) and not _comes_near(answer):
        out.append("partie sans réponse, avec des phrases")
    if answer.depends_on and answer.follow_ups[:1] != (answer.depends_on.ask,):
        out.append("le détail qui décide n'est pas demandé en premier")
    return out


def _comes_near(answer: Answer) -> bool:
    """True when what a silent part shows is said to be only what comes near, in the text that it cites."""
    return any(_nearest(item, answer) for item in _items(answer.answer))


def _nearest(text: str, answer: Answer) -> bool:
    """Whether a paragraph says that a text does not answer, and that what comes nearest in it follows."""
    titles = {f"« {c.source_title} »" for c in answer.citations}
    said = LABEL.sub("", text, count=1)
    return any(said == phrases.NEAREST[lang].format(titles=t) for lang in ("fr", "en") for t in titles)


def _asks_back(answer: Answer) -> bool:
    """True when all that is said to a message that is too vague is the question of what it is about."""
    return answer.depends_on is not None and answer.answer == answer.depends_on.ask


def _citations(answer: Answer, passages: Mapping[str, Passage]) -> list[str]:
    out = [
        f"citation {c.n} infidèle : « {c.quote} »"
        for c in answer.citations
        if not c.quote.strip() or c.quote not in passages[c.passage_id].text
    ]
    numbers = [c.n for c in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        out.append(f"numérotation : {numbers}")
    used = {int(n) for n in MARK.findall(answer.answer)} | {
        n for beside in (*answer.warnings, *answer.next) for n in beside.citations
    }
    if used != set(numbers):
        out.append(f"marqueurs {sorted(used)}, citations {numbers}")
    for c in answer.citations:
        p = passages[c.passage_id]
        if (c.source_id, c.locator, c.rank) != (p.source_id, p.locator, p.rank):
            out.append(f"citation {c.n} : autre source que son passage")
        if (c.valid_from, c.valid_until) != (p.valid_from, p.valid_until):
            out.append(f"citation {c.n} : autres dates que son passage")
        if (c.rank is Rank.NOTICE) != (c.based_on is not None):
            out.append(f"citation {c.n} : une notice dit sur quoi elle repose, et elle seule")
    return out


def _prose(answer: Answer, passages: Mapping[str, Passage]) -> list[str]:
    """Every sentence cites and is supported by what it cites, or is one of the fixed ones; each is of one part."""
    out: list[str] = []
    if answer.outcome == "abstained" or _asks_back(answer):
        return out
    cited, acting = 0, answer.understood.act not in ASKS or _stays(answer)
    for item in _items(_PREFACE.sub("", answer.answer) if answer.understood.act == "correct" else answer.answer):
        rest = item
        if (m := LABEL.match(item)) and not acting and not (_asked(m[1], answer) or m[1] in LAWS):
            out.append(f"titre qui n'est pas de la question : « {m[1]} »")
        for part in re.findall(r"[^\[\]]+(?:\s?\[\d+\])+", item):
            rest = rest.replace(part, "", 1)
            cited += 1
            text = _strip_fixed(MARK.sub("", part).strip(), answer)
            out += _sentence(text, [int(n) for n in MARK.findall(part)], answer, passages)
        said = _unnamed(rest, answer) if acting else rest
        if said.strip() and not (_claimless(said) if acting else _is_fixed(said.strip(), answer)):
            out.append(f"affirme sans citer : « {rest.strip()} »")
    if not cited and not acting:
        out.append("réponse sans phrase citée")
    for step in answer.next:
        out += _sentence(step.text, list(step.citations), answer, passages)
    told = sorted(n for part in answer.parts for n in part.sentences)
    if told != list(range(1, cited + 1)) and answer.project is None and not acting:
        out.append(f"phrases {cited}, parties {told}")
    return out


_PREFACE = re.compile(
    r"^\*\*(?:Compris|Understood)[^\n]*\n\n"
    r"(?:(?:(?:- [^\n]*\n)+\n)?\*\*(?:La réponse entière|The whole answer) ?:\*\*\n\n)?"
)
"""What a correction says to change, before the answer."""


def _stays(answer: Answer) -> bool:
    """True when a correction touches nothing, and the answer on screen is said again."""
    return answer.understood.act == "correct" and not answer.parts


def _claimless(text: str) -> bool:
    claim = read_claim(text)
    return not (claim.figures or claim.dates or claim.references)


def _unnamed(text: str, answer: Answer) -> str:
    """What an act says around its sentences, without the names, the addresses and the dates of what they cite."""
    days = {
        say_date(d, lang)
        for lang in ("fr", "en")
        for d in (answer.as_of, *(c.valid_from for c in answer.citations))
        if d
    }
    names = {n for c in answer.citations for n in (c.source_title, c.locator, c.url) if n}
    names |= {n for c in answer.citations if (b := c.based_on) for n in (b.title, b.locator, b.version, b.url) if n}
    for name in sorted(names | days, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _items(markdown: str) -> list[str]:
    """Paragraphs, and items of lists without their marks."""
    blocks = [b for b in markdown.split("\n\n") if b.strip()]
    lists = {b for b in blocks if all(re.match(r"(?:\d+\.|-) ", line) for line in b.split("\n"))}
    return [item for b in blocks for item in ([line.split(" ", 1)[1] for line in b.split("\n")] if b in lists else [b])]


def _strip_fixed(text: str, answer: Answer) -> str:
    """A sentence without the words of the question, the body of law or the « Cela dépend… » before it."""
    m = LABEL.match(text)
    if m and (_asked(m[1], answer) or m[1] in LAWS):
        text = text[m.end() :]
    language = answer.understood.language
    text = text.replace("**", "")
    if answer.depends_on:
        asked = f"{phrases.DEPENDS_ON[language].rstrip('.')}{' :' if language == 'fr' else ':'} "
        ask = answer.depends_on.ask
        text = text.removeprefix(f"{asked}{ask[:1].lower()}{ask[1:]}")
    for contact in answer.contacts:
        whom = phrases.ASK[language].format(whom=contact.name)
        text = text.removesuffix(f" {whom[:1].upper()}{whom[1:]}")
    return text.removeprefix(phrases.DEPENDS_ON[language]).strip()


def _asked(label: str, answer: Answer) -> bool:
    """True when a label has at most eight words, in the order of the question."""
    said = re.findall(r"\w+", label.casefold())
    asked = iter(re.findall(r"\w+", f"{answer.question} {answer.understood.question}".casefold()))
    return len(label.strip("«»“” ").removeprefix("… ").split()) <= 8 and all(word in asked for word in said)


def _is_fixed(text: str, answer: Answer) -> bool:
    """True for what is said of a part without an answer of its own, after its words."""
    if _nearest(text, answer):
        return True
    fixed = (phrases.PART_MISSING, phrases.TOLD, phrases.DEPENDS_ON)
    titles = {f"{part.title}." for part in answer.parts if part.title}
    return _strip_fixed(text, answer) in {"", *titles, *(table[answer.understood.language] for table in fixed)}


def _sentence(text: str, numbers: list[int], answer: Answer, passages: Mapping[str, Passage]) -> list[str]:
    language = answer.understood.language
    by_number = {c.n: passages[c.passage_id] for c in answer.citations}
    held = [by_number[n] for n in numbers if n in by_number]
    if not held:
        return [f"affirme sans citer : « {text} »"]
    text, out = _reasoned(text, answer, held)
    told = [p.text if p.kind == "statement" else f"{p.text} ({p.locator})" for p in held]
    days = [w for p in answer.parts if p.title for w in (p.because or "").split(" ; ")]
    ends = [p.valid_until for p in held if p.valid_until is not None and p.valid_until < answer.as_of]
    said = [say_date(d, answer.understood.language) for d in ends]
    days += [d for d in said if phrases.UNTIL[answer.understood.language].format(day=d) in text]
    support = "\n".join([*told, *days, *(f"{item.said}." for item in answer.understood.case)])
    introduced = re.match(r"(?:[^«»]{1,200}:\s)?«\s(?P<quotes>.+)\s»$", text, re.DOTALL)
    quotes = re.split(r"\s»(?:\s\(…\))?\s«\s", introduced.group("quotes")) if introduced else []
    if quotes and all(any(q in p.text for p in held) for q in quotes):
        support = f"{support} {' '.join(p.source_title for p in held)}"
        language = "fr"
    claim, basis = read_claim(text, language), read_claim(support)
    out += [f"« {text} » : {fault}" for fault in (*unsupported(claim, basis), *flipped(claim, basis))]
    for p in held:
        late = p.valid_from is not None and p.valid_from > answer.as_of
        early = p.valid_until is not None and p.valid_until < answer.as_of
        if (late or early) and not YEAR.search(text):
            out.append(f"« {text} » : hors vigueur au {answer.as_of}, sans date")
    return out


@cache
def _matters() -> frozenset[str]:
    """How the rules of the corpus name what their verdicts are of."""
    rules = load_rules(Path(__file__).resolve().parents[2] / "corpus")
    return frozenset(matter_words(name) for rule in rules for name in (rule.name, rule.name_en) if name)


_SAID = {"yes": ("Oui", "Yes"), "no": ("Non", "No")}
"""How the verdict of a part is said, alone where its statement settles it (« Non : c'est facultatif »)."""


def _reasoned(text: str, answer: Answer, held: list[Passage]) -> tuple[str, list[str]]:
    """A sentence without the computed verdict and reasons that open it, and what is wrong with these: each is one of a
    part's `because`, and its figures stand in the case, in what the sentence cites, or are a day computed by a rule."""
    m = re.match(
        r"(?P<verdict>(?:Oui|Non|Yes|No)(?:, a priori|, most likely)?(?: \((?P<facts>[^()]+)\))?\s?: )"
        r"(?:(?P<why>[^.«»]*(?:\d\.\d+[^.«»]*)*)\. )?(?P<rest>.+)",
        text,
        re.DOTALL,
    ) or re.match(
        r"(?P<verdict>(?:(?:Au plus tard le|By) [^.()]+(?: \((?P<facts>[^()]+)\))?\.|(?:Dans votre cas|In your case)"
        r" \((?P<given>[^()]+)\)\s?:) )(?P<why>)(?P<rest>.+)",
        text,
        re.DOTALL,
    )
    because = {why for part in answer.parts for why in (part.because or "").split(" ; ") if why}
    if m and not because and any(m["verdict"].startswith(_SAID[p.verdict]) for p in answer.parts if p.verdict in _SAID):
        return text[m.end("verdict") :], []
    if not m or not because:
        return text, []
    ruled = any(part.rule for part in answer.parts)
    facts = m["facts"] or m.groupdict().get("given")
    said = [fact for fact in (facts.split(" ; ") if facts else []) if not (ruled and fact in _matters())]
    reasons = [w for w in (m["why"] or "").split(" ; ") if w]
    if reasons and not set(reasons) <= because:
        return (text[len(m["verdict"]) :], []) if ruled else (text, [])
    days = [why for why in because if re.match(r"au plus tard le|by \d", why)]
    out = [f"motif que nul ne calcule : « {why} »" for why in (*reasons, *said) if why not in because]
    case = read_claim("\n".join(f"{item.said}." for item in answer.understood.case), answer.understood.language)
    sums = sums_of((*reasons, *said), (answer.question, *(p.text for p in held)), answer.understood.language)
    basis = merged([read_claim("\n".join([*(p.text for p in held), *sums, *(days if ruled else ())])), case])
    opened = read_claim(" ".join((*reasons, *said)), answer.understood.language)
    out += [f"motif « {m['why']} » : {fault}" for fault in unsupported(opened, basis)]
    return m["rest"], out


def _abstention(answer: Answer) -> list[str]:
    if answer.outcome != "abstained":
        return ["passages proches sans abstention"] if answer.near else []
    out = []
    reason = str(answer.reason)
    said = answer.answer
    for title in {n.source_title for n in answer.near}:  # a text that the message names, and that does not say
        said = said.replace(f"« {title} »", "{titles}")
    if said not in {*ABSTENTIONS.get(reason, {}).values(), *(phrases.SILENT.values() if answer.near else ())}:
        out.append(f"abstention hors des phrases fixes : « {answer.answer} »")
    if re.search(r"\d", said):
        out.append("abstention avec un chiffre")
    in_warnings = {n for w in answer.warnings for n in w.citations}
    if {c.n for c in answer.citations} != in_warnings:
        out.append("abstention avec une citation hors des avertissements")
    if answer.follow_ups:
        out.append("abstention avec des relances")
    return out


def _beside(answer: Answer, passages: Mapping[str, Passage], open_passage: Open) -> list[str]:
    """Warnings cite what they say; near passages are quoted word for word; every answer carries its disclaimer."""
    out = []
    by_number = {c.n: passages[c.passage_id] for c in answer.citations}
    for w in answer.warnings:
        held = [by_number[n] for n in w.citations]
        if w.kind in ("changed", "upcoming", "conflict"):
            if not held:
                out.append(f"avertissement sans citation : « {w.text} »")
                continue
            claim = read_claim(w.text, answer.understood.language)
            basis = read_claim("\n".join(p.text for p in held))
            out += [f"avertissement « {w.text} » : {m}" for m in (*unsupported(claim, basis), *flipped(claim, basis))]
        if w.kind == "changed" and any(p.valid_until is None or p.valid_until >= answer.as_of for p in held):
            out.append(f"« changed » encore en vigueur : « {w.text} »")
        if w.kind == "upcoming" and any(p.valid_from is None or p.valid_from <= answer.as_of for p in held):
            out.append(f"« upcoming » déjà en vigueur : « {w.text} »")
    for n in answer.near:
        near = open_passage(n.passage_id)
        if near is None or not n.quote or n.quote not in near.text:
            out.append(f"proche infidèle : « {n.quote} »")
    disclaimer = answer.disclaimer
    if answer.written:
        assert answer.receipt.model is not None
        disclaimer = re.sub(
            rf"^(?:Rédigé par|Written by) {re.escape(answer.receipt.model.name)}, [^.]+\. ", "", disclaimer
        )
    elif (use := answer.receipt.model) is not None and use.fallback:
        language = answer.understood.language
        why = phrases.FAILED[language][use.fallback]
        disclaimer = disclaimer.removeprefix(phrases.UNWRITTEN[language].format(model=use.name, why=why))
    if disclaimer not in {
        table.format(date=d) for table in phrases.DISCLAIMER.values() for d in re.findall(r"\d.*\d{4}", disclaimer)
    }:
        out.append(f"mention légale : « {answer.disclaimer} »")
    return out


def _receipt(answer: Answer, passages: Mapping[str, Passage], snapshot: str | None) -> list[str]:
    out = []
    receipt = answer.receipt
    if set(receipt.passages) != set(passages):
        out.append("le reçu ne porte pas les passages cités")
    for pid, digest in receipt.passages.items():
        p = passages.get(pid)
        if p is not None and hashlib.sha256(p.text.encode()).hexdigest() != digest:
            out.append(f"empreinte du passage {pid}")
    if snapshot is not None and receipt.snapshot != snapshot:
        out.append(f"reçu d'un autre index : {receipt.snapshot}")
    if min(receipt.timings_ms.model_dump().values()) < 0:
        out.append("durée négative")
    return out
