"""When the calls of a file's rows arrived, by the wall clock of the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callback.calls.file_report import FileReport
from callback.calls.log_columns import ALIASES, COUNTS, Column, plain
from callback.calls.log_times import TimeReader, date_order_of
from callback.errors import InvalidInput

_DATE_ORDER_ROWS = 5_000

Row = list[str]


@dataclass(frozen=True)
class ArrivalColumns:
    """Where a row says when its call arrived, or how many did."""

    arrived: int | None
    day: int | None
    time: int | None
    calls: int | None

    @classmethod
    def of(cls, header: Sequence[str]) -> ArrivalColumns:
        """Find the columns by their names.

        Raises:
            InvalidInput: no column says when a call arrived.

        """
        known = {plain(name): place for place, name in reversed(list(enumerate(header)))}

        def place(column: Column) -> int | None:
            return next((known[plain(a)] for a in ALIASES[column] if plain(a) in known), None)

        calls = next((at for name, at in known.items() if name in COUNTS), None)
        found = cls(place(Column.ARRIVED), place(Column.DATE), place(Column.TIME), calls)
        if found.time is None and found.arrived is not None and found.day is not None:
            found = cls(None, found.day, found.arrived, calls)
        if found.arrived is None and (found.day is None or (found.time is None and calls is None)):
            raise InvalidInput(
                "columns",
                "nothing says when a call arrived: name a column start (or arrived_at, timestamp ...),"
                " or a pair date and time; found " + (", ".join(filter(None, header)) or "none"),
            )
        return found


class WallTimes:
    """Reads the wall time of rows before the local day `until`, and reports those that cannot be used.

    Times with an offset are moved into `zone`, and stay as the wall clock wrote them where there is none.
    """

    def __init__(
        self,
        columns: ArrivalColumns,
        until: date | None,
        zone: ZoneInfo | None,
        report: FileReport,
    ) -> None:
        self._columns, self._until, self._zone, self._report = columns, until, zone, report
        self._reader = TimeReader()
        self._offsets: dict[timedelta | None, datetime] = {}

    @property
    def offset(self) -> timedelta | None:
        """The offset of the latest time, None where none has one."""
        return max(self._offsets, key=self._offsets.__getitem__, default=None)

    def learn_date_order(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Settle from the first rows whether days or months come first, and return all rows."""
        head = [row for _, row in zip(range(_DATE_ORDER_ROWS), rows, strict=False)]
        at = self._columns.day if self._columns.day is not None else self._columns.arrived
        orders = (date_order_of(row[at]) for row in head if at is not None and at < len(row))
        self._reader = TimeReader(next((order for order in orders if order), None))
        yield from head
        yield from rows

    def of(self, row: Row) -> datetime | None:
        """Return the wall time of a row, or None with the reason noted."""
        self._report.rows += 1
        try:
            moment = self._read(row)
        except (ValueError, IndexError, OverflowError):
            self._report.left_out["the time cannot be read"] += 1
            return None
        offset = moment.utcoffset()
        if offset is not None and self._zone is not None:
            moment = moment.astimezone(self._zone)
        moment = moment.replace(tzinfo=None)
        self._offsets[offset] = max(moment, self._offsets.get(offset, moment))
        if self._until is not None and moment.date() >= self._until:
            self._report.left_out[f"on or after {self._until}"] += 1
            return None
        return moment

    def note_offsets(self) -> None:
        """Say so if the times had several offsets and no zone was named."""
        if len(self._offsets) > 1 and self._zone is None:
            self._report.notes.append(
                "The times have several offsets and are taken as the wall clock shows them;"
                " --zone names the zone."
            )

    def _read(self, row: list[str]) -> datetime:
        columns = self._columns
        if columns.arrived is not None:
            text = row[columns.arrived].strip()
            try:
                return self._reader.moment(text)
            except ValueError:
                if columns.calls is None:
                    raise
                return datetime.combine(self._reader.day(text), datetime.min.time())
        day = self._reader.day(row[columns.day or 0].strip())
        if columns.time is None:
            return datetime.combine(day, datetime.min.time())
        return self._reader.moment(row[columns.time].strip(), day)
