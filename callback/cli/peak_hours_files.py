"""Forecasts and staffing plans as CSV and JSON files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callback.errors import InvalidInput
from callback.forecasting.forecast import Forecast
from callback.forecasting.staffing import StaffingPlan, StaffingTarget

DIGITS = 4


def forecast_rows(forecast: Forecast) -> list[dict[str, Any]]:
    """Return the rows of a forecast; `start` is local, with its offset."""
    return [_plain(row._asdict(), forecast.zone) for row in forecast.rows]


def staffing_rows(plan: StaffingPlan, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the rows of a staffing plan; `start` is local, with its offset."""
    return [_plain(asdict(row), zone) for row in plan.rows]


def forecast_document(line_name: str, forecast: Forecast) -> dict[str, Any]:
    """Return all that is known of a forecast, for JSON."""
    return {
        "line": line_name,
        "zone": forecast.zone.key,
        "interval_minutes": forecast.interval_minutes,
        "model": forecast.model,
        "accuracy": _plain(asdict(forecast.accuracy), forecast.zone) if forecast.accuracy else None,
        "notes": list(forecast.notes),
        "rows": forecast_rows(forecast),
    }


def staffing_document(
    line_name: str, forecast: Forecast, plan: StaffingPlan, target: StaffingTarget, quantile: str
) -> dict[str, Any]:
    """Return a staffing plan with what it was worked out from, for JSON."""
    return {
        "line": line_name,
        "zone": forecast.zone.key,
        "interval_minutes": forecast.interval_minutes,
        "target": asdict(target),
        "staffed_for": quantile,
        "agent_hours": round(plan.agent_hours, DIGITS),
        "scheduled_hours": round(plan.scheduled_hours, DIGITS),
        "notes": list(forecast.notes),
        "rows": staffing_rows(plan, forecast.zone),
    }


def peaks_document(
    line_name: str, zone: ZoneInfo, hours: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """Return the mean calls an hour by weekday (0 Monday) and hour of the day, for JSON."""
    return {
        "line": line_name,
        "zone": zone.key,
        "calls_an_hour": [[round(value, DIGITS) for value in row] for row in hours],
    }


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows under a header of their keys.

    Raises:
        InvalidInput: nothing can be written there.

    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [])
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise InvalidInput("csv", f"{path} cannot be written: {error.strerror}") from error


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write one document.

    Raises:
        InvalidInput: nothing can be written there.

    """
    try:
        path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput("json", f"{path} cannot be written: {error.strerror}") from error


def _plain(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {name: _value(value, zone) for name, value in row.items()}


def _value(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
