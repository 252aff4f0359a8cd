"""Whether a caller is offered a callback, and the reason when not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.lines.offer import NoOffer, Window, chosen, decide_offer, overloaded
from callback.lines.wait import WaitEstimate
from tests.unit.builders import utc

ASAP = Window(utc(2026, 3, 2, 9), utc(2026, 3, 2, 9, 10))
WINDOWS = (
    Window(utc(2026, 3, 2, 10), utc(2026, 3, 2, 10, 15)),
    Window(utc(2026, 3, 2, 10, 15), utc(2026, 3, 2, 10, 30)),
)


def wait(seconds: float) -> WaitEstimate:
    expected = timedelta(seconds=seconds)
    return WaitEstimate(expected, timedelta(0), 2 * expected)


@pytest.mark.parametrize(
    ("threshold", "estimate", "asap", "windows", "refusal"),
    [
        (None, wait(3600), ASAP, WINDOWS, NoOffer.SWITCHED_OFF),
        (None, None, None, (), NoOffer.SWITCHED_OFF),
        (60, wait(0), ASAP, WINDOWS, NoOffer.SHORT_WAIT),
        (60, wait(60), ASAP, WINDOWS, NoOffer.SHORT_WAIT),
        (1, wait(1), ASAP, WINDOWS, NoOffer.SHORT_WAIT),
        (60, wait(61), None, (), NoOffer.NO_ROOM),
        (0, wait(0), None, (), NoOffer.NO_ROOM),
        (60, None, None, (), NoOffer.NOBODY_AT_WORK),
        (60, None, ASAP, (), NoOffer.NOBODY_AT_WORK),
    ],
)
def test_a_caller_who_is_offered_nothing_is_told_why(
    threshold: int | None,
    estimate: WaitEstimate | None,
    asap: Window | None,
    windows: tuple[Window, ...],
    refusal: NoOffer,
) -> None:
    offer = decide_offer(threshold_seconds=threshold, estimate=estimate, asap=asap, windows=windows)
    assert offer.refusal is refusal
    assert not offer.stands
    assert offer.asap is None
    assert offer.windows == ()


@pytest.mark.parametrize(
    ("threshold", "estimate", "asap", "windows"),
    [
        (60, wait(60.001), ASAP, WINDOWS),
        (60, wait(61), ASAP, ()),
        (60, wait(61), None, WINDOWS),
        # Nought means always, also where there is no wait at all.
        (0, wait(0), ASAP, WINDOWS),
    ],
)
def test_what_can_be_kept_is_offered_above_the_threshold(
    threshold: int, estimate: WaitEstimate, asap: Window | None, windows: tuple[Window, ...]
) -> None:
    offer = decide_offer(threshold_seconds=threshold, estimate=estimate, asap=asap, windows=windows)
    assert offer.stands
    assert (offer.asap, offer.windows, offer.refusal) == (asap, windows, None)


def test_with_nobody_at_work_only_chosen_times_remain() -> None:
    offer = decide_offer(threshold_seconds=60, estimate=None, asap=ASAP, windows=WINDOWS)
    assert offer.stands
    assert (offer.asap, offer.windows, offer.refusal) == (None, WINDOWS, None)


@pytest.mark.parametrize(
    ("estimate", "waiting", "most_seconds", "most_waiting", "beyond"),
    [
        (wait(600), 20, None, None, False),
        (wait(600), 20, 600, 20, False),
        (wait(601), 20, 600, 20, True),
        (wait(600), 21, 600, 20, True),
        (wait(0), 1, None, 0, True),
        (None, 0, 600, 20, False),
        (None, 21, 600, 20, True),
    ],
)
def test_a_line_is_overloaded_beyond_either_of_its_bounds(
    estimate: WaitEstimate | None,
    waiting: int,
    most_seconds: int | None,
    most_waiting: int | None,
    beyond: bool,
) -> None:
    assert overloaded(estimate, waiting, most_seconds, most_waiting) is beyond


@pytest.mark.parametrize(("windows", "refusal"), [(WINDOWS, None), ((), NoOffer.OVERLOAD)])
def test_under_overload_only_chosen_times_remain(
    windows: tuple[Window, ...], refusal: NoOffer | None
) -> None:
    offer = decide_offer(
        threshold_seconds=60, estimate=wait(61), asap=ASAP, windows=windows, overload=True
    )
    assert (offer.asap, offer.windows, offer.refusal) == (None, windows, refusal)
    assert offer.overload


@pytest.mark.parametrize(
    ("digits", "place"), [("1", 0), ("2", 1), ("3", None), ("0", None), ("", None), ("x", None)]
)
def test_a_window_is_chosen_by_the_key_it_was_read_out_for(digits: str, place: int | None) -> None:
    assert chosen(digits, WINDOWS) == (None if place is None else WINDOWS[place])


@given(
    st.none() | st.integers(0, 600),
    st.none() | st.floats(0, 7200).map(wait),
    st.sampled_from([None, ASAP]),
    st.sampled_from([(), WINDOWS[:1], WINDOWS]),
)
def test_an_offer_stands_or_has_a_reason_and_invents_nothing(
    threshold: int | None,
    estimate: WaitEstimate | None,
    asap: Window | None,
    windows: tuple[Window, ...],
) -> None:
    offer = decide_offer(threshold_seconds=threshold, estimate=estimate, asap=asap, windows=windows)
    assert offer.stands is (offer.refusal is None)
    assert offer.asap in {None, asap}
    assert set(offer.windows) <= set(windows)
