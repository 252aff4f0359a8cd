"""Dial into a conference: enter, hear music until it begins, stay until let go."""

from __future__ import annotations

import asyncio

from callback.simulator.call import StatusEvents
from callback.simulator.conference import Conference, Participant
from callback.simulator.course import Course
from callback.simulator.steps import GoTo
from callback.simulator.twiml.conference import Conference as ConferenceNoun
from callback.simulator.twiml.contexts import Context
from callback.simulator.twiml.dial import Dial


async def meet(
    verb: Dial, noun: ConferenceNoun, course: Course, star: asyncio.Future[None]
) -> None:
    """Be in the room until the call ends, is redirected, or the room lets go."""
    exchange, call = course.exchange, course.call
    room = exchange.conference_named(noun.name)
    told_url = course.url(noun.status_callback) if noun.status_callback else None
    room.settle_events(
        StatusEvents(told_url, noun.status_callback_method, noun.status_callback_events)
        if told_url
        else None
    )
    if len(room.participants) >= noun.max_participants:
        call.note("event", f"conference {noun.name} is full")
        return
    label = noun.label
    if label and room.find(label) is not None:
        exchange.problems.add(16025, label, call_sid=call.sid, level="warning")
        label = ""
    participant = Participant(
        call,
        start_on_enter=noun.start_on_enter,
        end_on_exit=noun.end_on_exit,
        muted=noun.muted,
        coaching=noun.coach,
        label=label,
    )
    if verb.answer_on_bridge:
        call.answer()
    wait_url = course.url(noun.wait_url) if noun.wait_url else None
    await stay(course, room, participant, wait_url, noun.wait_method, verb.time_limit, star)


async def stay(
    course: Course,
    room: Conference,
    participant: Participant,
    wait_url: str | None,
    wait_method: str,
    time_limit_s: float,
    *until: asyncio.Future[None],
) -> None:
    """Enter a room and wait for the end of the stay."""
    room.join(participant)
    if wait_url and room.status == "init":
        music = course.stop.child()
        participant.music = music
        aside = course.aside(Context.CONFERENCE_WAIT, music)
        course.exchange.spawn(_hear(aside, GoTo(wait_url, wait_method)))
    await course.stop.wait(participant.removed, *until, seconds=time_limit_s)
    room.leave(participant, "participant_hung_up")
    if participant.music is not None:
        participant.music.now("left")


async def _hear(course: Course, source: GoTo) -> None:
    await course.follow(source)
