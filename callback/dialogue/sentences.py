"""Sentences by language: the only place where a key becomes words."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_time_format

from callback.dialogue.turn import Say
from callback.errors import InvalidInput
from callback.lines.offer import Window

FALLBACK = "en"


@dataclass(frozen=True)
class PhoneDigits:
    """A number as it is to be read out: groups of single digits, and those of an extension if there is one."""

    groups: str
    extension: str = ""


@dataclass(frozen=True)
class Day:
    """The local day of an instant, as it is to be read out."""

    instant: datetime


@dataclass(frozen=True)
class OwnTime:
    """An instant that is told on the listener's own clock alone."""

    instant: datetime


@dataclass(frozen=True)
class Windows:
    """Several times to choose from, each with its number."""

    times: tuple[Window, ...]


@lru_cache
def languages() -> frozenset[str]:
    """Return the languages for which there is a locale file."""
    folder = resources.files("callback.dialogue") / "locales"
    return frozenset(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


@lru_cache
def counts_twelve_hours(language: str) -> bool:
    """Tell whether clocks are read with halves of the day in a language, by CLDR."""
    return "a" in get_time_format("short", locale=language).pattern


def first_known(wanted: Sequence[str], otherwise: str) -> str:
    """Return the first of the languages somebody understands in which there are sentences."""
    return next((language for language in wanted if language in languages()), otherwise)


@lru_cache
def locale_of(language: str) -> dict[str, dict[str, str]]:
    """Return the sentences of a language, by section and key.

    Raises:
        InvalidInput: there is no file for it.

    """
    file = resources.files("callback.dialogue") / "locales" / f"{language}.toml"
    if language not in languages():
        raise InvalidInput(
            "language", f"no sentences in {language!r}; there are {sorted(languages())}"
        )
    locale: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return locale


def words_of(language: str) -> dict[str, list[str]]:
    """Return the words that people write to us, by what they mean."""
    words: dict[str, list[str]] = dict(locale_of(language)["words"])  # type: ignore[arg-type]
    return words


@dataclass(frozen=True)
class Speaker:
    """Puts sentences into words for one listener: a language, a zone, and the present instant.

    `line_zone` is where the other side is; times are told in both where the two clocks differ.
    """

    language: str
    zone: ZoneInfo
    now: datetime
    line_zone: ZoneInfo | None = None

    def voice_language(self, say: Say) -> str:
        """The tag (BCP 47) by which the telephone company chooses a voice."""
        return locale_of(say.language or self.language)["voice"]["language"]

    def text(self, say: Say) -> str:
        """Return the words of a sentence, its values spelled out for this listener."""
        if say.language is not None:
            return replace(self, language=say.language).text(replace(say, language=None))
        section, _, key = say.key.partition(".")
        template = locale_of(self.language)[section][key]
        return template.format(**{name: self._word(value) for name, value in say.values.items()})

    def _word(self, value: object) -> str:
        match value:
            case OwnTime():
                return self._time("moment", value.instant, value.instant)
            case Windows():
                numbered = enumerate(value.times, start=1)
                return "; ".join(f"{key} = {self._window(window)}" for key, window in numbered)
            case Day():
                return self._day(value.instant)
            case Window():
                return self._window(value)
            case datetime():
                return self._moment(value)
            case timedelta():
                return self._minutes(value)
            case PhoneDigits():
                return self._number(value)
            case _:
                return str(value)

    def _number(self, number: PhoneDigits) -> str:
        if not number.extension:
            return number.groups
        template = locale_of(self.language)["times"]["number_with_extension"]
        return template.format(number=number.groups, extension=number.extension)

    def _window(self, window: Window) -> str:
        spoken = self._time("window", window.start, window.until)
        if self.line_zone is None or self._same_clock(window.start, self.line_zone):
            return spoken
        theirs = replace(self, zone=self.line_zone, line_zone=None)
        values = {"window": spoken, "start": theirs._clock(window.start)}
        return locale_of(self.language)["times"]["window_both"].format(**values)

    def _moment(self, instant: datetime) -> str:
        spoken = self._time("moment", instant, instant)
        if self.line_zone is None or self._same_clock(instant, self.line_zone):
            return spoken
        theirs = replace(self, zone=self.line_zone, line_zone=None)
        values = {"moment": spoken, "start": theirs._clock(instant)}
        return locale_of(self.language)["times"]["moment_both"].format(**values)

    def _same_clock(self, instant: datetime, zone: ZoneInfo) -> bool:
        return instant.astimezone(zone).utcoffset() == instant.astimezone(self.zone).utcoffset()

    def _time(self, key: str, start: datetime, end: datetime) -> str:
        template = locale_of(self.language)["times"][key]
        return template.format(day=self._day(start), start=self._clock(start), end=self._clock(end))

    def _clock(self, instant: datetime) -> str:
        spoken = format_time(instant, "short", tzinfo=self.zone, locale=self.language)
        # CLDR puts a narrow no-break space before AM and PM, which voices stumble over.
        return str(spoken).replace("\u202f", " ")

    def _day(self, instant: datetime) -> str:
        times = locale_of(self.language)["times"]
        day = instant.astimezone(self.zone).date()
        today = self.now.astimezone(self.zone).date()
        if day == today:
            return times["today"]
        if day == today + timedelta(days=1):
            return times["tomorrow"]
        return str(format_date(day, times["date"], locale=self.language))

    def _minutes(self, duration: timedelta) -> str:
        count = max(1, round(duration / timedelta(minutes=1)))
        times = locale_of(self.language)["times"]
        return times["minutes_one"] if count == 1 else times["minutes_many"].format(count=count)
