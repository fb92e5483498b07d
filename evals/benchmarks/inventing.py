"""`python -m evals.benchmarks.inventing`: what gets past the gate when the model in the planner's seat invents.

Messages planned by hand are asked with a real, tiny model behind the pipeline (`local_model`). Counted: plans that
stood, parts that fell back, verdicts shown; and, among the sentences shown, how many an independent check finds
unsupported by the passages they cite: it shares no code with the verifier, is cruder, and errs on the side of
suspicion. A verdict is suspicious when the same question gets the contrary one without a model. Every answer is kept in
the report.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.service import Ask, Service
from assistant.wording.prose import sentences
from evals.benchmarks.local_model import gemma, missing
from evals.plan_set import load_plans
from evals.running.runner import TODAY
from ingest.clock import fixed
from ingest.settings import Settings

_FREE = (
    "doit", "doivent", "devra", "remet", "remettre", "fournit", "fournir", "transmet", "transmettre", "dépose",
    "déposer", "exige", "exigé", "obligatoire", "impose", "demande", "entreprise", "société", "film", "œuvre",
    "submits", "submit", "files", "file", "provides", "require", "requires", "required",
    "deux", "trois", "quatre", "cinq", "three", "four", "five",
)  # fmt: skip
"""Words that a rewording may bring: the same rule said otherwise."""
_NEGATIONS = re.compile(r"\b(?:ne|pas|aucune?|jamais|ni|sans|not|no|never|cannot|without|nor|neither)\b|\bn['’]")


@dataclass
class Asked:
    """One question: what was shown of the model's plan, and what the independent check finds in it."""

    question: str
    engine: str
    answer: str
    suspicious: list[list[str]] = field(default_factory=list)
    sentences: int = 0
    verdict: str | None = None
    plain_verdict: str | None = None
    refused: tuple[str, ...] = ()
    parts: int = 0
    fell_back: int = 0
    fallback: str | None = None
    ms: float = 0.0

    @property
    def contrary(self) -> bool:
        """Whether the verdict shown is the contrary of the one given without a model."""
        return {self.verdict, self.plain_verdict} == {"yes", "no"}


def suspicious(sentence: str, wording: str, also: str = "") -> list[str]:
    """What a plain comparison of letters finds in a sentence and not in the wording it cites; `also`: words that it may
    hold beside."""
    starts = {w.rstrip("sx")[:5] for w in _words(f"{wording} {also}")}
    out = [w for w in _words(sentence) if len(w) > 3 and w.rstrip("sx")[:5] not in starts and w not in _FREE_PLAIN]
    out += [d for d in _digits(sentence) if d not in _digits(f"{wording} {also}")]
    if len(_NEGATIONS.findall(sentence.lower())) != len(_NEGATIONS.findall(wording.lower())):
        out.append("négations")
    return out


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.lower().replace("œ", "oe").replace("’", "'"))
    return "".join(c for c in text if unicodedata.category(c) != "Mn")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", _plain(text))


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)?", re.sub(r"(?<=\d)\s(?=\d{3})", "", text))


_FREE_PLAIN = frozenset(_plain(w) for w in _FREE)


def measure(service: Service, questions: Iterable[str], wanted: int, out: Path | None = None) -> list[Asked]:
    """Ask until the model has been called for so many questions; what was asked so far is kept in `out`."""
    done: list[Asked] = []
    engine = service.engine
    for question in questions:
        answer = service.ask(Ask(question))
        use = answer.receipt.model
        if use is None or not use.calls:
            continue
        plain, _ = engine.answer(engine.read_alone(question), with_model=False)
        told = [(text, numbers) for text, numbers in sentences(answer.answer) if numbers]
        found = [found for text, numbers in told if (found := unsupported(answer, text, numbers, question))]
        done.append(
            Asked(
                question, answer.engine, answer.answer, found, len(told), _verdict(answer), _verdict(plain),
                use.refused, use.parts, use.fell_back, use.fallback, use.ms,
            )
        )  # fmt: skip
        if out:
            out.write_text(json.dumps([asdict(a) for a in done], ensure_ascii=False, indent=1), encoding="utf-8")
        print(f"\r{len(done)}/{wanted}", end="", file=sys.stderr, flush=True)
        if len(done) == wanted:
            break
    return done


