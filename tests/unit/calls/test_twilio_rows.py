"""Calls of Twilio's own log as rows of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from callback.calls.call import CallOutcome, Direction
from callback.calls.twilio_rows import read_exported, rows_of
from callback.lines.line import Line
from callback.telephony.port import CallState, LoggedCall

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINE = Line(id="line", name="Support", time_zone="UTC", country="US", created_at=NINE)
OURS, CALLER, AGENT = "+14155550100", "+14155550111", "+14155550190"


def call(sid: str, **more: Any) -> LoggedCall:
    given: dict[str, Any] = {
        "call_sid": sid,
        "parent_sid": None,
        "inbound": True,
        "to": OURS,
        "from_number": CALLER,
        "state": CallState.COMPLETED,
        "started_at": NINE,
        "ended_at": NINE + timedelta(minutes=5),
        "seconds": 300.0,
    }
    return LoggedCall(**given | more)


def rows(*calls: LoggedCall) -> list[dict[str, Any]]:
    return list(rows_of(calls, LINE, {OURS}, {AGENT}))


def test_the_call_placed_for_a_caller_tells_wait_and_handle_time() -> None:
    leg = {"parent_sid": "CA1", "inbound": False, "to": AGENT, "from_number": CALLER}
    late = call("CA3", **leg, started_at=NINE + timedelta(seconds=70), seconds=9.0)
    taken = call("CA2", **leg, started_at=NINE + timedelta(seconds=40), seconds=200.0)
    missed = call("CA4", **leg, started_at=NINE, seconds=0.0, state=CallState.NO_ANSWER)
    (row,) = rows(late, taken, missed, call("CA1"))
    assert (row["call_sid"], row["direction"], row["phone_number"]) == ("CA1", "inbound", CALLER)
    assert (row["outcome"], row["wait_seconds"], row["handle_seconds"]) == ("answered", 40.0, 200.0)
    assert row["answered_at"] == NINE + timedelta(seconds=40)


def test_without_a_call_placed_for_her_it_is_not_known_how_a_caller_fared() -> None:
    (row,) = rows(call("CA1"))
    assert (row["outcome"], row["wait_seconds"], row["handle_seconds"]) == (None, None, None)
    (gone,) = rows(call("CA1", state=CallState.CANCELED))
    assert gone["outcome"] == CallOutcome.ABANDONED


def test_calls_to_others_are_outbound_and_calls_to_agents_are_none() -> None:
    placed = {"inbound": False, "from_number": OURS}
    (row,) = rows(call("CA1", **placed, to=CALLER), call("CA2", **placed, to=AGENT))
    assert (row["direction"], row["outcome"]) == (Direction.OUTBOUND, CallOutcome.ANSWERED)
    (busy,) = rows(call("CA3", **placed, to=CALLER, state=CallState.BUSY, seconds=0.0))
    assert busy["outcome"] == CallOutcome.NOT_REACHED


def test_other_lines_and_calls_that_go_on_are_left_alone() -> None:
    assert rows(call("CA1", to="+14155550999"), call("CA2", state=CallState.IN_PROGRESS)) == []
    assert rows(call("CA3", started_at=None)) == []


EXPORTED = {
    "sid": "CA1",
    "from": CALLER,
    "to": OURS,
    "direction": "inbound",
    "status": "no-answer",
    "start_time": "2026-03-02T09:00:00Z",
    "end_time": "2026-03-02T09:05:00Z",
    "duration": "300",
}


@pytest.mark.parametrize("start", ["2026-03-02T09:00:00Z", "Mon, 02 Mar 2026 09:00:00 +0000"])
def test_a_line_of_the_export_is_the_call_of_the_api(start: str) -> None:
    found = read_exported(json.dumps(EXPORTED | {"start_time": start}))
    assert found == call("CA1", state=CallState.NO_ANSWER)


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{}", '{"sid": "CA1"}', json.dumps(EXPORTED | {"status": "odd"})]
)
def test_what_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_exported(text)
