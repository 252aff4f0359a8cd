"""Choosing a time by keypad: the next windows, more of them, another day, or a time typed in digits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callback.dialogue.choice import Choice, Decision, Facts, Step
from callback.dialogue.sentences import Day
from callback.dialogue.turn import Listen, Say, Turn
from callback.lines.offer import Window, chosen

MORE, ANOTHER_DAY, TYPE, BACK = "4", "5", "6", "0"
MORNING, AFTERNOON = "1", "2"
SHOWN = 3
DAYS_SHOWN = 5


def read_times(choice: Choice, *before: Say) -> Decision:
    """Read the chosen windows out, a key each, and what else there is."""
    options = [
        Say("caller.time_option", {"key": key, "window": window})
        for key, window in enumerate(choice.windows, start=1)
    ]
    ways = [
        Say("caller.time_more", {"key": MORE}),
        Say("caller.time_day", {"key": ANOTHER_DAY}),
        Say("caller.time_type", {"key": TYPE}),
        Say("caller.time_back"),
    ]
    return Decision(choice, Turn((*before, *options, *ways), Listen(Step.TIME)))


def after_time(digits: str, facts: Facts) -> Decision | None:
    """Return what follows a key while times are read; None for a key that chose one, or means nothing."""
    choice = facts.choice
    if digits == MORE:
        if not facts.more:
            return read_times(choice, Say("caller.no_more_times"))
        return read_times(replace(choice, windows=facts.more))
    if digits == ANOTHER_DAY:
        if not facts.days:
            return read_times(choice, Say("caller.no_more_times"))
        return read_days(replace(choice, windows=facts.days))
    if digits == TYPE:
        return ask_clock(choice)
    return None


def read_days(choice: Choice, *before: Say) -> Decision:
    """Read out the days on which there is room, a key each."""
    options = [
        Say("caller.day_option", {"key": key, "day": Day(window.start)})
        for key, window in enumerate(choice.windows, start=1)
    ]
    return Decision(choice, Turn((*before, *options, Say("caller.time_back")), Listen(Step.DAY)))


def after_day(digits: str, facts: Facts, zone: ZoneInfo) -> Decision | None:
    """Read the times of the day that a key chose; None for a key that chose none."""
    first = chosen(digits, facts.choice.windows)
    if first is None:
        return None
    day = first.start.astimezone(zone).date().isoformat()
    return read_times(replace(facts.choice, windows=facts.more or (first,), day=day))


def ask_clock(choice: Choice, *before: Say) -> Decision:
    """Ask for a time of day in digits."""
    turn = Turn((*before, Say("caller.type_time")), Listen(Step.CLOCK, digits=4, seconds=8))
    return Decision(replace(choice, clock=None), turn)


def after_clock(digits: str, facts: Facts) -> Decision | None:
    """Go on from a typed time: ask for its half of the day, or read the windows next to it."""
    clock = clock_of(digits)
    if clock is None:
        return None
    if facts.halves and needs_half(clock):
        return ask_half(replace(facts.choice, clock=clock.isoformat()))
    return nearest(facts)


def ask_half(choice: Choice, *before: Say) -> Decision:
    """Ask which half of the day a time of twelve hours means."""
    says = (*before, Say("caller.morning_or_afternoon"))
    return Decision(choice, Turn(says, Listen(Step.HALF)))


def nearest(facts: Facts) -> Decision:
    """Read the windows that are nearest to the time that was typed."""
    choice = replace(facts.choice, clock=None)
    if not facts.more:
        return read_times(choice, Say("caller.no_more_times"))
    return read_times(replace(choice, windows=facts.more), Say("caller.nearest_times"))


def hit(facts: Facts) -> Window | None:
    """Return the window that holds the typed time and has room, if there is one."""
    if facts.asked_at is None or not facts.more:
        return None
    first = facts.more[0]
    return first if first.start <= facts.asked_at < first.until else None


def clock_of(digits: str) -> time | None:
    """Return the time of day that three or four digits mean (`930`, `1545`), None if they mean none."""
    if not (digits.isdecimal() and 3 <= len(digits) <= 4):
        return None
    hour, minute = int(digits[:-2]), int(digits[-2:])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def needs_half(clock: time) -> bool:
    """Tell whether a clock of twelve hours leaves it open which half of the day is meant."""
    return 1 <= clock.hour <= 12


def with_half(clock: time, half: str) -> time:
    """Return a time of twelve hours in its half: `1` the morning, `2` the afternoon."""
    return clock.replace(hour=clock.hour % 12 + (12 if half == AFTERNOON else 0))


def typed_clock(step: Step, digits: str, choice: Choice, *, halves: bool) -> time | None:
    """Return the time of day that is complete with these keys, None where more or other keys are needed."""
    if step is Step.HALF and choice.clock and digits in (MORNING, AFTERNOON):
        return with_half(time.fromisoformat(choice.clock), digits)
    if step is Step.CLOCK:
        clock = clock_of(digits)
        return clock if clock and not (halves and needs_half(clock)) else None
    return None


def instant_of(clock: time, choice: Choice, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the instant of a time of day: on the chosen day, else the next time that it is so late.

    A skipped wall time moves forward, a repeated one is the first of the two.
    """
    today = now.astimezone(zone).date()
    day = date.fromisoformat(choice.day) if choice.day else today
    instant = _at(day, clock, zone)
    if choice.day is None and instant <= now:
        return _at(today + timedelta(days=1), clock, zone)
    return instant


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=0).astimezone(UTC)
