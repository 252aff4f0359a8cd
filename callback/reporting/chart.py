"""What a chart shows, whoever draws it: one definition for pages, SVG and PNG files, and the table behind each.

Positions are numbered from 0: one for each interval, weekday or lead. Texts are given in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """Colours that stay apart for the colour-blind (Okabe and Ito 2008); lines differ in dashes as well."""

    INK = "ink"
    BLUE = "blue"
    VERMILLION = "vermillion"
    GREEN = "green"


class Shape(StrEnum):
    """How a series is drawn: from point to point, level through its interval, or as dots."""

    LINE = "line"
    STEP = "step"
    DOTS = "dots"


@dataclass(frozen=True)
class Series:
    """One value a position; None where there is none."""

    name: str
    values: Sequence[float | None]
    tone: Tone
    shape: Shape = Shape.LINE
    dashed: bool = False


@dataclass(frozen=True)
class Band:
    """What lies between two values at each position; None at both where nothing does."""

    name: str
    low: Sequence[float | None]
    high: Sequence[float | None]
    strong: bool = False


@dataclass(frozen=True)
class Tick:
    """A mark on the horizontal axis."""

    at: int
    text: str


@dataclass(frozen=True)
class Chart:
    """Series and bands over positions with `labels`; `marked` positions are hatched, which `mark` explains."""

    title: str
    x_title: str
    y_title: str
    labels: Sequence[str]
    ticks: Sequence[Tick]
    series: Sequence[Series] = ()
    bands: Sequence[Band] = ()
    marked: Sequence[int] = ()
    mark: str = ""
    percent: bool = False

    @property
    def highest(self) -> float:
        """The highest value of all, at least a little more than zero."""
        drawn = [value for series in self.series for value in series.values if value is not None]
        bounds = [value for band in self.bands for value in band.high if value is not None]
        return max([*drawn, *bounds, 1e-9])

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the headers and the rows of the table behind the chart."""
        bounds = [f"{band.name} {end}" for band in self.bands for end in ("≥", "≤")]
        headers = [self.x_title, *(series.name for series in self.series), *bounds]
        if self.mark:
            headers.append(self.mark)
        marked = set(self.marked)
        rows = []
        for place, label in enumerate(self.labels):
            cells = [self._text(series.values[place]) for series in self.series]
            for band in self.bands:
                cells += [self._text(band.low[place]), self._text(band.high[place])]
            if self.mark:
                cells.append("×" if place in marked else "")
            rows.append([label, *cells])
        return headers, rows

    def _text(self, value: float | None) -> str:
        if value is None:
            return ""
        return (
            f"{value:.1%}"
            if self.percent
            else f"{value:.10g}"
            if value == int(value)
            else f"{value:.1f}"
        )


@dataclass(frozen=True)
class HeatMap:
    """Values of rows × columns; the more, the stronger the colour. None is left empty."""

    title: str
    x_title: str
    y_title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float | None]]
    percent: bool = False

    @property
    def highest(self) -> float:
        """The highest value of all, at least a little more than zero."""
        return max([*(v for row in self.values for v in row if v is not None), 1e-9])

    def text(self, value: float | None) -> str:
        """Return what stands in a cell."""
        if value is None:
            return ""
        return f"{value:.0%}" if self.percent else f"{value:.0f}" if value >= 10 else f"{value:.1f}"

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the headers and the rows of the table behind the map."""
        rows = [
            [name, *(self.text(value) for value in values)]
            for name, values in zip(self.rows, self.values, strict=True)
        ]
        return [self.y_title, *self.columns], rows


Picture = Chart | HeatMap


def nice_step(highest: float, steps: int = 5) -> float:
    """Return the distance of marks on an axis up to `highest`: 1, 2 or 5 times a power of ten.

    >>> nice_step(37)
    10.0
    """
    rough = max(highest, 1e-9) / steps
    power: float = 10.0 ** int(f"{rough:e}".partition("e")[2])
    return next(
        factor * power for factor in (1.0, 2.0, 5.0, 10.0) if rough <= factor * power * 1.0001
    )
