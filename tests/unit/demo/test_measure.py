from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from callback.demo.figures import Figures, shipped_figures
from callback.demo.log import LoggedCall, LogUnreadable, read_log
from callback.demo.measure import main, measure, outages
from tests.unit.demo.made_up_log import write_log

DAYS = (date(1999, 2, 8), date(1999, 2, 9))


def a_call(
    day: date,
    minute: float,
    *,
    answered: bool = True,
    waited: float = 10,
    kind: str = "PS",
    agent: str = "S1",
) -> LoggedCall:
    arrived = timedelta(minutes=minute)
    return LoggedCall(
        day=day,
        arrived=arrived,
        call_type=kind,
        answered=answered,
        waited=timedelta(seconds=waited),
        handled=timedelta(seconds=100 if answered else 0),
        served_from=arrived,
        agent=agent if answered else None,
    )


def test_half_hours_in_which_most_hung_up_are_outages() -> None:
    good = [a_call(DAYS[0], 600 + i) for i in range(12)]
    bad = [a_call(DAYS[0], 660 + i, answered=i < 5) for i in range(12)]
    few = [a_call(DAYS[0], 720 + i, answered=False) for i in range(9)]
    assert outages([*good, *bad, *few]) == {(DAYS[0], 22)}


def test_arrivals_are_means_over_the_days_without_outage() -> None:
    calls = [a_call(day, 600 + i) for day in DAYS for i in range(20)]
    calls += [a_call(DAYS[0], 601, answered=False, waited=50)]
    calls += [a_call(DAYS[0], 630 + i, answered=i == 0) for i in range(20)]
    calls += [a_call(DAYS[1], 630 + i) for i in range(10)]
    found = measure(calls, DAYS, "two days")
    assert found.arrivals[20] == {"PS": 20.5}
    assert found.arrivals[21] == {"PS": 10.0}, "the first day's half-hour was an outage"
    assert found.present[20] == 1.0
    assert found.abandoned_share == pytest.approx(1 / 51, abs=1e-4)


def test_rare_kinds_are_counted_with_the_most_frequent() -> None:
    calls = [a_call(DAYS[0], 600 + i % 20, kind="PS") for i in range(400)]
    calls += [a_call(DAYS[0], 600 + i % 20, kind="NE") for i in range(300)]
    calls += [a_call(DAYS[0], 610, kind="IN"), a_call(DAYS[0], 611, answered=False, kind="PS")]
    calls += [a_call(DAYS[0], 612, answered=False, kind="NE")]
    found = measure(calls, DAYS[:1], "a day")
    assert found.arrivals[20] == {"NE": 301.0, "PS": 402.0}
    assert set(found.types) == {"NE", "PS"}


def test_days_without_callers_are_refused() -> None:
    with pytest.raises(LogUnreadable, match="no callers"):
        measure([a_call(DAYS[0], 600)], [DAYS[1]], "nothing")


def app() -> Typer:
    made = Typer()
    made.command()(main)
    return made


def test_the_script_prints_figures_that_can_be_read_back(tmp_path: Path) -> None:
    rows = [
        ("PS", "1999-02-08", f"10:{i:02d}:00", 5, "AGENT", f"10:{i:02d}:05", f"10:{i:02d}:50", "S1")
        for i in range(30)
    ]
    rows.append(("PS", "1999-02-08", "10:10:30", 20, "HANG", "0:00:00", "0:00:00", "NO_SERVER"))
    log = write_log(tmp_path / "log.csv", rows)
    result = CliRunner().invoke(app(), [str(log), "--day", "1999-02-08"])
    assert result.exit_code == 0
    found = Figures.from_json(json.loads(result.stdout))
    assert found.measured_over == "8 February 1999"
    assert found.arrivals[20] == {"PS": 31.0}


def test_the_script_says_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(app(), [str(tmp_path / "none.csv")])
    assert result.exit_code == 2
    assert "none.csv" in result.stderr.replace("\n", "")


def test_the_shipped_figures_are_what_the_script_measures(real_log: Path) -> None:
    calls = read_log(real_log)
    days = {call.day for call in calls if call.day.weekday() in {6, 0, 1, 2, 3}}
    assert len(days) == 20
    assert measure(calls, days, shipped_figures().measured_over) == shipped_figures()
