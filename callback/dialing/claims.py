"""Claiming planned legs: one statement for many, which waits for nobody; whoever claims a leg may place it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from callback.dialing.leg import LEASE, Leg, LegRole, LegStatus
from callback.dialing.pacing import next_turns
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.jobs import JobName
from callback.lines.directory import numbers_called_from
from callback.lines.line import Line, LineNumber
from callback.promises.callback import Callback
from callback.runtime import Runtime, Work
from callback.telephony.port import CallOrder, MachineDetection

TALK_LIMIT_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Claim:
    """A leg that its claimer may place until half of its lease is over, and the call to ask for."""

    leg_id: str
    order: CallOrder
    claimed_at: datetime


@dataclass(frozen=True)
class Left:
    """Legs that could have been claimed and were not, for somebody holds them or nobody needs them."""

    held: tuple[str, ...]
    unneeded: tuple[str, ...]


async def claim_legs(
    runtime: Runtime, work: Work, turns: Mapping[str, datetime | None]
) -> dict[str, Claim]:
    """Claim those legs whose turn it is, and put the others off; return what may be placed.

    `turns` says when the shared pace lets each go, None where that could not tell. A leg that somebody is at
    work on is passed over.
    """
    ready: list[str] = []
    for leg_id, turn in (await next_turns(work, turns, runtime.settings)).items():
        if turn <= work.now:
            ready.append(leg_id)
        else:
            await _put_off(work, leg_id, turn)
    if not ready:
        return {}
    free = (
        select(Leg.id)
        .where(
            col(Leg.id).in_(ready),
            col(Leg.status) == LegStatus.PLANNED,
            col(Leg.not_before) <= work.now,
            col(Leg.reservation_id).in_(_under_way()),
            # A leg of a line without a number stays planned: there is none to call from.
            col(Leg.line_id).in_(select(LineNumber.line_id)),
        )
        .with_for_update(skip_locked=True, of=Leg)
    )
    claimed = await work.session.exec(
        update(Leg)
        .where(col(Leg.id).in_(free))
        .values(status=LegStatus.PLACING, claimed_until=work.now + LEASE)
        .returning(col(Leg.id), col(Leg.role), col(Leg.line_id), col(Leg.callback_id), col(Leg.to))
        .execution_options(synchronize_session=False)
    )
    rows = claimed.all()
    return await _claims(runtime, work, rows) if rows else {}


async def _claims(runtime: Runtime, work: Work, rows: Collection[Any]) -> dict[str, Claim]:
    line_ids = {row.line_id for row in rows}
    callers = await numbers_called_from(work.session, line_ids)
    found = await work.session.exec(select(Line).where(col(Line.id).in_(line_ids)))
    lines = {line.id: line for line in found.all()}
    extensions = await _extensions(
        work, {row.callback_id for row in rows if row.role == LegRole.PERSON}
    )
    claims = {}
    for row in rows:
        line, to_person = lines[row.line_id], row.role == LegRole.PERSON
        order = CallOrder(
            to=row.to,
            caller_id=callers[line.id],
            answer_url=answer_address(runtime, row.id, row.role, "answered"),
            status_url=runtime.addresses.leg_status(row.id),
            ring_seconds=line.ring_seconds if to_person else line.agent_ring_seconds,
            limit_seconds=TALK_LIMIT_SECONDS,
            machine_detection=line.machine_detection if to_person else MachineDetection.OFF,
            extension=extensions.get(row.callback_id) if to_person else None,
        )
        claims[row.id] = Claim(row.id, order, work.now)
    return claims


async def _extensions(work: Work, callback_ids: set[str]) -> dict[str, str]:
    if not callback_ids:
        return {}
    found = await work.session.exec(
        select(Callback.id, Callback.extension).where(
            col(Callback.id).in_(callback_ids), col(Callback.extension).is_not(None)
        )
    )
    return {callback_id: extension for callback_id, extension in found if extension is not None}


async def left_planned(session: AsyncSession, leg_ids: Collection[str], now: datetime) -> Left:
    """Tell which of these legs are planned and due all the same, and which of them nobody needs."""
    under_way = col(Leg.reservation_id).in_(_under_way()).label("under_way")
    rows = await session.exec(
        select(Leg.id, under_way).where(
            col(Leg.id).in_(leg_ids),
            col(Leg.status) == LegStatus.PLANNED,
            col(Leg.not_before) <= now,
            col(Leg.line_id).in_(select(LineNumber.line_id)),
        )
    )
    found = rows.all()
    return Left(
        held=tuple(sorted(leg_id for leg_id, needed in found if needed)),
        unneeded=tuple(sorted(leg_id for leg_id, needed in found if not needed)),
    )


def answer_address(runtime: Runtime, leg_id: str, role: LegRole, step: str) -> str:
    """Return the address of a step in the course of a leg, by whose phone it rings."""
    by_role = {
        LegRole.AGENT: runtime.addresses.agent,
        LegRole.PERSON: runtime.addresses.person,
        LegRole.SUPERVISOR: runtime.addresses.supervisor,
    }
    return by_role[role](leg_id, step)


async def _put_off(work: Work, leg_id: str, turn: datetime) -> None:
    await work.session.exec(
        update(Leg)
        .where(col(Leg.id) == leg_id, col(Leg.status) == LegStatus.PLANNED)
        .values(not_before=turn)
        .execution_options(synchronize_session=False)
    )
    work.wake(JobName.PLACE_LEG, leg_id, at=turn)


def _under_way() -> SelectOfScalar[str]:
    return select(Reservation.id).where(col(Reservation.status) != ReservationStatus.ENDED)
