"""One row of a foreign call log, read into one of ours or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from callback.calls.call import Call, CallOutcome, CallStatus, Direction
from callback.calls.log_columns import Column, LogColumns, plain
from callback.calls.log_keys import CallKeys
from callback.calls.log_times import TimeReader, next_if_past_midnight, seconds_in, to_instant
from callback.ids import new_id
from callback.lines.line import Line
from callback.phone import caller_number

Read = TypeVar("Read")

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
    defaults: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every imported call has in common, whatever columns the table has."""
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
        object.__setattr__(self, "defaults", call.model_dump())

    def read(self, row: Sequence[str]) -> dict[str, Any]:
        """Return the row as values of the `call` table.

        Raises:
            RowRefused: it cannot be used; names the column and the reason.

        """
        if len(row) != len(self.columns.header):
            raise RowRefused("row", f"{len(row)} cells under {len(self.columns.header)} headers")
        self._refuse_what_is_no_demand(row)
        arrived = self._arrival(row)
        arrived_at = to_instant(arrived, self.zone)
        if arrived_at > self.now:
            raise RowRefused(
                self._arrival_name, f"{arrived_at.isoformat()} has not come yet; is the zone right?"
            )
        answered_at = self._later(row, Column.ANSWERED, arrived)
        ended_at = self._later(row, Column.ENDED, arrived)
        outcome = self._outcome(row, answered_at)
        if outcome != CallOutcome.ANSWERED:
            answered_at = None
        wait, handle = self._lengths(row, arrived_at, answered_at, ended_at, outcome)
        return self.defaults | {
            "id": new_id(arrived_at),
            "call_sid": self.keys.key_of(row, self.columns.cell(row, Column.EXTERNAL_ID), arrived),
            "direction": self._direction(row),
            "phone_number": self._caller(row),
            "outcome": outcome,
            "arrived_at": arrived_at,
            "answered_at": answered_at,
            "ended_at": ended_at or _end(arrived_at, wait, handle),
            "wait_seconds": wait,
            "handle_seconds": handle,
            "agent_id": self._agent(row),
        }

    @property
    def _arrival_name(self) -> str:
        whole = Column.ARRIVED in self.columns.places
        return self.columns.name_of(Column.ARRIVED if whole else Column.TIME)

    def _refuse_what_is_no_demand(self, row: Sequence[str]) -> None:
        if plain(self.columns.cell(row, Column.OUTCOME)) == "phantom":
            raise RowRefused(
                self.columns.name_of(Column.OUTCOME), "a phantom call: no caller was there"
            )

    def _direction(self, row: Sequence[str]) -> Direction:
        word = plain(self.columns.cell(row, Column.DIRECTION))
        if word not in _DIRECTIONS:
            raise RowRefused(
                self.columns.name_of(Column.DIRECTION), f"{word} is neither in, out nor a callback"
            )
        return _DIRECTIONS[word]

    def _arrival(self, row: Sequence[str]) -> datetime:
        day_text = self.columns.cell(row, Column.DATE)
        column = Column.ARRIVED if Column.ARRIVED in self.columns.places else Column.TIME
        text = self.columns.cell(row, column)
        if not text:
            raise RowRefused(
                self.columns.name_of(column), "empty: nothing says when the call arrived"
            )
        day = self._parsed(Column.DATE, self.times.day, day_text) if day_text else None
        return self._parsed(column, lambda known: self.times.moment(known, day), text)

    def _later(self, row: Sequence[str], column: Column, arrived: datetime) -> datetime | None:
        text = self.columns.cell(row, column)
        if plain(text) in _NOBODY or text == "0:00:00":
            return None
        moment = self._parsed(column, lambda known: self.times.moment(known, arrived.date()), text)
        if len(text) <= len("00:00:00 AM"):
            moment = next_if_past_midnight(moment.replace(tzinfo=arrived.tzinfo), arrived)
        instant = to_instant(moment, self.zone)
        if instant < to_instant(arrived, self.zone):
            raise RowRefused(self.columns.name_of(column), f"{text} is before the arrival")
        return instant

    def _outcome(self, row: Sequence[str], answered_at: datetime | None) -> CallOutcome | None:
        word = plain(self.columns.cell(row, Column.OUTCOME))
        if word in _OUTCOMES:
            return _OUTCOMES[word]
        if answered_at is not None or self._agent(row) is not None:
            return CallOutcome.ANSWERED
        return CallOutcome.ABANDONED if Column.ANSWERED in self.columns.places else None

    def _lengths(
        self,
        row: Sequence[str],
        arrived_at: datetime,
        answered_at: datetime | None,
        ended_at: datetime | None,
        outcome: CallOutcome | None,
    ) -> tuple[float | None, float | None]:
        wait, handle = self._seconds(row, Column.WAIT), self._seconds(row, Column.HANDLE)
        if wait is None and outcome is not None:
            queued_until = answered_at if outcome == CallOutcome.ANSWERED else ended_at
            wait = (queued_until - arrived_at).total_seconds() if queued_until else None
        if answered_at and ended_at and ended_at < answered_at:
            raise RowRefused(
                self.columns.name_of(Column.ENDED), "the call ends before it is answered"
            )
        if outcome not in {CallOutcome.ANSWERED, None}:
            return wait, None
        if handle is None and answered_at and ended_at:
            handle = (ended_at - answered_at).total_seconds()
        return wait, handle

    def _seconds(self, row: Sequence[str], column: Column) -> float | None:
        text = self.columns.cell(row, column)
        return None if plain(text) in _NOBODY else self._parsed(column, seconds_in, text)

    def _parsed(self, column: Column, parse: Callable[[str], Read], text: str) -> Read:
        try:
            return parse(text)
        except (ValueError, OverflowError) as error:
            raise RowRefused(self.columns.name_of(column), str(error)) from error

    def _caller(self, row: Sequence[str]) -> str | None:
        written = _PUNCTUATION.sub("", self.columns.cell(row, Column.CALLER))
        return _known_caller(written, self.line.country) if written else None

    def _agent(self, row: Sequence[str]) -> str | None:
        name = self.columns.cell(row, Column.AGENT)
        return None if plain(name) in _NOBODY else name[:80]


def _end(arrived_at: datetime, wait: float | None, handle: float | None) -> datetime | None:
    if wait is None and handle is None:
        return None
    return arrived_at + timedelta(seconds=(wait or 0) + (handle or 0))
