"""A busy hour of random people, agents and misfortune: whatever happens, nothing is left behind."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ServerDisconnectedError

from callback.promises.lifecycle import OPEN
from callback.simulator.call import Call
from tests.acceptance.town import Town

PEOPLE = 24
AGENTS = 3
FAULTS = {"duplicate": 0.2, "reorder": 0.2, "drop": 0.15, "delay_ms": 700}
WORD = "You have our word."


@dataclass(frozen=True)
class Turn:
    """One caller of the hour, and what happens until the next one calls."""

    caller_id: str
    caller: dict[str, Any]
    called_back: dict[str, Any]
    minutes: float
    agent: int | None
    agent_is: dict[str, Any]
    agent_status: str


class Mind:
    """Draws what people want and do: all of it before the hour begins, so that a seed is one hour."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.agents = [self.agent() for _ in range(AGENTS)]
        self.turns = [self.turn(phone_of(number)) for number in range(PEOPLE)]

    def turn(self, phone: str) -> Turn:
        """Return the next caller, with a change of mind of an agent now and then."""
        return Turn(
            caller_id="anonymous" if self.draw.random() < 0.05 else phone,
            caller=self.caller(),
            called_back=self.called_back(),
            minutes=self.draw.expovariate(6),
            agent=self.draw.randrange(AGENTS) if self.draw.random() < 0.3 else None,
            agent_is=self.agent(),
            agent_status=self.draw.choice(["available", "available", "away", "offline"]),
        )

    def caller(self) -> dict[str, Any]:
        """Return somebody who calls the line."""
        wishes: list[list[dict[str, Any]]] = [
            [],
            [{"hears": "called back"}, {"hears": "confirm"}],
            [{"hears": "called back"}, {"hears": "confirm"}],
            [{"hears": "choose a time"}, {"hears": "choose today"}, {"hears": "confirm"}],
            [{"hears": "called back"}, {"hears": "go back"}],
            [{"hears": "called back"}, {"hears": "confirm", "presses": "9", "times": 3}],
            [{"hears": "called back"}],
        ]
        return {
            "choices": self.draw.choice(wishes),
            "patience_s": self.draw.choice([25, 60, 120, 300]),
            "talk_s": self.draw.uniform(5, 90),
            "reaction_s": self.draw.uniform(0.2, 4),
        }

    def called_back(self) -> dict[str, Any]:
        """Return somebody whom we call back."""
        answers = ["busy", "never", "reject", {"machine_after_s": 4, "greeting_s": 5}]
        answers += [{"after_s": seconds} for seconds in (1, 3, 6, 12)]
        wishes: list[list[dict[str, Any]]] = [
            [],
            [{"hears": "cancel"}],
            [{"hears": "Press", "presses": "5"}],
        ]
        wishes += [[{"hears": "connected"}]] * 5
        return {
            "answers": self.draw.choice(answers),
            "answers_next": [{"after_s": 2}],
            "choices": self.draw.choice(wishes),
            "patience_s": self.draw.choice([4, 60, 90]),
            "talk_s": self.draw.uniform(5, 60),
        }

    def agent(self) -> dict[str, Any]:
        """Return an agent as she is for a while."""
        answers = [{"after_s": seconds} for seconds in (1, 2, 4, 9)] * 2
        wishes = [[{"hears": "accept", "times": 9}]] * 6 + [[{"hears": "decline"}], []]
        return {
            "answers": self.draw.choice([*answers, "never"]),
            "choices": self.draw.choice(wishes),
            "patience_s": self.draw.choice([12, 60, 60, 60]),
        }


def phone_of(number: int) -> str:
    """Return the telephone of the hour's n-th caller."""
    return f"+1415555{number + 200:04d}"


def watch_phones(town: Town) -> list[str]:
    """Return a list that gets an entry whenever a phone is rung that is being rung, or talks, already."""
    twice: list[str] = []
    new_call = town.exchange.new_call

    def watched(direction: str, from_: str, to: str, **more: Any) -> Call:
        if direction == "outbound-api":
            twice.extend(
                f"{to} at {town.clock.now()}"
                for call in town.exchange.live.values()
                if call.to == to and call.direction == direction
            )
        return new_call(direction, from_, to, **more)

    town.exchange.new_call = watched  # type: ignore[method-assign]
    return twice


def lose_some(town: Town, seed: int) -> None:
    """Let some requests not arrive, and some answers be lost."""
    draw = random.Random(seed)

    def before(method: str, uri: str, asked: dict[str, str]) -> None:
        if draw.random() < 0.04:
            raise ClientConnectorError(None, OSError("refused"))  # type: ignore[arg-type]

    def after(method: str, uri: str, asked: dict[str, str]) -> None:
        if draw.random() < 0.04:
            raise ServerDisconnectedError

    town.library.before, town.library.after = before, after


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("dial_order", "troubled"),
    [("agent_first", False), ("agent_first", True), ("customer_first", True)],
    ids=["calm", "troubled", "customers first and troubled"],
)
async def test_busy_hour_leaves_nothing_behind(
    town: Town, dial_order: str, troubled: bool, caplog: pytest.LogCaptureFixture
) -> None:
    mind = Mind(seed=7)
    await town.open(
        dial_order=dial_order,
        expected_handle_seconds=60,
        announce_every_seconds=60,
        wrap_up_seconds=10,
        machine_detection="on",
        retry_after_seconds={"busy": [60], "no_answer": [60], "machine": [60], "failed": [60]},
    )
    agents = [await town.agent(**agent) for agent in mind.agents]
    twice = watch_phones(town)
    if troubled:
        town.faults(**FAULTS)
        lose_some(town, seed=11)
    sids = []
    for number, turn in enumerate(mind.turns):
        town.person(phone_of(number), **turn.called_back)
        sids.append(town.call(turn.caller_id, **turn.caller))
        if turn.agent is not None:
            town.person(town.phones[agents[turn.agent]], **turn.agent_is)
            await town.set_status(agents[turn.agent], turn.agent_status)
        await town.play(minutes=turn.minutes, sweeping=10)
    # In the end everybody is at work, and nothing goes wrong any more.
    town.faults()
    town.library.before = town.library.after = None
    for agent in agents:
        town.person(
            town.phones[agent], answers={"after_s": 2}, choices=[{"hears": "accept", "times": 9}]
        )
        await town.set_status(agent, "available")
    for _ in range(30):
        await town.play(minutes=2, sweeping=10)
        if not town.exchange.live and not [
            c for c in await town.callbacks() if c["status"] in OPEN
        ]:
            break
    await town.play(minutes=0.5, sweeping=10)

    await town.all_over()
    assert twice == []
    callbacks = await town.callbacks(limit="200")
    assert {callback["status"] for callback in callbacks} <= {"completed", "canceled", "failed"}
    # Whoever heard our word has it in writing, and nobody else has.
    promised = sum(WORD in town.heard(sid) for sid in sids)
    assert len(callbacks) == promised >= PEOPLE / 8
    assert {await town.status_of(agent) for agent in agents} == {"available"}
    calls = (await town.api("GET", "/calls", params={"limit": "500"}))["items"]
    assert all(call["outcome"] for call in calls)
    answered = sum(call["outcome"] == "answered" for call in calls)
    assert answered > PEOPLE / 5
    errors = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and record.exc_info
    ]
    assert errors == []
