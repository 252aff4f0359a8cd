"""Gather: prompts that a key cuts short, then a wait that every key begins anew."""

from __future__ import annotations

import asyncio

from callback.simulator.course import Course
from callback.simulator.steps import Step
from callback.simulator.twiml.gather import Gather


class Keys:
    """Collects keys until they are enough."""

    def __init__(self, most: int | None, finish: str) -> None:
        self._most = most
        self._finish = finish
        self._fresh: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.digits = ""
        self.enough = False

    @property
    def fresh(self) -> asyncio.Future[None]:
        """The next key."""
        return self._fresh

    def press(self, key: str) -> None:
        """Take a key."""
        if self.enough:
            return
        if key == self._finish:
            self.enough = True
        else:
            self.digits += key
            self.enough = self._most is not None and len(self.digits) >= self._most
        if not self._fresh.done():
            self._fresh.set_result(None)

    def renew(self) -> None:
        """Wait for one more key."""
        self._fresh = asyncio.get_running_loop().create_future()


async def gather(verb: Gather, course: Course) -> Step:
    """Collect keys and go to the action with them; with none, to the next verb."""
    keys = Keys(verb.num_digits, verb.finish_on_key)
    listens = "dtmf" in verb.input
    previous, course.call.listener = course.call.listener, keys.press if listens else None
    try:
        await _prompt(verb, course, keys)
        await _collect(verb, course, keys)
    finally:
        course.call.listener = previous
    if course.stop.broken or not (keys.digits or verb.action_on_empty_result):
        return None
    return course.lead(verb.action, verb.method, (("Digits", keys.digits),))


async def _prompt(verb: Gather, course: Course, keys: Keys) -> None:
    prompting = course.stop.child()

    def cut_short(_key: asyncio.Future[None]) -> None:
        prompting.now("a key was pressed")

    keys.fresh.add_done_callback(cut_short)
    for prompt in verb.prompts:
        await course.perform_one(prompt, prompting)
        if prompting.broken or keys.fresh.done():
            return


async def _collect(verb: Gather, course: Course, keys: Keys) -> None:
    while not keys.enough and not course.stop.broken:
        if keys.fresh.done():
            keys.renew()
        await course.stop.wait(keys.fresh, seconds=verb.timeout)
        if not keys.fresh.done():
            return
