"""Charts as SVG, drawn without any library, so that the web process can.

Colours are classes, for which pages have their own sheet (`RULES`, no inline style is allowed there); a file
carries the rules with it, in light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from callback.reporting.chart import Band, Chart, HeatMap, Picture, Series, Shape, Tick, nice_step

WIDTH, HEIGHT = 960.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 12.0, 40.0, 78.0
CELL, HEAD = 30.0, 70.0
LEVELS, DARK_LEVEL = 9, 6

RULES = """\
.chart { width: 100%; height: auto; font: 13px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.chart.map { max-width: 56rem; }
.chart text { fill: var(--ink, #1d2522); }
.chart .title { font-size: 15px; font-weight: 650; }
.chart .quiet { fill: var(--quiet, #55605b); }
.chart .grid { stroke: var(--line, #d5dbd7); stroke-width: 1; }
.chart .axis { stroke: var(--quiet, #55605b); stroke-width: 1; }
.chart path { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .dashed { stroke-dasharray: 6 4; }
.chart path.ink { stroke: var(--ink, #1d2522); stroke-width: 1.2; }
.chart path.blue { stroke: var(--chart-blue, #0072b2); }
.chart path.vermillion { stroke: var(--chart-vermillion, #d55e00); }
.chart path.green { stroke: var(--chart-green, #007a5a); }
.chart circle.ink { fill: var(--ink, #1d2522); }
.chart circle.blue { fill: var(--chart-blue, #0072b2); }
.chart circle.vermillion { fill: var(--chart-vermillion, #d55e00); }
.chart circle.green { fill: var(--chart-green, #007a5a); }
.chart path.band { fill: var(--chart-blue, #0072b2); fill-opacity: 0.16; stroke: none; }
.chart path.band.strong { fill-opacity: 0.3; }
.chart .mark { fill: url(#short); }
.chart .hatch { stroke: var(--chart-vermillion, #d55e00); stroke-width: 2; }
.chart .cell { fill: var(--chart-blue, #0072b2); stroke: var(--paper, #ffffff); stroke-width: 1; }
.chart .h0 { fill-opacity: 0.04; } .chart .h1 { fill-opacity: 0.12; } .chart .h2 { fill-opacity: 0.2; }
.chart .h3 { fill-opacity: 0.28; } .chart .h4 { fill-opacity: 0.36; } .chart .h5 { fill-opacity: 0.44; }
.chart .h6 { fill-opacity: 0.92; } .chart .h7 { fill-opacity: 0.96; } .chart .h8 { fill-opacity: 1; }
.chart text.cell-text { font-size: 11px; text-anchor: middle; }
.chart text.over { fill: var(--chart-over, #ffffff); }
"""
DARK = """\
@media (prefers-color-scheme: dark) { .chart { background: #1b2220; --ink: #e7edea; --quiet: #a5b1ab;
--line: #37423d; --paper: #1b2220; --chart-blue: #6cb8e6; --chart-vermillion: #ff9a52; --chart-green: #6fd3bb;
--chart-over: #06251f; } }
"""


def draw_svg(picture: Picture, *, alone: bool = False) -> str:
    """Return a picture as SVG; one that stands `alone` in a file brings its colours with it."""
    if isinstance(picture, Chart):
        width, height, inside = WIDTH, HEIGHT, "".join(_chart(picture))
        kind = "chart"
    else:
        width = LEFT + HEAD + CELL * len(picture.columns) + RIGHT
        height = TOP + CELL * len(picture.rows) + BOTTOM - 20
        inside, kind = "".join(_heat_map(picture)), "chart map"
    style = f"<style>{RULES}{DARK}</style>" if alone else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    return (
        f'<svg{space} class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img"'
        f' aria-label="{escape(picture.title)}">{style}{inside}</svg>\n'
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    classes = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{classes} text-anchor="{anchor}">{escape(text)}</text>'


class _Plane:
    """Where values and positions lie on the paper."""

    def __init__(self, chart: Chart) -> None:
        self.count = max(1, len(chart.labels))
        self.step = nice_step(chart.highest)
        self.top = self.step * -(-chart.highest // self.step)

    def x(self, place: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * place / self.count

    def middle(self, place: int) -> float:
        return self.x(place + 0.5)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _chart(chart: Chart) -> Iterator[str]:
    plane = _Plane(chart)
    yield _text(LEFT - 50, 20, chart.title, "title")
    yield from _frame(chart, plane)
    if chart.marked:
        yield (
            '<defs><pattern id="short" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>'
        )
        for place in chart.marked:
            left, wide = plane.x(place), plane.x(place + 1) - plane.x(place)
            high = HEIGHT - TOP - BOTTOM
            yield (
                f'<rect class="mark" x="{left:.1f}" y="{TOP:g}" width="{wide:.2f}" height="{high:g}"'
                ' opacity="0.35"/>'
            )
    for band in chart.bands:
        yield _band(band, plane)
    for series in chart.series:
        yield from _series(series, plane)
    yield from _legend(chart)


def _frame(chart: Chart, plane: _Plane) -> Iterator[str]:
    value = 0.0
    while value <= plane.top * 1.0001:
        y = plane.y(value)
        yield f'<line class="grid" x1="{LEFT:g}" y1="{y:.1f}" x2="{WIDTH - RIGHT:g}" y2="{y:.1f}"/>'
        text = f"{value:.0%}" if chart.percent else f"{value:.6g}"
        yield _text(LEFT - 8, y + 4, text, "quiet", "end")
        value += plane.step
    base = plane.y(0)
    yield f'<line class="axis" x1="{LEFT:g}" y1="{base:.1f}" x2="{WIDTH - RIGHT:g}" y2="{base:.1f}"/>'
    for tick in chart.ticks:
        yield _tick(tick, plane, base)
    yield _text(LEFT, TOP - 8, chart.y_title, "quiet")
    yield _text(WIDTH - RIGHT, base + 36, chart.x_title, "quiet", "end")


def _tick(tick: Tick, plane: _Plane, base: float) -> str:
    x = plane.x(tick.at)
    line = f'<line class="axis" x1="{x:.1f}" y1="{base:.1f}" x2="{x:.1f}" y2="{base + 5:.1f}"/>'
    return line + _text(x + 3, base + 18, tick.text, "quiet")


def _band(band: Band, plane: _Plane) -> str:
    bounds = [
        (plane.middle(at), plane.y(low), plane.y(high))
        for at, (low, high) in enumerate(zip(band.low, band.high, strict=True))
        if low is not None and high is not None
    ]
    upper = [f"{x:.1f},{high:.1f}" for x, _, high in bounds]
    lower = [f"{x:.1f},{low:.1f}" for x, low, _ in reversed(bounds)]
    kind = "band strong" if band.strong else "band"
    return f'<path class="{kind}" d="M{"L".join(upper + lower)}Z"/>' if upper else ""


def _series(series: Series, plane: _Plane) -> Iterator[str]:
    kind = f"{series.tone} dashed" if series.dashed else str(series.tone)
    points = [(at, value) for at, value in enumerate(series.values) if value is not None]
    if series.shape is Shape.DOTS:
        for at, value in points:
            yield (
                f'<circle class="{series.tone}" cx="{plane.middle(at):.1f}" cy="{plane.y(value):.1f}" r="2.2"/>'
            )
        return
    for _, run in groupby(enumerate(points), key=lambda each: each[1][0] - each[0]):
        piece = [point for _, point in run]
        yield f'<path class="{kind}" d="M{_way(series.shape, piece, plane)}"/>'


def _way(shape: Shape, points: Sequence[tuple[int, float]], plane: _Plane) -> str:
    if shape is Shape.STEP:
        ends = [(plane.x(at + end), plane.y(value)) for at, value in points for end in (0, 1)]
    else:
        ends = [(plane.middle(at), plane.y(value)) for at, value in points]
    return "L".join(f"{x:.1f},{y:.1f}" for x, y in ends)


def _legend(chart: Chart) -> Iterator[str]:
    x, y = LEFT, HEIGHT - 16
    for series in chart.series:
        kind = f"{series.tone} dashed" if series.dashed else str(series.tone)
        if series.shape is Shape.DOTS:
            yield f'<circle class="{series.tone}" cx="{x + 12:.1f}" cy="{y - 4:.1f}" r="3"/>'
        else:
            yield f'<path class="{kind}" d="M{x:.1f},{y - 4:.1f}L{x + 24:.1f},{y - 4:.1f}"/>'
        yield _text(x + 30, y, series.name)
        x += 48 + 7.2 * len(series.name)
    for band in chart.bands:
        kind = "band strong" if band.strong else "band"
        yield f'<path class="{kind}" d="M{x:.1f},{y - 12:.1f}h24v12h-24Z"/>'
        yield _text(x + 30, y, band.name)
        x += 48 + 7.2 * len(band.name)
    if chart.marked:
        yield f'<rect class="mark" x="{x:.1f}" y="{y - 12:.1f}" width="24" height="12" opacity="0.6"/>'
        yield _text(x + 30, y, chart.mark)


def level_of(value: float, highest: float) -> int:
    """Return how strong a cell is coloured: 0 to 8."""
    return min(LEVELS - 1, int(LEVELS * max(0.0, value) / highest))


def _heat_map(heat: HeatMap) -> Iterator[str]:
    left = LEFT + HEAD - 30
    yield _text(LEFT - 50, 20, heat.title, "title")
    for place, name in enumerate(heat.columns):
        yield _text(left + CELL * (place + 0.5), TOP + 8, name, "quiet", "middle")
    for line, (name, values) in enumerate(zip(heat.rows, heat.values, strict=True)):
        y = TOP + 14 + CELL * line
        yield _text(left - 8, y + 19, name, anchor="end")
        for place, value in enumerate(values):
            if value is None:
                continue
            level = level_of(value, heat.highest)
            x = left + CELL * place
            yield f'<rect class="cell h{level}" x="{x:g}" y="{y:g}" width="{CELL:g}" height="{CELL:g}"/>'
            kind = "cell-text over" if level >= DARK_LEVEL else "cell-text"
            yield _text(x + CELL / 2, y + 19, heat.text(value), kind, "middle")
    bottom = TOP + 14 + CELL * len(heat.rows) + 22
    yield _text(left, bottom, heat.x_title, "quiet")
