"""Where time comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.clock import (
    Clock,
    ManualClock,
    ScaledClock,
    SystemClock,
    clock_from,
    scaled_clock_spec,
)
from tests.unit.builders import INSTANTS, utc

NOON = utc(2026, 3, 2, 12)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
RATES = st.floats(0.01, 10_000)
DURATIONS = st.timedeltas(-timedelta(days=2), timedelta(days=2))


@contextmanager
def machine_shows(instant: datetime) -> Iterator[list[float]]:
    """The machine's clock stands at `instant`; what is slept, in seconds, is listed and takes no time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callback.clock._system_now", lambda: instant)
        patch.setattr("callback.clock.asyncio.sleep", sleep)
        yield slept


async def settle() -> None:
    """Let everyone who can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)


# The system's


def test_the_system_s_clock_shows_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize(("duration", "seconds"), [(90 * SECOND, 90), (-SECOND, 0)])
async def test_the_system_s_clock_sleeps_as_long_as_asked_and_never_less_than_nothing(
    duration: timedelta, seconds: float
) -> None:
    with machine_shows(NOON) as slept:
        await SystemClock().sleep(duration)
    assert slept == [seconds]


def test_the_system_s_delay_is_the_difference_and_never_negative() -> None:
    with machine_shows(NOON):
        assert SystemClock().real_delay(NOON + HOUR) == HOUR
        assert SystemClock().real_delay(NOON - HOUR) == timedelta(0)


# Scaled


@given(INSTANTS, INSTANTS, RATES, DURATIONS)
def test_a_hurried_clock_shows_its_start_and_then_runs_at_its_rate(
    start: datetime, real_start: datetime, rate: float, passed: timedelta
) -> None:
    clock = ScaledClock(start, real_start, rate)
    with machine_shows(real_start):
        assert clock.now() == start
    with machine_shows(real_start + passed):
        assert abs(clock.now() - start - passed * rate) <= timedelta(microseconds=1)


@given(RATES, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_after_the_real_delay_the_hurried_clock_shows_the_instant(
    rate: float, ahead: timedelta
) -> None:
    clock = ScaledClock(NOON, NOON, rate)
    with machine_shows(NOON):
        delay = clock.real_delay(NOON + ahead)
    with machine_shows(NOON + delay):
        assert abs(clock.now() - (NOON + ahead)) <= timedelta(microseconds=1 + rate)


@given(RATES, st.timedeltas(timedelta(microseconds=1), timedelta(days=2)))
def test_the_real_delay_to_what_has_passed_is_nothing(rate: float, ago: timedelta) -> None:
    clock = ScaledClock(NOON, NOON, rate)
    with machine_shows(NOON):
        assert clock.real_delay(NOON - ago) == timedelta(0)


@pytest.mark.parametrize(
    ("rate", "duration", "seconds"),
    [(60, HOUR, 60), (0.5, HOUR, 7200), (60, timedelta(0), 0), (60, -HOUR, 0)],
)
async def test_a_hurried_sleep_is_shorter_by_the_rate(
    rate: float, duration: timedelta, seconds: float
) -> None:
    with machine_shows(NOON) as slept:
        await ScaledClock(NOON, NOON, rate).sleep(duration)
    assert slept == [seconds]


def test_a_hurried_clock_shows_utc_whatever_zone_it_was_started_in() -> None:
    # An hour after midnight of a night in which the clocks change at two.
    start = datetime(2026, 3, 8, 1, tzinfo=ZoneInfo("America/New_York"))
    clock = ScaledClock(start, NOON, 60)
    with machine_shows(NOON + timedelta(minutes=2)):
        assert clock.now() == utc(2026, 3, 8, 8)
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_rate_from_which_no_time_follows_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        ScaledClock(NOON, NOON, rate)


@pytest.mark.parametrize("naive", ["start", "real_start"])
def test_a_hurried_clock_refuses_naive_instants(naive: str) -> None:
    instants = {"start": NOON, "real_start": NOON, naive: NOON.replace(tzinfo=None)}
    with pytest.raises(ValueError, match="aware"):
        ScaledClock(**instants, rate=1)


# Moved by hand


def test_a_clock_moved_by_hand_stands_still_until_it_is_moved(clock: ManualClock) -> None:
    before = clock.now()
    assert clock.now() == before
    clock.move(HOUR)
    assert clock.now() == before + HOUR


def test_a_clock_moved_by_hand_never_goes_back() -> None:
    clock = ManualClock(NOON)
    clock.move_to(NOON - HOUR)
    clock.move(-HOUR)
    assert clock.now() == NOON


def test_a_clock_moved_by_hand_shows_utc() -> None:
    tokyo = timezone(9 * HOUR)
    clock = ManualClock(NOON.astimezone(tokyo))
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)
    clock.move_to((NOON + HOUR).astimezone(tokyo))
    assert (clock.now(), clock.now().tzinfo) == (NOON + HOUR, UTC)


def test_a_clock_moved_by_hand_refuses_naive_instants() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON).move_to(NOON.replace(tzinfo=None))


def test_no_machine_time_passes_on_a_clock_moved_by_hand() -> None:
    assert ManualClock(NOON).real_delay(NOON + HOUR) == timedelta(0)


async def wake_order(durations: list[int], moves: list[int]) -> list[list[int]]:
    """Who (by number) was woken by each move of so many seconds."""
    clock = ManualClock(NOON)
    woken: list[int] = []

    async def sleeper(number: int, seconds: int) -> None:
        await clock.sleep(seconds * SECOND)
        woken.append(number)

    async with asyncio.TaskGroup() as group:
        for number, seconds in enumerate(durations):
            group.create_task(sleeper(number, seconds))
        await settle()
        by_move: list[list[int]] = []
        for seconds in [*moves, max(durations, default=0)]:
            woken.clear()
            clock.move(seconds * SECOND)
            await settle()
            by_move.append(list(woken))
    return by_move


@given(st.lists(st.integers(1, 20), max_size=8), st.lists(st.integers(0, 10), max_size=5))
def test_sleepers_wake_when_their_time_has_come_in_order_of_time_then_of_lying_down(
    durations: list[int], moves: list[int]
) -> None:
    expected, shown = [], 0
    for seconds in [*moves, max(durations, default=0)]:
        due = [n for n, d in enumerate(durations) if shown < d <= shown + seconds]
        expected.append(sorted(due, key=lambda n: (durations[n], n)))
        shown += seconds
    assert asyncio.run(wake_order(durations, moves)) == expected


async def test_the_next_wake_is_the_earliest_and_forgets_who_gave_up() -> None:
    clock = ManualClock(NOON)
    assert clock.next_wake() is None
    late = asyncio.create_task(clock.sleep(2 * HOUR))
    early = asyncio.create_task(clock.sleep(HOUR))
    await settle()
    assert clock.next_wake() == NOON + HOUR
    early.cancel()
    await settle()
    assert clock.next_wake() == NOON + 2 * HOUR
    clock.move(2 * HOUR)
    await late
    assert clock.next_wake() is None


async def test_a_sleeper_who_gave_up_does_not_disturb_the_others() -> None:
    clock = ManualClock(NOON)
    given_up = asyncio.create_task(clock.sleep(HOUR))
    patient = asyncio.create_task(clock.sleep(HOUR))
    await settle()
    given_up.cancel()
    await settle()
    clock.move(HOUR)
    await patient
    assert given_up.cancelled()


@pytest.mark.parametrize("duration", [timedelta(0), -HOUR])
async def test_to_sleep_for_nothing_needs_no_move_but_lets_others_run(duration: timedelta) -> None:
    clock = ManualClock(NOON)
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(duration)
    assert ran == ["other"]
    await task


# From a setting


def test_an_empty_setting_means_the_system_s_clock() -> None:
    assert isinstance(clock_from(""), SystemClock)


def test_two_processes_with_one_setting_agree_on_the_time() -> None:
    with machine_shows(NOON):
        spec = scaled_clock_spec(utc(2026, 11, 1, 5), 48)
        assert clock_from(spec).now() == utc(2026, 11, 1, 5)
    web, worker = clock_from(spec), clock_from(spec)
    assert web == worker
    with machine_shows(NOON + timedelta(minutes=10)):
        assert web.now() == worker.now() == utc(2026, 11, 1, 13)


@given(INSTANTS, INSTANTS, st.sampled_from([0.5, 1, 60, 86_400 / 7, 1e6]))
def test_a_setting_that_was_written_can_be_read(
    start: datetime, real_now: datetime, rate: float
) -> None:
    with machine_shows(real_now):
        clock = clock_from(scaled_clock_spec(start, rate))
    assert isinstance(clock, ScaledClock)
    assert (clock.start, clock.real_start) == (start, real_now)
    assert clock.rate == pytest.approx(rate, rel=1e-5)


@pytest.mark.parametrize(
    "spec",
    [
        "now",
        "60",
        "2026-03-02T12:00:00+00:00,60",
        "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00",
        "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00,fast",
        "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00,0",
        "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00,nan",
        "2026-03-02T12:00:00,2026-03-02T12:00:00+00:00,60",
        "2026-03-02T12:00:00+00:00,2026-03-02T12:00:00+00:00,60,1",
    ],
)
def test_a_setting_that_names_no_clock_is_refused_with_what_would_do(spec: str) -> None:
    with pytest.raises(ValueError, match="START,REAL_START,RATE"):
        clock_from(spec)


@pytest.mark.parametrize(
    "clock",
    [SystemClock(), ScaledClock(NOON, NOON, 60), ManualClock(NOON)],
    ids=lambda c: type(c).__name__,
)
def test_every_clock_shows_aware_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.now().tzinfo is UTC
