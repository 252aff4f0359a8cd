"""The commands on peak hours, from the command line to the files that they write."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from callback.cli.peak_hours import app
from callback.cli.session import open_database
from callback.cli.staffing_command import parse_target
from callback.errors import InvalidInput
from callback.forecasting import candidates
from callback.lines.line import Line, OpeningSpan

OPEN_WEEKDAYS: list[OpeningSpan] = [
    {"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)
]
RAMPS = ("plain", "lagged", "auto")
FIRST = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one line, Support [EU], and the log of ten weeks beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'callback.db'}")
    monkeypatch.setenv("COLUMNS", "100")

    async def set_up() -> None:
        async with open_database() as (_, clock, database), database.transaction() as session:
            session.add(
                Line(
                    id="eu",
                    name="Support [EU]",
                    time_zone="Europe/Berlin",
                    country="DE",
                    opening_hours=OPEN_WEEKDAYS,
                    created_at=clock.now(),
                )
            )

    asyncio.run(set_up())
    (tmp_path / "log.csv").write_text(_ten_weeks())
    return tmp_path


def _ten_weeks() -> str:
    rng = np.random.default_rng(11)
    rows = ["arrived_at,answered_at,ended_at"]
    for day in range(70):
        for hour in range(8, 18) if day % 7 < 5 else ():
            for minute in rng.integers(0, 60, size=rng.poisson(30 if hour == 10 else 8)):
                at = FIRST + timedelta(days=day, hours=hour, minutes=int(minute))
                answered, ended = at + timedelta(seconds=15), at + timedelta(seconds=215)
                rows.append(
                    ",".join(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (at, answered, ended))
                )
    return "\n".join(rows) + "\n"


MODELS = (
    candidates.AVERAGE,
    candidates.ALL_WEEKDAYS,
    candidates.REGRESSION,
    candidates.ENSEMBLE,
    candidates.MOVING_ENSEMBLE,
    candidates.MOVING_REGRESSION,
    candidates.THIN,
    candidates.YOUNG,
)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _import() -> Result:
    return _run("import-calls", "log.csv", "--line", "Support [EU]")


def test_a_log_becomes_a_forecast_with_files(installation: Path) -> None:
    imported = _import()
    assert imported.exit_code == 0, imported.output
    assert "log.csv into Support [EU]" in imported.output
    done = _run("forecast", "Support [EU]", "--csv", "f.csv", "--json", "f.json", "--png", "f.png")
    assert done.exit_code == 0, done.output
    assert "10:00–11:00" in done.output
    assert "The log ends on 2025-11-07" in done.output
    for shown in ("seasonal naive", "noise floor"):
        assert shown in done.output
    assert any(model in done.output for model in MODELS)
    with (installation / "f.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["start", "mean", "q10", "q25", "q50", "q75", "q90"]
    assert len(rows) == 7 * 48
    assert rows[0]["start"] == "2025-11-08T00:00:00+01:00"
    assert {float(row["q90"]) for row in rows[:96]} == {0.0}
    document = json.loads((installation / "f.json").read_text())
    assert (document["line"], document["zone"]) == ("Support [EU]", "Europe/Berlin")
    assert document["accuracy"]["wape"] < document["accuracy"]["naive_wape"]
    assert [row["start"] for row in document["rows"]] == [row["start"] for row in rows]
    assert (installation / "f.png").read_bytes().startswith(b"\x89PNG")


def test_events_of_a_file_move_the_forecast_of_their_days(installation: Path) -> None:
    _import()
    (installation / "events.csv").write_text("date,name\n2025-11-12,bills sent\n")
    done = _run("events", "eu", "events.csv")
    assert (done.exit_code, done.output) == (0, "Support [EU] has 1 events.\n")
    (installation / "nameless.csv").write_text("2025-11-12\n")
    assert "has no name" in _run("events", "eu", "nameless.csv").stderr
    _run("forecast", "eu", "--csv", "f.csv")
    with (installation / "f.csv").open() as file:
        rows = {row["start"][:13]: row for row in csv.DictReader(file)}
    width = {
        day: float(row["q90"]) - float(row["q10"])
        for day in ("11", "12", "13")
        for row in [rows[f"2025-11-{day}T10"]]
    }
    # Nothing was seen of such a day yet, so its band is wider than that of the days around it.
    assert width["12"] > 1.2 * max(width["11"], width["13"])


def test_staffing_takes_handle_time_from_the_log_and_the_target_from_the_line(
    installation: Path,
) -> None:
    _import()
    done = _run("staffing", "eu", "--csv", "s.csv", "--json", "s.json", "--png", "s.svg")
    assert done.exit_code == 0, done.output
    assert "80% within 20 s, q75 of the forecast, handle time 200 s, shrinkage 30%" in done.output
    document = json.loads((installation / "s.json").read_text())
    assert document["target"]["handle_seconds"] == 200
    busiest = max(document["rows"], key=lambda row: row["calls"])
    assert busiest["start"][11:16] in {"10:00", "10:30"}
    assert busiest["agents"] >= busiest["load_erlangs"] / 0.85
    assert busiest["scheduled"] >= busiest["agents"] / 0.7
    assert document["agent_hours"] == pytest.approx(
        sum(row["agents"] for row in document["rows"]) / 2
    )
    assert (installation / "s.svg").exists()
    fewer = _run(
        "staffing",
        "eu",
        "--target",
        "50/60",
        "--aht",
        "100",
        "--patience",
        "60",
        "--json",
        "t.json",
    )
    assert fewer.exit_code == 0, fewer.output
    assert (
        json.loads((installation / "t.json").read_text())["agent_hours"] < document["agent_hours"]
    )


def test_ramps_presence_and_callbacks_count_for_a_line_as_well(installation: Path) -> None:
    _import()
    plain = _scheduled("plain.csv", "--ramps", "plain")
    absent = _scheduled("absent.csv", "--ramps", "plain", "--presence", "0.8")
    long = [_scheduled(f"{ramps}.csv", "--ramps", ramps, "--aht", "1200") for ramps in RAMPS]
    assert sum(absent) == pytest.approx(sum(plain) / 0.8, rel=1e-3)
    assert long[0] != long[1] == long[2]
    done = _run("staffing", "eu", "--callbacks", "0.2")
    assert "take a callback later the same day: most agents" in done.output
    refused = _run("staffing", "eu", "--ramps", "steep")
    assert (refused.exit_code, "auto, plain or lagged" in refused.output) == (2, True)


def test_lines_of_one_pool_are_rounded_once(installation: Path) -> None:
    _import()
    alone, twice = _scheduled("one.csv"), _scheduled("two.csv", "--pool", "eu")
    assert twice == pytest.approx([2 * each for each in alone], abs=0.01)
    rows = list(csv.DictReader((installation / "two.csv").read_text().splitlines()))
    assert all(int(row["scheduled"]) - float(row["scheduled_exact"]) < 1 for row in rows)


def test_presence_is_measured_in_a_log_that_names_agents(installation: Path) -> None:
    _import()
    nameless = _run("presence", "eu")
    assert (nameless.exit_code, "hung up waiting" in nameless.output) == (2, True)
    unknown = _run("staffing", "eu", "--patience-from-log")
    assert (unknown.exit_code, "nobody has hung up waiting" in unknown.output) == (2, True)
    rows = ["arrived_at,answered_at,ended_at,outcome,agent"]
    for number in range(2_000):
        at = FIRST + timedelta(
            days=70, hours=8, seconds=100 * (number % 360) + 86_400 * (number // 360)
        )
        answered, ended = at + timedelta(seconds=30), at + timedelta(seconds=330)
        if number % 9:
            rows.append(f"{at},{answered},{ended},answered,agent {number % 4}")
        else:
            rows.append(f"{at},,{at + timedelta(seconds=60)},abandoned,")
    (installation / "named.csv").write_text("\n".join(rows))
    _run("import-calls", "named.csv", "--line", "eu", "--zone", "UTC")
    found = _run("presence", "eu", "--days", "7")
    assert found.exit_code == 0, found.output
    told = re.search(r"presence (\d\.\d+)\..* (\d+\.\d)% hung up waiting", found.output)
    assert told is not None
    assert 0.6 < float(told[1]) <= 1
    assert float(told[2]) == pytest.approx(11.1, abs=0.3)
    eight_weeks = re.search(r"--patience (\d+)", _run("presence", "eu", "--days", "56").output)
    assert eight_weeks is not None
    staffed = _run("staffing", "eu", "--patience-from-log")
    assert f"patience {eight_weeks[1]} s (Erlang A)" in staffed.output
    both = _run("staffing", "eu", "--patience-from-log", "--patience", "300")
    assert (both.exit_code, "not both" in both.output) == (2, True)


def _scheduled(name: str, *arguments: str) -> list[float]:
    done = _run("staffing", "eu", "--csv", name, *arguments)
    assert done.exit_code == 0, done.output
    with Path(name).open() as file:
        return [float(row["scheduled_exact"]) for row in csv.DictReader(file)]


def test_peaks_name_the_busiest_intervals(installation: Path) -> None:
    _import()
    done = _run("peaks", "eu", "--interval", "60", "--png", "p.png")
    assert done.exit_code == 0, done.output
    assert done.output.count("10:00–11:00") == 5
    assert "Busiest 60 minutes" in done.output
    assert (installation / "p.png").exists()


def test_as_of_looks_back_to_a_day(installation: Path) -> None:
    _import()
    done = _run("forecast", "eu", "--as-of", "2025-10-06", "--days", "1", "--csv", "f.csv")
    assert done.exit_code == 0, done.output
    assert "expected calls from 2025-10-06" in done.output
    assert "The log ends" not in done.output


def test_a_dry_run_and_a_file_of_rejected_rows(installation: Path) -> None:
    (installation / "bad.csv").write_text("arrived_at\n2025-09-01 10:00\nnever\n")
    done = _run("import-calls", "bad.csv", "--line", "eu", "--dry-run", "--rejected", "out.csv")
    assert done.exit_code == 0, done.output
    assert "line 3, arrived_at: 'never' is no date" in done.output
    with (installation / "out.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["line_number"], row["column"], row["row"]) == ("3", "arrived_at", "never")
    assert "has no calls yet" in _run("peaks", "eu").stderr


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("forecast", "Nobody"), "no line 'Nobody'"),
        (("forecast", "eu"), "has no calls yet"),
        (("forecast", "eu", "--interval", "20"), "has no calls yet"),
        (("import-calls", "nowhere.csv", "--line", "eu"), "cannot be opened"),
        (("import-calls", "log.csv", "--line", "eu", "--zone", "Mars/X"), "IANA zone"),
        (("import-calls", "log.csv", "--line", "eu", "--source", "a:b"), "letters"),
        (("import-calls", "log.csv", "--line", "eu", "--date-order", "x"), "day-first"),
        (("import-calls", "log.csv", "--line", "eu", "--rejected", "no/f"), "cannot be written"),
        (("staffing", "eu", "--target", "8020"), "80/20"),
        (("staffing", "eu", "--quantile", "q99"), "q75"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], sentence: str
) -> None:
    done = _run(*arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.output
    assert len(done.stderr.strip().splitlines()) == 1


def test_other_intervals_are_refused(installation: Path) -> None:
    _import()
    done = _run("forecast", "eu", "--interval", "20")
    assert (done.exit_code, "15, 30 or 60" in done.stderr) == (2, True)


def test_a_target_is_a_percentage_and_seconds() -> None:
    assert parse_target("80/20") == (0.8, 20.0)
    for text in ("100/20", "80", "80/-1", "a/b"):
        with pytest.raises(InvalidInput, match="80/20"):
            parse_target(text)
