"""Shifts as an iCalendar (RFC 5545): one event a shift, repeated ones laid out for the coming weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

from callback.agents.shift import PlannedShift
from callback.errors import InvalidInput

LAID_OUT = timedelta(days=120)
BACK = timedelta(days=7)
MOST_SHIFTS = 50_000


def read_calendar(content: bytes, zone: ZoneInfo, now: datetime) -> list[PlannedShift]:
    """Return the shifts of a calendar; repeated ones from a week before `now` to 120 days after.

    Times without a zone are those of `zone`. Events that were cancelled, that last whole days or that leave
    people free (TRANSP:TRANSPARENT) are no shifts. The name is the event's summary.

    Raises:
        InvalidInput: it is no calendar, or an event cannot be read; says which.

    """
    try:
        events: list[Any] = list(Calendar.from_ical(content).walk("VEVENT"))
    except (ValueError, KeyError, IndexError) as error:
        raise InvalidInput("plan", f"is no calendar that we can read: {error}") from error
    replaced = {
        (str(event.get("UID", "")), _instant(event["RECURRENCE-ID"].dt, zone))
        for event in events
        if "RECURRENCE-ID" in event
    }
    shifts: list[PlannedShift] = []
    for event in events:
        for shift in _shifts_of(event, zone, now, replaced):
            shifts.append(shift)
            if len(shifts) > MOST_SHIFTS:
                raise InvalidInput("plan", f"holds more than {MOST_SHIFTS:,} shifts")
    return shifts


def _shifts_of(
    event: Any, zone: ZoneInfo, now: datetime, replaced: set[tuple[str, datetime]]
) -> Iterator[PlannedShift]:
    name = str(event.get("SUMMARY", "")).strip()[:80] or None
    try:
        begins, length = event.start, event.duration
        if event.get("STATUS") == "CANCELLED" or event.get("TRANSP") == "TRANSPARENT":
            return
        if not isinstance(begins, datetime):
            return
        starts = _starts(event, begins, zone, now)
        for start in starts:
            if "RECURRENCE-ID" not in event and (str(event.get("UID", "")), start) in replaced:
                continue
            yield PlannedShift(start, start + length, 1.0, name)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidInput) as error:
        raise InvalidInput("plan", f"event {name or 'without a summary'}: {error}") from error


def _starts(event: Any, begins: datetime, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """Return the instants at which an event takes place; wall times stay what they are across the year."""
    if "RRULE" not in event:
        return [_instant(begins, zone)]
    home = begins.tzinfo or zone
    wall = begins.replace(tzinfo=None)
    written = event["RRULE"].to_ical().decode()
    rule = rrulestr(_without_zone(written, home), dtstart=wall)
    since, until = (
        (now + span).astimezone(home).replace(tzinfo=None) for span in (-BACK, LAID_OUT)
    )
    left_out = {
        _instant(moment.dt, zone)
        for listed in _listed(event.get("EXDATE"))
        for moment in listed.dts
    }
    found = (moment.replace(tzinfo=home).astimezone(UTC) for moment in rule.between(since, until))
    return [start for start in found if start not in left_out]


def _without_zone(rule: str, home: Any) -> str:
    """Return a rule whose UNTIL, which RFC 5545 writes in UTC, is a wall time like its beginning."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name == "UNTIL" and value.endswith("Z"):
            last = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(home)
            part = f"UNTIL={last:%Y%m%dT%H%M%S}"
        parts.append(part)
    return ";".join(parts)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _instant(moment: date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=zone).astimezone(UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
