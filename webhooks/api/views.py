"""What the API shows of our rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from callback.agents.agent import Agent
from callback.calls.call import Call
from callback.dialing.leg import Leg
from callback.lines.line import Line, LineNumber
from callback.messages.message import Message
from callback.promises.callback import Callback, TimelineEntry

HIDDEN_OF_LINE = frozenset({"created_at"})


def instant(value: datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def line_view(line: Line, numbers: Sequence[LineNumber]) -> dict[str, Any]:
    """Return a line with all it is set to, and its numbers, the one it calls from first."""
    fields = line.model_dump(exclude=set(HIDDEN_OF_LINE))
    spoken = {each.number: each.language for each in numbers if each.language is not None}
    return fields | {
        "numbers": [each.number for each in numbers],
        "number_languages": spoken,
        "created_at": instant(line.created_at),
    }


def agent_view(agent: Agent, line_ids: Sequence[str]) -> dict[str, Any]:
    """Return an agent."""
    return {
        "id": agent.id,
        "name": agent.name,
        "endpoint": agent.endpoint,
        "line_ids": list(line_ids),
        "languages": agent.languages,
        "skills": agent.skills,
        "status": agent.status,
        "status_since": instant(agent.status_since),
    }


def callback_view(
    callback: Callback,
    attempts: Iterable[Leg],
    timeline: Iterable[TimelineEntry],
    texts: Iterable[Message],
) -> dict[str, Any]:
    """Return a callback with its attempts, its story, and what was texted about it."""
    return {
        "id": callback.id,
        "line_id": callback.line_id,
        "call_id": callback.call_id,
        "phone_number": callback.phone_number,
        "extension": callback.extension,
        "kind": callback.kind,
        "status": callback.status,
        "language": callback.language,
        "reason": callback.reason,
        "priority": callback.priority,
        "skills": callback.skills,
        "preferred_agent_id": callback.preferred_agent_id,
        "arrived_at": instant(callback.arrived_at),
        "requested_at": instant(callback.requested_at),
        "promised_from": instant(callback.promised_from),
        "promised_until": instant(callback.promised_until),
        "due_at": instant(callback.due_at),
        "promise_kept": callback.promise_kept,
        "first_promised_from": instant(callback.first_promised_from),
        "gross_wait_seconds": callback.gross_wait_seconds,
        "net_wait_seconds": callback.net_wait_seconds,
        "ended_at": instant(callback.ended_at),
        "attempts": [
            {
                "number": leg.number,
                "placed_at": instant(leg.placed_at),
                "rang_at": instant(leg.rang_at),
                "call_sid": leg.call_sid,
                "outcome": leg.outcome,
            }
            for leg in attempts
        ],
        "timeline": [
            {"at": instant(entry.at), "event": entry.event, "detail": entry.detail}
            for entry in timeline
        ],
        "texts": [
            {"at": instant(text.not_before), "purpose": text.purpose, "status": text.status}
            for text in texts
        ],
    }


def call_view(call: Call) -> dict[str, Any]:
    """Return a row of the call log."""
    return {
        "id": call.id,
        "call_sid": call.call_sid,
        "line_id": call.line_id,
        "direction": call.direction,
        "phone_number": call.phone_number,
        "status": call.status,
        "outcome": call.outcome,
        "arrived_at": instant(call.arrived_at),
        "answered_at": instant(call.answered_at),
        "ended_at": instant(call.ended_at),
        "wait_seconds": call.wait_seconds,
        "handle_seconds": call.handle_seconds,
        "agent_id": call.agent_id,
        "callback_id": call.callback_id,
    }
