"""The judge of the fault runs sees what it is there to see."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.faults.journal import Journal
from tests.acceptance.faults.judge import Evidence, Promised, judge
from tests.conftest import MONDAY_NINE

PERSON, AGENT = "+12015550100", "+12125550100"


def at(seconds: float) -> str:
    return (MONDAY_NINE + timedelta(seconds=seconds)).isoformat()


def stamp(seconds: float) -> str:
    return (MONDAY_NINE + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S +0000")


def placed(sid: str, to: str, seconds: float, status: int | None = 201) -> dict[str, Any]:
    return {
        "kind": "rest",
        "method": "POST",
        "url": "/2010-04-01/Accounts/AC1/Calls.json",
        "params": {"To": to},
        "status": status,
        "at": at(seconds),
        "body": json.dumps({"sid": sid}),
    }


def told(sid: str, to: str, seconds: float, status: str, body: str = "") -> dict[str, Any]:
    params = {"CallSid": sid, "To": to, "CallStatus": status, "Direction": "outbound-api"}
    if not body:
        params |= {"SequenceNumber": "3", "Timestamp": stamp(seconds)}
    return {"kind": "webhook", "params": params, "status": 200, "at": at(seconds), "body": body}


def meets(sid: str, to: str, seconds: float, room: str) -> dict[str, Any]:
    return told(sid, to, seconds, "in-progress", f"<Conference beep='false'>{room}</Conference>")


CONVERSATION = [
    placed("CA1", AGENT, 0),
    meets("CA1", AGENT, 5, "room"),
    placed("CA2", PERSON, 6),
    meets("CA2", PERSON, 12, "room"),
    told("CA2", PERSON, 30, "completed"),
    told("CA1", AGENT, 31, "completed"),
]


def evidence(tmp_path: Path, entries: list[dict[str, Any]], status: str = "completed") -> Evidence:
    archive = tmp_path / "archive.jsonl"
    archive.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
    story = ["request", "reserve", "dial", "connect", "complete"]
    return Evidence(
        journal=Journal(archive, []),
        promised=[Promised(PERSON, MONDAY_NINE)],
        untold=frozenset(),
        people=frozenset({PERSON}),
        agents=frozenset({AGENT}),
        callbacks=[{"id": "1", "phone_number": PERSON, "kind": "asap", "status": status}],
        timeline=[{"callback_id": "1", "event": event} for event in story],
        agent_rows=[{"name": "Ada", "status": "available"}],
        open_rows={"legs not over": 0},
        on_the_line=0,
    )


def test_a_promise_that_was_kept_once_is_found_good(tmp_path: Path) -> None:
    assert judge(evidence(tmp_path, CONVERSATION)).everything() == []


def test_a_completed_callback_whose_person_met_nobody_is_lost(tmp_path: Path) -> None:
    apart = [
        meets("CA2", PERSON, 12, "another room") if "another" not in entry["body"] and
        entry["params"].get("CallSid") == "CA2" and "Conference" in entry["body"] else entry
        for entry in CONVERSATION
    ]  # fmt: skip
    assert judge(evidence(tmp_path, apart)).lost == [f"{PERSON}: completed, talked: False"]


def test_a_promise_without_a_row_is_lost(tmp_path: Path) -> None:
    found = replace(evidence(tmp_path, CONVERSATION), callbacks=[], timeline=[])
    assert judge(found).lost == [f"{PERSON}: 0 rows of one promise"]


def test_a_promise_that_failed_is_lost(tmp_path: Path) -> None:
    found = judge(evidence(tmp_path, CONVERSATION, status="failed"))
    assert found.lost == [f"{PERSON}: failed, talked: True"]
    assert "its row says failed" in found.illegal[0]


@pytest.mark.parametrize("status", [201, None])
def test_two_calls_up_at_once_are_a_double_ring_even_if_the_reply_was_lost(
    tmp_path: Path, status: int | None
) -> None:
    again = [placed("CA3", PERSON, 8, status), told("CA3", PERSON, 20, "completed")]
    (found,) = judge(evidence(tmp_path, CONVERSATION + again)).rung_twice
    assert "was up" in found


def test_a_call_after_they_have_talked_is_a_double_ring(tmp_path: Path) -> None:
    again = [placed("CA3", PERSON, 90), told("CA3", PERSON, 95, "no-answer")]
    (found,) = judge(evidence(tmp_path, CONVERSATION + again)).rung_twice
    assert "after they had talked" in found


def test_an_agents_phone_that_rings_while_it_is_engaged_is_a_double_ring(tmp_path: Path) -> None:
    again = [placed("CA3", AGENT, 10), told("CA3", AGENT, 15, "busy")]
    assert len(judge(evidence(tmp_path, CONVERSATION + again)).rung_twice) == 1


def test_a_ring_after_the_promise_was_taken_back_is_seen(tmp_path: Path) -> None:
    late = [placed("CA1", PERSON, 200), told("CA1", PERSON, 210, "no-answer")]
    found = replace(
        evidence(tmp_path, late, status="canceled"),
        promised=[Promised(PERSON, MONDAY_NINE, MONDAY_NINE + timedelta(seconds=20))],
    )
    assert len(judge(found).rung_after_cancel) == 1


def test_agents_and_rows_that_do_not_come_free_are_seen(tmp_path: Path) -> None:
    found = replace(
        evidence(tmp_path, CONVERSATION),
        agent_rows=[{"name": "Ada", "status": "reserved"}],
        open_rows={"legs not over": 2},
        on_the_line=1,
    )
    assert judge(found).stuck == [
        "agent Ada is reserved",
        "2 legs not over",
        "1 calls still on the line",
    ]


@pytest.mark.parametrize(
    "story",
    [
        ["dial", "connect", "complete"],
        ["reserve", "dial", "connect", "complete", "complete"],
        ["reserve", "dial", "connect", "complete", "cancel"],
        ["reserve", "dial", "connect", "release"],
    ],
)
def test_a_story_with_an_unlawful_step_is_seen(tmp_path: Path, story: list[str]) -> None:
    found = replace(
        evidence(tmp_path, CONVERSATION),
        timeline=[{"callback_id": "1", "event": event} for event in story],
    )
    assert len(judge(found).illegal) == 1
