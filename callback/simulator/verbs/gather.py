"""Gather: prompts that an answer cuts short, then a wait; keys and words race, and the first kind wins."""

from __future__ import annotations

import asyncio
from typing import Final

from callback.simulator.course import Course
from callback.simulator.steps import Step
from callback.simulator.twiml.gather import Gather
from callback.simulator.webhooks import Webhook

SPEECH_ENDS_S: Final = 1.0
"""The silence after which Twilio takes speech for finished where it decides for itself."""
CONFIDENCE: Final = "0.9"


class Answer:
    """Collects keys or words until they are enough; what came first decides which of the two."""

    def __init__(self, verb: Gather) -> None:
        self._verb = verb
        self._fresh: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.digits = ""
        self.words: list[str] = []
        self.enough = False

    @property
    def fresh(self) -> asyncio.Future[None]:
        """The next key or word."""
        return self._fresh

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """Return what the action is told."""
        if self.words:
            return (("SpeechResult", " ".join(self.words)), ("Confidence", CONFIDENCE))
        return (("Digits", self.digits),)

    def press(self, key: str) -> None:
        """Take a key."""
        if self.enough or self.words:
            return
        if key == self._verb.finish_on_key:
            self.enough = True
        else:
            self.digits += key
            most = self._verb.num_digits
            self.enough = most is not None and len(self.digits) >= most
        self._notice()

    def hear(self, words: str) -> None:
        """Take something said."""
        if not (self.enough or self.digits):
            self.words.append(words)
            self._notice()

    def renew(self) -> None:
        """Wait for one more."""
        self._fresh = asyncio.get_running_loop().create_future()

    def patience_s(self) -> float:
        """Return how long to wait for more: keys restart the timeout, words wait for their own silence."""
        if self.words:
            return self._verb.speech_timeout or SPEECH_ENDS_S
        return self._verb.timeout

    def _notice(self) -> None:
        if not self._fresh.done():
            self._fresh.set_result(None)


async def gather(verb: Gather, course: Course) -> Step:
    """Collect an answer and go to the action with it; without one, to the next verb."""
    answer, call = Answer(verb), course.call
    before = call.listener, call.hearer
    call.listener = answer.press if "dtmf" in verb.input else None
    call.hearer = answer.hear if "speech" in verb.input else None
    try:
        await _prompt(verb, course, answer)
        await _collect(verb, course, answer)
    finally:
        call.listener, call.hearer = before
    given = answer.digits or answer.words
    if course.stop.broken or not (given or verb.action_on_empty_result):
        return None
    return course.lead(verb.action, verb.method, answer.params)


async def _prompt(verb: Gather, course: Course, answer: Answer) -> None:
    prompting = course.stop.child()

    def cut_short(_answer: asyncio.Future[None]) -> None:
        if verb.barge_in or answer.digits or answer.enough:
            prompting.now("answered")

    answer.fresh.add_done_callback(cut_short)
    for prompt in verb.prompts:
        await course.perform_one(prompt, prompting)
        if prompting.broken or answer.fresh.done():
            return


async def _collect(verb: Gather, course: Course, answer: Answer) -> None:
    while not answer.enough and not course.stop.broken:
        if answer.fresh.done():
            _tell_partial(verb, course, answer)
            answer.renew()
        await course.stop.wait(answer.fresh, seconds=answer.patience_s())
        if not answer.fresh.done():
            return


def _tell_partial(verb: Gather, course: Course, answer: Answer) -> None:
    """Tell what has been understood so far, where somebody wants to know."""
    if not (answer.words and verb.partial_url):
        return
    number = str(len(answer.words) - 1)
    heard = (("UnstableSpeechResult", " ".join(answer.words)), ("SequenceNumber", number))
    call = course.call
    url = course.url(verb.partial_url) or verb.partial_url
    course.exchange.postboxes.open().put(
        Webhook(url, (*call.parameters(), *heard), verb.partial_method, call_sid=call.sid)
    )
