"""Choosing a time: more of them, another day, a time typed in digits, and what each key means."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import steps, time_steps
from callback.dialogue.choice import Choice, Facts, Step
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Turn
from callback.lines.offer import Offer, Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)  # ten in the morning in Los Angeles
ZONE = ZoneInfo("America/Los_Angeles")
NEW_YORK = ZoneInfo("America/New_York")


def window(minutes: float) -> Window:
    start = NOW + timedelta(minutes=minutes)
    return Window(start, start + timedelta(minutes=15))


SOON = (window(30), window(45), window(60))
LATER = (window(75), window(90), window(105))
DAYS = (window(24 * 60), window(48 * 60))
FACTS = Facts(Offer(None, SOON), None, "+14155550111", Choice(windows=SOON))


def spoken(turn: Turn | None, zone: ZoneInfo = ZONE) -> str:
    assert turn is not None
    speaker = Speaker("en", zone, NOW, ZONE)
    return " ".join(speaker.text(say) for say in turn.says)


def decide(step: Step, digits: str, facts: Facts) -> steps.Decision:
    return steps.decide(step, digits, facts, ZONE)


def test_more_times_follow_those_that_were_read() -> None:
    decision = decide(Step.TIME, "4", replace(FACTS, more=LATER))
    assert decision.choice.windows == LATER
    assert "Press 1 to choose today between 11:15 AM and 11:30 AM." in spoken(decision.turn)


@pytest.mark.parametrize("key", ["4", "5"])
def test_where_there_is_no_more_that_is_said_and_the_old_times_stay(key: str) -> None:
    decision = decide(Step.TIME, key, FACTS)
    assert spoken(decision.turn).startswith("There are no other times that we can keep.")
    assert decision.choice.windows == SOON


def test_days_are_read_and_the_chosen_one_shows_its_times() -> None:
    days = decide(Step.TIME, "5", replace(FACTS, days=DAYS))
    assert "Press 1 to choose tomorrow. Press 2 to choose Wednesday 4 March." in spoken(days.turn)
    shown = decide(Step.DAY, "2", replace(FACTS, choice=days.choice, more=(DAYS[1],)))
    assert shown.choice.day == "2026-03-04"
    assert shown.choice.windows == (DAYS[1],)
    assert shown.turn is not None
    assert shown.turn.listen is not None
    assert shown.turn.listen.step == Step.TIME


@pytest.mark.parametrize(
    ("digits", "clock"),
    [
        ("0330", time(3, 30)),
        ("330", time(3, 30)),
        ("1545", time(15, 45)),
        ("0000", time(0, 0)),
        ("2400", None),
        ("1260", None),
        ("12", None),
        ("", None),
        ("12345", None),
        ("12*0", None),
    ],
)
def test_digits_are_read_as_a_time_of_day(digits: str, clock: time | None) -> None:
    assert time_steps.clock_of(digits) == clock


@pytest.mark.parametrize(
    ("hour", "half", "expected"),
    [(12, "1", 0), (12, "2", 12), (3, "1", 3), (3, "2", 15), (11, "2", 23)],
)
def test_a_time_of_twelve_hours_gets_its_half(hour: int, half: str, expected: int) -> None:
    assert time_steps.with_half(time(hour, 30), half) == time(expected, 30)


def test_twelve_hour_listeners_are_asked_for_the_half_and_others_not() -> None:
    asked = decide(Step.CLOCK, "0330", replace(FACTS, halves=True))
    assert spoken(asked.turn) == "Press 1 to choose the morning. Press 2 to choose the afternoon."
    assert asked.choice.clock == "03:30:00"
    plain = decide(Step.CLOCK, "1530", replace(FACTS, more=LATER))
    assert spoken(plain.turn).startswith("These are the nearest times that we can keep.")


def test_a_typed_time_whose_window_has_room_is_taken_as_it_is() -> None:
    facts = replace(FACTS, more=LATER, asked_at=LATER[0].start + timedelta(minutes=3))
    decision = decide(Step.CLOCK, "1118", facts)
    assert decision.choice.window == LATER[0]
    assert decision.turn is not None
    assert decision.turn.listen is not None
    assert decision.turn.listen.step == Step.NUMBER


def test_a_typed_time_without_room_leads_to_the_nearest() -> None:
    facts = replace(FACTS, more=LATER, asked_at=LATER[0].start - timedelta(hours=1))
    decision = decide(Step.HALF, "1", facts)
    assert decision.choice.windows == LATER
    assert spoken(decision.turn).startswith("These are the nearest times that we can keep.")


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [
        (time(11, 0), None, utc(2026, 3, 2, 19)),
        (time(9, 0), None, utc(2026, 3, 3, 17)),
        (time(9, 0), "2026-03-05", utc(2026, 3, 5, 17)),
        # the night of 8 March has no 02:30 in Los Angeles: it moves forward
        (time(2, 30), "2026-03-08", utc(2026, 3, 8, 10, 30)),
        # and 1 November has 01:30 twice: the first
        (time(1, 30), "2026-11-01", utc(2026, 11, 1, 8, 30)),
    ],
)
def test_a_time_of_day_is_the_next_one_or_that_of_the_chosen_day(
    clock: time, day: str | None, expected: datetime
) -> None:
    assert time_steps.instant_of(clock, Choice(day=day), ZONE, NOW) == expected


def test_a_chosen_time_for_a_callback_that_is_owed_moves_it() -> None:
    moving = replace(FACTS, choice=replace(FACTS.choice, moving=True))
    decision = decide(Step.TIME, "2", moving)
    assert decision.move == SOON[1]
    assert decision.promise is None


def test_times_are_told_in_both_zones_where_the_clocks_differ() -> None:
    said = spoken(time_steps.read_times(Choice(windows=SOON)).turn, NEW_YORK)
    assert (
        "Press 1 to choose today between 1:30 PM and 1:45 PM your time, 10:30 AM our time." in said
    )
