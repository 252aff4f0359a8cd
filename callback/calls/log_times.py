"""Instants and durations as call logs write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callback.errors import InvalidInput


class DateOrder(StrEnum):
    """How `03/04/2026` is meant: the third of April, or March the fourth."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_EPOCH = re.compile(r"\d{10}(\d{3})?(\.\d+)?")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[\sT]+(.+))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[\sT]+(.+))?")
_DAY_NAMED = re.compile(
    r"(\d{1,2})[\s-]([a-z]{3})[a-z]*\.?[\s,-]+(\d{4})(?:,?\s+(.+))?", re.IGNORECASE
)
_RFC_2822 = re.compile(r"[a-z]{3}, .+", re.IGNORECASE)
_MONTH_NAMED = re.compile(
    r"([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+(.+))?", re.IGNORECASE
)
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(" "), start=1)}
_LENGTH = re.compile(r"(?:(\d+):)?(\d+):(\d{2}(?:\.\d+)?)")


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone `name`.

    Raises:
        InvalidInput: there is none of that name.

    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("zone", f"{name!r} is no IANA zone such as Europe/Berlin") from error


def to_instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of `moment`, read in `zone` where it has no offset of its own.

    A skipped wall time moves forward by the hour that was skipped; of a repeated one the first is taken.
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone, fold=0)
    return moment.astimezone(UTC)


def time_of_day(text: str) -> time | None:
    """Return the time of day that `text` is (24 hours, or with am and pm), or None if it is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction, half = found.groups()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    try:
        return time(hours, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None


def date_order_of(text: str) -> DateOrder | None:
    """Return the only order in which the numeric date at the start of `text` can be read, if one is.

    Dates with dots are day first everywhere they are written.
    """
    found = _NUMERIC_DATE.fullmatch(text.strip())
    if found is None:
        return None
    first, separator, second = int(found[1]), found[2], int(found[3])
    if separator == "." or first > 12:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 else None


def is_ambiguous(text: str) -> bool:
    """Tell whether `text` is a numeric date that could be read day first and month first."""
    found = _NUMERIC_DATE.fullmatch(text.strip())
    return found is not None and found[1] != found[3] and date_order_of(text) is None


@dataclass(frozen=True)
class TimeReader:
    """Reads the dates of one log; `order` settles numeric dates, which are refused without it."""

    order: DateOrder | None = None

    def day(self, text: str) -> date:
        """Return the day that `text` names.

        Raises:
            ValueError: it names none; the message says so.

        """
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            return self._split(text)[0]

    def moment(self, text: str, day: date | None = None) -> datetime:
        """Return the moment that `text` names: naive as written, or with the offset that it carries.

        `day` completes a text that is only a time of day.

        Raises:
            ValueError: it is no moment; the message says what is missing.

        """
        # Most logs write moments so, and nothing else that begins with a year is asked about sooner.
        if text[4:5] == "-" and (moment := _iso(text)) is not None:
            return moment
        clock = time_of_day(text)
        if clock is not None:
            if day is None:
                raise ValueError(f"{text!r} is a time without a date")
            return datetime.combine(day, clock)
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)
        if (moment := _iso(text) or _rfc2822(text)) is not None:
            return moment
        found, clock = self._split(text)
        if clock is None:
            raise ValueError(f"{text!r} is a date without a time of day")
        return datetime.combine(found, clock)

    def _split(self, text: str) -> tuple[date, time | None]:
        year, month, day, rest = self._parts(text)
        if year < 100:
            year += 2000 if year < 70 else 1900
        clock = time_of_day(rest) if rest else None
        if rest and clock is None:
            raise ValueError(f"{rest!r} in {text!r} is no time of day")
        try:
            return date(year, month, day), clock
        except ValueError as error:
            raise ValueError(f"{text!r} is no date: {error}") from error

    def _parts(self, text: str) -> tuple[int, int, int, str | None]:
        if found := _YEAR_FIRST.fullmatch(text):
            return int(found[1]), int(found[2]), int(found[3]), found[4]
        if found := _NUMERIC_DATE.fullmatch(text):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            order = DateOrder.DAY_FIRST if found[2] == "." else self.order
            if order is None and first != second:
                raise ValueError(f"{text!r} may be day or month first")
            month_first = order == DateOrder.MONTH_FIRST
            return (
                (year, first, second, found[5]) if month_first else (year, second, first, found[5])
            )
        if found := _DAY_NAMED.fullmatch(text):
            return int(found[3]), _month(found[2], text), int(found[1]), found[4]
        if found := _MONTH_NAMED.fullmatch(text):
            return int(found[3]), _month(found[1], text), int(found[2]), found[4]
        raise ValueError(
            f"{text!r} is no date that we can read; ISO 8601 such as 2026-03-02T09:00:00 is best"
        )


def seconds_in(text: str) -> float:
    """Return a duration written as seconds, `M:SS` or `H:MM:SS`, in seconds.

    Raises:
        ValueError: it is no duration, or a negative one.

    """
    if found := _LENGTH.fullmatch(text):
        hours, minutes, seconds = found.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    try:
        seconds_read = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither seconds nor H:MM:SS") from None
    if not 0 <= seconds_read < float("inf"):
        raise ValueError(f"{text!r} is a negative or endless duration")
    return seconds_read


def next_if_past_midnight(moment: datetime, after: datetime) -> datetime:
    """Return `moment`, known only by its time of day, on the day that puts it after `after`.

    A call that begins at 23:58 and ends at 00:03 ended the next day; anything else that runs backwards is
    left so, for the reader of the row to refuse.
    """
    later = moment + timedelta(days=1)
    return later if moment < after and later - after < timedelta(hours=12) else moment


def _iso(text: str) -> datetime | None:
    if len(text) <= 10 or not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00") if text[-1] == "C" else text)
    except ValueError:
        return None


def _rfc2822(text: str) -> datetime | None:
    if _RFC_2822.fullmatch(text) is None:
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _month(name: str, text: str) -> int:
    try:
        return _MONTHS[name.lower()]
    except KeyError:
        raise ValueError(f"{name!r} in {text!r} is no month in English") from None
