"""Use cases: ask for a callback, move it, cancel it. Whoever asks, the checks are the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from callback.calls.call import Call, CallEvent, CallStatus
from callback.dialogue.notices import Purpose
from callback.errors import NoLongerWaiting, NotFound, PromiseRefused
from callback.ids import new_id
from callback.inserting import Row
from callback.jobs import JobName
from callback.lines.line import Line
from callback.lines.offer import Window
from callback.messages.message import Message
from callback.messages.outbox import drop_pending
from callback.phone import mask
from callback.promises.callback import Callback, CallbackKind, TimelineEntry
from callback.promises.lifecycle import OPEN, CallbackEvent, CallbackStatus
from callback.promises.load import load_of
from callback.promises.offering import is_overloaded, room_in, score_of
from callback.promises.standing import Standing, read_standing
from callback.promises.texting import remind, text_anew, texts_of_promise
from callback.runtime import Work

BY_TEXT = "text"
"""The door whose answers are texts already."""


@dataclass(frozen=True)
class Request:
    """What is asked for. A `window` makes it a scheduled callback; a `call` keeps its place in line.

    The `call` must have been read for writing in the same work, as `find_call` does.
    `priority` (0 to 10) is a head start, `skills` are those that the agent must have, and the preferred agent
    comes first for as long as the line keeps callbacks for one.
    """

    phone_number: str
    language: str
    window: Window | None = None
    call: Call | None = None
    reason: str | None = None
    priority: int = 0
    skills: tuple[str, ...] = ()
    preferred_agent_id: str | None = None
    channel: str = "phone"
    extension: str | None = None


async def request_callback(work: Work, line: Line, request: Request) -> Callback:
    """Write down a promise, if it can be kept, and take its caller out of the line.

    Asked twice during the same call, as a repeated webhook does, return the first promise.

    Raises:
        PromiseRefused: the window has no room, nothing can be promised now, or the number is not to be called.
        NoLongerWaiting: an agent has taken the caller, or the caller has gone.

    """
    [outcome] = await request_callbacks(work, line, [request])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


_ALONE = select(Line.id).where(col(Line.id) == bindparam("line_id")).with_for_update(key_share=True)

Outcome = Callback | PromiseRefused | NoLongerWaiting


async def request_callbacks(work: Work, line: Line, requests: list[Request]) -> list[Outcome]:
    """Do as `request_callback` for several requests to one line, one after the other; return how each ended.

    Many who confirm at the same moment are read about and written down in as many statements as one.
    """
    await _one_at_a_time(work, line.id)
    numbers = [each.phone_number for each in requests]
    arrivals = [_arrival(each, work.now) for each in requests]
    wants_skills = any(_skills_of(request) for request in requests)
    standing = await read_standing(
        work.session, line, numbers, arrivals, work.now, wants_skills=wants_skills
    )
    outcomes: list[Outcome] = []
    fresh: list[tuple[Callback, Request]] = []
    for request in requests:
        try:
            callback = _already_given(standing, request)
            if callback is None:
                callback = _give(work, standing, request)
                fresh.append((callback, request))
            outcomes.append(callback)
        except (PromiseRefused, NoLongerWaiting) as refusal:
            outcomes.append(refusal)
    await _write_down(work, line, fresh)
    return outcomes


def _arrival(request: Request, now: datetime) -> datetime:
    return request.call.arrived_at if request.call is not None else now


def _already_given(standing: Standing, request: Request) -> Callback | None:
    """Return the promise that this very call has had before, None if there is to be a new one."""
    owed = standing.owed.get(request.phone_number)
    if owed is None:
        return None
    if request.call is not None and owed.call_id == request.call.id:
        return owed
    raise PromiseRefused(
        "one_callback_per_person", f"callback {owed.id} is still owed to this number"
    )


def _give(work: Work, standing: Standing, request: Request) -> Callback:
    if request.phone_number in standing.listed:
        raise PromiseRefused("do_not_call", "the person at this number asked never to be called")
    window = _window_that_can_be_kept(standing, request, work.now)
    if request.call is not None:
        if request.call.status not in {CallStatus.WAITING, CallStatus.ARRIVING}:
            raise NoLongerWaiting(f"the caller is {request.call.status}")
        request.call.apply(CallEvent.PROMISE, work.now)
    callback = _promise(work, standing.line, request, window)
    if request.window is not None:
        callback.kept_score = standing.score_in(window)
    standing.promise(callback)
    return callback


async def _write_down(work: Work, line: Line, fresh: list[tuple[Callback, Request]]) -> None:
    """Write new promises down, what is told of them and who is woken; each kind of row in one statement."""
    texts: list[Row] = []
    for callback, request in fresh:
        _wake_for(work, callback)
        texts += texts_of_promise(work, line, callback, confirms=request.channel != BY_TEXT)
    # What else this work has changed may be what a promise refers to.
    await work.session.flush()
    await work.write_new([callback for callback, _ in fresh])
    await work.write(TimelineEntry, [_entry(work, *given) for given in fresh])
    await work.write(Message, texts)


def _entry(work: Work, callback: Callback, request: Request) -> Row:
    return {
        "callback_id": callback.id,
        "at": work.now,
        "event": "request",
        "detail": f"by {request.channel} for {mask(request.phone_number)}",
    }


def _wake_for(work: Work, callback: Callback) -> None:
    if callback.kind == CallbackKind.SCHEDULED:
        work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=callback.due_at)
    else:
        work.wake(JobName.DISPATCH)


async def _one_at_a_time(work: Work, line_id: str) -> None:
    """Let promises of one line be given one after the other: two at once would both see the last room.

    Rows that only refer to the line are not held up. SQLite's writers are alone anyway.
    """
    await work.session.exec(_ALONE, params={"line_id": line_id})


def _window_that_can_be_kept(standing: Standing, request: Request, now: datetime) -> Window:
    if request.window is not None:
        if standing.room_in(request.window) <= 0:
            raise PromiseRefused("window_full", "the window has no room left")
        return request.window
    load = standing.load_before(_arrival(request, now), _skills_of(request))
    if is_overloaded(standing.line, load):
        raise PromiseRefused("overload", "more people wait than the line calls back in their turn")
    window = standing.asap(load)
    if window is None:
        raise PromiseRefused("cannot_be_kept", "nobody is at work, or the line closes too soon")
    return window


def _skills_of(request: Request) -> list[str]:
    asked_for = request.call.skills if request.call is not None else []
    return list(request.skills or asked_for)


def _promise(work: Work, line: Line, request: Request, window: Window) -> Callback:
    scheduled = request.window is not None
    return Callback(
        id=new_id(work.now),
        line_id=line.id,
        call_id=request.call.id if request.call is not None else None,
        phone_number=request.phone_number,
        kind=CallbackKind.SCHEDULED if scheduled else CallbackKind.ASAP,
        status=CallbackStatus.SCHEDULED if scheduled else CallbackStatus.WAITING,
        language=request.language,
        reason=request.reason,
        extension=request.extension,
        priority=request.call.priority if request.call is not None else request.priority,
        skills=_skills_of(request),
        preferred_agent_id=request.preferred_agent_id,
        arrived_at=window.start if scheduled else _arrival(request, work.now),
        requested_at=work.now,
        promised_from=window.start,
        promised_until=window.until,
        due_at=window.start,
        net_wait_seconds=(work.now - _arrival(request, work.now)).total_seconds(),
        # Left to its default, each row would have the model's library read a signature.
        times_written=[],
    )


async def get_callback(work: Work, callback_id: str) -> Callback:
    """Return a callback, locked for this work.

    Raises:
        NotFound: there is none.

    """
    callback = await work.session.get(Callback, callback_id, with_for_update=True)
    if callback is None:
        raise NotFound("callback", callback_id)
    return callback


async def move_callback(
    work: Work, line: Line, callback: Callback, window: Window, *, channel: str = "phone"
) -> None:
    """Promise another window instead, and tell the person so by text, unless the answer is one.

    Raises:
        PromiseRefused: the window has no room, or the person is on the line at this moment.
        IllegalTransition: it is already being carried out, or over.

    """
    if callback.person_leg_id is not None and callback.status in OPEN:
        raise PromiseRefused("person_on_the_line", "she has answered and waits for an agent")
    await _one_at_a_time(work, line.id)
    load = await load_of(work.session, line, work.now)
    if await room_in(work.session, line, window, load, work.now, but_for=callback.id) <= 0:
        raise PromiseRefused("window_full", "the window has no room left")
    callback.kept_score = await score_of(work.session, line, window, work.now, but_for=callback.id)
    callback.apply(CallbackEvent.MOVE, work.now, f"to {window.start.isoformat()}")
    callback.promise(window.start, window.until)
    callback.arrived_at = window.start
    work.wake(JobName.FALL_DUE, callback.id, version=callback.version, at=callback.due_at)
    if channel == BY_TEXT:
        await drop_pending(work, callback.id, "the promise has changed")
        remind(work, line, callback)
    else:
        await text_anew(work, line, callback, Purpose.MOVED)
