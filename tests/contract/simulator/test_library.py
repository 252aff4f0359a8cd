"""Every resource through Twilio's own library: what it sends is understood, what it reads is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.contract.simulator.conftest import Contract
from tests.contract.simulator.official import InProcess
from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, START

QUEUE = '<Enqueue action="/exit" waitUrl="/wait">support</Enqueue>'


def test_the_description_is_at_hand(contract: Contract) -> None:
    if contract.judge is None:
        pytest.skip("Twilio's API description is not here: set TWILIO_OPENAPI_DIR to its folder")


async def test_calls(contract: Contract) -> None:
    calls = contract.twilio.calls
    created = await calls.create_async(
        to=CALLER,
        from_=LINE,
        url=f"{HOST}/returning?attempt=1",
        status_callback=f"{HOST}/status#rc=3&rp=ct,rt,5xx",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        fallback_url=f"{HOST}/fallback",
        timeout=25,
        time_limit=600,
        machine_detection="Enable",
    )
    assert created.status == "queued"
    assert created.sid
    assert created.queue_time == "0"
    assert created.direction == "outbound-api"
    assert (created.to, created._from) == (CALLER, LINE)
    assert created.start_time is None
    contract.stage.app.script = {"/returning": '<Pause length="60"/>', "/other": "<Hangup/>"}
    await contract.stage.play(seconds=10)
    fetched = await calls(created.sid).fetch_async()
    assert (fetched.status, fetched.answered_by) == ("in-progress", "human")
    assert fetched.start_time == START
    await calls(created.sid).update_async(url=f"{HOST}/other", method="POST")
    await contract.stage.play()
    ended = await calls(created.sid).fetch_async()
    assert ended.status == "completed"
    assert ended.duration == "6"
    assert ended.end_time == START + timedelta(seconds=10)
    with pytest.raises(TwilioRestException) as caught:
        await calls(created.sid).update_async(status="completed")
    assert (caught.value.code, caught.value.status) == (21220, 400)
    assert await calls(created.sid).delete_async()


async def test_calls_are_listed_filtered_and_paged(contract: Contract) -> None:
    stage, calls = contract.stage, contract.twilio.calls
    for index in range(5):
        await calls.create_async(to=f"+1415555010{index}", from_=LINE, twiml="<Response/>")
        await stage.play(seconds=60)
    later = START + timedelta(seconds=120)
    everyone = await calls.list_async()
    assert [call.to for call in everyone] == [f"+1415555010{index}" for index in (4, 3, 2, 1, 0)]
    assert len(await calls.list_async(page_size=2)) == 5
    assert len(await calls.list_async(limit=3, page_size=2)) == 3
    assert [call.to for call in await calls.list_async(to="+14155550103")] == ["+14155550103"]
    assert len(await calls.list_async(start_time_after=later)) == 3
    assert len(await calls.list_async(start_time_before=later)) == 3
    assert len(await calls.list_async(start_time=START.date())) == 5
    assert await calls.list_async(start_time_after=datetime(2027, 1, 1, tzinfo=UTC)) == []
    assert len(await calls.list_async(status="completed", from_=LINE)) == 5
    page = await calls.page_async(page_size=2)
    assert page.next_page_url is not None
    assert "PageToken=PA" in page.next_page_url


async def test_new_calls_do_not_shift_the_pages(contract: Contract) -> None:
    calls = contract.twilio.calls
    for index in range(4):
        await calls.create_async(to=f"+1415555010{index}", from_=LINE, twiml="<Response/>")
    seen = []
    async for call in await calls.stream_async(page_size=2):
        seen.append(call.to)
        if len(seen) == 1:
            await calls.create_async(to="+14155550199", from_=LINE, twiml="<Response/>")
    assert seen == [f"+1415555010{index}" for index in (3, 2, 1, 0)]


async def test_queues_and_members(contract: Contract) -> None:
    stage, queues = contract.stage, contract.twilio.queues
    made = await queues.create_async(friendly_name="support", max_size=50)
    assert (made.friendly_name, made.max_size, made.current_size) == ("support", 50, 0)
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="600"/>'}
    first, second = stage.dial("+14155550201"), stage.dial("+14155550202")
    await stage.play(seconds=30)
    assert (await queues(made.sid).fetch_async()).current_size == 2
    assert (await queues(made.sid).fetch_async()).average_wait_time == 30
    members = await queues(made.sid).members.list_async()
    assert [(each.call_sid, each.position, each.wait_time) for each in members] == [
        (first, 1, 30),
        (second, 2, 30),
    ]
    member = queues(made.sid).members(second)
    assert (await member.fetch_async()).date_enqueued == START
    assert (await member.update_async(url=f"{HOST}/offer", method="POST")).call_sid == second
    with pytest.raises(TwilioRestException) as caught:
        await member.update_async(url=f"{HOST}/offer")
    assert caught.value.status == 400
    assert (await queues(made.sid).members("Front").update_async(url=f"{HOST}/o")).call_sid == first
    renamed = await queues(made.sid).update_async(friendly_name="sales", max_size=10)
    assert (renamed.friendly_name, renamed.max_size) == ("sales", 10)
    assert len(await queues.list_async()) == 1
    assert await queues(made.sid).delete_async()
    with pytest.raises(TwilioRestException) as caught:
        await queues(made.sid).fetch_async()
    assert (caught.value.code, caught.value.status) == (20404, 404)


async def test_conferences_and_participants(contract: Contract) -> None:
    stage, conferences = contract.stage, contract.twilio.conferences
    room = "reservation-7"
    agent = await conferences(room).participants.create_async(
        from_=LINE,
        to=AGENT,
        label="agent",
        timeout=20,
        end_conference_on_exit=True,
        status_callback=f"{HOST}/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        conference_status_callback=f"{HOST}/room",
        conference_status_callback_event=["start", "end", "join", "leave"],
    )
    assert agent.status == "queued"
    assert agent.conference_sid
    await stage.play(seconds=1)
    own = conferences(agent.conference_sid)
    assert (await own.participants("agent").fetch_async()).status == "ringing"
    customer = await own.participants.create_async(from_=LINE, to=CALLER)
    await stage.play(seconds=10)
    assert (await own.fetch_async()).status == "in-progress"
    assert {each.call_sid for each in await own.participants.list_async()} == {
        agent.call_sid,
        customer.call_sid,
    }
    held = await own.participants(customer.call_sid).update_async(muted=True, hold=True)
    assert (held.muted, held.hold, held.status) == (True, True, "connected")
    assert len(await own.participants.list_async(hold=True)) == 1
    listed = await conferences.list_async(friendly_name=room, status="in-progress")
    assert [each.sid for each in listed] == [agent.conference_sid]
    assert await own.participants(customer.call_sid).delete_async()
    ended = await own.update_async(status="completed")
    assert ended.status == "completed"
    assert ended.reason_conference_ended == "conference-ended-via-api"
    await stage.play()
    assert stage.app.asked("/room")[-1]["StatusCallbackEvent"] == "conference-end"


async def test_messages(contract: Contract) -> None:
    stage, messages = contract.stage, contract.twilio.messages
    sent = await messages.create_async(
        to=CALLER, from_=LINE, body="We call you at three.", status_callback=f"{HOST}/sms-status"
    )
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    await stage.play()
    assert [each["MessageStatus"] for each in stage.app.asked("/sms-status")] == [
        "sending",
        "sent",
        "delivered",
    ]
    assert (await messages(sent.sid).fetch_async()).status == "delivered"
    assert len(await messages.list_async(to=CALLER, date_sent=START.date())) == 1
    assert (await messages(sent.sid).update_async(body="")).body == ""
    scheduled = await messages.create_async(
        to=CALLER,
        messaging_service_sid="MG" + "a" * 32,
        body="later",
        schedule_type="fixed",
        send_at=START + timedelta(hours=2),
    )
    assert scheduled.status == "scheduled"
    assert (await messages(scheduled.sid).update_async(status="canceled")).status == "canceled"
    assert await messages(sent.sid).delete_async()


async def test_messages_answered_and_stopped(contract: Contract) -> None:
    stage, messages = contract.stage, contract.twilio.messages
    stage.app.script = {"/sms": "<Message>Thank you.</Message>"}
    stage.exchange.incoming_message(CALLER, LINE, "Hello")
    await stage.play()
    (told,) = stage.app.asked("/sms")
    assert (told["Body"], told["NumMedia"], told["SmsStatus"]) == ("Hello", "0", "received")
    (reply,) = [each for each in await messages.list_async() if each.direction == "outbound-reply"]
    assert (reply.body, reply.to, reply.status) == ("Thank you.", CALLER, "delivered")
    stage.app.script = {}
    stage.exchange.incoming_message(CALLER, LINE, " stop ")
    await stage.play()
    with pytest.raises(TwilioRestException) as caught:
        await messages.create_async(to=CALLER, from_=LINE, body="x")
    assert caught.value.code == 21610
    stage.exchange.incoming_message(CALLER, LINE, "START")
    await stage.play()
    assert (await messages.create_async(to=CALLER, from_=LINE, body="x")).status == "queued"


async def test_numbers(contract: Contract) -> None:
    numbers = await contract.twilio.incoming_phone_numbers.list_async()
    assert [(each.phone_number, each.voice_url) for each in numbers] == [(LINE, f"{HOST}/voice")]


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        ({"to": ""}, 21201, 400),
        ({"from_": ""}, 21213, 400),
        ({"to": "4155550111"}, 21211, 400),
        ({"to": "+0123"}, 21211, 400),
        ({"from_": "+14155550199"}, 21210, 400),
        ({"from_": "nobody"}, 21212, 400),
        ({"from_": "+15005550001"}, 21212, 400),
        ({"to": "+15005550001"}, 21217, 400),
        ({"to": "+15005550002"}, 21214, 400),
        ({"to": "+15005550003"}, 21215, 400),
        ({"to": "+15005550004"}, 21216, 400),
        ({"url": "nowhere"}, 21205, 400),
        ({"url": ""}, 21205, 400),
        ({"url": "https://under_score.example/x"}, 21205, 400),
        ({"status_callback": "nowhere"}, 21609, 400),
        ({"status_callback_event": ["answerd"]}, 20001, 400),
        ({"method": "PUT"}, 21209, 400),
        ({"timeout": 601}, 21208, 400),
        ({"send_digits": "12x"}, 21206, 400),
        ({"machine_detection": "Maybe"}, 21234, 400),
        ({"machine_detection": "Enable", "machine_detection_timeout": 99}, 21234, 400),
        ({"url": "", "twiml": "x" * 4001}, 32018, 400),
        ({"url": "", "application_sid": "AP" + "a" * 32}, 21218, 400),
    ],
)
async def test_refused_calls(
    contract: Contract, given: dict[str, object], code: int, status: int
) -> None:
    sent: dict[str, object] = {"to": CALLER, "from_": LINE, "url": f"{HOST}/x", **given}
    with pytest.raises(TwilioRestException) as caught:
        await contract.twilio.calls.create_async(**sent)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.status) == (code, status)
    assert contract.stage.exchange.calls == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "nobody"}, 21211),
        ({"from_": "+14155550199"}, 21606),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550008"}, 21611),
    ],
)
async def test_refused_messages(contract: Contract, given: dict[str, str], code: int) -> None:
    sent = {"to": CALLER, "from_": LINE, "body": "x", **given}
    with pytest.raises(TwilioRestException) as caught:
        await contract.twilio.messages.create_async(**sent)
    assert (caught.value.code, caught.value.status) == (code, 400)


async def test_unknown_resources_are_not_found(contract: Contract) -> None:
    twilio = contract.twilio
    for resource in (
        twilio.calls("CA" + "0" * 32),
        twilio.queues("QU" + "0" * 32),
        twilio.conferences("CF" + "0" * 32),
        twilio.messages("SM" + "0" * 32),
        twilio.queues("QU" + "0" * 32).members("Front"),
        twilio.conferences("CF" + "0" * 32).participants("x"),
    ):
        with pytest.raises(TwilioRestException) as caught:
            await resource.fetch_async()
        assert (caught.value.code, caught.value.status) == (20404, 404)
        assert "20404" in (caught.value.msg + caught.value.uri + str(caught.value.code))


@pytest.mark.parametrize("who", ["token", "account"])
async def test_strangers_are_turned_away(contract: Contract, who: str) -> None:
    account = contract.stage.account
    sid = "AC" + "1" * 32 if who == "account" else account.sid
    token = "wrong" if who == "token" else account.auth_token
    stranger = Client(sid, token, http_client=InProcess(contract.stage.client, None))
    stranger.api.base_url = "http://127.0.0.1:4010"
    with pytest.raises(TwilioRestException) as caught:
        await stranger.calls("CA" + "0" * 32).fetch_async()
    assert (caught.value.code, caught.value.status) == (20003, 401)


async def test_errors_have_twilios_four_fields(contract: Contract) -> None:
    answer = await contract.stage.rest("POST", "/Calls.json", 400, From=LINE)
    assert set(answer) == {"code", "message", "more_info", "status"}
    assert answer["more_info"] == "https://www.twilio.com/docs/errors/21201"


async def test_numbers_are_set_up(contract: Contract) -> None:
    numbers = contract.twilio.incoming_phone_numbers
    (own,) = await numbers.list_async(phone_number=LINE)
    changed = await numbers(own.sid).update_async(
        voice_url=f"{HOST}/other", voice_method="GET", sms_url="", friendly_name="Support"
    )
    assert (changed.voice_url, changed.voice_method) == (f"{HOST}/other", "GET")
    assert (changed.sms_url, changed.friendly_name) == ("", "Support")
    bought = await numbers.create_async(phone_number="+15005550006", voice_url=f"{HOST}/voice")
    assert (await numbers(bought.sid).fetch_async()).phone_number == "+15005550006"
    assert await numbers(bought.sid).delete_async()
    with pytest.raises(TwilioRestException) as caught:
        await numbers.create_async(phone_number="+15005550000")
    assert (caught.value.code, caught.value.status) == (21422, 400)


async def test_recordings(contract: Contract) -> None:
    stage = contract.stage
    stage.app.script = {"/voice": '<Record action="/taken"/>', "/taken": "<Hangup/>"}
    sid = stage.dial()
    await stage.play()
    recordings = contract.twilio.recordings
    (found,) = await recordings.list_async(call_sid=sid)
    assert (found.duration, found.source, found.channels) == ("10", "RecordVerb", 1)
    assert (await recordings(found.sid).fetch_async()).call_sid == sid
    assert len(await contract.twilio.calls(sid).recordings.list_async()) == 1
    assert await recordings(found.sid).delete_async()


async def test_a_parameter_that_twilio_does_not_know_is_noticed(contract: Contract) -> None:
    if contract.judge is None:
        pytest.skip("Twilio's API description is not here: set TWILIO_OPENAPI_DIR to its folder")
    await contract.http.request(
        "POST",
        f"http://127.0.0.1:4010/2010-04-01/Accounts/{contract.stage.account.sid}/Calls.json",
        data={"To": CALLER, "From": LINE, "Twiml": "<Response/>", "Speed": "high"},
        auth=(contract.stage.account.sid, contract.stage.account.auth_token),
    )
    assert contract.http.wrong == ["unknown parameter Speed"]
    contract.http.wrong.clear()
