"""The person is engaged, out, silent, a machine, or has changed her mind: what is done, and when again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.town import CALLER, Town

RETRY_AFTER = {"busy": [60, 200], "no_answer": [90], "machine": [150], "failed": [30]}
CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}
MACHINE = {"machine_after_s": 4, "greeting_s": 6}
GREETING = (
    "Hello, this is Support, calling because you asked us today at 10:00 AM to call you back."
)
CONNECT_OR_LATER = "Press 1 to be connected now. Press 2 to be called at another time."
MORE = (
    "Press 3 to cancel this callback. Press 9 to be never called by us again. "
    "Press 4 to say that somebody else asked for this call."
)
HELLO = f"{GREETING} {CONNECT_OR_LATER} {MORE}"


def gaps(callback: dict[str, Any]) -> list[tuple[float, str]]:
    """Return after how many seconds each retry was due, and of what the attempt before had died."""
    retries = [entry for entry in callback["timeline"] if entry["event"] == "retry"]
    return [
        (
            (
                datetime.fromisoformat(entry["detail"].partition("again at ")[2])
                - datetime.fromisoformat(entry["at"])
            ).total_seconds(),
            entry["detail"].partition(";")[0],
        )
        for entry in retries
    ]


def placed_after(callback: dict[str, Any]) -> list[float]:
    """Return how long after it fell due each further attempt was placed."""
    due = [entry["at"] for entry in callback["timeline"] if entry["event"] == "fall_due"]
    placed = [attempt["placed_at"] for attempt in callback["attempts"][1:]]
    return [
        (datetime.fromisoformat(at) - datetime.fromisoformat(when)).total_seconds()
        for at, when in zip(placed, due, strict=True)
    ]


@pytest.mark.parametrize(
    ("answers", "outcome", "delays"),
    [
        ("busy", "busy", [60, 200]),
        ("never", "no_answer", [90]),
        ("reject", "no_answer", [90]),
        ("fail", "failed", [30]),
        ({"after_s": 1}, "completed", [90]),
    ],
    ids=["busy", "no answer", "rejected", "not in service", "silent"],
)
async def test_each_retry_comes_after_its_delay_until_the_list_is_used_up(
    town: Town, answers: object, outcome: str, delays: list[int]
) -> None:
    await town.open(retry_after_seconds=RETRY_AFTER, ring_seconds=10)
    agent = await town.agent()
    town.person(CALLER, answers=answers)
    await town.ask()
    await town.play(minutes=12)
    failed = await town.only_callback()
    assert failed["status"] == "failed"
    assert [attempt["outcome"] for attempt in failed["attempts"]] == [outcome] * (len(delays) + 1)
    assert gaps(failed) == [(delay, outcome) for delay in delays]
    assert all(0 < late < 15 for late in placed_after(failed))
    # The first attempt was made in time; that nobody was there is no broken promise.
    assert failed["promise_kept"] is True
    told = town.heard_at(agent)
    assert len(told) == len(delays) + 1
    assert all("Nobody could be reached. You are free again. Goodbye." in words for words in told)
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_the_list_that_counts_is_that_of_the_latest_outcome(town: Town) -> None:
    await town.open(retry_after_seconds=RETRY_AFTER, ring_seconds=10)
    await town.agent()
    town.person(CALLER, answers="never", answers_next=["busy", {"after_s": 2}], **CONNECT)
    await town.ask()
    await town.play(minutes=10)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert gaps(done) == [(90, "no_answer"), (200, "busy")]
    assert [attempt["outcome"] for attempt in done["attempts"]] == [
        "no_answer",
        "busy",
        "completed",
    ]
    assert [attempt["number"] for attempt in done["attempts"]] == [1, 2, 3]
    await town.all_over()


async def test_silent_person_hears_who_calls_twice_before_we_hang_up(town: Town) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    await town.agent()
    await town.ask()
    await town.play(minutes=3)
    assert town.heard_at(CALLER) == [f"{HELLO} {HELLO}"]
    assert (await town.only_callback())["status"] == "failed"
    await town.all_over()


async def test_wrong_key_is_answered_with_the_choice_once_more(town: Town) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    await town.agent()
    choices = [{"hears": "Press 1", "presses": "7"}, {"hears": "connected"}]
    town.person(CALLER, choices=choices, talk_s=10)
    await town.ask()
    await town.play(minutes=3)
    assert (await town.only_callback())["status"] == "completed"
    assert town.heard_at(CALLER)[0].count("Press 1 to be connected now.") == 2


async def test_person_cancels_by_key_and_hears_so_to_the_end(town: Town) -> None:
    await town.open()
    agent = await town.agent()
    town.person(CALLER, choices=[{"hears": "cancel"}])
    await town.ask()
    await town.play(minutes=5)
    (call,) = town.calls_to(CALLER)
    assert town.heard_in_full(call.sid, "Your callback is canceled. Goodbye.")
    canceled = await town.only_callback()
    assert canceled["status"] == "canceled"
    assert canceled["timeline"][-1]["detail"] == "by the person"
    assert "You are free again." in town.heard_at(agent)[0]
    assert await town.status_of(agent) == "available"
    await town.all_over()
    town.no_problems()


async def test_person_hangs_up_before_any_key_and_is_called_again_once(town: Town) -> None:
    await town.open(retry_after_seconds=RETRY_AFTER)
    await town.agent()
    town.person(CALLER, patience_s=2)
    await town.ask()
    await town.play(minutes=5)
    failed = await town.only_callback()
    assert failed["status"] == "failed"
    assert len(town.calls_to(CALLER)) == 2
    await town.all_over()


async def test_promise_is_broken_when_even_the_first_attempt_came_after_the_window(
    town: Town,
) -> None:
    await town.open()
    await town.agent()
    town.call("+14155550121", talk_s=1800)
    await town.play(minutes=1)
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=40)
    done = await town.only_callback()
    assert done["status"] == "completed"
    assert done["promise_kept"] is False
    assert datetime.fromisoformat(done["attempts"][0]["placed_at"]) > datetime.fromisoformat(
        done["promised_until"]
    )


async def test_with_detection_no_agent_is_put_through_to_a_machine(town: Town) -> None:
    await town.open(machine_detection="on", retry_after_seconds=RETRY_AFTER)
    agent = await town.agent()
    town.person(CALLER, answers=MACHINE, answers_next=[{"after_s": 2}], **CONNECT)
    await town.ask()
    await town.play(minutes=10)
    done = await town.only_callback()
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["machine", "completed"]
    assert gaps(done) == [(150, "machine")]
    assert town.heard_at(CALLER) == [
        "",
        f"{GREETING} {CONNECT_OR_LATER} Thank you. Connecting you now.",
    ]
    assert "Nobody could be reached." in town.heard_at(agent)[0]
    assert done["status"] == "completed"
    await town.all_over()
    town.no_problems()


async def test_a_message_is_left_after_the_beep_and_names_the_number_to_call(town: Town) -> None:
    await town.open(machine_detection="message", retry_after_seconds={"machine": []})
    agent = await town.agent()
    town.person(CALLER, answers=MACHINE)
    await town.ask()
    await town.play(minutes=5)
    (call,) = town.calls_to(CALLER)
    message = (
        "Hello, this is Support. You asked us to call you back, and we tried. "
        "Please call us at 4 1 5, 5 5 5, 0 1 0 0. Goodbye."
    )
    assert town.heard_at(CALLER) == [message]
    assert town.heard_in_full(call.sid, message)
    said_at = next(line["at"] for line in call.transcript if line["kind"] == "said")
    assert datetime.fromisoformat(said_at) - call.answered_at >= timedelta(seconds=6)
    failed = await town.only_callback()
    assert failed["status"] == "failed"
    assert failed["timeline"][-1]["detail"] == "machine"
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def test_a_second_machine_is_left_in_peace(town: Town) -> None:
    await town.open(machine_detection="message", retry_after_seconds={"machine": [60]})
    await town.agent()
    town.person(CALLER, answers=MACHINE)
    await town.ask()
    await town.play(minutes=10)
    first, second = town.heard_at(CALLER)
    assert "and we tried." in first
    assert second == ""
    failed = await town.only_callback()
    assert [attempt["outcome"] for attempt in failed["attempts"]] == ["machine", "machine"]
    assert [entry["event"] for entry in failed["timeline"]].count("message_left") == 1
    await town.all_over()
    town.no_problems()


async def test_without_detection_a_machine_never_presses_one_and_counts_as_nobody(
    town: Town,
) -> None:
    await town.open(retry_after_seconds={"no_answer": []})
    agent = await town.agent()
    town.person(CALLER, answers=MACHINE)
    await town.ask()
    await town.play(minutes=5)
    failed = await town.only_callback()
    assert failed["status"] == "failed"
    assert "Connecting" not in " ".join(town.heard_at(CALLER))
    assert await town.status_of(agent) == "available"
    await town.all_over()
