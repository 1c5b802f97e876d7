"""Plots as SVG, drawn by hand: each function returns one `<svg>`, coloured by the classes of the page's style sheet.

All are `WIDTH` wide, so that their letters can still be read on a screen of 400 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Final

WIDTH: Final = 360
LEFT: Final = 34
RIGHT: Final = 12
TOP: Final = 8
SPAN: Final = WIDTH - LEFT - RIGHT
ROW: Final = 20
"""The height of one row of a chart of rows."""

LABEL: Final = 112
"""The width of the labels of such a chart."""

TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: a value from 0 to 1 with its interval, and a remark at its end."""

    label: str
    value: float
    low: float
    high: float
    remark: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a reliability curve: what was forecast, what came true and its interval, of how many."""

    forecast: float
    came_true: float
    low: float
    high: float
    count: int


def rows(title: str, bars: Sequence[Bar]) -> str:
    """One row for each value: a dot on a scale from 0 to 1, with its interval as a line."""
    height = TOP + ROW * len(bars) + 22
    start, span = LABEL + 8, WIDTH - LABEL - 8 - 56
    parts = []
    for tick in TICKS:
        x = start + tick * span
        parts.append(_line(x, TOP, x, height - 20, "grid"))
        parts.append(_text(x, height - 6, f"{tick:g}", "middle"))
    for number, bar in enumerate(bars):
        y = TOP + ROW * number + ROW / 2
        parts.append(_text(LABEL, y + 4, bar.label, "end"))
        parts.append(_line(start + bar.low * span, y, start + bar.high * span, y, "interval"))
        parts.append(f'<circle class="one" cx="{_n(start + bar.value * span)}" cy="{_n(y)}" r="4"/>')
        parts.append(_text(WIDTH, y + 4, bar.remark, "end", "quiet"))
    return _svg(title, height, parts)


def histograms(title: str, series: Sequence[tuple[str, Sequence[float]]], mark: float | None = None) -> str:
    """One histogram under the other on a common scale from 0; `mark` is where a line goes through all of them."""
    top = 1.0 if mark is not None else _round_up(max((value for _, values in series for value in values), default=1.0))
    panel, bins, parts = 92, 20, []
    for number, (name, values) in enumerate(series):
        base = TOP + panel * (number + 1) - 12
        counts = [0] * bins
        for value in values:
            counts[min(int(max(value, 0.0) / top * bins), bins - 1)] += 1
        scale = (panel - 34) / max(*counts, 1)
        parts.append(_text(LEFT, base - panel + 24, f"{name} ({len(values)})", "start"))
        for column, count in enumerate(counts):
            if count:
                x, width = LEFT + SPAN * column / bins + 0.5, SPAN / bins - 1
                style = "one" if number == 0 else "two"
                parts.append(_rectangle(x, base - count * scale, width, count * scale, style, f"{count}"))
        parts.append(_line(LEFT, base, LEFT + SPAN, base, "axis"))
        parts.append(_text(LEFT - 4, base - max(counts) * scale + 8, str(max(counts)), "end", "quiet"))
    bottom = TOP + panel * len(series) - 12
    for tick in TICKS:
        parts.append(_text(LEFT + tick * SPAN, bottom + 16, f"{tick * top:.3g}", "middle"))
    if mark is not None:
        x = LEFT + mark / top * SPAN
        parts.append(_line(x, TOP + 22, x, bottom, "mark"))
    return _svg(title, bottom + 22, parts)


def reliability(title: str, points: Sequence[Point]) -> str:
    """What came true against what was forecast; on the dashed line the forecasts keep their word."""
    side = SPAN - 40
    left, base = LEFT + 20, TOP + side

    def x(value: float) -> float:
        return left + value * side

    def y(value: float) -> float:
        return base - value * side

    parts = []
    for tick in TICKS:
        parts.append(_line(x(tick), y(0), x(tick), y(1), "grid"))
        parts.append(_line(x(0), y(tick), x(1), y(tick), "grid"))
        parts.append(_text(x(tick), base + 16, f"{tick:g}", "middle"))
        parts.append(_text(left - 6, y(tick) + 4, f"{tick:g}", "end"))
    parts.append(_line(x(0), y(0), x(1), y(1), "mark"))
    path = " ".join(f"{_n(x(p.forecast))},{_n(y(p.came_true))}" for p in points)
    parts.append(f'<polyline class="curve" points="{path}"/>')
    for p in points:
        parts.append(_line(x(p.forecast), y(p.low), x(p.forecast), y(p.high), "interval"))
        tip = f"<title>{p.count} questions: forecast {p.forecast:.2f}, came true {p.came_true:.2f}</title>"
        parts.append(f'<circle class="one" cx="{_n(x(p.forecast))}" cy="{_n(y(p.came_true))}" r="4">{tip}</circle>')
    parts.append(_text(x(0.5), base + 32, "confidence", "middle"))
    middle = _n(y(0.5))
    parts.append(f'<text class="label" x="12" y="{middle}" transform="rotate(-90 12 {middle})" text-anchor="middle">'
                 "share that should be answered</text>")  # fmt: skip
    return _svg(title, base + 38, parts)


def confusion(title: str, names: Sequence[str], lines: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Expected (rows) against came (columns): each cell as dark as its share of the row."""
    start, cell, height = 84, (WIDTH - 84) / len(names), 40
    parts = [_text(start + cell * (n + 0.5), 18, name, "middle", "small") for n, name in enumerate(names)]
    for row, (name, line) in enumerate(lines):
        y = 26 + row * height
        parts.append(_text(start - 6, y + height / 2 + 4, name, "end", "small"))
        for column, count in enumerate(line):
            x, share = start + cell * column, count / max(sum(line), 1)
            style = "one" if name == names[column] else "two"
            parts.append(
                f'<rect class="{style}" x="{_n(x + 1)}" y="{_n(y + 1)}" width="{_n(cell - 2)}" '
                f'height="{height - 2}" fill-opacity="{0.08 + 0.5 * share:.2f}"/>'
            )
            parts.append(_text(x + cell / 2, y + height / 2 + 4, str(count), "middle"))
    return _svg(title, 26 + height * len(lines) + 4, parts)


def _round_up(value: float) -> float:
    """The next number whose quarters are short to write."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {_n(height)}" width="{WIDTH}" height="{_n(height)}" role="img">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str, style: str = "label") -> str:
    return f'<text class="{style}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _rectangle(x: float, y: float, width: float, height: float, style: str, tip: str) -> str:
    place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="{style}" {place}><title>{escape(tip)}</title></rect>'


def _n(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".removesuffix(".0")
