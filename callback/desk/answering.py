"""Use cases: accept, decline and hang up at the desk. The phone's keys do the same; whoever is first counts."""

from __future__ import annotations

from callback.dialing.case import Case, load_case
from callback.dialing.conversation import finish
from callback.dialing.leg import LegRole, LegStatus
from callback.dialing.outcomes import agent_accepts, agent_declines, agent_left
from callback.dialing.reservation import ReservationStatus
from callback.errors import IllegalTransition, NotFound
from callback.jobs import JobName
from callback.runtime import Work


async def own_case(work: Work, reservation_id: str, agent_id: str) -> Case:
    """Return the case of a reservation that is this agent's, with all its rows locked.

    Raises:
        NotFound: there is none, or it is another agent's, which is not told apart.

    """
    case = await load_case(work, reservation_id)
    if case.reservation.agent_id != agent_id:
        raise NotFound("reservation", reservation_id)
    return case


async def accept_offer(work: Work, reservation_id: str, agent_id: str) -> None:
    """Take the agent's word at the desk that she will talk.

    While her phone still rings nobody is dialled yet: she must have picked up first, and is then asked for no
    key. If she has picked up, she is let in.

    Raises:
        IllegalTransition: the offer has gone.

    """
    case = await own_case(work, reservation_id, agent_id)
    if case.reservation.status in {ReservationStatus.ACCEPTED, ReservationStatus.CONNECTED}:
        return
    leg = case.live_leg(LegRole.AGENT)
    if case.reservation.status != ReservationStatus.ASKING or leg is None:
        raise IllegalTransition("offer", case.reservation.status, "be accepted")
    if leg.status == LegStatus.ANSWERED:
        agent_accepts(case, leg)
        work.wake(JobName.LET_IN, leg.id)
    elif leg.accepted_at is None:
        leg.accepted_at = work.now


async def decline_offer(work: Work, reservation_id: str, agent_id: str) -> None:
    """Offer the contact to somebody else, and let the agent's phone stop ringing.

    Raises:
        IllegalTransition: the offer was accepted, or has gone.

    """
    case = await own_case(work, reservation_id, agent_id)
    leg = case.live_leg(LegRole.AGENT)
    if case.reservation.status != ReservationStatus.ASKING or leg is None:
        raise IllegalTransition("offer", case.reservation.status, "be declined")
    agent_declines(case, leg)
    case.end_leg(leg)


async def hang_up(work: Work, reservation_id: str, agent_id: str) -> None:
    """End the conversation, or give the contact back that is still being brought in.

    Raises:
        IllegalTransition: it has ended already, or was not accepted.

    """
    case = await own_case(work, reservation_id, agent_id)
    leg = case.live_leg(LegRole.AGENT)
    if case.reservation.status == ReservationStatus.CONNECTED:
        await finish(case)
    elif case.reservation.status == ReservationStatus.ACCEPTED:
        agent_left(case)
    else:
        raise IllegalTransition("conversation", case.reservation.status, "be hung up")
    case.end_leg(leg)
