"""What several unit tests need built."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from callback.lines.line import Line, OpeningSpan


def utc(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def span(day: int, opens: str, closes: str) -> OpeningSpan:
    return {"day": day, "opens": opens, "closes": closes}


def every_day(opens: str, closes: str) -> list[OpeningSpan]:
    return [span(day, opens, closes) for day in range(7)]


def make_line(
    *spans: OpeningSpan, time_zone: str = "UTC", holidays_country: str | None = None
) -> Line:
    """A line with these opening hours; none of them means always open."""
    return Line(
        id="line",
        name="Support",
        time_zone=time_zone,
        country="US",
        opening_hours=list(spans),
        holidays_country=holidays_country,
        created_at=utc(2026, 1, 1),
    )


# Any minute of two years.
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: utc(2026, 1, 1) + timedelta(minutes=minutes)
)
