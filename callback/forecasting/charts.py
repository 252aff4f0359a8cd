"""Charts for managers: drawn once, written as PNG or SVG, legible in print and to the colour-blind.

Colours are from Okabe and Ito's set; the heat map's scale (cividis) darkens evenly, so that a grey print
says the same. Nothing here touches a screen or matplotlib's global state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from callback.errors import InvalidInput
from callback.forecasting.forecast import Forecast
from callback.forecasting.history import Array
from callback.forecasting.peaks import WeekShape
from callback.forecasting.staffing import StaffingPlan

BLUE, VERMILLION, BLACK = "#0072B2", "#D55E00", "#000000"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FORMATS = (".png", ".svg")


def forecast_chart(
    forecast: Forecast,
    title: str,
    actual_starts: Sequence[datetime] = (),
    actual_counts: Sequence[float] = (),
) -> Figure:
    """Draw expected calls with the bands of half and of eight in ten, after the last counted ones."""
    figure, axes = _canvas(title, forecast.zone)
    starts = _dates([row.start for row in forecast.rows])
    if actual_starts:
        axes.plot(
            _dates(actual_starts),
            np.asarray(actual_counts),
            color=BLACK,
            linewidth=0.9,
            label="counted",
        )
    axes.fill_between(
        starts,
        [row.q10 for row in forecast.rows],
        [row.q90 for row in forecast.rows],
        color=BLUE,
        alpha=0.18,
        linewidth=0,
        label="8 in 10 (q10–q90)",
    )
    axes.fill_between(
        starts,
        [row.q25 for row in forecast.rows],
        [row.q75 for row in forecast.rows],
        color=BLUE,
        alpha=0.35,
        linewidth=0,
        label="half (q25–q75)",
    )
    axes.plot(
        starts, [row.mean for row in forecast.rows], color=BLUE, linewidth=1.6, label="expected"
    )
    axes.set_ylabel(f"calls per {forecast.interval_minutes} minutes")
    axes.set_ylim(bottom=0)
    _legend(axes)
    return figure


def staffing_chart(plan: StaffingPlan, title: str, zone: ZoneInfo) -> Figure:
    """Draw the agents needed on the phones and on the rota as steps, one for each interval."""
    figure, axes = _canvas(title, zone)
    edges = [row.start for row in plan.rows]
    edges += [edges[-1] + plan.interval] if edges else []
    agents = [float(row.agents) for row in plan.rows]
    rota = [float(row.scheduled) for row in plan.rows]
    for heights, colour, dashes, label in (
        (rota, VERMILLION, "--", "on the rota"),
        (agents, BLUE, "-", "on the phones"),
    ):
        axes.step(
            _dates(edges),
            heights + heights[-1:],
            where="post",
            color=colour,
            linestyle=dashes,
            linewidth=1.5,
            label=label,
        )
    axes.set_ylabel("agents")
    axes.set_ylim(bottom=0)
    _legend(axes)
    return figure


def peaks_chart(shape: WeekShape, title: str) -> Figure:
    """Draw weekdays × intervals as a heat map of mean calls; the darker, the busier."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    hours = shape.hours_with_calls or range(24)
    in_an_hour = 60 // shape.interval_minutes
    shown = shape.calls[:, hours.start * in_an_hour : hours.stop * in_an_hour]
    image = axes.imshow(
        shown, aspect="auto", cmap="cividis_r", vmin=0, extent=(hours.start, hours.stop, 6.5, -0.5)
    )
    axes.set_yticks(range(7), WEEKDAYS)
    ticks = np.arange(hours.start, hours.stop + 1)
    axes.set_xticks(ticks, [f"{hour:02d}" for hour in ticks])
    axes.set_xlabel("hour of the day")
    axes.set_title(title, loc="left", fontweight="bold")
    figure.colorbar(image, ax=axes, label=f"mean calls per {shape.interval_minutes} minutes")
    return figure


def save_chart(figure: Figure, path: Path) -> None:
    """Write a chart as PNG or SVG, by the ending of `path`.

    Raises:
        InvalidInput: the ending is neither, or nothing can be written there.

    """
    if path.suffix.lower() not in FORMATS:
        raise InvalidInput("chart", f"{path.name} must end in .png or .svg")
    try:
        figure.savefig(
            path, dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else None
        )
    except OSError as error:
        raise InvalidInput("chart", f"{path} cannot be written: {error.strerror}") from error


def _dates(instants: Sequence[datetime]) -> Array:
    """Return instants as matplotlib counts them: days since 1970 in UTC."""
    return np.array([instant.timestamp() / 86_400 for instant in instants], dtype=float)


def _canvas(title: str, zone: ZoneInfo) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, tz=zone)  # type: ignore[no-untyped-call]
    )
    axes.set_title(title, loc="left", fontweight="bold")
    axes.set_xlabel(f"local time ({zone.key})")
    axes.grid(visible=True, axis="y", color="#d9d9d9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=4, frameon=False)
