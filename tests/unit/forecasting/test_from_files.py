"""Forecast and staffing from file to file, with the logs that people really have."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from callback.cli.peak_hours import app
from tests.unit.forecasting.lines import MONDAY, rates_of

DAYS = 70
AS_OF = MONDAY + timedelta(days=DAYS)
COLUMNS = ["start", "mean", "q10", "q25", "q50", "q75", "q90"]
WEEK = float(rates_of(7, 10.0).sum())

Moments = list[datetime]


def _calls(days: int = DAYS) -> Moments:
    rng = np.random.default_rng(21)
    counts = rng.poisson(rates_of(days, 10.0))
    return [
        datetime.combine(MONDAY, datetime.min.time())
        + timedelta(days=day, minutes=30 * slot, seconds=int(second))
        for day in range(days)
        for slot in range(48)
        for second in sorted(rng.integers(0, 1800, counts[day, slot]))
    ]


CALLS = _calls()


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def forecast(tmp_path: Path) -> Callable[..., tuple[list[dict[str, str]], str]]:
    """Write a log, forecast it by the command, and return the rows and what was said."""

    def run(
        text: str, *options: str, as_of: date = AS_OF, exit_code: int = 0
    ) -> tuple[list[dict[str, str]], str]:
        log, out = tmp_path / "log.csv", tmp_path / "out.csv"
        log.write_text(text, encoding="utf-8")
        command = ["forecast", "--from", str(log), "--as-of", f"{as_of}", "--days", "7"]
        done = CliRunner().invoke(app, [*command, "--csv", str(out), *options])
        assert done.exit_code == exit_code, done.output
        assert exit_code == 0 or not out.exists()
        rows = _rows(out) if out.exists() else []
        return rows, " ".join(done.output.split())

    return run


Forecast = Callable[..., tuple[list[dict[str, str]], str]]


def _log(moments: Moments) -> str:
    return "\n".join(["start", *(str(moment) for moment in moments)])


def _total(rows: list[dict[str, str]]) -> float:
    return sum(float(row["mean"]) for row in rows)


def test_the_columns_the_rows_and_the_order_of_quantiles(forecast: Forecast) -> None:
    rows, said = forecast(_log(CALLS))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 7 * 48
    assert (rows[0]["start"], rows[-1]["start"]) == (f"{AS_OF} 00:00:00", "2025-11-16 23:30:00")
    for row in rows:
        quantiles = [float(row[name]) for name in COLUMNS[2:]]
        assert quantiles == sorted(quantiles)
    assert _total(rows) == pytest.approx(WEEK, rel=0.06)
    assert "WAPE" in said


def _shuffled(moments: Moments) -> Moments:
    return [moments[at] for at in np.random.default_rng(1).permutation(len(moments))]


@pytest.mark.parametrize(
    ("befell", "saying"),
    [
        (_shuffled, ""),
        (lambda calls: calls + calls, "70 days were written twice"),
        (lambda calls: calls[:4000] + calls[3000:], "days were written twice"),
        (lambda calls: calls + [each + timedelta(days=DAYS) for each in calls], "on or after"),
        (lambda calls: [c for c in calls if c.toordinal() % 10 not in (1, 4, 8)], ""),
        (
            lambda calls: calls + [datetime.fromisoformat("2025-11-06 10:00:01")] * 50_000,
            "written twice",
        ),
    ],
    ids=["unsorted", "duplicated", "overlapping", "future", "30-percent-missing", "absurd-spike"],
)
def test_what_befalls_a_log_does_not_move_its_forecast(
    forecast: Forecast, befell: Callable[[Moments], Moments], saying: str
) -> None:
    rows, said = forecast(_log(befell(CALLS)))
    assert _total(rows) == pytest.approx(WEEK, rel=0.08)
    assert saying in said


def test_nothing_from_the_day_of_the_forecast_on_is_used(forecast: Forecast) -> None:
    first = MONDAY + timedelta(days=49)
    known = [each for each in CALLS if each.date() < first]
    flood = [
        datetime.combine(first, datetime.min.time()) + timedelta(seconds=n) for n in range(9000)
    ]
    assert forecast(_log(known), as_of=first)[0] == forecast(_log(known + flood), as_of=first)[0]


def test_calls_and_their_counts_give_the_same(forecast: Forecast) -> None:
    counts = dict.fromkeys(
        (
            datetime.combine(MONDAY, datetime.min.time()) + timedelta(minutes=30 * n)
            for n in range(48 * DAYS)
        ),
        0,
    )
    for each in CALLS:
        counts[each.replace(minute=each.minute // 30 * 30, second=0)] += 1
    written = "\n".join(["start,calls", *(f"{start},{count}" for start, count in counts.items())])
    assert forecast(written)[0] == forecast(_log(CALLS))[0]


def test_a_zone_moves_times_with_offsets_and_its_long_day_has_two_rows_more(
    forecast: Forecast,
) -> None:
    utc = [each.replace(tzinfo=UTC) for each in CALLS if each.date() < date(2025, 10, 26)]
    text = "\n".join(["start", *(each.isoformat() for each in utc)])
    rows, _ = forecast(text, "--zone", "Europe/Berlin", as_of=date(2025, 10, 26))
    assert len(rows) == 7 * 48 + 2
    assert [row["start"] for row in rows[:7]][4:] == [
        "2025-10-26 02:00:00+02:00",
        "2025-10-26 02:30:00+02:00",
        "2025-10-26 02:00:00+01:00",
    ]


def test_days_on_the_list_are_closed(forecast: Forecast, tmp_path: Path) -> None:
    closed = tmp_path / "closed.csv"
    closed.write_text("date\n2025-11-12\n", encoding="utf-8")
    rows, _ = forecast(_log(CALLS), "--closed", str(closed))
    by_day: dict[str, float] = {}
    for row in rows:
        day = row["start"][:10]
        by_day[day] = by_day.get(day, 0.0) + float(row["q90"])
    assert [day for day, calls in by_day.items() if calls == 0] == ["2025-11-12"]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", (), "is empty"),
        ("start\n", (), "no usable row"),
        ("agent\nAda\n", (), "nothing says when a call arrived"),
        (_log(CALLS[:150]), (), "a forecast needs at least 7"),
        (_log(CALLS), ("--zone", "Mars/Olympus"), "no IANA zone"),
        (_log(CALLS), ("--country", "ZZ"), "must be a code of two letters"),
        (_log(CALLS), ("--interval", "7"), "must be 5 or more and divide a day"),
        (_log(CALLS), ("--days", "400"), "must be 1 to 366"),
        (_log(CALLS), ("--closed", "/nowhere/days.csv"), "cannot be read"),
        (
            _log([*CALLS, datetime.fromisoformat("1925-01-01")]),
            (),
            "are its dates written day first?",
        ),
    ],
)
def test_what_cannot_be_used_ends_with_a_sentence(
    forecast: Forecast, text: str, options: tuple[str, ...], sentence: str
) -> None:
    _, said = forecast(text, *options, exit_code=2)
    assert sentence in said


@pytest.fixture
def staffing(tmp_path: Path) -> Callable[..., tuple[list[dict[str, str]], str]]:
    """Write a forecast, staff it by the command, and return the rows and what was said."""

    def run(
        calls: list[float], *options: str, exit_code: int = 0
    ) -> tuple[list[dict[str, str]], str]:
        source, out = tmp_path / "forecast.csv", tmp_path / "agents.csv"
        times = (f"{9 + n // 2:02}:{n % 2 * 30:02}:00" for n in range(len(calls)))
        rows = [f"2025-11-10 {at},{c},1,2,3,{c},5" for at, c in zip(times, calls, strict=True)]
        source.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
        command = ["staffing", "--from", str(source), "--csv", str(out), *options]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == exit_code, done.output
        return _rows(out) if out.exists() else [], " ".join(done.output.split())

    return run


def _agents(rows: list[dict[str, str]], column: str = "agents") -> list[int]:
    return [int(row[column]) for row in rows]


def test_the_agents_of_a_forecast_are_those_of_the_reference(staffing: Forecast) -> None:
    options = ("--aht", "180", "--target", "80/20", "--shrinkage", "0.3", "--occupancy", "1")
    rows, _ = staffing([100, 100, 0, 200], *options)
    assert (_agents(rows), _agents(rows, "scheduled")) == ([14, 14, 0, 24], [20, 20, 0, 35])
    assert float(rows[0]["service_level"]) == pytest.approx(0.888350, abs=1e-6)
    patient, _ = staffing([100, 200], *options, "--patience", "120")
    assert _agents(patient) == [12, 22]


def test_other_targets_alone_and_together(staffing: Forecast) -> None:
    plain = ("--aht", "180", "--shrinkage", "0", "--occupancy", "1")
    assert _agents(staffing([100], *plain, "--asa", "20")[0]) == [13]
    patient = (*plain, "--patience", "300", "--abandonment", "0.02")
    by_loss = _agents(staffing([100], *patient)[0])[0]
    both = _agents(staffing([100], *patient, "--target", "95/5")[0])[0]
    assert by_loss < both
    rows, _ = staffing([100], *plain, "--presence", "0.85")
    assert (rows[0]["agents"], rows[0]["scheduled"]) == ("14", "17")


def test_long_calls_are_staffed_when_they_are_handled(staffing: Forecast) -> None:
    options = ("--aht", "900", "--occupancy", "1")
    lagged, plain = (
        staffing([40, 80, 40, 40], *options, *more)[0] for more in ((), ("--ramps", "plain"))
    )
    assert [float(row["load_erlangs"]) for row in plain] == [20, 40, 20, 20]
    first, peak, after, late = (float(row["load_erlangs"]) for row in lagged)
    assert first == 20
    assert 20 < late < after < peak < 40


def test_a_plan_is_held_against_the_need(staffing: Forecast, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "start,end,agents\n2025-11-10 09:00,2025-11-10 10:00,18\n2025-11-10 09:45,2025-11-10 10:30,10\n",
        encoding="utf-8",
    )
    options = ("--aht", "180", "--shrinkage", "0.3", "--occupancy", "1", "--plan", str(plan))
    rows, said = staffing([100, 100, 20], *options)
    assert [float(row["over"]) for row in rows] == [-2, 3, 10 - int(rows[2]["scheduled"])]
    assert "1 of 3 intervals are short, by 1.0 agent-hours" in said


def test_callbacks_lower_the_peak_and_not_the_hours(staffing: Forecast) -> None:
    options = ("--aht", "180", "--occupancy", "1", "--callbacks", "0.3")
    rows, said = staffing([50, 150, 60, 50, 50], *options)
    assert max(_agents(rows, "agents_with_callbacks")) < max(_agents(rows))
    assert sum(float(row["calls_with_callbacks"]) for row in rows) == pytest.approx(360, abs=0.01)
    assert "most agents 19 →" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "--from needs --aht"),
        (("--aht", "0"), "must be more than zero"),
        (("--aht", "180", "--target", "80"), "write the percentage and the seconds"),
        (("--aht", "180", "--abandonment", "0.05"), "nobody hangs up without a patience"),
        (("--aht", "180", "--shrinkage", "1"), "less than 1"),
        (("--aht", "180", "--occupancy", "0"), "at most 1"),
        (("--aht", "180", "--presence", "0"), "at most 1"),
        (("--aht", "180", "--ramps", "steep"), "auto, plain or lagged"),
        (("--aht", "180", "--callbacks", "2"), "must be 0 to 1"),
        (("--aht", "180", "--quantile", "q99"), "has no column q99"),
        (("--aht", "180", "--plan", "/nowhere.csv"), "cannot be read"),
    ],
)
def test_a_wish_that_makes_no_sense_ends_with_a_sentence(
    staffing: Forecast, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in staffing([100], *options, exit_code=2)[1]
