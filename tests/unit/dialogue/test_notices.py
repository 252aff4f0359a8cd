"""What we text of our own accord: every purpose, in every language."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callback.dialogue.notices import NoticeFacts, Purpose, agreed, notice
from callback.dialogue.sentences import Speaker, languages, words_of
from callback.lines.offer import Window
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 18)
WINDOW = Window(NOW + timedelta(hours=3), NOW + timedelta(hours=3, minutes=15))
LINK = "https://callback.example/c/abc"
OF_A_PROMISE = sorted(set(Purpose) - {Purpose.CODE, Purpose.SURVEY, Purpose.AGREED})
WITH_A_LINK = {
    Purpose.PROMISED,
    Purpose.MOVED,
    Purpose.REMINDER,
    Purpose.VOICEMAIL,
    Purpose.END_OF_DAY,
}


def written(purpose: Purpose, facts: NoticeFacts, language: str = "en") -> str:
    speaker = Speaker(language, ZoneInfo("America/Los_Angeles"), NOW)
    return " ".join(speaker.text(say) for say in notice(purpose, facts))


def test_a_confirmation_says_when_how_to_change_it_and_how_to_get_no_more() -> None:
    facts = NoticeFacts("Support", WINDOW, link=LINK)
    assert written(Purpose.PROMISED, facts) == (
        "Support: we will call you today between 1:00 PM and 1:15 PM. "
        f"Open {LINK} to move or cancel it. Reply STOP to get no more texts."
    )


def test_as_soon_as_possible_is_confirmed_in_minutes() -> None:
    facts = NoticeFacts("Support", Window(NOW, NOW + timedelta(minutes=20)), asap=True)
    assert written(Purpose.PROMISED, facts).startswith(
        "Support: we will call you within about 20 minutes."
    )


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("purpose", OF_A_PROMISE)
def test_every_notice_names_the_line_and_fits_in_a_few_parts(
    purpose: Purpose, language: str
) -> None:
    said = written(purpose, NoticeFacts("Support", WINDOW, link=LINK), language)
    assert said.startswith("Support")
    assert (LINK in said) is (purpose in WITH_A_LINK)
    assert len(said) <= 306


@pytest.mark.parametrize("language", sorted(languages()))
def test_what_was_agreed_is_told_in_the_agents_words(language: str) -> None:
    speaker = Speaker(language, ZoneInfo("UTC"), NOW)
    said = " ".join(speaker.text(say) for say in agreed("Support", "A refund of {10} euros"))
    assert said.startswith("Support")
    assert said.endswith(" A refund of {10} euros")


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("purpose", [Purpose.MISSED, Purpose.CALLED_OFF])
def test_the_word_for_another_call_is_one_that_we_understand(
    purpose: Purpose, language: str
) -> None:
    said = written(purpose, NoticeFacts("Support", WINDOW), language)
    assert any(word in said for word in words_of(language)["call"])


@pytest.mark.parametrize("purpose", [Purpose.CODE, Purpose.SURVEY])
def test_a_code_is_no_notice_about_a_promise(purpose: Purpose) -> None:
    with pytest.raises(KeyError):
        notice(purpose, NoticeFacts("Support", WINDOW))
