"""Charts as PNG, drawn by matplotlib from the same definition as the SVG; for files only.

Nothing here touches a screen or matplotlib's global state.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from callback.reporting.chart import Chart, HeatMap, Picture, Shape, Tone

COLOURS = {
    Tone.INK: "#1d2522",
    Tone.BLUE: "#0072b2",
    Tone.VERMILLION: "#d55e00",
    Tone.GREEN: "#007a5a",
}


def draw_png(picture: Picture) -> bytes:
    """Return a picture as PNG, for print: 150 dots an inch on white."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_title(picture.title, loc="left", fontweight="bold")
    axes.set_xlabel(picture.x_title)
    if isinstance(picture, Chart):
        _chart(axes, picture)
    else:
        _heat_map(axes, picture)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150)
    return out.getvalue()


def _chart(axes: Axes, chart: Chart) -> None:
    middle = np.arange(len(chart.labels)) + 0.5
    for place in chart.marked:
        axes.axvspan(
            place, place + 1, facecolor="none", edgecolor=COLOURS[Tone.VERMILLION], hatch="//", lw=0
        )
    if chart.marked:
        axes.plot([], [], color=COLOURS[Tone.VERMILLION], linewidth=6, alpha=0.4, label=chart.mark)
    for band in chart.bands:
        axes.fill_between(
            middle,
            _numbers(band.low),
            _numbers(band.high),
            color=COLOURS[Tone.BLUE],
            alpha=0.35 if band.strong else 0.18,
            linewidth=0,
            label=band.name,
        )
    for series in chart.series:
        values = _numbers(series.values)
        style = "--" if series.dashed else "-"
        colour = COLOURS[series.tone]
        if series.shape is Shape.STEP:
            axes.stairs(
                values,
                np.arange(len(values) + 1),
                baseline=None,
                color=colour,
                linestyle=style,
                linewidth=1.6,
                label=series.name,
            )
        elif series.shape is Shape.DOTS:
            axes.plot(middle, values, ".", color=colour, label=series.name)
        else:
            axes.plot(middle, values, style, color=colour, linewidth=1.4, label=series.name)
    axes.set_xticks([tick.at for tick in chart.ticks], [tick.text for tick in chart.ticks])
    axes.set_xlim(0, max(1, len(chart.labels)))
    axes.set_ylim(bottom=0)
    axes.set_ylabel(chart.y_title)
    if chart.percent:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(visible=True, axis="y", color="#d9d9d9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=5, frameon=False)


def _heat_map(axes: Axes, heat: HeatMap) -> None:
    cells = np.array(
        [[np.nan if v is None else v for v in row] for row in heat.values], dtype=float
    )
    axes.imshow(cells, aspect="auto", cmap="Blues", vmin=0, vmax=heat.highest)
    axes.set_yticks(range(len(heat.rows)), heat.rows)
    axes.set_xticks(range(len(heat.columns)), heat.columns)
    for line, row in enumerate(heat.values):
        for place, value in enumerate(row):
            if value is not None:
                colour = "white" if value > 0.6 * heat.highest else COLOURS[Tone.INK]
                axes.text(
                    place, line, heat.text(value), ha="center", va="center", color=colour, size=8
                )


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
