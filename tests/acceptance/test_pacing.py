"""Calls go out at the pace that the account allows, in the order in which they were planned."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from tests.acceptance.town import Town


async def test_agents_of_callers_who_come_at_once_are_rung_one_a_second(town: Town) -> None:
    await town.open()
    for _ in range(4):
        await town.agent()
    callers = [town.call(f"+1415555012{number}", talk_s=60) for number in range(4)]
    await town.play(minutes=3)
    rung = sorted(
        call.created_at for call in town.exchange.calls.values() if call.direction == "outbound-api"
    )
    assert len(rung) == 4
    gaps = [later - earlier for earlier, later in pairwise(rung)]
    assert all(timedelta(seconds=1) <= gap <= timedelta(seconds=1.5) for gap in gaps), gaps
    calls = {call["call_sid"]: call for call in (await town.api("GET", "/calls"))["items"]}
    assert [calls[sid]["outcome"] for sid in callers] == ["answered"] * 4
