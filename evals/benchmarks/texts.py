"""Whether official texts go in whole: articles against an independent count, wording against the file, time and memory.

    python -m evals.benchmarks.texts FOLDER [--real 500]

FOLDER is a copy of the official test texts (`fr/`, `eu/pdf/`). Every file goes through `corpus add` and `ingest`, in a
data folder that is thrown away, with made-up vectors; `--real N` then measures the true encoder on N of the passages.
The count of articles is made here from the raw file, with no reader of ours.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import re
import resource
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner
from pypdf import PdfReader

from ingest.clock import paris_today
from ingest.index.pipeline import Library, ingest
from ingest.model.embedding import HashingEncoder, load_encoder
from ingest.passages.passages import Passage
from ingest.settings import Settings

_SOURCES = (
    (r"(?:code-)?cinema", "code-cinema"), (r"(?:code-)?consommation|code-conso", "code-conso"),
    (r"com(?:merce)?_", "code-commerce"), (r"env(?:ironnement)?_", "code-env"), (r"loi_86-1067", "loi-86-1067"),
    (r"loi_2021-1104", "loi-2021-1104"), (r"ordonnance_2023-1142", "ord-2023-1142"), (r"loi_2020-105", "loi-agec"),
    (r"loi_2021-1485", "loi-2021-1485"), (r"loi_2023-973", "loi-2023-973"), (r"CELEX_32022L2464", "dir-2022-2464"),
    (r"OJ_L_202490241", "regl-2023-2772-rectificatif"),
)  # fmt: skip
_TITLE = r"Article (?:liminaire|(?:[LRDA]\*?)?\.? ?\d[\w-]*(?: ?(?:bis|ter|quater|quinquies|[A-Z]))*)"


@dataclass
class Row:
    """One file: articles counted in the raw file, articles read, seconds to add it."""

    name: str
    counted: int
    text_id: str
    seconds: float
    read: int = 0


@dataclass
class Report:
    """All passages of the texts, and what was found wrong: wording that is not the file's, pieces cut or empty."""

    passages: list[Passage] = field(default_factory=list)
    drawn: int = 0
    different: list[str] = field(default_factory=list)
    cut: int = 0


def counted(path: Path) -> int:
    """Articles with a text of their own, counted in the raw file."""
    if path.suffix == ".pdf":
        return _in_pdf(path)
    raw = path.read_text(encoding="utf-8")
    if path.suffix == ".xml":
        return raw.count("<ARTICLE>")
    if path.suffix == ".html":
        articles = re.findall(r"<article\b.*?</article>", raw, re.DOTALL)
        titles = [(a, re.search(r"<h3>\s*(.*?)\s*</h3>", a)) for a in articles]
        return sum(bool(t and re.search(r"\d", t.group(1)) and _letters(a) > len(t.group(1))) for a, t in titles)
    body = re.split(r"^---$", raw, flags=re.MULTILINE)[-1] if raw.startswith("---") and "\n---\n" in raw else raw
    head = r"^#+ +(.*)$" if re.search(r"^#+ Article ", body, re.MULTILINE) else rf"^({_TITLE})$"
    parts = re.split(head, body, flags=re.MULTILINE)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return len(
        {(t, " ".join(b.split())) for t, b in pairs if t.startswith("Article ") and re.search(r"\d", t) and _letters(b)}
    )


def _letters(raw: str) -> int:
    return len(re.sub(r"\W", "", html.unescape(re.sub(r"<[^>]+>", "", raw))))


def _in_pdf(path: Path) -> int:
    """Articles of the act itself: titles alone on their line that follow each other from 1."""
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    jorf = re.findall(r"^Art\. \d+(?:er)?\. ", text, re.MULTILINE)
    wanted = 1
    for found in re.findall(r"^Article (premier|\d+) *$", text, re.MULTILINE):
        wanted += ("1" if found == "premier" else found) == str(wanted)
    return len(jorf) or wanted - 1


def add(path: Path, runner: CliRunner) -> Row:
    """One file through `corpus add`, under its text of the register or an id of its own."""
    from ingest.commands import corpus

    known = next((i for pattern, i in _SOURCES if re.match(pattern, _name(path))), None)
    who = ["--as", known] if known else ["--id", re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")]
    about = [] if known else ["--title", path.stem, "--domain", "climat", "--nature", "projet", "--rank", "officiel"]
    day = ["--attested-at", "2023-12-03"] if path.parent.name == "articles-bruts" else []
    start = time.perf_counter()
    result = runner.invoke(corpus, ["add", str(path), *who, *about, *day])
    if result.exit_code:
        raise SystemExit(f"{path.name}: {result.output} {result.exception}")
    said = re.search(r"Texte ajouté : (\S+) ", result.output)
    return Row(_name(path), counted(path), said.group(1) if said else "?", time.perf_counter() - start)


def _name(path: Path) -> str:
    return f"{path.parent.name}_{path.name}" if path.parent.parent.name == "versions" else path.name


def _plain(text: str) -> str:
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text)).translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    return "".join(c for c in plain if c.isalnum())


