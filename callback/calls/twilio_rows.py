"""Calls of Twilio's own log, from its API or its bulk export, as rows of ours."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from callback.calls.call import Call, CallOutcome, CallStatus, Direction
from callback.ids import new_id
from callback.lines.line import Line
from callback.phone import caller_number
from callback.telephony.port import ENDED_STATES, CallState, LoggedCall

SOURCE = "twilio"


def rows_of(
    calls: Iterable[LoggedCall], line: Line, numbers: Collection[str], ours: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield rows of the `call` table for the calls to and from a line's `numbers` that are over.

    A caller was answered if a call was placed on her behalf that somebody took: it tells the wait and the
    handle time. Without any it is not known how she fared, but she called. Calls that the line placed to
    others are outbound; those to `ours`, the phones of agents, are no contacts.
    """
    known = [call for call in calls if call.state in ENDED_STATES and call.started_at is not None]
    answered: dict[str, LoggedCall] = {}
    for call in known:
        if call.parent_sid and call.state == CallState.COMPLETED and call.seconds > 0:
            first = answered.get(call.parent_sid)
            if first is None or _begins(call) < _begins(first):
                answered[call.parent_sid] = call
    for call in known:
        if call.inbound and call.to in numbers:
            yield _inbound(call, answered.get(call.call_sid), line)
        elif _is_contact(call, numbers, ours):
            yield _outbound(call, line)


def _is_contact(call: LoggedCall, numbers: Collection[str], ours: Collection[str]) -> bool:
    placed_by_us = not call.inbound and not call.parent_sid and call.from_number in numbers
    return placed_by_us and call.to not in ours


def _begins(call: LoggedCall) -> datetime:
    return call.started_at or datetime.max.replace(tzinfo=UTC)


def _row(call: LoggedCall, line: Line, **more: Any) -> dict[str, Any]:
    row = Call(
        id=new_id(_begins(call)),
        call_sid=call.call_sid,
        line_id=line.id,
        source=SOURCE,
        language=line.language,
        status=CallStatus.ENDED,
        arrived_at=_begins(call),
        ended_at=call.ended_at,
    )
    return row.model_dump() | more


def _inbound(call: LoggedCall, agent_leg: LoggedCall | None, line: Line) -> dict[str, Any]:
    number = caller_number(call.from_number, line.country) if call.from_number else None
    if agent_leg is None:
        hung_up = call.state != CallState.COMPLETED
        outcome = CallOutcome.ABANDONED if hung_up else None
        return _row(call, line, phone_number=number, outcome=outcome)
    answered_at = _begins(agent_leg)
    return _row(
        call,
        line,
        phone_number=number,
        outcome=CallOutcome.ANSWERED,
        answered_at=answered_at,
        wait_seconds=max(0.0, (answered_at - _begins(call)).total_seconds()),
        handle_seconds=agent_leg.seconds,
    )


def _outbound(call: LoggedCall, line: Line) -> dict[str, Any]:
    reached = call.state == CallState.COMPLETED and call.seconds > 0
    return _row(
        call,
        line,
        direction=Direction.OUTBOUND,
        phone_number=caller_number(call.to, line.country),
        outcome=CallOutcome.ANSWERED if reached else CallOutcome.NOT_REACHED,
        handle_seconds=call.seconds if reached else None,
    )


def read_exported(line_of_file: str) -> LoggedCall:
    """Return the call that one line of a bulk export holds.

    Raises:
        ValueError: it is no such line; the message says why.

    """
    try:
        written = json.loads(line_of_file)
        return LoggedCall(
            call_sid=str(written["sid"]),
            parent_sid=written.get("parent_call_sid") or None,
            inbound=written["direction"] == "inbound",
            to=str(written.get("to") or ""),
            from_number=str(written.get("from") or ""),
            state=CallState(str(written["status"]).replace("-", "_")),
            started_at=_instant(written.get("start_time")),
            ended_at=_instant(written.get("end_time")),
            seconds=float(written.get("duration") or 0),
        )
    except KeyError as error:
        raise ValueError(f"no {error.args[0]}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError("no call of a Twilio export") from error


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
