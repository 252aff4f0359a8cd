"""Use cases of a supervisor: give a callback to an agent, dial it now, move it to where there is room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from callback.agents.agent import Agent
from callback.audit import AuditEvent, write_down
from callback.dialing.acd import MOST_PRIORITY
from callback.dialing.canceling import cancel_callback
from callback.dialing.rules import lawful_window
from callback.dialogue.notices import Purpose
from callback.errors import CallbackError, InvalidInput, PromiseRefused
from callback.jobs import JobName
from callback.lines.directory import get_line
from callback.promises.callback import Callback
from callback.promises.lifecycle import CallbackEvent, CallbackStatus
from callback.promises.load import load_of
from callback.promises.offering import rooms_of
from callback.promises.requesting import get_callback, move_callback
from callback.promises.texting import revoke_link, text
from callback.runtime import Runtime, Work

Change = Callable[[Work, Callback], Awaitable[None]]
AUDITED = {
    "move": AuditEvent.CALLBACK_MOVED,
    "cancel": AuditEvent.CALLBACK_CANCELED,
    "reassign": AuditEvent.CALLBACK_REASSIGNED,
    "dial_now": AuditEvent.CALLBACK_HURRIED,
    "revoke_link": AuditEvent.LINK_REVOKED,
}
"""What a supervisor's actions are called in the audit log."""


def audited(work: Work, callback: Callback, action: str, by: str) -> None:
    """Write into the audit log what a supervisor has done with a callback."""
    write_down(work.session, work.now, by, AUDITED[action], callback.id)


async def reassign(work: Work, callback: Callback, agent_id: str | None, by: str) -> None:
    """Keep a callback for an agent first, or for nobody in particular.

    One that waits already is kept anew, for as long as its line keeps callbacks for a preferred agent.

    Raises:
        InvalidInput: there is no such agent.
        IllegalTransition: it is being carried out, or over.

    """
    agent = None if agent_id is None else await work.session.get(Agent, agent_id)
    if agent_id is not None and agent is None:
        raise InvalidInput("agent_id", f"there is no agent {agent_id}")
    whom = agent.name if agent is not None else "anyone"
    callback.apply(CallbackEvent.REASSIGN, work.now, f"to {whom}, by {by}")
    callback.preferred_agent_id = agent_id
    if callback.status == CallbackStatus.WAITING:
        callback.reschedule(work.now)
        work.wake(JobName.DISPATCH)


async def dial_now(work: Work, callback: Callback, by: str) -> None:
    """Let a callback be due at once, with the greatest head start that there is.

    The promise stays what it was: the first attempt before its window is one outside of it. Every rule of
    dialling still counts.

    Raises:
        IllegalTransition: it is being carried out, or over.

    """
    callback.apply(CallbackEvent.DIAL_NOW, work.now, f"by {by}")
    callback.arrived_at = min(callback.arrived_at, work.now)
    callback.priority = MOST_PRIORITY
    callback.reschedule(work.now)
    work.wake(JobName.DISPATCH)


async def call_off(work: Work, callback: Callback, by: str) -> None:
    """Take a promise back for reasons of ours, and tell the person by text.

    Raises:
        IllegalTransition: person and agent are talking, or it is over.

    """
    await cancel_callback(work, callback, by)
    text(work, await get_line(work.session, callback.line_id), callback, Purpose.CALLED_OFF)


async def void_link(work: Work, callback: Callback, by: str) -> None:
    """Let no link open the person's page that was sent before now, such as one that went to a stranger."""
    await revoke_link(work, await get_line(work.session, callback.line_id), callback, by)


async def move_to_room(work: Work, callback: Callback, earliest: datetime) -> None:
    """Promise the first window instead that begins no sooner than `earliest` and has room.

    Raises:
        PromiseRefused: there is none, or the person is on the line at this moment.
        IllegalTransition: it is being carried out, or over.

    """
    line = await get_line(work.session, callback.line_id)
    load = await load_of(work.session, line, work.now)
    number = callback.phone_number
    rooms = await rooms_of(
        work.session,
        line,
        load,
        work.now,
        lambda window: lawful_window(number, window.start, window.until, line.zone),
    )
    windows = rooms.from_on(earliest, 1)
    if not windows:
        raise PromiseRefused("window_full", "no window from then on has room")
    await move_callback(work, line, callback, windows[0])


@dataclass(frozen=True)
class Done:
    """What came of a change to one of several callbacks; without an error it was made."""

    callback_id: str
    error: CallbackError | None = None


async def change_each(runtime: Runtime, callback_ids: Sequence[str], change: Change) -> list[Done]:
    """Change several callbacks, each in a transaction of its own: one that refuses keeps none from it."""
    done: list[Done] = []
    for callback_id in dict.fromkeys(callback_ids):
        try:
            async with runtime.work() as work:
                await change(work, await get_callback(work, callback_id))
        except CallbackError as error:
            done.append(Done(callback_id, error))
        else:
            done.append(Done(callback_id))
    return done
