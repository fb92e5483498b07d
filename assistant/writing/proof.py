"""The proof of written lines: each is refuted by us or not, then read by a second call that knows nothing else.

Guarantee: a line stands when nothing refutes it (`Verifier`) and the second reading finds that it holds. One that does
not is written again once, with the reason, and proved as the first was; what still does not stand is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from assistant.answer import Act
from assistant.checking.verifier import Sentence, Verifier
from assistant.llm.models import ModelFailure
from assistant.llm.usage import Usage
from assistant.llm.wire import as_data, visible
from assistant.reading.dates import AsOf
from assistant.reading.kinds import spoken_in
from assistant.wording.phrases import ACCORDING, lower_first
from assistant.writing.asking import Model
from assistant.writing.prompt import CHECK, MEND
from assistant.writing.reply import (
    FINDINGS_SCHEMA,
    MENDED_SCHEMA,
    Findings,
    Mended,
    WrittenLine,
    findings_so_far,
    parse,
)
from assistant.writing.request import Request, Source, once
from ingest.language.claims import Language

NEXT, ASK = -1, -2
"""In the place of the number of a part: what to do next, and what is asked back."""
Left = Callable[[], float]
"""Seconds that are left."""


@dataclass
class Line:
    """A written line under proof: its part (or `NEXT`, or `ASK`), its sentence, and what is held against it."""

    part: int
    written: WrittenLine
    sources: tuple[Source, ...]
    sentence: Sentence
    faults: list[str] = field(default_factory=list)
    proved: bool = False
    mended: bool = False
    refused: str = ""
    """Why it was first refused: `gate`, or what the second reading found."""

    @property
    def as_it_stands(self) -> bool:
        """Whether it shows what it cites in its own words, which were reviewed."""
        return not self.written.text


_NUMBERED = re.compile(r"^(?:☐\s*)?(?:\d{1,2}[.)]\s+)?")
"""A place in a list, which the list gives its lines itself."""


@dataclass(frozen=True)
class Told:
    """What lines are proved against, besides what they cite: the message, the case's words, the day, what is done."""

    request: Request
    given: tuple[str, ...]
    as_of: AsOf
    language: Language
    act: Act = "ask"


