"""An agent's wishes, misses and wrap-up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callback.agents.agent import Agent
from callback.agents.presence import AgentEvent, AgentStatus
from callback.errors import IllegalTransition
from tests.unit.builders import utc

NINE = utc(2026, 3, 2, 9)
TEN = utc(2026, 3, 2, 10)
ELEVEN = utc(2026, 3, 2, 11)
CHOICES = [AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE]


def an_agent(status: AgentStatus) -> Agent:
    return Agent(
        id="ann",
        name="Ann",
        endpoint="client:ann",
        status=status,
        status_since=NINE,
        created_at=NINE,
    )


@pytest.mark.parametrize("wish", CHOICES)
@pytest.mark.parametrize(
    "status",
    [AgentStatus.OFFLINE, AgentStatus.AWAY, AgentStatus.AVAILABLE, AgentStatus.WRAP_UP],
)
def test_who_is_not_on_a_call_gets_her_wish_at_once(status: AgentStatus, wish: AgentStatus) -> None:
    agent = an_agent(status)
    agent.ask_for(wish, TEN)
    assert agent.status is wish
    assert agent.wish is None


@pytest.mark.parametrize("wish", CHOICES)
@pytest.mark.parametrize("status", [AgentStatus.RESERVED, AgentStatus.BUSY])
def test_a_wish_during_a_call_changes_nothing_yet(status: AgentStatus, wish: AgentStatus) -> None:
    agent = an_agent(status)
    agent.ask_for(wish, TEN)
    assert agent.status is status
    assert agent.status_since == NINE
    assert agent.wish is wish


@pytest.mark.parametrize("wish", CHOICES)
def test_a_wish_is_granted_when_wrap_up_ends(wish: AgentStatus) -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.ask_for(wish, TEN)
    agent.finish(TEN, TEN + timedelta(seconds=30))
    assert agent.status is AgentStatus.WRAP_UP
    assert agent.wrap_up_until == TEN + timedelta(seconds=30)
    agent.end_wrap_up(ELEVEN)
    assert agent.status is wish
    assert agent.status_since == ELEVEN
    assert agent.wish is None
    assert agent.wrap_up_until is None


def test_without_a_wish_wrap_up_leads_to_being_available() -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.finish(TEN, ELEVEN)
    agent.end_wrap_up(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


@pytest.mark.parametrize("wrap_up_until", [TEN, NINE])
@pytest.mark.parametrize(
    ("wish", "then"), [(None, AgentStatus.AVAILABLE), (AgentStatus.OFFLINE, AgentStatus.OFFLINE)]
)
def test_a_line_without_wrap_up_frees_the_agent_at_once(
    wrap_up_until: datetime, wish: AgentStatus | None, then: AgentStatus
) -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.wish = wish
    agent.finish(TEN, wrap_up_until)
    assert agent.status is then
    assert agent.wrap_up_until is None


@pytest.mark.parametrize("status", [AgentStatus.OFFLINE, AgentStatus.AWAY, AgentStatus.BUSY])
def test_the_end_of_a_wrap_up_that_was_left_before_changes_nothing(status: AgentStatus) -> None:
    agent = an_agent(status)
    agent.wish = AgentStatus.AWAY if status is AgentStatus.BUSY else None
    agent.end_wrap_up(TEN)
    assert agent.status is status
    assert agent.status_since == NINE
    assert agent.wish is (AgentStatus.AWAY if status is AgentStatus.BUSY else None)


def test_leaving_wrap_up_early_forgets_when_it_would_have_ended() -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.finish(TEN, ELEVEN)
    agent.ask_for(AgentStatus.AVAILABLE, TEN)
    assert agent.status is AgentStatus.AVAILABLE
    assert agent.wrap_up_until is None


def test_the_last_wish_counts() -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.ask_for(AgentStatus.OFFLINE, TEN)
    agent.ask_for(AgentStatus.AWAY, TEN)
    agent.finish(TEN, TEN)
    assert agent.status is AgentStatus.AWAY


def test_what_she_says_during_wrap_up_replaces_what_she_wished_during_the_call() -> None:
    agent = an_agent(AgentStatus.BUSY)
    agent.ask_for(AgentStatus.OFFLINE, NINE)
    agent.finish(TEN, ELEVEN)
    agent.ask_for(AgentStatus.AVAILABLE, TEN)
    agent.apply(AgentEvent.RESERVE, ELEVEN)
    agent.release(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_a_wish_is_granted_once() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.ask_for(AgentStatus.AWAY, NINE)
    agent.release(TEN)
    assert agent.status is AgentStatus.AWAY
    agent.ask_for(AgentStatus.AVAILABLE, TEN)
    agent.apply(AgentEvent.RESERVE, ELEVEN)
    agent.release(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_one_miss_is_forgiven_and_the_second_in_a_row_sets_her_away() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.miss(TEN)
    assert agent.status is AgentStatus.AVAILABLE
    agent.apply(AgentEvent.RESERVE, TEN)
    agent.miss(ELEVEN)
    assert agent.status is AgentStatus.AWAY
    assert agent.status_since == ELEVEN


def test_coming_back_after_two_misses_begins_the_count_anew() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.miss(TEN)
    agent.apply(AgentEvent.RESERVE, TEN)
    agent.miss(TEN)
    agent.ask_for(AgentStatus.AVAILABLE, ELEVEN)
    agent.apply(AgentEvent.RESERVE, ELEVEN)
    agent.miss(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_who_goes_away_after_a_miss_comes_back_with_none() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.miss(TEN)
    agent.ask_for(AgentStatus.AWAY, TEN)
    agent.ask_for(AgentStatus.AVAILABLE, ELEVEN)
    agent.apply(AgentEvent.RESERVE, ELEVEN)
    agent.miss(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_who_asked_to_stay_available_stays_and_begins_the_count_anew() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.misses = 1
    agent.ask_for(AgentStatus.AVAILABLE, NINE)
    agent.miss(TEN)
    agent.apply(AgentEvent.RESERVE, TEN)
    agent.miss(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_a_conversation_between_two_misses_breaks_the_row() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.miss(TEN)
    agent.apply(AgentEvent.RESERVE, TEN)
    agent.apply(AgentEvent.TALK, TEN)
    agent.finish(TEN, TEN)
    agent.apply(AgentEvent.RESERVE, ELEVEN)
    agent.miss(ELEVEN)
    assert agent.status is AgentStatus.AVAILABLE


def test_a_caller_who_hangs_up_while_the_agent_is_asked_is_no_miss() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.miss(TEN)
    agent.apply(AgentEvent.RESERVE, TEN)
    agent.release(TEN)
    agent.apply(AgentEvent.RESERVE, TEN)
    assert agent.misses == 1


@pytest.mark.parametrize("misses", [0, 1])
def test_who_wished_to_leave_leaves_after_a_miss(misses: int) -> None:
    agent = an_agent(AgentStatus.RESERVED)
    agent.misses = misses
    agent.ask_for(AgentStatus.OFFLINE, NINE)
    agent.miss(TEN)
    assert agent.status is AgentStatus.OFFLINE
    assert agent.wish is None


def test_asking_for_what_she_already_is_keeps_how_long_she_has_been_free() -> None:
    agent = an_agent(AgentStatus.AVAILABLE)
    agent.ask_for(AgentStatus.AVAILABLE, TEN)
    assert agent.status_since == NINE


def test_nobody_can_finish_a_conversation_that_did_not_take_place() -> None:
    agent = an_agent(AgentStatus.RESERVED)
    with pytest.raises(IllegalTransition):
        agent.finish(TEN, ELEVEN)
    assert agent.status is AgentStatus.RESERVED
    assert agent.wrap_up_until is None
