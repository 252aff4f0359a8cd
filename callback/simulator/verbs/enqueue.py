"""Enqueue: a place in line, documents to hear meanwhile, and a word at the end about how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callback.simulator.bridge import Bridge
from callback.simulator.call import Call, Redirected
from callback.simulator.course import Course
from callback.simulator.queue import DEFAULT_MAX_SIZE, Member, Queue
from callback.simulator.steps import GoTo, Outcome, Step
from callback.simulator.twiml.contexts import Context
from callback.simulator.twiml.queueing import Enqueue

SHORTEST_LOOP_S: Final = 1.0
"""A waitUrl document that takes hardly any time is not asked for more often than this."""


@dataclass(frozen=True)
class Dequeued:
    """A REST request takes the member out and gives it another document."""

    source: GoTo


@dataclass(frozen=True)
class Offered:
    """A call that dialled the queue takes the member; the two will share `bridge`."""

    by: Call
    bridge: Bridge
    news: GoTo | None


async def enqueue(verb: Enqueue, course: Course) -> Step:
    """Wait in line until taken, left, redirected, hung up or failed."""
    queue = course.exchange.queue_named(verb.name, verb.max_size or DEFAULT_MAX_SIZE)
    if queue.full:
        return _onwards(verb, course, (("QueueResult", "queue-full"),))
    call = course.call
    member = queue.add(call, course.stop.child())
    call.note("event", f"joined queue {queue.name} at {queue.position(member)}")
    outcome = await _wait(verb, course, queue, member)
    waited = queue.wait_s(member)
    reason = member.taken.own_reason
    if isinstance(reason, Offered):
        return await _served(verb, course, queue, member, reason, waited)
    if isinstance(reason, Dequeued):
        member.step("redirect")
        if course.stop.broken:
            return None
        _tell(verb, course, _facts("redirected", queue, waited))
        return reason.source
    result, event = _how(outcome, course)
    if member.state == "waiting":
        queue.drop(member, event)
    call.note("event", f"left queue {queue.name}: {result}")
    facts = _facts(result, queue, waited)
    if outcome is Outcome.STOPPED or outcome is Outcome.HANG_UP:
        _tell(verb, course, facts)
        return Outcome.HANG_UP if outcome is Outcome.HANG_UP else None
    return _onwards(verb, course, facts)


def _how(outcome: Outcome, course: Course) -> tuple[str, str]:
    if outcome is Outcome.LEAVE:
        return "leave", "leave"
    if outcome is Outcome.FAILED:
        return "error", "fail"
    if outcome is Outcome.STOPPED and isinstance(course.stop.reason, Redirected):
        return "redirected", "redirect"
    return "hangup", "hang-up"


async def _wait(verb: Enqueue, course: Course, queue: Queue, member: Member) -> Outcome:
    """Ask for the waiting document again and again; return how the waiting ended."""
    if not verb.wait_url:
        await member.taken.wait()
        return Outcome.STOPPED
    clock = course.exchange.clock
    while True:
        began = clock.now()
        aside = course.aside(Context.WAITING, member.taken)
        url = aside.url(verb.wait_url)
        if url is None:
            return Outcome.FAILED
        outcome = await aside.follow(GoTo(url, verb.wait_method, queue.facts_for(member)))
        if outcome is not Outcome.FINISHED:
            return outcome
        took_s = (clock.now() - began).total_seconds()
        if not await member.taken.sleep(SHORTEST_LOOP_S - took_s):
            return Outcome.STOPPED


async def _served(
    verb: Enqueue,
    course: Course,
    queue: Queue,
    member: Member,
    offer: Offered,
    waited: int,
) -> Step:
    """Hear the news, then talk with whoever dialled the queue."""
    call, bridge = course.call, offer.bridge
    if offer.news is not None:
        params = (
            ("QueueSid", queue.sid),
            ("QueueTime", str(waited)),
            ("DequeingCallSid", offer.by.sid),
        )
        stop = course.stop.child()
        news = GoTo(offer.news.url, offer.news.method, params)
        await course.aside(Context.DEQUEUED, stop).follow(news)
    if not course.stop.broken and bridge.connect(call, offer.by):
        member.step("bridge")
        await course.stop.wait(bridge.ended)
    bridge.end()
    redirected = isinstance(course.stop.reason, Redirected)
    result = "redirected-from-bridged" if redirected else "bridged"
    if not bridge.connected:
        result = "hangup" if call.ended else "redirected" if redirected else "error"
    member.step("part" if member.state == "bridged" else "hang-up")
    facts = _facts(result, queue, waited)
    if course.stop.broken:
        _tell(verb, course, facts)
        return None
    return _onwards(verb, course, facts)


def _facts(result: str, queue: Queue, waited: int) -> tuple[tuple[str, str], ...]:
    return (("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", str(waited)))


def _onwards(verb: Enqueue, course: Course, facts: tuple[tuple[str, str], ...]) -> Step:
    """Go to the action; without one the next verb follows."""
    if verb.action is None:
        return None
    return course.lead(verb.action, verb.method, facts)


def _tell(verb: Enqueue, course: Course, facts: tuple[tuple[str, str], ...]) -> None:
    if verb.action is not None:
        course.tell(verb.action, verb.method, facts)
