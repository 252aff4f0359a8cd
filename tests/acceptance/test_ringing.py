"""Placing a call and ringing a phone are two things; a call that only waits in a queue is called off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callback.simulator.legs import DIAL_DELAY_S
from tests.acceptance.town import CALLER, Town

CONNECT = {"choices": [{"hears": "connected"}], "talk_s": 20}


async def test_an_attempt_tells_when_it_was_placed_and_when_the_phone_rang(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, **CONNECT)
    await town.ask()
    await town.play(minutes=5)
    (attempt,) = (await town.only_callback())["attempts"]
    delay = datetime.fromisoformat(attempt["rang_at"]) - datetime.fromisoformat(
        attempt["placed_at"]
    )
    assert delay == timedelta(seconds=DIAL_DELAY_S)
    report = await town.api("GET", "/reports/punctuality", params={"line_id": town.line_id})
    assert report["dial_to_ring_median_seconds"] == DIAL_DELAY_S
    assert report["dial_to_ring_p90_seconds"] == DIAL_DELAY_S


@pytest.mark.parametrize("dialing", ["agent_first", "customer_first"])
async def test_a_call_that_stays_in_the_queue_is_called_off_and_dialled_again(
    town: Town, dialing: str
) -> None:
    await town.open(dial_order=dialing, retry_after_seconds={})
    agent = await town.agent()
    town.person(CALLER, **CONNECT)
    town.exchange.account.calls_per_second = 1 / 600
    if dialing == "customer_first":
        # Another call has just left by the same account; in the other way of dialling it is the agent's.
        sid = town.call("+14155550199", patience_s=1)
        town.exchange.dispatcher.submit(town.exchange.calls[sid], _nothing)
    await town.ask()
    await town.play(minutes=1, sweeping=1)
    (rung,) = town.calls_to(CALLER)
    assert rung.status == "queued"
    assert (await town.only_callback())["promise_kept"] is True
    await town.play(minutes=5, until=lambda: bool(rung.ended), sweeping=1)
    waited = town.clock.now() - rung.created_at
    assert timedelta(seconds=90) <= waited <= timedelta(seconds=95)
    assert (rung.status, rung.started_at) == ("canceled", None)
    open_again = await town.only_callback()
    assert (open_again["status"], open_again["promise_kept"]) == ("scheduled", None)
    (attempt,) = open_again["attempts"]
    assert (attempt["placed_at"], attempt["rang_at"], attempt["outcome"]) == (
        None,
        None,
        "canceled",
    )
    town.exchange.account.calls_per_second = None
    await town.play(minutes=5, sweeping=1)
    done = await town.only_callback()
    assert (done["status"], done["promise_kept"]) == ("completed", True)
    assert [each["number"] for each in done["attempts"]] == [1, 1]
    assert await town.status_of(agent) == "available"
    await town.all_over()


async def _nothing() -> None:
    """Be a call of which nothing comes."""
