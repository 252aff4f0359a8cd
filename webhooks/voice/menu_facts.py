"""What the caller's menu needs to know, gathered from the database for one request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from callback.calls.call import Call
from callback.calls.waiting_calls import WaitingCall
from callback.dialing.rules import callable_number, check_number, lawful_window
from callback.dialogue import time_steps
from callback.dialogue.choice import Choice, Closing, Facts, Pending, Step
from callback.dialogue.sentences import Speaker, counts_twelve_hours
from callback.lines.hours import next_opening
from callback.lines.line import Line
from callback.lines.offer import NoOffer, Offer, Window, chosen
from callback.phone import person_zone, zones_of
from callback.promises.board import Board
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackStatus
from callback.promises.load import Load
from callback.promises.offering import Rooms, offer_for
from callback.promises.owed import open_callback_of


def facts_of(
    board: Board,
    call: Call | WaitingCall,
    now: datetime,
    step: Step | None = None,
    digits: str = "",
    *,
    in_queue: bool,
    pending: Pending | None = None,
) -> Facts:
    """Return the facts for a key pressed at `step`, or for an announcement if none was.

    Somebody who is not `in_queue` yet is told of a callback that is `pending`, and of closed hours.
    """
    line = board.line
    load = board.load_before(call.arrived_at, call.skills)
    number = call.phone_number
    may_be_called = (
        number is not None
        and check_number(number, line.may_be_dialed, line.blocked_prefixes) is None
    )
    rooms = board.rooms(load, now, lawful_for(number, line))
    choice = Choice.from_json(call.menu)
    shut = not board.is_open(now)
    closed, emptied = shut and not in_queue, shut and in_queue and not load.agents
    halves = counts_twelve_hours(call.language)
    typed, _, extension = digits.partition("*")
    asked_at = _asked_at(step, digits, choice, listening_zone(line, call), now, halves=halves)
    return Facts(
        offer=_offer(board, load, rooms, number, in_queue=in_queue),
        wait=load.wait(),
        caller_number=number if may_be_called else None,
        choice=choice,
        typed_number=callable_number(typed, line.country, line.may_be_dialed, line.blocked_prefixes)
        if step is Step.TYPED
        else None,
        typed_extension=extension if extension.isdecimal() and len(extension) <= 12 else None,
        announce_seconds=line.announce_every_seconds,
        position=load.ahead + 1 if line.say_position else None,
        speaks_offer=_speaks_offer(line, call, now),
        line_id=line.id,
        line_name=line.name,
        languages=tuple(line.languages),
        reasons=tuple(line.reasons),
        answers=tuple((each["title"], each["text"]) for each in line.answers),
        supervisor=in_queue and call.is_repeat and not call.skills and board.supervisors > 0,
        more=tuple(_more(step, digits, choice, rooms, asked_at)),
        days=_days(step, digits, line, call, rooms),
        asked_at=asked_at,
        halves=halves,
        pending=pending,
        closed=closed,
        emptied=emptied,
        opening=next_opening(line, now) if closed or emptied else None,
        closing=_closing(board, load, now) if in_queue else None,
    )


def _closing(board: Board, load: Load, now: datetime) -> Closing | None:
    wait = load.wait()
    if wait is None or board.opening is None or board.asap(load, now) is not None:
        return None
    return Closing(board.opening.closes, first=now + wait.high > board.opening.closes)


def listening_zone(line: Line, call: Call | WaitingCall) -> ZoneInfo:
    """Return the zone in which the caller hears times: the phone's own, where its number tells of one."""
    return person_zone(call.phone_number, line.zone)


def lawful_for(number: str | None, line: Line) -> Callable[[Window], bool]:
    """Return what tells whether a window may be offered to the person at this number."""
    return lambda window: lawful_window(number, window.start, window.until, line.zone)


def speaker_for(
    line: Line, call: Call | WaitingCall, now: datetime, language: str | None = None
) -> Speaker:
    """Return who speaks to the caller on this call."""
    return Speaker(language or call.language, listening_zone(line, call), now, line.zone)


def _offer(board: Board, load: Load, rooms: Rooms, number: str | None, *, in_queue: bool) -> Offer:
    windows = board.windows(rooms, zones_of(number) if number else ())
    if in_queue:
        return offer_for(board.line, load, board.asap(load, rooms.now), windows)
    # Before the queue there is no wait that an offer could depend on: only times can be chosen.
    if board.line.offer_after_seconds is None:
        return Offer(None, (), NoOffer.SWITCHED_OFF)
    if not windows:
        return Offer(None, (), NoOffer.NO_ROOM)
    return Offer(None, windows)


def _speaks_offer(line: Line, call: Call | WaitingCall, now: datetime) -> bool:
    announcement = (now - call.arrived_at).total_seconds() // line.announce_every_seconds
    return announcement % line.offer_every == 0


def _asked_at(
    step: Step | None,
    digits: str,
    choice: Choice,
    zone: ZoneInfo,
    now: datetime,
    *,
    halves: bool,
) -> datetime | None:
    clock = time_steps.typed_clock(step, digits, choice, halves=halves) if step else None
    return None if clock is None else time_steps.instant_of(clock, choice, zone, now)


def _more(
    step: Step | None, digits: str, choice: Choice, rooms: Rooms, asked_at: datetime | None
) -> list[Window]:
    """Return the windows that the key asks about."""
    if asked_at is not None:
        return rooms.after(asked_at)
    if step is Step.TIME and digits == time_steps.MORE and choice.windows:
        last = choice.windows[-1].start
        return [window for window in rooms.after(last, time_steps.SHOWN + 1) if window.start > last]
    if step is Step.DAY and (first := chosen(digits, choice.windows)) is not None:
        return rooms.after(first.start)
    return []


def _days(
    step: Step | None, digits: str, line: Line, call: Call | WaitingCall, rooms: Rooms
) -> tuple[Window, ...]:
    if step is not Step.TIME or digits != time_steps.ANOTHER_DAY:
        return ()
    return tuple(rooms.days(time_steps.DAYS_SHOWN, listening_zone(line, call)))


async def pending_for(session: AsyncSession, line: Line, call: Call) -> Pending | None:
    """Return what is owed to whoever calls, as the menu knows it."""
    owed = await owed_to(session, line, call)
    if owed is None:
        return None
    due = owed.status != CallbackStatus.SCHEDULED
    return Pending(Window(owed.promised_from, owed.promised_until), due)


async def owed_to(session: AsyncSession, line: Line, call: Call) -> Callback | None:
    """Return the callback that is owed to whoever calls, unless person and agent are talking already."""
    if call.phone_number is None:
        return None
    owed = await open_callback_of(session, line.id, call.phone_number)
    return None if owed is None or owed.status == CallbackStatus.CONNECTED else owed
