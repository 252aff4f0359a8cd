"""What the columns of a call log mean, whatever the system that wrote it calls them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from callback.errors import InvalidInput


class Column(StrEnum):
    """What a column of a call log can tell us about a call."""

    ARRIVED = "arrival"
    DATE = "date"
    TIME = "time of day"
    ANSWERED = "answered"
    ENDED = "end"
    WAIT = "wait in seconds"
    HANDLE = "handle time in seconds"
    OUTCOME = "outcome"
    DIRECTION = "direction"
    CALLER = "caller's number"
    AGENT = "agent"
    EXTERNAL_ID = "external id"


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# In order of preference: of two headers that mean the same, the name that stands first is taken.
ALIASES: dict[Column, tuple[str, ...]] = {
    Column.ARRIVED: _names(
        "arrived_at arrival_time arrival arrived offered_at queued_at call_start_time call_started_at"
        " call_started call_start start_time started_at start timestamp date_time datetime call_time_stamp"
        " call_datetime received_at created_at date_created created"
    ),
    Column.DATE: _names("call_date start_date arrival_date date day"),
    Column.TIME: _names("call_time time_of_day time vru_entry"),
    Column.ANSWERED: _names(
        "answered_at answer_time time_answered call_answered answered connected_at pickup_time"
        " ser_start service_start"
    ),
    Column.ENDED: _names(
        "ended_at end_time call_ended call_end ended completed_at hangup_time ser_exit end"
    ),
    Column.WAIT: _names(
        "wait_seconds queue_seconds wait_time_seconds wait_length wait_time queue_time q_time wait"
        " speed_of_answer time_in_queue"
    ),
    Column.HANDLE: _names(
        "handle_seconds handle_time_seconds handle_time service_length ser_time service_time talk_seconds"
        " talk_time duration_seconds call_duration duration"
    ),
    Column.OUTCOME: _names("outcome call_outcome disposition result call_status status"),
    Column.DIRECTION: _names("direction call_direction"),
    Column.CALLER: _names(
        "phone_number caller_number caller_id callerid caller from_number from ani cli"
    ),
    Column.AGENT: _names("agent_id agent agent_name server operator handled_by"),
    Column.EXTERNAL_ID: _names(
        "call_sid external_id call_id callid unique_id uniqueid contact_id sid id"
    ),
}
COUNTS = frozenset({"calls", "count", "callcount", "callsoffered", "numberofcalls", "volume"})


@lru_cache(maxsize=4_096)
def plain(header: str) -> str:
    """Return a header without case, spaces and punctuation, so that `Call Date` equals `call_date`."""
    return re.sub(r"[^0-9a-z]", "", header.lower())


class Cells(NamedTuple):
    """What one row says, as text, in the order of `Column`."""

    arrived: str
    date: str
    time: str
    answered: str
    ended: str
    wait: str
    handle: str
    outcome: str
    direction: str
    caller: str
    agent: str
    external_id: str


@dataclass(frozen=True)
class LogColumns:
    """Which cell of a row holds what; `header` is the first line as written."""

    header: tuple[str, ...]
    places: dict[Column, int]
    _pick: Callable[[Sequence[str]], tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out once in which cell each column stands."""
        # The cell behind the last, which `cells` adds, is empty.
        where = (self.places.get(column, len(self.header)) for column in Column)
        object.__setattr__(self, "_pick", itemgetter(*where))

    def cells(self, row: Sequence[str]) -> Cells:
        """Return all cells of a row, trimmed, empty where the log has no such column."""
        return Cells._make(map(str.strip, self._pick([*row, ""])))

    def cell(self, row: Sequence[str], column: Column) -> str:
        """Return the trimmed cell, empty where the log has no such column."""
        place = self.places.get(column)
        return "" if place is None else row[place].strip()

    def name_of(self, column: Column) -> str:
        """Return the header under which `column` is found, for messages that its author understands."""
        place = self.places.get(column)
        return column.value if place is None else self.header[place].strip()


def read_header(header: Sequence[str]) -> LogColumns:
    """Return what the columns under `header` mean.

    Raises:
        InvalidInput: nothing says when a call arrived, or the file counts calls instead of listing them.

    """
    known = {plain(name): place for place, name in reversed(list(enumerate(header)))}
    places = {
        column: place
        for column, aliases in ALIASES.items()
        if (place := next((known[plain(a)] for a in aliases if plain(a) in known), None))
        is not None
    }
    if counted := [name for name in header if plain(name) in COUNTS]:
        raise InvalidInput(
            "columns",
            f"{counted[0].strip()!r} counts calls; a call log with one row for each call is needed",
        )
    if Column.ARRIVED not in places and not {Column.DATE, Column.TIME} <= places.keys():
        raise InvalidInput(
            "columns",
            "nothing says when a call arrived: name a column arrived_at (or start_time, timestamp ...),"
            " or a pair date and time; found "
            + (", ".join(filter(None, header)) or "no header at all"),
        )
    return LogColumns(tuple(header), places)
