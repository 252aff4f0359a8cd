"""Queues and conferences: who is let in, who is told, and how it ends."""

from __future__ import annotations

import pytest

from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, Stage

QUEUE = '<Enqueue action="/exit" waitUrl="/wait">support</Enqueue>'
ROOM = (
    '<Dial action="/done"><Conference startConferenceOnEnter="true" endConferenceOnExit="true"'
    ' waitUrl="/music" statusCallback="/room" statusCallbackEvent="start end join leave">'
    "cb-123</Conference></Dial>"
)


async def queue_sid(stage: Stage) -> str:
    return str((await stage.rest("GET", "/Queues.json"))["queues"][0]["sid"])


async def test_a_member_is_dequeued_by_rest_and_only_once(stage: Stage) -> None:
    stage.app.script = {
        "/voice": QUEUE,
        "/wait": '<Pause length="60"/>',
        "/offer": "<Say>You are next.</Say>",
    }
    sid = stage.dial()
    await stage.play(seconds=30)
    queue = await queue_sid(stage)
    members = (await stage.rest("GET", f"/Queues/{queue}/Members.json"))["queue_members"]
    assert [(each["call_sid"], each["position"]) for each in members] == [(sid, 1)]
    path = f"/Queues/{queue}/Members/{sid}.json"
    taken = await stage.rest("POST", path, 200, Url=f"{HOST}/offer")
    assert (taken["call_sid"], taken["wait_time"]) == (sid, 30)
    again = await stage.rest("POST", path, 400, Url=f"{HOST}/offer")
    assert again["code"] == 21220
    await stage.play()
    assert stage.app.times("/exit") == stage.app.times("/offer") == [30.0]
    (left,) = stage.app.asked("/exit")
    assert (left["QueueResult"], left["QueueSid"], left["QueueTime"]) == ("redirected", queue, "30")
    assert stage.said(sid) == ["You are next."]
    assert len(stage.app.asked("/wait")) == 1


