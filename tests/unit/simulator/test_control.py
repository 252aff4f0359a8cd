"""The simulator's own API, its scenario files, and the process itself."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from callback.simulator.__main__ import exchange_for, parser, serve, split_setting
from callback.simulator.people import read_people
from callback.simulator.scenario import play_scenario, read_scenario
from tests.unit.simulator.stage import AGENT, CALLER, HOST, LINE, START, Stage


async def ask(stage: Stage, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
    answer = await stage.client.request(method, f"/simulator{path}", json=body)
    assert answer.status_code == expect, answer.text
    return answer.json() if answer.content else None


async def test_a_whole_call_by_hand(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Gather numDigits="1" action="/key"><Say>Press 1 to go.</Say></Gather>',
        "/key": '<Pause length="60"/>',
    }
    made = await ask(stage, "POST", "/calls", {"from": CALLER, "to": LINE}, 201)
    sid = made["call_sid"]
    await stage.play(seconds=2)
    await ask(stage, "POST", f"/calls/{sid}/keys", {"digits": "1"}, 204)
    await stage.play(seconds=5)
    assert stage.app.asked("/key")[0]["Digits"] == "1"
    (listed,) = (await ask(stage, "GET", "/calls"))["items"]
    assert (listed["status"], listed["direction"], listed["ended_at"]) == (
        "in-progress",
        "inbound",
        None,
    )
    await ask(stage, "POST", f"/calls/{sid}/hangup", None, 204)
    shown = await ask(stage, "GET", f"/calls/{sid}")
    assert shown["status"] == "completed"
    kinds = [line["kind"] for line in shown["transcript"]]
    assert kinds == [
        *("requested", "replied", "answered", "said", "pressed"),
        *("requested", "replied", "event"),
    ]
    assert shown["transcript"][1]["text"].startswith("200 <Response><Gather")
    await ask(stage, "POST", f"/calls/{sid}/hangup", None, 409)
    await ask(stage, "POST", f"/calls/{sid}/keys", {"digits": "1"}, 409)


async def test_people_are_registered_one_by_one_or_in_a_list(stage: Stage) -> None:
    busy = {"answers": "busy", "label": "Ann"}
    await ask(stage, "POST", "/people", {"number": CALLER, "persona": busy}, 204)
    await ask(stage, "POST", "/people", [{"number": AGENT, "persona": {"answers": "never"}}], 204)
    assert stage.exchange.people.at(CALLER).label == "Ann"
    assert stage.exchange.people.at(AGENT).answers.kind == "never"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/people", {"number": CALLER}),
        ("/people", {"number": CALLER, "persona": {"answers": "perhaps"}}),
        ("/people", {"number": CALLER, "persona": {"patience": 1}}),
        ("/people", "nonsense"),
        ("/calls", {"from": CALLER}),
        ("/calls", {"from": CALLER, "to": "+15550199999"}),
        ("/messages", {"from": CALLER, "to": LINE}),
        ("/faults", {"drop": 3}),
    ],
)
async def test_nonsense_is_refused(stage: Stage, path: str, body: Any) -> None:
    assert "error" in await ask(stage, "POST", path, body, 422)


async def test_unknown_calls(stage: Stage) -> None:
    await ask(stage, "GET", "/calls/CA0", None, 404)


async def test_the_log_goes_on_where_it_stopped(stage: Stage) -> None:
    await stage.call()
    first = await ask(stage, "GET", "/log?after=0")
    assert [item["kind"] for item in first["items"]] == ["rest"]
    assert first["items"][0]["params"]["StatusCallbackEvent"] == [
        "initiated",
        "ringing",
        "answered",
        "completed",
    ]
    await stage.play()
    second = await ask(stage, "GET", f"/log?after={first['next']}")
    assert {item["kind"] for item in second["items"]} == {"webhook"}
    assert second["items"][0]["params"]["CallStatus"] == "initiated"
    numbers = [item["n"] for item in [*first["items"], *second["items"]]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (await ask(stage, "GET", f"/log?after={second['next']}"))["items"] == []


async def test_errors_and_state(stage: Stage) -> None:
    stage.app.script = {"/voice": "<Speak>Hi</Speak>"}
    before = await ask(stage, "GET", "/state")
    assert (before["calls"], before["done"], before["planned"]) == (0, True, 0)
    sid = stage.dial()
    await stage.play(seconds=1)
    during = await ask(stage, "GET", "/state")
    assert (during["calls"], during["done"]) == (1, False)
    (problem,) = (await ask(stage, "GET", "/errors"))["items"]
    assert (problem["code"], problem["level"], problem["call_sid"]) == (12200, "error", sid)
    assert problem["url"] == f"{HOST}/voice"


async def test_state_shows_who_waits_and_who_meets(stage: Stage) -> None:
    stage.app.script = {
        "/voice": '<Enqueue waitUrl="/wait">support</Enqueue>',
        "/wait": '<Pause length="600"/>',
        "/returning": "<Dial><Conference>room</Conference></Dial>",
    }
    caller = stage.dial()
    agent = await stage.call(AGENT)
    await stage.play(seconds=10)
    state = await ask(stage, "GET", "/state")
    assert state["queues"][0]["members"] == [caller]
    assert state["conferences"][0]["participants"] == [agent]


async def test_a_message_and_misfortune_through_the_control_api(stage: Stage) -> None:
    await ask(stage, "POST", "/messages", {"from": CALLER, "to": LINE, "body": "Hi"}, 201)
    await ask(stage, "POST", "/faults", {"drop": 1, "seed": 4}, 204)
    await stage.call()
    await stage.play()
    assert stage.app.asked("/sms")[0]["Body"] == "Hi"
    assert stage.app.asked("/status") == []


SCENARIO = [
    {"at": "2026-03-02T15:10:00+00:00", "from": AGENT, "to": LINE},
    {
        "at": "2026-03-02T16:05:00+01:00",
        "from": CALLER,
        "to": LINE,
        "persona": {"patience_s": 20},
        "rings_back": {"answers": "busy"},
    },
]


async def test_a_scenario_places_its_calls_at_their_time(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Say>Hi</Say><Pause length="60"/>'}
    calls = read_scenario(json.dumps(line) for line in SCENARIO)
    stage.exchange.spawn(play_scenario(stage.exchange, calls))
    await stage.play(seconds=1)
    assert stage.exchange.planned == 2
    await stage.play()
    assert stage.app.times("/voice") == [300.0, 600.0]
    first, second = stage.exchange.calls.values()
    assert (first.from_, first.duration_s, second.duration_s) == (CALLER, 20, 60)
    assert stage.exchange.people.at(CALLER).answers.kind == "busy"
    assert stage.exchange.done
    assert stage.exchange.clock.now() > START


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"at": "2026-03-02T15:10:00+00:00", "from": "+1"}',
        '{"at": "2026-03-02T15:10:00", "from": "+1", "to": "+2"}',
        '{"at": "soon", "from": "+1", "to": "+2"}',
        '{"at": "2026-03-02T15:10:00+00:00", "from": "+1", "to": "+2", "who": {}}',
    ],
)
def test_a_wrong_scenario_names_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_scenario(["", line])


@pytest.mark.parametrize("text", ["+1", "+1=", "1=http://x", "=http://x"])
def test_settings_of_numbers_are_checked(text: str) -> None:
    with pytest.raises(ValueError, match="NUMBER=URL"):
        split_setting(text)


async def test_the_command_line_sets_up_the_account() -> None:
    options = parser().parse_args(
        [
            "--number",
            f"{LINE}=http://a/v",
            "--status",
            f"{LINE}=http://a/s",
            "--calls-per-second",
            "1",
        ]
    )
    exchange = exchange_for(options)
    number = exchange.account.numbers[LINE]
    assert (number.voice_url, number.status_callback) == ("http://a/v", "http://a/s")
    assert exchange.account.calls_per_second == 1
    await exchange.close()


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_process_starts_serves_and_ends_cleanly(name: signal.Signals, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scenario = tmp_path / "day.jsonl"
    scenario.write_text(json.dumps({**SCENARIO[0], "at": "2036-03-02T15:10:00+00:00"}) + "\n")
    command = [sys.executable, "-m", "callback.simulator", "--port", str(port)]
    command += ["--number", f"{LINE}=http://127.0.0.1:9/voice", "--scenario", str(scenario)]
    command += ["--log-level", "info"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert any("running on" in line for line in process.stderr)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/simulator/state") as answer:
            state = json.load(answer)
        assert (state["planned"], state["done"]) == (1, False)
        process.send_signal(name)
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 0, complaints
        assert "Traceback" not in complaints
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--crowd", "[]"], "a crowd is a JSON object"),
        (["--crowd", '{"to": "+15550199", "per_hour": 60, "for_s": 600}'], "+15550199"),
        (
            ["--crowd", '{"to": "+1", "per_hour": null, "for_s": 6}'],
            "per_hour is a number, not None",
        ),
        (["--faults", '{"drop": "often"}'], "drop is a number, not 'often'"),
        (["--scenario", "missing.jsonl"], "missing.jsonl"),
        (["--people", "missing.toml"], "missing.toml"),
        (["--archive", "missing/archive.jsonl"], "missing/archive.jsonl"),
    ],
)
async def test_options_that_make_no_sense_end_it_with_a_sentence(
    options: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await serve(parser().parse_args(options)) == 2
    assert named in capsys.readouterr().err


def test_people_come_from_a_file() -> None:
    people = read_people(
        '"+14155550111" = "voicemail"\n["+14155550122"]\nlike = "impatient"\ntalk_s = 9'
    )
    assert people["+14155550111"].answers.kind == "machine"
    assert (people["+14155550122"].label, people["+14155550122"].talk_s) == ("impatient", 9)


@pytest.mark.parametrize(
    ("text", "named"),
    [("nonsense", "="), ('"+1415" = "nobody"', r"\+1415: .*nobody"), ("jane = 1", "jane")],
)
def test_people_that_make_no_sense_are_refused_by_number(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_people(text)


async def test_calls_are_listed_by_life_number_and_the_last_of_them(stage: Stage) -> None:
    stage.app.script = {"/voice": '<Pause length="60"/>'}
    stage.dial(AGENT, patience_s=1)
    stage.dial(patience_s=30)
    stage.dial(patience_s=30)
    await stage.play(seconds=5)

    async def listed(query: str) -> list[str]:
        return [each["from"] for each in (await ask(stage, "GET", f"/calls{query}"))["items"]]

    assert await listed("") == [AGENT, CALLER, CALLER]
    assert await listed("?live=yes") == [CALLER, CALLER]
    assert await listed("?live=no") == [AGENT]
    assert await listed("?limit=2") == [CALLER, CALLER]
    assert await listed(f"?number={AGENT[1:]}") == []
    assert await listed("?number=%2B14155550122") == [AGENT]
    await ask(stage, "GET", "/calls?live=perhaps", None, 422)


async def test_pages_from_elsewhere_have_no_hand_in_it(stage: Stage) -> None:
    body = {"from": CALLER, "to": LINE}
    own, foreign = {"Origin": "http://127.0.0.1:4010"}, {"Origin": "https://else.example"}
    refused = await stage.client.post("/simulator/calls", json=body, headers=foreign)
    assert (refused.status_code, stage.exchange.calls) == (403, {})
    assert (await stage.client.post("/simulator/calls", json=body, headers=own)).status_code == 201
