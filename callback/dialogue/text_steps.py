"""Text messages: what somebody wants who writes to us, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callback.dialogue.sentences import Windows, words_of
from callback.dialogue.turn import Say
from callback.lines.offer import Window

MOST_TIMES = 3


class TextWish(StrEnum):
    """What a message asks for; `ANSWERED` is answered by the telephone company itself."""

    STATUS = "status"
    CANCEL = "cancel"
    CALL = "call"
    MOVE = "move"
    ANSWERED = "answered"


STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
ANSWERED_BY_TWILIO = STOP_WORDS | START_WORDS | {"HELP", "INFO"}


@dataclass(frozen=True)
class TextFacts:
    """What is known of whoever writes: the callback that is owed, and times to which it can be moved."""

    line: str
    owed: Window | None = None
    due: bool = False
    times: tuple[Window, ...] = ()


def wish_of(body: str, languages: Iterable[str]) -> TextWish:
    """Return what a message asks for, in any of these languages; what means nothing asks how things stand."""
    text = _plain(body)
    if text in ANSWERED_BY_TWILIO:
        return TextWish.ANSWERED
    if text.isdecimal() and 1 <= int(text) <= MOST_TIMES:
        return TextWish.MOVE
    for language in languages:
        for wish in (TextWish.STATUS, TextWish.CANCEL, TextWish.CALL):
            if text in words_of(language)[wish]:
                return wish
    return TextWish.STATUS


def language_of(body: str, languages: Iterable[str], otherwise: str) -> str:
    """Return the language whose word a message is; `otherwise` if it is none, or one of that language too."""
    text = _plain(body)
    spoken = [
        language
        for language in languages
        if any(text in words for words in words_of(language).values())
    ]
    return otherwise if not spoken or otherwise in spoken else spoken[0]


def wants_texts(body: str, told: str = "") -> bool | None:
    """Return whether somebody wants texts from now on, None if the message does not say so.

    `told` is what the telephone company itself made of the message (`OptOutType`), where it says.
    """
    text = told.upper() or _plain(body)
    if text in STOP_WORDS:
        return False
    return True if text in START_WORDS else None


def _plain(body: str) -> str:
    return " ".join(body.upper().split()).strip(" .!?")


def digit_in(body: str) -> str | None:
    """Return the single digit that a message consists of, None if it is anything else."""
    text = _plain(body)
    return text if len(text) == 1 and text.isascii() and text.isdigit() else None


def chosen(body: str, times: tuple[Window, ...]) -> Window | None:
    """Return the time that a number stands for, None where it stands for none."""
    place = int(body.strip(" .!?"))
    return times[place - 1] if place <= len(times) else None


def status(facts: TextFacts) -> tuple[Say, ...]:
    """Tell how things stand, and what can be done."""
    if facts.owed is None:
        return (Say("text.none", {"line": facts.line}),)
    if facts.due:
        return (Say("text.status_soon", {"line": facts.line}),)
    told = Say("text.status", {"line": facts.line, "window": facts.owed})
    if not facts.times:
        return (told,)
    keys = ", ".join(str(key) for key in range(1, len(facts.times) + 1))
    return (told, Say("text.choices", {"keys": keys, "times": Windows(facts.times)}))


def moved(line: str, window: Window) -> tuple[Say, ...]:
    """Tell of a promise that was moved."""
    return (Say("text.moved", {"line": line, "window": window}),)


def canceled(line: str) -> tuple[Say, ...]:
    """Tell of a promise that was taken back."""
    return (Say("text.canceled", {"line": line}),)


def promised(line: str, window: Window, link: str | None = None) -> tuple[Say, ...]:
    """Tell of a promise that was written down, and of its page if it has one."""
    told = Say("text.promised", {"line": line, "minutes": window.until - window.start})
    return (told,) if link is None else (told, Say("text.link", {"link": link}))


def refused(line: str) -> tuple[Say, ...]:
    """Tell that nothing can be promised."""
    return (Say("text.refused", {"line": line}),)
