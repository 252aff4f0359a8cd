"""Placing legs: many are claimed together, each is asked for once, and what came of it is recorded together.

Claim, commit, call, record. Nothing here talks to the telephone company inside a transaction, and no request
that places a call is ever repeated: what became of one whose answer was lost is found out by `recovery`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from callback.dialing.case import case_of_leg
from callback.dialing.claims import Claim, claim_legs, left_planned
from callback.dialing.leg import LEASE, Leg, LegEvent, LegOutcome, LegRole, LegStatus
from callback.dialing.outcomes import leg_over, never_placed, placed
from callback.dialing.pacing import turns_of
from callback.errors import TelephonyError, TelephonyUnavailable, TelephonyUncertain
from callback.jobs import JobName, Wake
from callback.promises.callback import Callback
from callback.promises.timeline import notes_together
from callback.runtime import Runtime, Work
from callback.together import Together

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=2)
GIVE_UP_AFTER = timedelta(minutes=2)
HELD_UP_FOR = timedelta(milliseconds=200)
ASKED_AT_ONCE = 40
CLAIMED_TOGETHER = 100
"""With every request as slow as it may be (5 s), so many are sent within half of their lease."""

Reply = tuple[str, str]
"""A leg's identifier, and the telephone company's name for the call."""


class Placer:
    """Places planned legs, each once, whoever else tries. One for a process lets a burst share transactions.

    A leg that comes alone is claimed at once; those that come meanwhile are claimed together afterwards.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._claims: Together[str, Claim] = Together(self._claim, most=CLAIMED_TOGETHER)
        self._records: Together[Reply, bool] = Together(self._record)
        self._lines = asyncio.Semaphore(ASKED_AT_ONCE)
        self._unsent = 0
        self._room = asyncio.Event()
        self._room.set()
        self._stopped = False
        self._in_hand: dict[str, asyncio.Task[bool]] = {}

    async def place(self, leg_id: str) -> bool:
        """Place a planned leg; tell whether a call was placed, by this.

        Whoever gives up waiting does not keep a call from being placed that is claimed already.
        """
        task = self._in_hand.get(leg_id)
        if task is not None:
            await asyncio.shield(task)
            return False
        task = asyncio.create_task(self._place(leg_id))
        self._in_hand[leg_id] = task
        task.add_done_callback(lambda done: self._done(leg_id, done))
        return await asyncio.shield(task)

    def _done(self, leg_id: str, task: asyncio.Task[bool]) -> None:
        del self._in_hand[leg_id]
        # Nobody may be left to look at how it ended.
        if not task.cancelled():
            task.exception()

    async def _place(self, leg_id: str) -> bool:
        claim = await self._claims.ask(leg_id)
        if claim is None:
            return False
        try:
            async with self._lines:
                call_sid = await _ask_for(self._runtime, claim)
        finally:
            self._unsent -= 1
            if self._unsent <= ASKED_AT_ONCE:
                self._room.set()
        if call_sid is None:
            return False
        return await self._records.ask((leg_id, call_sid)) or False

    def stop(self) -> None:
        """Claim nothing more; what is claimed is carried out."""
        self._stopped = True
        self._room.set()

    async def _claim(self, leg_ids: list[str]) -> Mapping[str, Claim]:
        await self._room.wait()
        if self._stopped:
            return {}
        claims = await _claim(self._runtime, leg_ids)
        self._unsent += len(claims)
        if self._unsent > ASKED_AT_ONCE:
            self._room.clear()
        return claims

    async def _record(self, replies: list[Reply]) -> Mapping[Reply, bool]:
        try:
            await _record(self._runtime, replies)
        except SQLAlchemyError:
            if len(replies) == 1:
                raise
            # One that cannot be written down must not take the others along.
            for reply in replies:
                try:
                    await _record(self._runtime, [reply])
                except SQLAlchemyError:
                    log.exception("the reply for leg %s could not be recorded", reply[0])
        return dict.fromkeys(replies, True)


