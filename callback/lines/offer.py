"""Whether a waiting caller is offered a callback, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callback.lines.wait import WaitEstimate


@dataclass(frozen=True, order=True)
class Window:
    """A promise window; both ends are aware UTC, and `until` is its last instant."""

    start: datetime
    until: datetime


def chosen(digits: str, windows: Sequence[Window]) -> Window | None:
    """Return the window that was read out for a key, the first of them for 1; None where none was."""
    if digits.isdecimal() and 1 <= int(digits) <= len(windows):
        return windows[int(digits) - 1]
    return None


class NoOffer(StrEnum):
    """Why a caller is not offered a callback."""

    SWITCHED_OFF = "switched_off"
    SHORT_WAIT = "short_wait"
    SHORT_LINE = "short_line"
    NOBODY_AT_WORK = "nobody_at_work"
    NO_ROOM = "no_room"
    OVERLOAD = "overload"


@dataclass(frozen=True)
class Offer:
    """What a caller may be promised now: to keep the place (`asap`), and times to choose from.

    Either may be missing; where both are, `refusal` says why. `overload`: more people wait than the line
    calls back in their turn, so that at most times can be chosen.
    """

    asap: Window | None
    windows: tuple[Window, ...]
    refusal: NoOffer | None = None
    overload: bool = False

    @property
    def stands(self) -> bool:
        """Tell whether there is anything to offer."""
        return self.asap is not None or bool(self.windows)


def overloaded(
    estimate: WaitEstimate | None, waiting: int, most_seconds: int | None, most_waiting: int | None
) -> bool:
    """Tell whether the line is beyond the wait, or the contacts in it, up to which it calls back in turn.

    A bound of None is none.
    """
    if most_waiting is not None and waiting > most_waiting:
        return True
    if most_seconds is None or estimate is None:
        return False
    return estimate.expected > timedelta(seconds=most_seconds)


def decide_offer(
    *,
    threshold_seconds: int | None,
    waiting: int = 0,
    waiting_threshold: int = 0,
    estimate: WaitEstimate | None,
    asap: Window | None,
    windows: tuple[Window, ...],
    overload: bool = False,
) -> Offer:
    """Return what to offer somebody whose wait is `estimate` (None: nobody is at work).

    `threshold_seconds` is the wait above which callbacks are offered, 0 for always and None for never;
    at least `waiting_threshold` contacts must be `waiting` before them.
    `asap` and `windows` are what could be kept; nothing else is ever offered. With nobody at work the place
    in line means nothing, and under `overload` it cannot be promised, so only chosen times remain.
    """
    if threshold_seconds is None:
        return Offer(None, (), NoOffer.SWITCHED_OFF)
    if estimate is None:
        return Offer(None, windows, None if windows else NoOffer.NOBODY_AT_WORK)
    if waiting < waiting_threshold:
        return Offer(None, (), NoOffer.SHORT_LINE)
    if threshold_seconds > 0 and estimate.expected <= timedelta(seconds=threshold_seconds):
        return Offer(None, (), NoOffer.SHORT_WAIT)
    if overload:
        return Offer(None, windows, None if windows else NoOffer.OVERLOAD, overload=True)
    if asap is None and not windows:
        return Offer(None, (), NoOffer.NO_ROOM)
    return Offer(asap, windows)
