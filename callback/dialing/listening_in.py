"""Use cases of a supervisor in a conversation: listen, whisper to the agent, join in; change over; leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.agents.presence import ON_A_CALL
from callback.dialing.case import Case, case_of_leg, load_case
from callback.dialing.leg import LIVE, Leg, LegRole, LegStatus, Listening
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import IllegalTransition, InvalidInput
from callback.lines.line import Line
from callback.runtime import Runtime, Work


@dataclass(frozen=True)
class Conversation:
    """An agent and a person who are talking, since when, and who of ours is with them."""

    reservation: Reservation
    agent: Agent
    line: Line
    since: datetime | None
    supervisors: tuple[Leg, ...]


async def conversations(session: AsyncSession) -> list[Conversation]:
    """Return the conversations of this moment, the oldest first."""
    rows = await session.exec(
        select(Reservation, Agent, Line)
        .join(Agent, col(Agent.id) == col(Reservation.agent_id))
        .join(Line, col(Line.id) == col(Reservation.line_id))
        .where(col(Reservation.status) == ReservationStatus.CONNECTED)
        .order_by(col(Reservation.connected_at), col(Reservation.id))
    )
    found = await session.exec(
        select(Leg).where(col(Leg.role) == LegRole.SUPERVISOR, col(Leg.status).in_(LIVE))
    )
    legs = found.all()
    return [
        Conversation(
            reservation,
            agent,
            line,
            reservation.connected_at,
            tuple(leg for leg in legs if leg.reservation_id == reservation.id),
        )
        for reservation, agent, line in rows.all()
    ]


async def listen_in(work: Work, reservation_id: str, agent_id: str, mode: Listening) -> Leg:
    """Ring a supervisor, who is an agent herself, to bring her into a conversation.

    Raises:
        NotFound: there is no such conversation.
        InvalidInput: there is no such agent, or her phone is in use.
        IllegalTransition: nobody is talking there any more.

    """
    case = await load_case(work, reservation_id)
    _must_talk(case)
    # Not locked, for a conversation's own agent is: at worst her phone is engaged when it is rung.
    supervisor = await work.session.get(Agent, agent_id)
    if supervisor is None:
        raise InvalidInput("agent_id", f"there is no agent {agent_id}")
    listening = await work.session.exec(
        select(Leg.id).where(
            col(Leg.role) == LegRole.SUPERVISOR,
            col(Leg.agent_id) == agent_id,
            col(Leg.status).in_(LIVE),
        )
    )
    if supervisor.status in ON_A_CALL or listening.first() is not None:
        raise InvalidInput("agent_id", f"the phone of {supervisor.name} is in use")
    leg = case.plan_leg(LegRole.SUPERVISOR, supervisor.endpoint)
    leg.agent_id, leg.mode = agent_id, mode
    if case.callback is not None:
        case.callback.note("supervised", work.now, f"{supervisor.name}: {mode}")
    return leg


def _must_talk(case: Case) -> None:
    if case.reservation.status != ReservationStatus.CONNECTED:
        raise IllegalTransition("conversation", case.reservation.status, "be listened to")


async def supervisor_leg(work: Work, reservation_id: str, leg_id: str) -> tuple[Case, Leg]:
    """Return a supervisor's leg of a conversation.

    Raises:
        NotFound: there is no such leg.
        InvalidInput: it is another's.

    """
    case, leg = await case_of_leg(work, leg_id)
    if leg.role != LegRole.SUPERVISOR or leg.reservation_id != reservation_id:
        raise InvalidInput("leg_id", "is no supervisor's leg of this conversation")
    return case, leg


async def change_mode(runtime: Runtime, reservation_id: str, leg_id: str, mode: Listening) -> Leg:
    """Let a supervisor listen, whisper or join from now on; she enters the same conference anew.

    She who asks is told of trouble at once, so this is no job, and nobody repeats it behind her back.

    Raises:
        IllegalTransition: nobody is talking there any more, or her leg is over.
        TelephonyError: the telephone company did not do it; she stays as she was, or asks again.

    """
    async with runtime.work() as work:
        case, leg = await supervisor_leg(work, reservation_id, leg_id)
        _must_talk(case)
        if leg.status == LegStatus.ENDED:
            raise IllegalTransition("supervisor's leg", leg.status, "change over")
        leg.mode = mode
        inside = leg.accepted_at is not None
        call_sid = leg.call_sid
    if inside and call_sid is not None:
        await runtime.telephony.redirect(call_sid, runtime.addresses.supervisor(leg_id, "enter"))
    return leg


async def stop_listening(work: Work, reservation_id: str, leg_id: str) -> Leg:
    """Take a supervisor out of a conversation, which goes on."""
    case, leg = await supervisor_leg(work, reservation_id, leg_id)
    case.end_leg(leg)
    return leg
