"""Text messages: what words mean, what is never answered, and what is said."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import text_steps
from callback.dialogue.sentences import Speaker, languages, words_of
from callback.dialogue.text_steps import TextFacts, TextWish, wish_of
from callback.dialogue.turn import Say
from callback.lines.offer import Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
OWED = Window(NOW + timedelta(hours=3), NOW + timedelta(hours=3, minutes=15))
TIMES = tuple(
    Window(NOW + timedelta(hours=hours), NOW + timedelta(hours=hours, minutes=15))
    for hours in (4, 5)
)


def written(says: tuple[Say, ...], language: str = "en") -> str:
    speaker = Speaker(language, ZoneInfo("America/Los_Angeles"), NOW)
    return " ".join(speaker.text(say) for say in says)


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        ("Status", TextWish.STATUS),
        (" call  me! ", TextWish.CALL),
        ("No call.", TextWish.CANCEL),
        ("2", TextWish.MOVE),
        ("4", TextWish.STATUS),
        ("llámeme", TextWish.CALL),
        ("When will you call?", TextWish.STATUS),
        ("", TextWish.STATUS),
        ("STOP", TextWish.ANSWERED),
        ("cancel", TextWish.ANSWERED),
        ("Start", TextWish.ANSWERED),
        ("help", TextWish.ANSWERED),
    ],
)
def test_words_are_understood_and_some_are_twilios_to_answer(body: str, wish: TextWish) -> None:
    assert wish_of(body, ("es", "en")) is wish


@pytest.mark.parametrize("language", sorted(languages()))
def test_no_word_of_ours_is_one_that_twilio_answers(language: str) -> None:
    for words in words_of(language).values():
        for word in words:
            assert word == word.upper()
            assert wish_of(word, (language,)) is not TextWish.ANSWERED


def test_the_times_are_named_with_their_numbers() -> None:
    assert written(text_steps.status(TextFacts("Support", OWED, times=TIMES))) == (
        "Support: we will call you today between 1:00 PM and 1:15 PM. "
        "Reply 1, 2 to move it: 1 = today between 2:00 PM and 2:15 PM; "
        "2 = today between 3:00 PM and 3:15 PM. Reply NO CALL to cancel."
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (TextFacts("Support"), "Support: no call is promised to this number."),
        (TextFacts("Support", OWED, due=True), "Support: your turn for our call comes soon."),
        (TextFacts("Support", OWED), "Support: we will call you today between"),
    ],
)
def test_how_things_stand_is_told(facts: TextFacts, said: str) -> None:
    assert written(text_steps.status(facts)).startswith(said)


@pytest.mark.parametrize(("body", "window"), [("1", TIMES[0]), ("2.", TIMES[1]), ("3", None)])
def test_a_number_means_the_time_that_was_named(body: str, window: Window | None) -> None:
    assert text_steps.chosen(body, TIMES) == window


@pytest.mark.parametrize(
    ("body", "otherwise", "language"),
    [
        ("Llámame", "en", "es"),
        ("call me", "es", "en"),
        ("STATUS", "de", "de"),  # a word of several languages is taken for one's own
        ("STATUS", "es", "en"),
        ("hello", "fr", "fr"),
    ],
)
def test_the_word_tells_the_language(body: str, otherwise: str, language: str) -> None:
    assert text_steps.language_of(body, ("en", "es", "de"), otherwise) == language


@pytest.mark.parametrize(
    ("body", "digit"),
    [("4", "4"), (" 5. ", "5"), ("12", None), ("five", None), ("", None), ("٣", None)],
)
def test_a_single_digit_is_told_from_anything_else(body: str, digit: str | None) -> None:
    assert text_steps.digit_in(body) == digit


@pytest.mark.parametrize(
    ("body", "told", "wanted"),
    [
        ("Stop.", "", False),
        ("start", "", True),
        ("help", "", None),
        ("hola", "STOP", False),
        ("no call", "", None),
    ],
)
def test_who_wants_texts_is_known(body: str, told: str, wanted: bool | None) -> None:
    assert text_steps.wants_texts(body, told) is wanted


def test_a_promise_by_text_names_its_page() -> None:
    said = written(text_steps.promised("Support", OWED, "https://callback.example/c/abc"))
    assert said.endswith("Open https://callback.example/c/abc to move or cancel it.")