def wording(path: Path, passages: list[Passage], sample: random.Random, n: int) -> list[str]:
    """Of `n` passages drawn from one file, those whose words are not a run of the raw file's.

    In a PDF, running heads and footnotes stand between two pages: a passage that goes over is a run of each.
    """
    drawn = sample.sample(passages, min(n, len(passages)))
    if path.suffix != ".pdf":
        raw = _plain(re.sub(r"title='[^>]*'>", ">", path.read_text(encoding="utf-8")))
        return [p.locator for p in drawn if _plain(p.text) not in raw]
    pages = [_plain(page.extract_text()) for page in PdfReader(path).pages]
    return [p.locator for p in drawn if not _over(_plain(p.text), pages[(p.page_from or 1) - 1 : p.page_to])]


def _over(words: str, pages: list[str]) -> bool:
    """Whether words are a run of the first page, then of the next ones."""
    if not pages:
        return not words
    size = next((k for k in range(len(words), 0, -1) if words[:k] in pages[0]), 0)
    return size == len(words) or _over(words[size:], pages[1:])


def main() -> None:
    """Add, ingest, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--real", type=int, default=0)
    args = parser.parse_args()
    files = sorted(p for p in (args.folder / "fr").rglob("*.*") if p.is_file())
    files += sorted((args.folder / "eu" / "pdf").glob("*_FR*.pdf"))
    sample = random.Random(2026)  # noqa: S311 - a sample that can be drawn again
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLAPVERT_DATA_DIR"] = folder
        library, double = Library(Settings()), HashingEncoder()
        rows = [add(path, CliRunner()) for path in files]
        clock = time.perf_counter()
        manifest, _ = ingest(library, double.info, lambda: double, False, None, paris_today)
        whole = time.perf_counter() - clock
        clock = time.perf_counter()
        _, again = ingest(library, double.info, lambda: double, False, None, paris_today)
        unchanged = time.perf_counter() - clock
        report = _compare(library, rows, files, sample)
    for row in rows:
        mark = " " if row.counted == row.read else "≠"
        print(f"{mark} {row.name:75.75} {row.counted:5} counted {row.read:5} read {row.seconds:6.1f} s")
    print(f"wording: {report.drawn} passages drawn, {len(report.different)} differ {report.different[:5]}")
    print(f"pieces cut inside a sentence or empty: {report.cut}")
    drawn = sample.sample(report.passages, min(args.real, len(report.passages)))
    speed = _speed(drawn) if drawn else None
    print(json.dumps({
        "files": len(rows), "articles_counted": sum(r.counted for r in rows),
        "articles_read": sum(r.read for r in rows),
        "files_that_differ": sum(r.counted != r.read for r in rows), "passages": manifest.counts["passages"],
        "drawn": report.drawn, "wording_differs": len(report.different), "ingest_s": round(whole, 1),
        "unchanged_s": round(unchanged, 2), "rebuilt": again, "passages_per_s_real": speed,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_rss_child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }))  # fmt: skip


def _compare(library: Library, rows: list[Row], files: list[Path], sample: random.Random) -> Report:
    from ingest.articles.structure import split_units
    from ingest.corpus.register import load_register
    from ingest.language.sentences import sentence_spans
    from ingest.passages.passages import MAX_CHARACTERS, unit_passages

    register = load_register(library.settings.corpus_dir)
    added = {t.id: t for t in library.texts.all()}
    report = Report()
    for row, path in zip(rows, files, strict=True):
        text = added[row.text_id]
        units = split_units(library.texts.read(text))
        numbered = [u for u in units if re.match(r"(?:annexe:)?(?:[LRDA]|LO)?\d", u.number or "")]
        row.read = len({(u.number, " ".join(u.text.split())) for u in numbered if not u.amends})
        found = unit_passages(units, text.source(register), register, text.version, "fr")
        report.passages += found
        report.cut += sum(
            not p.text.strip() or (len(p.text) > MAX_CHARACTERS and len(sentence_spans(p.text)) > 1) for p in found
        )
        n = 2 if len(files) > 60 else 5
        report.different += [f"{row.name}: {x}" for x in wording(path, found, sample, n)]
        report.drawn += min(n, len(found))
    return report


def _speed(passages: list[Passage]) -> float:
    """Passages a second of the true encoder."""
    encoder = load_encoder(Settings())
    start = time.perf_counter()
    encoder.encode_passages([p.index_text for p in passages])
    return round(len(passages) / (time.perf_counter() - start), 1)


if __name__ == "__main__":
    main()
