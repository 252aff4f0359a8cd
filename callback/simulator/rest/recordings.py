"""The Recordings resource and its files."""

from __future__ import annotations

from typing import Any

from callback.simulator.exchange import Exchange
from callback.simulator.recording import Recording
from callback.simulator.rest.asked import Asked
from callback.simulator.rest.calls import within
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import not_found
from callback.simulator.rest.resources import recording_json


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return recordings, newest first: all, or those of one call."""
    call_sid = asked.names.get("call_sid") or asked.text("CallSid")
    in_time = within("DateCreated", asked, lambda recording: recording.began_at)
    found = [
        recording
        for recording in reversed(exchange.recordings.values())
        if call_sid in ("", recording.call_sid) and (in_time is None or in_time(recording))
    ]
    return 200, page_of(asked, "recordings", found, lambda each: each.sid, recording_json)


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one recording."""
    return 200, recording_json(find(exchange, asked.names["sid"]))


def delete(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Throw a recording away."""
    del exchange.recordings[find(exchange, asked.names["sid"]).sid]
    return 204, None


def find(exchange: Exchange, sid: str) -> Recording:
    """Return a recording, or refuse."""
    recording = exchange.recordings.get(sid)
    if recording is None:
        raise not_found(f"Recordings/{sid}")
    return recording
