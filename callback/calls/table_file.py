"""A table in a file, read whole: plain or gzip, whatever its separator and encoding."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from callback.errors import InvalidInput

_SEPARATORS = ",;\t|"
_GZIP_MAGIC = b"\x1f\x8b"


def read_table(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header and the rows that are not blank.

    Raises:
        InvalidInput: the file cannot be read, or is empty.

    """
    try:
        raw = path.read_bytes()
        if raw.startswith(_GZIP_MAGIC):
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInput("file", f"{path} cannot be read: {error}") from error
    text = _decoded(raw)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    filled: Callable[[list[str]], bool] = any
    lines = filter(filled, rows)
    header = next(lines, None)
    if header is None:
        raise InvalidInput("file", f"{path.name} is empty; the first line must name the columns")
    return header, lines


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
