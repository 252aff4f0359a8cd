"""The life of a leg: ringing a phone, detecting a machine, performing documents, ending."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from callback.simulator.amounts import drawn
from callback.simulator.call import Call, Redirected
from callback.simulator.conference import Conference, Participant
from callback.simulator.detection import Detection, judge
from callback.simulator.person import LOST_PATIENCE, Person
from callback.simulator.persona import Answers, CallsAgain, Persona
from callback.simulator.steps import GoTo, Outcome, Source
from callback.simulator.tones import press_keys
from callback.simulator.twiml.contexts import Context
from callback.simulator.verbs.meeting import stay
from callback.simulator.webhooks import Webhook

if TYPE_CHECKING:
    from callback.simulator.exchange import Exchange

DIAL_DELAY_S: Final = 0.5
"""From leaving Twilio to the first ring."""
BUSY_AFTER_S: Final = 1.0
REJECT_AFTER_S: Final = 2.0
RING_BUFFER_S: Final = 5.0
"""Twilio lets a phone ring that much longer than its Timeout says."""
MACHINE_LISTENS_S: Final = 60.0
"""How long an answering machine records after its greeting."""
APOLOGY: Final = "We are sorry, an application error has occurred. Goodbye."
APOLOGY_S: Final = 4.0


async def receive(exchange: Exchange, call: Call, voice_url: str, method: str) -> None:
    """Let an incoming call ring at the account's number and perform what its URL answers."""
    call.started_at = exchange.clock.now()
    if call.person is not None:
        call.person.begin()
    if voice_url:
        await run_call(exchange, call, GoTo(voice_url, method))
    else:
        call.end("fail", "the number has no voice URL")


async def run_call(exchange: Exchange, call: Call, source: Source) -> None:
    """Perform documents on a call until it ends; REST redirects begin anew."""
    while not call.ended:
        course = exchange.course(call, Context.CALL, call.attention)
        outcome = await course.follow(source)
        reason = call.attention.reason
        if isinstance(reason, Redirected) and not call.ended:
            source = reason.source
            call.fresh_attention()
            continue
        if outcome is Outcome.FAILED and not call.ended:
            call.answer()
            call.hear(APOLOGY, APOLOGY_S)
            await call.attention.sleep(APOLOGY_S)
        call.hang_up(f"application: {outcome.value}")


def limit(exchange: Exchange, call: Call) -> None:
    """Make sure that a call ends at its time limit."""

    async def watch() -> None:
        await exchange.clock.sleep(timedelta(seconds=call.time_limit_s))
        call.end("complete", "time limit")

    task = exchange.spawn(watch())

    def forget(_call: Call) -> None:
        if task is not asyncio.current_task():
            task.cancel()

    call.on_end.append(forget)


async def ring(exchange: Exchange, call: Call, timeout_s: float) -> Answers | None:
    """Ring the phone at `call.to`; return how it was answered, or None when the leg has ended."""
    answers = exchange.people.ring(call.to)
    call.dispatch()
    if not await call.attention.sleep(DIAL_DELAY_S):
        return None
    if answers.kind == "fail":
        call.end("fail", "not in service")
        return None
    call.ring()
    longest = timeout_s + RING_BUFFER_S
    if answers.kind == "by_hand":
        return await _rung_for_a_hand(exchange, call, answers, longest)
    delays = {"busy": BUSY_AFTER_S, "reject": REJECT_AFTER_S, "never": longest}
    delay = min(delays.get(answers.kind, drawn(answers.after_s, exchange.people.draw)), longest)
    if not await call.attention.sleep(delay):
        return None
    if answers.kind == "busy":
        call.end("busy", "busy")
    elif answers.kind == "reject":
        call.end("no-answer", "rejected", "603")
    elif delay >= longest:
        call.end("no-answer", "nobody answered")
    else:
        _pick_up(exchange, call, answers)
        return answers
    return None