async def test_front_serves_in_order_of_arrival(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="60"/>'}
    first, second = stage.dial("+14155550201"), stage.dial("+14155550202")
    await stage.play(seconds=5)
    path = f"/Queues/{await queue_sid(stage)}/Members/Front.json"
    for sid in (first, second):
        taken = await stage.rest("POST", path, 200, Url=f"{HOST}/offer")
        assert taken["call_sid"] == sid
    assert (await stage.rest("POST", path, 404, Url=f"{HOST}/offer"))["code"] == 20404


async def test_a_member_is_redirected_through_the_call(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="60"/>', "/other": "<Hangup/>"}
    sid = stage.dial()
    await stage.play(seconds=5)
    await stage.rest("POST", f"/Calls/{sid}.json", 200, Url=f"{HOST}/other")
    await stage.play()
    assert stage.app.asked("/exit")[0]["QueueResult"] == "redirected"
    assert stage.app.times("/other") == [5.0]


async def test_a_wait_url_that_fails_ends_the_waiting_with_an_error(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": "<Dial>+14155550111</Dial>", "/exit": "<Hangup/>"}
    stage.dial()
    await stage.play()
    assert stage.app.asked("/exit")[0]["QueueResult"] == "error"
    assert stage.codes() == [12200]


async def test_hangup_in_the_wait_document_hangs_up(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": "<Say>We are closed.</Say><Hangup/>"}
    sid = stage.dial()
    await stage.play()
    assert stage.app.asked("/exit")[0]["QueueResult"] == "hangup"
    assert stage.exchange.calls[sid].status == "completed"


async def test_without_an_action_the_next_verb_follows(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Enqueue waitUrl="/wait">support</Enqueue><Say>After.</Say>',
        "/wait": "<Leave/>",
    }
    sid = stage.dial()
    await stage.play()
    assert stage.said(sid) == ["After."]


async def test_leave_outside_of_a_queue_changes_nothing(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Leave/><Say>Still here.</Say>"}
    sid = stage.dial()
    await stage.play()
    assert stage.said(sid) == ["Still here."]


async def test_dialling_an_empty_queue_waits_for_somebody_to_come(stage: Stage) -> None:
    stage.exchange.queue_named("support")
    stage.app.script = {
        "/voice": lambda asked: (
            '<Dial action="/done" timeout="60"><Queue>support</Queue></Dial>'
            if asked["From"] == AGENT
            else QUEUE
        ),
        "/wait": '<Pause length="60"/>',
    }
    stage.dial(AGENT, talk_s=10)
    await stage.play(seconds=20)
    stage.dial(CALLER)
    await stage.play()
    (done,) = stage.app.asked("/done")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert stage.app.asked("/exit")[0]["QueueResult"] == "bridged"


async def test_dialling_an_empty_queue_gives_up_after_its_timeout(stage: Stage) -> None:
    stage.exchange.queue_named("support")
    stage.app.script = {"/voice": '<Dial action="/done" timeout="10"><Queue>support</Queue></Dial>'}
    stage.dial(AGENT)
    await stage.play()
    assert stage.app.times("/done") == [10.0]
    assert stage.app.asked("/done")[0]["DialBridged"] == "false"


async def test_agent_and_customer_meet_in_a_conference(stage: Stage) -> None:
    stage.app.script = {"/returning": ROOM, "/done": "<Hangup/>", "/music": "<Play>m.mp3</Play>"}
    stage.person(CALLER, talk_s=60)
    agent = await stage.call(AGENT)
    await stage.play(seconds=10)
    added = await stage.rest(
        "POST",
        "/Conferences/cb-123/Participants.json",
        201,
        To=CALLER,
        From=LINE,
        Label="customer",
        StatusCallback=f"{HOST}/customer",
        StatusCallbackEvent=["initiated", "ringing", "answered", "completed"],
    )
    customer = added["call_sid"]
    assert added["status"] == "queued"
    await stage.play()
    assert [each["CallStatus"] for each in stage.app.asked("/customer")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    room = stage.app.asked("/room")
    assert [(each["StatusCallbackEvent"], each.get("CallSid")) for each in room] == [
        ("participant-join", agent),
        ("participant-join", customer),
        ("conference-start", None),
        ("participant-leave", customer),
        ("participant-leave", agent),
        ("conference-end", None),
    ]
    assert [each["SequenceNumber"] for each in room] == ["1", "2", "3", "4", "5", "6"]
    assert room[1]["ParticipantLabel"] == "customer"
    assert room[3]["ReasonParticipantLeft"] == "participant_hung_up"
    assert room[3]["ParticipantCallStatus"] == "completed"
    assert room[5]["CallSidEndingConference"] == agent
    assert room[5]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    (done,) = stage.app.asked("/done")
    assert done["DialCallStatus"] == "answered"
    assert "DialCallSid" not in done
    assert len(stage.app.asked("/music")) == 1
    assert stage.codes() == []


@pytest.mark.parametrize(("answers", "status"), [("never", "no-answer"), ("busy", "busy")])
async def test_a_customer_who_cannot_be_added(stage: Stage, answers: str, status: str) -> None:
    stage.app.script = {"/returning": ROOM}
    stage.person(CALLER, answers=answers)
    await stage.call(AGENT)
    await stage.play(seconds=10)
    await stage.rest(
        "POST", "/Conferences/cb-123/Participants.json", 201, To=CALLER, From=LINE, Timeout=10
    )
    await stage.play(seconds=60)
    left = stage.app.asked("/room")[-1]
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == status


async def test_ending_a_conference_by_rest_sends_everybody_on(stage: Stage) -> None:
    stage.app.script = {"/returning": ROOM, "/done": "<Hangup/>"}
    await stage.call(AGENT)
    await stage.call(CALLER)
    await stage.play(seconds=20)
    room = (await stage.rest("GET", "/Conferences.json", Status="in-progress"))["conferences"][0]
    answer = await stage.rest("POST", f"/Conferences/{room['sid']}.json", 200, Status="completed")
    assert answer["status"] == "completed"
    await stage.play()
    assert len(stage.app.asked("/done")) == 2
    end = stage.app.asked("/room")[-1]
    assert end["ReasonConferenceEnded"] == "conference-ended-via-api"


async def test_a_customer_who_rings_is_dropped_when_the_agent_ends_the_room(stage: Stage) -> None:
    stage.app.script = {"/returning": ROOM}
    stage.person(CALLER, answers="never")
    agent = await stage.call(AGENT)
    await stage.play(seconds=10)
    added = await stage.rest(
        "POST", "/Conferences/cb-123/Participants.json", 201, To=CALLER, From=LINE
    )
    await stage.play(seconds=5)
    await stage.rest("POST", f"/Calls/{agent}.json", 200, Status="completed")
    await stage.play()
    assert stage.exchange.calls[added["call_sid"]].status == "canceled"


async def test_participants_are_muted_held_labelled_and_removed(stage: Stage) -> None:
    stage.app.script = {
        "/returning": ROOM.replace("start end join leave", "mute hold leave"),
        "/done": "<Hangup/>",
    }
    await stage.call(AGENT)
    await stage.play(seconds=10)
    added = await stage.rest(
        "POST", "/Conferences/cb-123/Participants.json", 201, To=CALLER, From=LINE, Label="guest"
    )
    await stage.play(seconds=10)
    room = added["conference_sid"]
    path = f"/Conferences/{room}/Participants/guest.json"
    assert (await stage.rest("GET", path))["status"] == "connected"
    assert (await stage.rest("POST", path, 200, Muted="true", Hold="true"))["muted"] is True
    listed = await stage.rest("GET", f"/Conferences/{room}/Participants.json", Hold="true")
    assert [each["label"] for each in listed["participants"]] == ["guest"]
    await stage.rest("DELETE", path, 204)
    await stage.play(seconds=1)
    assert [each["StatusCallbackEvent"] for each in stage.app.asked("/room")] == [
        "participant-mute",
        "participant-hold",
        "participant-leave",
    ]
    assert stage.app.asked("/room")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert stage.exchange.calls[added["call_sid"]].status == "completed"


async def test_nobody_starts_a_room_whose_people_only_wait(stage: Stage) -> None:
    waits = ROOM.replace('startConferenceOnEnter="true"', 'startConferenceOnEnter="false"')
    stage.app.script = {"/returning": waits}
    await stage.call(AGENT)
    await stage.call(CALLER)
    await stage.play(seconds=30)
    assert "conference-start" not in {
        each["StatusCallbackEvent"] for each in stage.app.asked("/room")
    }


async def test_only_the_first_participant_decides_who_is_told(stage: Stage) -> None:
    stage.app.script = {
        "/returning": ROOM,
        "/second": ROOM.replace('"/room"', '"/elsewhere"'),
    }
    await stage.call(AGENT)
    await stage.play(seconds=10)
    await stage.call(CALLER, Url=f"{HOST}/second")
    await stage.play(seconds=10)
    assert stage.app.asked("/elsewhere") == []
    assert stage.app.asked("/room")[-1]["StatusCallbackEvent"] == "conference-start"
