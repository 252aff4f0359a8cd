"""The words of the form by which somebody asks on a web site to be called; no markup and no decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Say
from callback.lines.offer import Window

ASAP = "asap"


@dataclass(frozen=True)
class FormFacts:
    """What the form tells: the wait on the phone now, good hours to call, and what can be promised.

    `wait` is a range in minutes; `opening` is when a line that is closed opens again, if it is closed.
    """

    line: str
    wait: tuple[int, int] | None = None
    opening: datetime | None = None
    closed: bool = False
    quiet: tuple[Window, ...] = ()
    asap: Window | None = None
    times: tuple[Window, ...] = ()


@dataclass(frozen=True)
class FormWords:
    """The form in words; each choice is a value and its label."""

    title: str
    told: tuple[str, ...]
    quiet: str
    quiet_times: tuple[str, ...]
    when: str
    choices: tuple[tuple[str, str], ...]
    later: str
    number: str
    send_code: str
    wrong: str


def words_of_form(facts: FormFacts, speaker: Speaker, wrong: str = "") -> FormWords:
    """Return what the form says; `wrong` is the sentence (`form.…`) that tells what to mend, if anything."""
    choices = [(each.start.isoformat(), _time(speaker, each)) for each in facts.times]
    if facts.asap is not None:
        minutes = facts.asap.until - facts.asap.start
        choices.insert(0, (ASAP, speaker.text(Say("label.asap", {"minutes": minutes}))))
    told = [speaker.text(_wait(facts))]
    if not choices:
        told.append(speaker.text(Say("form.refused")))
    return FormWords(
        title=speaker.text(Say("form.title", {"line": facts.line})),
        told=tuple(told),
        quiet=speaker.text(Say("form.quiet")) if facts.quiet else "",
        quiet_times=tuple(_time(speaker, each) for each in facts.quiet),
        when=speaker.text(Say("label.when")),
        choices=tuple(choices),
        later=speaker.text(Say("label.later")) if facts.times else "",
        number=speaker.text(Say("label.number")),
        send_code=speaker.text(Say("label.send_code")),
        wrong=wrong and speaker.text(_WRONG[wrong]),
    )


def _time(speaker: Speaker, window: Window) -> str:
    return speaker.text(Say("label.time", {"window": window}))


def _wait(facts: FormFacts) -> Say:
    if facts.closed:
        if facts.opening is None:
            return Say("form.closed_today")
        return Say("form.closed", {"opening": facts.opening})
    if facts.wait is None:
        return Say("form.unknown")
    low, high = facts.wait
    return Say("form.wait", {"low": low, "high": high})


_WRONG = {
    "full": Say("form.full"),
    "refused": Say("form.refused"),
    "bad_number": Say("form.bad_number"),
    "no_texts": Say("form.no_texts"),
    "slow": Say("page.slow"),
    "over": Say("form.over"),
    "owed": Say("form.owed"),
}


@dataclass(frozen=True)
class CodeWords:
    """The page that asks for the code, or says why there is nothing more to ask."""

    title: str
    told: tuple[str, ...]
    code: str
    confirm: str
    begin_again: str
    wrong: str


def words_of_code(
    line: str, number_end: str, speaker: Speaker, *, wrong: bool = False
) -> CodeWords:
    """Return what is said while a code is awaited."""
    return CodeWords(
        title=speaker.text(Say("form.title", {"line": line})),
        told=(speaker.text(Say("form.sent", {"end": number_end})),),
        code=speaker.text(Say("label.code")),
        confirm=speaker.text(Say("label.confirm")),
        begin_again=speaker.text(Say("label.begin_again")),
        wrong=speaker.text(Say("form.wrong")) if wrong else "",
    )


@dataclass(frozen=True)
class DoneWords:
    """The last page: what is promised, and where it can be changed."""

    title: str
    told: tuple[str, ...]
    manage: str


def words_of_promise(line: str, window: Window, speaker: Speaker, *, asap: bool) -> DoneWords:
    """Return what is said of a promise that has been written down."""
    promised = Say("form.promised", {"window": window})
    if asap:
        promised = Say("form.promised_asap", {"minutes": window.until - window.start})
    return DoneWords(
        title=speaker.text(Say("form.title", {"line": line})),
        told=(speaker.text(promised),),
        manage=speaker.text(Say("label.manage")),
    )


def languages_shown(offered: Sequence[str], shown: str) -> tuple[str, ...]:
    """Return the other languages in which the form can be read."""
    return tuple(language for language in offered if language != shown)
