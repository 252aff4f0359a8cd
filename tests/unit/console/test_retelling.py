"""What rows keep in plain English is told in the reader's language, in every form in which it is written."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callback.calls.log_times import TimeReader, seconds_in
from callback.dialing.acd import Reason
from callback.dialing.leg import LegOutcome
from callback.dialing.queued_calls import MOST_TIMES, WHY
from callback.dialing.rules import Rule
from callback.errors import CallbackError, IllegalTransition, InvalidInput, NotFound, PromiseRefused
from callback.promises.lifecycle import CallbackStatus
from tests.unit.builders import utc
from webhooks.console.retelling import (
    ROWS,
    RULES,
    TIMELINE,
    refusal,
    row_reason,
    timeline_detail,
)
from webhooks.console.wording import Wording, languages, words_of

NOW = utc(2026, 3, 2, 18)
AT = NOW.isoformat()
DETAILS = [
    "by phone for +1********11", "by page for +1********11", "a day after its window",
    f"the line has closed; to {AT}", "attempt 2", "on the line, waiting for an agent",
    f"the person asked for {AT}", "the agent declined", "the agent did not answer",
    "the agent left before the phone rang", "they did not meet", "ended meanwhile",
    "found by asking", f"{WHY}; again at {AT}", f"{WHY}, {MOST_TIMES} times",
    "on the person's own call 0123",
    f"nobody was dialled yet, and its window ends at {AT}", "12 s", "by the caller",
    "by a text message", "by api", "by the person, on the page", "by the person",
    "by somebody else", "by Ada", "to anyone, by Ada", "to Bea, by Ada", f"to {AT}",
    "from Ada to Bea", "Ada: whisper",
    *(f"{outcome}; again at {AT}" for outcome in LegOutcome),
    *(f"{rule}: numbers of GB may not be dialled" for rule in Rule),
    *(f"Ada: {reason}" for reason in Reason if reason != Reason.PLACE_IN_LINE),
    *LegOutcome,
]  # fmt: skip
REASONS = [
    "3 cells under 4 headers", f"{AT} has not come yet; is the zone right?",
    "a phantom call: no caller was there", "sideways is neither in, out nor a callback",
    "empty: nothing says when the call arrived", "08:00 is before the arrival",
    "the call ends before it is answered", "'03/04/2026' may be day or month first",
]  # fmt: skip


def wording(language: str) -> Wording:
    return Wording(language, ZoneInfo("UTC"), NOW)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("detail", DETAILS)
def test_every_detail_of_a_timeline_is_told(language: str, detail: str) -> None:
    told = timeline_detail(wording(language), detail)
    assert told
    assert AT not in told
    assert "_" not in told


def test_no_form_of_a_timeline_is_left_untried() -> None:
    matched = [next(key for form, key in TIMELINE if form.fullmatch(each)) for each in DETAILS
               if any(form.fullmatch(each) for form, _ in TIMELINE)]  # fmt: skip
    assert {key for _, key in TIMELINE} == set(matched)


def test_a_time_is_told_in_the_readers_words_and_zone() -> None:
    german = Wording("de", ZoneInfo("Europe/Berlin"), NOW)
    assert timeline_detail(german, f"busy; again at {AT}") == "besetzt; wieder heute, 19:00"


def test_a_name_stays_a_name_and_what_is_unknown_is_left_as_it_is() -> None:
    assert timeline_detail(wording("de"), "Ada") is None
    assert timeline_detail(wording("de"), "") is None
    assert row_reason(wording("de"), "something else") is None


def complaints() -> list[str]:
    found: list[str] = []
    times = TimeReader()
    for text in ("8:00", "2026-03-02", "2026-03-02 nine", "2026-02-31 8:00", "soon", "3-Foo-2026"):
        try:
            times.moment(text, None)
        except ValueError as error:
            found.append(str(error))
    for text in ("long", "-5"):
        try:
            seconds_in(text)
        except ValueError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("language", languages())
def test_every_reason_why_a_row_was_rejected_is_told(language: str) -> None:
    for reason in [*REASONS, *complaints()]:
        assert row_reason(wording(language), reason), reason


def test_no_form_of_a_reason_is_left_untried() -> None:
    tried = {
        next(key for form, key in ROWS if form.fullmatch(each)) for each in REASONS + complaints()
    }
    assert {key for _, key in ROWS} == tried


@pytest.mark.parametrize("language", languages())
def test_every_refusal_is_told(language: str) -> None:
    t = wording(language)
    errors: list[CallbackError] = [
        *(IllegalTransition("callback", status, "move") for status in CallbackStatus),
        *(PromiseRefused(rule, "because") for rule in (*RULES, *Rule)),
        InvalidInput("agent_id", "there is none"),
        InvalidInput("time_from", "give a day"),
        NotFound("callback", "1"),
    ]
    for error in errors:
        assert refusal(t, error) != str(error)
    other = InvalidInput("action", "is nothing")
    assert refusal(t, other) == str(other)


def test_a_rule_of_dialling_is_told_as_on_the_page_of_setting_up() -> None:
    t = wording("es")
    told = timeline_detail(t, f"{Rule.DO_NOT_CALL}: the person asked never to be called")
    assert told == words_of("es")["setup.why_do_not_call"]
