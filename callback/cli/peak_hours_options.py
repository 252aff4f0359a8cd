"""What the commands on peak hours share: their options, their errors, and the database they open late."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from callback.errors import CallbackError, InvalidInput

if TYPE_CHECKING:
    from callback.clock import Clock
    from callback.database import Database

LineArgument = Annotated[str, typer.Argument(help="The line's id, or its exact name.")]
LineOrFile = Annotated[
    str | None, typer.Argument(help="The line's id, or its exact name; none with --from.")
]
DaysOption = Annotated[int, typer.Option(help="How many days to look ahead.")]
IntervalOption = Annotated[int, typer.Option(help="Minutes per interval: 15, 30 or 60.")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="First day to forecast, from what was known before it. Default: today, or the day after the"
        " last call if the log is old.",
    ),
]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the rows to this CSV file.")]
JsonOption = Annotated[
    Path | None, typer.Option("--json", help="Write everything to this JSON file.")
]
PngOption = Annotated[
    Path | None, typer.Option("--png", help="Draw a chart into this .png or .svg file.")
]
SvgOption = Annotated[Path | None, typer.Option("--svg", help="Draw a chart into this .svg file.")]


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn an error that we know into one sentence; without the imports that a database needs."""
    try:
        yield
    except (CallbackError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def line_named(line: str | None) -> str:
    """Return the line that was named.

    Raises:
        InvalidInput: none was.

    """
    if line is None:
        raise InvalidInput("line", "name a line, or a file with --from")
    return line


def refuse_line(line: str | None) -> None:
    """Raise `InvalidInput` if a line was named beside a file."""
    if line is not None:
        raise InvalidInput("line", f"{line!r} and --from exclude each other")


Work = Callable[[Console, "Database", "Clock"], Coroutine[Any, Any, None]]


def on_database(work: Work) -> None:
    """Run a command's work on the database of the settings; its imports wait until then."""
    from callback.cli.session import open_database, run

    async def opened() -> None:
        async with open_database() as (_, clock, database):
            await work(Console(), database, clock)

    run(opened())
