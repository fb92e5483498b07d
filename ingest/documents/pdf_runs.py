"""The text runs of one PDF page: what an eye sees, apart from what it does not.

Guarantee: text that is drawn but cannot be seen (render mode 3, no opacity, white on white, under 2 points, off the
page) is never among the visible runs: it comes apart, with the reason, so that a file cannot slip sentences past its
reader. The one exception is the text layer of a scan, which is what an eye sees: it is read, and marked so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, TextStringObject

_TINY = 2.0
_SHOW = {b"Tj": 0, b"TJ": 0, b"'": 0, b'"': 2}
_FILL = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}
_PATH_ENDS = _FILL | {b"n", b"S", b"s"}
_SCAN_COVER = 0.5
"""Share of the page that one image covers when the page is a scan."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text drawn in one go, at its origin in points from the bottom left; `gap` is what parts it from the
    run before (nothing, a space or a line end); `bold` is read in the font's name."""

    text: str
    x: float
    y: float
    size: float
    gap: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class PageRuns:
    """Runs of a page in the order of drawing; `hidden` is the text that cannot be seen, by French reason."""

    runs: tuple[Run, ...]
    hidden: dict[str, str]
    scan: bool
    images: int
    width: float
    height: float


def page_runs(page: PageObject) -> PageRuns:
    """Read one page; errors are pypdf's own."""
    box = page.cropbox
    eye = _Eye(page, (float(box.left), float(box.bottom), float(box.right), float(box.top)))
    seen: list[Run] = []
    text = _extract(page, eye, seen, keep=None)
    scan = eye.cover >= _SCAN_COVER and set(eye.reasons) == {_UNPAINTED} and not any(c.isalnum() for c in text)
    hidden: dict[str, str] = {}
    for reason in eye.reasons:
        runs: list[Run] = []
        _extract(page, _Eye(page, eye.box), runs, keep=reason)
        if scan:
            seen = runs
        elif words := " ".join(" ".join(r.text for r in runs).split()):
            hidden[reason] = words
    return PageRuns(tuple(seen), hidden, scan, eye.images, float(box.width), float(box.height))


def _extract(page: PageObject, eye: _Eye, runs: list[Run], keep: str | None) -> str:
    """Fill `runs` with the text of one visibility; the plain text, which alone tells the spaces between runs."""
    chunks: list[tuple[str, float, float, float, str]] = []

    def on_text(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            x, y, scaled = eye.place(cm, tm, size)
            chunks.append((text, x, y, scaled, str((font or {}).get("/BaseFont", ""))))

    def before(operator: bytes, operands: list[Any], cm: list[float], tm: list[float]) -> None:
        eye.before(operator, operands, cm, tm, keep)

    def after(operator: bytes, operands: list[Any], *_: list[float]) -> None:
        eye.after(operator, operands)

    whole = page.extract_text(visitor_text=on_text, visitor_operand_before=before, visitor_operand_after=after)
    at = 0
    for text, x, y, size, font in chunks:
        core = text.strip()
        found = whole.find(core, at)
        gap = whole[at:found] if found >= 0 and not whole[at:found].strip() else " "
        if found >= 0:
            at = found + len(core)
        style = font.lower()
        bold = "bold" in style or "black" in style or style.endswith("cmbx12") or "heavy" in style
        runs.append(Run(core, x, y, size, gap, bold))
    return whole


def _times(a: Sequence[float], b: Sequence[float]) -> list[float]:
    """The matrix that does `a`, then `b`."""
    return [
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3], a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    ]  # fmt: skip


_UNPAINTED = "tracé sans encre"
_WHITE = "blanc sur blanc"
_SMALL = "en caractères minuscules"
_OFF = "hors de la page"


@dataclass(slots=True)
class _State:
    """What the graphics state says of the ink."""

    mode: int = 0
    white: bool = False
    alpha: float = 1.0
    size: float = 12.0
    type3: bool = False
    space: str = "/DeviceGray"


