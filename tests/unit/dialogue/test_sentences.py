"""Every sentence that code asks for is there, in every language, with the same values, and is spoken well."""

from __future__ import annotations

import ast
import re
import string
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue.sentences import (
    FALLBACK,
    PhoneDigits,
    Speaker,
    first_known,
    languages,
    locale_of,
)
from callback.dialogue.turn import Say
from callback.errors import InvalidInput
from callback.lines.offer import Window
from tests.unit.builders import utc

ROOT = Path(__file__).parents[3]
KEY = re.compile(r"(caller|agent|supervisor|person|trial|text|page|label|form|survey)\.[a-z_]+")
LANGUAGES = sorted(languages())
NEW_YORK = ZoneInfo("America/New_York")


def trees() -> list[ast.Module]:
    paths = [*(ROOT / "callback" / "dialogue").glob("*.py"), *(ROOT / "webhooks").rglob("*.py")]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def keys_in_code() -> set[str]:
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and KEY.fullmatch(node.value)
    }


def values_in_code() -> dict[str, set[str]]:
    """The values that are named next to a key, of each sentence that has any written out there."""
    return {
        node.args[0].value: {str(ast.literal_eval(key)) for key in node.args[1].keys if key}
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Say"
        and len(node.args) == 2
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[1], ast.Dict)
    }


def keys_in(language: str) -> dict[str, str]:
    return {
        f"{section}.{key}": sentence
        for section, sentences in locale_of(language).items()
        for key, sentence in sentences.items()
        if section not in {"voice", "times", "words"}
    }


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_there_is_a_fallback_language() -> None:
    assert FALLBACK in languages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_code_asks_for_is_there_and_no_other(language: str) -> None:
    assert set(keys_in(language)) == keys_in_code()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_values_in_the_same_sentences(language: str) -> None:
    for section, sentences in locale_of(FALLBACK).items():
        other = locale_of(language)[section]
        assert set(other) == set(sentences)
        for key, sentence in sentences.items() if section != "words" else ():
            assert placeholders(other[key]) == placeholders(sentence), f"{section}.{key}"


def test_code_hands_over_exactly_the_values_that_a_sentence_names() -> None:
    written = values_in_code()
    assert len(written) >= 10
    for key, names in written.items():
        assert placeholders(keys_in(FALLBACK)[key]) == names, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_for_times_are_all_used(language: str) -> None:
    text = (ROOT / "callback" / "dialogue" / "sentences.py").read_text(encoding="utf-8")
    for key in locale_of(language)["times"]:
        assert f'"{key}"' in text, key


KEYS = r"(\d|\{key\})"
CHOICES = {
    "en": rf"Press {KEYS} to [a-z].*\.",
    "es": rf"Oprima {KEYS} para [a-z].*\.",
    "fr": rf"Appuyez sur {KEYS} pour [a-zêé].*\.",
    "de": rf"Drücken Sie {KEYS}, um .*\.",
    "fil": rf"Pindutin ang {KEYS} para [a-z].*\.",
}
PRESS = {
    "en": "press",
    "es": "oprima",
    "fr": "appuyez sur",
    "de": "drücken sie",
    "fil": "pindutin ang",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_says_press_a_key_to_do_something(language: str) -> None:
    for key, sentence in keys_in(language).items():
        for part in re.split(r"(?<=[.!?]) ", sentence):
            if re.search(rf"\b{PRESS[language]} [\d{{]", part, re.IGNORECASE):
                assert re.fullmatch(CHOICES[language], part), (key, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_keys_do_the_same_in_every_language(language: str) -> None:
    for key, sentence in keys_in(FALLBACK).items():
        assert re.findall(r"\d", keys_in(language)[key]) == re.findall(r"\d", sentence), key


def test_five_languages_are_spoken() -> None:
    assert set(LANGUAGES) >= {"de", "en", "es", "fil", "fr"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Wednesday 7 January between 9:00 AM and 9:15 AM"),
        ("es", "el miércoles 7 de enero entre las 9:00 y las 9:15"),
        ("fr", "le mercredi 7 janvier entre 09:00 et 09:15"),
        ("de", "am Mittwoch, dem 7. Januar zwischen 09:00 und 09:15 Uhr"),
        ("fil", "sa Miyerkules, Enero 7 sa pagitan ng 9:00 AM at 9:15 AM"),
    ],
)
def test_days_and_times_are_spoken_as_each_language_does(language: str, words: str) -> None:
    window = Window(utc(2026, 1, 7, 14), utc(2026, 1, 7, 14, 15))
    said = Speaker(language, NEW_YORK, utc(2026, 1, 5, 14)).text(
        Say("caller.owed_moved", {"window": window})
    )
    assert words in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_ends_as_one_and_is_no_markup(language: str) -> None:
    for key, sentence in keys_in(language).items():
        assert sentence.strip() == sentence, key
        # A line's own words end as the line wrote them; what stands on a button is no sentence.
        label = key.startswith("label.") or key == "caller.own_words"
        assert sentence[-1] in ".?!" or label, key
        assert not set(sentence) & set("<>&\n"), key


def test_a_language_without_a_file_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="'xx'") as refusal:
        locale_of("xx")
    assert refusal.value.field == "language"


