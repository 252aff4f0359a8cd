"""One row of a foreign call log, read into one of ours or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from callback.calls.call import Call, CallOutcome, CallStatus, Direction
from callback.calls.log_columns import Cells, Column, LogColumns, plain
from callback.calls.log_keys import CallKeys
from callback.calls.log_times import TimeReader, next_if_past_midnight, seconds_in, to_instant
from callback.lines.line import Line
from callback.phone import caller_number

Read = TypeVar("Read")

READ = frozenset(
    {
        "call_sid",
        "direction",
        "phone_number",
        "outcome",
        "arrived_at",
        "answered_at",
        "ended_at",
        "wait_seconds",
        "handle_seconds",
        "agent_id",
    }
)
"""The columns in which imported calls differ, besides their identifiers."""

_OUTCOMES = {
    plain(word): outcome
    for outcome, words in {
        CallOutcome.ANSWERED: "agent answered completed complete handled connected served booking_completed"
        " no_availability",
        CallOutcome.ABANDONED: "hang hangup hung_up abandoned abandon no-answer unanswered call_unanswered"
        " not_answered missed lost busy failed canceled cancelled",
        CallOutcome.PROMISED: "promised callback callback_requested",
        CallOutcome.TURNED_AWAY: "turned_away closed after_hours out_of_hours",
    }.items()
    for word in words.split()
}
_DIRECTIONS = {
    **dict.fromkeys(("", "inbound", "in", "incoming"), Direction.INBOUND),
    **dict.fromkeys(
        ("outbound", "out", "outgoing", "outboundapi", "outbounddial"), Direction.OUTBOUND
    ),
    **dict.fromkeys(("callback", "return", "returncall"), Direction.CALLBACK),
}
# Parsing a number costs as much as all else in a row, and many callers call again.
_known_caller = lru_cache(maxsize=65_536)(caller_number)
_PUNCTUATION = re.compile(r"[\s().-]")
_NOBODY = frozenset({"", "noserver", "none", "null", "na"})


class RowRefused(Exception):
    """A row cannot be used; `column` is the header of the cell at fault."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"{column}: {reason}")


@dataclass(frozen=True)
class RejectedRow:
    """A row that was left out: its line in the file (the header is line 1), the column, and why."""

    line_number: int
    column: str
    reason: str


