"""The phones that ring for one Dial: who answers first, what is whispered, and how they part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from callback.simulator.bridge import Bridge
from callback.simulator.call import Call, Redirected, StatusEvents
from callback.simulator.course import Course
from callback.simulator.detection import Detection
from callback.simulator.legs import detect, ring, run_call
from callback.simulator.steps import GoTo, Outcome
from callback.simulator.tones import press_keys
from callback.simulator.twiml.contexts import Context
from callback.simulator.twiml.dial import Dial, Target


@dataclass
class Ringing:
    """Phones that ring for one Dial; settled by the first answer, or when none is left."""

    children: list[Call]
    settled: asyncio.Future[None]
    winner: Call | None = None

    @property
    def last(self) -> Call | None:
        """The child whose status speaks for all when nobody answered."""
        return self.children[-1] if self.children else None

    def settle(self) -> None:
        """Note that it is decided."""
        if not self.settled.done():
            self.settled.set_result(None)

    def cancel_others(self) -> None:
        """Stop the phones that did not win."""
        for child in self.children:
            if child is not self.winner:
                child.hang_up("another phone answered")

    def stop(self) -> None:
        """End every leg that this Dial made, unless a REST request took it elsewhere."""
        for child in self.children:
            if not isinstance(child.attention.reason, Redirected):
                child.hang_up("the dialling leg went on")


def ring_targets(
    course: Course, verb: Dial, targets: Sequence[Target], caller_id: str, bridge: Bridge
) -> Ringing:
    """Ring all targets at once."""
    exchange, parent = course.exchange, course.call
    ringing = Ringing([], asyncio.get_running_loop().create_future())
    for target in targets:
        told = course.url(target.status_callback) if target.status_callback else None
        child = exchange.new_call("outbound-dial", caller_id, target.address, parent_sid=parent.sid)
        if told:
            child.status_events = StatusEvents(
                told, target.status_callback_method, target.status_callback_events
            )
        child.time_limit_s = verb.time_limit
        ringing.children.append(child)
        exchange.spawn(_child(course, verb, target, child, ringing, bridge))
    return ringing


async def _child(
    course: Course, verb: Dial, target: Target, child: Call, ringing: Ringing, bridge: Bridge
) -> None:
    exchange = course.exchange
    answers = await ring(exchange, child, verb.timeout)
    if answers is None:
        if all(each.ended for each in ringing.children):
            ringing.settle()
        return
    ringing.winner = child
    ringing.settle()
    if target.machine_detection:
        told = course.url(target.amd_status_callback) if target.amd_status_callback else ""
        exchange.spawn(detect(exchange, child, _detection(target, told or ""), answers))
    if target.send_digits:
        await press_keys(child, target.send_digits, child.attention)
    outcome = Outcome.FINISHED
    if target.url:
        whisper = course.beside(child, Context.WHISPER, child.attention)
        url = course.url(target.url)
        if url is not None:
            outcome = await whisper.follow(GoTo(url, target.method))
    if outcome is Outcome.FINISHED:
        course.call.answer()
        bridge.connect(course.call, child)
        await child.attention.wait(bridge.ended)
    bridge.end()
    reason = child.attention.reason
    if isinstance(reason, Redirected) and not child.ended:
        child.fresh_attention()
        await run_call(exchange, child, reason.source)
    child.hang_up("parted")


def _detection(target: Target, told_url: str) -> Detection:
    return Detection(
        target.machine_detection,
        target.machine_detection_timeout,
        target.machine_detection_speech_threshold / 1000,
        target.machine_detection_speech_end_threshold / 1000,
        target.machine_detection_silence_timeout / 1000,
        in_background=True,
        told_url=told_url,
        told_method=target.amd_status_callback_method,
    )
