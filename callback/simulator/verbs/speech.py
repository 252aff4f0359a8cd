"""Say, Play and Pause take time, and stop when the call is broken off."""

from __future__ import annotations

from typing import Final

from callback.simulator.course import Course
from callback.simulator.steps import Step
from callback.simulator.tones import press_keys
from callback.simulator.twiml.speech import Pause, Play, Say

SECONDS_PER_CHARACTER: Final = 0.065
SHORTEST_SAY_S: Final = 0.5
PLAY_S: Final = 5.0
"""How long every recording lasts: recordings are not fetched."""
FOREVER: Final = 1_000_000


def speaking_s(text: str) -> float:
    """Return how long it takes to say a text."""
    return max(SHORTEST_SAY_S, len(text) * SECONDS_PER_CHARACTER)


async def say(verb: Say, course: Course) -> Step:
    """Speak, as often as asked."""
    if not verb.text:
        return None
    seconds = speaking_s(verb.text)
    for _turn in range(verb.loop or FOREVER):
        utterance = course.call.hear(verb.text, seconds)
        if not await course.stop.sleep(seconds):
            utterance.cut = True
            break
    return None


async def play(verb: Play, course: Course) -> Step:
    """Play a recording, or press keys."""
    if verb.digits:
        await press_keys(course.call, verb.digits, course.stop)
        return None
    for _turn in range(verb.loop or FOREVER):
        course.call.note("played", course.url(verb.url) or verb.url)
        if not await course.stop.sleep(PLAY_S):
            break
    return None


async def pause(verb: Pause, course: Course) -> Step:
    """Be silent."""
    await course.stop.sleep(verb.length)
    return None
