"""What the tests of call logs share: a line in the database, files, and the real logs where at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callback.calls.importing import ImportOptions, ImportResult, import_log
from callback.database import Database
from callback.lines.line import Line, OpeningSpan
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 9)
SHARED = Path(os.environ.get("CALLBACK_SHARED_DIR", Path(__file__).parents[4] / "shared"))


def shared_file(name: str) -> Path:
    """Return a real call log, or skip the test and say which file is not there."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"the call log {name} is not at hand")
    return path


async def add_line(
    database: Database,
    line_id: str = "line",
    zone: str = "UTC",
    name: str = "Support",
    opening_hours: list[OpeningSpan] | None = None,
) -> Line:
    line = Line(
        id=line_id,
        name=name,
        time_zone=zone,
        country="US",
        opening_hours=opening_hours or [],
        created_at=utc(2026, 1, 1),
    )
    async with database.transaction() as session:
        session.add(line)
    return line


async def import_text(
    database: Database, line: Line, folder: Path, text: str, **options: object
) -> ImportResult:
    path = folder / "log.csv"
    path.write_text(text, encoding="utf-8")
    chosen = ImportOptions(**{"zone": line.zone, **options})  # type: ignore[arg-type]
    return await import_log(database, line, path, chosen, NOW)
