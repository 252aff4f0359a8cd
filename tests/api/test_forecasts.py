"""Forecasts, staffing and peaks over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.calls.nightly_forecast import keep_forecast
from callback.lines.line import Line
from tests.api.conftest import Api
from tests.integration.past import answered, remember

HOURS = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in range(5)]


async def forecast_line(api: Api) -> Line:
    line = await api.office.line(opening_hours=HOURS)
    now = api.office.clock.now()
    await remember(api.office.database, line, now)
    await keep_forecast(api.office.database, line, now)
    return line


async def test_a_line_without_a_forecast_says_so(api: Api) -> None:
    line = await api.office.line()
    for path in ("/forecasts", "/staffing"):
        problem = await api("GET", path, 404, params={"line_id": line.id})
        assert "forecast of line" in problem["detail"]
    await api("GET", "/reports/peaks", 422, params={"line_id": line.id})
    found = await api("GET", "/forecasts/accuracy", params={"line_id": line.id})
    assert found["items"] == []


async def test_the_newest_forecast_is_shown_beside_what_came(api: Api) -> None:
    line = await forecast_line(api)
    clock = api.office.clock
    async with api.office.database.transaction() as session:
        session.add(answered(line, clock.now() + timedelta(minutes=1)))
    clock.move_to(clock.now() + timedelta(minutes=31))
    found = await api("GET", "/forecasts", params={"line_id": line.id, "days": 2})
    assert len(found["items"]) == 2 * 48
    nine = found["items"][18]
    assert nine["start"] == "2026-03-02T09:00:00+00:00"
    assert nine["mean"] == pytest.approx(10, abs=1)
    assert nine["counted"] == 1.0
    assert found["items"][19]["counted"] is None
    tuesday = await api("GET", "/forecasts", params={"line_id": line.id, "first": 1, "days": 1})
    assert tuesday["items"] == found["items"][48:]


async def test_staffing_tells_where_the_plan_is_short(api: Api) -> None:
    line = await forecast_line(api)
    day = {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T12:00:00Z", "agents": 3}
    late = day | {"starts_at": day["ends_at"], "ends_at": "2026-03-02T18:00:00Z", "agents": 30}
    await api("PUT", f"/lines/{line.id}/plan", json={"shifts": [day, late]})
    asked = {"line_id": line.id, "days": 1, "shrinkage": 0, "quantile": "mean"}
    found = await api("GET", "/staffing", params=asked)
    items = found["items"]
    assert (items[18]["agents"], items[18]["planned"], items[18]["over"]) == (4, 3.0, -1.0)
    assert items[24]["over"] == 26.0
    assert found["short_intervals"] == 8
    more = await api("GET", "/staffing", params=asked | {"handle_seconds": 600})
    assert more["items"][18]["agents"] > 4
    tomorrow = await api("GET", "/staffing", params=asked | {"first": 1})
    assert tomorrow["items"][18]["planned"] is None


async def test_staffing_lets_the_load_of_long_calls_lag_behind_them(api: Api) -> None:
    line = await forecast_line(api)
    asked = {"line_id": line.id, "days": 1, "handle_seconds": 1200}
    lagged = (await api("GET", "/staffing", params=asked))["items"]
    plain = (await api("GET", "/staffing", params=asked | {"ramps": "plain"}))["items"]
    opening = 16
    assert 0 < lagged[opening]["load_erlangs"] < 0.8 * plain[opening]["load_erlangs"]
    assert lagged[24]["load_erlangs"] == pytest.approx(plain[24]["load_erlangs"], rel=0.1)
    await api("GET", "/staffing", 422, params=asked | {"ramps": "steep"})


async def test_peaks_are_told_by_weekday_and_hour(api: Api) -> None:
    line = await forecast_line(api)
    found = await api("GET", "/reports/peaks", params={"line_id": line.id})
    assert found["calls_an_hour"][0][9] == pytest.approx(20.0)
    assert found["calls_an_hour"][6][9] == 0.0
    assert found["mean_wait_seconds"][0][9] == pytest.approx(10.0)
    assert found["abandoned_share"][0][9] == 0.0
    assert found["busiest"][0]["calls_an_hour"] == pytest.approx(20.0)
    await api("GET", "/reports/peaks", 422, params={"line_id": line.id, "weeks": 0})


async def test_forecasts_of_past_nights_are_judged_by_how_far_ahead_they_were_made(
    api: Api,
) -> None:
    line = await forecast_line(api)
    clock = api.office.clock
    begin = clock.now()
    clock.move_to(begin + timedelta(days=3))
    # Of the three days that came, exactly what had always come.
    await remember(api.office.database, line, clock.now(), days=3)
    found = await api("GET", "/forecasts/accuracy", params={"line_id": line.id})
    leads = {each["lead"]: each for each in found["items"]}
    assert set(leads) == {1, 2, 3}
    assert leads[1]["wape"] < 0.05
    assert leads[1]["naive_wape"] == pytest.approx(0.0)
    assert leads[2]["days"] == 1
