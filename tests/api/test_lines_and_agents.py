"""Lines and agents over the API: shapes, defaults, changes, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from callback.agents.presence import AgentStatus
from tests.api.conftest import Api
from tests.integration.office import Office

LEAST = {"name": "Support", "numbers": ["+14155550100"], "time_zone": "America/Los_Angeles"}
DEFAULTS = {
    "languages": ["en"],
    "dispositions": [],
    "opening_hours": [],
    "holidays_country": None,
    "country": "US",
    "dial_order": "agent_first",
    "offer_after_seconds": 60,
    "window_minutes": 15,
    "callbacks_per_window": None,
    "retry_after_seconds": {
        "busy": [120, 300, 900],
        "no_answer": [300, 900, 1800],
        "machine": [1800],
        "failed": [300],
    },
    "ring_seconds": 25,
    "agent_ring_seconds": 20,
    "machine_detection": "off",
    "service_level": {"share": 0.8, "seconds": 20},
    "expected_handle_seconds": 180,
    "wrap_up_seconds": 0,
    "announce_every_seconds": 20,
    "number_languages": {},
    "offer_when_waiting": 0,
    "offer_every": 1,
    "offer_up_to_seconds": None,
    "offer_up_to_waiting": None,
    "takes_notes": False,
    "notes_kept_days": 30,
    "messages_kept_days": 90,
    "supervisor_skill": None,
    "repeat_days": 7,
    "say_position": False,
    "special_days": [],
    "events": [],
    "reasons": [],
    "answers": [],
    "countries": [],
    "blocked_prefixes": [],
    "dials_per_number_per_day": 10,
    "dials_per_day": None,
    "preferred_agent_minutes": 5,
    "promise_chance": 0.9,
    "shrinkage": 0.15,
    "redial_minutes": 30,
    "paused": False,
    "texts": True,
    "remind_before_minutes": 30,
    "survey": "off",
    "slug": None,
    "embed_origins": [],
}
EVERYTHING = {
    "name": "Soporte & <Ventas>",
    "numbers": ["+14155550101", "+14155550102"],
    "time_zone": "Europe/Madrid",
    "languages": ["en"],
    "opening_hours": [
        {"day": 0, "opens": "08:00", "closes": "12:00"},
        {"day": 0, "opens": "13:00", "closes": "24:00"},
    ],
    "holidays_country": "ES",
    "country": "ES",
    "dial_order": "customer_first",
    "offer_after_seconds": 0,
    "window_minutes": 30,
    "callbacks_per_window": 0,
    "retry_after_seconds": {"busy": [60], "no_answer": [], "machine": [1], "failed": [2, 3]},
    "ring_seconds": 30,
    "agent_ring_seconds": 15,
    "machine_detection": "message",
    "service_level": {"share": 1.0, "seconds": 0},
    "expected_handle_seconds": 300,
    "wrap_up_seconds": 45,
    "announce_every_seconds": 60,
    "number_languages": {"+14155550102": "en"},
    "offer_when_waiting": 3,
    "offer_every": 2,
    "say_position": True,
    "special_days": [
        {"date": "2026-12-24", "opens": "09:00", "closes": "12:00"},
        {"date": "2026-12-31", "opens": None, "closes": None},
    ],
    "events": [{"date": "2026-04-01", "name": "bills sent"}],
    "reasons": ["billing", "a repair"],
    "countries": ["ES", "PT"],
    "blocked_prefixes": ["+3480"],
    "dials_per_number_per_day": 3,
    "dials_per_day": 500,
    "preferred_agent_minutes": 0,
    "paused": True,
    "texts": False,
    "remind_before_minutes": 0,
    "survey": "text",
    "dispositions": ["sold", "a complaint"],
    "slug": "customer-support",
    "embed_origins": ["https://shop.example"],
    "answers": [{"title": "opening hours", "text": "We are open from nine to five."}],
}


async def test_a_line_needs_a_name_numbers_and_a_zone_and_takes_defaults(api: Api) -> None:
    made = await api("POST", "/lines", 201, json=LEAST)
    assert set(made) == {"id", "created_at", *LEAST, *DEFAULTS}
    assert {name: made[name] for name in LEAST} == LEAST
    assert {name: made[name] for name in DEFAULTS} == DEFAULTS
    assert made["created_at"] == "2026-03-02T09:00:00Z"
    assert await api("GET", f"/lines/{made['id']}") == made
    assert await api("GET", "/lines") == {"items": [made], "next": None}


async def test_a_line_keeps_everything_that_it_is_given(api: Api) -> None:
    made = await api("POST", "/lines", 201, json=EVERYTHING)
    assert {name: made[name] for name in EVERYTHING} == EVERYTHING


async def test_what_is_left_out_of_a_change_stays(api: Api) -> None:
    made = await api("POST", "/lines", 201, json=EVERYTHING)
    path = f"/lines/{made['id']}"
    assert await api("PATCH", path, json={}) == made
    changed = await api("PATCH", path, json={"ring_seconds": 40})
    assert changed == made | {"ring_seconds": 40}
    # Of the delays, too, only those that are named change.
    changed = await api("PATCH", path, json={"retry_after_seconds": {"busy": [90, 90]}})
    assert changed["retry_after_seconds"] == EVERYTHING["retry_after_seconds"] | {"busy": [90, 90]}  # type: ignore[operator]
    assert await api("GET", path) == changed


async def test_null_takes_back_only_what_may_be_missing(api: Api) -> None:
    made = await api("POST", "/lines", 201, json=EVERYTHING)
    path = f"/lines/{made['id']}"
    nothing = {
        "holidays_country": None,
        "offer_after_seconds": None,
        "callbacks_per_window": None,
        "dials_per_day": None,
        "slug": None,
    }
    assert await api("PATCH", path, json=nothing) == made | nothing
    for name in set(EVERYTHING) - set(nothing):
        problem = await api("PATCH", path, 422, json={name: None})
        assert name in problem["detail"]
    assert await api("GET", path) == made | nothing


async def test_numbers_are_replaced_as_a_whole_and_the_first_is_the_one_called_from(
    api: Api,
) -> None:
    made = await api("POST", "/lines", 201, json=LEAST)
    path = f"/lines/{made['id']}"
    wish = ["+14155550109", "(415) 555-0100"]
    changed = await api("PATCH", path, json={"numbers": wish})
    assert changed["numbers"] == ["+14155550109", "+14155550100"]
    await api("PATCH", path, json={"numbers": ["+14155550109"]})
    # What was let go of may lead somewhere else.
    await api("POST", "/lines", 201, json=LEAST)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": "bell \x07"}, "name"),
    ({"name": "nul \x00"}, "name"),
    ({"name": 7}, "name"),
    ({"numbers": []}, "numbers"),
    ({"numbers": ["+14155550100", "415-555-0100"]}, "numbers"),
    ({"numbers": ["nonsense"]}, "phone_number"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"time_zone": ""}, "time_zone"),
    ({"languages": []}, "languages"),
    ({"languages": ["xx"]}, "languages.0"),
    ({"opening_hours": [{"day": 7, "opens": "08:00", "closes": "09:00"}]}, "opening_hours.0.day"),
    ({"opening_hours": [{"day": 0, "opens": "09:00", "closes": "08:00"}]}, "opening_hours"),
    ({"opening_hours": [{"day": 0, "opens": "8", "closes": "09:00"}]}, "opening_hours"),
    ({"opening_hours": [{"day": 0, "opens": "08:00"}]}, "opening_hours.0.closes"),
    ({"holidays_country": "XX"}, "holidays_country"),
    ({"country": "usa"}, "country"),
    ({"dial_order": "nobody_first"}, "dial_order"),
    ({"offer_after_seconds": -1}, "offer_after_seconds"),
    ({"offer_after_seconds": 10**10}, "offer_after_seconds"),
    ({"window_minutes": 0}, "window_minutes"),
    ({"window_minutes": 10**10}, "window_minutes"),
    ({"callbacks_per_window": -1}, "callbacks_per_window"),
    ({"callbacks_per_window": 10**10}, "callbacks_per_window"),
    ({"retry_after_seconds": {"bored": [1]}}, "retry_after_seconds.bored.[key]"),
    ({"retry_after_seconds": {"busy": [0]}}, "retry_after_seconds.busy.0"),
    ({"retry_after_seconds": {"busy": [10**10]}}, "retry_after_seconds.busy.0"),
    ({"ring_seconds": 1}, "ring_seconds"),
    ({"agent_ring_seconds": 601}, "agent_ring_seconds"),
    ({"machine_detection": "maybe"}, "machine_detection"),
    ({"service_level": {"share": 1.5, "seconds": 20}}, "service_level.share"),
    ({"service_level": {"share": 0.8, "seconds": 10**10}}, "service_level.seconds"),
    ({"expected_handle_seconds": 0}, "expected_handle_seconds"),
    ({"expected_handle_seconds": 10**10}, "expected_handle_seconds"),
    ({"wrap_up_seconds": 10**10}, "wrap_up_seconds"),
    ({"announce_every_seconds": 1}, "announce_every_seconds"),
    ({"nmae": "Support"}, "nmae"),
]


async def test_each_wrong_field_is_named_when_a_line_is_made_and_when_it_is_changed(
    api: Api,
) -> None:
    made = await api("POST", "/lines", 201, json=LEAST)
    for fields, name in WRONG:
        for method, path, body in (
            ("POST", "/lines", LEAST | {"numbers": ["+14155550177"]} | fields),
            ("PATCH", f"/lines/{made['id']}", fields),
        ):
            problem = await api(method, path, 422, json=body)
            assert [error["field"] for error in problem["errors"]] == [name], fields
            assert all(error["reason"] for error in problem["errors"])
    assert await api("GET", "/lines") == {"items": [made], "next": None}


async def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    problem = await api("POST", "/lines", 422, json={"name": "", "window_minutes": 1})
    named = {error["field"] for error in problem["errors"]}
    assert named == {"name", "numbers", "time_zone", "window_minutes"}


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b'"text"', b"null"])
async def test_what_is_no_json_object_is_the_bodys_fault(api: Api, content: bytes) -> None:
    problem = await api("POST", "/lines", 422, content=content, params={}, extensions={})
    assert [error["field"] for error in problem["errors"]] == ["body"]


async def test_a_number_leads_to_one_line(api: Api) -> None:
    await api("POST", "/lines", 201, json=LEAST)
    problem = await api("POST", "/lines", 409, json=LEAST | {"name": "Sales"})
    assert problem["type"] == "about:blank#already-exists"
    assert "+1415" not in problem["detail"]


async def test_lines_that_there_are_not_are_not_found(api: Api) -> None:
    for method, path in (
        ("GET", "/lines/nothing"),
        ("PATCH", "/lines/nothing"),
        ("GET", "/lines/nothing/wait"),
        ("GET", "/lines/nothing/live"),
    ):
        problem = await api(method, path, 404, **({"json": {}} if method == "PATCH" else {}))
        assert problem["type"] == "about:blank#not-found"


async def test_the_wait_is_told_in_seconds_and_not_at_all_with_nobody_at_work(
    api: Api, office: Office
) -> None:
    line = await office.line(expected_handle_seconds=180)
    nothing = await api("GET", f"/lines/{line.id}/wait")
    assert nothing == {
        "line_id": line.id,
        "waiting": 0,
        "agents": 0,
        "expected_wait_seconds": None,
        "low_seconds": None,
        "high_seconds": None,
    }
    await office.agent(line, status=AgentStatus.BUSY)
    await office.caller(line)
    busy = await api("GET", f"/lines/{line.id}/wait")
    assert busy["waiting"] == 1
    # One handle time of 180 s, and before it the first of two to go: served, or gone after 600 s.
    assert busy["expected_wait_seconds"] == 318
    assert busy["low_seconds"] < 318 < busy["high_seconds"]
    await office.agent(line, 1)
    await office.agent(line, 2)
    assert (await api("GET", f"/lines/{line.id}/wait"))["expected_wait_seconds"] == 0


async def test_what_goes_on_on_a_line_is_told(api: Api, office: Office) -> None:
    line = await office.line()
    await office.agent(line, status=AgentStatus.AWAY)
    await office.caller(line)
    await office.owed(line)
    late = office.clock.now() - timedelta(hours=1)
    await office.owed(line, 1, promised_from=late, promised_until=late + timedelta(minutes=15))
    live = await api("GET", f"/lines/{line.id}/live")
    assert live["waiting"] == live["calls"] == 1
    assert live["oldest_seconds"] == 300
    assert live["promises"] == live["promises_open"] == live["promises_due"] == 2
    assert (live["kept"], live["broken"]) == (0, 1)
    assert live["agents"] == {
        "offline": 0, "away": 1, "available": 0, "reserved": 0, "busy": 0, "wrap_up": 0,
    }  # fmt: skip


async def test_an_agent_has_an_endpoint_and_lines_and_begins_offline(
    api: Api, office: Office
) -> None:
    line = await office.line()
    made = await api(
        "POST",
        "/agents",
        201,
        json={"name": "Ada", "endpoint": "(415) 555-0190", "line_ids": [line.id, line.id]},
    )
    assert made == {
        "id": made["id"],
        "name": "Ada",
        "endpoint": "+14155550190",
        "line_ids": [line.id],
        "languages": ["en"],
        "skills": [],
        "status": "offline",
        "status_since": "2026-03-02T09:00:00Z",
    }
    assert await api("GET", f"/agents/{made['id']}") == made
    assert await api("GET", "/agents") == {"items": [made], "next": None}


@pytest.mark.parametrize("endpoint", ["sip:ada@pbx.example", "client:ada", "+14155550190"])
async def test_an_agent_may_have_any_kind_of_phone(api: Api, endpoint: str) -> None:
    made = await api("POST", "/agents", 201, json={"name": "Ada", "endpoint": endpoint})
    assert made["endpoint"] == endpoint
    assert made["line_ids"] == []


async def test_an_agent_is_refused_by_the_field_that_is_wrong(api: Api) -> None:
    for fields, name in (
        ({"name": ""}, "name"),
        ({"endpoint": "nonsense"}, "endpoint"),
        ({"endpoint": "sip:"}, "endpoint"),
        ({"endpoint": "sip:a\x00b"}, "endpoint"),
        ({"languages": []}, "languages"),
        ({"status": "available"}, "status"),
    ):
        body = {"name": "Ada", "endpoint": "client:ada"} | fields
        problem = await api("POST", "/agents", 422, json=body)
        assert [error["field"] for error in problem["errors"]] == [name]
    nowhere = {"name": "Ada", "endpoint": "client:ada", "line_ids": ["nowhere"]}
    await api("POST", "/agents", 404, json=nowhere)
    assert (await api("GET", "/agents"))["items"] == []


async def test_an_agent_says_what_she_does_and_callers_are_looked_at_again(
    api: Api, office: Office
) -> None:
    agent = await office.agent(await office.line(), status=AgentStatus.OFFLINE)
    office.clock.move(timedelta(minutes=1))
    for status in ("available", "away", "offline"):
        shown = await api("PUT", f"/agents/{agent.id}/status", json={"status": status})
        assert shown["status"] == status
        assert shown["status_since"] == "2026-03-02T09:01:00Z"
    assert "dispatch" in {wake.job for wake, _ in office.jobs.wishes}


async def test_what_an_agent_wishes_during_a_call_comes_after_it(api: Api, office: Office) -> None:
    agent = await office.agent(await office.line(), status=AgentStatus.BUSY)
    shown = await api("PUT", f"/agents/{agent.id}/status", json={"status": "offline"})
    assert shown["status"] == "busy"


async def test_nobody_says_of_herself_that_she_is_busy(api: Api, office: Office) -> None:
    agent = await office.agent(await office.line())
    for status in ("busy", "reserved", "wrap_up", "asleep", None):
        problem = await api("PUT", f"/agents/{agent.id}/status", 422, json={"status": status})
        assert problem["errors"][0]["field"] == "status"
    await api("PUT", "/agents/nobody/status", 404, json={"status": "away"})
    await api("GET", "/agents/nobody", 404)
