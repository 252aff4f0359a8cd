from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from callback.demo.command import chosen_day, demo
from callback.demo.processes import DemoFailed
from callback.demo.stack import ZONE, line_body
from callback.demo.timing import course, midnight_of


def run(*arguments: str) -> tuple[int, str]:
    app = Typer()
    app.command()(demo)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--once", "--serve"), "choose one"),
        (("--hours", "12-10"), "10-12"),
        (("--day", "1999-02-08"), "--log"),
        (("--log", "nowhere.csv.gz"), "nowhere.csv.gz"),
    ],
)
def test_what_cannot_be_played_is_refused_before_anything_starts(
    arguments: tuple[str, ...], words: str
) -> None:
    code, said = run(*arguments)
    assert code == 1
    assert words in said


def test_a_log_without_a_day_is_replayed_from_its_first(small_log: Path) -> None:
    assert chosen_day(small_log, None, 1).on == date(1999, 2, 8)
    tuesday = datetime(1999, 2, 9)  # noqa: DTZ001 - what the option gives
    assert chosen_day(small_log, tuesday, 1).on == date(1999, 2, 9)


def test_a_day_needs_a_log() -> None:
    with pytest.raises(DemoFailed, match="--log"):
        chosen_day(None, datetime(1999, 2, 9), 1)  # noqa: DTZ001 - what the option gives


def test_the_line_without_callbacks_never_offers_any() -> None:
    assert line_body("a", None)["offer_after_seconds"] is None
    assert line_body("a", 45)["offer_after_seconds"] == 45


def test_the_clock_reaches_the_opening_after_the_lead() -> None:
    midnight = midnight_of(date(1999, 2, 8), ZONE)
    assert midnight == datetime(1999, 2, 8, 5, tzinfo=UTC)
    hours = (timedelta(hours=10), timedelta(hours=12))
    made = course(midnight, hours, rate=80, lead=timedelta(seconds=10))
    now = made.clock.now()
    assert timedelta(seconds=790) < made.opens - now <= timedelta(seconds=800)
    assert made.progress(now) == 0
    assert made.progress(made.opens + timedelta(minutes=30)) == 0.25
    assert made.progress(made.closes + timedelta(hours=1)) == 1
    assert made.offset(made.opens) == timedelta(hours=10)


def test_a_slow_machine_starts_the_day_later_instead_of_with_a_crowd() -> None:
    hours = (timedelta(hours=10), timedelta(hours=12))
    made = course(midnight_of(date(1999, 2, 8), ZONE), hours, rate=80, lead=timedelta(seconds=10))
    late = made.not_before(made.opens + timedelta(minutes=3))
    assert late.spec == made.spec
    assert late.opens - made.opens == late.closes - made.closes == timedelta(minutes=3)
    assert late.offset(late.opens) == timedelta(hours=10)
    assert made.not_before(made.opens - timedelta(minutes=3)) == made
