"""Every word that a page asks for is there, in every language, with the same values; and none too many."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import sentences
from tests.unit.builders import utc
from webhooks.console.wording import Wording, best_language, languages, words_of

CONSOLE = Path(__file__).parents[3] / "webhooks" / "console"
IN_TEMPLATES = re.compile(r"""\bt\(\s*["']([a-z_]+\.[a-z_0-9]+)["']\s*[,)]""")
BEGINNINGS = re.compile(r"""(?:["']([a-z_]+\.[a-z_]*)["']\s*~|f"([a-z_]+\.[a-z_]*)\{)""")
IN_CODE = re.compile(r'"([a-z_]+\.[a-z_0-9]+)"')


def texts() -> str:
    return "\n".join(
        file.read_text(encoding="utf-8")
        for file in sorted([*CONSOLE.rglob("*.html"), *CONSOLE.glob("*.py")])
    )


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_pages_speak_the_languages_of_the_telephone() -> None:
    assert set(languages()) == sentences.languages()


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_words_with_the_same_values(language: str) -> None:
    english, words = words_of("en"), words_of(language)
    assert words.keys() == english.keys()
    for key, text in words.items():
        assert text.strip(), key
        assert values(text) == values(english[key]), key


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = set(IN_TEMPLATES.findall(texts()))
    assert len(asked) > 50
    assert asked - words_of("en").keys() == set()


def test_no_word_is_left_that_nobody_asks_for() -> None:
    text = texts()
    used = set(IN_TEMPLATES.findall(text)) | set(IN_CODE.findall(text))
    beginnings = tuple({one or other for one, other in BEGINNINGS.findall(text)})
    left = {key for key in words_of("en") if key not in used and not key.startswith(beginnings)}
    assert left == set()


def test_times_are_told_in_the_zone_and_language_of_the_reader() -> None:
    now = utc(2026, 3, 2, 9)
    english = Wording("en", ZoneInfo("America/New_York"), now)
    assert english.moment(now).replace("\u202f", " ") == "today, 4:00 AM"
    german = Wording("de", ZoneInfo("Europe/Berlin"), now)
    assert german.moment(utc(2026, 3, 3, 14)) == "morgen, 15:00"
    assert (
        german.window(utc(2026, 3, 5, 14), utc(2026, 3, 5, 14, 15)) == "Do., 5. März, 15:00 – 15:15"
    )
    assert english.day(utc(2027, 1, 5, 14)) == "Jan 5, 2027"
    assert english.span(timedelta(minutes=12)) == "12 minutes"
    assert english.seconds(125) == "2:05"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT", "de"),
        ("en;q=0.1, fil;q=0.9", "fil"),
        ("xx, es", "es"),
        ("", "en"),
        ("*;q=x", "en"),
    ],
)
def test_a_browser_gets_the_language_it_wants_most(header: str, language: str) -> None:
    assert best_language(header) == language
