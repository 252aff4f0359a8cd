"""The live board: two columns, one for each run of the same day, and how far the day has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

PLAIN_EVERY = timedelta(seconds=10)
LiveState = Mapping[str, Any]


@dataclass
class Picture:
    """Everything the board shows at one moment."""

    titles: Sequence[str]
    zone: ZoneInfo
    heading: str = ""
    note: str = ""
    now: datetime | None = None
    progress: float = 0.0
    states: list[LiveState | None] = field(default_factory=list)


def spoken(seconds: float | None) -> str:
    """Return a wait as people read it, `2:05` or `3:02:05`; a dash where nobody knows."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600) if whole >= 3 * 3600 else (0, whole)
    minutes = f"{rest // 60}:{rest % 60:02d}"
    return f"{hours}:{minutes:0>5}" if hours else minutes


def _agents(state: LiveState) -> str:
    agents = state.get("agents", {})
    words = {"busy": "talking", "reserved": "ringing", "wrap_up": "in wrap-up", "available": "free"}
    parts = [f"{agents[key]} {word}" for key, word in words.items() if agents.get(key)]
    return ", ".join(parts) or "none at work"


def _kept(state: LiveState) -> str:
    decided = state["kept"] + state["broken"]
    return f"{state['kept']} of {decided}" if decided else "–"


ROWS = (
    ("Waiting now", lambda state: str(state["waiting"])),
    ("  longest wait", lambda state: spoken(state["oldest_seconds"])),
    ("  expected wait (EWT)", lambda state: spoken(state["expected_wait_seconds"])),
    ("Calls so far", lambda state: str(state["calls"])),
    ("  abandoned", lambda state: str(state["abandoned"])),
    ("Callbacks offered", lambda state: str(state["offers"])),
    ("  promised", lambda state: str(state["promises"])),
    ("  still open", lambda state: str(state["promises_open"])),
    ("  due now", lambda state: str(state["promises_due"])),
    ("  kept so far", _kept),
    ("Agents", _agents),
)


def draw_board(picture: Picture) -> RenderableType:
    """Return the board of one moment."""
    table = Table(expand=True, pad_edge=False)
    table.add_column("", style="dim", ratio=2)
    for title in picture.titles:
        table.add_column(title, ratio=3)
    for label, value in ROWS:
        cells = ["…" if state is None else value(state) for state in picture.states]
        table.add_row(label, *cells)
    clock = picture.now.astimezone(picture.zone).strftime("%H:%M:%S") if picture.now else "--:--:--"
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column(width=8)
    line.add_column(ratio=1)
    line.add_column(width=5, justify="right")
    line.add_row(
        Text(clock, style="bold"),
        ProgressBar(total=1.0, completed=picture.progress),
        f"{picture.progress:.0%}",
    )
    return Panel(
        Group(line, table, Text(picture.note, style="dim")),
        title=picture.heading,
        title_align="left",
    )


def plain_line(picture: Picture) -> str:
    """Return the board of one moment as a line of text, for output that is no terminal."""
    clock = picture.now.astimezone(picture.zone).strftime("%H:%M") if picture.now else "--:--"
    parts = []
    for title, state in zip(picture.titles, picture.states, strict=True):
        if state is not None:
            parts.append(
                f"{title}: {state['waiting']} waiting, {state['calls']} calls,"
                f" {state['abandoned']} abandoned, {state['promises']} promised, kept {_kept(state)}"
            )
    return f"{clock} {picture.progress:4.0%}  " + " | ".join(parts or [picture.note])


class Board:
    """Shows pictures as they come: redrawn in a terminal, otherwise a line now and then."""

    def __init__(self, console: Console, picture: Picture) -> None:
        self.picture = picture
        self._console = console
        self._live = (
            Live(draw_board(picture), console=console, refresh_per_second=4)
            if console.is_terminal
            else None
        )
        self._said_at: float | None = None

    def __enter__(self) -> Board:
        """Take the terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the terminal back, the last picture staying on it."""
        if self._live is not None:
            self._live.update(draw_board(self.picture))
            self._live.stop()

    def note(self, text: str) -> None:
        """Say what is going on."""
        self.picture.note = text
        if self._live is not None:
            self._live.update(draw_board(self.picture))
        else:
            self._console.print(text, highlight=False)

    def show(self, seconds: float) -> None:
        """Show the picture as it now is; `seconds` is the machine's monotonic time."""
        if self._live is not None:
            self._live.update(draw_board(self.picture))
        elif self._said_at is None or seconds - self._said_at >= PLAIN_EVERY.total_seconds():
            self._said_at = seconds
            self._console.print(plain_line(self.picture), highlight=False)
