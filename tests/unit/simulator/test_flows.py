"""The canonical flows, protocol in and protocol out: what Twilio asks, with which parameters, when."""

from __future__ import annotations

from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, Stage

MENU = (
    '<Gather numDigits="1" timeout="5" action="/key">'
    "<Say>Press 1 to get a call back.</Say><Play>/music.mp3</Play></Gather>"
)
QUEUE = '<Enqueue action="/exit" waitUrl="/wait">support</Enqueue>'


async def test_a_caller_leaves_the_queue_and_books(stage: Stage) -> None:
    stage.app.script = {
        "/voice": QUEUE,
        "/wait": MENU,
        "/key": "<Leave/>",
        "/exit": '<Gather finishOnKey="#" action="/number"><Say>Type your number.</Say></Gather>',
        "/number": "<Say>Thank you.</Say><Hangup/>",
    }
    sid = stage.dial(
        choices=[
            {"hears": "call back", "presses": "option"},
            {"hears": "your number", "presses": "12#"},
        ]
    )
    await stage.play()
    assert stage.app.paths() == ["/voice", "/wait", "/key", "/exit", "/number", "/number-status"]
    first, wait, key, left, number, status = (request.params for request in stage.app.requests)
    assert (first["CallStatus"], first["Direction"]) == ("ringing", "inbound")
    assert first["From"] == first["Caller"] == CALLER
    assert first["To"] == first["Called"] == LINE
    assert first["ToCity"] == first["CalledCity"] == first["FromZip"] == ""
    assert first["ApiVersion"] == "2010-04-01"
    assert wait["CallStatus"] == "in-progress"
    assert wait["QueueSid"].startswith("QU")
    assert {name: wait[name] for name in wait if "Queue" in name} == {
        "QueueSid": wait["QueueSid"],
        "QueuePosition": "1",
        "QueueTime": "0",
        "AvgQueueTime": "0",
        "CurrentQueueSize": "1",
        "MaxQueueSize": "1000",
    }
    assert key["Digits"] == "1"
    assert "QueueSid" not in key
    assert left["QueueResult"] == "leave"
    assert left["QueueSid"] == wait["QueueSid"]
    assert number["Digits"] == "12"
    assert status["CallStatus"] == "completed"
    assert status["SequenceNumber"] == "0"
    assert status["CallbackSource"] == "call-progress-events"
    assert int(status["CallDuration"]) > 0
    assert stage.exchange.calls[sid].status == "completed"
    assert stage.codes() == []


async def test_the_wait_url_is_asked_again_with_a_grown_queue_time(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="10"/>'}
    sid = stage.dial(patience_s=35)
    await stage.play()
    assert [params["QueueTime"] for params in stage.app.asked("/wait")] == ["0", "10", "20", "30"]
    assert stage.app.asked("/exit")[0]["QueueResult"] == "hangup"
    assert stage.app.asked("/exit")[0]["CallStatus"] == "completed"
    assert stage.exchange.calls[sid].duration_s == 35


async def test_positions_move_up_when_somebody_leaves(stage: Stage) -> None:
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="10"/>'}
    first = stage.dial("+14155550201", patience_s=15)
    await stage.play(seconds=1)
    second = stage.dial("+14155550202", patience_s=45)
    await stage.play()
    positions = [
        params["QueuePosition"]
        for params in stage.app.asked("/wait")
        if params["CallSid"] == second
    ]
    assert positions[:3] == ["2", "2", "1"]
    assert first != second


async def test_a_full_queue_says_so_without_a_queue_sid(stage: Stage) -> None:
    stage.exchange.queue_named("support", 1)
    stage.app.script = {"/voice": QUEUE, "/wait": '<Pause length="10"/>', "/exit": "<Hangup/>"}
    stage.dial("+14155550201", patience_s=15)
    await stage.play(seconds=1)
    stage.dial("+14155550202")
    await stage.play()
    full = stage.app.asked("/exit")[0]
    assert full["QueueResult"] == "queue-full"
    assert "QueueSid" not in full


async def test_an_agent_dials_the_queue(stage: Stage) -> None:
    stage.app.script = {
        "/voice": QUEUE,
        "/wait": '<Pause length="10"/>',
        "/agent": '<Dial action="/done"><Queue url="/news">support</Queue></Dial>',
        "/news": "<Say>You are being connected.</Say>",
        "/exit": "<Hangup/>",
        "/done": "<Hangup/>",
    }
    caller = stage.dial()
    await stage.play(seconds=20)
    stage.person(AGENT, talk_s=60)
    stage.exchange.set_number(LINE, voice_url=f"{HOST}/agent")
    agent_sid = stage.dial(AGENT)
    await stage.play(lambda: bool(stage.app.asked("/done")))
    (news,) = stage.app.asked("/news")
    assert news["CallSid"] == caller
    assert news["DequeingCallSid"] == agent_sid
    assert news["QueueTime"] == "20"
    left = stage.app.asked("/exit")[0]
    assert left["QueueResult"] == "bridged"
    done = stage.app.asked("/done")[0]
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert done["CallSid"] == agent_sid
