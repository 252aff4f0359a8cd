"""Keys pressed in the menus of one line at the same time, acted on in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from callback.calls.arriving import find_calls
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.calls.waiting_calls import WaitingCalls
from callback.dialing.canceling import cancel_callback
from callback.dialogue import arrival_steps, steps
from callback.dialogue.choice import Decision, Facts, Promise, Step, Wish
from callback.dialogue.number_steps import spoken_number
from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Turn
from callback.errors import IllegalTransition, NoLongerWaiting, NotFound, PromiseRefused
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.board import Board, Boards
from callback.promises.callback import CallbackKind
from callback.promises.requesting import Outcome, Request, move_callback, request_callbacks
from callback.runtime import Runtime, Work
from callback.together import Together
from webhooks.requests import log
from webhooks.voice.menu_facts import facts_of, listening_zone, owed_to, pending_for, speaker_for

GATHERING_SECONDS = 0.005
"""How long keys are gathered where several were pressed together just before; nobody notices so little."""


@dataclass(frozen=True)
class Press:
    """A key, or keys, that a caller pressed at a step of the menu."""

    call_sid: str
    step: Step
    digits: str


@dataclass(frozen=True)
class Reply:
    """What the caller hears of it, once everything that it speaks of is committed."""

    turn: Turn
    speaker: Speaker


@dataclass(frozen=True)
class Decided:
    """A press with what the menu makes of it."""

    call: Call
    facts: Facts
    decision: Decision


class MenuDesk:
    """Acts on keys; what arrives while an earlier transaction is under way goes into the next one together.

    Lines do not wait for each other. Where one press of several makes the transaction fail, each is acted on
    in one of its own.
    """

    def __init__(self, runtime: Runtime, calls: WaitingCalls, boards: Boards) -> None:
        self._runtime = runtime
        self._calls = calls
        self._boards = boards
        self._lines: dict[str, Together[Press, Reply | Exception]] = {}

    async def press(self, press: Press) -> Reply:
        """Act on a press.

        Raises:
            NotFound: there is no such call.

        """
        line_id = await self._calls.line_of(press.call_sid)
        if line_id not in self._lines:
            self._lines[line_id] = Together(
                partial(self._answer, line_id), gather=partial(asyncio.sleep, GATHERING_SECONDS)
            )
        reply = await self._lines[line_id].ask(press)
        if reply is None:
            raise NotFound("call", press.call_sid)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def _answer(self, line_id: str, presses: list[Press]) -> dict[Press, Reply | Exception]:
        board = await self._boards.of(line_id)
        if len(presses) > 1:
            try:
                return dict(await self._act(board, presses))
            except Exception:
                log.warning("%d keys could not be acted on together", len(presses), exc_info=True)
        replies: dict[Press, Reply | Exception] = {}
        for press in presses:
            try:
                replies.update(await self._act(board, [press]))
            except Exception as error:
                replies[press] = error
        return replies

    async def _act(self, board: Board, presses: list[Press]) -> dict[Press, Reply]:
        async with self._runtime.work() as work:
            calls = await find_calls(work, [press.call_sid for press in presses])
            line = board.line
            known = [press for press in presses if press.call_sid in calls]
            decided = [
                await _decide(work, line, board, calls[press.call_sid], press) for press in known
            ]
            turns = await _carry_out(work, line, decided)
            return {
                press: Reply(turn, speaker_for(line, one.call, work.now))
                for press, one, turn in zip(known, decided, turns, strict=True)
            }


async def _decide(work: Work, line: Line, board: Board, call: Call, press: Press) -> Decided:
    in_queue = call.status != CallStatus.ARRIVING
    pending = None if in_queue else await pending_for(work.session, line, call)
    facts = facts_of(
        board, call, work.now, press.step, press.digits, in_queue=in_queue, pending=pending
    )
    decision = steps.decide(press.step, press.digits, facts, listening_zone(line, call))
    call.menu = decision.choice.to_json()
    if decision.language is not None:
        call.language = decision.language
    return Decided(call, facts, decision)


async def _carry_out(work: Work, line: Line, decided: list[Decided]) -> list[Turn]:
    """Write down what was decided, and return what may be said once that is committed."""
    promised = [one for one in decided if one.decision.promise is not None]
    outcomes = iter(await _promise(work, line, promised))
    turns = []
    for one in decided:
        decision = one.decision
        if decision.promise is not None:
            turns.append(_told(line, one, next(outcomes)))
        elif decision.move is not None:
            turns.append(await _move(work, line, one, decision.move))
        elif decision.wish is not None:
            turns.append(await _grant(work, line, one, decision.wish))
        else:
            turns.append(decision.turn or steps.waiting(one.facts))
    return turns


async def _promise(work: Work, line: Line, promised: list[Decided]) -> list[Outcome]:
    wishes = [(one.call, one.decision.promise) for one in promised]
    requests = [_request(call, promise) for call, promise in wishes if promise is not None]
    if not requests:
        return []
    # What the menu remembers of a call is written once, with what the promise makes of that call.
    with work.session.no_autoflush:
        return await request_callbacks(work, line, requests)


def _request(call: Call, promise: Promise) -> Request:
    return Request(
        promise.number,
        call.language,
        promise.window,
        call,
        reason=promise.reason,
        extension=promise.extension,
    )


def _told(line: Line, one: Decided, outcome: Outcome) -> Turn:
    if isinstance(outcome, PromiseRefused | NoLongerWaiting):
        log.info("no promise to call %s: %s", one.call.call_sid, outcome)
        rule = outcome.rule if isinstance(outcome, PromiseRefused) else "no_longer_waiting"
        return steps.not_promised(rule, one.facts)
    return steps.promised(
        spoken_number(outcome.phone_number, outcome.extension),
        Window(outcome.promised_from, outcome.promised_until),
        scheduled=outcome.kind == CallbackKind.SCHEDULED,
        in_queue=one.call.queue_sid is not None,
        takes_note=line.takes_notes,
    )


async def _move(work: Work, line: Line, one: Decided, window: Window) -> Turn:
    owed = await owed_to(work.session, line, one.call)
    try:
        if owed is not None:
            await move_callback(work, line, owed, window)
            return arrival_steps.moved(window)
    except (PromiseRefused, IllegalTransition) as refusal:
        log.info("callback not moved for %s: %s", one.call.call_sid, refusal)
    return steps.not_promised("cannot_be_kept", one.facts)


async def _grant(work: Work, line: Line, one: Decided, wish: Wish) -> Turn:
    """Take a promise back; whoever would rather wait gets its place in line. Or ask for a supervisor."""
    call = one.call
    if wish == Wish.SUPERVISOR:
        call.skills = [line.supervisor_skill] if line.supervisor_skill else []
        return steps.supervisor(one.facts)
    owed = await owed_to(work.session, line, call)
    if owed is not None:
        await cancel_callback(work, owed, "the caller")
        call.outcome = None if wish == Wish.OLD_PLACE else CallOutcome.SELF_SERVED
        if wish == Wish.OLD_PLACE:
            call.take_place_of(min(owed.arrived_at, owed.requested_at))
    return arrival_steps.old_place(line.id) if wish == Wish.OLD_PLACE else arrival_steps.canceled()
