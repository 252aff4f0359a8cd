"""What binds every dialling: pauses, limits of the day, skills, and the agent whom somebody asked for."""

from __future__ import annotations

from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}


async def test_a_paused_line_dials_nobody_until_it_goes_on(town: Town) -> None:
    await town.open(paused=True)
    await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=2, sweeping=1)
    assert town.calls_to(CALLER) == []
    await town.api("PATCH", f"/lines/{town.line_id}", json={"paused": False})
    await town.play(minutes=3, sweeping=1)
    assert (await town.only_callback())["status"] == "completed"


async def test_a_number_is_not_dialed_more_often_than_its_limit(town: Town) -> None:
    await town.open(dials_per_number_per_day=1, retry_after_seconds={"busy": [60, 60]})
    await town.agent()
    town.person(CALLER, answers="busy")
    await town.ask()
    await town.play(minutes=30)
    found = await town.only_callback()
    assert len(town.calls_to(CALLER)) == 1
    assert found["status"] == "scheduled"
    assert found["due_at"] == "2026-03-03T08:00:00Z"
    assert "number_dialed_too_often_today" in found["timeline"][-1]["detail"]


async def test_an_agent_without_the_skill_is_not_asked(town: Town) -> None:
    await town.open()
    without = await town.agent()
    skilled = await town.agent(skills=["billing"], answers="never")
    town.person(CALLER, **CONNECT)
    await town.ask(skills=["billing"])
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "waiting"
    assert town.calls_to(town.phones[skilled]) != []
    assert town.calls_to(town.phones[without]) == []
    assert town.calls_to(CALLER) == []


async def test_a_skill_that_nobody_at_work_has_cannot_be_promised(town: Town) -> None:
    await town.open()
    await town.agent()
    wish = {"line_id": town.line_id, "phone_number": CALLER, "skills": ["billing"]}
    refused = await town.api("POST", "/callbacks", 409, json=wish)
    assert refused["rule"] == "cannot_be_kept"
    assert await town.callbacks() == []


async def test_the_preferred_agent_comes_first_though_another_has_been_free_longer(
    town: Town,
) -> None:
    await town.open()
    await town.agent()
    await town.play(minutes=1)
    preferred = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask(preferred_agent_id=preferred)
    await town.play(minutes=5)
    assert (await town.only_callback())["status"] == "completed"
    (call,) = (await town.api("GET", "/calls"))["items"]
    assert call["agent_id"] == preferred


async def test_an_agent_who_does_not_exist_cannot_be_preferred(town: Town) -> None:
    await town.open()
    wish = {"line_id": town.line_id, "phone_number": CALLER, "preferred_agent_id": "nobody"}
    refused = await town.api("POST", "/callbacks", 422, json=wish)
    assert "nobody" in str(refused)


async def test_a_promise_in_danger_is_named_before_it_is_broken(town: Town) -> None:
    await town.open()
    await town.agent(answers="never")
    callback_id = await town.ask()
    path, params = "/reports/punctuality", {"line_id": town.line_id}
    await town.play(minutes=0.5)
    assert (await town.api("GET", path, params=params))["in_danger"] == []
    await town.play(minutes=9)
    report = await town.api("GET", path, params=params)
    assert report["in_danger"] == [callback_id]
    assert (report["promises"], report["decided"]) == (1, 0)
    assert report["days"][0]["day"] == "2026-03-02"
