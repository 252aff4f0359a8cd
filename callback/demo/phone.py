"""A telephone in the terminal: call the line, hear what is said, press keys, be called back.

Its own number is a person of the simulator who answers every call and presses nothing; what is typed here
is pressed there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from callback.demo.client import Client, Refused
from callback.demo.numbers import LINE_NUMBER, number_of
from callback.demo.story import transcript

MY_NUMBER = number_of(0)
KEYS = re.compile(r"[0-9*#w]+")
HELP = "call · 0-9 * # to press keys · hang up · help · quit"
OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True)
class Wanted:
    """What a typed line asks the phone for; `keys` only with the verb `press`."""

    verb: str
    keys: str = ""


def understand(typed: str) -> Wanted:
    """Return what a typed line means; `help` for what means nothing."""
    words = typed.strip().lower()
    if KEYS.fullmatch(words):
        return Wanted("press", words)
    verbs = {
        "call": "call",
        "c": "call",
        "hang up": "hang up",
        "hangup": "hang up",
        "h": "hang up",
        "quit": "quit",
        "q": "quit",
        "exit": "quit",
        "": "nothing",
    }
    return Wanted(verbs.get(words, "help"))


def rings_here(call: Mapping[str, Any]) -> bool:
    """Say whether a call of the simulator is on its way to my number, or has just been answered there."""
    return call["to"] == MY_NUMBER and call["status"] in {"ringing", "in-progress"}


@dataclass
class Phone:
    """The person's phone; at most one call at a time is listened to and pressed at."""

    simulator: Client
    console: Console
    zone: ZoneInfo
    call: str | None = None
    _heard: int = 0
    _seen: set[str] = field(default_factory=set)

    async def register(self) -> None:
        """Give my number to the simulator."""
        persona: dict[str, Any] = {
            "label": "you",
            "answers": {"after_s": 4.0},
            "choices": [],
            "talk_s": None,
        }
        await self.simulator.post("/simulator/people", [{"number": MY_NUMBER, "persona": persona}])

    async def obey(self, wanted: Wanted) -> bool:
        """Do what was typed; return False when the phone is to be put away."""
        if wanted.verb == "quit":
            return False
        try:
            if wanted.verb == "call":
                await self._dial()
            elif wanted.verb == "press":
                await self._on_call(f"keys {wanted.keys}", "keys", {"digits": wanted.keys})
            elif wanted.verb == "hang up":
                await self._on_call("hang up", "hangup", {})
            elif wanted.verb == "help":
                self.console.print(HELP, highlight=False)
        except Refused as refused:
            self.console.print(str(refused), style="red", markup=False)
        return True

    async def _dial(self) -> None:
        if self.call is not None:
            self.console.print("You are on a call already.")
            return
        made = await self.simulator.post(
            "/simulator/calls",
            {
                "from": MY_NUMBER,
                "to": LINE_NUMBER,
                "persona": {"label": "you", "choices": [], "talk_s": None},
            },
        )
        self._take(made["call_sid"], "You call the line.")

    async def _on_call(self, what: str, verb: str, body: dict[str, str]) -> None:
        if self.call is None:
            self.console.print(f"You are not on a call, so there is nothing to do with “{what}”.")
            return
        await self.simulator.post(f"/simulator/calls/{self.call}/{verb}", body)

    async def listen(self) -> None:
        """Print what has been said since the last time, and notice when the phone rings."""
        await self._notice_ringing()
        if self.call is None:
            return
        call = await self.simulator.get(f"/simulator/calls/{self.call}")
        for line in transcript(call["transcript"], self._heard, "☎", self.zone):
            self.console.print(line)
        self._heard = len(call["transcript"])
        if call["status"] in OVER:
            self.console.print("The call is over.", style="bold")
            self.call = None

    async def _notice_ringing(self) -> None:
        for call in (await self.simulator.get("/simulator/calls"))["items"]:
            if rings_here(call) and call["call_sid"] not in self._seen:
                self._take(call["call_sid"], "Your phone rings.")

    def _take(self, sid: str, words: str) -> None:
        self._seen.add(sid)
        self.call, self._heard = sid, 0
        self.console.print(words, style="bold")
