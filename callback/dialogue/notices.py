"""Notices: what we text of our own accord, by purpose. Answers to texts are `text_steps`' business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from callback.dialogue.turn import Say
from callback.lines.offer import Window


class Purpose(StrEnum):
    """Why a text goes out.

    * `promised`, `moved`, `canceled`: what the person has just done.
    * `reminder`: the window is near.
    * `voicemail`, `missed`: we called; there will be another attempt, or there will not.
    * `called_off`: we take the promise back; `end_of_day`: we put it off.
    * `code`: proves that a number is the person's own.
    * `survey`: asks how it was.
    * `agreed`: what was agreed about a complaint, in the agent's words.
    """

    PROMISED = "promised"
    MOVED = "moved"
    CANCELED = "canceled"
    REMINDER = "reminder"
    VOICEMAIL = "voicemail"
    MISSED = "missed"
    CALLED_OFF = "called_off"
    END_OF_DAY = "end_of_day"
    CODE = "code"
    SURVEY = "survey"
    AGREED = "agreed"


@dataclass(frozen=True)
class NoticeFacts:
    """What a notice may name. `asap`: the promise is for as soon as possible; `link` leads to its page."""

    line: str
    window: Window
    asap: bool = False
    link: str | None = None


def agreed(line: str, agreement: str) -> tuple[Say, ...]:
    """Return the text that says what an agent and a person have agreed."""
    return (Say("text.agreed", {"line": line}), Say("caller.own_words", {"text": agreement}))


def notice(purpose: Purpose, facts: NoticeFacts) -> tuple[Say, ...]:
    """Return the sentences of a notice about a callback.

    Raises:
        KeyError: texts of this purpose are not about a callback's promise.

    """
    return _NOTICES[purpose](facts)


def code_notice(line: str, code: str) -> tuple[Say, ...]:
    """Return the text that carries the code by which somebody proves a number."""
    return (Say("text.code", {"line": line, "code": code}),)


def _promised(facts: NoticeFacts) -> tuple[Say, ...]:
    return (_promise(facts), *_link(facts), Say("text.stop"))


def _promise(facts: NoticeFacts) -> Say:
    if facts.asap:
        minutes = facts.window.until - facts.window.start
        return Say("text.promised", {"line": facts.line, "minutes": minutes})
    return Say("text.status", {"line": facts.line, "window": facts.window})


def _moved(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.moved", {"line": facts.line, "window": facts.window}), *_link(facts))


def _canceled(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.canceled", {"line": facts.line}),)


def _reminder(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.reminder", {"line": facts.line, "window": facts.window}), *_link(facts))


def _voicemail(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.voicemail", {"line": facts.line}), *_link(facts))


def _missed(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.missed", {"line": facts.line}),)


def _called_off(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.called_off", {"line": facts.line}),)


def _end_of_day(facts: NoticeFacts) -> tuple[Say, ...]:
    return (Say("text.end_of_day", {"line": facts.line, "window": facts.window}), *_link(facts))


def _link(facts: NoticeFacts) -> tuple[Say, ...]:
    return () if facts.link is None else (Say("text.link", {"link": facts.link}),)


_NOTICES: dict[Purpose, Callable[[NoticeFacts], tuple[Say, ...]]] = {
    Purpose.PROMISED: _promised,
    Purpose.MOVED: _moved,
    Purpose.CANCELED: _canceled,
    Purpose.REMINDER: _reminder,
    Purpose.VOICEMAIL: _voicemail,
    Purpose.MISSED: _missed,
    Purpose.CALLED_OFF: _called_off,
    Purpose.END_OF_DAY: _end_of_day,
}