async def place_legs(runtime: Runtime, leg_ids: Iterable[str]) -> int:
    """Place planned legs, each once; return how many calls were placed. What fails is logged."""
    placer = Placer(runtime)
    answers = await asyncio.gather(
        *(placer.place(leg_id) for leg_id in leg_ids), return_exceptions=True
    )
    for answer in answers:
        if isinstance(answer, Exception):
            log.error("a leg could not be placed", exc_info=answer)
    return sum(answer is True for answer in answers)


async def _claim(runtime: Runtime, leg_ids: list[str]) -> Mapping[str, Claim]:
    """Claim what is to be placed now, put off what must wait for its turn, drop what nobody needs any more."""
    paced = runtime.settings.twilio_calls_per_second > 0
    turns = await turns_of(runtime, leg_ids) if paced else dict.fromkeys(leg_ids)
    async with runtime.work() as work:
        claims = await claim_legs(runtime, work, turns)
    if len(claims) == len(leg_ids):
        return claims
    async with runtime.database.reading() as session:
        left = await left_planned(session, set(leg_ids) - set(claims), runtime.clock.now())
    for leg_id in left.unneeded:
        async with runtime.work() as work:
            await _drop_unneeded(work, leg_id)
    for leg_id in left.held:
        again = runtime.clock.now() + HELD_UP_FOR
        await runtime.jobs.wake_all([(Wake(JobName.PLACE_LEG, leg_id), again)])
    return claims


async def _drop_unneeded(work: Work, leg_id: str) -> None:
    case, leg = await case_of_leg(work, leg_id)
    if leg.status == LegStatus.PLANNED and case.ended:
        never_placed(case, leg)


async def _ask_for(runtime: Runtime, claim: Claim) -> str | None:
    """Ask for a claimed call; return the name it was given, None if there is none or nobody knows.

    A worker that was kept from sending for half of its lease no longer may: another may be about to.
    """
    leg_id = claim.leg_id
    if runtime.clock.now() > claim.claimed_at + LEASE / 2:
        log.warning("leg %s was claimed too long ago; asking before anything else is done", leg_id)
        return None
    try:
        return await runtime.telephony.place_call(claim.order)
    except TelephonyUncertain as error:
        log.warning(
            "leg %s may have been placed (%s); asking before anything else is done", leg_id, error
        )
    except TelephonyError as error:
        await _not_placed(runtime, leg_id, error)
    return None


async def _record(runtime: Runtime, replies: list[Reply]) -> None:
    """Bind each call to its leg. Contacts are locked before legs, and each kind in one order."""
    sids = dict(replies)
    async with runtime.work() as work:
        persons = await work.session.exec(
            select(col(Leg.callback_id)).where(
                col(Leg.id).in_(list(sids)), col(Leg.role) == LegRole.PERSON
            )
        )
        callback_ids = [each for each in persons.all() if each is not None]
        callbacks: dict[str, Callback] = {}
        if callback_ids:
            found = await work.session.exec(
                select(Callback)
                .where(col(Callback.id).in_(callback_ids))
                .order_by(col(Callback.id))
                .with_for_update()
            )
            callbacks = {callback.id: callback for callback in found.all()}
        legs = await work.session.exec(
            select(Leg).where(col(Leg.id).in_(list(sids))).order_by(col(Leg.id)).with_for_update()
        )
        async with notes_together(work):
            for leg in legs.all():
                placed(work, leg, callbacks.get(leg.callback_id or ""), sids[leg.id])


async def _not_placed(runtime: Runtime, leg_id: str, error: TelephonyError) -> None:
    async with runtime.work() as work:
        case, leg = await case_of_leg(work, leg_id)
        if leg.status != LegStatus.PLACING:
            return
        too_old = leg.created_at + GIVE_UP_AFTER < work.now
        if isinstance(error, TelephonyUnavailable) and not too_old:
            leg.apply(LegEvent.PROVE_ABSENT, work.now)
            leg.not_before = work.now + AGAIN_AFTER
            work.wake(JobName.PLACE_LEG, leg.id, at=leg.not_before)
            return
        log.error("leg %s was not placed: %s", leg_id, error)
        # That the telephone company cannot be reached is no fault of an agent's.
        blameless = leg.role == LegRole.AGENT and isinstance(error, TelephonyUnavailable)
        outcome = LegOutcome.CANCELED if blameless else LegOutcome.FAILED
        await leg_over(case, leg, outcome, str(error))
