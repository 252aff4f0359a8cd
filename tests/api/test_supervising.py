"""Supervisors over the API: reassign, dial now, and several callbacks at once."""

from __future__ import annotations

from datetime import timedelta

from callback.jobs import JobName
from callback.promises.callback import Callback, CallbackKind
from callback.promises.lifecycle import CallbackStatus
from tests.api.conftest import Api
from tests.integration.office import Office

EVENING = "2026-03-02T18:00:00Z"  # ten in the morning where the people are


async def test_a_callback_is_kept_for_an_agent_from_now_on_and_then_for_anyone(
    api: Api, office: Office
) -> None:
    line = await office.line()
    agent = await office.agent(line, name="Ada")
    hour_ago = office.clock.now() - timedelta(hours=1)
    owed = await office.owed(line, due_at=hour_ago)
    kept = await api("PUT", f"/callbacks/{owed.id}/agent", json={"agent_id": agent.id})
    assert kept["preferred_agent_id"] == agent.id
    assert kept["due_at"] == "2026-03-02T09:00:00Z"
    assert kept["timeline"][-1]["event"] == "reassign"
    assert kept["timeline"][-1]["detail"] == "to Ada, by api"
    anyone = await api("PUT", f"/callbacks/{owed.id}/agent", json={"agent_id": None})
    assert anyone["preferred_agent_id"] is None
    wrong = await api("PUT", f"/callbacks/{owed.id}/agent", 422, json={"agent_id": "nobody"})
    assert wrong["errors"] == [{"field": "agent_id", "reason": "there is no agent nobody"}]


async def test_a_scheduled_callback_that_is_reassigned_keeps_its_time(
    api: Api, office: Office
) -> None:
    line = await office.line()
    agent = await office.agent(line)
    later = office.clock.now() + timedelta(hours=2)
    owed = await office.owed(line, status=CallbackStatus.SCHEDULED, due_at=later)
    kept = await api("PUT", f"/callbacks/{owed.id}/agent", json={"agent_id": agent.id})
    assert (kept["status"], kept["due_at"]) == ("scheduled", "2026-03-02T11:00:00Z")


async def test_dial_now_makes_a_scheduled_callback_due_with_a_head_start(
    api: Api, office: Office
) -> None:
    line = await office.line()
    later = office.clock.now() + timedelta(hours=2)
    owed = await office.owed(
        line, status=CallbackStatus.SCHEDULED, due_at=later, promised_from=later, arrived_at=later
    )
    due = await api("POST", f"/callbacks/{owed.id}/dial-now")
    assert (due["status"], due["priority"], due["due_at"]) == (
        "waiting",
        10,
        "2026-03-02T09:00:00Z",
    )
    assert due["arrived_at"] == "2026-03-02T09:00:00Z"
    assert due["promised_from"] == "2026-03-02T11:00:00Z"
    assert JobName.DISPATCH in [wake.job for wake, _ in office.jobs.wishes]


async def test_several_are_moved_each_to_the_first_window_with_room(
    api: Api, office: Office
) -> None:
    line = await office.line(callbacks_per_window=2)
    await office.agent(line)
    owed = [await office.owed(line, number) for number in range(3)]
    over = await office.owed(line, 3, status=CallbackStatus.COMPLETED)
    answer = await api(
        "POST",
        "/callbacks/bulk",
        json={
            "ids": [*(each.id for each in owed), over.id, "nothing"],
            "action": "move",
            "promised_from": EVENING,
        },
    )
    results = {item["id"]: item for item in answer["items"]}
    assert [results[each.id]["done"] for each in owed] == [True, True, True]
    assert results[over.id]["error"] == "illegal-transition"
    assert results["nothing"]["error"] == "not-found"
    moved = [await office.again(each) for each in owed]
    starts = [each.promised_from for each in moved if isinstance(each, Callback)]
    first = office.clock.now() + timedelta(hours=9)
    assert starts == [first, first, first + timedelta(minutes=15)]


async def test_several_are_canceled_reassigned_or_dialed_at_once(api: Api, office: Office) -> None:
    line = await office.line()
    agent = await office.agent(line)
    owed = [await office.owed(line, number) for number in range(2)]
    ids = [each.id for each in owed]
    for action, more in (("reassign", {"agent_id": agent.id}), ("dial_now", {}), ("cancel", {})):
        answer = await api("POST", "/callbacks/bulk", json={"ids": ids, "action": action, **more})
        assert answer == {"items": [{"id": each, "done": True} for each in ids]}
    for each in owed:
        row = await office.again(each)
        assert isinstance(row, Callback)
        assert (row.status, row.priority, row.preferred_agent_id) == ("canceled", 10, agent.id)


async def test_an_action_without_what_it_needs_is_refused_by_name(api: Api, office: Office) -> None:
    line = await office.line()
    owed = await office.owed(line)
    for action, missing in (("move", "promised_from"), ("reassign", "agent_id")):
        answer = await api(
            "POST", "/callbacks/bulk", 422, json={"ids": [owed.id], "action": action}
        )
        assert missing in answer["detail"]


async def test_where_no_window_has_room_nothing_is_moved(api: Api, office: Office) -> None:
    line = await office.line(callbacks_per_window=0)
    owed = await office.owed(line, kind=CallbackKind.ASAP)
    body = {"ids": [owed.id], "action": "move", "promised_from": EVENING}
    answer = await api("POST", "/callbacks/bulk", json=body)
    assert answer["items"][0]["error"] == "promise-refused"
    row = await office.again(owed)
    assert isinstance(row, Callback)
    assert row.status == "waiting"


async def test_the_links_to_a_persons_page_are_revoked(api: Api, office: Office) -> None:
    owed = await office.owed(await office.line())
    done = await api("POST", f"/callbacks/{owed.id}/revoke-link")
    assert done["timeline"][-1]["event"] == "link_revoked"
    assert done["timeline"][-1]["detail"] == "by api"
    now = await office.again(owed)
    assert isinstance(now, Callback)
    assert now.link_generation == 1
