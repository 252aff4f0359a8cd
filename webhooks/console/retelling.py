"""What was written down in English, told again in the reader's language: timelines, rejected rows, refusals.

Rows keep plain English sentences of a few forms, which the API and the commands show as they are. Pages know
these forms; a sentence of another form is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from callback.errors import CallbackError, IllegalTransition, InvalidInput, NotFound, PromiseRefused
from webhooks.console.wording import Wording, words_of

Forms = tuple[tuple[re.Pattern[str], str], ...]


def _forms(**sentences: str) -> Forms:
    return tuple((re.compile(form), key) for key, form in sentences.items())


TIMELINE = _forms(
    by_channel=r"by (?P<channel>phone|api|text|web|desk|page) for (?P<number>\S+)",
    after_window="a day after its window",
    line_closed=r"the line has closed; to (?P<at>\S+)",
    attempt=r"attempt (?P<number>\d+)",
    on_the_line="on the line, waiting for an agent",
    asked_for=r"the person asked for (?P<at>\S+)",
    declined="the agent declined",
    no_answer="the agent did not answer",
    agent_left="the agent left before the phone rang",
    not_met="they did not meet",
    meanwhile="ended meanwhile",
    by_asking="found by asking",
    in_queue_too_often=r"never left the telephone company's queue, (?P<times>\d+) times",
    in_queue=r"never left the telephone company's queue; again at (?P<at>\S+)",
    again=r"(?P<outcome>[a-z_]+); again at (?P<at>\S+)",
    own_call=r"on the person's own call \S+",
    danger=r"nobody was dialled yet, and its window ends at (?P<at>\S+)",
    seconds=r"(?P<seconds>\d+) s",
    by_caller="by the caller",
    by_text="by a text message",
    by_api="by api",
    by_page="by the person, on the page",
    by_person="by the person",
    by_other="by somebody else",
    to_anyone="to anyone, by (?P<by>.+)",
    to_by="to (?P<whom>.+), by (?P<by>.+)",
    moved_to=r"to (?P<at>\d{4}-\S+)",
    handed="from (?P<giver>.+) to (?P<taker>.+)",
    listening="(?P<by>.+): (?P<mode>listen|whisper|join)",
    taken_for="(?P<by>.+): (?P<turn>priority|window_guard|long_wait|already_on_the_line)",
    by="by (?P<by>.+)",
)
"""Details of timeline entries, the more particular forms first."""

ROWS = _forms(
    row_cells=r"(?P<cells>\d+) cells under (?P<headers>\d+) headers",
    row_future=r"(?P<text>\S+) has not come yet; is the zone right\?",
    row_phantom="a phantom call: no caller was there",
    row_direction="(?P<text>.*) is neither in, out nor a callback",
    row_no_arrival="empty: nothing says when the call arrived",
    row_before="(?P<text>.+) is before the arrival",
    row_ends_first="the call ends before it is answered",
    row_no_date="(?P<text>.+) is a time without a date",
    row_no_clock="(?P<text>.+) is a date without a time of day",
    row_bad_clock="(?P<rest>.+) in (?P<text>.+) is no time of day",
    row_unreadable="(?P<text>.+) is no date that we can read; .+",
    row_bad_date="(?P<text>.+) is no date: .+",
    row_order="(?P<text>.+) may be day or month first",
    row_no_length="(?P<text>.+) is neither seconds nor H:MM:SS",
    row_bad_length="(?P<text>.+) is a negative or endless duration",
    row_no_month="(?P<name>.+) in (?P<text>.+) is no month in English",
)
"""Why rows of a call log were rejected."""

RULES = frozenset(
    {"window_full", "one_callback_per_person", "do_not_call", "overload", "cannot_be_kept",
     "person_on_the_line"}
)  # fmt: skip
"""Rules of promises that have words; those of dialling have theirs on the page of setting up."""


def timeline_detail(t: Wording, detail: str) -> str | None:
    """Return a timeline entry's detail in the reader's language; None if its form is not known."""
    rule, colon, _ = detail.partition(": ")
    if colon and f"setup.why_{rule}" in words_of(t.language):
        return t(f"setup.why_{rule}")
    if f"callbacks.outcome_{detail}" in words_of(t.language):
        return t(f"callbacks.outcome_{detail}")
    return _retold(t, detail, TIMELINE)


def row_reason(t: Wording, reason: str) -> str | None:
    """Return why a row was rejected in the reader's language; None if the form is not known."""
    return _retold(t, reason, ROWS)


def _retold(t: Wording, text: str, forms: Forms) -> str | None:
    for form, key in forms:
        if found := form.fullmatch(text):
            return t(f"told.{key}", **_values(t, found.groupdict()))
    return None


def _values(t: Wording, found: Mapping[str, str]) -> dict[str, str]:
    return {name: _word(t, name, text) for name, text in found.items()}


def _word(t: Wording, name: str, text: str) -> str:
    words = words_of(t.language)
    match name:
        case "at":
            try:
                return t.moment(datetime.fromisoformat(text))
            except ValueError:
                return text
        case "outcome":
            return words.get(f"callbacks.outcome_{text}", text)
        case "channel" | "mode" | "turn":
            return words.get(f"told.{name}_{text}", text)
        case _:
            return text


def refusal(t: Wording, error: CallbackError) -> str:
    """Return in the reader's language why something was not done."""
    match error:
        case IllegalTransition(subject="callback"):
            return t("told.refused_state", status=t(f"callbacks.status_{error.status}"))
        case PromiseRefused() if error.rule in RULES:
            return t(f"told.rule_{error.rule}")
        case PromiseRefused() if f"setup.why_{error.rule}" in words_of(t.language):
            return t(f"setup.why_{error.rule}")
        case InvalidInput(field="agent_id"):
            return t("told.refused_agent")
        case InvalidInput(field="time_from"):
            return t("told.refused_time")
        case NotFound():
            return t("told.refused_gone")
        case _:
            return str(error)
