"""The forecast of a line from its own log and settings, the same for the night's job and the commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from callback.calls.demand import Demand, opening_of
from callback.forecasting.day_calendar import DayCalendar
from callback.forecasting.forecast import Forecast, forecast_volume
from callback.forecasting.handle_times import learn_handle_times
from callback.forecasting.history import History, history_of, without_gaps
from callback.lines.events import events_of
from callback.lines.hours import known_country
from callback.lines.line import Line


def history_of_line(demand: Demand) -> History:
    """Return what was counted while the line was open, without gaps of the log."""
    volumes = demand.volumes
    open_at = opening_of(demand.line, volumes.interval_minutes)
    return without_gaps(
        history_of(volumes.starts, volumes.counts, volumes.zone, volumes.interval_minutes, open_at)
    )


def special_days_of(line: Line) -> DayCalendar:
    """Return the days that are special to a line: its events, and its country's public holidays."""
    country = line.holidays_country or line.country
    return DayCalendar(country if known_country(country) else None, events_of(line))


def forecast_line(demand: Demand, days: int) -> Forecast:
    """Forecast the coming days of a line from all that is known before `demand.as_of`.

    Raises:
        InvalidInput: the log is too short, or too many days are asked for.

    """
    open_at = opening_of(demand.line, demand.volumes.interval_minutes)
    special = special_days_of(demand.line)
    history = history_of_line(demand)
    return forecast_volume(history, demand.as_of, days, demand.volumes.zone, open_at, special)


def handle_times_ahead(demand: Demand, starts: Sequence[datetime]) -> list[float] | None:
    """Return the mean handle time (seconds) to expect in the intervals from `starts`, None if none is known."""
    learnt = learn_handle_times(demand.volumes)
    return learnt.expect(demand.volumes, starts) if learnt else None
