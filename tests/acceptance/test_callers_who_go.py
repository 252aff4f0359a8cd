"""Live callers who hang up at a bad moment, and two things that happen at the same instant."""

from __future__ import annotations

from datetime import timedelta

from tests.acceptance.town import CALLER, Town

OTHER = "+14155550121"


async def test_phone_stops_ringing_when_the_caller_hangs_up(town: Town) -> None:
    await town.open()
    agent = await town.agent(answers={"after_s": 15})
    sid = town.call()
    await town.play(minutes=0.15)
    assert await town.status_of(agent) == "reserved"
    town.hang_up(sid)
    await town.play(minutes=1)
    (asked,) = town.calls_to(town.phones[agent])
    assert asked.status == "canceled"
    assert asked.ended_at - town.exchange.calls[sid].ended_at < timedelta(seconds=1)
    assert await town.status_of(agent) == "available"
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "abandoned"
    await town.all_over()
    town.no_problems()


async def test_agent_who_is_listening_to_the_offer_is_told_that_the_caller_has_gone(
    town: Town,
) -> None:
    await town.open()
    agent = await town.agent(choices=[])
    sid = town.call()
    await town.play(until=lambda: "Press 1 to accept" in "".join(town.heard_at(agent)))
    town.hang_up(sid)
    await town.play(minutes=1)
    (asked,) = town.calls_to(town.phones[agent])
    assert town.heard_in_full(asked.sid, "Nobody could be reached. You are free again. Goodbye.")
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_agent_who_has_just_accepted_is_told_that_the_caller_has_gone(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    sid = town.call()
    await town.play(until=lambda: "Connecting you now." in town.heard(sid))
    town.hang_up(sid)
    await town.play(minutes=2)
    assert "You are free again. Goodbye." in town.heard_at(agent)[0]
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert (logged["outcome"], logged["agent_id"]) == ("abandoned", None)
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_a_caller_in_the_menu_is_connected_when_an_agent_becomes_free(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.call(OTHER, talk_s=40)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, "called back", reaction_s=1, talk_s=20)
    await town.play(minutes=5)
    assert "Press 1 to confirm this number." in town.heard(sid)
    assert "Connecting you now." in town.heard(sid)
    assert await town.callbacks() == []
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["answered", "answered"]
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_who_confirms_after_an_agent_was_reserved_is_told_that_somebody_comes(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=60)
    first = await town.agent()
    town.call(OTHER, talk_s=20)
    await town.play(until=lambda: "Connecting." in "".join(town.heard_at(first)))
    sid = town.call(CALLER, "called back", talk_s=20)
    await town.play(until=lambda: "Press 1 to confirm" in town.heard(sid))
    # Her phone now rings for a while, in which the caller confirms.
    town.person(town.phones[first], answers={"after_s": 10}, choices=[{"hears": "accept"}])
    await town.play(until=lambda: len(town.calls_to(town.phones[first])) == 2)
    town.exchange.calls[sid].press("1")
    await town.play(minutes=5)
    assert "Somebody is about to take your call. Please stay on the line." in town.heard(sid)
    assert "You have our word" not in town.heard(sid)
    assert "Connecting you now." in town.heard(sid)
    assert await town.callbacks() == []
    await town.all_over()


async def test_who_has_confirmed_is_promised_and_not_connected_when_an_agent_becomes_free(
    town: Town,
) -> None:
    """The promise and the free agent fall on the same instant; whichever is written first decides."""
    await town.open()
    agent = await town.agent()
    busy = town.call(OTHER)
    await town.play(minutes=0.5)
    sid = town.call(CALLER, "called back")
    await town.play(until=lambda: "Press 1 to confirm" in town.heard(sid))
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=10)
    town.exchange.calls[sid].press("1")
    town.hang_up(busy)
    await town.play(minutes=5)
    promised = await town.callbacks()
    heard = town.heard(sid)
    assert ("You have our word" in heard) == (len(promised) == 1)
    assert ("Connecting you now." in heard) == (promised == [])
    assert [callback["status"] for callback in promised] in ([], ["completed"])
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_nobody_is_called_back_while_the_goodbye_still_plays(town: Town) -> None:
    await town.open(dial_order="customer_first")
    await town.agent()
    busy = town.call(OTHER)
    await town.play(minutes=0.5)
    sid = town.call(CALLER, "called back", "confirm")
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=10)
    await town.play(until=lambda: "You have our word." in town.heard(sid))
    town.hang_up(busy)
    await town.play(minutes=5)
    asked_for = town.exchange.calls[sid]
    assert town.heard(sid).endswith("Goodbye.")
    (called,) = town.calls_to(CALLER)
    assert called.created_at - asked_for.ended_at >= timedelta(seconds=2)
    assert called.created_at - asked_for.ended_at < timedelta(seconds=15)
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()


async def test_who_hangs_up_during_the_goodbye_has_been_promised_and_is_called(
    town: Town,
) -> None:
    await town.open()
    await town.agent()
    busy = town.call(OTHER, talk_s=60)
    await town.play(minutes=0.3)
    sid = town.call(CALLER, "called back", "confirm")
    town.person(CALLER, choices=[{"hears": "connected"}], talk_s=10)
    await town.play(until=lambda: "You have our word." in town.heard(sid))
    town.hang_up(sid)
    await town.play(minutes=5)
    assert busy != sid
    assert (await town.only_callback())["status"] == "completed"
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["answered", "promised", "answered"]
    await town.all_over()
