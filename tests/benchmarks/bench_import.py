"""A call log of many rows, imported twice into a database of each kind, and the memory that it takes.

The baseline of the same run reads the same file with `csv` alone. Processor time is told beside wall time: on
a machine that others use as well only that means something.
`python -m pytest -s -n 0 tests/benchmarks/bench_import.py --timeout 3000`; CALLBACK_BENCH_ROWS=1000000 for the
million of the goal (under 60 s on two quiet cores).
"""

from __future__ import annotations

import csv
import os
import random
import resource
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from callback.calls.importing import ImportOptions, import_log
from callback.database import Database
from tests.integration.calls.logs import add_line
from tests.unit.builders import make_line, utc

ROWS = int(os.environ.get("CALLBACK_BENCH_ROWS", "100000"))
SPAN = timedelta(days=730)
HEADER = "call_id,arrived_at,answered_at,ended_at,outcome,phone_number,agent\n"


def write_log(path: Path) -> None:
    draws = random.Random(1)
    arrived = datetime(2024, 1, 1)  # noqa: DTZ001 - logs write moments without a zone
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(ROWS):
            arrived += SPAN / ROWS
            until = arrived + timedelta(seconds=draws.randrange(300))
            ended = until + timedelta(seconds=draws.randrange(30, 600))
            phone = f"+49151{draws.randrange(10**6):08d}"
            written = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (arrived, until, ended)]
            if draws.random() < 0.85:
                row = [*written, "answered", phone, f"agent{number % 40}"]
            else:
                row = [written[0], "", written[1], "abandoned", phone, ""]
            file.write(",".join([str(number), *row]) + "\n")


async def test_a_log_is_imported_at_a_steady_pace(database: Database, tmp_path: Path) -> None:
    await add_line(database)
    path = tmp_path / "log.csv"
    write_log(path)
    started = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    baseline = time.process_time() - started
    options = ImportOptions(ZoneInfo("UTC"))
    told = []
    for _ in range(2):
        wall, processor = time.perf_counter(), time.process_time()
        result = await import_log(database, make_line(), path, options, utc(2026, 3, 1))
        told.append((time.perf_counter() - wall, time.process_time() - processor))
        assert result.read == rows == ROWS
        assert result.rejected == 0
    assert result.known == ROWS
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    for what, (wall, processor) in zip(("new", "again"), told, strict=True):
        sys.stdout.write(
            f"\n{kind}, {ROWS:,} rows, {what}: {wall:.1f} s, processor {processor:.1f} s,"
            f" {processor / max(baseline, 0.01):.0f} x reading the file; {most:.0f} MB at most\n"
        )
