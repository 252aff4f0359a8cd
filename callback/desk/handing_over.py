"""Use cases: call a supervisor into a conversation, and leave it to her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from callback.agents.agent import Agent
from callback.agents.presence import AgentEvent, AgentStatus
from callback.desk.answering import own_case
from callback.dialing.case import Case
from callback.dialing.leg import Leg, LegRole, Listening
from callback.dialing.listening_in import listen_in
from callback.dialing.reservation import ReservationStatus
from callback.errors import IllegalTransition, InvalidInput
from callback.jobs import JobName
from callback.keys import Role
from callback.people.user import User
from callback.runtime import Runtime, Work

ABOVE = (Role.SUPERVISOR, Role.MANAGER, Role.ADMIN)


async def call_supervisor(work: Work, reservation_id: str, agent_id: str) -> Leg:
    """Ring the supervisor who has been available the longest; she joins, and all three can talk.

    Raises:
        InvalidInput: no supervisor is available.
        IllegalTransition: nobody is talking, or one has been called already.

    """
    case = await own_case(work, reservation_id, agent_id)
    if case.live_leg(LegRole.SUPERVISOR) is not None:
        raise IllegalTransition("supervisor", "called already", "be called")
    found = await work.session.exec(
        select(Agent.id)
        .join(User, col(User.agent_id) == col(Agent.id))
        .where(
            col(User.role).in_(ABOVE),
            col(User.disabled_at).is_(None),
            col(Agent.status) == AgentStatus.AVAILABLE,
            col(Agent.id) != agent_id,
        )
        .order_by(col(Agent.status_since), col(Agent.id))
    )
    supervisor_id = found.first()
    if supervisor_id is None:
        raise InvalidInput("supervisor", "none is available")
    return await listen_in(work, reservation_id, supervisor_id, Listening.JOIN)


@dataclass(frozen=True)
class _Parties:
    conference: str
    leaving_sid: str
    staying_sid: str


async def hand_over(runtime: Runtime, reservation_id: str, agent_id: str) -> None:
    """Leave a conversation to the supervisor who has joined it; it is hers from then on, to wrap up too.

    The room is told first that it outlives the agent and ends with the supervisor; what then fails leaves
    the three together. Asked at the desk, so trouble is told at once and nothing is repeated.

    Raises:
        IllegalTransition: no supervisor is there, or nobody is talking any more.
        TelephonyError: the telephone company did not do it.

    """
    async with runtime.work() as work:
        case, leaving, staying = await _three(work, reservation_id, agent_id)
        parties = _Parties(
            case.reservation.conference, leaving.call_sid or "", staying.call_sid or ""
        )
    await runtime.telephony.let_end_room(parties.conference, parties.staying_sid, ends=True)
    await runtime.telephony.let_end_room(parties.conference, parties.leaving_sid, ends=False)
    async with runtime.work() as work:
        case, leaving, staying = await _three(work, reservation_id, agent_id)
        await _change_places(work, case, leaving, staying)


async def _three(work: Work, reservation_id: str, agent_id: str) -> tuple[Case, Leg, Leg]:
    case = await own_case(work, reservation_id, agent_id)
    leaving, staying = case.live_leg(LegRole.AGENT), case.live_leg(LegRole.SUPERVISOR)
    talking = case.reservation.status == ReservationStatus.CONNECTED
    joined = staying is not None and staying.accepted_at and staying.mode == Listening.JOIN
    if not talking or leaving is None or staying is None or not joined:
        raise IllegalTransition("conversation", case.reservation.status, "be handed over")
    return case, leaving, staying


async def _change_places(work: Work, case: Case, leaving: Leg, staying: Leg) -> None:
    supervisor = await work.session.get_one(Agent, staying.agent_id, with_for_update=True)
    if supervisor.status == AgentStatus.AVAILABLE:
        supervisor.apply(AgentEvent.RESERVE, work.now)
        supervisor.apply(AgentEvent.TALK, work.now)
    leaving.role, staying.role = LegRole.SUPERVISOR, LegRole.AGENT
    leaving.agent_id, staying.agent_id = case.agent.id, None
    leaving.mode, staying.mode = Listening.JOIN, None
    case.reservation.agent_id = supervisor.id
    if case.call is not None:
        case.call.agent_id = supervisor.id
    if case.callback is not None:
        case.callback.note("handed_over", work.now, f"from {case.agent.name} to {supervisor.name}")
    if case.agent.status == AgentStatus.BUSY:
        wrap_up = timedelta(seconds=case.line.wrap_up_seconds)
        case.agent.finish(work.now, work.now + wrap_up)
        work.wake(JobName.DISPATCH, at=case.agent.wrap_up_until)
    case.end_leg(leaving)
