"""The life of a reservation."""

from __future__ import annotations

import pytest

from callback.dialing.reservation import (
    RESERVATION_LIFE,
    Reservation,
    ReservationEvent,
    ReservationStatus,
)
from callback.errors import IllegalTransition
from tests.unit.builders import utc
from tests.unit.life_cycles import every_pair, reachable

NINE = utc(2026, 3, 2, 9)
EXPECTED = {
    "holding": {"ask": "asking", "end": "ended"},
    "asking": {"accept": "accepted", "end": "ended"},
    "accepted": {"connect": "connected", "end": "ended"},
    "connected": {"end": "ended"},
    "ended": {},
}


def a_reservation(status: ReservationStatus) -> Reservation:
    return Reservation(
        id="r", agent_id="ann", line_id="line", status=status, conference="r", created_at=NINE
    )


@pytest.mark.parametrize(
    ("status", "event", "target"), every_pair(ReservationStatus, ReservationEvent, EXPECTED)
)
def test_every_event_in_every_state_is_decided(
    status: ReservationStatus, event: ReservationEvent, target: ReservationStatus | None
) -> None:
    reservation = a_reservation(status)
    if target is None:
        with pytest.raises(IllegalTransition):
            reservation.apply(event, NINE)
        assert reservation.status is status
        assert (reservation.accepted_at, reservation.connected_at, reservation.ended_at) == (
            None,
        ) * 3
    else:
        reservation.apply(event, NINE)
        assert reservation.status is target


@pytest.mark.parametrize(
    ("status", "event", "written"),
    [
        (ReservationStatus.HOLDING, ReservationEvent.ASK, set()),
        (ReservationStatus.ASKING, ReservationEvent.ACCEPT, {"accepted_at"}),
        (ReservationStatus.ACCEPTED, ReservationEvent.CONNECT, {"connected_at"}),
        (ReservationStatus.CONNECTED, ReservationEvent.END, {"ended_at"}),
        (ReservationStatus.HOLDING, ReservationEvent.END, {"ended_at"}),
    ],
)
def test_each_step_writes_its_own_time_and_no_other(
    status: ReservationStatus, event: ReservationEvent, written: set[str]
) -> None:
    reservation = a_reservation(status)
    reservation.apply(event, NINE)
    times = {
        name: getattr(reservation, name) for name in ("accepted_at", "connected_at", "ended_at")
    }
    assert {name for name, at in times.items() if at == NINE} == written
    assert {name for name, at in times.items() if at is None} == set(times) - written


def test_only_the_end_is_an_end_and_nobody_is_connected_without_having_accepted() -> None:
    ends = [status for status in ReservationStatus if RESERVATION_LIFE.is_terminal(status)]
    assert ends == [ReservationStatus.ENDED]
    assert RESERVATION_LIFE.origins(ReservationEvent.CONNECT) == {ReservationStatus.ACCEPTED}
    everything = reachable(RESERVATION_LIFE, ReservationEvent, ReservationStatus.HOLDING)
    assert everything == set(ReservationStatus)
