"""A call log as a file: plain or gzip, whatever its encoding and its separator."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from callback.calls.log_columns import Column, LogColumns, read_header
from callback.calls.log_times import DateOrder, date_order_of, is_ambiguous
from callback.errors import InvalidInput

SEPARATORS = ",;\t|"
_SAMPLE_BYTES = 65_536
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass
class LogFile:
    """An open log: its columns, and its rows as they are asked for; nothing is held in memory.

    `bytes_read` out of `bytes_total` are bytes of the file as it lies on the disk, so they show progress
    through a compressed file as well.
    """

    raw: IO[bytes]
    text: io.TextIOBase
    bytes_total: int
    columns: LogColumns = field(init=False)

    def __post_init__(self) -> None:
        """Read the header."""
        first = self.text.readline()
        separator = max(SEPARATORS, key=first.count)
        header = next(csv.reader([first], delimiter=separator), [])
        if not any(cell.strip() for cell in header):
            raise InvalidInput("file", "is empty; the first line must name the columns")
        self.columns = read_header(header)
        self._csv = csv.reader(self.text, delimiter=separator)

    @property
    def bytes_read(self) -> int:
        """How far the reading has come, in bytes of the file."""
        return min(self.raw.tell(), self.bytes_total)

    @property
    def line_number(self) -> int:
        """The line in the file at which reading stands; the header is line 1."""
        return self._csv.line_num + 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield every row that is not blank, with the number of its line.

        Raises:
            InvalidInput: the file breaks off or cannot be read on.

        """
        with _told_as_bad_input(self):
            for row in self._csv:
                if row:
                    yield self.line_number, row


@contextmanager
def open_log(path: Path) -> Iterator[LogFile]:
    """Open a call log.

    Raises:
        InvalidInput: there is no such file, or it is no call log; says why.

    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InvalidInput("file", f"{path} cannot be opened: {error.strerror}") from error
    with raw:
        total = path.stat().st_size
        packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        unpacked: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
        try:
            encoding = _encoding_of(unpacked.read(_SAMPLE_BYTES))
            unpacked.seek(0)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInput("file", f"{path} is damaged: {error}") from error
        text = io.TextIOWrapper(unpacked, encoding=encoding, errors="replace", newline="")
        yield LogFile(raw, text, total)


def find_date_order(path: Path) -> DateOrder | None:
    """Return how the numeric dates of a log are meant, as soon as one of its days settles it.

    Returns None where the log has no such dates.

    Raises:
        InvalidInput: every date of the log could be read both ways.

    """
    doubtful = ""
    with open_log(path) as log:
        column = Column.DATE if Column.DATE in log.columns.places else Column.ARRIVED
        for _, row in log.rows():
            if len(row) != len(log.columns.header):
                continue
            text = log.columns.cell(row, column)
            if (order := date_order_of(text)) is not None:
                return order
            if is_ambiguous(text):
                doubtful = text
            elif not doubtful and text:
                return None
    if doubtful:
        raise InvalidInput(
            "date order",
            f"{doubtful!r} may be day or month first, and no row settles it: say which",
        )
    return None


def _encoding_of(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


@contextmanager
def _told_as_bad_input(log: LogFile) -> Iterator[None]:
    try:
        yield
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        raise InvalidInput(
            "file", f"cannot be read on after line {log.line_number}: {error}"
        ) from error


def cells_as_text(row: Sequence[str]) -> str:
    """Return a row as one line of CSV, for the file of rejected rows."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()
