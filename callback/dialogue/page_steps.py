"""The words of a callback's page, by how the promise stands; no markup and no decision but that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from callback.dialogue.sentences import Speaker
from callback.dialogue.turn import Say
from callback.lines.offer import Window


class Standing(StrEnum):
    """How a promise stands, as far as its person is concerned."""

    OWED = "owed"
    DUE = "due"
    BUSY = "busy"
    MISSED = "missed"
    CANCELED = "canceled"
    OVER = "over"


class Note(StrEnum):
    """What came of the last thing that was done on the page."""

    MOVED = "moved"
    CANCELED = "canceled"
    FULL = "full"
    CHANGED = "changed"


@dataclass(frozen=True)
class PageFacts:
    """What the page tells. `number_end` are the last digits of the phone that will ring."""

    line: str
    standing: Standing
    window: Window
    number_end: str
    place: int | None = None
    wait: tuple[int, int] | None = None
    times: tuple[Window, ...] = ()
    note: Note | None = None


@dataclass(frozen=True)
class PageWords:
    """The page in words: a heading, what is said, and the times to choose from with their labels."""

    title: str
    note: str
    told: tuple[str, ...]
    choose: str
    times: tuple[tuple[str, str], ...]
    later: str
    move: str
    cancel: str


_NOTES = {
    Note.MOVED: "page.moved",
    Note.CANCELED: "page.canceled",
    Note.FULL: "page.full",
    Note.CHANGED: "page.changed",
}


def words_of_page(facts: PageFacts, speaker: Speaker) -> PageWords:
    """Return what the page says."""
    may_choose = facts.standing in {Standing.OWED, Standing.DUE, Standing.MISSED}
    times = facts.times if may_choose else ()
    again = facts.standing is Standing.MISSED
    no_times = may_choose and not times
    return PageWords(
        title=speaker.text(Say("page.title", {"line": facts.line})),
        note=speaker.text(Say(_NOTES[facts.note])) if facts.note else "",
        told=tuple(speaker.text(say) for say in _told(facts)),
        choose=speaker.text(Say("page.no_times" if no_times else "label.choose")),
        times=tuple((each.start.isoformat(), speaker.text(_time(each))) for each in times),
        later=speaker.text(Say("label.later")),
        move=speaker.text(Say("label.ask_again" if again else "label.move")),
        cancel=speaker.text(Say("label.cancel")),
    )


def _time(window: Window) -> Say:
    return Say("label.time", {"window": window})


def _told(facts: PageFacts) -> tuple[Say, ...]:
    number = Say("page.number", {"end": facts.number_end})
    match facts.standing:
        case Standing.OWED:
            return (Say("page.owed", {"window": facts.window}), number)
        case Standing.DUE:
            return (*_place(facts), number)
        case Standing.BUSY:
            return (Say("page.busy"),)
        case Standing.MISSED:
            return (Say("page.missed"),)
        case Standing.CANCELED:
            return () if facts.note is Note.CANCELED else (Say("page.canceled"),)
        case Standing.OVER:
            return (Say("page.over"),)


def _place(facts: PageFacts) -> tuple[Say, ...]:
    if facts.place is None:
        return (Say("page.due"),)
    place = Say("page.place", {"place": facts.place})
    if facts.wait is None:
        return (Say("page.due"), place)
    low, high = facts.wait
    return (Say("page.due"), place, Say("page.wait", {"low": low, "high": high}))


def trouble(why: str, language: str) -> PageWords:
    """Return a page that says only why there is none: `gone`, `unknown`, `slow` or `no_form`."""
    # No line and no zone are known here, and no time is told.
    speaker = Speaker(language, ZoneInfo("UTC"), datetime.min.replace(tzinfo=UTC))
    title = speaker.text(Say("page.trouble"))
    return PageWords(title, "", (speaker.text(_TROUBLES[why]),), "", (), "", "", "")


_TROUBLES = {
    "gone": Say("page.gone"),
    "unknown": Say("page.unknown"),
    "slow": Say("page.slow"),
    "no_form": Say("form.no_form"),
}