async def _rung_for_a_hand(
    exchange: Exchange, call: Call, answers: Answers, longest_s: float
) -> Answers | None:
    call.hand = asyncio.get_running_loop().create_future()
    await call.attention.wait(call.hand, seconds=longest_s)
    if call.hand.done() and not call.ended:
        _pick_up(exchange, call, answers)
        return answers
    call.end("no-answer", "nobody answered")
    return None


def _pick_up(exchange: Exchange, call: Call, answers: Answers) -> None:
    persona = exchange.people.at(call.to)
    if answers.kind in ("machine", "fax"):
        listens = answers.pause_s + answers.speaks_s + MACHINE_LISTENS_S
        persona = Persona(patience_s=listens, talk_s=MACHINE_LISTENS_S, label=persona.label)
    elif answers.kind == "silent":
        persona = replace(persona, choices=(), wrong_keys=0)
    call.person = person_on(exchange, call, persona)
    call.answer()
    call.person.begin()


def person_on(exchange: Exchange, call: Call, persona: Persona) -> Person:
    """Return somebody who behaves like `persona` on this call."""
    person = persona.drawn(exchange.people.draw)

    def hang_up(why: str) -> None:
        call.hang_up(f"person {why}")
        if why == LOST_PATIENCE and call.direction == "inbound" and persona.calls_again:
            exchange.planned += 1
            exchange.spawn(_call_again(exchange, call, persona, persona.calls_again))

    return Person(person, exchange.clock, exchange.spawn, call, hang_up)


async def _call_again(exchange: Exchange, call: Call, persona: Persona, again: CallsAgain) -> None:
    await exchange.clock.sleep(timedelta(seconds=drawn(again.after_s, exchange.people.draw)))
    exchange.planned -= 1
    left = replace(again, times=again.times - 1) if again.times > 1 else None
    exchange.incoming_call(call.from_, call.to, replace(persona, calls_again=left))


async def place(
    exchange: Exchange,
    call: Call,
    source: Source,
    timeout_s: float,
    detection: Detection | None,
    digits: str = "",
) -> None:
    """Dial out for a REST request, and perform its document once somebody answers."""
    answers = await ring(exchange, call, timeout_s)
    if answers is None:
        return
    if digits:
        await press_keys(call, digits, call.attention)
    if detection is not None:
        if detection.in_background:
            exchange.spawn(detect(exchange, call, detection, answers))
        else:
            verdict = judge(detection, answers)
            if not await call.attention.sleep(verdict.after_s) and call.ended:
                return
            call.answered_by = verdict.answered_by
            if isinstance(source, GoTo):
                source = replace(source, params=verdict.params)
    await run_call(exchange, call, source)


async def detect(exchange: Exchange, call: Call, detection: Detection, answers: Answers) -> None:
    """Detect beside the call and tell the verdict."""
    verdict = judge(detection, answers)
    await exchange.clock.sleep(timedelta(seconds=verdict.after_s))
    if call.ended:
        return
    call.answered_by = verdict.answered_by
    if not detection.told_url:
        exchange.problems.add(21262, call_sid=call.sid, level="warning")
        return
    params = (("AccountSid", call.account_sid), ("CallSid", call.sid), *verdict.params)
    exchange.postboxes.open().put(
        Webhook(detection.told_url, params, detection.told_method, call_sid=call.sid)
    )


async def place_into(
    exchange: Exchange,
    call: Call,
    room: Conference,
    participant: Participant,
    *,
    wait: GoTo | None,
    timeout_s: float,
    detection: Detection | None,
) -> None:
    """Dial out for a conference, and let in whoever answers."""
    answers = await ring(exchange, call, timeout_s)
    if answers is None:
        room.leave(participant, "participant_add_failed", call.status)
        return
    if detection is not None:
        exchange.spawn(detect(exchange, call, detection, answers))
    if room.live:
        course = exchange.course(call, Context.CALL, call.attention)
        wait_url, wait_method = (wait.url, wait.method) if wait else (None, "POST")
        await stay(course, room, participant, wait_url, wait_method, call.time_limit_s)
    reason = call.attention.reason
    if isinstance(reason, Redirected) and not call.ended:
        call.fresh_attention()
        await run_call(exchange, call, reason.source)
    call.hang_up("left the conference")
