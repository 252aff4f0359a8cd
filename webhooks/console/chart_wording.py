"""The words of charts in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from babel.dates import format_skeleton, get_day_names

from callback.reporting.chart_words import ChartWords
from webhooks.console.wording import Wording

KEYS = {
    "calls": "charts.calls",
    "volume": "charts.volume",
    "wait": "charts.wait",
    "abandoned": "charts.abandoned",
    "expected": "charts.expected",
    "counted": "charts.counted",
    "eight_in_ten": "charts.eight_in_ten",
    "half": "charts.half",
    "local_time": "charts.local_time",
    "agents": "charts.agents",
    "needed": "charts.needed",
    "planned": "charts.planned",
    "short": "charts.short",
    "hour": "charts.hour",
    "weekday": "charts.weekday",
    "lead": "charts.lead",
    "error": "charts.error",
    "model": "charts.model",
    "naive": "charts.naive",
    "noise": "charts.noise",
}


def chart_words(t: Wording) -> ChartWords:
    """Return the words, days and times of charts as a reader wants them."""
    return ChartWords(
        {key: t(name) for key, name in KEYS.items()},
        lambda day: _day(t, day),
        lambda weekday: weekday_name(t, weekday),
        t.clock,
    )


def weekday_name(t: Wording, weekday: int) -> str:
    """Return the short name of a weekday, 0 Monday."""
    return str(get_day_names("abbreviated", locale=t.language)[weekday])


def _day(t: Wording, day: date) -> str:
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    return str(format_skeleton("MEd", noon + timedelta(0), locale=t.language))
