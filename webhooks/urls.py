"""Which address a key press goes to, at each stage of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callback.telephony.addresses import Addresses


@dataclass(frozen=True)
class Stage:
    """The addresses, and how a step's name becomes one of them here."""

    addresses: Addresses
    step: Callable[[str], str]


def menu_stage(addresses: Addresses) -> Stage:
    """Return the stage of a caller in the queue."""
    return Stage(addresses, addresses.menu)


def pulled_stage(addresses: Addresses, reservation_id: str) -> Stage:
    """Return the stage of a caller who was taken out of the queue."""
    return Stage(addresses, lambda _: addresses.enter(reservation_id))


def agent_stage(addresses: Addresses, leg_id: str) -> Stage:
    """Return the stage of an agent's leg."""
    return Stage(addresses, lambda step: addresses.agent(leg_id, step))


def supervisor_stage(addresses: Addresses, leg_id: str) -> Stage:
    """Return the stage of a supervisor's leg."""
    return Stage(addresses, lambda step: addresses.supervisor(leg_id, step))


def person_stage(addresses: Addresses, leg_id: str) -> Stage:
    """Return the stage of the leg of somebody called back."""
    return Stage(addresses, lambda step: addresses.person(leg_id, step))


def survey_stage(addresses: Addresses, reservation_id: str) -> Stage:
    """Return the stage of somebody who is asked how it was."""
    return Stage(addresses, lambda step: addresses.survey(reservation_id, step))


def trial_stage(addresses: Addresses, trial_id: str) -> Stage:
    """Return the stage of a trial call."""
    return Stage(addresses, lambda step: addresses.trial(trial_id, step))
