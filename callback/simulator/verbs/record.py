"""Record: people here say something for a few seconds and then fall silent."""

from __future__ import annotations

import asyncio

from callback.simulator.course import Course
from callback.simulator.dates import rfc2822, whole_seconds
from callback.simulator.steps import Step
from callback.simulator.twiml.record import Record
from callback.simulator.webhooks import Webhook


async def record(verb: Record, course: Course) -> Step:
    """Record until a key, silence, the length or the end of the call."""
    exchange, call = course.exchange, course.call
    sid = exchange.ids.sid("RE")
    url = f"{exchange.api_base}/2010-04-01/Accounts/{call.account_sid}/Recordings/{sid}"
    began = exchange.clock.now()
    finished: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def press(key: str) -> None:
        if key in verb.finish_on_key and not finished.done():
            finished.set_result(key)

    previous, call.listener = call.listener, press
    speaks_s = float(call.person.persona.records_s) if call.person else 0.0  # type: ignore[arg-type]
    longest = speaks_s + verb.timeout if verb.timeout else float(verb.max_length)
    await course.stop.wait(finished, seconds=min(longest, verb.max_length))
    call.listener = previous
    seconds = str(whole_seconds(exchange.clock.now() - began))
    digits = finished.result() if finished.done() else "hangup" if call.ended else ""
    call.note("event", f"recorded {seconds} s")
    params = (("RecordingUrl", url), ("RecordingDuration", seconds), ("Digits", digits))
    if verb.status_callback and "completed" in verb.status_callback_events:
        facts = (
            ("AccountSid", call.account_sid),
            ("CallSid", call.sid),
            ("RecordingSid", sid),
            ("RecordingUrl", url),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", seconds),
            ("RecordingChannels", "1"),
            ("RecordingStartTime", rfc2822(began) or ""),
            ("RecordingSource", "RecordVerb"),
        )
        target = course.url(verb.status_callback) or verb.status_callback
        exchange.postboxes.open().put(
            Webhook(target, facts, verb.status_callback_method, call_sid=call.sid)
        )
    if call.ended:
        course.tell(verb.action, verb.method, params)
        return None
    return None if course.stop.broken else course.lead(verb.action, verb.method, params)
