"""One definition, drawn as SVG and PNG, with the table behind."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.errors import InvalidInput
from callback.forecasting.forecast import ForecastRow
from callback.reporting.chart import Chart, HeatMap, Picture, Series, Tick, Tone, nice_step
from callback.reporting.chart_files import picture_as, save_picture, table_csv
from callback.reporting.chart_svg import RULES, draw_svg, level_of
from callback.reporting.chart_words import english
from callback.reporting.pictures import (
    LeadAccuracy,
    Need,
    accuracy_picture,
    forecast_picture,
    peaks_picture,
    staffing_picture,
)

ZONE = ZoneInfo("Europe/Berlin")
WORDS = english(ZONE)
EIGHT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
STARTS = [EIGHT + timedelta(minutes=30 * place) for place in range(6)]
ROWS = [ForecastRow(start, 10.0, 6.0, 8.0, 10.0, 12.0, 14.0) for start in STARTS]
NEEDS = [
    Need(start, 4.0, planned)
    for start, planned in zip(STARTS, [4, 3, None, 5, 1, 4.0], strict=True)
]
FORECAST = forecast_picture("Support", ROWS, {STARTS[0]: 11.0}, ZONE, 30, WORDS)
STAFFING = staffing_picture("Support", NEEDS, ZONE, WORDS)
PEAKS = peaks_picture(
    "Support", [[0.0] * 8 + [float(day)] * 10 + [0.0] * 6 for day in range(7)], WORDS
)
ACCURACY = accuracy_picture(
    "Support", [LeadAccuracy(lead, 9, 0.1, 0.0, 0.8, None, 0.05) for lead in (1, 2)], WORDS
)
PICTURES: dict[str, Picture] = {
    "forecast": FORECAST,
    "staffing": STAFFING,
    "peaks": PEAKS,
    "accuracy": ACCURACY,
}
SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: Picture) -> ET.Element:
    return ET.fromstring(draw_svg(picture, alone=True))  # noqa: S314 - our own drawing


def all_of(root: ET.Element, tag: str, kind: str) -> list[ET.Element]:
    return [each for each in root.iter(f"{SVG}{tag}") if kind in each.get("class", "").split()]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(
    ("kind", "magic"), [(".png", b"\x89PNG"), (".svg", b"<svg"), (".csv", b"")]
)
def test_every_picture_is_written_in_every_form(
    tmp_path: Path, name: str, kind: str, magic: bytes
) -> None:
    path = tmp_path / f"{name}{kind}"
    save_picture(PICTURES[name], path)
    content = path.read_bytes()
    assert content.startswith(magic)
    assert len(content) > (5_000 if kind == ".png" else 60)


def test_the_forecast_shows_mean_bands_and_what_was_counted() -> None:
    root = drawn(FORECAST)
    assert len(all_of(root, "path", "blue")) == 2  # the line and its key
    assert len(all_of(root, "path", "band")) == 4
    assert len(all_of(root, "circle", "ink")) == 2
    headers, rows = FORECAST.table()
    assert headers[:3] == ["local time (Europe/Berlin)", "expected", "counted"]
    assert rows[0] == ["Mon 02.03. 08:00", "10", "11", "6", "14", "8", "12"]
    assert rows[1][2] == ""


def test_short_intervals_are_hatched_and_said_in_the_table() -> None:
    assert STAFFING.marked == [1, 4]
    assert len(all_of(drawn(STAFFING), "rect", "mark")) == 3
    _, rows = STAFFING.table()
    assert [row[-1] for row in rows] == ["", "×", "", "", "×", ""]


def test_a_plan_with_a_gap_is_drawn_in_pieces() -> None:
    assert len(all_of(drawn(STAFFING), "path", "vermillion")) == 3  # two pieces and the key


def test_quiet_hours_at_both_ends_are_left_out_of_the_heat_map() -> None:
    assert list(PEAKS.columns) == [f"{hour:02d}" for hour in range(8, 18)]
    cells = all_of(drawn(PEAKS), "rect", "cell")
    assert len(cells) == 70
    assert "h0" in cells[0].get("class", "")
    assert "h8" in cells[-1].get("class", "")
    assert PEAKS.table()[1][6] == ["Sun", *["6.0"] * 10]


def test_shares_are_written_as_percentages() -> None:
    assert ACCURACY.table()[1][0] == ["1", "10.0%", "", "5.0%"]


def test_nothing_is_styled_inline_so_that_a_strict_page_shows_it() -> None:
    for picture in PICTURES.values():
        text = draw_svg(picture)
        assert "style" not in text
        assert "xmlns" not in text


def test_names_cannot_break_out_of_the_drawing() -> None:
    evil = '<script>alert("x")</script>'
    chart = Chart(evil, evil, evil, [evil], [Tick(0, evil)], [Series(evil, [1.0], Tone.BLUE)])
    heat = HeatMap(evil, evil, evil, [evil], [evil], [[1.0]])
    for picture in (chart, heat):
        assert "<script" not in draw_svg(picture)
        ET.fromstring(draw_svg(picture))  # noqa: S314 - our own drawing


def test_every_class_that_is_drawn_has_a_rule() -> None:
    for picture in PICTURES.values():
        for element in drawn(picture).iter():
            for kind in element.get("class", "").split():
                assert f".{kind}" in RULES, kind


def test_an_empty_picture_is_still_a_picture() -> None:
    empty = forecast_picture("Support", [], {}, ZONE, 30, WORDS)
    assert picture_as(empty, ".svg")
    assert picture_as(empty, ".png")
    nobody = peaks_picture("Support", [[None] * 24] * 7, WORDS)
    assert len(all_of(drawn(nobody), "rect", "cell")) == 0


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed() -> None:
    chart = Chart("t", "x", "y", ["=1+1"], [], [Series("s", [1.0], Tone.BLUE)])
    assert "'=1+1" in table_csv(chart)


@given(st.floats(1e-6, 1e9))
def test_axes_have_between_two_and_ten_round_steps(highest: float) -> None:
    step = nice_step(highest)
    assert 2 <= -(-highest // step) <= 10


@given(st.floats(0, 1e6), st.floats(1e-6, 1e6))
def test_more_is_never_paler(value: float, highest: float) -> None:
    value = min(value, highest)
    assert 0 <= level_of(value / 2, highest) <= level_of(value, highest) <= 8


def test_another_ending_or_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.png, \.svg or \.csv"):
        save_picture(PEAKS, tmp_path / "chart.gif")
    with pytest.raises(InvalidInput, match="cannot be written"):
        save_picture(PEAKS, tmp_path / "no" / "chart.png")


def test_the_web_process_loads_neither_numpy_nor_matplotlib() -> None:
    loaded = (
        "import sys, webhooks.app, callback.cli.peak_hours, callback.reporting.chart_svg\n"
        "found = {'numpy', 'matplotlib'} & set(sys.modules)\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", loaded], check=True)
