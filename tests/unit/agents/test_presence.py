"""What an agent may go from and to."""

from __future__ import annotations

import pytest

from callback.agents.agent import Agent
from callback.agents.presence import AT_WORK, ON_A_CALL, PRESENCE, AgentEvent, AgentStatus
from callback.errors import IllegalTransition
from tests.unit.builders import utc
from tests.unit.life_cycles import every_pair, reachable

CHOICES = {"go_available": "available", "go_away": "away", "go_offline": "offline"}
EXPECTED = {
    "offline": CHOICES,
    "away": CHOICES,
    "available": {**CHOICES, "reserve": "reserved"},
    "reserved": {"release": "available", "talk": "busy", "miss_too_often": "away"},
    "busy": {"finish": "wrap_up"},
    "wrap_up": CHOICES,
}


@pytest.mark.parametrize(
    ("status", "event", "target"), every_pair(AgentStatus, AgentEvent, EXPECTED)
)
def test_every_event_in_every_state_is_decided(
    status: AgentStatus, event: AgentEvent, target: AgentStatus | None
) -> None:
    agent = Agent(
        id="a",
        name="Ann",
        endpoint="client:ann",
        status=status,
        status_since=utc(2026, 3, 2),
        created_at=utc(2026, 3, 2),
    )
    if target is None:
        with pytest.raises(IllegalTransition):
            agent.apply(event, utc(2026, 3, 3))
        assert agent.status is status
        assert agent.status_since == utc(2026, 3, 2)
    else:
        agent.apply(event, utc(2026, 3, 3))
        assert agent.status is target


def test_no_state_is_a_trap() -> None:
    for status in AgentStatus:
        assert not PRESENCE.is_terminal(status)
        assert reachable(PRESENCE, AgentEvent, status) == set(AgentStatus)


def test_only_an_available_agent_is_offered_anything() -> None:
    assert PRESENCE.origins(AgentEvent.RESERVE) == {AgentStatus.AVAILABLE}


def test_who_is_on_a_call_cannot_leave_by_her_own_wish() -> None:
    for status in ON_A_CALL:
        assert not any(PRESENCE.allows(status, AgentEvent(event)) for event in CHOICES)


def test_at_work_is_everyone_who_will_take_the_next_call_or_the_one_after() -> None:
    assert set(AgentStatus) - AT_WORK == {AgentStatus.OFFLINE, AgentStatus.AWAY}
    assert {AgentStatus.RESERVED, AgentStatus.BUSY} == ON_A_CALL
