"""The jobs: one unit of work each, named for what they wake."""

from __future__ import annotations

from typing import Any

from callback.dialing.dialer import end_leg, let_in, pull_caller
from callback.dialing.placing import Placer
from callback.dialing.trying_out import place_trial
from callback.jobs import JobName
from callback.messages.outbox import send_text
from callback.runtime import Runtime
from workers.dispatcher import Dispatcher
from workers.falling_due import FallingDue

Context = dict[str, Any]


def _runtime(context: Context) -> Runtime:
    runtime: Runtime = context["runtime"]
    return runtime


async def fall_due(context: Context, callback_id: str, version: int) -> None:
    """Give a callback its place in line, if this wake-up still counts."""
    gathered: FallingDue = context["falling_due"]
    await gathered.fall_due(callback_id, version)


async def dispatch(context: Context, _subject: str, _version: int) -> None:
    """See who can be served."""
    dispatcher: Dispatcher = context["dispatcher"]
    await dispatcher.dispatch()


async def place(context: Context, leg_id: str, _version: int) -> None:
    """Place a leg."""
    placer: Placer = context["placer"]
    await placer.place(leg_id)


async def pull(context: Context, reservation_id: str, _version: int) -> None:
    """Take a live caller out of the queue."""
    await pull_caller(_runtime(context), reservation_id)


async def end(context: Context, leg_id: str, _version: int) -> None:
    """Hang up a leg that is no longer wanted."""
    await end_leg(_runtime(context), leg_id)


async def send(context: Context, message_id: str, _version: int) -> None:
    """Send a text."""
    await send_text(_runtime(context), message_id)


async def bring_in(context: Context, leg_id: str, _version: int) -> None:
    """Bring an agent into her conference who has accepted at her desk."""
    await let_in(_runtime(context), leg_id)


async def ring_on_trial(context: Context, trial_id: str, _version: int) -> None:
    """Place a trial call."""
    await place_trial(_runtime(context), trial_id)


JOBS: dict[JobName, Any] = {
    JobName.FALL_DUE: fall_due,
    JobName.DISPATCH: dispatch,
    JobName.PLACE_LEG: place,
    JobName.PULL_CALLER: pull,
    JobName.END_LEG: end,
    JobName.SEND_TEXT: send,
    JobName.LET_IN: bring_in,
    JobName.PLACE_TRIAL: ring_on_trial,
}
