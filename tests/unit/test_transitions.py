"""Life-cycles as data."""

from __future__ import annotations

from enum import StrEnum

import pytest

from callback.errors import IllegalTransition
from callback.transitions import Transitions


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


class Happening(StrEnum):
    TURN = "turn"
    SMASH = "smash"
    POLISH = "polish"


@pytest.fixture
def life() -> Transitions[Light, Happening]:
    return Transitions(
        "light",
        {
            Happening.TURN: [((Light.RED,), Light.GREEN), ((Light.GREEN,), Light.RED)],
            Happening.SMASH: [((Light.RED, Light.GREEN), Light.BROKEN)],
        },
    )


def test_one_event_may_lead_to_different_states(life: Transitions[Light, Happening]) -> None:
    assert life.next(Light.RED, Happening.TURN) is Light.GREEN
    assert life.next(Light.GREEN, Happening.TURN) is Light.RED


def test_what_is_not_listed_is_refused_with_its_facts(life: Transitions[Light, Happening]) -> None:
    with pytest.raises(IllegalTransition) as refused:
        life.next(Light.BROKEN, Happening.TURN)
    error = refused.value
    assert (error.subject, error.status, error.event) == ("light", "broken", "turn")
    assert str(error) == "a light that is broken cannot turn"
    assert not life.allows(Light.BROKEN, Happening.TURN)
    assert life.allows(Light.RED, Happening.TURN)


def test_origins_are_the_states_that_know_the_event(life: Transitions[Light, Happening]) -> None:
    assert life.origins(Happening.SMASH) == {Light.RED, Light.GREEN}
    assert life.origins(Happening.POLISH) == frozenset()


def test_only_a_state_that_nothing_leaves_is_terminal(life: Transitions[Light, Happening]) -> None:
    assert [light for light in Light if life.is_terminal(light)] == [Light.BROKEN]