@dataclass(frozen=True)
class LogReader:
    """Reads the rows of one log into the columns of the `call` table.

    `zone` is that of times without an offset; a call that arrives after `now` is refused.
    """

    columns: LogColumns
    times: TimeReader
    zone: ZoneInfo
    line: Line
    keys: CallKeys
    now: datetime
    common: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every imported call has in common, whatever further columns the table has."""
        call = Call(
            id="",
            call_sid="",
            line_id=self.line.id,
            direction=Direction.INBOUND,
            source="import",
            language=self.line.language,
            status=CallStatus.ENDED,
            arrived_at=self.now,
        )
        given = READ | {"id"}
        common = {name: value for name, value in call.model_dump().items() if name not in given}
        object.__setattr__(self, "common", common)

    def read(self, row: Sequence[str]) -> dict[str, Any]:
        """Return the row as values of the `call` table, those of `READ`; all else is in `common`.

        Raises:
            RowRefused: it cannot be used; names the column and the reason.

        """
        if len(row) != len(self.columns.header):
            raise RowRefused("row", f"{len(row)} cells under {len(self.columns.header)} headers")
        cells = self.columns.cells(row)
        word = plain(cells.outcome)
        if word == "phantom":
            raise self._refused(Column.OUTCOME, "a phantom call: no caller was there")
        arrived = self._arrival(cells)
        arrived_at = to_instant(arrived, self.zone)
        if arrived_at > self.now:
            raise RowRefused(
                self._arrival_name, f"{arrived_at.isoformat()} has not come yet; is the zone right?"
            )
        answered_at = self._later(Column.ANSWERED, cells.answered, arrived, arrived_at)
        ended_at = self._later(Column.ENDED, cells.ended, arrived, arrived_at)
        agent = None if _says_nothing(cells.agent) else cells.agent[:80]
        outcome = self._outcome(word, agent, answered_at)
        if outcome != CallOutcome.ANSWERED:
            answered_at = None
        wait, handle = self._lengths(cells, arrived_at, answered_at, ended_at, outcome)
        return {
            "call_sid": self.keys.key_of(row, cells.external_id, arrived),
            "direction": self._direction(cells.direction),
            "phone_number": self._caller(cells.caller),
            "outcome": outcome,
            "arrived_at": arrived_at,
            "answered_at": answered_at,
            "ended_at": ended_at or _end(arrived_at, wait, handle),
            "wait_seconds": wait,
            "handle_seconds": handle,
            "agent_id": agent,
        }

    @property
    def _arrival_name(self) -> str:
        whole = Column.ARRIVED in self.columns.places
        return self.columns.name_of(Column.ARRIVED if whole else Column.TIME)

    def _refused(self, column: Column, reason: str) -> RowRefused:
        return RowRefused(self.columns.name_of(column), reason)

    def _direction(self, text: str) -> Direction:
        word = plain(text)
        if word not in _DIRECTIONS:
            raise self._refused(Column.DIRECTION, f"{word} is neither in, out nor a callback")
        return _DIRECTIONS[word]

    def _arrival(self, cells: Cells) -> datetime:
        column = Column.ARRIVED if Column.ARRIVED in self.columns.places else Column.TIME
        text = cells.arrived if column == Column.ARRIVED else cells.time
        if not text:
            raise self._refused(column, "empty: nothing says when the call arrived")
        day = None
        if cells.date:
            day = self._parsed(Column.DATE, self.times.day, cells.date)
        return self._moment(column, text, day)

    def _later(
        self, column: Column, text: str, arrived: datetime, arrived_at: datetime
    ) -> datetime | None:
        if text == "0:00:00" or _says_nothing(text):
            return None
        moment = self._moment(column, text, arrived.date())
        if len(text) <= len("00:00:00 AM"):
            moment = next_if_past_midnight(moment.replace(tzinfo=arrived.tzinfo), arrived)
        instant = to_instant(moment, self.zone)
        if instant < arrived_at:
            raise self._refused(column, f"{text} is before the arrival")
        return instant

    def _outcome(
        self, word: str, agent: str | None, answered_at: datetime | None
    ) -> CallOutcome | None:
        if word in _OUTCOMES:
            return _OUTCOMES[word]
        if answered_at is not None or agent is not None:
            return CallOutcome.ANSWERED
        return CallOutcome.ABANDONED if Column.ANSWERED in self.columns.places else None

    def _lengths(
        self,
        cells: Cells,
        arrived_at: datetime,
        answered_at: datetime | None,
        ended_at: datetime | None,
        outcome: CallOutcome | None,
    ) -> tuple[float | None, float | None]:
        wait = self._seconds(Column.WAIT, cells.wait)
        handle = self._seconds(Column.HANDLE, cells.handle)
        if wait is None and outcome is not None:
            queued_until = answered_at if outcome == CallOutcome.ANSWERED else ended_at
            wait = (queued_until - arrived_at).total_seconds() if queued_until else None
        if answered_at and ended_at and ended_at < answered_at:
            raise self._refused(Column.ENDED, "the call ends before it is answered")
        if outcome not in {CallOutcome.ANSWERED, None}:
            return wait, None
        if handle is None and answered_at and ended_at:
            handle = (ended_at - answered_at).total_seconds()
        return wait, handle

    def _seconds(self, column: Column, text: str) -> float | None:
        if _says_nothing(text):
            return None
        return self._parsed(column, seconds_in, text)

    def _moment(self, column: Column, text: str, day: date | None) -> datetime:
        try:
            return self.times.moment(text, day)
        except (ValueError, OverflowError) as error:
            raise self._refused(column, str(error)) from error

    def _parsed(self, column: Column, parse: Callable[[str], Read], text: str) -> Read:
        try:
            return parse(text)
        except (ValueError, OverflowError) as error:
            raise self._refused(column, str(error)) from error

    def _caller(self, text: str) -> str | None:
        written = _PUNCTUATION.sub("", text) if text else ""
        return _known_caller(written, self.line.country) if written else None


def _says_nothing(text: str) -> bool:
    # What begins with a digit is a time or a number, and the cost of looking closer counts in every row.
    return not text or (not "0" <= text[0] <= "9" and plain(text) in _NOBODY)


def _end(arrived_at: datetime, wait: float | None, handle: float | None) -> datetime | None:
    if wait is None and handle is None:
        return None
    return arrived_at + timedelta(seconds=(wait or 0) + (handle or 0))
