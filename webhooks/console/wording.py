"""The words of the pages by language: a folder a language, a file a page, a key a sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta

from callback.dialogue.sentences import FALLBACK


@lru_cache
def languages() -> tuple[str, ...]:
    """Return the languages in which there are pages."""
    folder = resources.files("webhooks.console") / "locales"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))


@lru_cache
def words_of(language: str) -> dict[str, str]:
    """Return all words of a language by `file.key`."""
    folder = resources.files("webhooks.console") / "locales" / language
    words: dict[str, str] = {}
    for file in folder.iterdir():
        section = file.name.removesuffix(".toml")
        for key, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
            words[f"{section}.{key}"] = text
    return words


def best_language(accepted: str) -> str:
    """Return the language that a browser's Accept-Language header wants most, of those that there are."""
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    known = languages()
    return next(
        (tag for _, tag in sorted(wishes, key=lambda each: each[0]) if tag in known), FALLBACK
    )


@dataclass(frozen=True)
class Wording:
    """Puts keys, times and durations into words for one reader."""

    language: str
    zone: ZoneInfo
    now: datetime

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of `file.key`, with its values filled in."""
        text = words_of(self.language)[key]
        return text.format(**values) if values else text

    def clock(self, at: datetime) -> str:
        """Return the time of day."""
        return str(format_time(at, "short", tzinfo=self.zone, locale=self.language))

    def day(self, at: datetime) -> str:
        """Return the day: today, tomorrow, or its date."""
        local, today = at.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        if local == today:
            return self("words.today")
        if local == today + timedelta(days=1):
            return self("words.tomorrow")
        if local.year == today.year:
            return str(format_skeleton("MMMEd", local, locale=self.language))
        return str(format_date(local, "medium", locale=self.language))

    def moment(self, at: datetime) -> str:
        """Return day and time."""
        return self("words.moment", day=self.day(at), time=self.clock(at))

    def window(self, start: datetime, until: datetime) -> str:
        """Return a stretch of time within a day."""
        return self(
            "words.window", day=self.day(start), start=self.clock(start), end=self.clock(until)
        )

    def span(self, duration: timedelta) -> str:
        """Return how long something takes, in its largest unit."""
        return str(format_timedelta(duration, locale=self.language, threshold=1.5))

    def seconds(self, count: float) -> str:
        """Return a number of seconds as minutes and seconds, such as 2:05."""
        minutes, seconds = divmod(round(count), 60)
        return f"{minutes}:{seconds:02d}"

    def language_name(self, language: str) -> str:
        """Return what a language is called."""
        return str(Locale.parse(language).get_display_name(self.language) or language)

    def list(self, items: Iterable[str]) -> str:
        """Return several things with commas between."""
        return ", ".join(items)
