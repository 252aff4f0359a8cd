"""Charts come out as files of the kind asked for, and say what they should."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback.errors import InvalidInput
from callback.forecasting.charts import forecast_chart, peaks_chart, save_chart, staffing_chart
from callback.forecasting.forecast import forecast_volume
from callback.forecasting.peaks import week_shape
from callback.forecasting.staffing import StaffingTarget, plan_staffing
from tests.unit.forecasting.weeks import MONDAY, poisson_weeks

UTC_ZONE = ZoneInfo("UTC")
FORECAST = forecast_volume(poisson_weeks(4), MONDAY + timedelta(weeks=4), 7, UTC_ZONE)
STARTS = [row.start for row in FORECAST.rows]
PLAN = plan_staffing(
    STARTS,
    [row.q75 for row in FORECAST.rows],
    timedelta(hours=1),
    StaffingTarget(0.8, 20, 180, 0.3),
)


@pytest.mark.parametrize(("ending", "magic"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_every_chart_is_written_as_png_and_svg(tmp_path: Path, ending: str, magic: bytes) -> None:
    charts = {
        "forecast": forecast_chart(FORECAST, "Support", STARTS[:5], [1, 2, 3, 4, 5]),
        "staffing": staffing_chart(PLAN, "Support", UTC_ZONE),
        "peaks": peaks_chart(week_shape(poisson_weeks(4)), "Support"),
    }
    for name, chart in charts.items():
        path = tmp_path / f"{name}{ending}"
        save_chart(chart, path)
        assert path.read_bytes().startswith(magic)
        assert path.stat().st_size > 5_000


def test_the_forecast_chart_shows_mean_and_bands_over_the_right_days() -> None:
    (axes,) = forecast_chart(FORECAST, "Support", STARTS[:2], [1, 2]).axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["counted", "8 in 10 (q10–q90)", "half (q25–q75)", "expected"]
    expected = axes.get_lines()[-1]
    assert list(expected.get_ydata()) == [row.mean for row in FORECAST.rows]
    assert expected.get_xdata()[0] == pytest.approx(STARTS[0].timestamp() / 86_400)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.png or \.svg"):
        save_chart(staffing_chart(PLAN, "Support", UTC_ZONE), tmp_path / "chart.gif")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        save_chart(staffing_chart(PLAN, "Support", UTC_ZONE), tmp_path / "no" / "chart.png")


def test_importing_the_rooms_does_not_load_numpy_or_matplotlib() -> None:
    loaded = (
        "import sys, callback.calls, callback.forecasting, callback.calls.volumes, callback.calls.importing,"
        " callback.cli.peak_hours\n"
        "assert not {'numpy', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", loaded], check=True)


def test_the_busiest_intervals_of_the_week_come_first() -> None:
    shape = week_shape(poisson_weeks(8))
    busiest = shape.busiest(3)
    assert [peak.calls for peak in busiest] == sorted(
        (peak.calls for peak in busiest), reverse=True
    )
    assert busiest[0].calls == shape.calls.max()
    assert busiest[0].weekday >= 4
    assert 13 * 60 <= busiest[0].minute <= 17 * 60
    assert shape.hours_with_calls == range(6, 24)
    assert shape.hourly(0, 3) == 0
