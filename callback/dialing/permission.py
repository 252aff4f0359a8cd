"""May these callbacks be dialled now? The rules of `rules`, asked with what the database knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import case
from sqlmodel import col, func, select

from callback.dialing.leg import Leg, LegRole
from callback.dialing.rules import Refusal, Rule, check_hours, check_limits, check_number
from callback.dialogue.notices import Purpose
from callback.jobs import JobName
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.promises.callback import Callback
from callback.promises.do_not_call import listed_among
from callback.promises.lifecycle import CallbackEvent
from callback.promises.texting import text
from callback.runtime import Work

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def may_be_dialed(work: Work, owed: Sequence[tuple[Line, Callback]]) -> frozenset[str]:
    """Return which of these callbacks may be dialled now; all of them are asked about at once.

    Where a rule says no, the callback is refused or put off, and its timeline says which. A dialling that is
    permitted here counts for the limits of whoever comes after it.
    """
    listed = await listed_among(work.session, [callback.phone_number for _, callback in owed])
    by_line: dict[str, list[tuple[Line, Callback]]] = {}
    for line, callback in owed:
        by_line.setdefault(line.id, []).append((line, callback))
    permitted: set[str] = set()
    for asked in by_line.values():
        numbers = {callback.phone_number for _, callback in asked}
        dialed = await _dialed_today(work, asked[0][0], numbers)
        for line, callback in asked:
            agreed = Window(callback.promised_from, callback.promised_until)
            refusal = _refusal(work, line, callback.phone_number, agreed, listed, dialed)
            if refusal is None:
                dialed[callback.phone_number] += 1
                permitted.add(callback.id)
            else:
                _refuse(work, line, callback, refusal)
    return frozenset(permitted)


async def refusal_of(
    work: Work, line: Line, number: str, agreed: Window | None = None
) -> Refusal | None:
    """Return the first rule by which a line may not dial a number now, or None.

    `agreed` is the window in which the person expects the call; without one only lawful hours will do.
    """
    listed = await listed_among(work.session, [number])
    dialed = await _dialed_today(work, line, {number})
    return _refusal(work, line, number, agreed or Window(LONG_AGO, LONG_AGO), listed, dialed)


def _refusal(
    work: Work, line: Line, number: str, agreed: Window, listed: set[str], dialed: Counter[str]
) -> Refusal | None:
    if number in listed:
        return Refusal(Rule.DO_NOT_CALL, "the person asked never to be called")
    return (
        check_number(number, line.may_be_dialed, line.blocked_prefixes)
        or check_hours(number, work.now, agreed.start, agreed.until, line.zone)
        or check_limits(
            dialed[number],
            dialed.total(),
            line.dials_per_number_per_day,
            line.dials_per_day,
            work.now,
            line.zone,
        )
    )


def _refuse(work: Work, line: Line, callback: Callback, refusal: Refusal) -> None:
    said = f"{refusal.rule}: {refusal.reason}"
    if refusal.until is None:
        callback.apply(CallbackEvent.REFUSE, work.now, said)
        if refusal.rule != Rule.DO_NOT_CALL:
            text(work, line, callback, Purpose.CALLED_OFF)
    else:
        callback.apply(CallbackEvent.RETRY, work.now, said)
        callback.reschedule(refusal.until)
        work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=refusal.until)
    # The agent who was meant for it may be somebody else's.
    work.wake(JobName.DISPATCH)


async def _dialed_today(work: Work, line: Line, numbers: Collection[str]) -> Counter[str]:
    """Count the line's dialled calls of its local day: by number for these, and all the others as one."""
    local = work.now.astimezone(line.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    to = case((col(Leg.to).in_(numbers), col(Leg.to)), else_="").label("dialed_to")
    found = await work.session.exec(
        select(to, func.count())
        .where(
            col(Leg.role) == LegRole.PERSON,
            col(Leg.line_id) == line.id,
            col(Leg.placed_at) >= midnight,
        )
        .group_by("dialed_to")
    )
    return Counter(dict(found.all()))
