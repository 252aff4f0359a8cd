from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from callback.demo.day import Wish
from callback.demo.log import LogUnreadable, agents_seen, read_log
from callback.demo.queueing import play
from callback.demo.replay import mean_patience_seconds, replay

MONDAY = date(1999, 2, 8)


def seconds(duration: timedelta) -> float:
    return duration.total_seconds()


def test_phantoms_are_nobody_and_the_rest_come_in_order(small_log: Path) -> None:
    calls = read_log(small_log)
    assert len(calls) == 6
    assert [call.call_type for call in calls if call.day == MONDAY] == [
        "PS",
        "NE",
        "PS",
        "PS",
        "NW",
    ]


def test_a_caller_arrives_when_the_voice_unit_lets_go(small_log: Path) -> None:
    first, second, hung_up, *_ = read_log(small_log)
    assert first.arrived == timedelta(hours=9, seconds=10)
    assert (second.waited, second.handled) == (timedelta(seconds=30), timedelta(minutes=30))
    assert not hung_up.answered
    assert (hung_up.waited, hung_up.handled) == (timedelta(seconds=45), timedelta(0))


def test_service_past_midnight_has_its_true_length(small_log: Path) -> None:
    late = next(call for call in read_log(small_log) if call.call_type == "NW")
    assert late.handled == timedelta(seconds=67)
    assert late.served_from == timedelta(days=1, seconds=26)


def test_agents_are_seen_in_every_half_hour_they_talk_in(small_log: Path) -> None:
    seen = agents_seen(call for call in read_log(small_log) if call.day == MONDAY)
    assert seen[18] == 2
    assert seen[19] == 1
    assert seen[20] == 0, "an answered call without an agent's name shows no agent"
    assert seen[0] == 0, "service after the next midnight belongs to the next day"


def test_the_same_calls_are_replayed(small_log: Path) -> None:
    calls = read_log(small_log)
    day = replay(calls, MONDAY, seed=1)
    logged = [call for call in calls if call.day == MONDAY]
    assert [caller.arrives for caller in day.callers] == [call.arrived for call in logged]
    for caller, call in zip(day.callers, logged, strict=True):
        if call.answered:
            assert caller.handle == call.handled
            assert caller.patience > call.waited
        else:
            assert caller.patience == call.waited
            assert caller.handle in {
                timedelta(minutes=3),
                timedelta(seconds=40),
                timedelta(minutes=2),
            }


def test_replay_is_the_same_for_the_same_seed_and_another_for_another(small_log: Path) -> None:
    calls = read_log(small_log)
    assert replay(calls, MONDAY, seed=1) == replay(calls, MONDAY, seed=1)
    assert replay(calls, MONDAY, seed=1).callers != replay(calls, MONDAY, seed=2).callers


def test_mean_patience_is_all_waiting_over_those_who_left(small_log: Path) -> None:
    assert mean_patience_seconds(read_log(small_log)) == (30 + 45 + 33 + 5) / 1


def test_a_day_that_is_not_in_the_log_is_named(small_log: Path) -> None:
    with pytest.raises(LogUnreadable, match="from 1999-02-08 to 1999-02-09"):
        replay(read_log(small_log), date(1999, 3, 1), seed=1)


def test_what_is_no_log_is_refused_with_the_reason(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(LogUnreadable, match="lacks the columns"):
        read_log(other)
    with pytest.raises(LogUnreadable, match="cannot be read"):
        read_log(tmp_path / "nothing.csv.gz")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"not gzip")
    with pytest.raises(LogUnreadable, match="cannot be read"):
        read_log(broken)


def test_a_row_with_a_broken_time_is_refused(small_log: Path, tmp_path: Path) -> None:
    with gzip.open(small_log, "rt") as file:
        text = file.read()
    broken = tmp_path / "broken.csv"
    broken.write_text(text.replace("9:05:30", "soon"))
    with pytest.raises(LogUnreadable, match="row"):
        read_log(broken)


def test_the_real_day_is_replayed_row_by_row(real_log: Path) -> None:
    with gzip.open(real_log, "rt") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["date"] == "1999-02-08" and row["outcome"] != "PHANTOM"
        ]
    day = replay(read_log(real_log), MONDAY, seed=1)
    arrivals = Counter(row["vru_exit"] for row in rows)
    replayed = Counter(
        f"{c.arrives // timedelta(hours=1)}:{str(c.arrives)[-5:]}" for c in day.callers
    )
    assert len(rows) == 1185
    assert replayed == arrivals
    answered = sum(
        int(row["ser_time"]) for row in rows if row["outcome"] == "AGENT" and row["ser_time"]
    )
    talked = sum(seconds(c.handle) for c in day.callers)
    assert talked >= answered * 0.99
    assert {caller.wish for caller in day.callers} == set(Wish)


def test_the_real_day_loses_about_as_many_as_it_did(real_log: Path) -> None:
    calls = read_log(real_log)
    day = replay(calls, date(1999, 2, 10), seed=1)
    lost = sum(not c.answered for c in calls if c.day == day.on) / len(day.callers)
    assert play(day.callers, day.agents).abandoned_share == pytest.approx(lost, abs=0.02)