class Prover:
    """Proves lines with a model that reads them."""

    def __init__(self, verifier: Verifier, reader: Model) -> None:
        self.verifier, self.reader = verifier, reader

    def line(self, part: int, written: WrittenLine, told: Told) -> Line | None:
        """A line, with what refutes it; None for one that says nothing."""
        sources = tuple(s for k in dict.fromkeys(written.cites) if (s := told.request.sources.get(k)) is not None)
        text = _NUMBERED.sub("", " ".join(visible(written.text).split()))
        unknown = len(sources) < len(set(written.cites))
        if not text and (len(sources) != 1 or unknown):
            return None
        cited = once(c for s in sources for c in s.cited)
        given = (*told.given, *(w for s in sources for w in s.given))
        sentence = Sentence(
            _attributed(text, sources, told.language),
            cited,
            claims=bool(cited),
            language=spoken_in(text, told.language),
            given=given,
            written=True,
        )
        line = Line(part, replace_text(written, text), sources, sentence)
        if line.as_it_stands:
            line.proved = True
            return line
        line.faults = self.verifier.faults(sentence, told.as_of)
        if unknown:
            line.faults.append("clé inconnue")
        if _marked(text):
            line.faults.append("mise en forme")
        return line

    def prove(
        self, lines: list[Line], told: Told, writer: Model, usage: Usage, left: Left,
        heard: Callable[[Sequence[Line]], None] | None = None,
    ) -> list[Line]:  # fmt: skip
        """The lines, each marked as proved or not; those that fail are written again once. `heard` is told the lines
        that stand so far, in their order, while the others are being read."""
        self._read(lines, lines, told, usage, left, heard)
        failed = [line for line in lines if not line.proved]
        if not failed:
            return lines
        out = lines
        with suppress(ModelFailure):  # what was proved stands, whatever becomes of what was not
            again = self._mended(lines, failed, told, writer, usage, left)
            out = [again.get(id(line), line) for line in lines]
            self._read([line for line in again.values() if not line.proved], out, told, usage, left, None)
        return out

    def _read(
        self, due: Sequence[Line], every: Sequence[Line], told: Told, usage: Usage, left: Left,
        heard: Callable[[Sequence[Line]], None] | None,
    ) -> None:  # fmt: skip
        """The second reading of the lines that nothing refutes."""
        read = [line for line in due if not line.proved and not line.faults]
        for line in due:
            if line.faults and not line.refused:
                line.refused = "gate"
        if not read:
            return
        document = {
            **told.request.said(told.act),
            "lines": [_shown(n, x, every) for n, x in enumerate(read, 1)],
        }
        said: set[int] = set()

        def written(text: str) -> None:
            for found in findings_so_far(text):
                if found.n not in said and 0 < found.n <= len(read):
                    said.add(found.n)
                    read[found.n - 1].proved = found.says == "holds"
            if heard is not None:
                stand = next((i for i, line in enumerate(every) if not line.proved), len(every))
                if stand:
                    heard(every[:stand])

        findings = self.reader.ask(
            usage, CHECK, as_data(document), FINDINGS_SCHEMA, partial(parse, Findings), left(), heard and written
        )
        by_n = {f.n: f for f in findings.lines}
        for n, line in enumerate(read, 1):
            found = by_n.get(n)
            line.proved = found is not None and found.says == "holds"
            if found is None or not line.proved:
                line.faults = [f"{found.says} : {found.what}" if found else "non relue"]
                line.refused = line.refused or (found.says if found else "unread")

    def _mended(
        self, lines: Sequence[Line], failed: Sequence[Line], told: Told, writer: Model, usage: Usage, left: Left
    ) -> Mapping[int, Line]:
        """What the writer makes of the lines that failed, by the line that it replaces."""
        numbers = dict(enumerate(failed, 1))
        sources = told.request.sources
        cited = [k for line in lines for k in line.written.cites if k in sources]
        texts = {s.text: k for k, s in sources.items()}
        keys = dict.fromkeys((*cited, *(texts[n] for k in cited for n in sources[k].needs if n in texts)))
        document = {
            **told.request.said(told.act),
            "answer": [line.written.text for line in lines if line.proved and line.written.text],
            "refused": [
                {"n": n, "text": line.written.text, "cites": line.written.cites, "why": line.faults}
                for n, line in numbers.items()
            ],
            "evidence": [
                {"key": k, "text": sources[k].text, "needs": [texts[n] for n in sources[k].needs if n in texts]}
                for k in keys
            ],
        }
        reply = writer.ask(usage, MEND, as_data(document), MENDED_SCHEMA, partial(parse, Mended), left(), None)
        out: dict[int, Line] = {}
        for row in reply.lines:
            before = numbers.get(row.n)
            line = self.line(before.part, WrittenLine(text=row.text, cites=row.cites), told) if before else None
            if before is not None and line is not None:
                line.mended, line.refused = True, before.refused
                out[id(before)] = line
        return out


def replace_text(written: WrittenLine, text: str) -> WrittenLine:
    """A line with another text."""
    return written.model_copy(update={"text": text})


def _shown(n: int, line: Line, every: Sequence[Line]) -> dict[str, object]:
    """A line as the second reader sees it."""
    cites = [
        {"text": s.text, **({"needs": list(s.needs)} if s.needs else {}), **({"note": s.note} if s.note else {})}
        for s in line.sources
    ]
    quoted = [c.passage.text for s in line.sources if s.piece is None for c in s.cited]
    others = [x.sentence.text or x.sources[0].text for x in every if x is not line]
    return {
        "n": n,
        "text": line.sentence.text,
        "cites": cites,
        **({"rests_on": quoted} if quoted else {}),
        "others": others,
    }


def _attributed(text: str, sources: Sequence[Source], language: Language) -> str:
    """A line that rests on an added text, told as its own: what a user's text says is never told as the law."""
    added = [s.piece.passage for s in sources if s.piece is not None and s.piece.statement is None]
    if not text or not added or added[0].source_title in text:
        return text
    place = f"{added[0].source_title}, {added[0].locator}"
    return ACCORDING[language].format(place=visible(place), text=lower_first(text))


def _marked(text: str) -> bool:
    """Whether a text holds marks of its own, which would be taken for ours."""
    return any(mark in text for mark in ("[", "]", "**", "http:", "https:", "`", "\u0000")) or text.startswith(
        ("- ", "# ")
    )