@dataclass(slots=True)
class _Eye:
    """Follows the drawing of a page and blanks, before pypdf reads them, the strings of the other visibility."""

    page: PageObject
    box: Box
    reasons: Counter[str] = field(default_factory=Counter)
    cover: float = 0.0
    images: int = 0
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _forms: list[tuple[int, list[float]]] = field(default_factory=list)
    _base: list[float] = field(default_factory=lambda: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    _entering: list[float] | None = None
    _path: list[tuple[float, float]] = field(default_factory=list)
    _inked: list[Box] = field(default_factory=list)
    _blanked: Any = None

    def before(self, op: bytes, args: list[Any], cm: list[float], tm: list[float], keep: str | None) -> None:
        """Follow one operator; `keep` is the reason whose text is wanted, None for the visible text."""
        if self._entering is not None:  # pypdf starts a form anew; text from before it was still being given out
            self._base, self._entering = self._entering, None
        if op in _SHOW:
            reason = self._why_hidden(cm, tm)
            if reason:
                self.reasons[reason] += 1
            if reason != keep and len(args) > _SHOW[op]:
                self._blanked = args[_SHOW[op]]
                args[_SHOW[op]] = ArrayObject() if op == b"TJ" else TextStringObject("")
        elif op == b"q":
            self._stack.append(copy(self._state))
        elif op == b"Q":
            if self._stack:
                self._state = self._stack.pop()
        elif op == b"Do":
            self._forms.append((len(self._stack), self._base))
            self._stack.append(copy(self._state))
            self._object(args, _times(cm, self._base))
        elif op in _PATH_ENDS:
            if op in _FILL and self._path and not self._state.white:
                xs, ys = [p[0] for p in self._path], [p[1] for p in self._path]
                self._inked.append((min(xs), min(ys), max(xs), max(ys)))
            self._path.clear()
        elif op == b"sh":
            self._inked.append(self.box)
        elif op in (b"m", b"l", b"c", b"v", b"y", b"re"):
            self._trace(op, args, _times(cm, self._base))
        else:
            self._ink(op, args)

    def after(self, op: bytes, args: list[Any]) -> None:
        """Give back what was blanked, and leave a form."""
        if op in _SHOW and self._blanked is not None:
            args[_SHOW[op]] = self._blanked
            self._blanked = None
        elif op == b"Do" and self._forms:
            depth, self._base = self._forms.pop()
            self._entering = None
            self._state = self._stack[depth] if depth < len(self._stack) else self._state
            del self._stack[depth:]

    def place(self, cm: list[float], tm: list[float], size: float) -> tuple[float, float, float]:
        """Where the text matrix stands on the page, and a font size there, in points."""
        m = _times(_times(tm, cm), self._base)
        return m[4], m[5], abs(size) * math.sqrt(abs(m[0] * m[3] - m[1] * m[2]))

    def _why_hidden(self, cm: list[float], tm: list[float]) -> str | None:
        state = self._state
        if state.mode in (3, 7) or state.alpha <= 0.02:
            return _UNPAINTED
        x, y, size = self.place(cm, tm, state.size)
        if not state.type3 and 0 < size < _TINY:
            return _SMALL
        if not (self.box[0] - 8 <= x <= self.box[2] + 8 and self.box[1] - 8 <= y <= self.box[3] + 8):
            return _OFF
        inside = (b[0] - 2 <= x <= b[2] + 2 and b[1] - 2 <= y <= b[3] + 2 for b in self._inked)
        return _WHITE if state.white and state.mode in (0, 4) and not any(inside) else None

    def _ink(self, op: bytes, args: list[Any]) -> None:
        state = self._state
        values = [float(a) for a in args if isinstance(a, (int, float))]
        if op == b"Tr" and values:
            state.mode = int(values[0])
        elif op == b"Tf" and len(args) == 2 and values:
            state.size = values[0]
            state.type3 = self._resource("/Font", str(args[0])).get("/Subtype") == "/Type3"
        elif op == b"g" and values:
            state.white = values[0] >= 0.98
        elif op == b"rg" and len(values) == 3:
            state.white = min(values) >= 0.98
        elif op == b"k" and len(values) == 4:
            state.white = max(values) <= 0.02
        elif op == b"cs" and args:
            state.space, state.white = self._space(str(args[0])), False
        elif op in (b"sc", b"scn") and values:
            ink = state.space == "/Separation" or len(values) == 4
            state.white = max(values) <= 0.02 if ink else min(values) >= 0.98
        elif op == b"gs" and args:
            alpha = self._resource("/ExtGState", str(args[0])).get("/ca")
            state.alpha = float(alpha) if isinstance(alpha, (int, float)) else state.alpha

    def _trace(self, op: bytes, args: list[Any], cm: list[float]) -> None:
        values = [float(a) for a in args if isinstance(a, (int, float))]
        points = list(zip(values[::2], values[1::2], strict=False))
        if op == b"re" and len(values) == 4:
            x, y, w, h = values
            points = [(x, y), (x + w, y + h)]
        self._path += [(x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]) for x, y in points]

    def _object(self, args: list[Any], cm: list[float]) -> None:
        drawn = self._resource("/XObject", str(args[0])) if args else {}
        if drawn.get("/Subtype") == "/Form":
            matrix = [float(v) for v in drawn.get("/Matrix", [1, 0, 0, 1, 0, 0])]
            self._entering = _times(matrix, cm) if len(matrix) == 6 else cm
        elif drawn.get("/Subtype") == "/Image":
            self.images += 1
            xs, ys = (cm[4], cm[4] + cm[0] + cm[2]), (cm[5], cm[5] + cm[1] + cm[3])
            self._inked.append((min(xs), min(ys), max(xs), max(ys)))
            area = (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])
            self.cover = max(self.cover, abs(cm[0] * cm[3] - cm[1] * cm[2]) / area if area else 0.0)

    def _resource(self, kind: str, name: str) -> Any:
        """A resource of the page by name; empty when the page has none (a form's own are not looked up)."""
        try:
            return self.page["/Resources"][kind][name].get_object()  # type: ignore[index]
        except (KeyError, TypeError, AttributeError):
            return {}

    def _space(self, name: str) -> str:
        try:
            found = self.page["/Resources"]["/ColorSpace"][name].get_object()  # type: ignore[index]
            return str(found[0]) if isinstance(found, list) else str(found)
        except (KeyError, TypeError, AttributeError, IndexError):
            return name
