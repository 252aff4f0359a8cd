"""Instants as Twilio writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


def rfc2822(instant: datetime | None) -> str | None:
    """Return `Tue, 31 Aug 2010 20:36:28 +0000`, or None for what has not happened."""
    return None if instant is None else format_datetime(instant.astimezone(UTC))


def whole_seconds(duration: timedelta) -> int:
    """Return a duration as Twilio counts it: whole seconds, never negative."""
    return max(0, int(duration.total_seconds()))


def span_of(text: str) -> tuple[datetime, datetime]:
    """Return the first and last instant that a filter value covers: a UTC day, or a single second.

    Raises:
        ValueError: the text is neither a date nor a date-time.

    """
    if len(text) == len("2026-01-31"):
        start = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return start, start + timedelta(days=1) - timedelta(microseconds=1)
    instant = datetime.fromisoformat(text)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant, instant.replace(microsecond=999_999)
