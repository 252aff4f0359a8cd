"""From when until when an agent may hear what a person said after the tone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callback.desk.hearing import may_hear
from callback.desk.view import UNFINISHED_FOR
from callback.dialing.reservation import Reservation, ReservationStatus

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_AGO, LATELY = NOW - UNFINISHED_FOR, NOW - UNFINISHED_FOR + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "connected_at", "ended_at", "may"),
    [
        (ReservationStatus.HOLDING, None, None, False),
        (ReservationStatus.ASKING, None, None, False),
        (ReservationStatus.ACCEPTED, None, None, True),
        (ReservationStatus.CONNECTED, LATELY, None, True),
        (ReservationStatus.ENDED, None, LATELY, False),
        (ReservationStatus.ENDED, LONG_AGO, LATELY, True),
        (ReservationStatus.ENDED, LONG_AGO, LONG_AGO, False),
    ],
)
def test_it_is_heard_from_accepting_until_the_contact_is_off_the_desk(
    status: ReservationStatus,
    connected_at: datetime | None,
    ended_at: datetime | None,
    may: bool,
) -> None:
    reservation = Reservation(
        id="r",
        agent_id="ada",
        line_id="l",
        callback_id="c",
        status=status,
        conference="r",
        created_at=LONG_AGO,
        connected_at=connected_at,
        ended_at=ended_at,
    )
    assert may_hear(reservation, "ada", NOW) is may
    assert may_hear(reservation, "eve", NOW) is False
