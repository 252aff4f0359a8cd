"""Redirect, Hangup, Reject and Leave: where the call goes."""

from __future__ import annotations

from callback.simulator.course import Course
from callback.simulator.steps import Outcome, Step
from callback.simulator.twiml.flow import Hangup, Redirect, Reject
from callback.simulator.twiml.queueing import Leave


async def redirect(verb: Redirect, course: Course) -> Step:
    """Go to another document, or to this one again."""
    return course.lead(verb.url, verb.method)


async def hangup(verb: Hangup, course: Course) -> Step:
    """End the call, or the leg in which this is performed."""
    del verb, course
    return Outcome.HANG_UP


async def reject(verb: Reject, course: Course) -> Step:
    """Turn an incoming call away unanswered; after an answer it is a plain hang-up."""
    if course.call.status == "ringing":
        event, sip = ("busy", "486") if verb.reason == "busy" else ("no-answer", "603")
        course.call.end(event, "rejected", sip)
    return Outcome.HANG_UP


async def leave(verb: Leave, course: Course) -> Step:
    """Leave the queue; outside of one there is nothing to leave and the next verb follows."""
    del verb
    return Outcome.LEAVE if course.context.name == "WAITING" else None
