"""What callers add: a note after the tone, an extension, and a supervisor for whoever calls again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from callback.promises.note import Note
from tests.acceptance.test_menu import full_house
from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 10}
OTHER = "+14155550121"


async def notes(town: Town) -> list[Note]:
    async with town.database.reading() as session:
        return list((await session.exec(select(Note))).all())


@pytest.mark.both_databases
async def test_what_was_said_after_the_tone_is_heard_by_the_agent_and_thrown_away_in_time(
    town: Town,
) -> None:
    await full_house(town, takes_notes=True, notes_kept_days=2)
    sid = town.call(CALLER, "called back", "confirm", records_s=6)
    town.person(CALLER, **CONNECT)
    await town.play(minutes=2)
    heard = town.heard(sid)
    assert "You have our word. We will call you at 4 1 5, 5 5 5, 0 1 1 1 within about" in heard
    assert heard.endswith(
        "If you like, say your name and what it is about after the tone, then press the pound key. "
        "Or simply hang up. Thank you. It goes with your callback. Goodbye."
    )
    (agent,) = town.phones.values()
    town.person(agent, answers={"after_s": 2})
    await town.play(until=lambda: len(town.calls_to(agent)) == 2)
    offered = town.calls_to(agent)[1]
    await town.play(
        until=lambda: "Press 3 to hear what the person said." in town.heard(offered.sid)
    )
    offered.press("3")
    await town.play(until=lambda: any(line["kind"] == "played" for line in offered.transcript))
    (address,) = [line["text"] for line in offered.transcript if line["kind"] == "played"]
    played = await town.web.get(str(address))
    assert (played.status_code, played.headers["content-type"]) == (200, "audio/wav")
    assert len(played.content) > 6 * 8_000
    offered.press("1")
    await town.play(minutes=5)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert ("note_recorded", "10 s") in [
        (each["event"], each["detail"]) for each in done["timeline"]
    ]
    assert (await town.web.get(str(address))).status_code == 404
    kept = await town.web.get(f"/api/v1/callbacks/{done['id']}/note")
    assert kept.content == played.content
    (note,) = await notes(town)
    town.clock.move_to(note.delete_at + timedelta(seconds=1))
    await town.play(minutes=0.1, sweeping=1)
    assert await notes(town) == []
    assert town.exchange.recordings == {}
    assert (await town.web.get(f"/api/v1/callbacks/{done['id']}/note")).status_code == 404
    await town.all_over()
    town.no_problems()


async def test_who_says_nothing_or_hangs_up_is_promised_all_the_same(town: Town) -> None:
    await full_house(town, takes_notes=True)
    silent = town.call(CALLER, "called back", "confirm", records_s=0)
    gone = town.call(OTHER.replace("21", "22"), "called back", "confirm", records_s=60)
    await town.play(until=lambda: "after the tone" in town.heard(gone))
    await town.play(minutes=0.2)
    town.hang_up(gone)
    await town.play(minutes=2)
    assert "after the tone" in town.heard(silent)
    assert [each["status"] for each in await town.callbacks()] == ["waiting", "waiting"]
    assert len(await notes(town)) == 1
    calls = {
        each["call_sid"]: each["outcome"] for each in (await town.api("GET", "/calls"))["items"]
    }
    assert (calls[silent], calls[gone]) == ("promised", "promised")
    town.no_problems()


async def test_out_of_hours_a_note_goes_with_the_chosen_time(town: Town) -> None:
    closed = [{"date": "2026-03-02", "opens": None, "closes": None}]
    await town.open(takes_notes=True, special_days=closed)
    sid = town.call(CALLER, "choose a time", "choose tomorrow", "confirm", records_s=4)
    await town.play(minutes=2)
    assert town.heard(sid).endswith("Thank you. It goes with your callback. Goodbye.")
    assert len(await notes(town)) == 1
    await town.all_over()
    town.no_problems()


async def test_a_note_is_thrown_away_over_the_api(town: Town) -> None:
    await full_house(town, takes_notes=True)
    town.call(CALLER, "called back", "confirm", records_s=4)
    await town.play(minutes=2)
    path = f"/api/v1/callbacks/{(await town.only_callback())['id']}/note"
    assert (await town.web.get(path)).status_code == 200
    assert (await town.web.delete(path)).status_code == 204
    assert town.exchange.recordings == {}
    assert (await town.web.get(path)).status_code == 404
    assert (await town.web.delete(path)).status_code == 404


async def test_an_extension_is_read_back_and_dialled(town: Town) -> None:
    await full_house(town)
    typed = {"hears": "type your", "presses": "4155550177*120#"}
    choices = [{"hears": "called back"}, {"hears": "another number"}, typed, {"hears": "confirm"}]
    sid = town.call(choices=choices)
    town.person("+14155550177", **CONNECT)
    await town.play(minutes=1)
    assert "You have our word. We will call you at 4 1 5, 5 5 5, 0 1 7 7, extension 1 2 0" in (
        town.heard(sid)
    )
    assert (await town.only_callback())["extension"] == "120"
    await town.play(minutes=20)
    (rung,) = town.calls_to("+14155550177")
    pressed = "".join(str(line["text"]) for line in rung.transcript if line["kind"] == "played")
    assert "120" in pressed
    assert (await town.only_callback())["status"] == "completed"
    town.no_problems()


async def test_an_extension_over_the_api_is_kept(town: Town) -> None:
    await town.open()
    await town.agent(answers="never")
    await town.ask("(415) 555-0123 ext. 77")
    found = await town.only_callback()
    assert (found["phone_number"], found["extension"]) == ("+14155550123", "77")


async def test_who_calls_again_is_given_to_a_supervisor_in_the_old_order(town: Town) -> None:
    await town.open(supervisor_skill="supervisor")
    agent = await town.agent()
    first = town.call(CALLER, talk_s=5)
    await town.play(minutes=1)
    assert "supervisor" not in town.heard(first)
    chief = await town.agent(skills=["supervisor"])
    busy = [town.call(number, talk_s=600) for number in (OTHER, "+14155550122")]
    await town.play(minutes=0.5)
    stranger = town.call("+14155550123", talk_s=10)
    again = town.call(CALLER, "supervisor", talk_s=10)
    await town.play(minutes=1)
    assert "supervisor" not in town.heard(stranger)
    assert "A supervisor will take your call. You have kept your place in line." in town.heard(
        again
    )
    for sid in busy:
        town.hang_up(sid)
    await town.play(minutes=5)
    calls = {each["call_sid"]: each for each in (await town.api("GET", "/calls"))["items"]}
    assert (calls[again]["outcome"], calls[again]["agent_id"]) == ("answered", chief)
    assert agent != chief
    await town.all_over()
    town.no_problems()


async def test_a_callback_asked_for_after_the_supervisor_goes_to_one(town: Town) -> None:
    await town.open(supervisor_skill="supervisor")
    await town.agent()
    town.call(CALLER, talk_s=5)
    await town.play(minutes=1)
    chief = await town.agent(skills=["supervisor"])
    for number in (OTHER, "+14155550122"):
        town.call(number, talk_s=300)
    await town.play(minutes=0.5)
    sid = town.call(CALLER, "supervisor", "confirm")
    town.person(CALLER, **CONNECT)
    await town.play(until=lambda: "A supervisor will take your call." in town.heard(sid))
    town.exchange.calls[sid].press("1")
    await town.play(minutes=1)
    assert (await town.only_callback())["skills"] == ["supervisor"]
    await town.play(minutes=20)
    assert (await town.only_callback())["status"] == "completed"
    returned = [each for each in (await town.api("GET", "/calls"))["items"] if each["callback_id"]]
    assert [each["agent_id"] for each in returned] == [chief]
