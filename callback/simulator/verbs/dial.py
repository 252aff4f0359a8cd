"""Dial: to a queue, into a conference, or to phones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from callback.simulator.bridge import Bridge
from callback.simulator.call import Call
from callback.simulator.course import Course
from callback.simulator.dates import whole_seconds
from callback.simulator.ringing import ring_targets
from callback.simulator.steps import GoTo, Step
from callback.simulator.twiml.dial import Dial, QueueTarget
from callback.simulator.verbs.enqueue import Offered
from callback.simulator.verbs.meeting import meet


@dataclass(frozen=True)
class Result:
    """How a Dial ended, in the words of its action's parameters."""

    status: str
    bridge: Bridge | None = None
    child: Call | None = None
    extra: tuple[tuple[str, str], ...] = ()

    def params(self, parent_redirected: bool) -> tuple[tuple[str, str], ...]:
        """Return the parameters for the Dial action."""
        pairs = [("DialCallStatus", self.status)]
        if self.child is not None:
            pairs.append(("DialCallSid", self.child.sid))
            if not parent_redirected:
                pairs.append(("DialCallDuration", str(self.child.duration_s or 0)))
        if self.bridge is not None:
            pairs.append(("DialBridged", "true" if self.bridge.connected else "false"))
        return (*pairs, *self.extra)


async def dial(verb: Dial, course: Course) -> Step:
    """Connect, wait for the end, and go to the action with the result."""
    call = course.call
    star: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def press(key: str) -> None:
        if key == "*" and not star.done():
            star.set_result(None)

    previous = call.listener
    call.listener = press if verb.hangup_on_star else None
    try:
        result = await _connect(verb, course, star)
    finally:
        call.listener = previous
    params = result.params(course.stop.broken and not call.ended)
    if call.ended:
        if verb.action is not None:
            course.tell(verb.action, verb.method, params)
        return None
    if course.stop.broken or verb.action is None:
        return None
    return course.lead(verb.action, verb.method, params)


async def _connect(verb: Dial, course: Course, star: asyncio.Future[None]) -> Result:
    if verb.queue is not None:
        return await _serve(verb, verb.queue, course, star)
    if verb.conference is not None:
        await meet(verb, verb.conference, course, star)
        return Result("answered")
    return await _ring(verb, course, star)


async def _serve(
    verb: Dial, target: QueueTarget, course: Course, star: asyncio.Future[None]
) -> Result:
    """Take the front of a queue, waiting for somebody to come if it is empty."""
    queue = course.exchange.find_queue(target.name)
    bridge = Bridge(course.exchange.clock)
    if queue is None:
        course.exchange.problems.add(
            14212, f"there is no queue {target.name}", call_sid=course.call.sid
        )
        return Result("failed", bridge)
    deadline = course.exchange.clock.now().timestamp() + verb.timeout
    while not queue.members:
        left = deadline - course.exchange.clock.now().timestamp()
        await course.stop.wait(queue.arrival(), star, seconds=max(0.0, left))
        if course.stop.broken or star.done():
            return Result("canceled", bridge)
        if not queue.members and course.exchange.clock.now().timestamp() >= deadline:
            return Result("no-answer", bridge)
    member = queue.members[0]
    waited = queue.wait_s(member)
    news = GoTo(course.url(target.url) or target.url, target.method) if target.url else None
    queue.take(member, Offered(course.call, bridge, news))
    if verb.answer_on_bridge:
        course.call.answer()
    await course.stop.wait(bridge.ended, star, seconds=verb.time_limit)
    bridge.end()
    status = "completed" if bridge.connected else "no-answer"
    talked = (bridge.ended_at or course.exchange.clock.now()) - (
        bridge.connected_at or course.exchange.clock.now()
    )
    extra = (
        ("DialCallSid", member.call.sid),
        ("DialCallDuration", str(whole_seconds(talked))),
        ("QueueSid", queue.sid),
        ("QueueTime", str(waited)),
        ("DequeingCallSid", course.call.sid),
    )
    return Result(status, bridge, None, extra)


async def _ring(verb: Dial, course: Course, star: asyncio.Future[None]) -> Result:
    """Ring one or several phones; the first to answer is connected."""
    exchange, call = course.exchange, course.call
    bridge = Bridge(exchange.clock)
    caller_id = verb.caller_id or call.from_
    allowed = {call.from_, call.to}
    if verb.caller_id and verb.caller_id not in allowed and not exchange.account.owns(caller_id):
        exchange.problems.add(13214, caller_id, call_sid=call.sid)
        return Result("failed", bridge)
    groups = [[each] for each in verb.targets] if verb.sequential else [list(verb.targets)]
    last: Call | None = None
    for group in groups:
        ringing = ring_targets(course, verb, group, caller_id, bridge)
        await course.stop.wait(ringing.settled, star)
        last = ringing.winner or ringing.last
        if ringing.winner is not None:
            ringing.cancel_others()
            await course.stop.wait(bridge.ended, star, seconds=verb.time_limit)
        ringing.stop()
        bridge_over = ringing.winner is not None
        if bridge_over or course.stop.broken or star.done():
            break
    bridge.end()
    extra: tuple[tuple[str, str], ...] = ()
    if bridge.connected and verb.record not in ("do-not-record", "false"):
        recording = exchange.keep_recording(
            call.sid, bridge.connected_at or exchange.clock.now(), "DialVerb"
        )
        extra = (("RecordingUrl", exchange.url_of(recording)),)
    status = last.status if last is not None else "failed"
    return Result(status, bridge, last, extra)
