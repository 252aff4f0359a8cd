"""What a round of the dispatcher offers: reservations and their first legs, written down all together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callback.agents.agent import Agent
from callback.agents.presence import AgentEvent
from callback.calls.call import Call, CallEvent
from callback.dialing.acd import Match
from callback.dialing.leg import Leg, LegRole, leg_to_place
from callback.dialing.reservation import Reservation, ReservationStatus
from callback.ids import new_id
from callback.jobs import JobName
from callback.lines.line import DialOrder, Line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent
from callback.runtime import Work


class Offers:
    """Gathers what is offered to whom; every row given is locked and as it must be.

    New rows are values, not objects of the session, for of a burst most of the time goes into those.
    """

    def __init__(self, work: Work, lines: Mapping[str, Line]) -> None:
        self._work = work
        self._lines = lines
        self._reservations: list[dict[str, Any]] = []
        self._legs: list[dict[str, Any]] = []
        self._moving_in: list[tuple[Leg, str]] = []

    def offer_call(self, agent: Agent, call: Call, found: Match) -> None:
        """Offer a waiting caller: the agent's phone rings."""
        call.apply(CallEvent.RESERVE, self._work.now)
        offered = self._reserve(agent, call.line_id, found, call_id=call.id)
        self._ring(offered, LegRole.AGENT, agent.endpoint)

    async def offer_callback(self, agent: Agent, callback: Callback, found: Match) -> None:
        """Offer a due callback: by its line's order of dialling, the agent's phone rings or the person's.

        A person who is on the line already waits in the room of an earlier reservation, which is kept.
        """
        detail = agent.name if found.reason == "place_in_line" else f"{agent.name}: {found.reason}"
        callback.apply(CallbackEvent.RESERVE, self._work.now, detail)
        offered = self._reserve(agent, callback.line_id, found, callback_id=callback.id)
        if callback.person_leg_id is not None:
            await self._move_in(offered, callback.person_leg_id)
        elif self._lines[callback.line_id].dial_order == DialOrder.CUSTOMER_FIRST:
            offered["status"] = ReservationStatus.HOLDING
            callback.apply(CallbackEvent.DIAL, self._work.now)
            self._ring(offered, LegRole.PERSON, callback.phone_number, callback.plan_attempt())
            return
        self._ring(offered, LegRole.AGENT, agent.endpoint)

    async def write(self) -> int:
        """Write everything down, and ask for the legs to be placed; return how many offers there are."""
        await self._work.write(Reservation, self._reservations)
        await self._work.write(Leg, self._legs)
        for leg, reservation_id in self._moving_in:
            leg.reservation_id = reservation_id
        await self._work.session.flush()
        for row in self._legs:
            self._work.wake(JobName.PLACE_LEG, row["id"])
        return len(self._reservations)

    def _reserve(self, agent: Agent, line_id: str, found: Match, **contact: str) -> dict[str, Any]:
        identifier = new_id(self._work.now)
        offered: dict[str, Any] = {
            "id": identifier,
            "agent_id": agent.id,
            "line_id": line_id,
            "status": ReservationStatus.ASKING,
            "conference": identifier,
            "reason": found.reason,
            "created_at": self._work.now,
            **contact,
        }
        self._reservations.append(offered)
        agent.apply(AgentEvent.RESERVE, self._work.now)
        return offered

    def _ring(self, offered: Mapping[str, Any], role: LegRole, to: str, number: int = 0) -> None:
        self._legs.append(
            leg_to_place(
                self._work.now,
                role,
                to,
                reservation_id=offered["id"],
                callback_id=offered.get("callback_id"),
                line_id=offered["line_id"],
                number=number,
            )
        )

    async def _move_in(self, offered: dict[str, Any], person_leg_id: str) -> None:
        leg = await self._work.session.get_one(Leg, person_leg_id, with_for_update=True)
        earlier = await self._work.session.get_one(Reservation, leg.reservation_id)
        offered["conference"] = earlier.conference
        self._moving_in.append((leg, offered["id"]))
