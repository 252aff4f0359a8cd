"""Callbacks and calls over the API: promised, moved, canceled, found, and counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from callback.agents.presence import AgentStatus
from callback.calls.call import CallOutcome, CallStatus
from callback.dialing.leg import LegOutcome, LegRole, LegStatus
from callback.dialing.reservation import ReservationStatus
from callback.promises.callback import CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.api.conftest import Api
from tests.integration.office import Office

PERSON = "+14155550111"
TEN = "2026-03-02T10:00:00Z"
ELEVEN = "2026-03-02T11:00:00Z"


async def ask(api: Api, line_id: str, expect: int = 201, **fields: Any) -> Any:
    body = {"line_id": line_id, "phone_number": PERSON} | fields
    return await api("POST", "/callbacks", expect, json=body)


async def test_a_callback_for_a_time_is_promised_and_shown_with_its_story(
    api: Api, office: Office
) -> None:
    line = await office.line()
    made = await ask(api, line.id, phone_number="(415) 555-0111", promised_from=TEN)
    assert made == {
        "id": made["id"],
        "line_id": line.id,
        "call_id": None,
        "phone_number": PERSON,
        "extension": None,
        "kind": "scheduled",
        "status": "scheduled",
        "language": "en",
        "reason": None,
        "priority": 0,
        "skills": [],
        "preferred_agent_id": None,
        "arrived_at": TEN,
        "requested_at": "2026-03-02T09:00:00Z",
        "promised_from": TEN,
        "promised_until": "2026-03-02T10:15:00Z",
        "due_at": TEN,
        "promise_kept": None,
        "first_promised_from": None,
        "gross_wait_seconds": None,
        "net_wait_seconds": 0,
        "ended_at": None,
        "attempts": [],
        "timeline": [
            {
                "at": "2026-03-02T09:00:00Z",
                "event": "request",
                "detail": "by api for +1********11",
            }
        ],
        "texts": [
            {"at": "2026-03-02T09:00:00Z", "purpose": "promised", "status": "written"},
            {"at": "2026-03-02T09:30:00Z", "purpose": "reminder", "status": "written"},
        ],
    }
    assert await api("GET", f"/callbacks/{made['id']}") == made
    assert await api("GET", "/callbacks") == {"items": [made], "next": None}
    wish, *texts = office.jobs.wishes
    assert [wake.job for wake, _ in texts] == ["send_text", "send_text"]
    assert (wish[0].job, wish[0].subject_id, wish[0].version) == ("fall_due", made["id"], 1)
    assert wish[1] is not None
    assert wish[1].isoformat() == "2026-03-02T10:00:00+00:00"


async def test_a_callback_as_soon_as_possible_takes_a_place_in_line(
    api: Api, office: Office
) -> None:
    line = await office.line()
    await office.agent(line)
    made = await ask(api, line.id)
    assert (made["kind"], made["status"]) == ("asap", "waiting")
    assert made["arrived_at"] == made["promised_from"] == made["requested_at"]
    assert [wake.job for wake, _ in office.jobs.wishes] == ["dispatch", "send_text"]


async def test_an_instant_may_be_given_in_any_zone(api: Api, office: Office) -> None:
    line = await office.line()
    made = await ask(api, line.id, promised_from="2026-03-02T05:00:00-05:00")
    assert made["promised_from"] == TEN


async def test_what_cannot_be_promised_is_refused_by_its_rule(api: Api, office: Office) -> None:
    line = await office.line(callbacks_per_window=1)
    refused: list[tuple[dict[str, Any], str]] = [
        ({}, "cannot_be_kept"),
        ({"phone_number": "+19005550111", "promised_from": TEN}, "number_type_not_allowed"),
        ({"phone_number": "+442079460958", "promised_from": TEN}, "country_not_allowed"),
    ]
    for fields, rule in refused:
        problem = await ask(api, line.id, 409, **fields)
        assert (problem["type"], problem["rule"]) == ("about:blank#promise-refused", rule)
    await ask(api, line.id, promised_from=TEN)
    problem = await ask(api, line.id, 409, promised_from=ELEVEN)
    assert problem["rule"] == "one_callback_per_person"
    problem = await ask(api, line.id, 409, phone_number="+14155550122", promised_from=TEN)
    assert problem["rule"] == "window_full"
    # The other line owes this person nothing.
    other = await office.line(name="Sales", number="+14155550101")
    await ask(api, other.id, promised_from=TEN)


async def test_a_callback_is_refused_by_the_field_that_is_wrong(api: Api, office: Office) -> None:
    line = await office.line(opening_hours=[{"day": 0, "opens": "08:00", "closes": "12:00"}])
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"phone_number": "nonsense"}, "phone_number"),
        ({"phone_number": None}, "phone_number"),
        ({"language": "xx"}, "language"),
        ({"promised_from": "2026-03-02T10:00:00"}, "promised_from"),
        ({"promised_from": "soon"}, "promised_from"),
        ({"promised_from": "2026-03-02T08:00:00Z"}, "promised_from"),
        ({"promised_from": "2026-03-02T11:50:00Z"}, "promised_from"),
        ({"promised_from": "2026-03-03T10:00:00Z"}, "promised_from"),
        ({"promised_from": "9999-12-31T23:59:59Z"}, "promised_from"),
        ({"priority": 11}, "priority"),
        ({"color": "red"}, "color"),
        ({"preferred_agent_id": "nobody"}, "preferred_agent_id"),
    ]
    for fields, name in wrong:
        problem = await ask(api, line.id, 422, **fields)
        assert [error["field"] for error in problem["errors"]] == [name], fields
        assert PERSON not in str(problem)
    await ask(api, "nowhere", 404)


async def test_a_callback_is_moved_and_its_old_wake_up_made_void(api: Api, office: Office) -> None:
    line = await office.line()
    made = await ask(api, line.id, promised_from=TEN)
    office.jobs.wishes.clear()
    moved = await api("PATCH", f"/callbacks/{made['id']}", json={"promised_from": ELEVEN})
    assert moved["promised_from"] == moved["due_at"] == moved["arrived_at"] == ELEVEN
    assert moved["promised_until"] == "2026-03-02T11:15:00Z"
    assert [entry["event"] for entry in moved["timeline"]] == ["request", "move"]
    assert sorted((text["purpose"], text["status"]) for text in moved["texts"]) == [
        ("moved", "written"),
        ("promised", "dropped"),
        ("reminder", "dropped"),
        ("reminder", "written"),
    ]
    ((wake, at), *_) = office.jobs.wishes
    assert (wake.job, wake.version) == ("fall_due", 2)
    assert at is not None
    path = f"/callbacks/{made['id']}"
    problem = await api("PATCH", path, 422, json={"promised_from": "2026-03-01T10:00:00Z"})
    assert problem["errors"][0]["field"] == "promised_from"
    await api("PATCH", path, 422, json={})
    await api("PATCH", "/callbacks/nothing", 404, json={"promised_from": TEN})


async def test_a_callback_is_canceled_once_and_makes_room(api: Api, office: Office) -> None:
    line = await office.line(callbacks_per_window=1)
    made = await ask(api, line.id, promised_from=TEN)
    gone = await api("DELETE", f"/callbacks/{made['id']}")
    assert gone["status"] == "canceled"
    assert gone["ended_at"] == "2026-03-02T09:00:00Z"
    assert gone["promise_kept"] is None
    assert gone["timeline"][-1]["detail"] == "by api"
    problem = await api("DELETE", f"/callbacks/{made['id']}", 409)
    assert problem["type"] == "about:blank#illegal-transition"
    await api("PATCH", f"/callbacks/{made['id']}", 409, json={"promised_from": ELEVEN})
    await api("DELETE", "/callbacks/nothing", 404)
    await ask(api, line.id, promised_from=TEN)


async def test_attempts_are_shown_in_their_order_and_agents_legs_are_none(
    api: Api, office: Office
) -> None:
    line = await office.line()
    agent = await office.agent(line, status=AgentStatus.RESERVED)
    callback = await office.owed(line, status=CallbackStatus.DIALING, attempt_count=2)
    reservation = await office.reserved(agent, ReservationStatus.ACCEPTED, callback)
    await office.leg(reservation, LegRole.AGENT, agent.endpoint, LegStatus.ANSWERED)
    await office.leg(reservation, LegRole.PERSON, PERSON, LegStatus.PLANNED, number=2)
    await office.leg(
        reservation,
        LegRole.PERSON,
        PERSON,
        LegStatus.ENDED,
        number=1,
        call_sid="CA1",
        placed_at=office.clock.now(),
        rang_at=office.clock.now() + timedelta(seconds=2),
        outcome=LegOutcome.BUSY,
    )
    shown = await api("GET", f"/callbacks/{callback.id}")
    assert shown["attempts"] == [
        {
            "number": 1,
            "placed_at": "2026-03-02T09:00:00Z",
            "rang_at": "2026-03-02T09:00:02Z",
            "call_sid": "CA1",
            "outcome": "busy",
        },
        {"number": 2, "placed_at": None, "rang_at": None, "call_sid": None, "outcome": None},
    ]


async def test_callbacks_are_found_by_each_filter_and_by_all_together(
    api: Api, office: Office
) -> None:
    line = await office.line()
    other = await office.line(name="Sales", number="+14155550101")
    now = office.clock.now()
    first = await office.owed(line)
    second = await office.owed(
        other,
        1,
        kind=CallbackKind.SCHEDULED,
        status=CallbackStatus.SCHEDULED,
        promised_from=now + timedelta(hours=2),
        promised_until=now + timedelta(hours=2, minutes=15),
    )
    third = await office.owed(line, 2, status=CallbackStatus.COMPLETED)

    async def found(**filters: str) -> set[str]:
        listed = await api("GET", "/callbacks", params=filters)
        return {item["id"] for item in listed["items"]}

    assert await found() == {first.id, second.id, third.id}
    assert await found(line_id=line.id) == {first.id, third.id}
    assert await found(status="completed") == {third.id}
    assert await found(phone_number=second.phone_number) == {second.id}
    assert await found(phone_number=second.phone_number.replace("+", " ")) == {second.id}
    assert await found(promised_after="2026-03-02T11:00:00Z") == {second.id}
    assert await found(promised_before="2026-03-02T11:00:00Z") == {first.id, third.id}
    assert await found(promised_after="2026-03-02T06:00:00-05:00") == {second.id}
    together = {"line_id": line.id, "status": "waiting", "promised_before": ELEVEN}
    assert await found(**together) == {first.id}
    assert await found(line_id="nowhere") == set()
    for filters, name in (
        ({"status": "bored"}, "status"),
        ({"promised_after": "2026-03-02T11:00:00"}, "promised_after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
    ):
        problem = await api("GET", "/callbacks", 422, params=filters)
        assert [error["field"] for error in problem["errors"]] == [name]


async def test_a_list_is_read_page_by_page_without_a_gap_or_a_repetition(
    api: Api, office: Office
) -> None:
    line = await office.line()
    made = []
    for number in range(7):
        office.clock.move(timedelta(seconds=1))
        made.append((await office.owed(line, number)).id)
    pages, cursor = [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = await api("GET", "/callbacks", params=params)
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next"]
        if cursor is None:
            break
        if len(pages) == 1:
            # What comes in meanwhile comes at the end.
            office.clock.move(timedelta(seconds=1))
            made.append((await office.owed(line, 9)).id)
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [identifier for page in pages for identifier in page] == made
    exact = await api("GET", "/callbacks", params={"limit": "8"})
    assert exact["next"] is None


async def test_calls_are_listed_and_found(api: Api, office: Office) -> None:
    line = await office.line()
    now = office.clock.now()
    waiting = await office.caller(line)
    ended = await office.caller(
        line,
        1,
        status=CallStatus.ENDED,
        outcome=CallOutcome.ANSWERED,
        arrived_at=now - timedelta(hours=2),
        answered_at=now - timedelta(hours=2) + timedelta(seconds=30),
        ended_at=now - timedelta(hours=1),
        wait_seconds=30.0,
        handle_seconds=3570.0,
    )
    listed = await api("GET", "/calls", params={"arrived_before": "2026-03-02T08:00:00Z"})
    assert listed["next"] is None
    assert listed["items"] == [
        {
            "id": ended.id,
            "call_sid": ended.call_sid,
            "line_id": line.id,
            "direction": "inbound",
            "phone_number": ended.phone_number,
            "status": "ended",
            "outcome": "answered",
            "arrived_at": "2026-03-02T07:00:00Z",
            "answered_at": "2026-03-02T07:00:30Z",
            "ended_at": "2026-03-02T08:00:00Z",
            "wait_seconds": 30.0,
            "handle_seconds": 3570.0,
            "agent_id": None,
            "callback_id": None,
        }
    ]
    later = await api("GET", "/calls", params={"arrived_after": "2026-03-02T08:00:00Z"})
    assert [item["id"] for item in later["items"]] == [waiting.id]
    both = await api("GET", "/calls", params={"line_id": line.id})
    assert len(both["items"]) == 2
    assert (await api("GET", "/calls", params={"line_id": "nowhere"}))["items"] == []


async def test_the_service_report_counts_what_arrived_in_a_stretch_of_time(
    api: Api, office: Office
) -> None:
    line = await office.line()
    for number, (outcome, wait) in enumerate(
        [(CallOutcome.ANSWERED, 10.0), (CallOutcome.ANSWERED, 50.0), (CallOutcome.ABANDONED, 5.0)]
    ):
        await office.caller(
            line, number, status=CallStatus.ENDED, outcome=outcome, wait_seconds=wait
        )
    now = office.clock.now()
    await office.owed(line, promise_kept=True, first_placed_at=now + timedelta(seconds=90))
    await office.owed(line, 1, promise_kept=False)
    report = await api("GET", "/reports/service", params={"line_id": line.id})
    assert report["calls"] == 3
    assert report["service_level"] == pytest.approx(1 / 3)
    assert report["average_speed_of_answer_seconds"] == 30
    assert (report["promises_kept"], report["promises_decided"]) == (1, 2)
    assert report["lateness_median_seconds"] == 90
    span = {"line_id": line.id, "from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    assert (await api("GET", "/reports/service", params=span))["calls"] == 0
    await api("GET", "/reports/service", 422)
    await api("GET", "/reports/service", 404, params={"line_id": "nowhere"})
