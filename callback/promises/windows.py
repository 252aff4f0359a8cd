"""Which times may be promised: windows of the line's length, inside opening hours, with room left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from callback.lines.hours import Opening, openings_from
from callback.lines.line import Line
from callback.lines.offer import Window

# No promise is given for a day that nobody has planned yet.
HORIZON = timedelta(days=366)

__all__ = ["Window", "asap_window", "windows_of", "with_room"]


def windows_of(
    openings: Iterable[Opening], length: timedelta, earliest: datetime
) -> Iterator[Window]:
    """Yield the windows that fit whole into `openings` and begin no sooner than `earliest`.

    Windows are laid end to end from each opening's first minute, so that everyone is offered the same
    ones and they can be counted.
    """
    for opening in openings:
        start = opening.opens
        if earliest > start:
            start += -(-(earliest - start) // length) * length
        while start + length <= opening.closes:
            yield Window(start, start + length)
            start += length


def with_room(windows: Iterable[Window], room: Callable[[Window], int], count: int) -> list[Window]:
    """Return the first `count` windows in which at least one more promise has room."""
    chosen: list[Window] = []
    for window in windows:
        if len(chosen) == count:
            break
        if room(window) > 0:
            chosen.append(window)
    return chosen


def asap_window(now: datetime, high: timedelta, closes: datetime) -> Window | None:
    """Return the window to promise to somebody who keeps the place in line, or None if it cannot be kept.

    It begins at once, because being early is no breach, and ends at the upper end of the honest wait,
    doubled for what the estimate does not see and rounded up to five minutes, at least ten; if the line
    closes before, nothing may be promised.
    """
    five = timedelta(minutes=5)
    length = max(2 * five, -(-(2 * high) // five) * five)
    return Window(now, now + length) if now + length <= closes else None


def window_from(line: Line, start: datetime, now: datetime) -> Window | None:
    """Return the line's window that begins at `start`; None if it is past, too far off or not wholly open."""
    if not timedelta(0) <= start - now <= HORIZON:
        return None
    window = Window(start, start + line.window)
    for opening in openings_from(line, start, days=3):
        if opening.opens <= window.start and window.until <= opening.closes:
            return window
        if opening.opens > window.start:
            break
    return None