def unsupported(answer: Answer, text: str, numbers: Iterable[int], question: str) -> list[str]:
    """What a sentence shown holds that no wording of the passages cited under its numbers has; their places may be
    said beside."""
    wanted = set(numbers)
    cited = [c for c in answer.citations if c.n in wanted]
    also = " ".join((question, _FORMS, *(f"{c.source_title} {c.locator}" for c in cited)))
    ways = [w for c in cited for w in (c.quote, *_OTHERWISE.get(c.passage_id, ()))]
    ways.append(" ".join(c.quote for c in cited))
    found = (suspicious(_bare(text), w, also) for w in ways)
    return min(found, key=len) if cited else ["rien de cité"]


_OTHERWISE: dict[str, tuple[str, ...]] = {}
"""The other wordings of each passage of the index."""
_FORMS = (
    "votre effectif nombre de personnes chiffre affaires total bilan budget investissement publicitaire consommation "
    "durée dépasse atteint "
    "inférieur dans votre cas plus tard priori oui non dépend détail dépôt tournage diffusion livraison visa décision "
    "pièce remettre sinon document hand otherwise yes likely your exceed reach case latest depends ne pas"
)
"""The words of our own fixed forms."""


def _bare(text: str) -> str:
    """A sentence without its bold words, which head it or open it."""
    return re.sub(r"\*\*[^*]*\*\*\s?:?", " ", text)


def _verdict(answer: Answer) -> str | None:
    return next((p.verdict for p in answer.parts if p.verdict in ("yes", "no")), None)


def _questions() -> list[str]:
    """Messages planned by hand, of every domain in turn."""
    by_domain: dict[str, list[str]] = {}
    for plan in load_plans():
        by_domain.setdefault(plan.domain, []).append(plan.message)
    return [q for i in range(max(map(len, by_domain.values()))) for d in by_domain.values() for q in d[i : i + 1]]


def summary(done: list[Asked]) -> dict[str, Any]:
    """The figures of the table."""
    mine = [a for a in done if a.engine.startswith("llm:")]
    return {
        "questions": len(done),
        "answers with a plan of the model": len(mine),
        "answers left to the local plan": len(done) - len(mine),
        "calls failed": sum(a.fallback not in (None, "refused_plan") for a in done),
        "parts planned": sum(a.parts for a in done),
        "parts fell back": sum(a.fell_back if a in mine else a.parts for a in done),
        "sentences shown of its plans": sum(a.sentences for a in mine),
        "unsupported": sum(len(a.suspicious) for a in mine),
        "verdicts shown of its plans": sum(a.verdict is not None for a in mine),
        "verdicts contrary to the plain ones": sum(a.contrary for a in mine),
        "seconds a question (median)": round(statistics.median(a.ms for a in done) / 1000, 1) if done else None,
        "refused": dict(Counter(code for a in done for code in a.refused).most_common()),
    }


def main() -> None:
    """Run, print the table, then one line of JSON; exit 1 when something shown is unsupported or contrary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--out", type=Path, help="where to write every answer, as JSON")
    options = parser.parse_args()
    if absent := missing():
        sys.exit(f"Not installed: {', '.join(absent)} (see evals/benchmarks/local_model.py).")
    started = time.perf_counter()
    with gemma() as url:
        mine = Settings(
            llm="openai:gemma-3-270m", llm_base_url=url, llm_api_key="none", llm_timeout=900, llm_silence=600,
            llm_attempts=1,
        )  # fmt: skip
        service = Service(mine, clock=fixed(TODAY))
        snapshot = service.snapshot
        for p in map(snapshot.open_passage, range(len(snapshot))):
            s = p.statement
            _OTHERWISE[p.id] = (p.text, *filter(None, (s.lead, s.en))) if s else (p.text,)
        index = service.engine.local.demarches.index
        for step in (step for d in index.demarches for step in d.steps):
            said = (*step.wordings("fr"), *step.wordings("en"))
            at = snapshot.passages([service.engine.local.options.positions[step.rests_on[0]]])[0].id
            _OTHERWISE[at] = (*_OTHERWISE[at], *said, " ".join((*_OTHERWISE[at], *said)))
        done = measure(service, _questions(), options.questions, options.out)
    figures = summary(done) | {"minutes": round((time.perf_counter() - started) / 60, 1)}
    for label, value in figures.items():
        print(f"{label:36} {value}")
    print(json.dumps(figures, ensure_ascii=False))
    sys.exit(1 if figures["unsupported"] or figures["verdicts contrary to the plain ones"] else 0)


if __name__ == "__main__":
    main()
