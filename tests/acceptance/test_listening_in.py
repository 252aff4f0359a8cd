"""A supervisor in a conversation: listens unheard, whispers to the agent, joins, leaves; and who may not."""

from __future__ import annotations

from typing import Any

from callback.simulator.conference import Conference, Participant
from tests.acceptance.town import CALLER, Town

TALKS = {"choices": [{"hears": "connected"}], "talk_s": 600}
ENTERS = {"answers": {"after_s": 2}, "choices": [{"hears": "enter the conversation"}]}


async def conversation(town: Town) -> tuple[str, str, str]:
    """An agent and a person who talk, and a supervisor; their identifiers, and the conversation's."""
    await town.open()
    agent = await town.agent(talk_s=600)
    town.person(CALLER, **TALKS)
    await town.ask()
    await town.play(minutes=0.7)
    assert await town.status_of(agent) == "busy"
    supervisor = await town.agent(status="away", **ENTERS)
    (talk,) = (await town.api("GET", "/conversations"))["items"]
    assert talk["agent_id"] == agent
    return agent, supervisor, str(talk["id"])


async def bring_in(town: Town, talk: str, supervisor: str, mode: str, expect: int = 201) -> Any:
    body = {"agent_id": supervisor, "mode": mode}
    made = await town.api("POST", f"/conversations/{talk}/supervisors", expect, json=body)
    await town.play(minutes=0.2)
    return made


def hearing(town: Town, speaker: str, *phones: str) -> list[bool]:
    """Tell of each phone whether it hears the speaker's, in the one conference that there is."""
    (room,) = [room for room in town.exchange.conferences.values() if room.live]
    said = member(town, room, speaker)
    return [room.hears(member(town, room, phone), said) for phone in phones]


def member(town: Town, room: Conference, phone: str) -> Participant:
    number = town.phones.get(phone, phone)
    return next(each for each in room.participants.values() if each.call.to == number)


async def test_supervisor_listens_whispers_and_joins_and_the_conversation_goes_on(
    town: Town,
) -> None:
    agent, supervisor, talk = await conversation(town)
    leg = await bring_in(town, talk, supervisor, "listen")
    assert "Agent 1 is talking on Support." in town.heard_at(supervisor)[0]
    assert hearing(town, supervisor, agent, CALLER) == [False, False]
    assert hearing(town, agent, supervisor, CALLER) == [True, True]
    path = f"/conversations/{talk}/supervisors/{leg['id']}"
    await town.api("PATCH", path, json={"mode": "whisper"})
    await town.play(minutes=0.1)
    assert hearing(town, supervisor, agent, CALLER) == [True, False]
    assert hearing(town, CALLER, supervisor, agent) == [True, True]
    await town.api("PATCH", path, json={"mode": "join"})
    await town.play(minutes=0.1)
    assert hearing(town, supervisor, agent, CALLER) == [True, True]
    (shown,) = (await town.api("GET", "/conversations"))["items"]
    assert [each["mode"] for each in shown["supervisors"]] == ["join"]
    await town.api("DELETE", path)
    await town.play(minutes=0.2)
    assert hearing(town, agent, CALLER) == [True]
    assert town.calls_to(town.phones[supervisor])[0].ended
    assert (await town.only_callback())["status"] == "connected"
    await town.play(minutes=15)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert "supervised" in [entry["event"] for entry in done["timeline"]]
    await town.all_over()
    town.no_problems()


async def test_when_the_conversation_ends_the_supervisor_hears_so_and_is_free(town: Town) -> None:
    _, supervisor, talk = await conversation(town)
    await bring_in(town, talk, supervisor, "whisper")
    town.hang_up(town.calls_to(CALLER)[0].sid)
    await town.play(minutes=1)
    assert "The conversation is over. Goodbye." in town.heard_at(supervisor)[0]
    await town.all_over()


async def test_supervisor_who_hangs_up_disturbs_nobody(town: Town) -> None:
    agent, supervisor, talk = await conversation(town)
    await bring_in(town, talk, supervisor, "join")
    town.hang_up(town.calls_to(town.phones[supervisor])[0].sid)
    await town.play(minutes=0.2)
    assert hearing(town, agent, CALLER) == [True]
    assert (await town.api("GET", "/conversations"))["items"][0]["supervisors"] == []


async def test_mailbox_that_answers_for_the_supervisor_listens_to_nobody(town: Town) -> None:
    agent, supervisor, talk = await conversation(town)
    town.person(town.phones[supervisor], answers={"machine_after_s": 2, "greeting_s": 3})
    await bring_in(town, talk, supervisor, "listen")
    await town.play(minutes=1)
    (room,) = [room for room in town.exchange.conferences.values() if room.live]
    assert len(room.participants) == 2
    assert town.calls_to(town.phones[supervisor])[0].ended
    assert await town.status_of(agent) == "busy"


async def test_a_phone_in_use_is_not_rung_and_who_listens_is_offered_no_call(town: Town) -> None:
    agent, supervisor, talk = await conversation(town)
    busy = await bring_in(town, talk, agent, "listen", 422)
    assert "in use" in busy["detail"]
    await bring_in(town, talk, supervisor, "listen")
    assert "in use" in (await bring_in(town, talk, supervisor, "listen", 422))["detail"]
    await town.set_status(supervisor, "available")
    town.call("+14155550121", patience_s=60)
    await town.play(minutes=0.5)
    assert len(town.calls_to(town.phones[supervisor])) == 1


async def test_conversation_that_is_over_is_listened_to_by_nobody(town: Town) -> None:
    _, supervisor, talk = await conversation(town)
    town.hang_up(town.calls_to(CALLER)[0].sid)
    await town.play(minutes=1)
    over = await bring_in(town, talk, supervisor, "listen", 409)
    assert "cannot be listened to" in over["detail"]
    assert town.calls_to(town.phones[supervisor]) == []
