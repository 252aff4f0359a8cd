"""Record: the person says something for a while and then falls silent."""

from __future__ import annotations

import asyncio

from callback.simulator.course import Course
from callback.simulator.dates import rfc2822
from callback.simulator.recording import Recording
from callback.simulator.steps import Step
from callback.simulator.twiml.record import Record
from callback.simulator.webhooks import Webhook

TONE_S = 0.5


async def record(verb: Record, course: Course) -> Step:
    """Record until a key, silence, the length or the end of the call; silence alone leaves nothing."""
    exchange, call = course.exchange, course.call
    finished: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def press(key: str) -> None:
        if key in verb.finish_on_key and not finished.done():
            finished.set_result(key)

    if verb.play_beep:
        await course.stop.sleep(TONE_S)
    began = exchange.clock.now()
    speaks_s = float(call.person.persona.records_s) if call.person else 0.0  # type: ignore[arg-type]
    _tell(verb, course, "in-progress", None)
    previous, call.listener = call.listener, press
    longest = speaks_s + verb.timeout if verb.timeout else float(verb.max_length)
    await course.stop.wait(finished, seconds=min(longest, verb.max_length))
    call.listener = previous
    if not speaks_s:
        _tell(verb, course, "absent", None)
        return None
    recording = exchange.keep_recording(call.sid, began, "RecordVerb")
    call.note("recorded", f"{recording.seconds} s")
    _tell(verb, course, "completed", recording)
    digits = finished.result() if finished.done() else "hangup" if call.ended else ""
    params = (
        ("RecordingUrl", exchange.url_of(recording)),
        ("RecordingDuration", str(recording.seconds)),
        ("Digits", digits),
    )
    if call.ended:
        course.tell(verb.action, verb.method, params)
        return None
    return None if course.stop.broken else course.lead(verb.action, verb.method, params)


def _tell(verb: Record, course: Course, status: str, recording: Recording | None) -> None:
    """Tell of a recording's state, where somebody asked for it."""
    if not verb.status_callback or status not in verb.status_callback_events:
        return
    exchange, call = course.exchange, course.call
    facts = [
        ("AccountSid", call.account_sid),
        ("CallSid", call.sid),
        ("RecordingStatus", status),
        ("RecordingChannels", "1"),
        ("RecordingSource", "RecordVerb"),
    ]
    if recording is not None:
        facts += [
            ("RecordingSid", recording.sid),
            ("RecordingUrl", exchange.url_of(recording)),
            ("RecordingDuration", str(recording.seconds)),
            ("RecordingStartTime", rfc2822(recording.began_at) or ""),
        ]
    target = course.url(verb.status_callback) or verb.status_callback
    exchange.postboxes.open().put(
        Webhook(target, tuple(facts), verb.status_callback_method, call_sid=call.sid)
    )
