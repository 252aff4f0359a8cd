"""Who hears at her desk what a person said after the tone: the agent who has accepted, while it is hers."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.desk.view import UNFINISHED_FOR
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import NotFound


def may_hear(reservation: Reservation, agent_id: str, now: datetime) -> bool:
    """Tell whether an agent may hear it: from accepting until the contact is off her desk."""
    if reservation.agent_id != agent_id:
        return False
    if reservation.status in {ReservationStatus.ACCEPTED, ReservationStatus.CONNECTED}:
        return True
    talked, ended_at = reservation.connected_at is not None, reservation.ended_at
    return talked and ended_at is not None and ended_at > now - UNFINISHED_FOR


async def heard_callback(
    session: AsyncSession, reservation_id: str, agent_id: str, now: datetime
) -> str:
    """Return the callback whose note an agent hears with a reservation of hers.

    Raises:
        NotFound: there is no such reservation, it is not hers, she has not accepted, or it is of a live call.

    """
    reservation = await session.get(Reservation, reservation_id)
    if reservation is None or not may_hear(reservation, agent_id, now):
        raise NotFound("reservation", reservation_id)
    if reservation.callback_id is None:
        raise NotFound("note", reservation_id)
    return reservation.callback_id
