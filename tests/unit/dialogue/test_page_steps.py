"""The words of callers' pages: for each standing of a promise what is told and what may be done."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue import form_steps, page_steps
from callback.dialogue.form_steps import FormFacts
from callback.dialogue.page_steps import Note, PageFacts, Standing, words_of_page
from callback.dialogue.sentences import Speaker, languages
from callback.lines.offer import Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
QUARTER = timedelta(minutes=15)
OWED = Window(NOW + timedelta(hours=3), NOW + timedelta(hours=3) + QUARTER)
TIME = Window(NOW + timedelta(hours=4), NOW + timedelta(hours=4) + QUARTER)
SPEAKER = Speaker("en", ZoneInfo("America/Los_Angeles"), NOW)


def facts(standing: Standing, **more: object) -> PageFacts:
    given: dict[str, object] = {"times": (TIME,)} | more
    return PageFacts("Support", standing, OWED, "23", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "told", "choices"),
    [
        (Standing.OWED, "We will call you today between 1:00 PM and 1:15 PM.", 1),
        (Standing.DUE, "Your turn for our call comes soon.", 1),
        (Standing.BUSY, "We are calling you at this moment.", 0),
        (Standing.MISSED, "We called as promised and could not reach you.", 1),
        (Standing.CANCELED, "The call is canceled.", 0),
        (Standing.OVER, "This callback is over.", 0),
    ],
)
def test_each_standing_has_its_words_and_its_choices(
    standing: Standing, told: str, choices: int
) -> None:
    words = words_of_page(facts(standing), SPEAKER)
    assert words.told[0].startswith(told)
    assert len(words.times) == choices


def test_the_place_and_the_wait_are_told_where_they_are_known() -> None:
    words = words_of_page(facts(Standing.DUE, place=3, wait=(4, 9)), SPEAKER)
    assert words.told[1:3] == (
        "You are number 3 in line.",
        "The wait is about 4 to 9 minutes.",
    )
    assert len(words_of_page(facts(Standing.DUE, place=3), SPEAKER).told) == 3


def test_where_there_is_no_other_time_that_is_said() -> None:
    words = words_of_page(facts(Standing.OWED, times=()), SPEAKER)
    assert words.choose == "There is no other time that we could keep."


def test_a_cancellation_is_told_once() -> None:
    words = words_of_page(facts(Standing.CANCELED, note=Note.CANCELED), SPEAKER)
    assert (words.note, words.told) == ("The call is canceled.", ())


@pytest.mark.parametrize("note", sorted(Note))
@pytest.mark.parametrize("language", sorted(languages()))
def test_every_note_has_words_in_every_language(note: Note, language: str) -> None:
    speaker = Speaker(language, SPEAKER.zone, NOW)
    assert words_of_page(facts(Standing.OWED, note=note), speaker).note


@pytest.mark.parametrize("why", ["gone", "unknown", "slow", "no_form"])
def test_trouble_says_why(why: str) -> None:
    words = page_steps.trouble(why, "en")
    assert words.title == "This does not work."
    assert len(words.told) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (FormFacts("Support", wait=(2, 5)), "On the phone the wait is about 2 to 5 minutes now."),
        (FormFacts("Support"), "We cannot say how long the wait on the phone is now."),
        (FormFacts("Support", closed=True), "We are closed now."),
        (
            FormFacts("Support", closed=True, opening=OWED.start),
            "We are closed now. We open again today at 1:00 PM.",
        ),
    ],
)
def test_the_form_tells_the_wait(given: FormFacts, told: str) -> None:
    words = form_steps.words_of_form(given, SPEAKER)
    assert words.told[0] == told
    assert words.told[1] == "We cannot promise a call just now, because we could not keep it."


def test_the_form_offers_what_can_be_promised_the_soonest_first() -> None:
    asap = Window(NOW, NOW + timedelta(minutes=20))
    words = form_steps.words_of_form(FormFacts("Support", asap=asap, times=(TIME,)), SPEAKER)
    assert words.choices == (
        ("asap", "As soon as possible, within about 20 minutes"),
        (TIME.start.isoformat(), "today between 2:00 PM and 2:15 PM"),
    )
    assert len(words.told) == 1
