"""The pictures of peak hours: what each shows, from plain rows; how it is drawn is not said here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from callback.reporting.chart import Band, Chart, HeatMap, Series, Shape, Tick, Tone
from callback.reporting.chart_words import ChartWords

MOST_TICKS = 15
HOURS_BETWEEN_TICKS = 2


class ForecastFigures(Protocol):
    """What a picture needs of an interval's forecast: rows of a forecast, fresh or kept."""

    @property
    def start(self) -> datetime:
        """When the interval begins."""
        ...

    @property
    def mean(self) -> float:
        """Expected calls."""
        ...

    @property
    def q10(self) -> float:
        """One count in ten is below."""
        ...

    @property
    def q25(self) -> float:
        """One count in four is below."""
        ...

    @property
    def q75(self) -> float:
        """One count in four is above."""
        ...

    @property
    def q90(self) -> float:
        """One count in ten is above."""
        ...


@dataclass(frozen=True)
class Need:
    """An interval's agents: needed so that callers are answered in time, and planned to be there, if known."""

    start: datetime
    needed: float
    planned: float | None

    @property
    def is_short(self) -> bool:
        """Tell whether fewer are planned than needed."""
        return self.planned is not None and self.planned < self.needed - 1e-9


def forecast_picture(
    title: str,
    rows: Sequence[ForecastFigures],
    actual: Mapping[datetime, float],
    zone: ZoneInfo,
    minutes: int,
    words: ChartWords,
    before: Sequence[datetime] = (),
) -> Chart:
    """Show expected calls with their bands, what was counted where it has been, and the days `before`."""
    gap = [None] * len(before)
    starts = [*before, *(row.start for row in rows)]
    counted = Series(
        words("counted"), [actual.get(start) for start in starts], Tone.INK, Shape.DOTS
    )
    return Chart(
        title=title,
        x_title=words("local_time", zone=zone.key),
        y_title=words("calls", minutes=minutes),
        labels=_labels(starts, words, zone),
        ticks=_ticks(starts, words, zone),
        series=(Series(words("expected"), [*gap, *(row.mean for row in rows)], Tone.BLUE), counted),
        bands=(
            Band(
                words("eight_in_ten"),
                [*gap, *(row.q10 for row in rows)],
                [*gap, *(row.q90 for row in rows)],
            ),
            Band(
                words("half"),
                [*gap, *(row.q25 for row in rows)],
                [*gap, *(row.q75 for row in rows)],
                strong=True,
            ),
        ),
    )


def staffing_picture(title: str, rows: Sequence[Need], zone: ZoneInfo, words: ChartWords) -> Chart:
    """Show agents needed and planned as steps; intervals with too few are hatched."""
    starts = [row.start for row in rows]
    return Chart(
        title=title,
        x_title=words("local_time", zone=zone.key),
        y_title=words("agents"),
        labels=_labels(starts, words, zone),
        ticks=_ticks(starts, words, zone),
        series=(
            Series(words("needed"), [row.needed for row in rows], Tone.BLUE, Shape.STEP),
            Series(
                words("planned"),
                [row.planned for row in rows],
                Tone.VERMILLION,
                Shape.STEP,
                dashed=True,
            ),
        ),
        marked=[place for place, row in enumerate(rows) if row.is_short],
        mark=words("short"),
    )


def peaks_picture(
    title: str,
    values: Sequence[Sequence[float | None]],
    words: ChartWords,
    *,
    percent: bool = False,
) -> HeatMap:
    """Show weekdays × hours of the day; hours without any call on any weekday are left out at both ends."""
    busy = [hour for hour in range(24) if any(row[hour] for row in values)]
    hours = range(busy[0], busy[-1] + 1) if busy else range(24)
    return HeatMap(
        title=title,
        x_title=words("hour"),
        y_title=words("weekday"),
        rows=[words.weekday(weekday) for weekday in range(7)],
        columns=[f"{hour:02d}" for hour in hours],
        values=[[row[hour] for hour in hours] for row in values],
        percent=percent,
    )


@dataclass(frozen=True)
class LeadAccuracy:
    """How forecasts made so many days ahead did: their WAPE, that of the week before, and that of chance."""

    lead: int
    days: int
    wape: float
    bias: float
    coverage: float | None
    naive_wape: float | None
    noise_floor: float


def accuracy_picture(title: str, leads: Sequence[LeadAccuracy], words: ChartWords) -> Chart:
    """Show the error by how many days ahead the forecast was made."""
    return Chart(
        title=title,
        x_title=words("lead"),
        y_title=words("error"),
        labels=[str(each.lead) for each in leads],
        ticks=[Tick(place, str(each.lead)) for place, each in enumerate(leads)],
        series=(
            Series(words("model"), [each.wape for each in leads], Tone.BLUE),
            Series(
                words("naive"), [each.naive_wape for each in leads], Tone.VERMILLION, dashed=True
            ),
            Series(words("noise"), [each.noise_floor for each in leads], Tone.GREEN, Shape.DOTS),
        ),
        percent=True,
    )


def _labels(starts: Sequence[datetime], words: ChartWords, zone: ZoneInfo) -> list[str]:
    return [f"{words.day(at.astimezone(zone).date())} {words.clock(at)}" for at in starts]


def _ticks(starts: Sequence[datetime], words: ChartWords, zone: ZoneInfo) -> list[Tick]:
    """Return a mark at each midnight, thinned out; within two days at every other hour instead."""
    if not starts:
        return []
    if starts[-1] - starts[0] < timedelta(days=2):
        places = [
            place
            for place, at in enumerate(starts)
            if at.minute == 0 and at.astimezone(zone).hour % HOURS_BETWEEN_TICKS == 0
        ]
        thin = -(-len(places) // MOST_TICKS)
        return [Tick(place, words.clock(starts[place])) for place in places[::thin]]
    days = [at.astimezone(zone).date() for at in starts]
    places = [place for place in range(len(days)) if place == 0 or days[place] != days[place - 1]]
    thin = -(-len(places) // MOST_TICKS)
    return [Tick(place, words.day(days[place])) for place in places[::thin]]
