"""One caller at human pace: she finds the only agent taken, takes a callback, and is called back.

Everything that crosses the wire is shown. The run succeeds only if the project's own API says that the
promise was kept and the callback completed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.demo.numbers import LINE_NUMBER, number_of
from callback.demo.people import CALLED_BACK, CONNECTED, THIS_NUMBER, on_hearing
from callback.demo.processes import DemoFailed
from callback.demo.single import single_stack
from callback.demo.stack import ZONE, Stack
from callback.demo.story import tell, transcript

SOMEBODY, JANE = number_of(0), number_of(1)
AGENT_TAKEN_SECONDS = 45.0
TALK_SECONDS = 8.0
LOOK_EVERY_SECONDS = 0.25
# Virtual seconds within which the whole story must have happened.
STORY_AT_MOST_SECONDS = 300.0
ENDED = frozenset({"completed", "canceled", "failed", "expired", "refused"})


def kept(callback: Mapping[str, Any] | None) -> bool:
    """Say whether the API calls the promise kept and the callback completed; nothing else is a success."""
    return (
        callback is not None
        and callback["promise_kept"] is True
        and callback["status"] == "completed"
    )


async def play_once(rate: float, keep: Path | None, console: Console) -> bool:
    """Play the story; say whether the promise was kept.

    Raises:
        DemoFailed: a process died, or the story came to no end.

    """
    async with single_stack(rate, keep, console) as stack:
        story = Story(stack, rate, console)
        await story.agent_is_taken()
        callback = await story.jane_calls()
        return conclude(callback, console)


def conclude(callback: Mapping[str, Any] | None, console: Console) -> bool:
    """Say what the API says of the callback."""
    if callback is None:
        console.print("No callback was promised.", style="bold red")
        return False
    good = kept(callback)
    console.print(
        f"\nThe API says: status {callback['status']}, promise_kept {callback['promise_kept']},"
        f" promised {callback['promised_from']} to {callback['promised_until']}.",
        highlight=False,
    )
    for entry in callback.get("timeline", ()):
        console.print(f"  {entry['at']}  {entry['event']}  {entry['detail']}", highlight=False)
    console.print(
        "The promise was kept." if good else "The promise was not kept.",
        style="bold green" if good else "bold red",
    )
    return good


class Story:
    """The story as it unfolds, told as it is read from the simulator's journal."""

    def __init__(self, stack: Stack, rate: float, console: Console) -> None:
        self._stack = stack
        self._rate = rate
        self._console = console
        self._zone = ZoneInfo(ZONE)
        self._read = 0
        self._heard: Counter[str] = Counter()

    async def agent_is_taken(self) -> None:
        """Let somebody else take the only agent.

        Raises:
            DemoFailed: nobody was put through.

        """
        self._say("Somebody calls and is put through to the only agent.")
        await self._stack.simulator.post(
            "/simulator/calls",
            {
                "from": SOMEBODY,
                "to": LINE_NUMBER,
                "persona": {"label": "somebody", "talk_s": AGENT_TAKEN_SECONDS},
            },
        )
        until = self._deadline(60.0)
        while not (await self._stack.live())["agents"].get("busy"):
            if time.monotonic() > until:
                raise DemoFailed("the agent never answered the first caller")
            await self._pause()

    async def jane_calls(self) -> dict[str, Any] | None:
        """Let Jane call, and follow her until her callback is over; None if none was promised."""
        self._say("Jane calls. Nobody is free, and she would rather be called back than wait.")
        wishes = [on_hearing(CALLED_BACK), on_hearing(THIS_NUMBER)]
        return_wishes = [on_hearing(CONNECTED)]
        await self._stack.simulator.post(
            "/simulator/people",
            [
                {
                    "number": JANE,
                    "persona": {
                        "label": "Jane, called back",
                        "answers": {"after_s": 4.0},
                        "choices": return_wishes,
                        "talk_s": TALK_SECONDS,
                    },
                }
            ],
        )
        await self._stack.simulator.post(
            "/simulator/calls",
            {
                "from": JANE,
                "to": LINE_NUMBER,
                "persona": {"label": "Jane", "choices": wishes, "talk_s": TALK_SECONDS},
            },
        )
        until = self._deadline(STORY_AT_MOST_SECONDS)
        found: dict[str, Any] | None = None
        while time.monotonic() < until:
            await self._listen()
            found = await self._callback()
            if found is not None and found["status"] in ENDED:
                break
            await self._pause()
        await self._listen()
        await self._pause()
        return found

    async def _callback(self) -> dict[str, Any] | None:
        listed = await self._stack.api.get("/api/v1/callbacks", phone_number=JANE)
        if not listed["items"]:
            return None
        one: dict[str, Any] = await self._stack.api.get(
            f"/api/v1/callbacks/{listed['items'][0]['id']}"
        )
        return one

    async def _listen(self) -> None:
        calls = (await self._stack.simulator.get("/simulator/calls"))["items"]
        for sid in (call["call_sid"] for call in calls if JANE in (call["from"], call["to"])):
            call = await self._stack.simulator.get(f"/simulator/calls/{sid}")
            for line in transcript(call["transcript"], self._heard[sid], "Jane", self._zone):
                self._console.print(line)
            self._heard[sid] = len(call["transcript"])

    async def _pause(self) -> None:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        self._stack.check()
        log = await self._stack.simulator.get("/simulator/log", after=str(self._read))
        for item in log["items"]:
            self._console.print(tell(item, self._zone))
        self._read = log["next"]

    def _deadline(self, virtual_seconds: float) -> float:
        return time.monotonic() + max(10.0, virtual_seconds / self._rate)

    def _say(self, text: str) -> None:
        self._console.print(f"\n{text}", style="bold")
