"""Charts of the report, as inline SVG.

Guarantee: shares are drawn on 0–100 %, bars start at zero, every estimate shows its interval, series are told apart by
line and label rather than by hue, and each chart has a sentence that says what it shows (its table stands under it). No
`style` attribute: colours come from the page's style sheet, so that a strict content policy holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 70, 14, 40
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """A linear scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixels of a value."""
        span = (self.high - self.low) or 1.0
        return round(self.start + (value - self.low) / span * (self.end - self.start), 1)


def trusted(html: str) -> Markup:
    """Markup of ours, in which everything that comes from elsewhere was escaped by its maker."""
    return Markup(html)  # noqa: S704 - the one place where text becomes markup


def percent(value: float | None, digits: int = 1) -> str:
    """A share in French (« 88,5 % »), « – » when nothing was measured."""
    return "–" if value is None else f"{number(100 * value, digits)} %"


def number(value: float | None, digits: int = 1) -> str:
    """A number in French."""
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


def recall(points: Sequence[Mapping[str, Any]]) -> Markup:
    """Recall@k with its band; k on a log scale."""
    if not points:
        return Markup("")
    x, y = Axis(0, math.log(points[-1]["k"]) or 1, _LEFT + 6, WIDTH - 24), _shares()
    at = [(x(math.log(p["k"])), p) for p in points]
    body = [_grid_y(y), *(_tick_x(px, str(p["k"])) for px, p in at)]
    ends = [(px, p) for px, p in at if p["low"] is not None]
    body.append(_area([(px, y(p["high"])) for px, p in ends], [(px, y(p["low"])) for px, p in ends]))
    body.append(_line([(px, y(p["value"])) for px, p in at]))
    for px, p in at:
        body.append(_dot(px, y(p["value"])))
        if p["k"] in (1, 5, 30):
            side = ("start", 4) if p["k"] == 1 else ("middle", 0)
            body.append(_text(px + side[1], y(p["value"]) + 20, percent(p["value"]), side[0], "strong"))
    body.append(_text((_LEFT + WIDTH - 24) / 2, HEIGHT - 6, "k, premiers énoncés (échelle log)", "middle"))
    told = ", ".join(f"{percent(p['value'])} à {p['k']}" for _, p in at)
    return _svg("Rappel : part des questions dont un bon énoncé est parmi les k premiers : " + told + ".", body)


def latency(found: Mapping[str, Any]) -> Markup:
    """Distribution of the milliseconds of an answer, with its median and its 95th percentile."""
    bins, total = found["bins"], found["stages"]["total"]
    if not found["n"] or not bins:
        return Markup("")
    top = max(b["n"] for b in bins)
    right = WIDTH - 14
    x, y = Axis(0, bins[-1]["to"], _LEFT, right), Axis(0, top, HEIGHT - _BOTTOM, _TOP + 14)
    body = [_hline(y(0), "axis")]
    for b in bins:
        left, w = x(b["from"]), max(x(b["to"]) - x(b["from"]) - 1, 1)
        body.append(f'<rect class="bar" x="{left}" y="{y(b["n"])}" width="{w:.1f}" height="{y(0) - y(b["n"]):.1f}"/>')
    body += [_tick_x(x(t), number(t, 0)) for t in _round_ticks(0, bins[-1]["to"])]
    body += [_text(_LEFT - 6, y(v) + 4, str(v), "end") for v in (0, top)]
    body.append(_text(_LEFT - 6, y(top) - 9, "rép.", "end"))
    for name, label in (("p50", "médiane"), ("p95", "95 %")):
        if total[name] is not None and total[name] <= bins[-1]["to"]:
            px, down = x(total[name]), 0 if name == "p50" else 13
            body.append(_rule(px, "now"))
            body.append(_text(px + 4, _TOP + down, f"{label} {number(total[name], 0)} ms", "start", "strong"))
    body.append(_text((_LEFT + right) / 2, HEIGHT - 6, "millisecondes par réponse", "middle"))
    told = f"Temps de {found['n']} réponses : médiane {number(total['p50'])} ms, 95 % sous {number(total['p95'])} ms."
    return _svg(told, body)


def trend(rows: Sequence[Mapping[str, Any]], name: str) -> Markup:
    """One measure over the runs kept, oldest first, with its intervals."""
    found = [(n, h) for n, r in enumerate(rows) if (h := _headline(r, name)) and h["value"] is not None]
    if not found:
        return Markup("")
    highest = max(h["high"] if h["high"] is not None else h["value"] for _, h in found)
    top = min(1.0, math.ceil(highest * 10 + 0.5) / 10)
    x, y = Axis(0, max(len(rows) - 1, 1), _LEFT + 8, WIDTH - _RIGHT), Axis(0, top, HEIGHT - _BOTTOM, _TOP)
    body = [_grid_y(y, top), _line([(x(n), y(h["value"])) for n, h in found])]
    for n, h in found:
        if h["low"] is not None:
            body.append(f'<line class="whisker" x1="{x(n)}" x2="{x(n)}" y1="{y(h["low"])}" y2="{y(h["high"])}"/>')
        body.append(_dot(x(n), y(h["value"])))
    last_n, last = found[-1]
    body.append(_text(x(last_n) + 8, y(last["value"]) + 4, percent(last["value"]), "start", "strong"))
    for n in sorted({0, len(rows) - 1}):
        at = str(rows[n]["at"])
        anchor = "start" if n == 0 and len(rows) > 1 else "middle"
        body.append(_text(x(n), HEIGHT - 22, f"{at[8:10]}/{at[5:7]} {at[11:16]}", anchor))
    body.append(_text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 6, "runs, du plus ancien au dernier (UTC)", "middle"))
    return _svg(f"{last['label']}, {len(found)} run(s) ; dernier : {percent(last['value'])}.", body)


def interval(e: Mapping[str, Any], base: float | None = None, top: float = 1.0) -> Markup:
    """A bar from zero with its interval, and the base's value as a mark; it stands in a cell beside its figures."""
    if e["value"] is None:
        return Markup("")
    x = Axis(0, top, 0, 100)
    body = [
        f'<rect class="track" width="100" height="12"/><rect class="bar" y="3" width="{x(e["value"])}" height="6"/>'
    ]
    if e["low"] is not None:
        width = max(x(e["high"]) - x(e["low"]), 0.6)
        body.append(f'<rect class="span" x="{x(e["low"])}" y="5" width="{width:.1f}" height="2"/>')
    if base is not None:
        body.append(f'<rect class="base" x="{max(x(base) - 0.5, 0):.1f}" width="1" height="12"/>')
    shape = 'class="interval" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true"'
    return trusted(f"<svg {shape}>{''.join(body)}</svg>")


