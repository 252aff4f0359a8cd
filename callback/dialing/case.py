"""The case: everything that one reservation touches, loaded and locked in one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentStatus
from callback.calls.call import Call
from callback.dialing.leg import LIVE, Leg, LegOutcome, LegRole, LegStatus, leg_to_place
from callback.dialing.reservation import (
    Reservation,
    ReservationEnd,
    ReservationEvent,
    ReservationStatus,
)
from callback.errors import NotFound
from callback.jobs import JobName
from callback.lines.line import Line
from callback.promises.callback import Callback
from callback.runtime import Work


@dataclass
class Case:
    """A reservation with its agent, its line, its contact and all legs that belong to it.

    The row of the contact (call or callback) is locked first, then the reservation's, the agent's and the
    legs'. Everybody who locks several of them keeps to this order, so that two events about the same contact
    are worked on one after the other and never wait for each other in a circle.
    """

    work: Work
    reservation: Reservation
    agent: Agent
    line: Line
    call: Call | None
    callback: Callback | None
    legs: list[Leg]

    @property
    def now(self) -> datetime:
        """The instant of this work."""
        return self.work.now

    @property
    def ended(self) -> bool:
        """Tell whether the reservation is over."""
        return self.reservation.status == ReservationStatus.ENDED

    def live_leg(self, role: LegRole) -> Leg | None:
        """Return the leg of that role that is not over, or None."""
        return next((leg for leg in self.legs if leg.role == role and leg.status in LIVE), None)

    def plan_leg(self, role: LegRole, to: str, number: int = 0) -> Leg:
        """Plan a leg of this reservation and ask for it to be placed."""
        leg = Leg(
            **leg_to_place(
                self.now,
                role,
                to,
                reservation_id=self.reservation.id,
                callback_id=self.reservation.callback_id,
                line_id=self.line.id,
                number=number,
            )
        )
        self.legs.append(leg)
        self.work.session.add(leg)
        self.work.wake(JobName.PLACE_LEG, leg.id)
        return leg

    def plan_attempt(self, callback: Callback) -> Leg:
        """Plan the next dialling of the person."""
        return self.plan_leg(LegRole.PERSON, callback.phone_number, callback.plan_attempt())

    def end_leg(self, leg: Leg | None, after: timedelta = timedelta(0)) -> None:
        """Ask for a leg to be hung up, at once or, as a backstop, after a while."""
        if leg is None or leg.status == LegStatus.ENDED:
            return
        if leg.status == LegStatus.PLANNED:
            leg.end(self.now, LegOutcome.CANCELED)
            return
        leg.end_wanted_at = self.now + after
        self.work.wake(JobName.END_LEG, leg.id, at=leg.end_wanted_at if after else None)

    def end(self, ending: ReservationEnd) -> None:
        """End the reservation. What becomes of agent, contact and legs is the caller's to say."""
        self.reservation.apply(ReservationEvent.END, self.now)
        self.reservation.ending = ending

    def free_agent(self) -> None:
        """Let the agent have the next one, if she is still held for this reservation."""
        if self.agent.status == AgentStatus.RESERVED:
            self.agent.release(self.now)
            self.work.wake(JobName.DISPATCH)


async def load_case(work: Work, reservation_id: str) -> Case:
    """Return the case of a reservation, with all its rows locked.

    Raises:
        NotFound: there is no such reservation.

    """
    session = work.session
    contact = await session.exec(
        select(Reservation.call_id, Reservation.callback_id).where(
            col(Reservation.id) == reservation_id
        )
    )
    found = contact.first()
    if found is None:
        raise NotFound("reservation", reservation_id)
    call_id, callback_id = found
    call = callback = None
    if call_id is not None:
        call = await session.get_one(Call, call_id, with_for_update=True)
    if callback_id is not None:
        callback = await session.get_one(Callback, callback_id, with_for_update=True)
    reservation = await session.get_one(Reservation, reservation_id, with_for_update=True)
    agent = await session.get_one(Agent, reservation.agent_id, with_for_update=True)
    line = await session.get_one(Line, reservation.line_id)
    legs = await session.exec(
        select(Leg)
        .where(col(Leg.reservation_id) == reservation_id)
        .order_by(col(Leg.id))
        .with_for_update()
    )
    return Case(work, reservation, agent, line, call, callback, list(legs.all()))


async def case_of_leg(work: Work, leg_id: str) -> tuple[Case, Leg]:
    """Return the case to which a leg belongs, and the leg.

    Raises:
        NotFound: there is no such leg.

    """
    while True:
        found = await work.session.exec(select(Leg.reservation_id).where(col(Leg.id) == leg_id))
        reservation_id = found.first()
        if reservation_id is None:
            raise NotFound("leg", leg_id)
        case = await load_case(work, reservation_id)
        for leg in case.legs:
            if leg.id == leg_id:
                return case, leg
        # It moved to the next reservation of the same contact, whose row is locked by now: look again.


async def case_of_live_leg(work: Work, callback_id: str) -> Case | None:
    """Return the case to which a leg belongs that is not over and was placed for a callback, or None."""
    found = await work.session.exec(
        select(Leg.reservation_id).where(
            col(Leg.callback_id) == callback_id, col(Leg.status).in_(LIVE)
        )
    )
    reservation_id = found.first()
    return None if reservation_id is None else await load_case(work, reservation_id)


async def live_reservation_of(
    work: Work, *, call_id: str | None = None, callback_id: str | None = None
) -> Case | None:
    """Return the case of the reservation that is under way for a call or a callback, or None."""
    query = select(Reservation.id).where(col(Reservation.status) != ReservationStatus.ENDED)
    if call_id is not None:
        query = query.where(col(Reservation.call_id) == call_id)
    if callback_id is not None:
        query = query.where(col(Reservation.callback_id) == callback_id)
    found = await work.session.exec(query)
    reservation_id = found.first()
    return None if reservation_id is None else await load_case(work, reservation_id)
