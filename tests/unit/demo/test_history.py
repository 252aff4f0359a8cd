"""The weeks before the demo's day."""

from __future__ import annotations

from datetime import date

from callback.demo.figures import shipped_figures
from callback.demo.history import history_rows, working_days_before

MONDAY = date(1999, 2, 8)


def test_four_weeks_of_working_days_come_before_the_day() -> None:
    days = working_days_before(MONDAY)
    assert len(days) == 20
    assert days[0] == date(1999, 1, 11)
    assert days[-1] == date(1999, 2, 5)
    assert all(day.weekday() < 5 for day in days)


def test_every_row_has_an_id_of_its_own_and_the_same_seed_gives_the_same_past() -> None:
    rows = list(history_rows(shipped_figures(), MONDAY, seed=1))
    assert len({row[0] for row in rows}) == len(rows)
    assert rows == list(history_rows(shipped_figures(), MONDAY, seed=1))
    assert rows != list(history_rows(shipped_figures(), MONDAY, seed=2))


def test_the_days_of_the_past_are_as_busy_as_the_figures_say() -> None:
    figures = shipped_figures()
    expected = 20 * sum(sum(kinds.values()) for kinds in figures.arrivals)
    rows = list(history_rows(figures, MONDAY, seed=1))
    assert abs(len(rows) - expected) < 4 * expected**0.5
