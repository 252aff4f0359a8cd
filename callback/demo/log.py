"""Reading a per-call log in the format of the “anonymous bank” of the Technion.

Columns `type, date, vru_exit, q_time, outcome, ser_time, ser_start, ser_exit, server`; times are local
wall-clock times. `PHANTOM` rows are no callers and are left out. A caller arrives when the voice unit lets
go (`vru_exit`): only from then on could a person have answered.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

COLUMNS = frozenset(
    {"type", "date", "vru_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server"}
)
NOBODY = "NO_SERVER"
DAY = timedelta(days=1)
# Service may be written down as begun up to this long before the voice unit let go.
OVERLAP = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
HALF_HOURS = 48


class LogUnreadable(Exception):
    """The file is not a per-call log that the demo can read; the message says why."""


@dataclass(frozen=True)
class LoggedCall:
    """Somebody who asked for an agent. Instants are offsets from the local midnight of `day`."""

    day: date
    arrived: timedelta
    call_type: str
    answered: bool
    waited: timedelta
    handled: timedelta
    served_from: timedelta
    agent: str | None

    @property
    def half_hour(self) -> int:
        """Return the number (0–47) of the half-hour of arrival."""
        return self.arrived // HALF_HOUR


def read_log(path: Path) -> list[LoggedCall]:
    """Return the callers of a log, in order of arrival; `.gz` is unpacked.

    Raises:
        LogUnreadable: no such file, or not in this format.

    """
    try:
        with _opened(path) as lines:
            rows = csv.DictReader(lines)
            missing = COLUMNS - set(rows.fieldnames or ())
            if missing:
                raise LogUnreadable(f"{path} lacks the columns {', '.join(sorted(missing))}")
            return sorted(_callers(rows), key=lambda call: (call.day, call.arrived))
    except (OSError, UnicodeDecodeError) as error:
        raise LogUnreadable(f"{path} cannot be read: {error}") from error
    except ValueError as error:
        raise LogUnreadable(f"{path} holds a row that cannot be read: {error}") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.GzipFile(path), encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _callers(rows: Iterable[dict[str, str]]) -> Iterator[LoggedCall]:
    for row in rows:
        if row["outcome"] not in {"AGENT", "HANG"}:
            continue
        answered = row["outcome"] == "AGENT"
        arrived = _offset(row["vru_exit"]) % DAY
        served_from, served_until = _offset(row["ser_start"]), _offset(row["ser_exit"])
        handled = (served_until - served_from) % DAY if answered else timedelta(0)
        if not handled:
            served_from = arrived
        elif served_from + OVERLAP < arrived:
            served_from += DAY
        yield LoggedCall(
            day=date.fromisoformat(row["date"]),
            arrived=arrived,
            call_type=row["type"],
            answered=answered,
            waited=max(timedelta(0), timedelta(seconds=int(row["q_time"]))),
            handled=handled,
            served_from=served_from,
            agent=row["server"] if answered and row["server"] != NOBODY else None,
        )


def _offset(text: str) -> timedelta:
    hours, minutes, seconds = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def agents_seen(calls: Iterable[LoggedCall]) -> list[int]:
    """Return for each half-hour of a day how many agents were talking in some part of it."""
    seen: list[set[str]] = [set() for _ in range(HALF_HOURS)]
    for call in calls:
        if call.agent is None or not call.handled:
            continue
        first = call.served_from // HALF_HOUR
        last = (call.served_from + call.handled) // HALF_HOUR
        for half_hour in range(first, min(last, HALF_HOURS - 1) + 1):
            seen[half_hour].add(call.agent)
    return [len(agents) for agents in seen]
