"""A made-up past of a line, which repeats itself enough to be forecast from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from callback.calls.bulk_storing import store_calls
from callback.calls.call import Call, CallOutcome, CallStatus
from callback.database import Database
from callback.forecasting.intervals import DAY, midnight
from callback.ids import new_id
from callback.lines.line import Line

HANDLE_SECONDS = 300.0


async def remember(
    database: Database,
    line: Line,
    now: datetime,
    *,
    days: int = 28,
    every_minutes: float = 3.0,
    hours: tuple[int, int] = (8, 18),
    times: Mapping[int, float] | None = None,
    handle_seconds: Callable[[datetime], float] = lambda _: HANDLE_SECONDS,
) -> int:
    """Write down a call every few minutes of each local working day before today; return how many.

    `times` has for some days, counted back from today, how many times as many called.
    """
    today = now.astimezone(line.zone).date()
    calls = []
    for back in range(days, 0, -1):
        day = today - back * DAY
        if day.weekday() >= 5:
            continue
        at = midnight(day, line.zone) + timedelta(hours=hours[0])
        closes = midnight(day, line.zone) + timedelta(hours=hours[1])
        while at < closes:
            calls.append(answered(line, at, handle_seconds(at.astimezone(line.zone))))
            at += timedelta(minutes=every_minutes / (times or {}).get(back, 1.0))
    async with database.transaction() as session:
        return await store_calls(session, [call.model_dump() for call in calls])


def answered(line: Line, at: datetime, handle_seconds: float = HANDLE_SECONDS) -> Call:
    """A call that was answered after ten seconds."""
    name = new_id(at)
    return Call(
        id=name,
        call_sid=f"past:{name}",
        line_id=line.id,
        status=CallStatus.ENDED,
        outcome=CallOutcome.ANSWERED,
        arrived_at=at,
        answered_at=at + timedelta(seconds=10),
        ended_at=at + timedelta(seconds=10 + handle_seconds),
        wait_seconds=10.0,
        handle_seconds=handle_seconds,
    )
