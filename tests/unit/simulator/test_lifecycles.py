from __future__ import annotations

import pytest

from callback.simulator.lifecycles import (
    CALL,
    CALL_ENDS,
    CONFERENCE,
    MESSAGE,
    MESSAGE_ENDS,
    QUEUE_MEMBER,
    IllegalStep,
    follow,
)

TABLES = {"call": CALL, "member": QUEUE_MEMBER, "conference": CONFERENCE, "message": MESSAGE}
ENDS = {
    "call": CALL_ENDS,
    "member": frozenset({"left"}),
    "conference": frozenset({"completed"}),
    "message": MESSAGE_ENDS,
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_state_and_event_is_either_in_the_table_or_refused(name: str) -> None:
    table = TABLES[name]
    states = {state for state, _ in table} | set(table.values())
    events = {event for _, event in table}
    for state in states:
        for event in events:
            if (state, event) in table:
                assert follow(table, state, event) == table[state, event]
            else:
                with pytest.raises(IllegalStep) as caught:
                    follow(table, state, event)
                assert (caught.value.state, caught.value.event) == (state, event)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_nothing_leaves_an_end_and_every_other_state_reaches_one(name: str) -> None:
    table, ends = TABLES[name], ENDS[name]
    assert not {state for state, _ in table} & ends
    for start in {state for state, _ in table}:
        reached, fresh = {start}, {start}
        while fresh:
            fresh = {to for (state, _), to in table.items() if state in fresh} - reached
            reached |= fresh
        assert reached & ends, start


def test_only_what_is_not_answered_can_be_canceled() -> None:
    assert {state for state, event in CALL if event == "cancel"} == {"queued", "ringing"}
