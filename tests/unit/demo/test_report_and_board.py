from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console, RenderableType

from callback.demo.board import Board, Picture, draw_board, plain_line, spoken
from callback.demo.report import Run, Service, draw_report, hurried, rows, too_busy, verdicts

RUN = Run("a day", "the Technion", "10:00 to 12:00", 80, 250, "5 to 6", 140.0)
WITHOUT = Service(
    calls=200,
    answered=150,
    abandoned=50,
    promised=0,
    average_speed_of_answer_seconds=95.4,
    hold_seconds_total=14_000.0,
    service_level=0.35,
    service_level_seconds=20,
    offers_made=0,
    offers_taken=0,
    promises=0,
    promises_kept=0,
    promises_decided=0,
    promises_kept_share=None,
    lateness_median_seconds=None,
    lateness_p95_seconds=None,
    callbacks_by_status={},
)
WITH = dataclasses.replace(
    WITHOUT,
    answered=110,
    abandoned=20,
    promised=70,
    average_speed_of_answer_seconds=61.0,
    hold_seconds_total=5_000.0,
    offers_made=130,
    offers_taken=70,
    promises=70,
    promises_kept=69,
    promises_decided=70,
    promises_kept_share=69 / 70,
    lateness_median_seconds=181.0,
    lateness_p95_seconds=420.0,
    callbacks_by_status={"completed": 68, "failed": 2},
)
LIVE: dict[str, Any] = {
    "now": "1999-02-08T15:30:00+00:00",
    "waiting": 4,
    "expected_wait_seconds": None,
    "oldest_seconds": 125.0,
    "calls": 31,
    "abandoned": 3,
    "offers": 9,
    "promises": 6,
    "promises_due": 1,
    "promises_open": 2,
    "kept": 3,
    "broken": 1,
    "agents": {"available": 0, "reserved": 1, "busy": 5, "wrap_up": 0, "away": 0, "offline": 2},
}
ZONE = ZoneInfo("America/New_York")


def text(shown: RenderableType) -> str:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(shown)
        return console.export_text()


def picture(*states: dict[str, Any] | None) -> Picture:
    return Picture(
        titles=["Without", "With"],
        zone=ZONE,
        heading="Callback",
        now=datetime(1999, 2, 8, 15, 30, tzinfo=UTC),
        progress=0.25,
        states=list(states),
    )


def test_shares_are_of_all_callers_and_a_promise_is_no_abandonment() -> None:
    assert WITHOUT.abandoned_share == 0.25
    assert WITH.abandoned_share == 0.1
    assert WITHOUT.reached_share == 0.75
    assert WITH.reached_share == (110 + 68) / 200


def test_nobody_called_makes_dashes_not_errors() -> None:
    nobody = dataclasses.replace(
        WITHOUT,
        calls=0,
        abandoned=0,
        answered=0,
        average_speed_of_answer_seconds=None,
        hold_seconds_total=0.0,
        service_level=None,
    )
    values = dict(rows(nobody))
    assert values["abandoned"] == "0 (–)"
    assert values["average speed of answer (ASA)"] == "–"
    assert verdicts(nobody, nobody) == ["Nobody took a callback, so there was no promise to keep."]


def test_rows_read_as_people_do() -> None:
    values = dict(rows(WITH))
    assert values["abandoned"] == "20 (10.0%)"
    assert values["average speed of answer (ASA)"] == "1:01"
    assert values["answered within 20 s (service level)"] == "35.0%"
    assert values["promises kept"] == "69 of 70 (98.6%)"
    assert (values["lateness, median"], values["lateness, 95 % within"]) == ("3:01", "7:00")


def test_verdicts_say_better_and_worse_alike() -> None:
    assert verdicts(WITHOUT, WITH) == [
        "25.0% of the callers hung up without callbacks, 10.0% with them.",
        "75.0% of the callers spoke to an agent without callbacks, 89.0% with them.",
        "Those who were answered had waited 1:35, now 1:01.",
        "Together they were on hold for 3:53:20 without callbacks, for 83:20 with them.",
        "Of 70 promises 69 were kept, 1 were not.",
    ]
    worse = verdicts(
        WITH, dataclasses.replace(WITHOUT, promises=3, promises_decided=2, promises_kept=2)
    )
    assert worse[0] == "10.0% of the callers hung up without callbacks, 25.0% with them."
    assert worse[-1] == "Of 3 promises 2 were kept, 0 were not, and 1 never came to be decided."


def test_the_report_shows_both_runs_the_source_and_what_hurry_means() -> None:
    shown = text(
        draw_report(dataclasses.replace(RUN, unfinished=2), WITHOUT, WITH, ["Tomorrow 10:00"])
    )
    for words in ("without callbacks", "with callbacks", "50 (25.0%)", "20 (10.0%)", "Technion"):
        assert words in shown
    assert "2 callbacks were still open" in shown
    assert "Tomorrow 10:00" in shown
    assert "0.8 s" in shown


def test_hurried_time_is_only_mentioned_when_there_is_any() -> None:
    assert hurried(1) == "The clock ran at the speed of the day."
    assert "10 ms of this machine's work count as 0.9 s" in hurried(90)


def test_a_machine_too_slow_for_the_rate_is_named_with_a_fair_one() -> None:
    (warning,) = too_busy(dataclasses.replace(RUN, rate=60, answer_seconds=0.2))
    assert "200 ms, which is 12 s of the day" in warning
    assert "--rate 15" in warning
    assert too_busy(dataclasses.replace(RUN, rate=60, answer_seconds=0.05)) == []
    assert too_busy(dataclasses.replace(RUN, rate=1, answer_seconds=4)) == []
    assert "too busy" in text(
        draw_report(dataclasses.replace(RUN, answer_seconds=1), WITHOUT, WITH)
    )


def test_the_report_reads_what_the_api_says_and_ignores_what_it_adds() -> None:
    assert Service.from_json({**dataclasses.asdict(WITH), "occupancy": 0.9}) == WITH
    with pytest.raises(KeyError):
        Service.from_json({"calls": 1})


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (0, "0:00"), (59.6, "1:00"), (125, "2:05"), (-3, "0:00")]
)
def test_waits_are_spoken(seconds: float | None, words: str) -> None:
    assert spoken(seconds) == words


def test_the_board_shows_local_time_progress_and_both_columns() -> None:
    shown = text(draw_board(picture(LIVE, {**LIVE, "waiting": 0, "kept": 0, "broken": 0})))
    for words in ("10:30:00", "25%", "2:05", "5 talking, 1 ringing", "3 of 4", "Without", "With"):
        assert words in shown


def test_before_the_first_state_the_board_waits() -> None:
    assert "…" in text(draw_board(picture(None, None)))


def test_without_a_terminal_a_line_is_said_now_and_then() -> None:
    console = Console(width=200, record=True, force_terminal=False, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file, Board(console, picture(LIVE, None)) as board:
        for second in (0.0, 5.0, 9.9, 10.0, 15.0, 20.1):
            board.show(second)
    assert console.export_text().count("Without: 4 waiting, 31 calls, 3 abandoned") == 3


def test_the_plain_line_names_the_clock() -> None:
    assert plain_line(picture(LIVE, LIVE)).startswith("10:30  25%")
