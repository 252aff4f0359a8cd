"""Charts as files: SVG, PNG, and the table behind as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from callback.errors import InvalidInput
from callback.reporting.chart import Picture
from callback.reporting.chart_svg import draw_svg

FORMATS = (".png", ".svg", ".csv")


def save_picture(picture: Picture, path: Path) -> None:
    """Write a picture as PNG, SVG or CSV, by the ending of `path`.

    Raises:
        InvalidInput: the ending is none of these, or nothing can be written there.

    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise InvalidInput("chart", f"{path.name} must end in .png, .svg or .csv")
    try:
        path.write_bytes(picture_as(picture, kind))
    except OSError as error:
        raise InvalidInput("chart", f"{path} cannot be written: {error.strerror}") from error


def picture_as(picture: Picture, kind: str) -> bytes:
    """Return a picture in one of `FORMATS`; only PNG needs matplotlib, which is loaded then."""
    if kind == ".png":
        from callback.reporting.chart_png import draw_png

        return draw_png(picture)
    if kind == ".svg":
        return draw_svg(picture, alone=True).encode()
    return table_csv(picture).encode()


def table_csv(picture: Picture) -> str:
    """Return the table behind a picture as CSV; text that a spreadsheet would run begins with an apostrophe."""
    headers, rows = picture.table()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "@", "\t"} else cell
