"""The words of charts, and how days and times are written in them: those of pages come from their locales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

KEYS = {
    "calls": "calls in {minutes} minutes",
    "volume": "calls an hour",
    "wait": "mean wait in seconds",
    "abandoned": "share who hung up",
    "expected": "expected",
    "counted": "counted",
    "eight_in_ten": "8 in 10",
    "half": "half",
    "local_time": "local time ({zone})",
    "agents": "agents",
    "needed": "needed",
    "planned": "planned",
    "short": "short of agents",
    "hour": "hour of the day",
    "weekday": "weekday",
    "lead": "days ahead",
    "error": "error as a share of the calls (WAPE)",
    "model": "forecast",
    "naive": "week before",
    "noise": "chance alone",
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class ChartWords:
    """Words by the keys of `KEYS`, and how a day, a weekday (0 Monday) and a time are written."""

    texts: Mapping[str, str]
    day: Callable[[date], str]
    weekday: Callable[[int], str]
    clock: Callable[[datetime], str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, with its values filled in."""
        return self.texts[key].format(**values)


def english(zone: ZoneInfo) -> ChartWords:
    """Return the words for files that commands write."""
    return ChartWords(
        KEYS,
        lambda day: f"{WEEKDAYS[day.weekday()]} {day.day:02d}.{day.month:02d}.",
        lambda weekday: WEEKDAYS[weekday],
        lambda at: f"{at.astimezone(zone):%H:%M}",
    )