def _headline(row: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((h for h in row["headlines"] if h["name"] == name), None)


def _shares() -> Axis:
    return Axis(0, 1, HEIGHT - _BOTTOM, _TOP)


def _grid_y(y: Axis, top: float = 1.0) -> str:
    steps = [top * i / 4 for i in range(5)]
    return "".join(
        _hline(y(v), "axis" if v == 0 else "grid")
        + _text(_LEFT - 6, y(v) + 4, f"{100 * v:.0f}{' %' if v == top else ''}", "end")
        for v in steps
    )


def _round_ticks(low: float, high: float) -> list[float]:
    """At most six round values within bounds."""
    span = high - low
    if span <= 0:
        return [low]
    scale = 10.0 ** math.floor(math.log10(span))
    step = next(m * scale for m in (0.1, 0.2, 0.5, 1, 2) if span / (m * scale) <= 5)
    first = math.ceil(low / step)
    return [round(i * step, 6) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _hline(y: float, style: str) -> str:
    return f'<line class="{style}" x1="{_LEFT}" x2="{WIDTH - 14}" y1="{y}" y2="{y}"/>'


def _rule(x: float, style: str) -> str:
    return f'<line class="{style}" x1="{x}" x2="{x}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'


def _tick_x(x: float, label: str) -> str:
    return _text(x, HEIGHT - _BOTTOM + 15, label, "middle")


def _line(points: Points, style: str = "line") -> str:
    return f'<polyline class="{style}" points="{_join(points)}"/>'


def _area(upper: Points, lower: Points) -> str:
    return f'<polygon class="band" points="{_join([*upper, *reversed(lower)])}"/>' if upper else ""


def _join(points: Points) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _dot(x: float, y: float) -> str:
    return f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>'


def _text(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(told: str, body: Sequence[str]) -> Markup:
    shape = f'class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}"'
    return trusted(f"<svg {shape}>{''.join(body)}</svg>")
