"""Agents who decline, do not answer, hang up, go home; and who is served by whom, in which order."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.acceptance.town import CALLER, Town

DECLINES = {"choices": [{"hears": "decline"}]}
IGNORES = {"answers": "never"}
ACCEPTS = {"answers": {"after_s": 2}, "choices": [{"hears": "accept", "times": 9}]}
CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}
OTHER = "+14155550121"


async def test_when_an_agent_declines_the_next_is_asked_and_no_attempt_has_failed(
    town: Town,
) -> None:
    await town.open()
    first = await town.agent(**DECLINES)
    await town.play(minutes=0.1)
    second = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=5)
    (declined,) = town.heard_at(first)
    assert "Press 1 to accept the call. Press 2 to decline." in declined
    assert "Declined. Goodbye." in declined
    (accepted,) = town.heard_at(second)
    assert "We are calling the person now. Please hold." in accepted
    done = await town.only_callback()
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["completed"]
    assert ("release", "the agent declined") in [
        (entry["event"], entry["detail"]) for entry in done["timeline"]
    ]
    assert done["promise_kept"] is True
    await town.all_over()
    town.no_problems()


async def test_only_agent_who_declines_is_asked_again_but_only_after_a_pause(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent(**DECLINES)
    sid = town.call(talk_s=10)
    await town.play(minutes=0.3)
    town.person(town.phones[agent], **ACCEPTS)
    await town.play(minutes=3, sweeping=True)
    first, second = town.calls_to(town.phones[agent])
    assert second.created_at - first.ended_at > timedelta(seconds=25)
    assert "Connecting you now." in town.heard(sid)
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    await town.all_over()


async def test_agent_who_lets_it_ring_twice_is_away_and_somebody_else_is_asked(town: Town) -> None:
    await town.open(announce_every_seconds=120)
    sleepy = await town.agent(**IGNORES)
    for number in (CALLER, OTHER):
        await town.play(minutes=0.05)
        other = await town.agent(**ACCEPTS)
        sid = town.call(number, talk_s=5)
        await town.play(minutes=3)
        assert "Connecting you now." in town.heard(sid)
        await town.set_status(other, "offline")
        await town.play(minutes=1)
    assert len(town.calls_to(town.phones[sleepy])) == 2
    assert await town.status_of(sleepy) == "away"
    town.call("+14155550122", patience_s=90)
    await town.play(minutes=2, sweeping=True)
    assert len(town.calls_to(town.phones[sleepy])) == 2
    await town.all_over()


async def test_answering_the_phone_without_a_word_counts_as_a_miss_like_a_mailbox(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent(answers={"machine_after_s": 5, "greeting_s": 3}, choices=[])
    sid = town.call(patience_s=170)
    await town.play(minutes=4, sweeping=True)
    assert len(town.heard_at(agent)) == 2
    assert await town.status_of(agent) == "away"
    assert "Connecting you now." not in town.heard(sid)
    await town.all_over()


async def test_person_who_answers_after_the_agent_hung_up_is_given_to_the_next_agent(
    town: Town,
) -> None:
    await town.open()
    hasty = await town.agent(patience_s=15)
    town.person(CALLER, answers={"after_s": 12}, **CONNECT)
    await town.ask()
    await town.play(minutes=0.2)
    helpful = await town.agent()
    await town.play(minutes=5)
    assert "We are calling the person now." in town.heard_at(hasty)[0]
    (heard,) = town.heard_at(CALLER)
    assert "Thank you. Somebody will be with you in a moment." in heard
    assert "Connecting." in town.heard_at(helpful)[0]
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["completed"]
    await town.all_over()


async def test_agent_who_stopped_holding_is_missed_even_if_the_end_of_her_call_is_never_told(
    town: Town,
) -> None:
    await town.open()
    hasty = await town.agent()
    town.person(CALLER, answers={"after_s": 12}, **CONNECT)
    town.faults(drop=1.0)
    await town.ask()
    await town.play(until=lambda: bool(town.calls_to(CALLER)))
    await town.play(minutes=0.05)
    town.hang_up(town.calls_to(town.phones[hasty])[0].sid)
    await town.set_status(hasty, "offline")
    helpful = await town.agent()
    await town.play(minutes=3, sweeping=True)
    (heard,) = town.heard_at(CALLER)
    assert "Thank you. Somebody will be with you in a moment." in heard
    calls = (await town.api("GET", "/calls"))["items"]
    assert [(call["agent_id"], call["outcome"]) for call in calls] == [(helpful, "answered")]
    await town.all_over()


async def test_caller_whose_agent_hangs_up_while_being_connected_gets_her_place_back(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    hasty = await town.agent()
    sid = town.call(talk_s=10)
    await town.play(until=lambda: "Connecting you now." in town.heard(sid))
    town.hang_up(town.calls_to(town.phones[hasty])[0].sid)
    await town.set_status(hasty, "offline")
    helpful = await town.agent()
    await town.play(minutes=5)
    assert "something went wrong on our side. Please stay on the line." in town.heard(sid)
    assert town.heard(sid).count("Connecting you now.") == 2
    assert "Connecting." in town.heard_at(helpful)[0]
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert (logged["outcome"], logged["agent_id"]) == ("answered", helpful)
    await town.all_over()


async def test_person_whose_agent_hangs_up_while_being_connected_waits_for_the_next(
    town: Town,
) -> None:
    await town.open()
    hasty = await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(until=lambda: "Connecting you now." in "".join(town.heard_at(CALLER)))
    town.hang_up(town.calls_to(town.phones[hasty])[0].sid)
    await town.set_status(hasty, "offline")
    helpful = await town.agent()
    await town.play(minutes=5)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["completed"]
    calls = (await town.api("GET", "/calls"))["items"]
    assert [(call["agent_id"], call["outcome"]) for call in calls] == [(helpful, "answered")]
    assert calls[0]["handle_seconds"] >= 20
    await town.all_over()


async def test_person_is_asked_only_once_more_when_the_agent_left_before_her_phone_rang(
    town: Town,
) -> None:
    """The telephone company turns the call away for a moment; the agent does not wait for it."""
    await town.open()
    hasty = await town.agent()
    town.person(CALLER, **CONNECT)
    town.refuse_connections_to(CALLER)
    await town.ask()
    await town.play(until=lambda: "Please hold." in "".join(town.heard_at(hasty)))
    town.hang_up(town.calls_to(town.phones[hasty])[0].sid)
    await town.set_status(hasty, "offline")
    await town.play(minutes=0.1)
    town.accept_connections()
    helpful = await town.agent()
    await town.play(minutes=5, sweeping=True)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert len(town.calls_to(CALLER)) == 1
    assert "We are calling the person now." in town.heard_at(helpful)[0]
    await town.all_over()


async def test_going_offline_while_busy_takes_effect_after_the_call(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.call(talk_s=60)
    await town.play(minutes=0.5)
    assert await town.status_of(agent) == "busy"
    await town.set_status(agent, "offline")
    assert await town.status_of(agent) == "busy"
    town.call(OTHER, patience_s=120)
    await town.play(minutes=3)
    assert await town.status_of(agent) == "offline"
    assert len(town.calls_to(town.phones[agent])) == 1
    calls = (await town.api("GET", "/calls"))["items"]
    assert [call["outcome"] for call in calls] == ["answered", "abandoned"]


async def test_going_away_while_the_phone_rings_takes_effect_once_it_was_let_ring(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent(**IGNORES)
    town.call(patience_s=100)
    await town.play(minutes=0.1)
    await town.set_status(agent, "away")
    assert await town.status_of(agent) == "reserved"
    await town.play(minutes=3, sweeping=True)
    assert await town.status_of(agent) == "away"
    assert len(town.calls_to(town.phones[agent])) == 1
    await town.all_over()


async def test_two_callers_and_two_agents_talk_at_the_same_time(town: Town) -> None:
    await town.open()
    agents = {await town.agent(), await town.agent()}
    town.call(CALLER, talk_s=60)
    town.call(OTHER, talk_s=60)
    await town.play(minutes=5)
    calls = (await town.api("GET", "/calls"))["items"]
    assert {call["agent_id"] for call in calls} == agents
    assert all(call["wait_seconds"] < 15 for call in calls)
    await town.all_over()
    town.no_problems()


async def test_a_callback_is_made_between_the_callers_who_came_before_and_after(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=60)
    agent = await town.agent()
    town.call("+14155550101", talk_s=100)
    await town.play(minutes=0.2)
    town.call("+14155550102", talk_s=10)
    await town.play(minutes=0.2)
    town.call(CALLER, "called back", "confirm")
    await town.play(minutes=0.2)
    town.call("+14155550103", talk_s=10)
    town.person(CALLER, **CONNECT)
    await town.play(minutes=20)
    calls = (await town.api("GET", "/calls"))["items"]
    answered = sorted(
        (call for call in calls if call["answered_at"]), key=lambda c: c["answered_at"]
    )
    assert [call["phone_number"] for call in answered] == [
        "+14155550101",
        "+14155550102",
        CALLER,
        "+14155550103",
    ]
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_no_agent_is_asked_while_her_phone_is_still_engaged(town: Town) -> None:
    """She declines and hears the goodbye to its end before the next caller rings her."""
    await town.open(announce_every_seconds=60)
    agent = await town.agent(**DECLINES)
    town.call(CALLER, patience_s=60)
    town.call(OTHER, patience_s=60)
    await town.play(minutes=3)
    rings = town.calls_to(town.phones[agent])
    assert len(rings) == 2
    assert rings[1].created_at >= rings[0].ended_at
    assert all(town.heard_in_full(ring.sid, "Declined. Goodbye.") for ring in rings)
    await town.all_over()


async def test_agent_who_declined_is_not_stuck_when_the_end_of_her_call_is_never_told(
    town: Town,
) -> None:
    await town.open(announce_every_seconds=120)
    agent = await town.agent(**DECLINES)
    town.call(talk_s=5)
    await town.play(until=lambda: "Declined." in "".join(town.heard_at(agent)))
    town.faults(drop=1.0)
    await town.play(minutes=0.1)
    town.faults()
    town.person(town.phones[agent], **ACCEPTS)
    began = town.clock.now()
    await town.play(minutes=4, sweeping=True)
    second = town.calls_to(town.phones[agent])[1]
    assert second.created_at - began < timedelta(seconds=100)
    (logged,) = (await town.api("GET", "/calls"))["items"]
    assert logged["outcome"] == "answered"
    assert datetime.fromisoformat(logged["answered_at"]) > began
    await town.all_over()
