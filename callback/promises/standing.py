"""What stands before and against new promises on one line, read in the transaction that writes them down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.board import Board, read_board
from callback.promises.callback import Callback, CallbackKind
from callback.promises.do_not_call import listed_among
from callback.promises.lifecycle import OPEN


@dataclass
class Standing:
    """The line's board, who is not to be called, and what is owed to whom, with what was given since."""

    board: Board
    listed: set[str]
    owed: dict[str, Callback]
    _given: list[Window] = field(default_factory=list)

    def room_in(self, window: Window) -> int:
        """Return how many more promises `window` can bear."""
        board = self.board
        return board.capacity(window) - board.taken(window) - self._given_in(window)

    def score_in(self, window: Window) -> float | None:
        """Return how surely one more promise in `window` is kept, None where nobody knows."""
        outlook = self.board.outlook
        margin = None if outlook is None else outlook.margin(window.start, window.until)
        if margin is None:
            return None
        return margin.score(self.board.taken(window) + self._given_in(window) + 1)

    def _given_in(self, window: Window) -> int:
        return sum(one.start < window.until and window.start < one.until for one in self._given)

    def promise(self, callback: Callback) -> None:
        """Reckon with a promise from now on."""
        self.owed[callback.phone_number] = callback
        if callback.kind == CallbackKind.SCHEDULED:
            self._given.append(Window(callback.promised_from, callback.promised_until))


async def read_standing(
    session: AsyncSession, line: Line, numbers: Collection[str], now: datetime
) -> Standing:
    """Return how a line stands towards the people at `numbers`."""
    found = await session.exec(
        select(Callback).where(
            col(Callback.phone_number).in_(numbers),
            col(Callback.line_id) == line.id,
            col(Callback.status).in_(list(OPEN)),
        )
    )
    owed = {callback.phone_number: callback for callback in found}
    return Standing(
        await read_board(session, line, now), await listed_among(session, numbers), owed
    )
