"""A day of callers from a file: one JSON object per line, each with the instant of its call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callback.simulator.exchange import Exchange
from callback.simulator.persona import Persona, persona_from


@dataclass(frozen=True)
class PlannedCall:
    """A call to come. `rings_back` is who answers when the caller is called later."""

    at: datetime
    from_: str
    to: str
    persona: Persona
    rings_back: Persona


def planned_call(data: dict[str, Any]) -> PlannedCall:
    """Return the planned call that a JSON object describes.

    Raises:
        ValueError: something is missing, unknown or malformed.

    """
    if unknown := set(data) - {"at", "from", "to", "persona", "rings_back"}:
        raise ValueError(f"a planned call has no {', '.join(sorted(unknown))}")
    if missing := {"at", "from", "to"} - set(data):
        raise ValueError(f"a planned call needs {', '.join(sorted(missing))}")
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError(f"{data['at']!r} does not say which zone it means")
    persona = persona_from(data.get("persona") or {})
    later = data.get("rings_back")
    return PlannedCall(
        at, data["from"], data["to"], persona, persona_from(later) if later else persona
    )


def read_scenario(lines: Iterable[str]) -> list[PlannedCall]:
    """Return the planned calls of a file, in order of time.

    Raises:
        ValueError: a line is wrong; the message names it.

    """
    calls: list[PlannedCall] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            calls.append(planned_call(json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number}: {error}") from error
    return sorted(calls, key=lambda call: call.at)


async def play_scenario(exchange: Exchange, calls: list[PlannedCall]) -> None:
    """Place every planned call when its time comes."""
    exchange.planned += len(calls)
    for call in calls:
        await exchange.clock.sleep(call.at - exchange.clock.now())
        exchange.planned -= 1
        exchange.people.register(call.from_, call.rings_back)
        if exchange.account.owns(call.to):
            exchange.incoming_call(call.from_, call.to, call.persona)
        else:
            exchange.problems.add(0, f"the scenario calls {call.to}, which is not ours")
