"""A person who is on a call right now: listens, presses keys, loses patience, talks, hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from callback.clock import Clock
from callback.simulator.amounts import Amount
from callback.simulator.listening import Reply, reply_to, wrong_key
from callback.simulator.persona import Persona

KEY_GAP_S: Final = 0.3
"""Between two keys of a number that is typed."""
LONELY_S: Final = 3.0
"""How long a person stays in a room after everybody else has left."""

LOST_PATIENCE: Final = "lost patience"
SPOKEN_S_PER_CHARACTER: Final = 0.065

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


@dataclass
class Utterance:
    """Something being said; cut off, nobody can act on what was still to come."""

    text: str
    seconds: float
    cut: bool = False


class Phone(Protocol):
    """What a person can do with a call, besides hanging up."""

    def press(self, keys: str) -> None:
        """Press keys."""
        ...

    def speak(self, words: str) -> None:
        """Have said something aloud."""
        ...


class Person:
    """Lives from the moment the call begins for them until it ends."""

    def __init__(
        self,
        persona: Persona,
        clock: Clock,
        spawn: Spawn,
        phone: Phone,
        hang_up: Callable[[str], None],
    ) -> None:
        self.persona = persona
        self._clock = clock
        self._spawn = spawn
        self._phone = phone
        self._hang_up = hang_up
        self._screened = persona.screens is not None
        self._wrong_left = persona.wrong_keys
        self._used: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._talking: asyncio.Task[None] | None = None
        self._gone = False
        self.in_talk = False

    def begin(self) -> None:
        """The call begins for this person: patience starts to run."""
        if self.persona.patience_s is not None:
            self._start(self._lose_patience(_seconds(self.persona.patience_s)))
        if self.persona.screens is not None:
            self._start(self._turn_away(self.persona.screens.within_s))

    def hear(self, utterance: Utterance) -> None:
        """Something begins to be said to this person."""
        if self.in_talk:
            return
        if self._screened:
            self._start(self._be_screened(utterance))
        elif self._wrong_left:
            self._start(self._err(utterance))
        elif self.persona.choices:
            self._start(self._consider(utterance))

    def meet(self) -> None:
        """Another person is on the line."""
        if self.in_talk or self._gone:
            return
        self.in_talk = True
        if self.persona.talk_s is not None:
            seconds = _seconds(self.persona.talk_s)
            self._talking = self._start(self._after(seconds, "has said everything"))

    def part(self, *, alone: bool) -> None:
        """The other person has gone; `alone` in a room where nothing more will happen."""
        if not self.in_talk:
            return
        self.in_talk = False
        if self._talking is not None:
            self._talking.cancel()
            self._talking = None
        if alone and not self._gone:
            self._talking = self._start(self._after(LONELY_S, "was left alone"))

    def leave(self) -> None:
        """The call is over for this person."""
        self._gone = True
        for task in list(self._tasks):
            if task is not asyncio.current_task():
                task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._spawn(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _lose_patience(self, seconds: float) -> None:
        await self._sleep(seconds)
        if not self.in_talk:
            self._hang_up(LOST_PATIENCE)

    async def _turn_away(self, seconds: float) -> None:
        await self._sleep(seconds)
        if self._screened and not self.in_talk:
            self._hang_up("was not told who is calling")

    async def _after(self, seconds: float, why: str) -> None:
        await self._sleep(seconds)
        self._hang_up(why)

    async def _be_screened(self, utterance: Utterance) -> None:
        screens = self.persona.screens
        if screens is None or not screens.hears.search(utterance.text):
            return
        await self._sleep(utterance.seconds)
        if not utterance.cut:
            self._screened = False

    async def _err(self, utterance: Utterance) -> None:
        key = wrong_key(utterance.text)
        await self._sleep(utterance.seconds)
        if key and not utterance.cut and self._wrong_left:
            self._wrong_left -= 1
            await self._press(key)

    async def _consider(self, utterance: Utterance) -> None:
        reply = reply_to(utterance.text, self.persona.choices, self._used)
        if reply is None:
            return
        await self._sleep(utterance.seconds * reply.known_at / max(1, len(utterance.text)))
        if utterance.cut:
            return
        if self._used.get(reply.rule, 0) >= self.persona.choices[reply.rule].times:
            return
        self._used[reply.rule] = self._used.get(reply.rule, 0) + 1
        await self._answer(reply)

    async def _answer(self, reply: Reply) -> None:
        if not reply.words:
            await self._press(reply.keys)
            return
        await self._sleep(_seconds(self.persona.reaction_s))
        await self._sleep(len(reply.words) * SPOKEN_S_PER_CHARACTER)
        if not self.in_talk:
            self._phone.speak(reply.words)

    async def _press(self, keys: str) -> None:
        await self._sleep(_seconds(self.persona.reaction_s))
        for index, key in enumerate(keys):
            if index:
                await self._sleep(KEY_GAP_S)
            if self.in_talk:
                return
            if key != "w":
                self._phone.press(key)

    async def _sleep(self, seconds: float) -> None:
        await self._clock.sleep(timedelta(seconds=seconds))


def _seconds(amount: Amount) -> float:
    """Return an amount that was drawn when the call began."""
    if not isinstance(amount, float | int):
        raise TypeError(f"{amount!r} was not drawn")
    return amount
