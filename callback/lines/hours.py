"""Opening hours in the line's own zone: several spans a day, holidays, and days of 23 and 25 hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from callback.errors import InvalidInput
from callback.lines.line import Line, OpeningSpan, SpecialDay

DAY = timedelta(days=1)
SEARCH_DAYS = 30


@dataclass(frozen=True)
class Opening:
    """A stretch of being open, as instants (aware UTC); `closes` is not part of it."""

    opens: datetime
    closes: datetime


def wall_minute(text: str) -> int:
    """Return `HH:MM` as minutes after midnight, 0–1440; 24:00 is the end of the day.

    Raises:
        InvalidInput: it is not such a time.

    """
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise InvalidInput("opening_hours", f"{text!r} is not a time HH:MM")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > 24 * 60:
        raise InvalidInput("opening_hours", f"{text!r} is not between 00:00 and 24:00")
    return minute


def check_spans(spans: Sequence[OpeningSpan]) -> None:
    """Refuse opening hours that contradict themselves.

    Raises:
        InvalidInput: a day outside 0–6, a span that ends before it begins, or two that overlap.

    """
    by_day: dict[int, list[tuple[int, int]]] = {}
    for span in spans:
        opens, closes = wall_minute(span["opens"]), wall_minute(span["closes"])
        if not 0 <= span["day"] <= 6:
            raise InvalidInput(
                "opening_hours", f"day {span['day']} is not 0 (Monday) to 6 (Sunday)"
            )
        if closes <= opens:
            raise InvalidInput(
                "opening_hours", f"{span['opens']} to {span['closes']} is no span of time"
            )
        by_day.setdefault(span["day"], []).append((opens, closes))
    for day, stretches in by_day.items():
        stretches.sort()
        for earlier, later in pairwise(stretches):
            if later[0] < earlier[1]:
                raise InvalidInput("opening_hours", f"two spans of day {day} overlap")


def check_special_days(days: Sequence[SpecialDay]) -> None:
    """Refuse special days that are no dates, or contradict themselves.

    Raises:
        InvalidInput: a date that is none, a span without an end, or two spans of a day that overlap.

    """
    for special in days:
        try:
            date.fromisoformat(special["date"])
        except ValueError as error:
            wrong = f"{special['date']!r} is not a date such as 2026-12-24"
            raise InvalidInput("special_days", wrong) from error
        if (special["opens"] is None) != (special["closes"] is None):
            raise InvalidInput("special_days", f"{special['date']} has only one end of its span")
    for named in {special["date"] for special in days}:
        check_spans(
            [
                OpeningSpan(day=0, opens=each["opens"], closes=each["closes"])
                for each in days
                if each["date"] == named and each["opens"] and each["closes"]
            ]
        )


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall-clock minute (0–1440) of a local day.

    A skipped wall time gives the instant to which it moves forward; a repeated one the first of the two.
    """
    if minute == 24 * 60:
        day, minute = day + DAY, 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return wall.replace(fold=0).astimezone(UTC)


@lru_cache(maxsize=256)
def _holidays_of(country: str, year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays(country, years=year))


def holiday_name(country: str | None, day: date) -> str | None:
    """Return the name of the public holiday that `day` is in `country`, or None."""
    if country is None:
        return None
    return _holidays_of(country, day.year).get(day)


def known_country(country: str) -> bool:
    """Tell whether the calendar of public holidays knows `country` (ISO 3166 alpha-2)."""
    return country in holidays.list_supported_countries()


def known_zone(name: str) -> bool:
    """Tell whether `name` is a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def openings_of(line: Line, day: date) -> list[Opening]:
    """Return the stretches in which the line is open on one local day; none on a holiday.

    A line without any opening hours is always open. A special day goes before weekday and holiday.
    """
    special = [each for each in line.special_days if each["date"] == day.isoformat()]
    if special:
        return list(_joined(sorted(_stretches(special, day, line.zone), key=_begins)))
    if holiday_name(line.holidays_country, day):
        return []
    zone = line.zone
    if not line.opening_hours:
        return [Opening(instant_of(day, 0, zone), instant_of(day, 24 * 60, zone))]
    spans = [span for span in line.opening_hours if span["day"] == day.weekday()]
    return list(_joined(sorted(_stretches(spans, day, zone), key=_begins)))


def _begins(stretch: Opening) -> datetime:
    return stretch.opens


def _stretches(
    spans: Sequence[OpeningSpan | SpecialDay], day: date, zone: ZoneInfo
) -> Iterator[Opening]:
    for span in spans:
        if not span["opens"] or not span["closes"]:
            continue
        opens = instant_of(day, wall_minute(span["opens"]), zone)
        closes = instant_of(day, wall_minute(span["closes"]), zone)
        # A skipped hour moves a span's ends by different amounts: a span may vanish, or run into the next.
        if opens < closes:
            yield Opening(opens, closes)


def openings_from(line: Line, now: datetime, days: int = SEARCH_DAYS) -> Iterator[Opening]:
    """Yield the openings that are not over at `now`, in order, joined where one runs into the next.

    Looks at most `days` local days ahead.
    """
    return (opening for opening in _joined(_by_day(line, now, days)) if opening.closes > now)


def daily_openings_from(line: Line, now: datetime, days: int = SEARCH_DAYS) -> Iterator[Opening]:
    """Yield the openings that are not over at `now`, in order, each within one local day.

    Where an opening begins depends on the day alone and never on `now`, also for a line that never closes;
    what is counted from its beginning stays the same whoever asks and when.
    """
    return (opening for opening in _by_day(line, now, days) if opening.closes > now)


def _by_day(line: Line, now: datetime, days: int) -> Iterator[Opening]:
    first = now.astimezone(line.zone).date() - DAY
    return (opening for day in range(days + 1) for opening in openings_of(line, first + day * DAY))


def _joined(openings: Iterable[Opening]) -> Iterator[Opening]:
    held: Opening | None = None
    for opening in openings:
        if held is not None and opening.opens <= held.closes:
            held = Opening(held.opens, max(held.closes, opening.closes))
            continue
        if held is not None:
            yield held
        held = opening
    if held is not None:
        yield held


def current_opening(line: Line, now: datetime) -> Opening | None:
    """Return the opening in which `now` lies, or None if the line is closed."""
    opening = next(openings_from(line, now, days=2), None)
    return opening if opening is not None and opening.opens <= now else None


def is_open(line: Line, now: datetime) -> bool:
    """Tell whether the line is open at `now`."""
    return current_opening(line, now) is not None


def next_opening(line: Line, now: datetime) -> datetime | None:
    """Return the next instant at which the line opens, `now` if it is open; None if not within a month."""
    opening = next(openings_from(line, now), None)
    return None if opening is None else max(now, opening.opens)
