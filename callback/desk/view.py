"""The desk as it is read for the page: the agent, the contact in hand, what is unfinished, what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent, AgentLine
from callback.calls.call import Call
from callback.desk.history import Earlier, history_of
from callback.desk.record import WrapUp
from callback.dialing.leg import LIVE, Leg, LegRole, Listening
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.errors import NotFound
from callback.lines.line import Line
from callback.phone import mask
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.promises.note import Note, note_of

UNFINISHED_FOR = timedelta(hours=12)
AHEAD = timedelta(hours=24)
MOST_NEXT = 10


class Phase(StrEnum):
    """How far the contact in hand is.

    * `holding`: the person is rung first; the agent's phone rings when she is there.
    * `ringing`: the agent's phone rings, and she has decided nothing.
    * `picking_up`: she has accepted here and must only pick up.
    * `connecting`: she is in; the other side is being brought in.
    * `talking`: both are in.
    """

    HOLDING = "holding"
    RINGING = "ringing"
    PICKING_UP = "picking_up"
    CONNECTING = "connecting"
    TALKING = "talking"


@dataclass(frozen=True)
class Contact:
    """Who is, or was, at the other end. `number` has stars until the agent has accepted.

    `late` is by how much a promise was missed, or is being missed; None if it was kept or still can be.
    `recorded` is what she said after the tone, once the agent has accepted. `supervisor` is the leg of one
    who was called in.
    """

    reservation: Reservation
    line: Line
    number: str
    language: str
    reason: str
    arrived_at: datetime
    promised: tuple[datetime, datetime] | None
    late: timedelta | None
    earlier: tuple[Earlier, ...]
    recorded: Note | None = None
    supervisor: Leg | None = None


@dataclass(frozen=True)
class Next:
    """A callback that will come to this desk, or to a colleague's."""

    callback: Callback
    line: Line
    number: str
    mine: bool


@dataclass(frozen=True)
class Desk:
    """Everything that the page shows."""

    agent: Agent
    lines: tuple[Line, ...]
    contact: Contact | None
    phase: Phase | None
    unfinished: tuple[Contact, ...]
    coming: tuple[Next, ...]


def phase_of(reservation: Reservation, leg: Leg | None) -> Phase:
    """Return how far a reservation is that is under way."""
    match reservation.status:
        case ReservationStatus.HOLDING:
            return Phase.HOLDING
        case ReservationStatus.ACCEPTED:
            return Phase.CONNECTING
        case ReservationStatus.CONNECTED:
            return Phase.TALKING
        case _:
            decided = leg is not None and leg.accepted_at is not None
            return Phase.PICKING_UP if decided else Phase.RINGING


def lateness(callback: Callback, now: datetime) -> timedelta | None:
    """Return by how much the first attempt came, or is coming, after the promised window."""
    late = (callback.first_placed_at or now) - callback.promised_until
    return late if late > timedelta(0) else None


async def read_desk(session: AsyncSession, agent_id: str, now: datetime) -> Desk:
    """Return an agent's desk.

    Raises:
        NotFound: there is no such agent.

    """
    agent = await session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("agent", agent_id)
    found = await session.exec(
        select(Line)
        .join(AgentLine, col(AgentLine.line_id) == col(Line.id))
        .where(col(AgentLine.agent_id) == agent_id)
        .order_by(col(Line.name))
    )
    lines = tuple(found.all())
    contact, phase = await _in_hand(session, agent_id, now)
    return Desk(
        agent,
        lines,
        contact,
        phase,
        await _unfinished(session, agent_id, now),
        await _coming(session, agent_id, lines, now),
    )


async def _in_hand(
    session: AsyncSession, agent_id: str, now: datetime
) -> tuple[Contact | None, Phase | None]:
    found = await session.exec(
        select(Reservation)
        .where(
            col(Reservation.agent_id) == agent_id,
            col(Reservation.status) != ReservationStatus.ENDED,
        )
        .order_by(col(Reservation.id).desc())
        .limit(1)
    )
    reservation = found.first()
    if reservation is None:
        return None, None
    legs = await session.exec(
        select(Leg).where(col(Leg.reservation_id) == reservation.id, col(Leg.status).in_(LIVE))
    )
    by_role = {leg.role: leg for leg in legs.all()}
    phase = phase_of(reservation, by_role.get(LegRole.AGENT))
    known = phase in {Phase.CONNECTING, Phase.TALKING}
    contact = await _contact(session, reservation, now, known=known)
    # One who only listens or whispers came of her own accord, and is not shown.
    supervisor = by_role.get(LegRole.SUPERVISOR)
    joins = supervisor is not None and supervisor.mode == Listening.JOIN
    return replace(contact, supervisor=supervisor if joins else None), phase


async def _contact(
    session: AsyncSession, reservation: Reservation, now: datetime, *, known: bool
) -> Contact:
    line = await session.get_one(Line, reservation.line_id)
    if reservation.callback_id is not None:
        callback = await session.get_one(Callback, reservation.callback_id)
        number: str | None = callback.phone_number
        language, reason, arrived_at = callback.language, callback.reason or "", callback.arrived_at
        promised = (callback.promised_from, callback.promised_until)
        late = lateness(callback, now)
        but = {callback.id, callback.call_id or ""}
        recorded = await note_of(session, callback.id) if known else None
    else:
        call = await session.get_one(Call, reservation.call_id)
        number, language, arrived_at = call.phone_number, call.language, call.arrived_at
        reason, promised, late, but = str(call.menu.get("reason") or ""), None, None, {call.id}
        recorded = None
    shown = number or ""
    return Contact(
        reservation,
        line,
        shown if known else mask(shown),
        language,
        reason,
        arrived_at,
        promised,
        late,
        tuple(await history_of(session, number, frozenset(but))),
        recorded,
    )


async def _unfinished(session: AsyncSession, agent_id: str, now: datetime) -> tuple[Contact, ...]:
    found = await session.exec(
        select(Reservation)
        .outerjoin(WrapUp, col(WrapUp.reservation_id) == col(Reservation.id))
        .where(
            col(Reservation.agent_id) == agent_id,
            col(Reservation.status) == ReservationStatus.ENDED,
            col(Reservation.connected_at).is_not(None),
            col(Reservation.ended_at) > now - UNFINISHED_FOR,
            col(WrapUp.reservation_id).is_(None),
        )
        .order_by(col(Reservation.ended_at).desc())
        .limit(MOST_NEXT)
    )
    return tuple([await _contact(session, each, now, known=True) for each in found.all()])


async def _coming(
    session: AsyncSession, agent_id: str, lines: tuple[Line, ...], now: datetime
) -> tuple[Next, ...]:
    by_id = {line.id: line for line in lines}
    found = await session.exec(
        select(Callback)
        .where(
            col(Callback.line_id).in_(list(by_id)),
            col(Callback.status).in_([CallbackStatus.SCHEDULED, CallbackStatus.WAITING]),
            col(Callback.due_at) <= now + AHEAD,
            or_(
                col(Callback.preferred_agent_id).is_(None),
                col(Callback.preferred_agent_id) == agent_id,
            ),
        )
        .order_by(col(Callback.due_at), col(Callback.id))
        .limit(MOST_NEXT)
    )
    return tuple(
        Next(
            each,
            by_id[each.line_id],
            mask(each.phone_number),
            each.preferred_agent_id == agent_id,
        )
        for each in found.all()
    )
