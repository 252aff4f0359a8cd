"""The options of `callback demo`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from callback.demo.day import Day
from callback.demo.draw import draw
from callback.demo.driver import Options, play_day
from callback.demo.figures import shipped_figures
from callback.demo.log import LogUnreadable, read_log
from callback.demo.once import play_once
from callback.demo.processes import DemoFailed
from callback.demo.replay import replay
from callback.demo.serve import serve

DEFAULT_RATE = 60.0
SECONDS_AT_MOST = 200.0
ENDED_BY_A_PERSON = 130


def demo(
    hours: Annotated[
        str, typer.Option(help="`busiest` (two hours), `all`, or hours of the day such as 10-12.")
    ] = "busiest",
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1, max=1000, help="How many times as fast as real: 60 for a day, else 1."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    log: Annotated[
        Path | None,
        typer.Option(help="Replay the very calls of this per-call log (.csv, .csv.gz)."),
    ] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which day of the log.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="One caller at human pace, every webhook shown.")
    ] = False,
    serve_: Annotated[
        bool, typer.Option("--serve", help="Leave everything running, with a phone to call it.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Keep databases and logs of the run in this folder.")
    ] = None,
) -> None:
    """Play a real day of a call centre on this machine, with and without callbacks."""
    console = Console()
    try:
        refuse_both(once, serve_)
        if once or serve_:
            play = serve if serve_ else play_once
            good = run(play(rate or 1.0, keep, console))
        else:
            chosen = chosen_day(log, day, seed)
            options = Options(
                rate=rate or DEFAULT_RATE,
                seed=seed,
                hours=chosen.hours(hours),
                seconds_at_most=SECONDS_AT_MOST if hours == "busiest" and rate is None else 86_400,
                keep=keep,
                past=shipped_figures() if log is None else None,
            )
            good = run(play_day(chosen, options, console))
    except (DemoFailed, LogUnreadable, ValueError) as error:
        Console(stderr=True).print(f"The demo stopped: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        console.print("Stopped; nothing is left running.")
        raise typer.Exit(ENDED_BY_A_PERSON) from error
    if not good:
        raise typer.Exit(1)


def refuse_both(once: bool, serve_: bool) -> None:
    """Raise `DemoFailed` when two things are asked for at a time."""
    if once and serve_:
        raise DemoFailed("choose one of --once and --serve")


def chosen_day(log: Path | None, day: datetime | None, seed: int) -> Day:
    """Return the day to play.

    Raises:
        LogUnreadable: the log cannot be read, or lacks the day.
        DemoFailed: a day without a log.

    """
    if log is None:
        if day is not None:
            raise DemoFailed("--day names a day of a log; give the log with --log FILE")
        return draw(shipped_figures(), seed)
    calls = read_log(log)
    if day is None and not calls:
        raise LogUnreadable(f"{log} has no callers")
    return replay(calls, day.date() if day else calls[0].day, seed)


def run(play: Coroutine[Any, Any, bool]) -> bool:
    """Run to the end; being asked to terminate is treated like Ctrl-C, so that everything is taken down."""

    async def watched() -> bool:
        task = asyncio.current_task()
        if task is not None:
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await play

    return asyncio.run(watched())


def main() -> None:
    """Run the demo as a program of its own."""
    typer.run(demo)