@pytest.mark.parametrize("name", ["../en", "en/../en", "", "EN"])
def test_a_language_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(InvalidInput):
        locale_of(name)


def test_an_agent_is_spoken_to_in_the_first_language_that_there_is() -> None:
    assert first_known(["xx", "en"], "yy") == "en"
    assert first_known(["xx"], "en") == "en"
    assert first_known([], "en") == "en"


def speaker(now: datetime, zone: ZoneInfo = NEW_YORK) -> Speaker:
    return Speaker("en", zone, now)


def promised(now: datetime, start: datetime, minutes: int = 15) -> str:
    window = Window(start, start + timedelta(minutes=minutes))
    values = {"key": 1, "window": window}
    said = speaker(now).text(Say("caller.time_option", values))
    return said.removeprefix("Press 1 to choose ").removesuffix(".")


@pytest.mark.parametrize(
    ("now", "start", "words"),
    [
        # New York is five hours behind in winter.
        (utc(2026, 1, 5, 14), utc(2026, 1, 5, 20), "today between 3:00 PM and 3:15 PM"),
        (utc(2026, 1, 5, 14), utc(2026, 1, 6, 4, 45), "today between 11:45 PM and 12:00 AM"),
        (utc(2026, 1, 5, 14), utc(2026, 1, 6, 5), "tomorrow between 12:00 AM and 12:15 AM"),
        # Already Tuesday in UTC, still Monday where they are.
        (utc(2026, 1, 6, 2), utc(2026, 1, 6, 14), "tomorrow between 9:00 AM and 9:15 AM"),
        (
            utc(2026, 1, 5, 14),
            utc(2026, 1, 7, 14),
            "Wednesday 7 January between 9:00 AM and 9:15 AM",
        ),
        # The clocks go forward on the night of 8 March: the next day is four hours behind.
        (utc(2026, 3, 7, 17), utc(2026, 3, 8, 13), "tomorrow between 9:00 AM and 9:15 AM"),
        # And back on 1 November: the second half past one is spoken of as the first is.
        (utc(2026, 10, 31, 16), utc(2026, 11, 1, 6, 30), "tomorrow between 1:30 AM and 1:45 AM"),
        # The year ends on the way.
        (utc(2026, 12, 31, 20), utc(2027, 1, 1, 15), "tomorrow between 10:00 AM and 10:15 AM"),
    ],
)
def test_a_window_is_spoken_in_the_listeners_own_time(
    now: datetime, start: datetime, words: str
) -> None:
    assert promised(now, start) == words


def test_an_opening_is_spoken_as_a_moment() -> None:
    say = Say("caller.closed_now", {"opening": utc(2026, 1, 6, 13)})
    said = speaker(utc(2026, 1, 5, 23)).text(say)
    assert said == "We are closed now. We open again tomorrow at 8:00 AM."


def test_no_narrow_space_stands_before_am_and_pm() -> None:
    assert promised(utc(2026, 1, 5, 14), utc(2026, 1, 5, 20)).isascii()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 minute"),
        (29, "1 minute"),
        (60, "1 minute"),
        (89, "1 minute"),
        (91, "2 minutes"),
        (600, "10 minutes"),
        (5400, "90 minutes"),
    ],
)
def test_a_duration_is_spoken_in_whole_minutes_and_at_least_one(seconds: int, words: str) -> None:
    values = {"waited": timedelta(seconds=seconds)}
    said = speaker(utc(2026, 1, 5)).text(Say("agent.waited", values))
    assert said == f"The caller has waited {words}."


def test_a_number_is_read_out_as_it_was_grouped() -> None:
    values = {"line": "Support", "number": PhoneDigits("4 1 5, 5 5 5, 0 1 0 0")}
    assert "at 4 1 5, 5 5 5, 0 1 0 0." in speaker(utc(2026, 1, 5)).text(
        Say("person.voicemail", values)
    )


@pytest.mark.parametrize("name", ["Smith & Sons", "<Dial>+19005550100</Dial>", "{number}", "100 %"])
def test_a_name_is_spoken_as_it_is_and_never_taken_for_a_value(name: str) -> None:
    said = speaker(utc(2026, 1, 5)).text(Say("caller.greeting", {"line": name}))
    assert said == f"Thank you for calling {name}."


def test_a_missing_value_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        speaker(utc(2026, 1, 5)).text(Say("caller.greeting"))
